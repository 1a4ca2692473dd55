"""Bytes that no document describes: broken paths, queries, headers and bodies, at random.

Whatever comes, the answer is a refusal with a problem document or a plain success, and the server
is well afterwards. ``FUZZ_SEED`` repeats a run.
"""

import json
import random
import shlex
import time
from io import BytesIO

import pytest

from negotiations.models import COLLECTIONS, Token
from tests.conftest import create_user
from tests.fuzz.driver import SECONDS, SEED
from tests.support.scene import build_scene

pytestmark = [pytest.mark.fuzz, pytest.mark.slow]

METHODS = (
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") * 3,
    *("OPTIONS", "TRACE", "CONNECT", "BREW"),
)
ODD = (
    *(b"", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"%00", b"%ff", b"..", b"../../etc/passwd"),
    *("\u202e".encode(), "٣".encode(), b"9" * 5000, b"-1", b"1e999", b"NaN", b"null", b"true"),
    *(b"'; drop table", b"<script>", b"{{7*7}}", b"${x}", b"\r\nX: y", b" ", b",,,", b"a" * 3000),
)
HEADERS = (
    *("HTTP_ACCEPT", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_CHANGE_REASON", "HTTP_RANGE"),
    *("HTTP_X_REQUEST_ID", "HTTP_CONTENT_ENCODING", "HTTP_HOST", "HTTP_COOKIE", "HTTP_ORIGIN"),
    *("HTTP_IDEMPOTENCY_KEY", "HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_FORWARDED_FOR"),
    *("HTTP_ACCEPT_ENCODING", "HTTP_LAST_EVENT_ID", "CONTENT_TYPE", "CONTENT_LENGTH"),
)
TYPES = ("application/json", "application/merge-patch+json", "text/plain", "multipart/form-data")
PARAMETERS = ("limit", "cursor", "ordering", "count", "fields", "omit", "expand", "slug", "review")


class Dice:
    """Requests from one seed."""

    def __init__(self, seed, records, token):
        self.random, self.records, self.token = random.Random(seed), records, token

    def chance(self, share):
        return self.random.random() < share

    def word(self):
        if self.chance(0.5):
            return self.random.choice(ODD)
        return self.random.randbytes(self.random.randrange(12))

    def path(self):
        collection = self.random.choice([*COLLECTIONS])
        slug = self.records[collection].slug.encode() if self.chance(0.6) else self.word()
        parts = [b"", b"api", b"v1", collection.encode(), slug]
        parts = parts[: self.random.randint(3, 5)]
        if self.chance(0.2):
            parts.insert(self.random.randrange(1, len(parts)), self.word())
        return b"/".join(parts) + (b"/" if self.chance(0.8) else b"")

    def query(self):
        pairs = []
        while self.chance(0.4):
            name = self.random.choice(PARAMETERS).encode() if self.chance(0.8) else self.word()
            pairs.append(name + b"=" + self.word().replace(b"\xff", b"%ff"))
        return b"&".join(pairs)

    def value(self, depth=0):
        kinds = [None, True, 0, -1, 10**30, 1e308, 0.5, "", "\x00", "x" * 2000, "\u202e", "draft"]
        if depth < 4 and self.chance(0.3):
            return [self.value(depth + 1) for _ in range(self.random.randrange(3))]
        if depth < 4 and self.chance(0.2):
            return {self.random.choice("abc"): self.value(depth + 1)}
        return self.random.choice(kinds)

    def body(self, shape):
        if self.chance(0.2):
            return self.random.randbytes(self.random.randrange(200))
        members = [*shape, "version", "citations", "expand", "\x00"]
        chosen = self.random.sample(members, self.random.randrange(len(members)))
        body = {**(shape if self.chance(0.5) else {}), **{name: self.value() for name in chosen}}
        data = json.dumps(body).encode()
        if self.chance(0.2):
            place = self.random.randrange(len(data))
            data = data[:place] + self.word() + data[place + 1 :]
        return data

    def environ(self, shapes):
        """A WSGI environ, as a server hands over what came by the wire."""
        path = self.path()
        shape = shapes.get((path.split(b"/") + [b""] * 4)[3].decode("latin-1"), {})
        body = self.body(shape) if self.chance(0.6) else b""
        environ = {
            "REQUEST_METHOD": self.random.choice(METHODS),
            "SCRIPT_NAME": "",
            "PATH_INFO": path.decode("latin-1"),
            "QUERY_STRING": self.query().decode("latin-1"),
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.random.choice(TYPES),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.url_scheme": "http",
            "sent": body,
        }
        if self.chance(0.7):
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        if self.chance(0.7):
            environ["HTTP_IF_MATCH"] = "*"
        while self.chance(0.2):
            environ[self.random.choice(HEADERS)] = self.word().decode("latin-1")
        return environ


def curl(environ):
    """The request as bash repeats it."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    named = " ".join(f"-H {quoted(f'{name}: {value}')}" for name, value in headers.items())
    address = f"http://127.0.0.1:8000{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
    body = quoted(environ["sent"].decode("latin-1"))
    method = environ["REQUEST_METHOD"]
    return f"curl --path-as-is -X {method} {named} --data-binary {body} {quoted(address)}"


def quoted(text):
    """Text of Latin-1 as bash writes any byte."""
    if text.isascii() and text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(f"\\x{byte:02x}" for byte in text.encode("latin-1")) + "'"


def answer(application, environ):
    """Status, headers, body."""
    told = []
    body = application(environ, lambda status, headers, *_: told.extend((status, dict(headers))))
    return int(told[0].split()[0]), told[1], b"".join(body)


def fault_of(status, headers, body, method):
    """What is wrong with an answer, if anything."""
    if status >= 500:
        return f"{status}"
    if status >= 400 and headers.get("Content-Type") != "application/problem+json":
        return f"{status} is no problem document: {headers.get('Content-Type')}"
    if status >= 400 and method != "HEAD" and json.loads(body)["status"] != status:
        return f"{status} is told as {json.loads(body)['status']}"
    return ""


def test_any_bytes_get_an_answer_and_the_server_stays_well(application, client, record_property):
    user = create_user("reviewer", "reviewer")
    records = build_scene(created_by=user)
    dice = Dice(SEED, records, Token.issue(user, "fuzz", Token.Scope.WRITE)[1])
    shapes = {kind: client.get(f"/api/v1/{records[kind].address}/").json() for kind in COLLECTIONS}
    faults, number, statuses = {}, 0, {}

    until = time.monotonic() + SECONDS / 25
    while time.monotonic() < until and len(faults) < 10:
        environ = dice.environ(shapes)
        started = time.monotonic()
        status, headers, body = answer(application, environ)
        taken = time.monotonic() - started
        fault = fault_of(status, headers, body, environ["REQUEST_METHOD"])
        if fault or taken > 10:
            faults[f"{fault or f'{taken:.1f} seconds'}\n{curl(environ)}"] = None
        number, statuses[status] = number + 1, statuses.get(status, 0) + 1

    record_property(
        "raw bytes", f"seed {SEED}: {number} requests, {dict(sorted(statuses.items()))}"
    )
    assert not faults, f"FUZZ_SEED={SEED}\n" + "\n\n".join(faults)
    assert client.get("/readyz").status_code == 200
