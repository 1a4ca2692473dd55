"""What is read: the addresses of each workload at the three servers, and their answers."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.benchmarks.servers import Load

API = "/api/v1"
EXPAND = "party,issue,negotiation"
NEWEST = {"ordering": "-date_earliest"}
PAIRS = [(f"party-{p}", f"issue-{i}") for p in range(5) for i in range(5)]
SAMPLES = 4


@dataclass(frozen=True)
class Read:
    """One row of the table: the same question to the three, and how often faster ours must be."""

    name: str
    ours: tuple
    stock: tuple
    bare: tuple
    must: float = 0.0

    def loads(self):
        return {"ours": Load(self.ours), "stock": Load(self.stock), "bare": Load(self.bare)}


def ask_lists(name, queries, must=0.0, expand=False, renamed=()):
    """The same lists of positions; ``renamed`` are parameters that others call otherwise."""
    renamed = dict(renamed)
    ours, stock = [], []
    for query in queries:
        own = {**query, **({"expand": EXPAND} if expand else {})}
        theirs = {renamed.get(k, k): v for k, v in query.items()}
        theirs |= {"expand": "all"} if expand else {}
        ours.append(f"{API}/positions/?{urlencode(own, safe=',')}")
        stock.append(f"/positions/?{urlencode(theirs)}")
    return Read(name, tuple(ours), tuple(stock), tuple(stock), must)


def list_reads(ours, rows):
    """The rows of the table; ``ours`` is asked for the cursors of deep pages."""
    pairs = [{"party": party, "issue": issue, **NEWEST} for party, issue in PAIRS]
    statements = [f"statement-{n}" for n in range(20)]
    deep = int(rows * 0.9)
    return [
        ask_lists("one party on one issue, newest first, 3 expansions", pairs, 10, expand=True),
        Read(
            "statement with its positions, each with party and issue",
            tuple(
                f"{API}/statements/{s}/?expand=positions.party,positions.issue" for s in statements
            ),
            *[tuple(f"/statements/{s}/" for s in statements)] * 2,
            must=10,
        ),
        ask_lists("list, first page", [{}], 10),
        read_deep(ours, "list, one of the first pages", 50, 10),
        read_deep(ours, "list, nine tenths in", deep, 10),
        ask_lists("list, 3 expansions", [{}], 10, expand=True),
        ask_lists("list, newest first", [NEWEST], 10),
        ask_lists("list, last changed first", [{"ordering": "-updated_at"}], 10),
        ask_lists("search: a word of 1 %", [{"q": "lantern"}], 25, renamed={"q": "search"}),
        ask_lists("search: a word of 0.1 %", [{"q": "samovar"}], 25, renamed={"q": "search"}),
        ask_lists("search: a word of 30 %", [{"q": "harbour"}], 0, renamed={"q": "search"}),
    ]


def read_deep(server, name, row, must):
    """A page that begins at a row, by our cursor, the offset, or the place in the index."""
    path, seen, last = f"{API}/positions/?limit=500&fields=slug,date_earliest", 0, None
    while seen < row:
        step = min(500, row - seen)
        path = path.replace("limit=500", f"limit={step}") if step < 500 else path
        body = json.loads(server.ask(path)[1])
        seen += len(body["results"])
        last, path = body["results"][-1], urlsplit(body["next"])
        path = f"{path.path}?{path.query}"
    cursor = parse_qs(urlsplit(path).query)["cursor"][0]
    after = f"{last['date_earliest']},{last['slug']}"
    return Read(
        name,
        (f"{API}/positions/?{urlencode({'cursor': cursor})}",),
        (f"/positions/?offset={row}",),
        (f"/positions/?{urlencode({'after': after})}",),
        must,
    )


def list_filters():
    """Each filter that is promised and that the stock app has, alone and in pairs."""
    single = {
        "party": ("party-0", "party-40", "party-200"),
        "issue": ("issue-0", "issue-20", "issue-70"),
        "negotiation": ("negotiation-0", "negotiation-50", "negotiation-190"),
        "statement": ("statement-3", "statement-11"),
        "spoken_by": ("person-1", "person-90"),
        "stance": ("supports",),
        "firmness": ("red_line",),
        "basis": ("implied",),
        "date_certainty": ("unknown",),
        "date_from": ("2023-05-01",),
        "date_to": ("2006-01-01",),
        "negotiation__kind": ("peace",),
        "party__kind": ("state",),
        "updated_since": ("2020-01-01T00:00:00Z",),
    }
    found = [
        ask_lists(name, [{name: value} for value in values]) for name, values in single.items()
    ]
    pairs = (("party", "issue"), ("negotiation", "party"), ("negotiation", "issue"))
    for names in (*pairs, ("party", "stance"), ("issue", "stance")):
        values = [single[name] for name in names]
        queries = [dict(zip(names, each, strict=True)) for each in zip(*values, strict=False)]
        found.append(ask_lists(" and ".join(names), queries))
        if names in pairs:
            newest = [{**query, **NEWEST} for query in queries]
            found.append(ask_lists(f"{' and '.join(names)}, newest first", newest))
    return found


def check(read, servers):
    """The same records in the same order at all three; else ``ValueError``."""
    for number in range(min(SAMPLES, len(read.ours))):
        paths = {"ours": read.ours, "stock": read.stock, "bare": read.bare}
        slugs = {}
        for server in servers:
            status, body, _ = server.ask(paths[server.name][number])
            if status != 200:
                raise ValueError(
                    f"{server.name} {paths[server.name][number]}: {status} {body[:300]}"
                )
            slugs[server.name] = list_slugs(json.loads(body), server.name)
        if len({tuple(each) for each in slugs.values()}) > 1:
            told = {name: (len(each), each[:3]) for name, each in slugs.items()}
            raise ValueError(f"{read.name} {paths['ours'][number]}: not the same records: {told}")


def list_slugs(body, name):
    if "results" in body:
        return [each["slug"] for each in body["results"]]
    children = body["expand"]["positions"]["results"] if name == "ours" else body["positions"]
    # The order of prefetched children is nobody's promise in the stock app.
    return [body["slug"], *sorted(each["slug"] for each in children)]
