"""A page of another origin in Chromium: it reads what is public, and can do nothing else."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.factories import PartyFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READ = """async (address) => {
  const first = await fetch(address);
  const tag = first.headers.get("ETag");
  const again = await fetch(address, {cache: "no-store", headers: {"If-None-Match": tag}});
  return {
    status: first.status,
    again: again.status,
    names: (await first.json()).results.map((party) => party.name),
    seen: %s.filter((name) => first.headers.has(name)),
  };
}"""
SEEN = ["ETag", "Feed-Position", "Last-Modified", "Link", "RateLimit", "RateLimit-Policy"]
REFUSED = """async ([address, options]) => {
  try { return (await fetch(address, options)).status; } catch (error) { return error.name; }
}"""


class Blank(BaseHTTPRequestHandler):
    """The page of somebody else."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def foreign(chromium):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Blank)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    yield page
    context.close()
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_reads_and_sees_the_headers_that_clients_need(foreign, live_server, settings):
    settings.TRACKER_RATE_ANONYMOUS = 1000
    for name in ("Russia", "Ukraine"):
        PartyFactory(name=name, review="published")

    found = foreign.evaluate(READ % SEEN, f"{live_server.url}/api/v1/parties/?limit=1")

    assert found == {"status": 200, "again": 304, "names": ["Russia"], "seen": SEEN}


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"Authorization": "Bearer nt_1"}},
        {"method": "POST", "body": "{}", "headers": {"Content-Type": "application/json"}},
        {"method": "DELETE"},
        {"credentials": "include"},
    ],
)
def test_it_sends_no_token_no_cookie_and_writes_nothing(foreign, live_server, options):
    assert foreign.evaluate(REFUSED, [f"{live_server.url}/api/v1/parties/", options]) == "TypeError"


def test_it_reads_nothing_of_the_desk(foreign, live_server):
    assert foreign.evaluate(REFUSED, [f"{live_server.url}/admin/login/", {}]) == "TypeError"
