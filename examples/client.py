"""A client of the Negotiation Tracker with nothing but the standard library: copy it and go on.

python examples/client.py http://127.0.0.1:8000    prints who holds what, and the words behind it
"""

import json
import sys
import uuid
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


class Problem(Exception):
    """What the tracker refused: its code, and every fault at once with its place."""

    def __init__(self, told):
        self.status, self.code, self.told = told["status"], told["code"], told
        self.errors = told.get("errors", [])
        faults = [
            f"{one.get('pointer') or one.get('parameter')}: {one['detail']}" for one in self.errors
        ]
        super().__init__("; ".join(faults) or told.get("detail") or told["title"])


class Invalid(Problem):
    """A field or a parameter is wrong: see `errors`, which name the nearest right one."""


class Stale(Problem):
    """Somebody changed the record meanwhile: read it again, then decide."""


class Gone(Problem):
    """The record was deleted: `told` says when, by whom and why."""


PROBLEMS = {"invalid": Invalid, "invalid_query": Invalid, "stale": Stale, "gone": Gone}


class Tracker:
    def __init__(self, url, token=None):
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} is no address of a tracker, such as http://127.0.0.1:8000")
        self.api = f"{url.rstrip('/')}/api/v1/"
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, method, path, body=None, headers=None, **query):
        """The answer's body and headers. A refusal is raised as its kind of problem."""
        url = path if path.startswith(self.api) else self.api + path
        url += f"?{urlencode(query)}" if query else ""
        data = None if body is None else json.dumps(body).encode()
        headers = {**self.headers, "Content-Type": "application/json", **(headers or {})}
        try:
            with urlopen(Request(url, data, headers, method=method), timeout=60) as answer:
                return json.loads(answer.read() or "null"), answer.headers
        except HTTPError as refused:
            told = json.load(refused)
            raise PROBLEMS.get(told["code"], Problem)(told) from None

    def load(self, collection, **query):
        """All rows of a list, page by page, and the position from which to follow its changes."""
        page, headers = self.send("GET", f"{collection}/", **{"limit": 500, **query})
        rows = page["results"]
        while page["next"]:
            page, _ = self.send("GET", page["next"])
            rows += page["results"]
        return rows, int(headers["Feed-Position"])

    def create(self, collection, body, key=None, reason=""):
        """The new record. Sent again with the same key it is made once."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), "Change-Reason": reason.encode()}
        return self.send("POST", f"{collection}/", body, headers)[0]

    def change(self, collection, record, reason="", **fields):
        """The record with these fields changed, unless it is no longer the one that was read."""
        headers = {"If-Match": f'"{record["version"]}"', "Change-Reason": reason.encode()}
        return self.send("PATCH", f"{collection}/{record['slug']}/", fields, headers)[0]

    def follow(self, after, wait=25, **query):
        """Each change after a position, in order, for ever: waits until something happens."""
        while True:
            page, _ = self.send("GET", "changes/", after=after, wait=wait, **query)
            yield from page["results"]
            after = page["position"]


if __name__ == "__main__":
    try:
        rows, _ = Tracker(*sys.argv[1:] or [""]).load("positions", expand="party,issue,citations")
    except (Problem, OSError, ValueError) as error:
        sys.exit(str(error))
    for position in rows:
        beside = position["expand"]
        print(f"{beside['party']['name']} {position['stance']}: {beside['issue']['question']}")
        for citation in beside["citations"]["results"]:
            print(f"    “{citation['quote']}”")
