"""One writer beside another who writes 1,000 records: ``python -m tests.benchmarks.writers``.

The server, the data and ``DATABASE_URL`` are those of ``pressure``; ``ATTACKS`` chooses here, too.
While each long write runs, another client makes one record after the other. The table says how long
the long write took, and how long the single ones waited.
"""

import http.client
import json
import os
import re
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks.pressure import FILL, ROWS, end, serve
from tests.support.processes import PRODUCTION, ROOT
from tests.support.server import run_manage

NUMBER = int(os.environ.get("BENCH_RECORDS", "1000"))
API, DESK = "/api/v1", "/admin/negotiations"
PASSWORD = "A long sentence for a benchmark"


class Browser:
    """A person at the desk."""

    def __init__(self, port):
        self.port, self.cookies, self.token = port, {}, ""
        login = {"username": "bench", "password": PASSWORD, "next": "/admin/"}
        self.get("/admin/login/")
        assert self.post("/admin/login/", login)[0] == 302
        # A log-in changes the token of forms.
        self.get("/admin/")

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, values, files=()):
        values = [("csrfmiddlewaretoken", self.token), *dict(values).items()]
        body, kind = encode_form(values, files)
        return self.ask("POST", path, body, {"Content-Type": kind})

    def ask(self, method, path, body=None, headers=()):
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Accept": "text/html", "Cookie": cookies, **dict(headers)}
        status, answer, received = send(self.port, method, path, body, headers)
        for cookie in received.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if found := re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', answer):
            self.token = found[1].decode()
        return status, answer


def encode_form(values, files):
    """A form as browsers send it: a list is one field with several values."""
    pairs = [
        (name, str(each))
        for name, value in values
        for each in (value if isinstance(value, list) else [value])
    ]
    if not files:
        return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
    parts = [f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in pairs]
    parts += [
        f'--x\r\nContent-Disposition: form-data; name="{n}"; filename="rows.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{content}\r\n"
        for n, content in files
    ]
    return ("".join(parts) + "--x--\r\n").encode(), "multipart/form-data; boundary=x"


