-- Requests in turn from the files of a folder; prints one line of JSON.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function lines(name)
  local found = {}
  for line in io.lines(name) do
    table.insert(found, line)
  end
  return found
end

function init(args)
  paths, bodies = lines(args[1] .. "/paths"), lines(args[1] .. "/bodies")
  wrk.method, expected = args[2], tonumber(args[3])
  if #bodies > 0 then
    wrk.headers["Content-Type"] = "application/json"
  end
  number, wrong = 0, 0
end

function request()
  number = number + 1
  local body = bodies[(number - 1) % math.max(#bodies, 1) + 1]
  if body then
    body = body:gsub("@N@", number)
  end
  return wrk.format(nil, paths[(number - 1) % #paths + 1], nil, body)
end

function response(status)
  if status ~= expected then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write
  local faults = failed + summary.errors.timeout
  for _, thread in ipairs(threads) do
    faults = faults + thread:get("wrong")
  end
  print(string.format(
    '{"requests": %d, "seconds": %f, "bytes": %d, "p50": %f, "p99": %f, "wrong": %d}',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, faults))
end
