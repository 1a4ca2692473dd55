"""Batches: many writes of many kinds in one request, all or none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations import history
from negotiations.models import Change, Citation, Party, Position, Proposal, Round, SearchDocument
from tests.factories import (
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    ProposalFactory,
    RoundFactory,
    SourceFactory,
)
from tests.support.contract import assert_valid, document, get_validator

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BATCH = "/api/v1/batch/"
WORDS = "The sides met."


@pytest.fixture
def scene():
    """What batches refer to."""
    return {
        "negotiation": NegotiationFactory(slug="talks", review="published").slug,
        "party": PartyFactory(slug="north", review="published").slug,
        "issue": IssueFactory(slug="aid", review="published").slug,
        "source": SourceFactory(slug="report", text=WORDS, review="published").slug,
    }


def create(collection, lid=None, reason=None, **body):
    more = {"lid": lid, "reason": reason}
    told = {name: value for name, value in more.items() if value is not None}
    return {"op": "create", "collection": collection, **told, "body": body}


def update(record, version=None, **body):
    version = record.version if version is None else version
    named = {"collection": record.resource_name, "slug": record.slug}
    return {"op": "update", **named, "version": version, "body": body}


def delete(record, **more):
    named = {"collection": record.resource_name, "slug": record.slug}
    return {"op": "delete", **named, "version": record.version, **more}


def send(client, *operations, query="", headers=None, **more):
    body = {"operations": list(operations), **more}
    return client.post(f"{BATCH}{query}", body, headers=headers or {})


def faults(answer):
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def position(scene, **more):
    shared = {name: scene[name] for name in ("negotiation", "party", "issue")}
    return {**shared, "stance": "supports", "claim": "Aid shall go on.", **more}


MIXED = [
    create("parties", "s", name="South", kind="state"),
    create("rounds", "r1", title="Talks", negotiation="talks", status="held"),
    create("sources", "doc", kind="news_article", text=WORDS),
    create(
        "proposals",
        "p1",
        negotiation="talks",
        round="lid:r1",
        title="An offer",
        kind="package",
        proposed_by=["north"],
        addressed_to=["lid:s"],
        citations=[{"source": "lid:doc", "quote": WORDS}],
    ),
    create("citations", record="rounds/lid:r1", source="lid:doc", quote=WORDS),
    create("citations", record="lid:p1", source="lid:doc", quote=WORDS),
]


def test_records_of_mixed_kinds_name_one_another_by_local_ids(analyst, scene):
    answer = send(analyst, *MIXED, reason="The offer of July")

    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [(r["op"], r["collection"], r.get("lid"), r["version"]) for r in results] == [
        ("create", "parties", "s", 1),
        ("create", "rounds", "r1", 1),
        ("create", "sources", "doc", 1),
        ("create", "proposals", "p1", 1),
        ("create", "citations", None, 1),
        ("create", "citations", None, 1),
    ]
    party, talk, source, proposal, *cited = [r["slug"] for r in results]
    assert results[3]["body"] == analyst.get(f"/api/v1/proposals/{proposal}/").json()
    body = results[3]["body"]
    assert (body["round"], body["addressed_to"]) == (talk, [party])
    assert [r["body"]["record"] for r in results[4:]] == [f"rounds/{talk}", f"proposals/{proposal}"]
    assert {r["body"]["source"] for r in results[4:]} == {source}
    assert Citation.objects.filter(source__slug=source).count() == 3
    assert set(
        Change.objects.filter(slug__in=[proposal, *cited]).values_list("reason", flat=True)
    ) == {"The offer of July"}


def test_records_are_made_changed_and_deleted_together(reviewer, reviewer_user, scene):
    offer = ProposalFactory(slug="offer", negotiation__slug="other")
    talks = offer.negotiation.slug
    twice = RoundFactory(slug="twice")
    history.save(offer)

    answer = send(
        reviewer,
        create("rounds", "r1", title="Talks", negotiation=talks, status="held"),
        update(offer, title="A better offer", round="lid:r1"),
        delete(twice, reason="Recorded twice"),
        reason="Tidied up",
    )

    assert answer.status_code == 200, answer.content
    made, changed, gone = answer.json()["results"]
    assert gone == {"op": "delete", "collection": "rounds", "slug": "twice", "version": 1}
    assert (changed["version"], changed["body"]["round"]) == (3, made["slug"])
    assert changed["body"] == reviewer.get("/api/v1/proposals/offer/").json()
    assert offer.history.first().history_change_reason == "Tidied up"
    deletion = Round.history.get(slug="twice", history_type="-")
    assert (deletion.history_user, deletion.history_change_reason) == (
        reviewer_user,
        "Recorded twice",
    )


def test_a_body_stands_as_it_is_after_all_operations(reviewer, scene):
    party = PartyFactory(slug="south", name="South")

    answer = send(
        reviewer,
        update(party, name="The South"),
        update(party, 2, note="It renamed itself."),
        create("people", slug="ann", name="Ann"),
        {"op": "delete", "collection": "people", "slug": "ann", "version": 1},
    )

    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [(r["version"], r.get("body") and r["body"]["name"]) for r in results] == [
        (3, "The South"),
        (3, "The South"),
        (1, None),
        (1, None),
    ]
    assert ["body" in r for r in results] == [True, True, True, False]


def test_what_an_earlier_operation_gives_a_slug_is_named_by_it(analyst, scene):
    answer = send(
        analyst,
        create("positions", **position(scene)),
        create("parties", slug="south", name="South", kind="state"),
        create("positions", **position(scene, party="south")),
        create("rounds", title="Talks", negotiation="talks", number=1),
        create("incidents", "wide", negotiation="talks", title="Raids", kind="attack"),
        create("incidents", negotiation="talks", title="A raid", kind="attack", part_of="lid:wide"),
    )

    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [results[n]["body"]["party"] for n in (0, 2)] == ["north", "south"]
    assert results[5]["body"]["part_of"] == results[4]["slug"]


FAULTS_IN_ORDER = [
    ("/operations/0/body/status", "unknown_value"),
    ("/operations/1/collection", "unknown_value"),
    ("/operations/2/body/statement", "unknown_lid"),
    ("/operations/2/body/stance", "unknown_value"),
    ("/operations/3/body/round", "depends_on_fault"),
    ("/operations/3/body/negotiation", "required"),
    ("/operations/3/body/kind", "required"),
    ("/operations/3/body/proposed_by", "required"),
    ("/operations/4/body/citations/0/quote", "quote_not_found"),
    ("/operations/5/op", "unknown_value"),
    ("/operations/6/version", "stale"),
    ("/operations/7/version", "version_required"),
    ("/operations/8/lid", "unknown_member"),
    ("/operations/9/slug", "not_found"),
    ("/operations/10", "invalid"),
    ("/operations/11/lid", "repeated"),
    ("/operations/12/body/kind", "unknown_value"),
    ("/operations/12/body/namme", "unknown_member"),
    ("/operations/13/lid", "invalid"),
]


def test_every_fault_is_told_with_its_place_and_nothing_is_written(analyst, analyst_user, scene):
    own = PartyFactory(slug="own", created_by=analyst_user)
    before = Change.objects.count()

    answer = send(
        analyst,
        create("rounds", "r1", title="Talks", negotiation="talks", status="heldd"),
        create("roundz", negotiation="talks"),
        create("positions", **position(scene, stance="maybe", statement="lid:s9")),
        create("proposals", round="lid:r1", title="An offer"),
        create("positions", **position(scene, citations=[{"source": "report", "quote": "No."}])),
        {"op": "udpate", "collection": "rounds", "slug": "x"},
        update(own, 9, name="Mine"),
        {"op": "update", "collection": "parties", "slug": "own", "body": {}},
        {"op": "delete", "collection": "parties", "slug": "oun", "version": 1, "lid": "x"},
        {"op": "delete", "collection": "parties", "slug": "nobody", "version": 1},
        5,
        create("people", "r1", name="Ann"),
        update(own, name="Mine", namme="Mine", kind="stat"),
        create("people", "a b", name="\x00"),
    )

    assert answer.status_code == 400
    assert faults(answer) == FAULTS_IN_ORDER
    meant = {
        f["pointer"]: f["did_you_mean"] for f in answer.json()["errors"] if "did_you_mean" in f
    }
    assert meant["/operations/1/collection"] == ["rounds"]
    assert meant["/operations/5/op"] == ["update"]
    assert meant["/operations/12/body/namme"] == ["name"]
    assert Change.objects.count() == before
    assert (Party.objects.get(slug="own").version, Position.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("operations", "fault"),
    [
        (
            [create("positions", statement="lid:x"), create("statements", "x")],
            (
                "/operations/0/body/statement",
                "lid_used_before_made",
                "lid:x is made by /operations/1; put that before this one.",
            ),
        ),
        (
            [create("parties", "x", name="X", kind="state"), create("terms", proposal="lid:x")],
            ("/operations/1/body/proposal", "other_kind", "lid:x is one of parties."),
        ),
        (
            [
                create("parties", "x", name="X", kind="state"),
                create("citations", record="people/lid:x"),
            ],
            ("/operations/1/body/record", "other_kind", "lid:x is one of parties."),
        ),
        (
            [create("parties", "xyz1", name="X"), create("terms", obligor=["lid:xyz"])],
            (
                "/operations/1/body/obligor/0",
                "unknown_lid",
                "No operation has the lid 'xyz'.",
            ),
        ),
    ],
)
def test_a_local_id_that_cannot_be_used_is_told_why(analyst, scene, operations, fault):
    errors = send(analyst, *operations).json()["errors"]

    assert fault in [(each["pointer"], each["code"], each["detail"]) for each in errors]
    assert all(each["code"] != "unknown_reference" for each in errors)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ([], ("", "invalid")),
        ({}, ("/operations", "required")),
        ({"operations": {}}, ("/operations", "required")),
        ({"operations": []}, ("/operations", "out_of_range")),
        ({"operations": [{}] * 1001}, ("/operations", "out_of_range")),
        ({"operations": [], "reson": "x"}, ("/reson", "unknown_member")),
        ({"operations": [], "reason": "two\nlines"}, ("/reason", "invalid")),
        ({"operations": [], "reason": 5}, ("/reason", "invalid")),
        (
            {"operations": [{"op": ["create"], "collection": {}}]},
            ("/operations/0/op", "unknown_value"),
        ),
    ],
)
def test_a_batch_that_is_none_is_refused(analyst, scene, body, fault):
    answer = analyst.post(BATCH, body)

    assert answer.status_code == 400
    assert fault in faults(answer)


REASONS = {
    "": True,
    "Тому що — “так”": True,
    # An ideographic space, and the sign that parts letters in Persian.
    "因为\u3000如此": True,
    "می\u200cخواهم": True,
    "x" * 500: True,
    "x" * 501: False,
    "two\nlines": False,
    "a\tb": False,
    "a\u0085b": False,
    "a\u202eb": False,
}


def test_the_document_takes_the_reasons_that_are_taken(analyst, scene):
    header = ("components", "parameters", "Change-Reason", "schema")
    for reason, is_taken in REASONS.items():
        operation = create("parties", reason=reason, name="South", kind="state")
        body = {"operations": [operation], "reason": reason}
        in_header = {"Change-Reason": reason.encode().decode("latin-1")}
        # What would end the header never arrives.
        bare = {"headers": in_header} if "\n" not in reason else {"reason": reason}
        bare_operation = create("parties", name="South", kind="state")

        told = [
            get_validator(("components", "schemas", "Batch")).is_valid(body),
            get_validator(header).is_valid(reason),
            send(analyst, operation, query="?dry_run=true").status_code == 200,
            send(analyst, bare_operation, query="?dry_run=true", **bare).status_code == 200,
        ]

        assert told == [is_taken] * 4, repr(reason)


STATUSES = {
    "stale": (412, "stale"),
    "not_found": (404, "not_found"),
    "forbidden": (403, "forbidden"),
    "gone": (410, "gone"),
    "conflict": (409, "conflict"),
    "version_required": (428, "version_required"),
    "invalid": (400, "invalid"),
}


def test_faults_of_one_sort_have_the_status_of_a_single_request(
    analyst, reviewer, administrator, analyst_user, scene
):
    own = PartyFactory(slug="own", created_by=analyst_user)
    hidden = PartyFactory(slug="hidden")
    gone = PartyFactory(slug="gone")
    history.delete(gone)
    cited = SourceFactory(slug="cited")
    north = Party.objects.get(slug="north")
    ProposalFactory(slug="offer", proposed_by=[own], review="draft", created_by=analyst_user)
    unsaid = {"op": "delete", "collection": "parties", "slug": "own"}

    answers = {
        "stale": send(analyst, update(own, 7, name="Mine"), update(own, 8, name="Mine")),
        "not_found": send(analyst, update(hidden, name="Seen")),
        "forbidden": send(analyst, update(north, name="South"), delete(north)),
        "gone": send(reviewer, update(gone, name="Back")),
        "conflict": send(analyst, delete(own)),
        "version_required": send(analyst, unsaid),
        "invalid": send(analyst, update(own, 7, name="Mine"), delete(north)),
    }

    codes = {name: (answer.status_code, answer.json()["code"]) for name, answer in answers.items()}
    assert codes == STATUSES
    assert faults(answers["forbidden"]) == [
        ("/operations/0", "forbidden"),
        ("/operations/1", "forbidden"),
    ]
    assert answers["stale"].json()["errors"][0]["current_version"] == 1
    assert answers["conflict"].json()["errors"] == [
        {
            "pointer": "/operations/0",
            "code": "conflict",
            "detail": "Other records refer to it.",
            "referrers": ["proposals/offer"],
        }
    ]
    assert cited.version == 1


def test_nobody_does_in_a_batch_what_they_may_not_do_alone(
    reader, analyst, reviewer, analyst_user, scene
):
    own = PartyFactory(slug="own", created_by=analyst_user)

    after_review = send(analyst, update(own, review="in_review"), update(own, 2, name="x"))
    made = send(analyst, create("people", name="Ann", review="in_review"))
    without_reason = send(reviewer, delete(own))
    without_token = send(reader, create("people", name="Ann"))

    assert faults(after_review) == [("/operations/1", "forbidden")]
    assert faults(made) == [("/operations/0/body/review", "review_step")]
    assert without_reason.status_code == 200
    assert without_token.status_code == 401


def test_deleting_what_is_published_needs_a_reason_from_anywhere(administrator, scene):
    north = Party.objects.get(slug="north")

    refused = send(administrator, delete(north))
    taken = [
        send(administrator, delete(north, reason="Twice"), query="?dry_run=true"),
        send(administrator, delete(north), query="?dry_run=true", reason="Twice"),
        send(
            administrator,
            delete(north),
            query="?dry_run=true",
            headers={"Change-Reason": "Twice"},
        ),
    ]

    assert faults(refused) == [("/operations/0/reason", "required")]
    assert [answer.status_code for answer in taken] == [200, 200, 200]
    assert Party.objects.filter(slug="north").exists()


def test_a_rehearsal_answers_as_if_and_stores_nothing(analyst, scene):
    operations = [
        create("rounds", "r1", title="Talks", negotiation="talks"),
        create("citations", record="lid:r1", source="report", quote=WORDS),
    ]

    rehearsed = send(analyst, *operations, query="?dry_run=true")
    stored = Round.objects.count()
    meant = send(analyst, *operations)

    assert (rehearsed.status_code, stored, meant.status_code) == (200, 0, 200)
    names = ("op", "collection", "slug", "lid", "version")
    assert [[r.get(n) for n in names] for r in rehearsed.json()["results"]] == [
        [r.get(n) for n in names] for r in meant.json()["results"]
    ]
    assert send(analyst, *operations, query="?dry=true").json()["code"] == "invalid_query"


def test_a_repeated_batch_is_done_once(analyst, scene):
    headers = {"Idempotency-Key": "one"}
    operations = [
        create("rounds", "r1", title="Talks", negotiation="talks"),
        create("citations", record="lid:r1", source="report", quote=WORDS),
    ]

    first, again = (send(analyst, *operations, headers=headers) for _ in range(2))
    other = send(analyst, operations[0], headers=headers)

    assert (again["Idempotency-Replayed"], again.content) == ("true", first.content)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Round.objects.count() == 1


def test_what_the_tables_refuse_has_its_place(analyst, scene):
    RoundFactory(negotiation__slug="elsewhere")

    answer = send(
        analyst,
        create("rounds", "a", title="Talks", negotiation="talks", number=1),
        create("rounds", "b", title="Talks", negotiation="talks", number=1),
        create("citations", record="lid:a", source="report", quote=WORDS),
        create("citations", record="lid:b", source="report", quote=WORDS),
    )

    assert faults(answer) == [
        ("/operations/1/body/number", "unique"),
        ("/operations/3/body/record", "depends_on_fault"),
    ]
    assert not Round.objects.filter(negotiation__slug="talks").exists()


def thousand(scene, number, mixed):
    """So many positions with a citation each: inside, or as an operation of its own."""
    operations = []
    for index in range(number):
        quote = f"Words of position {index}."
        words = {"source": "long", "quote": quote}
        inside = {} if mixed else {"citations": [words]}
        body = position(scene, claim=f"Position {index} is held.", **inside)
        operations.append(create("positions", f"p{index}", **body))
        if mixed:
            operations.append(create("citations", record=f"lid:p{index}", **words))
    return operations


@pytest.mark.parametrize("mixed", [False, True])
def test_the_queries_of_a_batch_grow_by_chunks_and_not_by_rows(analyst, scene, mixed):
    text = "".join(f"Words of position {number}.\n" for number in range(1000))
    SourceFactory(slug="long", text=text, review="published")
    send(analyst, create("people", name="Ann"))
    asked = {}

    for number in (50, 100, 500):
        with CaptureQueriesContext(connection) as queries:
            answer = send(analyst, *thousand(scene, number, mixed), query="?dry_run=true")
        assert answer.status_code == 200, answer.content
        asked[number] = len(queries)

    # Django binds 999 values at once on SQLite: thirty rows in a statement, for four tables.
    most = 110 if connection.vendor == "sqlite" else 30
    assert asked[500] - asked[50] <= most


def test_a_thousand_operations_leave_all_that_single_ones_leave(analyst, analyst_user, scene):
    text = "".join(f"Words of position {number}.\n" for number in range(1000))
    SourceFactory(slug="long", text=text, review="published")
    before = Citation.objects.count()

    answer = send(analyst, *thousand(scene, 1000, mixed=False), reason="Coded")

    assert len(answer.json()["results"]) == 1000
    assert Position.objects.filter(created_by=analyst_user).count() == 1000
    assert Citation.objects.count() - before == 1000
    assert Position.history.filter(history_change_reason="Coded").count() == 1000
    assert Change.objects.filter(kind="positions", reason="Coded").count() == 1000
    assert SearchDocument.objects.filter(kind="positions").count() == 1000
    assert Proposal.objects.count() == 0


def test_the_example_in_the_document_is_a_batch():
    (example,) = document()["components"]["schemas"]["Batch"]["examples"]

    assert_valid(("components", "schemas", "Batch"), example, strict=False)


@pytest.mark.parametrize("order", [1, -1])
def test_words_added_with_a_change_of_a_public_record_are_public_with_it(
    settings, reader, administrator, scene, order
):
    settings.TRACKER_ALLOW_SELF_REVIEW = True
    party = Party.objects.get(slug="north")
    words = create("citations", record="parties/north", source="report", quote="The sides")
    operations = [update(party, name="The North"), words][::order]

    answer = administrator.post(BATCH, {"operations": operations})

    assert answer.status_code == 200, answer.content
    body = reader.get("/api/v1/parties/north/?expand=citations").json()
    assert body["name"] == "The North"
    assert "The sides" in [c["quote"] for c in body["expand"]["citations"]["results"]]
    results = {result["collection"]: result for result in answer.json()["results"]}
    assert results["citations"]["body"]["review"] == "published"


def test_words_of_a_hidden_source_are_refused_with_a_change_of_a_public_record(
    settings, administrator, scene
):
    settings.TRACKER_ALLOW_SELF_REVIEW = True
    party = Party.objects.get(slug="north")
    SourceFactory(slug="hidden", text=WORDS)
    words = create("citations", record="parties/north", source="hidden", quote="The sides")

    refused = administrator.post(BATCH, {"operations": [update(party, name="N"), words]})
    alone = administrator.post(BATCH, {"operations": [words]})

    assert refused.status_code == 400
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/operations/1/body/source", "unpublished")
    ]
    assert Party.objects.get(slug="north").name == party.name
    assert alone.json()["results"][0]["body"]["review"] == "draft"
