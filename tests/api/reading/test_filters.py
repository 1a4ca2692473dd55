"""Narrowing a list: every filter of every collection, and what is special about some."""

import pytest

from negotiations.models import SearchDocument
from negotiations.rest.read import filters
from negotiations.rest.read.search_query import SearchFilter
from tests.factories import (
    FACTORIES,
    CitationFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    ProposalFactory,
    RoundFactory,
)
from tests.support.scene import VIEWSETS, build_scene, get_api_url

pytestmark = pytest.mark.django_db


def slugs(answer):
    return [body["slug"] for body in answer.json()["results"]]


def matching(filter_, record):
    """A value with which the filter leaves the record of the painted scene, or None."""
    if isinstance(filter_, filters.CitedRecordFilter):
        return record.record.address
    if isinstance(filter_, SearchFilter):
        document = SearchDocument.objects.get(kind=record.resource_name, key=record.pk)
        # A record without a name is found by its slug.
        return f'"{(document.title or record.slug).splitlines()[0]}"'
    for kind, value in MATCHING.items():
        if isinstance(filter_, kind):
            return value
    value = record
    for step in filter_.field_name.split("__"):
        value = value and getattr(value, step)
    if isinstance(filter_, filters.SlugFilter):
        value = value.get() if filter_.many else value
        return value and value.slug
    return str(value)


# What fits every record of the painted scene.
MATCHING = {
    filters.DateBoundFilter: "2025-07-19",
    filters.UpdatedSinceFilter: "2025-07-19T20:00:00Z",
    filters.BooleanFilter: "true",
}


def passing(filter_, record):
    """A value that is right and leaves nothing of the painted scene, or None."""
    if isinstance(filter_, filters.ChoiceFilter):
        value = matching(filter_, record)
        return next(other for other in filter_.values if other != value)
    if isinstance(filter_, filters.SlugFilter):
        return "nobodys"
    if isinstance(filter_, filters.CitedRecordFilter):
        return "parties/nobodys"
    if isinstance(filter_, filters.DateBoundFilter):
        return "2025-07-20" if filter_.extra["edge"] == "from" else "2025-07-18"
    for kind, value in (
        (filters.UpdatedSinceFilter, "2100-01-01T00:00:00Z"),
        (filters.BooleanFilter, "false"),
    ):
        if isinstance(filter_, kind):
            return value
    return "9"


WRONG = {
    filters.ChoiceFilter: "unheard-of",
    filters.SlugFilter: "nobody",
    filters.CitedRecordFilter: "parties/nobody",
    filters.DateBoundFilter: "2025-02-30",
    filters.UpdatedSinceFilter: "2025-07-19",
    filters.BooleanFilter: "yes",
    filters.IntegerFilter: "-1",
    filters.TextFilter: "%00",
    SearchFilter: "!",
}
CODES = {
    filters.ChoiceFilter: "unknown_value",
    filters.SlugFilter: "unknown_reference",
    filters.CitedRecordFilter: "unknown_reference",
    filters.DateBoundFilter: "invalid_date",
    filters.UpdatedSinceFilter: "invalid_instant",
    filters.BooleanFilter: "unknown_value",
    filters.IntegerFilter: "invalid_number",
    filters.TextFilter: "unreadable_value",
    SearchFilter: "no_words",
}


def by_kind(filter_, table):
    return next(value for kind, value in table.items() if isinstance(filter_, kind))


def each_filter():
    return [
        (collection, name, filter_)
        for collection, viewset in VIEWSETS.items()
        for name, filter_ in viewset.filterset_class.base_filters.items()
    ]


# The wider ones of the scene refer to nothing themselves.
BEYOND_THE_SCENE = {
    "incidents part_of__part_of",
    "issues part_of__part_of",
    *(
        f"proposals responds_to__{name}"
        for name in ("relayed_by", "responds_to", "round", "spoken_by", "statement")
    ),
}


