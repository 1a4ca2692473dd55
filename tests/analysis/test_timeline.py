"""The timeline: order, lanes, groups and pages, and the same as news and as a calendar."""

from datetime import date, timedelta

import icalendar
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from negotiations import history
from negotiations.analysis.date_spans import DateSpan
from negotiations.analysis.ordering import assign_ranks_and_lanes
from tests.factories import (
    CommitmentFactory,
    NegotiationFactory,
    PartyFactory,
    ProposalFactory,
    RoundFactory,
    StatementFactory,
)
from tests.support.synthetic import Synthetic

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return NegotiationFactory(title="Talks", slug="talks", review="published")


def hold(talks, name, when, **more):
    known = {"date": when, "date_certainty": "stated"} if when else {}
    return RoundFactory(
        negotiation=talks, title=name, slug=name, review="published", **known, **more
    )


def timeline(client, **query):
    answer = client.get("/api/v1/negotiations/talks/timeline/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_ranks_are_an_order_that_is_proved_and_lanes_never_overlap(reader, talks):
    for name, when in {
        "june": "2025-06",
        "first": "2025-06-02",
        "tenth": "2025-06-10",
        "july": "2025-07-01",
        "until": "../2025-06-05",
        "since": "2025-07-05/..",
        "unknown": "",
    }.items():
        hold(talks, name, when)

    body = timeline(reader, kind="rounds")

    assert [(e["slug"], e["rank"], e["lane"]) for e in body["entries"]] == [
        ("june", 0, 1),
        ("first", 0, 2),
        ("until", None, 0),
        ("tenth", 0, 0),
        ("july", 1, 0),
        ("since", None, 0),
    ]
    assert [(e["slug"], e["rank"], e["lane"]) for e in body["undated"]] == [("unknown", None, None)]
    assert (body["lanes"], body["earliest"], body["latest"]) == (3, "2025-06-01", "2025-07-05")


DAYS = st.dates(date(2025, 1, 1), date(2025, 2, 1)) | st.none()


@given(st.lists(st.tuples(DAYS, DAYS)))
def test_no_rank_and_no_lane_says_more_than_the_days(pairs):
    spans = [DateSpan(*sorted(pair)) if all(pair) else DateSpan(*pair) for pair in pairs]
    places = assign_ranks_and_lanes(spans)

    for one, here in zip(spans, places, strict=True):
        assert (here is None) == (one == DateSpan(None, None))
        for other, there in zip(spans, places, strict=True):
            if one is other or here is None or there is None:
                continue
            if here.rank is not None and there.rank is not None and here.rank < there.rank:
                assert one.before(other)
            if here.lane == there.lane:
                assert one.before(other) or other.before(one)


def test_a_proposal_stands_at_its_date_and_at_its_deadline(reader, talks):
    north, south = (PartyFactory(slug=s, name=s.title(), review="published") for s in ("n", "s"))
    ProposalFactory(
        negotiation=talks, slug="offer", title="An offer", review="published",
        proposed_by=[south, north], date="2025-07-01", date_certainty="stated",
        date_words="Words", deadline="2025-07-31", deadline_certainty="resolved",
        open_question="To whom?",
    )  # fmt: skip

    body = timeline(reader, kind="proposals", on="2025-07-15")

    first, second = body["entries"]
    del first["updated_at"], second["updated_at"]
    assert first == {
        "kind": "proposals",
        "slug": "offer",
        "about": "date",
        "title": "An offer",
        "summary": "N and S: An offer (status: open)",
        "code": "open",
        "outcome_status": "",
        "question": "",
        "parties": ["n", "s"],
        "receivers": [],
        "date": "2025-07-01",
        "date_words": "Words",
        "date_certainty": "stated",
        "earliest": "2025-07-01",
        "latest": "2025-07-01",
        "rank": 0,
        "lane": 0,
        "has_open_question": True,
        "version": 1,
    }
    assert (second["about"], second["date"], second["rank"]) == ("deadline", "2025-07-31", 1)
    assert second["summary"] == "Deadline – N and S: An offer (status: open)"
    assert body["parties"] == [{"party": "n", "name": "N"}, {"party": "s", "name": "S"}]
    assert body["on"] == "2025-07-15"


def test_a_window_has_what_can_lie_in_it(reader, talks):
    for name, when in {"a": "2025-06", "b": "2025-07-01", "c": "2025-05-01/..", "d": ""}.items():
        hold(talks, name, when)

    def slugs(**query):
        body = timeline(reader, kind="rounds", **query)
        return [entry["slug"] for entry in [*body["entries"], *body["undated"]]]

    assert slugs() == ["c", "a", "b", "d"]
    assert slugs(**{"from": "2025-06-30"}) == ["c", "a", "b"]
    assert slugs(to="2025-05-31") == ["c"]
    assert slugs(**{"from": "2025-07-01", "to": "2025-07-01"}) == ["c", "b"]


def test_pages_hold_each_entry_once_undated_ones_last(reader, talks):
    dates = ["2025-06-01", "2025-06-01", "2025-06-02/2025-06-04", "../2025-06-03", "", ""]
    for number, when in enumerate(dates):
        hold(talks, f"r{number}", when)
    whole = timeline(reader, kind="rounds")

    pages, following = [], "/api/v1/negotiations/talks/timeline/?kind=rounds&limit=2"
    while following:
        page = reader.get(following).json()
        pages.append(page["entries"] + page["undated"])
        following = page["next"]

    assert [len(page) for page in pages] == [2, 2, 2]
    assert [entry for page in pages for entry in page] == whole["entries"] + whole["undated"]
    bad = reader.get(whole_cursor(reader))
    assert bad.json()["errors"][0]["code"] == "bad_cursor"


def whole_cursor(reader):
    """A cursor taken to another list."""
    page = reader.get("/api/v1/negotiations/talks/timeline/?kind=rounds&limit=2").json()
    return page["next"].replace("kind=rounds", "kind=statements")


@pytest.mark.slow
def test_three_thousand_records_are_grouped_and_can_be_opened_month_by_month(reader):
    talks = Synthetic(rounds=12, positions=2900)
    here = f"/api/v1/negotiations/{talks.negotiation.slug}/timeline/"

    body = reader.get(here).json()

    assert (body["grouping"], body["entries"], body["undated"]) == ("month", [], [])
    keys = [group["key"] for group in body["groups"]]
    assert keys == sorted(keys)
    assert (keys[0], len(keys)) == ("2020-01", 12)
    inside = sum(group["count"] for group in body["groups"])
    assert inside + body["spanning_count"] + body["undated_count"] == body["count"] > 2900
    assert all(sum(group["kinds"].values()) == group["count"] for group in body["groups"])

    month = body["groups"][3]
    opened = reader.get(
        here, {"from": month["earliest"], "to": month["latest"], "group": "none", "limit": 500}
    ).json()
    wholly = [
        entry
        for entry in opened["entries"]
        if month["earliest"] <= (entry["earliest"] or "")
        and (entry["latest"] or "x") <= month["latest"]
    ]
    assert len(wholly) <= month["count"]
    assert reader.get(here, {"group": "year"}).json()["groups"][0]["key"] == "2020"


def calendar(client, **query):
    answer = client.get("/api/v1/negotiations/talks/timeline/", {"format": "ics", **query})
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert max(map(len, answer.content.split(b"\r\n"))) <= 75
    return icalendar.Calendar.from_ical(answer.content)


def test_a_calendar_has_rounds_and_deadlines_as_whole_days(reader, talks):
    hold(talks, "day", "2025-07-19", status="held")
    hold(talks, "span", "2025-07-21/2025-07-27", status="proposed")
    hold(talks, "called-off", "2025-07-28/..", status="cancelled")
    hold(talks, "undated", "")
    StatementFactory(negotiation=talks, date="2025-07-19", review="published")
    CommitmentFactory(
        negotiation=talks, text="Arms, and money; all\\", review="published",
        due="../2025-09-07", due_certainty="stated",
        obligor=[PartyFactory(name="North", review="published")],
    )  # fmt: skip

    events = calendar(reader).walk("VEVENT")

    told = [
        (str(e["SUMMARY"]), e.decoded("DTSTART"), e.decoded("DTEND"), str(e["STATUS"]))
        for e in events
    ]
    assert told == [
        ("day (held)", date(2025, 7, 19), date(2025, 7, 20), "CONFIRMED"),
        ("Day uncertain – span (proposed)", date(2025, 7, 21), date(2025, 7, 28), "TENTATIVE"),
        (
            "At the earliest – called-off (cancelled)",
            date(2025, 7, 28),
            date(2025, 7, 29),
            "CANCELLED",
        ),
        (
            "Due, at the latest – North: Arms, and money; all\\",
            date(2025, 9, 7),
            date(2025, 9, 8),
            "TENTATIVE",
        ),
    ]
    page = reader.get(str(events[0]["URL"]).removeprefix("http://testserver"))
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert str(events[1]["DESCRIPTION"]) == "On a day from 2025-07-21 to 2025-07-27 (stated)."


def test_an_event_keeps_its_name_when_it_moves(reader, talks):
    held = hold(talks, "moved", "2025-07-19")
    held.title = "Круглый стол переговоров о прекращении огня, 和平会谈"
    history.save(held)
    (before,) = calendar(reader).walk("VEVENT")
    held.date = "2025-07-20"
    history.save(held)
    (after,) = calendar(reader).walk("VEVENT")

    assert before["UID"] == after["UID"]
    assert (int(before["SEQUENCE"]), int(after["SEQUENCE"])) == (2, 3)
    assert after.decoded("DTSTART") - before.decoded("DTSTART") == timedelta(days=1)
    assert str(after["SUMMARY"]) == f"{held.title} (proposed)"


def test_a_feed_tells_what_was_written_last(reader, talks):
    from xml.etree import ElementTree

    first = hold(talks, "first", "2025-07-19")
    hold(talks, "second", "2025-06", status="held")
    first.title = "<b>First</b> & foremost"
    history.save(first)

    here = "/api/v1/negotiations/talks/timeline/?format=atom"
    answer = reader.get(here)
    feed = ElementTree.fromstring(answer.content)
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [entry.find(f"{atom}title").text for entry in feed.iter(f"{atom}entry")]
    ids = [entry.find(f"{atom}id").text for entry in feed.iter(f"{atom}entry")]

    assert titles == [
        "<b>First</b> & foremost (proposed)",
        "second (held)",
        "Talks (status unknown)",
    ]
    link = feed.find(f"{atom}entry/{atom}link").get("href").removeprefix("http://testserver")
    assert "foremost" in reader.get(link).text
    assert ids[0] == "http://testserver/rounds/first/#date"
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert reader.get(here).content == answer.content
    empty = reader.get(f"{here}&kind=incidents").content
    assert b"<entry>" not in empty
    assert reader.get(f"{here}&kind=incidents").content == empty
    assert timezone.now().isoformat()[:10].encode() in empty
