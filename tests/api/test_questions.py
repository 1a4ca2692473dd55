"""What all questions about a negotiation and about a source promise."""

import csv
import io
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from negotiations import history
from negotiations.models import Negotiation, Source
from tests.factories import (
    CitationFactory,
    CommitmentFactory,
    DelegationFactory,
    DeliveryFactory,
    DismissalFactory,
    IncidentFactory,
    IssueFactory,
    OutcomeFactory,
    ParticipationFactory,
    PartyFactory,
    PositionFactory,
    ProposalFactory,
    ResponseFactory,
    RoundFactory,
    StatementFactory,
    TermFactory,
)
from tests.support.scene import build_scene
from tests.support.synthetic import Synthetic

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

QUERIES = {
    "timeline": {"on": "2025-08-01"},
    "matrix": {"on": "2025-08-01"},
    "movement": {"from": "2025-07-01", "to": "2025-08-01"},
    "fulfilment": {"on": "2025-08-01"},
    "attention": {"on": "2025-08-01"},
    "coverage": {},
}


def addresses(scene):
    """The address and the query of each question."""
    talks, source = scene["negotiations"].slug, scene["sources"].slug
    found = [(f"/api/v1/negotiations/{talks}/{name}/", query) for name, query in QUERIES.items()]
    return [*found, (f"/api/v1/sources/{source}/coverage/", {})]


def answers(client, scene, **more):
    found = [client.get(path, {**query, **more}) for path, query in addresses(scene)]
    assert {answer.status_code for answer in found} == {200}
    return [answer.content for answer in found]


def add_of_each(scene, review="draft", author=None):
    """One more record of each kind in the negotiation of the scene, with words of its source."""
    of = {"negotiation": scene["negotiations"], "review": review, "created_by": author}
    own = {"review": review, "created_by": author}
    party = PartyFactory(**own)
    proposal = ProposalFactory(**of, date="2025-07", deadline="2025-07-20", proposed_by=[party])
    commitment = CommitmentFactory(**of, due="2025-07-20", obligor=[party])
    return [
        proposal,
        commitment,
        ParticipationFactory(**of, party=party),
        (held := RoundFactory(**of, date="2025-07-21")),
        DelegationFactory(**own, round=held, party=party),
        StatementFactory(**of, party=party, date="2025-07-22"),
        TermFactory(**own, proposal=proposal, issue=IssueFactory(**own)),
        ResponseFactory(**own, proposal=proposal, party=party, date="2025-07-23"),
        PositionFactory(**of, party=party, issue=IssueFactory(**own), date="2025-07-24"),
        OutcomeFactory(**of, agreed_by=[party], open_question="Which?"),
        DeliveryFactory(**own, commitment=commitment, date="2025-07-25"),
        IncidentFactory(**of, by=[party], date="2025-07-26"),
    ]


def test_drafts_of_others_change_no_byte(reader, analyst, reviewer, reviewer_user):
    scene = build_scene()
    before = answers(reader, scene)
    assert answers(analyst, scene) == before

    add_of_each(scene, author=reviewer_user)
    source = scene["sources"]
    ResponseFactory(proposal=scene["proposals"], party=PartyFactory(), created_by=reviewer_user)
    CitationFactory(
        record=scene["positions"], source=source, quote="met.", created_by=reviewer_user
    )
    DismissalFactory(source=source, quote="sides", created_by=reviewer_user)

    assert answers(reader, scene) == before
    assert answers(analyst, scene) == before
    changed = [new != old for new, old in zip(answers(reviewer, scene), before, strict=True)]
    assert changed == [True] * 7


def test_the_past_is_answered_as_it_was(reviewer):
    scene = build_scene()
    before = answers(reviewer, scene)
    time.sleep(0.001)
    instant = timezone.now()
    time.sleep(0.001)
    add_of_each(scene, "published")
    DismissalFactory(source=scene["sources"], quote="sides", review="published")
    scene["positions"].stance = "supports"
    history.save(scene["positions"])

    assert answers(reviewer, scene, as_of=instant.isoformat()) == before
    changed = [new != old for new, old in zip(answers(reviewer, scene), before, strict=True)]
    assert changed == [True] * 7


def test_the_day_of_the_world_is_that_of_the_instant_asked_about(reader):
    scene = build_scene()
    instant = timezone.now()

    path = f"/api/v1/negotiations/{scene['negotiations'].slug}/matrix/"
    assert reader.get(path, {"as_of": instant.isoformat()}).json()["on"] == f"{instant:%Y-%m-%d}"
    assert reader.get(path).json()["on"] == f"{timezone.now():%Y-%m-%d}"


def test_each_costs_the_same_queries_for_few_and_for_many_records(reader):
    scene = build_scene()
    add_of_each(scene, "published")

    def cost():
        costs = []
        for path, query in addresses(scene):
            with CaptureQueriesContext(
                connection,
            ) as found:
                assert reader.get(path, query).status_code == 200
            costs.append(len(found))
        return costs

    few = cost()
    for _ in range(4):
        add_of_each(scene, "published")
    assert cost() == few
    assert max(few) < 60


def test_a_client_that_has_the_answer_is_told_so(reader):
    scene = build_scene()
    for path, query in addresses(scene):
        first = reader.get(path, query)
        again = reader.get(path, query, headers={"If-None-Match": first["ETag"]})

        assert (again.status_code, again.content) == (304, b"")
        assert first["Cache-Control"] == "public, no-cache"
        assert reader.get(path.rstrip("/"), query).content == first.content