@pytest.mark.slow
def test_every_filter_leaves_what_fits_and_takes_away_what_does_not(reviewer):
    scene = build_scene()
    targets = {
        f.target.resource_name for *_, f in each_filter() if isinstance(f, filters.SlugFilter)
    }
    for collection in targets:
        FACTORIES[collection](slug="nobodys", review="published")

    found, unset = {}, set()
    for collection, name, filter_ in each_filter():
        record, path = scene[collection], get_api_url(collection)
        value = matching(filter_, record)
        if value is None:
            unset.add(f"{collection} {name}")
            continue
        right = reviewer.get(path, {name: value})
        other = reviewer.get(path, {name: passing(filter_, record)})
        statuses = (right.status_code, other.status_code)
        found[collection, name] = (*statuses, *(record.slug in slugs(a) for a in (right, other)))

    odd = {name: seen for name, seen in found.items() if seen != (200, 200, True, False)}
    assert odd == {}
    assert unset == BEYOND_THE_SCENE


@pytest.mark.slow
def test_every_filter_refuses_what_it_does_not_understand(reader):
    refused = {}
    for collection, name, filter_ in each_filter():
        value = by_kind(filter_, WRONG)
        answer = reader.get(f"{get_api_url(collection)}?{name}={value}")
        fault = answer.json()["errors"][0]
        refused[collection, name] = (answer.status_code, fault["parameter"], fault["code"])

    assert refused == {(c, n): (400, n, by_kind(f, CODES)) for c, n, f in each_filter()}


def test_a_comma_means_or_and_another_parameter_means_and(reader):
    talks = NegotiationFactory(review="published")
    for status, number in (("held", 1), ("refused", 2), ("agreed", 3)):
        values = {"slug": status, "status": status, "number": number, "review": "published"}
        RoundFactory(negotiation=talks, **values)

    either = reader.get("/api/v1/rounds/?status=held,refused")
    both = reader.get("/api/v1/rounds/?status=held,refused&number=2,3")

    assert (slugs(either), slugs(both)) == (["held", "refused"], ["refused"])


def test_a_parameter_given_again_is_what_a_comma_is(reader):
    for kind in ("state", "coalition", "company"):
        PartyFactory(kind=kind, review="published")
    commas = "?kind=state,coalition&fields=slug,kind"
    again = "?kind=state&kind=coalition&fields=slug&fields=kind"

    for path in (get_api_url("parties"), "/api/v1/parties/export/"):
        answers = [reader.get(path + query) for query in (commas, again)]
        bodies = [answer.getvalue() for answer in answers]
        assert bodies[0] == bodies[1]
        assert b"company" not in bodies[0]


def test_a_filter_over_many_repeats_no_row(reader):
    sides = [PartyFactory(slug=slug, review="published") for slug in ("one", "two")]
    ProposalFactory(slug="joint", proposed_by=sides, review="published")

    answer = reader.get("/api/v1/proposals/?proposed_by=one,two&count=true")

    assert (answer.json()["count"], slugs(answer)) == (1, ["joint"])


def test_positions_are_found_by_the_topic_of_their_issue(reader):
    topic = FACTORIES["issues"](slug="topic", question="", review="published")
    issue = FACTORIES["issues"](part_of=topic, review="published")
    PositionFactory(slug="within", issue=issue, review="published")
    PositionFactory(slug="beside", review="published")

    assert slugs(reader.get("/api/v1/positions/?issue__part_of=topic")) == ["within"]


DATED = {
    "day": "2025-07-19",
    "month": "2025-07",
    "open-end": "2025-07-20/..",
    "open-start": "../2025-07-10",
    "year": "2025~",
}
WINDOWS = {
    "date_from=2025-07-19": ["day", "month", "open-end", "year"],
    "date_from=2025-07-20": ["month", "open-end", "year"],
    "date_to=2025-07-19": ["day", "month", "open-start", "year"],
    "date_to=2025-07-18": ["month", "open-start", "year"],
    "date_from=2025-07-11&date_to=2025-07-18": ["month", "year"],
    "date_from=2026-01-01": ["open-end"],
    "date_to=2024-12-31": ["open-start"],
    "date_from=0001-01-01&date_to=9999-12-31": sorted(DATED),
    "date_from=2025-07-20&date_to=2025-07-01": ["month", "year"],
}


def test_a_window_holds_the_records_whose_span_overlaps_it(reader):
    talks = NegotiationFactory(review="published")
    for slug, date in {**DATED, "undated": ""}.items():
        RoundFactory(slug=slug, date=date, negotiation=talks, review="published")

    found = {w: slugs(reader.get(f"/api/v1/rounds/?{w}&ordering=slug")) for w in WINDOWS}

    assert found == WINDOWS


