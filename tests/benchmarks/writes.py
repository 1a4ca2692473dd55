"""What is written and taken away: single records, thousands, changes, exports."""

import json
import time

from tests.benchmarks.servers import Load, Measure, measure

API = "/api/v1"
MANY = 1000
ROUNDS = 2


def describe_position(slug, number):
    return {
        "slug": slug,
        "negotiation": f"negotiation-{number % 40}",
        "party": f"party-{number % 50}",
        "issue": f"issue-{number % 30}",
        "stance": "supports",
        "claim": f"Number {number}: " + "what the party says it wants, in one sentence. " * 5,
        "date": f"2024-{number % 12 + 1:02}-{number % 27 + 1:02}",
        "date_certainty": "stated",
    }


def bound(body):
    """A position with the bounds of its date, which ours finds by itself."""
    return {**body, "date_earliest": body["date"], "date_latest": body["date"]}


def cite(body, number, quotes):
    source, quote = quotes[number % len(quotes)]
    return {**body, "citations": [{"source": source, "quote": quote}]}


def dump(bodies):
    return tuple(json.dumps(body) for body in bodies)


def read_quotes(server):
    """Words of some sources, to be cited."""
    found = json.loads(server.ask(f"{API}/sources/?limit=40&fields=slug,text")[1])["results"]
    return [(each["slug"], each["text"][:60].strip()) for each in found]


def measure_writes(report, ours, servers, token, seconds):
    rights = (("Authorization", f"Bearer {token}"),)
    quotes = read_quotes(ours)
    run = time.time_ns()
    stock, bare = servers[1], servers[2]
    found = {}
    for server in (ours, stock, bare):
        # The stock app and the bare function write into one database.
        bodies = [describe_position(f"one-{server.name}-{run}-@N@", n) for n in range(50)]
        if server is ours:
            bodies = [cite(body, n, quotes) for n, body in enumerate(bodies)]
            load = Load((f"{API}/positions/",), "POST", dump(bodies), rights, 201)
        else:
            load = Load(("/positions/",), "POST", dump(map(bound, bodies)), (), 201)
        found[server.name] = measure(server, load, seconds)
    report.add("create one (ours with a citation)", found, 0.8)
    found = {}
    for server, path in (
        (ours, f"{API}/positions/"),
        (stock, "/positions/"),
        (bare, "/positions/"),
    ):
        found[server.name] = send_many(server, path, token, run, quotes)
    report.add("create 1,000 (ours with a citation each)", found, 1.5)
    slugs = [f"many-ours-{run}-0-{number}" for number in range(MANY)]
    found = {"ours": change_many(ours, slugs, token)}
    changed = tuple(f"/positions/{slug}/" for slug in list_stock_slugs(stock))
    load = Load(changed, "PATCH", (json.dumps({"claim": "It was changed by one request."}),))
    found["stock"] = measure(stock, load, seconds)
    report.add("change 1,000 (ours in a batch, stock one by one)", found, 5)


def list_stock_slugs(stock):
    found = json.loads(stock.ask("/positions/?limit=500&offset=1000")[1])["results"]
    return [each["slug"] for each in found]


def timed(server, number, ask):
    """The records a second of some requests of ``number`` each."""
    before, began = server.cpu(), time.perf_counter()
    for each in range(ROUNDS):
        status, body, _ = ask(each)
        if status not in {200, 201}:
            raise RuntimeError(f"{server.name}: {status} {body[:500]}")
    seconds = time.perf_counter() - began
    done = number * ROUNDS
    cpu = (server.cpu() - before) * 1000 / done
    return Measure(done / seconds, seconds * 1000 / ROUNDS, 0, cpu, len(body) / number)


def send_many(server, path, token, run, quotes):
    def ask(each):
        bodies = [describe_position(f"many-{server.name}-{run}-{each}-{n}", n) for n in range(MANY)]
        is_ours = server.name == "ours"
        bodies = [cite(b, n, quotes) if is_ours else bound(b) for n, b in enumerate(bodies)]
        return server.ask(path, bodies, Authorization=f"Bearer {token}")

    return timed(server, MANY, ask)


def change_many(ours, slugs, token):
    def ask(each):
        operations = [
            {
                "op": "update", "collection": "positions", "slug": slug, "version": each + 1,
                "body": {"claim": f"It was changed in a batch, time {each}."},
            }
            for slug in slugs
        ]  # fmt: skip
        body = {"operations": operations}
        return ours.ask(f"{API}/batch/", body, Authorization=f"Bearer {token}")

    return timed(ours, MANY, ask)


def measure_exports(report, ours, stock):
    """All positions as one file, of a state that nobody asked for before."""
    count = json.loads(ours.ask(f"{API}/positions/?limit=1&count=true")[1])["count"]
    before = ours.memory()

    def ask(each):
        return ours.ask(
            f"{API}/positions/export/?format=csv&updated_since=197{each}-01-01T00:00:00Z"
        )

    found = {
        "ours": timed(ours, count, ask),
        "stock": timed(stock, count, lambda _: stock.ask("/positions/export/")),
    }
    report.add("export all as CSV", found, 3)
    report.say(
        f"memory of two workers before exports {before:.0f} MB, after {ours.memory():.0f} MB"
    )
