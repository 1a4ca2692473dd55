"""The limit: a WSGI function whose JSON the database writes, without a framework or any rule."""

import json
import os
import sqlite3
import threading
from datetime import UTC, datetime
from functools import cache
from urllib.parse import parse_qsl

URL = os.environ.get("DATABASE_URL", "")
IS_SQLITE = URL.startswith("sqlite")
OBJECT = "json_object" if IS_SQLITE else "json_build_object"
# Whose table a filter by slug looks into.
RELATIONS = {
    "party": "party",
    "issue": "issue",
    "negotiation": "negotiation",
    "statement": "statement",
    "spoken_by": "person",
}
CONDITIONS = {
    **{name: f"p.{name} = %s" for name in ("slug", "stance", "firmness", "basis")},
    "date_certainty": "p.date_certainty = %s",
    "negotiation__kind": "n.kind = %s",
    "party__kind": "r.kind = %s",
    "date_from": "(p.date_latest >= %s OR p.date_latest IS NULL AND p.date <> '')",
    "date_to": "(p.date_earliest <= %s OR p.date_earliest IS NULL AND p.date <> '')",
    "updated_since": "p.updated_at >= %s",
}
DEFAULT_ORDER = "p.date_earliest NULLS LAST, p.slug"
ORDERS = {
    "-date_earliest": "p.date_earliest DESC NULLS LAST, p.slug",
    "-updated_at": "p.updated_at DESC, p.slug",
}
TABLES = """
negotiations_position p
JOIN negotiations_party r ON r.id = p.party_id
JOIN negotiations_issue i ON i.id = p.issue_id
JOIN negotiations_negotiation n ON n.id = p.negotiation_id
"""
DOCUMENTS = "SELECT d.key FROM negotiations_searchdocument d WHERE d.kind = 'positions'"
MATCHES = (
    f"p.id IN ({DOCUMENTS} AND d.until IS NULL AND d.id IN "
    "(SELECT rowid FROM negotiations_searchwords WHERE negotiations_searchwords MATCH %s))"
    if IS_SQLITE
    else f"p.id = ANY (ARRAY({DOCUMENTS} AND d.until IS NULL AND d.words @@ %s::tsquery))"
)
INSERTED = (
    *("slug", "version", "review", "open_question", "note", "created_at", "updated_at", "stance"),
    *("firmness", "basis", "claim", "date", "date_earliest", "date_latest", "date_words"),
    *("date_certainty", "negotiation_id", "party_id", "issue_id"),
)
local = threading.local()


def connect():
    """The connection of this thread."""
    if not hasattr(local, "connection"):
        if IS_SQLITE:
            local.connection = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None)
            local.connection.execute("PRAGMA journal_mode=WAL")
            local.connection.execute("PRAGMA synchronous=FULL")
            local.connection.execute("PRAGMA busy_timeout=20000")
        else:
            import psycopg

            local.connection = psycopg.connect(URL, autocommit=True)
    return local.connection


def run(sql, parameters=()):
    cursor = connect().cursor()
    cursor.execute(sql.replace("%s", "?") if IS_SQLITE else sql, parameters)
    return cursor


def list_columns(table):
    """The columns of a table but keys, each with whether it holds JSON."""
    if IS_SQLITE:
        names = [row[1] for row in run(f"PRAGMA table_info({table})")]
    else:
        asked = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        names = [row[0] for row in run(asked, [table])]
    structured = {"aliases", "identifiers"} if IS_SQLITE else set()
    return [(name, name in structured) for name in names if name[-3:] != "_id" and name != "id"]


@cache
def write_object(kind, alias, beside=""):
    """The expression that makes a row JSON."""
    parts = [
        f"'{name}', json({alias}.{name})" if is_json else f"'{name}', {alias}.{name}"
        for name, is_json in list_columns(f"negotiations_{kind}")
    ]
    return f"{OBJECT}({', '.join([*parts, *([beside] if beside else [])])})"


@cache
def select_positions(is_nested):
    kinds = (("party", "r"), ("issue", "i"), ("negotiation", "n"))
    beside = ", ".join(
        f"'{kind}', {write_object(kind, alias) if is_nested else f'{alias}.slug'}"
        for kind, alias in kinds
    )
    # Text, which is passed on as it is.
    body = write_object("position", "p", beside) + ("" if IS_SQLITE else "::text")
    return f"SELECT {body} FROM {TABLES} WHERE p.review = 'published'"


def find_key(kind, slug):
    found = run(f"SELECT id FROM negotiations_{kind} WHERE slug = %s", [slug]).fetchone()
    return found[0] if found else -1


def answer_list(query):
    where, bound = [], []
    for name, value in query.items():
        if name in RELATIONS:
            where.append(f"AND p.{name}_id = %s")
            bound.append(find_key(RELATIONS[name], value))
        elif name in CONDITIONS:
            where.append(f"AND {CONDITIONS[name]}")
            bound.append(value)
        elif name == "search":
            where.append(f"AND {MATCHES}")
            bound.append(value + ("*" if IS_SQLITE else ":*"))
        elif name == "after":
            day, _, slug = value.partition(",")
            where.append("AND p.date_earliest >= %s AND (p.date_earliest > %s OR p.slug > %s)")
            bound += [day, day, slug]
    order = ORDERS.get(query.get("ordering"), DEFAULT_ORDER)
    sql = f"{select_positions('expand' in query)} {' '.join(where)} ORDER BY {order} LIMIT %s"
    rows = [row[0] for row in run(sql, [*bound, int(query.get("limit", 50))])]
    return ('{"results":[' + ",".join(rows) + "]}").encode()


def answer_statement(slug):
    key = find_key("statement", slug)
    sql = f"{select_positions(True)} AND p.statement_id = %s ORDER BY {DEFAULT_ORDER} LIMIT 20"
    children = ",".join(row[0] for row in run(sql, [key]))
    own = write_object("statement", "s") + ("" if IS_SQLITE else "::text")
    row = run(f"SELECT {own} FROM negotiations_statement s WHERE id = %s", [key]).fetchone()
    return f'{row[0][:-1]},"positions":[{children}]}}'.encode()


def insert(bodies):
    now = datetime.now(UTC)
    now = now.strftime("%Y-%m-%d %H:%M:%S.%f") if IS_SQLITE else now
    find = cache(find_key)
    rows = [
        (
            *(b["slug"], 1, "draft", "", "", now, now, b["stance"], "unspecified", "stated"),
            *(b["claim"], b["date"], b["date"], b["date"], "", "stated"),
            *(find(name, b[name]) for name in ("negotiation", "party", "issue")),
        )
        for b in bodies
    ]
    places = ", ".join(["?" if IS_SQLITE else "%s"] * len(INSERTED))
    cursor = connect().cursor()
    cursor.execute("BEGIN IMMEDIATE" if IS_SQLITE else "BEGIN")
    cursor.executemany(
        f"INSERT INTO negotiations_position ({', '.join(INSERTED)}) VALUES ({places})", rows
    )
    cursor.execute("COMMIT")
    return json.dumps([b["slug"] for b in bodies]).encode()


def application(environ, start_response):
    path, query = environ["PATH_INFO"], dict(parse_qsl(environ["QUERY_STRING"]))
    status = "200 OK"
    if environ["REQUEST_METHOD"] == "POST":
        sent = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        body, status = insert(sent if isinstance(sent, list) else [sent]), "201 Created"
    elif path.startswith("/statements/"):
        body = answer_statement(path.split("/")[2])
    else:
        body = answer_list(query)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
