"""What was held on a day, who moved, and how far apart two sides are, as far as dates prove it."""

from datetime import date

import pytest

from negotiations.analysis.date_spans import DateSpan, build_day_span
from negotiations.analysis.held_positions import HeldPosition, find_latest_candidates, is_sure
from negotiations.analysis.movement import build_move
from negotiations.dates import edtf
from negotiations.models import Citation, Issue
from tests.factories import (
    IssueFactory,
    NegotiationFactory,
    ParticipationFactory,
    PartyFactory,
    PositionFactory,
    RoundFactory,
    SourceFactory,
)

pytestmark = pytest.mark.django_db


def position(stance, text, told_by=None):
    span = edtf.parse_edtf(text) if text else DateSpan(None, None)
    about = (
        stance,
        "north",
        "peace",
        stance,
        "unspecified",
        "stated",
        "Claim.",
        text,
        "",
        "stated",
    )
    return HeldPosition(*about, span.earliest, span.latest, told_by)


@pytest.mark.parametrize(
    ("taken", "on", "held", "sure"),
    [
        # Nothing before its first day; from its last day on certainly.
        ({"opposes": "2025-06"}, "2025-05-31", [], False),
        ({"opposes": "2025-06"}, "2025-06-01", ["opposes"], False),
        ({"opposes": "2025-06"}, "2025-06-30", ["opposes"], True),
        # A later one replaces an earlier one from its last day on.
        ({"opposes": "2025-05-01", "open": "2025-06"}, "2025-06-15", ["opposes", "open"], False),
        ({"opposes": "2025-05-01", "open": "2025-06"}, "2025-06-30", ["open"], True),
        # Spans with a day in common prove no order, for good.
        ({"opposes": "2025-06", "open": "2025-06-30"}, "2025-12-31", ["opposes", "open"], False),
        # What is known to no day may be the latest, and may be long replaced.
        ({"opposes": "", "open": "2025-06-30"}, "2025-12-31", ["opposes", "open"], False),
        ({"opposes": ""}, "2025-12-31", ["opposes"], False),
        # Open at one side: before all that came later, or perhaps not yet taken.
        ({"opposes": "../2025-06-29", "open": "2025-06-30"}, "2025-12-31", ["open"], True),
        ({"opposes": "2025-06-01", "open": "2025-06-30/.."}, "2025-07-31", ["opposes", "open"],
         False),
    ],
)  # fmt: skip
def test_held_is_what_may_be_the_latest_by_a_day(taken, on, held, sure):
    point = build_day_span(date.fromisoformat(on))

    found = find_latest_candidates([position(*each) for each in taken.items()], point)

    assert [each.stance for each in found] == held
    assert is_sure(found, point) is sure


def test_what_a_source_told_had_happened_by_its_publication():
    told = position("open", "", told_by=date(2025, 7, 20))

    assert told.span == DateSpan(None, date(2025, 7, 20))
    assert position("open", "2025", told_by=date(2025, 7, 20)).span.latest == date(2025, 7, 20)
    # Told before it can have happened: one of the two is wrong, and the date stands.
    assert position("open", "2025-08", told_by=date(2025, 7, 20)).span.latest == date(2025, 8, 31)


@pytest.mark.parametrize(
    ("taken", "possible"),
    [
        ([("opposes", "2025-01-01"), ("open", "2025-06-15")], ["changed"]),
        ([("opposes", "2025-01-01"), ("opposes", "2025-06-15")], ["unchanged"]),
        ([("opposes", "2025-01-01")], ["no_evidence"]),
        ([("opposes", "2025-06-15")], ["first_recorded"]),
        ([("opposes", "2025-08-01")], ["nothing_found"]),
        # Net: there and back again is no change.
        (
            [("opposes", "2025-01-01"), ("open", "2025-06-05"), ("opposes", "2025-06-15")],
            ["unchanged"],
        ),
        # A date that may lie before or after the first point.
        ([("opposes", "2025-06")], ["first_recorded", "no_evidence"]),
        ([("opposes", "2025-06"), ("open", "2025-07-10")], ["changed", "first_recorded"]),
        ([("opposes", "2025-01-01"), ("open", "2025-06")], ["changed", "no_evidence"]),
        # A date that may lie before or after the second point.
        ([("opposes", "2025-07")], ["first_recorded", "nothing_found"]),
        ([("opposes", "2025-01-01"), ("open", "2025-07")], ["changed", "no_evidence"]),
        # No date at all.
        ([("opposes", "")], ["first_recorded", "no_evidence", "nothing_found"]),
    ],
)
def test_changes_are_told_apart_and_all_that_dates_allow_are_named(taken, possible):
    start, end = build_day_span(date(2025, 6, 4)), build_day_span(date(2025, 7, 15))

    found = build_move("north", "peace", [position(*each) for each in taken], start, end)

    assert found.possible == possible
    assert found.change == (possible[0] if len(possible) == 1 else "unclear")


