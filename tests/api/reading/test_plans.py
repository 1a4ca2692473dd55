"""Every list is read from an index, in its order, whatever the filter: nothing is sorted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations.models import COLLECTIONS
from negotiations.rest.read import filters
from tests.support.scene import VIEWSETS, build_scene, get_api_url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PAIRS = {
    "positions": ("party issue", "negotiation party", "negotiation issue"),
    "statements": ("negotiation party",),
}
# What is found by words, or by its own name, is few records, which are then sorted; so may be what
# is found by way of another kind (round__negotiation).
SORTED = {"q", "slug"}
# Without these PostgreSQL sorts or reads all only where no index serves.
FORBIDDEN = ("seqscan", "bitmapscan", "sort", "incremental_sort")


@pytest.fixture
def scene():
    made = build_scene()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for each in FORBIDDEN:
                cursor.execute(f"SET LOCAL enable_{each} = off")
    return made


def build_value(each, scene):
    """A value that a filter takes."""
    if isinstance(each, filters.SlugFilter):
        return scene[each.target.resource_name].slug
    if isinstance(each, filters.ChoiceFilter):
        return each.values[0]
    by_kind = {
        filters.BooleanFilter: "true",
        filters.IntegerFilter: "3",
        filters.DateBoundFilter: "2025-07-19",
        filters.UpdatedSinceFilter: "2020-01-01T00:00:00Z",
        filters.CitedRecordFilter: f"people/{scene['people'].slug}",
    }
    return next((v for kind, v in by_kind.items() if isinstance(each, kind)), "published")


def list_queries(collection, scene):
    """Each filter alone, and the pairs that people use."""
    promised = VIEWSETS[collection].filterset_class.base_filters
    values = {name: build_value(f, scene) for name, f in promised.items() if name not in SORTED}
    values = {name: value for name, value in values.items() if "__" not in name}
    yield {}
    yield from ({name: value} for name, value in values.items())
    for pair in PAIRS.get(collection, ()):
        yield {name: values[name] for name in pair.split()}


def list_orders(collection):
    """The default order, its reverse and the last changes."""
    dates = [str(term.expression.name) for term in COLLECTIONS[collection]._meta.ordering[:-1]]
    return ["", *(f"-{name}" for name in dates or ["slug"]), "-updated_at"]


def read_plan(client, path, query, table):
    """How the database reads the rows of a page."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path, query)
    assert answer.status_code == 200, (path, query, answer.content)
    starts = f'SELECT "{table}"'
    [sql] = [
        each["sql"]
        for each in captured
        if "LIMIT 51" in each["sql"] and each["sql"].startswith(starts)
    ]
    prefix = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{prefix} {sql}".replace("%", "%%"))
        return [row[-1] for row in cursor.fetchall()]


def find_fault(plan, table):
    """What is sorted or read in full."""
    for step in plan:
        if "TEMP B-TREE FOR ORDER" in step or step.strip(" ->").startswith(("Sort", "Increm")):
            return step
        if f"Seq Scan on {table} " in step or step == f"SCAN {table}":
            return step
    return ""


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_list_is_read_in_order_from_an_index(collection, reader, scene):
    path, table = get_api_url(collection), COLLECTIONS[collection]._meta.db_table
    faults = {}
    for query in list_queries(collection, scene):
        for ordering in list_orders(collection):
            asked = {**query, **({"ordering": ordering} if ordering else {})}
            # Last changes of a part: who wants them follows the feed.
            if ordering == "-updated_at" and query:
                continue
            if fault := find_fault(read_plan(reader, path, asked, table), table):
                faults[tuple(asked.items())] = fault

    assert faults == {}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Of few rows PostgreSQL asks any index.")
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_filter_by_a_column_is_looked_up_in_an_index(collection, reader, scene):
    model = COLLECTIONS[collection]
    names = {field.name: field.column for field in model._meta.concrete_fields}
    unserved = []
    for query in list_queries(collection, scene):
        columns = [names.get(name) for name in query]
        if not query or None in columns or "review" in query:
            continue
        plan = " ".join(read_plan(reader, get_api_url(collection), query, model._meta.db_table))
        if not all(f"{column}=?" in plan for column in columns):
            unserved.append((query, plan))

    assert unserved == []
