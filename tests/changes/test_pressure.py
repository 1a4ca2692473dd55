"""The server as the README starts it, beside clients that are slow, silent or many."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.benchmarks.pressure import STREAM, Client
from tests.support.server import find_free_port, start_server, wait_until_ready

pytestmark = pytest.mark.slow

FEED = "/api/v1/changes/"


@pytest.fixture
def port(server):
    return urlsplit(server.url).port


@pytest.fixture
def held():
    """Connections that stay open until the test is over."""
    with ExitStack() as opened:
        yield opened


def connect(port, held, source="127.0.0.1", slow=False):
    client = Client(port, source, slow)
    held.callback(client.connection.close)
    return client


def get(server, path, **headers):
    with urlopen(Request(server.url + path, headers=headers), timeout=20) as answer:
        return answer.status, answer.read()


def seconds_until_cut(client):
    """How long the server leaves the connection open, and what it said."""
    began, said = time.monotonic(), b""
    client.connection.settimeout(40)
    while piece := client.connection.recv(4096):
        said += piece
    return time.monotonic() - began, said


def test_silent_and_half_sent_requests_hold_nobody_up(server, port, held):
    body = {"Content-Length": 9, "Content-Type": "application/json"}
    for number in range(200):
        connect(port, held, f"127.0.0.{1 + number % 40}")
    halves = [connect(port, held) for _ in range(40)]
    for client in halves:
        client.send("/api/v1/parties/", body, method="POST", tail="\r\n{")
    head = connect(port, held).send("/api/v1/parties/", tail="X-Half: ")

    answers = [get(server, "/api/v1/parties/?limit=1")[0] for _ in range(20)]
    late = seconds_until_cut(halves[-1])

    assert answers == [200] * 20
    assert late[0] < 30
    assert late[1].startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too_slow"' in late[1]
    assert seconds_until_cut(head)[0] < 1


def test_a_body_that_is_too_large_is_refused_before_it_is_read(port, held):
    client = connect(port, held)

    client.send("/api/v1/parties/", {"Content-Length": 10**9}, method="POST")

    assert client.head()[0] == 413


def test_streams_have_places_for_each_address(server, port, held):
    mine = [connect(port, held).send(FEED, STREAM) for _ in range(104)]
    statuses = [client.head() for client in mine]
    others = [connect(port, held, f"127.0.0.{n}").send(FEED, STREAM) for n in range(2, 22)]
    wait = connect(port, held).send(f"{FEED}?after={position(server)}&wait=25").head()

    assert [status for status, _ in statuses].count(200) == 100
    refused = [headers for status, headers in statuses if status == 429]
    assert [headers["retry-after"] for headers in refused] == ["5"] * 4
    assert [client.head()[0] for client in others] == [200] * 20
    assert (wait[0], wait[1]["retry-after"]) == (429, "5")
    assert get(server, "/livez")[0] == get(server, "/api/v1/parties/?limit=1")[0] == 200


def test_followers_hear_of_a_write_at_once(server, port, held):
    mine = {"Authorization": f"Bearer {server.token}"}
    here = f"{FEED}?after={position(server, **mine)}"
    stream = connect(port, held).send(here, STREAM | mine)
    assert stream.head()[0] == 200
    with ThreadPoolExecutor() as threads:
        wait = threads.submit(get, server, f"{here}&wait=15", **mine)
        time.sleep(1)
        headers = {**mine, "Content-Type": "application/json"}
        write = Request(f"{server.url}/api/v1/people/", b'{"name": "Somebody"}', headers)
        slug = json.loads(urlopen(write).read())["slug"]
        began = time.monotonic()
        status, body = wait.result()

    assert (status, [event["slug"] for event in json.loads(body)["results"]]) == (200, [slug])
    assert time.monotonic() - began < 5
    assert f'"slug":"{slug}"'.encode() in stream.connection.recv(65536)


def test_single_writes_go_on_while_hundreds_of_records_are_deleted(server):
    made = post(server, "people", [{"name": f"One of {n}"} for n in range(400)])
    same = {"op": "delete", "collection": "people", "version": 1}
    batch = {"operations": [{**same, "slug": person["slug"]} for person in made]}
    seconds = []

    with ThreadPoolExecutor() as threads:
        deleting = threads.submit(post, server, "batch", batch)
        while not deleting.done():
            began = time.monotonic()
            post(server, "people", {"name": f"Another {began}"})
            seconds.append(time.monotonic() - began)

    assert len(deleting.result()["results"]) == 400
    assert len(seconds) > 2
    assert max(seconds) < 2


def post(server, collection, body):
    """What was made; anything but success raises ``HTTPError``."""
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    content = json.dumps(body).encode()
    with urlopen(Request(f"{server.url}/api/v1/{collection}/", content, headers)) as answer:
        return json.loads(answer.read())


def position(server, **headers):
    """Up to where the feed goes."""
    with urlopen(Request(f"{server.url}/api/v1/parties/?limit=1", headers=headers)) as answer:
        return answer.headers["Feed-Position"]


def test_sigterm_ends_streams_and_waits(server, tmp_path):
    port, log = find_free_port(), tmp_path / "server.log"
    process = start_server(port, server.variables, log)
    wait_until_ready(f"http://127.0.0.1:{port}/readyz", process, log)
    with ExitStack() as held:
        streams = [connect(port, held).send(FEED, STREAM) for _ in range(20)]
        assert [client.head()[0] for client in streams] == [200] * 20
        here = f"{FEED}?after={position(server)}&wait=25"
        waits = [connect(port, held).send(here) for _ in range(5)]
        for _ in range(50):
            connect(port, held)
        time.sleep(2)

        began = time.monotonic()
        process.terminate()
        process.wait(30)

        assert time.monotonic() - began < 6
        assert [client.head()[1].get("retry-after") for client in waits] == ["5"] * 5


def test_a_slow_reader_gets_the_whole_export(server, port, held):
    path = "/api/v1/sources/export/?format=ndjson"
    client = connect(port, held, slow=True).send(path, {"Connection": "close"})
    received = b""
    while piece := client.connection.recv(8192):
        received += piece
        time.sleep(0.01)

    head, _, body = received.partition(b"\r\n\r\n")
    assert body == get(server, path)[1]
    assert f"content-length: {len(body)}".encode() in head.lower()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /api/v1/%FF%FE/ HTTP/1.1", 404),
        (b"GET /api/v1/parties/?q=%FF HTTP/1.1", 400),
        (b"HEAD /api/v1/parties/ HTTP/1.1", 200),
        (b"GET /api/v1/parties/a%2Fb/ HTTP/1.1", 404),
        (b"PUT /api/v1/me/ HTTP/1.1", 405),
    ],
)
def test_the_request_line_reaches_django_as_it_was_sent(port, request_line, status):
    with closing(Client(port)) as client:
        client.connection.sendall(request_line + b"\r\nHost: 127.0.0.1\r\n\r\n")
        assert client.head()[0] == status


def test_a_body_in_chunks_is_read_whole(server, port):
    with closing(Client(port)) as client:
        headers = {
            "Transfer-Encoding": "chunked",
            "Content-Type": "application/json",
            "Authorization": f"Bearer {server.token}",
        }
        tail = '\r\n9\r\n{"name": \r\n8\r\n"Else"} \r\n0\r\n\r\n'
        assert client.send("/api/v1/people/", headers, "POST", tail).head()[0] == 201