@pytest.mark.parametrize("day", ["2025-02-30", "2025-W29-6", "20250719", "2025-7-19", "٢٠٢٥-٠٧-١٩"])
def test_a_window_is_given_in_days(reader, day):
    answer = reader.get("/api/v1/rounds/", {"date_from": day})

    detail = "Write a day, for example 2025-07-19."
    fault = {"parameter": "date_from", "code": "invalid_date", "detail": detail}
    assert (answer.status_code, answer.json()["errors"]) == (400, [fault])


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00%2B23:00", "9999-12-31T23:59:59-23:00"])
def test_an_instant_that_leaves_the_calendar_is_refused(reader, instant):
    answer = reader.get(f"/api/v1/rounds/?updated_since={instant}")

    codes = [fault["code"] for fault in answer.json()["errors"]]
    assert (answer.status_code, codes) == (400, ["invalid_instant"])


def test_what_was_written_since_an_instant_is_found_with_a_plus_in_its_zone(reader):
    person = PersonFactory(review="published")
    instant = person.updated_at.isoformat()

    assert instant.endswith("+00:00")
    assert slugs(reader.get(f"/api/v1/people/?updated_since={instant}")) == [person.slug]


def test_what_readers_cannot_see_supports_nothing_for_them(reader, reviewer):
    topic = FACTORIES["issues"](slug="topic", review="published")
    CitationFactory(record=topic, review="draft")

    found = [slugs(c.get("/api/v1/issues/?cited=true")) for c in (reader, reviewer)]

    assert found == [[], ["topic"]]


def test_all_faults_of_a_query_are_told_at_once_with_what_was_meant(reader):
    PartyFactory(slug="ukraine", review="published")

    answer = reader.get("/api/v1/positions/?party=ukrane&stanse=opposes&stance=oposes&limit=0")

    assert answer.status_code == 400
    problem = answer.json()
    assert problem.pop("request_id") == answer["X-Request-ID"]
    errors = sorted(problem.pop("errors"), key=lambda fault: fault["parameter"])
    assert problem == {
        "type": "/api/problems/invalid_query/",
        "title": "The query is not valid",
        "status": 400,
        "code": "invalid_query",
        "detail": "4 errors",
    }
    unknown = {"code": "unknown_reference", "detail": "There is no 'ukrane' among parties."}
    assert errors == [
        {"parameter": "limit", "code": "out_of_range", "detail": "Write a number from 1 to 500."},
        {"parameter": "party", **unknown, "did_you_mean": ["ukraine"]},
        {
            "parameter": "stance",
            "code": "unknown_value",
            "detail": "There is no value 'oposes'.",
            "did_you_mean": ["opposes", "open"],
        },
        {
            "parameter": "stanse",
            "code": "unknown_parameter",
            "detail": "There is no such parameter.",
            "did_you_mean": ["stance"],
        },
    ]


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("page=2", ["cursor"]),
        ("offset=50", ["cursor"]),
        ("page_size=10", ["limit"]),
        ("per_page=10", ["limit"]),
        ("search=aid", ["q"]),
        ("include=party", ["expand"]),
        ("sort=slug", ["ordering"]),
        ("since=2025-07-20", ["updated_since"]),
        ("ordering=-date", ["-date_earliest", "-date_latest"]),
        ("ordering=date", ["date_earliest", "date_latest"]),
        ("ordering=-slog", ["-slug"]),
    ],
)
def test_names_of_other_apis_lead_to_ours(reader, query, meant):
    answer = reader.get(f"/api/v1/positions/?{query}")

    assert answer.status_code == 400
    assert [fault["did_you_mean"] for fault in answer.json()["errors"]] == [meant]


def test_a_name_of_other_apis_is_not_led_to_what_an_address_has_not(reader):
    [fault] = reader.get("/api/v1/vocabularies/?page=2").json()["errors"]

    assert "did_you_mean" not in fault


def test_too_many_slugs_are_told_the_limit(reader):
    slugs = ",".join(f"a-party-with-a-rather-long-name-{number}" for number in range(100))

    [fault] = reader.get(f"/api/v1/positions/?party={slugs}").json()["errors"]

    assert fault["detail"] == (
        f"The value has {len(slugs)} characters; the limit is 2000. Ask for fewer values at a time."
    )