def send(port, method, path, body=None, headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


class Work:
    """Long writes; each returns the status of its answer, or those of its answers."""

    def __init__(self, port, token):
        self.port, self.token = port, token
        self.desk = Browser(port)

    def api(self, method, path, body):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = json.dumps(body).encode()
        return send(self.port, method, API + path, content, headers)[:2]

    def slugs(self, mark):
        """The slugs of NUMBER positions that are made, by the API, before anything is timed."""
        made = [
            json.loads(self.api("POST", "/positions/", positions(mark, n, f"party-{n % 10}"))[1])
            for n in range(0, NUMBER, 500)
        ]
        return [each["slug"] for many in made for each in many]

    def create(self):
        """Create an array of positions, each with a citation."""
        bodies = positions("created", 0, "party-1", NUMBER)
        for number, body in enumerate(bodies):
            source = f"source-{number % 200}"
            body["citations"] = [{"source": source, "quote": f"{number % 200} Words of a source."}]
        yield
        yield self.api("POST", "/positions/", bodies)[0]

    def rehearse(self):
        """Create the same with dry_run."""
        bodies = positions("rehearsed", 0, "party-1", NUMBER)
        yield
        yield self.api("POST", "/positions/?dry_run=true", bodies)[0]

    def change(self):
        """Change in a batch."""
        body = batch("update", self.slugs("to change"), body={"claim": "It is changed."})
        yield
        yield self.api("POST", "/batch/", body)[0]

    def delete(self):
        """Delete in a batch."""
        body = batch("delete", self.slugs("to delete"))
        yield
        yield self.api("POST", "/batch/", body)[0]

    def link(self):
        """Create in a batch with local ids."""
        made = [
            {"op": "create", "collection": "parties", "lid": f"p{n}",
             "body": {"name": f"Linked {n}", "kind": "state"}}
            for n in range(10)
        ]  # fmt: skip
        made += [
            {"op": "create", "collection": "positions", "body": {**each, "party": f"lid:p{n % 10}"}}
            for n, each in enumerate(positions("linked", 0, "", NUMBER - 10))
        ]
        yield
        yield self.api("POST", "/batch/", {"operations": made})[0]

    def preview(self):
        """Preview an import."""
        rows = table(positions("previewed", 0, "party-3", NUMBER))
        yield
        yield self.desk.post(f"{DESK}/position/import/", {}, [("file", rows)])[0]

    def load(self):
        """Import."""
        rows = table(positions("imported", 0, "party-3", NUMBER))
        page = self.desk.post(f"{DESK}/position/import/", {}, [("file", rows)])[1].decode()
        upload = re.search(r'name="upload" value="(\w+)"', page)[1]
        yield
        yield self.desk.post(f"{DESK}/position/import/", {"upload": upload})[0]

    def merge_preview(self):
        """Preview a merge."""
        path, kept, _ = self.pair("preview")
        yield
        yield self.desk.get(f"{path}?into={kept}")[0]

    def merge(self):
        """Merge."""
        path, kept, versions = self.pair("merge")
        yield
        yield self.desk.post(path, {"into": kept, "reason": "One", **versions})[0]

    def pair(self, mark):
        """Two parties, one with positions: the page that merges it, and the key of the other."""
        names = [f"{mark} {side}" for side in ("gone", "kept")]
        made = [self.api("POST", "/parties/", {"name": n, "kind": "state"})[1] for n in names]
        gone, kept = (json.loads(each)["slug"] for each in made)
        for number in range(0, NUMBER, 500):
            self.api("POST", "/positions/", positions(f"of {mark}", number, gone))
        keys = [self.key("party", slug) for slug in (gone, kept)]
        versions = {"gone_version": 1, "kept_version": 1}
        return f"{DESK}/party/{keys[0]}/merge/", keys[1], versions

    def key(self, kind, slug):
        page = self.desk.get(f"{DESK}/{kind}/?slug__exact={slug}")[1].decode()
        return re.search(r'name="_selected_action" value="(\d+)"', page)[1]

    def submit(self):
        """Send to review from the list."""
        return self.act("send_to_review", "to submit")

    def remove(self):
        """Delete from the list."""
        return self.act("delete_selected", "to remove", post="yes")

    def act(self, action, mark, **more):
        self.slugs(mark)
        keys, page = [], 1
        while len(keys) < NUMBER:
            claim = urlencode({"claim__startswith": mark, "p": page})
            listed = self.desk.get(f"{DESK}/position/?{claim}")[1].decode()
            keys += re.findall(r'name="_selected_action" value="(\d+)"', listed)
            page += 1
        versions = {f"version-{key}": 1 for key in keys}
        values = {"action": action, "_selected_action": keys, **versions, **more}
        yield
        yield self.desk.post(f"{DESK}/position/", values)[0]


def positions(mark, first, party, number=500):
    return [
        {
            "negotiation": f"negotiation-{n % 5}",
            "issue": f"issue-{n % 20}",
            "party": party,
            "stance": "supports",
            "claim": f"{mark}: it should be so, said the party for the time being, {n}.",
            "date": f"2025-{n % 12 + 1:02}",
        }
        for n in range(first, first + number)
    ]


def batch(op, slugs, **more):
    same = {"op": op, "collection": "positions", "version": 1, **more}
    return {"operations": [{**same, "slug": slug} for slug in slugs]}


def table(rows):
    lines = [",".join(rows[0])]
    lines += [",".join(f'"{cell}"' for cell in row.values()) for row in rows]
    return "\n".join(lines)


WORK = {
    each.__doc__: each
    for each in (
        *(Work.create, Work.rehearse, Work.change, Work.delete, Work.link),
        *(Work.preview, Work.load, Work.merge_preview, Work.merge, Work.submit, Work.remove),
    )
}


class Single(threading.Thread):
    """Makes one record after the other, and notes how long each took."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.is_over = work, threading.Event()
        self.seconds, self.statuses = [], []

    def run(self):
        number = 0
        while not self.is_over.is_set():
            number += 1
            body = {"name": f"Somebody {time.time_ns()}"}
            began = time.monotonic()
            self.statuses.append(self.work.api("POST", "/people/", body)[0])
            self.seconds.append(time.monotonic() - began)
            time.sleep(0.01)


def measure(name, act, work):
    run = act(work)
    next(run)
    single = Single(work)
    single.start()
    began = time.monotonic()
    status = next(run)
    took = time.monotonic() - began
    single.is_over.set()
    single.join()
    waits = sorted(single.seconds)
    cuts = statistics.quantiles(waits, n=100) if len(waits) > 1 else waits * 99
    refused = sum(each != 201 for each in single.statuses)
    print(
        f"| {name} | {status} | {took:.1f} | {len(waits)} | {refused} | {cuts[49] * 1000:.0f} "
        f"| {cuts[98] * 1000:.0f} | {waits[-1] * 1000:.0f} |",
        flush=True,
    )


def main():
    folder = Path(tempfile.mkdtemp(prefix="writers-"))
    variables = {
        **PRODUCTION,
        "TRACKER_ALLOWED_HOSTS": "127.0.0.1",
        "TRACKER_HTTPS": "0",
        "TRACKER_LOG_LEVEL": "WARNING",
        "TRACKER_RATE_TOKEN": "1000000",
        "TRACKER_RATE_ANONYMOUS": "1000000",
        "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/data.sqlite3",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    run_manage(("migrate", "--verbosity", "0"), variables)
    static = ROOT / "staticfiles"
    is_collected = static.exists()
    run_manage(("collectstatic", "--noinput"), variables)
    run_manage(("shell", "-c", FILL), variables)
    user = ("--noinput", "--username", "bench", "--email", "bench@example.org")
    run_manage(("createsuperuser", *user), variables)
    token = run_manage(("createtoken", "bench", "--scope", "write"), variables)
    kind = variables["DATABASE_URL"].partition(":")[0]
    print(f"{kind}, {ROWS} positions; {NUMBER} at once; seconds, then milliseconds")
    print("| long write | status | took | single writes | refused | p50 | p99 | slowest |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    process, port, memory = serve(variables, folder)
    memory.is_over.set()
    try:
        work = Work(port, token)
        chosen = os.environ.get("ATTACKS", "").split(",")
        for name, act in WORK.items():
            if any(word in name for word in chosen):
                measure(name, act, work)
    finally:
        end(process)
        if not is_collected:
            shutil.rmtree(static)


if __name__ == "__main__":
    main()
