"""What clients do to a server as the README starts it: what Django's own test client cannot."""

import json
from contextlib import ExitStack
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from negotiations.rest.changes.views import EVENT_STREAM

pytestmark = [pytest.mark.clients, pytest.mark.slow]

PARTIES = "/api/v1/parties/?dry_run=true"


def connected(server, opened, seconds=10):
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=seconds)
    opened.callback(connection.close)
    return connection


@pytest.mark.parametrize(
    ("note", "status"), [("Brought in pieces.", 201), ("x" * 2**20, 413), ("x" * 2**24, 413)]
)
def test_a_body_may_come_in_chunks(server, note, status):
    body = json.dumps({"name": "Chunks", "kind": "state", "note": note}).encode()
    pieces = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}

    with ExitStack() as opened:
        connection = connected(server, opened)
        connection.request("POST", PARTIES, pieces, headers, encode_chunked=True)
        answer = connection.getresponse()

        assert (answer.status, answer.headers["Content-Type"].count("json")) == (status, 1)


def test_all_followers_there_may_be_hold_up_nobody_else(server):
    with ExitStack() as opened:
        statuses = []
        for _ in range(101):
            follower = connected(server, opened)
            follower.request("GET", "/api/v1/changes/", headers={"Accept": EVENT_STREAM})
            statuses.append(follower.getresponse().status)
        other = connected(server, opened, seconds=5)
        other.request("GET", "/api/v1/parties/")

        assert statuses == [200] * 100 + [429]
        assert other.getresponse().status == 200


@pytest.mark.parametrize("path", ["/admin/negotiations/party/import/", "/admin/login/", "/"])
def test_an_upload_of_nobody_is_refused_before_it_is_sent(server, path):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(300 * 2**20),
        "Cookie": f"csrf={'a' * 32}",
    }
    with ExitStack() as opened:
        connection = connected(server, opened)
        connection.putrequest("POST", path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(head)

        answer = connection.getresponse()

        assert answer.status in {403, 413}
        assert list((server.folder / "temporary").glob("*.upload*")) == []