def test_between_a_day_and_itself_nothing_is_new():
    day = build_day_span(date(2025, 6, 4))
    taken = [position("open", "2025-06-01/2025-06-10")]

    assert build_move("north", "peace", taken, day, day).possible == [
        "no_evidence",
        "nothing_found",
    ]


@pytest.fixture
def talks():
    """Two sides and a question."""
    negotiation = NegotiationFactory(slug="talks", title="Talks", review="published")
    for slug in ("north", "south"):
        party = PartyFactory(slug=slug, name=slug.title(), review="published")
        ParticipationFactory(negotiation=negotiation, party=party, review="published")
    return negotiation


def hold(talks, side, stance, when, **more):
    party = talks.participations.get(party__slug=side).party
    issue = Issue.objects.filter(slug="peace").first()
    issue = issue or IssueFactory(slug="peace", title="Peace", review="published")
    known = {"date": when, "date_certainty": "stated"} if when else {}
    return PositionFactory(
        negotiation=talks, party=party, issue=issue, stance=stance, review="published", **known,
        **more,
    )  # fmt: skip


NORTH_CELL = {
    "party": "north",
    "issue": "peace",
    "question": "Should the fighting stop?",
    "state": "held",
    "stance": "opposes",
    "firmness": "red_line",
    "basis": "implied",
    "sureness": "certain",
    "positions": 1,
    "held": [
        {
            "slug": "no",
            "party": "north",
            "issue": "peace",
            "stance": "opposes",
            "firmness": "red_line",
            "basis": "implied",
            "claim": "No.",
            "date": "2025-06-01",
            "date_words": "",
            "date_certainty": "stated",
            "earliest": "2025-06-01",
            "latest": "2025-06-01",
            "told_by": None,
        }
    ],
}
SOUTH_CELL = {
    "party": "south",
    "issue": "peace",
    "question": "Should the fighting stop?",
    "state": "nothing_found",
    "stance": None,
    "firmness": None,
    "basis": None,
    "sureness": None,
    "positions": 0,
    "held": [],
}


def test_a_cell_tells_what_is_held_how_firmly_and_by_which_position(reader, talks):
    firm = {"firmness": "red_line", "basis": "implied"}
    hold(talks, "north", "opposes", "2025-06-01", slug="no", claim="No.", **firm)
    hold(talks, "north", "open", "2025-09-01")

    body = reader.get("/api/v1/negotiations/talks/matrix/?on=2025-07-01").json()

    assert body == {
        "negotiation": "talks",
        "title": "Talks",
        "on": "2025-07-01",
        "sources": 3,
        "parties": [
            {"party": "north", "name": "North", "roles": ["side"]},
            {"party": "south", "name": "South", "roles": ["side"]},
        ],
        "issues": [{"issue": "peace", "title": "Peace", "question": "Should the fighting stop?"}],
        "cells": [NORTH_CELL, SOUTH_CELL],
    }


def test_an_undated_position_was_held_when_its_source_was_published(reader, talks):
    source = SourceFactory(
        text="Yes.", published="2025-07-20", published_certainty="stated", review="published"
    )
    hold(talks, "north", "supports", "", citations=[Citation(source=source, quote="Yes.")])

    def cell(on):
        body = reader.get(f"/api/v1/negotiations/talks/matrix/?on={on}").json()
        return body["cells"][0]["stance"], body["cells"][0]["sureness"]

    assert cell("2025-07-19") == ("supports", "possible")
    assert cell("2025-07-20") == ("supports", "certain")


def test_gaps_are_steps_between_sides_with_bounds(reader, talks):
    hold(talks, "north", "supports", "2025-01-01")
    hold(talks, "south", "opposes", "2025-01-01")
    hold(talks, "south", "doubts", "2025-06-01")
    hold(talks, "south", "open", "2025-06-01")
    RoundFactory(negotiation=talks, slug="first", date="2025-02", review="published")

    body = reader.get("/api/v1/negotiations/talks/movement/?from=first&to=2025-06-02").json()

    assert body["start"] == {"round": "first", "earliest": "2025-02-01", "latest": "2025-02-28"}
    assert body["end"] == {"round": None, "earliest": "2025-06-02", "latest": "2025-06-02"}
    assert body["gaps"] == [
        {
            "issue": "peace",
            "sides": ["north", "south"],
            "before": {"min": 4, "max": 4, "sureness": "certain"},
            "after": {"min": 1, "max": 3, "sureness": "possible"},
        }
    ]
    assert [(m["party"], m["change"]) for m in body["moves"]] == [
        ("north", "no_evidence"),
        ("south", "changed"),
    ]
