"""What the questions answer about the first seed: nothing that its article does not say."""

import json

import pytest
from django.db import transaction

from tests.support.seedfiles import SEEDS, run_command

pytestmark = pytest.mark.django_db

HERE = "/api/v1/negotiations/ukraine-russia-2025/"
SOURCE = "000-abbff991094584f6"


@pytest.fixture(scope="module", autouse=True)
def seeds(django_db_setup, django_db_blocker):
    """The seeds, loaded once: these tests only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert run_command(SEEDS)[0] == 0
        yield
        transaction.set_rollback(True)


def asked(reader, question, **query):
    answer = reader.get(f"{HERE}{question}/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def short(slug):
    return slug.removeprefix("ukraine-russia-2025-")


TIMELINE = [
    ("negotiations", "ukraine-russia-2025", "2025-06-01/2025-06-10", 0),
    ("rounds", "istanbul-later", "2025-06-01/2025-06-10", 0),
    ("positions", "russia-territory", "2025-06", 0),
    ("positions", "russia-western-aid", "2025-06", 0),
    ("proposals", "russian-demands", "2025-06", 0),
    ("positions", "ukraine-doubts", "2025-06-01/2025-07-19", 0),
    ("positions", "ukraine-territory", "2025-06-01/2025-07-19", 0),
    ("positions", "ukraine-western-aid", "2025-06-01/2025-07-19", 0),
    ("responses", "russian-demands-ukraine-rejects", "2025-06-01/2025-07-19", 0),
    ("positions", "russia-ready", "2025-07-01/2025-07-19", 0),
    ("incidents", "odesa", "2025-07-18/2025-07-20", 0),
    ("incidents", "rostov", "2025-07-18/2025-07-20", 0),
    ("incidents", "dnipropetrovsk", "2025-07-19", 0),
    ("incidents", "russian-attacks", "2025-07-19", 0),
    ("positions", "ukraine-leaders", "2025-07-19", 0),
    ("positions", "ukraine-momentum", "2025-07-19", 0),
    ("positions", "united-states-deal", "../2025-07-19", None),
    ("proposals", "leaders-meeting", "2025-07-19", 0),
    ("proposals", "next-meeting", "../2025-07-19", None),
    ("proposals", "trump-ultimatum", "../2025-07-19", None),
    ("statements", "evening-address", "2025-07-19", 0),
    ("rounds", "new-round", "2025-07-21/2025-07-27", 1),
    ("proposals", "trump-ultimatum", "../2025-09-07", None),
]
UNDATED = [
    ("commitments", "exchange-prisoners"),
    ("commitments", "return-remains"),
    ("commitments", "united-states-military-aid"),
    ("deliveries", "bodies-returned"),
    ("outcomes", "ceasefire"),
    ("outcomes", "prisoner-exchanges"),
    ("outcomes", "return-of-remains"),
    ("positions", "nato-countries-western-aid"),
    ("positions", "russia-open"),
    ("positions", "united-states-western-aid"),
    ("rounds", "istanbul-earlier"),
]


def test_the_timeline_claims_no_order_but_what_spans_prove(reader):
    body = asked(reader, "timeline", on="2026-11-22")

    assert [
        (e["kind"], short(e["slug"]), e["date"], e["rank"]) for e in body["entries"]
    ] == TIMELINE
    assert [(e["kind"], short(e["slug"])) for e in body["undated"]] == UNDATED
    assert (body["count"], body["undated_count"], body["grouping"]) == (34, 11, "none")


def test_the_matrix_has_a_cell_for_what_was_not_found(reader):
    body = asked(reader, "matrix", on="2025-07-20")

    assert body["sources"] == 1
    assert [(row["party"], row["roles"]) for row in body["parties"]] == [
        ("russia", ["side"]),
        ("ukraine", ["side"]),
        ("nato-countries", ["outside"]),
        ("united-states", ["outside"]),
    ]
    issues = [column["issue"] for column in body["issues"]]
    assert issues == [
        *("deal", "further-talks", "leaders-meeting", "territory", "western-military-aid"),
    ]
    cells = {(cell["party"], cell["issue"]): cell for cell in body["cells"]}
    assert len(cells) == 20
    found = {
        key: (cell["stance"], cell["sureness"], cell["basis"], cell["positions"])
        for key, cell in cells.items()
        if cell["state"] != "nothing_found"
    }
    assert found == {
        ("russia", "further-talks"): (None, "possible", None, 2),
        ("russia", "territory"): ("supports", "certain", "stated", 1),
        ("russia", "western-military-aid"): ("opposes", "certain", "stated", 1),
        ("ukraine", "further-talks"): (None, "possible", None, 2),
        ("ukraine", "leaders-meeting"): ("supports", "certain", "stated", 1),
        ("ukraine", "territory"): ("opposes", "certain", "implied", 1),
        ("ukraine", "western-military-aid"): ("supports", "certain", "implied", 1),
        ("nato-countries", "western-military-aid"): ("supports", "certain", "stated", 1),
        ("united-states", "deal"): ("supports", "certain", "stated", 1),
        ("united-states", "western-military-aid"): ("supports", "certain", "stated", 1),
    }
    several = cells["russia", "further-talks"]
    assert several["state"] == "several"
    assert {held["stance"] for held in several["held"]} == {"open", "supports"}


@pytest.mark.slow
def test_before_the_demands_nothing_is_certainly_held(reader):
    body = asked(reader, "matrix", on="2025-06-15")

    assert {
        (cell["party"], cell["issue"]): (cell["stance"], cell["sureness"])
        for cell in body["cells"]
        if cell["state"] != "nothing_found"
    } == {
        ("russia", "further-talks"): ("open", "possible"),
        ("russia", "territory"): ("supports", "possible"),
        ("russia", "western-military-aid"): ("opposes", "possible"),
        ("ukraine", "further-talks"): ("doubts", "possible"),
        ("ukraine", "territory"): ("opposes", "possible"),
        ("ukraine", "western-military-aid"): ("supports", "possible"),
        ("nato-countries", "western-military-aid"): ("supports", "possible"),
        ("united-states", "deal"): ("supports", "possible"),
        ("united-states", "western-military-aid"): ("supports", "possible"),
    }


def test_movement_from_june_to_july_says_what_the_dates_allow(reader):
    body = asked(reader, "movement", **{"from": "2025-06-30", "to": "2025-07-20"})

    moves = {(move["party"], move["issue"]): move["possible"] for move in body["moves"]}
    assert moves == {
        ("nato-countries", "western-military-aid"): ["first_recorded", "no_evidence"],
        ("russia", "further-talks"): ["changed", "first_recorded"],
        ("russia", "territory"): ["no_evidence"],
        ("russia", "western-military-aid"): ["no_evidence"],
        ("ukraine", "further-talks"): ["changed", "first_recorded"],
        ("ukraine", "leaders-meeting"): ["first_recorded"],
        ("ukraine", "territory"): ["first_recorded", "no_evidence"],
        ("ukraine", "western-military-aid"): ["first_recorded", "no_evidence"],
        ("united-states", "deal"): ["first_recorded", "no_evidence"],
        ("united-states", "western-military-aid"): ["first_recorded", "no_evidence"],
    }
    possible = {"min": 4, "max": 4, "sureness": "possible"}
    certain = {"min": 4, "max": 4, "sureness": "certain"}
    assert [(gap["issue"], gap["before"], gap["after"]) for gap in body["gaps"]] == [
        (
            "further-talks",
            {"min": 2, "max": 2, "sureness": "possible"},
            {"min": 0, "max": 3, "sureness": "possible"},
        ),
        ("leaders-meeting", None, None),
        ("territory", possible, certain),
        ("western-military-aid", possible, certain),
    ]


def test_of_two_promises_and_a_pledge_one_delivery_is_reported_and_none_confirmed(reader):
    body = asked(reader, "fulfilment", on="2026-11-22")

    nothing = {"deliveries": 0, "quantity": {"min": 0, "max": 0}}
    unknown = {"deliveries": 1, "quantity": {"min": None, "max": None}}
    assert [
        (short(c["slug"]), c["promised"], c["reported"], c["confirmed"], c["overdue"])
        for c in body["commitments"]
    ] == [
        ("exchange-prisoners", {"min": None, "max": None}, nothing, nothing, "no"),
        ("return-remains", {"min": None, "max": None}, unknown, nothing, "no"),
        ("united-states-military-aid", {"min": None, "max": None}, nothing, nothing, "no"),
    ]
    remains = body["commitments"][1]
    assert remains["directions"] == [
        {"delivered_by": None, "received_by": None, "reported": unknown, "confirmed": nothing}
    ]
    assert remains["share_reported"] == {"min": None, "max": None}
    assert (remains["obligor"], remains["obligee"]) == (["russia", "ukraine"],) * 2


PASSED = {"deadline_passed", "round_date_passed", "commitment_overdue"}


@pytest.mark.parametrize(
    ("on", "passed"),
    [
        ("2025-07-20", []),
        ("2025-07-27", []),
        ("2025-07-28", [("round_date_passed", "new-round", "2025-07-21/2025-07-27")]),
        ("2025-09-07", [("round_date_passed", "new-round", "2025-07-21/2025-07-27")]),
        (
            "2026-11-22",
            [
                ("deadline_passed", "trump-ultimatum", "../2025-09-07"),
                ("round_date_passed", "new-round", "2025-07-21/2025-07-27"),
            ],
        ),
    ],
)
def test_a_date_needs_attention_from_the_day_after_its_last(on, passed, reader):
    body = asked(reader, "attention", on=on)

    items = [(i["reason"], short(i["slug"]), i["date"]) for i in body["items"]]
    assert [item for item in items if item[0] in PASSED] == passed


def test_what_else_needs_attention(reader):
    body = asked(reader, "attention", on="2026-11-22")

    counts = {found["reason"]: found["count"] for found in body["reasons"]}
    assert counts == {
        "deadline_passed": 1,
        "round_date_passed": 1,
        "commitment_overdue": 0,
        "proposal_unanswered": 3,
        "one_source": 39,
        "one_side": 0,
        "open_question": 31,
        "sentence_uncoded": 0,
        "quotation_broken": 0,
        "source_incomplete": 1,
        "proposal_incomplete": 1,
    }
    unanswered = [i for i in body["items"] if i["reason"] == "proposal_unanswered"]
    assert [(short(item["slug"]), item["parties"]) for item in unanswered] == [
        ("leaders-meeting", ["russia"]),
        ("next-meeting", ["russia"]),
        ("trump-ultimatum", ["russia"]),
    ]


def test_every_sentence_of_the_source_was_read(reader):
    figures = {
        "source": SOURCE,
        "title": "",
        "complete": False,
        "characters": 2155,
        "sentences": 20,
        "touched": 20,
        "share": 1.0,
        "citations": 52,
        "dismissals": 5,
        "broken": 0,
    }

    assert asked(reader, "coverage") == {
        "negotiation": "ukraine-russia-2025",
        "title": "Peace talks of Ukraine and Russia, 2025",
        "sentences": 20,
        "touched": 20,
        "share": 1.0,
        "sources": [figures],
    }
    assert reader.get(f"/api/v1/sources/{SOURCE}/coverage/").json() == {
        "coverage": figures,
        "untouched": [],
    }


def test_no_answer_knows_more_than_the_article(reader):
    queries = {"timeline": {}, "matrix": {}, "movement": {"from": "2025-06-01"}}
    queries |= {"fulfilment": {}, "attention": {}, "coverage": {}}
    text = "".join(json.dumps(asked(reader, name, **q)) for name, q in queries.items())

    assert not [word for word in ("Turk", "Türk", "Ankara", "Witkoff") if word in text]
    # Three deaths, not six: the parts are in the whole.
    query = {"negotiation": "ukraine-russia-2025", "measures": "sum_killed_min"}
    killed = reader.get("/api/v1/incidents/stats/", query).json()["results"]
    assert killed == [{"sum_killed_min": 3}]


def test_the_calendar_says_which_days_are_uncertain(reader):
    text = reader.get(f"{HERE}timeline/?format=ics").content.decode().replace("\r\n ", "")

    summaries = [line[8:] for line in text.splitlines() if line.startswith("SUMMARY:")]
    assert summaries == [
        "Day uncertain – The later of the two Istanbul rounds (held)",
        "Day uncertain – The round that Ukraine proposed on 19 July 2025 (proposed)",
        (
            "Deadline\\, at the latest – United States → Russia: Trump's warning to Russia to "
            "reach a deal within 50 days (status: open)"
        ),
    ]
