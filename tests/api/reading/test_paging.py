"""Pages and orders of lists: each record once, wherever a reader stands and whoever writes."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from negotiations.models import Negotiation, Round
from tests.factories import IssueFactory, NegotiationFactory, PersonFactory, RoundFactory

pytestmark = pytest.mark.django_db


def slugs(answer):
    return [body["slug"] for body in answer.json()["results"]]


def codes(answer):
    return answer.status_code, [fault["code"] for fault in answer.json()["errors"]]


def walk(client, path, rel="next", between=None):
    """The slugs of each page, from the first to the last, or back from it."""
    pages = []
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.content
        pages.append(slugs(answer))
        path = answer.json()[rel]
        if between:
            between()
    return pages


def test_pages_follow_one_another_both_ways(reader):
    for number in range(7):
        PersonFactory(slug=f"p{number}", review="published")

    first = reader.get("/api/v1/people/?limit=3&ordering=-slug&count=true")
    second = reader.get(first.json()["next"])
    third = reader.get(second.json()["next"])
    back = reader.get(third.json()["previous"])

    pages = [(slugs(page), page.json()["count"]) for page in (first, second, third, back)]
    assert pages == [
        (["p6", "p5", "p4"], 7),
        (["p3", "p2", "p1"], 7),
        (["p0"], 7),
        (["p3", "p2", "p1"], 7),
    ]
    assert (first.json()["previous"], third.json()["next"]) == (None, None)
    ends = reader.get(back.json()["previous"]).json()
    assert (ends["results"], ends["previous"]) == (first.json()["results"], None)


def test_the_header_link_names_the_neighbours(reader):
    for _ in range(3):
        PersonFactory(review="published")

    first = reader.get("/api/v1/people/?limit=1")
    middle = reader.get(first.json()["next"])
    whole = reader.get("/api/v1/people/")

    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    following, before = middle.json()["next"], middle.json()["previous"]
    assert middle["Link"] == f'<{following}>; rel="next", <{before}>; rel="prev"'
    assert "Link" not in whole


def test_a_page_that_did_not_change_is_answered_304_at_any_later_time(reader, monkeypatch):
    for _ in range(2):
        PersonFactory(review="published")
    path = "/api/v1/people/?limit=1"
    tag = reader.get(path)["ETag"]

    monkeypatch.setattr("time.time", lambda: datetime.datetime(2100, 1, 1).timestamp())  # noqa: DTZ001

    assert reader.get(path, headers={"if-none-match": tag}).status_code == 304


DATES = {"a": "2025-07", "b": "", "c": "2025-07-19", "d": "../2025-01-01", "e": ""}


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        # By the first day; without one, or without a date, last, either way.
        ("date_earliest,slug", ["a", "c", "b", "d", "e"]),
        ("-date_earliest,slug", ["c", "a", "b", "d", "e"]),
        ("-date_earliest,-slug", ["c", "a", "e", "d", "b"]),
        ("date_latest", ["d", "c", "a", "b", "e"]),
        ("-number,date_earliest", ["e", "d", "c", "b", "a"]),
        ("status,-slug", ["e", "d", "c", "b", "a"]),
        ("negotiation,slug", ["a", "b", "c", "d", "e"]),
        (None, ["a", "c", "b", "d", "e"]),
    ],
)
@pytest.mark.parametrize("limit", [2, 50])
def test_what_is_empty_comes_last_whatever_the_order(reader, ordering, expected, limit):
    talks = NegotiationFactory(review="published")
    for number, (slug, date) in enumerate(DATES.items(), 1):
        values = {"slug": slug, "date": date, "number": number, "review": "published"}
        RoundFactory(negotiation=talks, **values)
    asked = f"&ordering={ordering}" if ordering else ""

    pages = walk(reader, f"/api/v1/rounds/?limit={limit}{asked}")

    assert [slug for page in pages for slug in page] == expected


def test_empty_relations_come_last(reader):
    topics = [IssueFactory(slug=slug, review="published") for slug in ("a", "b")]
    for slug, topic in (("c", topics[1]), ("d", topics[0])):
        IssueFactory(slug=slug, part_of=topic, review="published")

    ordered = {o: walk(reader, f"/api/v1/issues/?limit=1&ordering={o}") for o in ORDERS}

    assert ordered == ORDERS


ORDERS = {
    "part_of": [["d"], ["c"], ["a"], ["b"]],
    "-part_of": [["c"], ["d"], ["a"], ["b"]],
    "-part_of,-slug": [["c"], ["d"], ["b"], ["a"]],
}


@pytest.mark.parametrize(
    ("ordering", "code"),
    [
        ("note", "unknown_ordering"),
        ("date_earlist", "unknown_ordering"),
        ("party__name", "unknown_ordering"),
        ("--slug", "unknown_ordering"),
        ("id", "unknown_ordering"),
        ("slug,", "unknown_ordering"),
        ("slug,-slug", "repeated_value"),
        (",".join(["slug"] * 300), "repeated_value"),
    ],
)
def test_an_order_is_one_of_those_named(reader, ordering, code):
    assert codes(reader.get("/api/v1/rounds/", {"ordering": ordering})) == (400, [code])


@pytest.mark.parametrize("limit", ["0", "-1", "501", "1000000", "9" * 5000, "ten", "1.0", "٣"])
def test_a_page_has_one_to_five_hundred_records(reader, limit):
    code = "unreadable_value" if len(limit) > 2000 else "out_of_range"

    assert codes(reader.get("/api/v1/people/", {"limit": limit})) == (400, [code])


def test_a_cursor_holds_for_its_own_list_alone(reader, reviewer):
    for _ in range(2):
        PersonFactory(review="published")
        IssueFactory(review="published")
    own = reader.get("/api/v1/people/?limit=1").json()["next"]
    cursor = own.partition("cursor=")[2].partition("&")[0]
    body, mark, signature = cursor.rpartition("%3A")
    bad = (400, ["bad_cursor"])

    assert reader.get(f"/api/v1/people?cursor={cursor}&limit=500&count=true").status_code == 200
    assert codes(reader.get(f"/api/v1/issues/?cursor={cursor}")) == bad
    assert codes(reader.get(f"/api/v1/people/?cursor={cursor}&review=published")) == bad
    assert codes(reader.get(f"/api/v1/people/?cursor={cursor}&ordering=slug")) == bad
    assert codes(reader.get(f"/api/v1/people/?cursor={body[:-1]}{mark}{signature}")) == bad
    for forged in ("x", "eyJhIjoxfQ:x", ":::", "%F0%9F%98%80"):
        assert codes(reader.get(f"/api/v1/people/?cursor={forged}")) == bad


def test_a_cursor_gives_nobody_the_sight_of_another(reader, reviewer):
    drafts = [PersonFactory(slug=f"draft-{n}") for n in range(2)]
    PersonFactory(slug="known", review="published")
    own = reviewer.get("/api/v1/people/?limit=1&ordering=slug").json()["next"]

    assert len(drafts) == 2
    assert slugs(reader.get(own)) == ["known"]


WRITES = st.lists(st.tuples(st.sampled_from(["add", "remove"]), st.integers(0, 9)), max_size=12)
START = st.sets(st.integers(0, 9), max_size=8)
DAYS = {n: None if n % 3 == 0 else datetime.date(2025, 1, 1 + n % 4) for n in range(10)}


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=START,
    writes=WRITES,
    limit=st.integers(1, 4),
    ordering=st.sampled_from(["date_earliest", "-date_earliest", "slug", "-slug"]),
)
def test_no_record_is_repeated_or_missed_while_others_write(reader, start, writes, limit, ordering):
    Round.objects.all().delete()
    talks = Negotiation.objects.first() or NegotiationFactory(review="published")
    for number in start:
        add(talks, number)
    path = f"/api/v1/rounds/?limit={limit}&ordering={ordering}"
    stayed, queue = {f"r{n}" for n in start} - {f"r{n}" for _, n in writes}, list(writes)

    def write():
        if queue:
            action, number = queue.pop()
            Round.objects.filter(slug=f"r{number}").delete()
            if action == "add":
                add(talks, number)

    forwards = [slug for page in walk(reader, path, between=write) for slug in page]
    seen = [slug for slug in forwards if slug in stayed]
    whole = slugs(reader.get(f"/api/v1/rounds/?ordering={ordering}"))
    assert len(forwards) == len(set(forwards))
    assert seen == [slug for slug in whole if slug in stayed]

    queue = list(writes)
    last = walk_to_last(reader, path)
    pages = walk(reader, last, rel="previous", between=write)
    backwards = [slug for page in reversed(pages) for slug in page]
    assert len(backwards) == len(set(backwards))
    assert [slug for slug in backwards if slug in stayed] == seen


def walk_to_last(client, path):
    while following := client.get(path).json()["next"]:
        path = following
    return path


def add(talks, number):
    """As the loader of a test may: without versions, which paging does not read."""
    day = DAYS[number]
    date = day.isoformat() if day else ""
    values = {"slug": f"r{number}", "title": "Round", "date": date, "review": "published"}
    Round(negotiation=talks, **values).save()