def test_what_is_hidden_and_what_is_missing_are_both_not_found(reader, analyst):
    scene = build_scene("draft")
    for path, query in addresses(scene):
        missing = path.replace(scene["negotiations"].slug, "no").replace(
            scene["sources"].slug, "no"
        )
        for client in (reader, analyst):
            codes = [client.get(each, query).json()["code"] for each in (path, missing)]
            assert codes == ["not_found", "not_found"]


def test_what_was_deleted_is_gone(reader):
    for model, name in ((Negotiation, "negotiations"), (Source, "sources")):
        record = paint_one(name)
        history.delete(record, reason="Recorded twice")
        assert not model.objects.filter(pk=record.pk).exists()

        answer = reader.get(f"/api/v1/{name}/{record.slug}/coverage/")
        assert (answer.status_code, answer.json()["reason"]) == (410, "Recorded twice")


def paint_one(name):
    from tests.factories import FACTORIES

    return FACTORIES[name](review="published", slug="gone")


@pytest.mark.parametrize(
    ("question", "query", "faults"),
    [
        ("matrix", {"onn": "2025-07-19"}, [("onn", "unknown_parameter")]),
        ("matrix", {"on": "20250719"}, [("on", "invalid_date")]),
        ("matrix", {"on": "2025-02-30"}, [("on", "invalid_date")]),
        ("matrix", {"on": "2025-07"}, [("on", "invalid_date")]),
        ("matrix", {"on": ""}, [("on", "empty_value")]),
        ("matrix", {"format": "atom"}, [("format", "unknown_value")]),
        ("matrix", {"as_of": "2025-07-19"}, [("as_of", "invalid_instant")]),
        ("coverage", {"on": "2025-07-19"}, [("on", "unknown_parameter")]),
        ("movement", {}, [("from", "required")]),
        ("movement", {"from": "no-round"}, [("from", "unknown_reference")]),
        ("movement", {"from": "2025-07-19", "to": "2025-07-18"}, [("to", "before_from")]),
        ("attention", {"reason": "deadline"}, [("reason", "unknown_value")]),
        ("attention", {"reason": "one_side,one_side"}, [("reason", "repeated")]),
        ("attention", {"limit": "0"}, [("limit", "out_of_range")]),
        ("timeline", {"kind": "rounds,parties"}, [("kind", "unknown_value")]),
        ("timeline", {"group": "day"}, [("group", "unknown_value")]),
        ("timeline", {"group": "month,year"}, [("group", "too_many")]),
        ("timeline", {"from": "2025-07-19", "to": "2025-07-18"}, [("to", "before_from")]),
        ("timeline", {"cursor": "x"}, [("cursor", "bad_cursor")]),
        ("timeline", {"limit": "501"}, [("limit", "out_of_range")]),
        ("timeline", {"on": "x", "to": "y"}, [("to", "invalid_date"), ("on", "invalid_date")]),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(question, query, faults, reader):
    slug = build_scene()["negotiations"].slug

    answer = reader.get(f"/api/v1/negotiations/{slug}/{question}/", query)

    assert answer.status_code == 400
    assert [(f["parameter"], f["code"]) for f in answer.json()["errors"]] == faults


def test_a_round_of_other_talks_and_one_without_a_date_are_no_points_in_time(reader):
    scene = build_scene()
    here = f"/api/v1/negotiations/{scene['negotiations'].slug}/movement/"
    undated = RoundFactory(negotiation=scene["negotiations"], review="published")
    other = RoundFactory(review="published", date="2025-07-19")

    codes = [
        reader.get(here, {"from": each.slug}).json()["errors"][0]["code"]
        for each in (undated, other)
    ]
    assert codes == ["undated", "unknown_reference"]


def test_each_table_is_csv_with_the_members_of_the_answers_rows(reader):
    scene = build_scene()
    rows = ["entries", "cells", "moves", "commitments", "items", "sources", "untouched"]
    for (path, query), name in zip(addresses(scene), rows, strict=True):
        file = reader.get(path, {**query, "format": "csv"})
        table = list(csv.DictReader(io.StringIO(file.content.decode())))
        shown = reader.get(path, query).json()

        assert file["Content-Type"].startswith("text/csv")
        assert [list(row) for row in table[:1]] == [list(row) for row in shown[name][:1]]
        told = len(shown[name]) + len(shown.get("undated", ()))
        assert len(table) == told
        assert reader.get(path, query, headers={"Accept": "text/csv"}).content == file.content


def test_a_format_that_is_not_there_is_not_acceptable(reader):
    path, query = addresses(build_scene())[0]

    assert reader.get(path, query, headers={"Accept": "image/png"}).status_code == 406


def test_the_head_of_an_answer_can_be_asked_for(reader):
    for path, query in addresses(build_scene()):
        whole, head = reader.get(path, query), reader.head(path, query)

        assert (head.status_code, head.content, head["ETag"]) == (200, b"", whole["ETag"])


def test_only_reading_is_answered(reviewer):
    for path, _ in addresses(build_scene()):
        assert reviewer.post(path, {}).status_code == 405


def test_a_long_negotiation_is_answered_whole(reader):
    talks = Synthetic()
    talks.negotiation.validate()
    for record in [*talks.positions, *talks.rounds]:
        record.validate()

    scene = {"negotiations": talks.negotiation, "sources": talks.source}
    answers(reader, scene)
    path = "/api/v1/negotiations/synthetic/matrix/"
    cells = reader.get(path, {"on": "2027-01-01"}).json()["cells"]
    assert sum(cell["positions"] for cell in cells) == len(talks.positions) == 400
