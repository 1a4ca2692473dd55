"""What holds up other writers: not checking, and of long writes only their few statements."""

import csv
import io
import threading
from contextlib import contextmanager, suppress

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from negotiations import history
from negotiations.history.diff import get_version_relations
from negotiations.models import Change, Issue, Party, Position
from negotiations.models.system.locks import serialize_writers
from tests.admin.test_tables import confirm, page, send
from tests.conftest import build_api_client, create_user
from tests.factories import (
    CitationFactory,
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PositionFactory,
    ProposalFactory,
    SourceFactory,
)
from tests.support.admin_client import build_admin_client, get_admin_url
from tests.support.seedfiles import write_seed_file

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROWS = 60
POSITIONS, ISSUES, BATCH = (f"/api/v1/{name}/" for name in ("positions", "issues", "batch"))


@pytest.fixture
def user():
    return create_user("administrator", "administrator")


@pytest.fixture
def client(user):
    client = build_api_client(user)
    client.get(ISSUES)
    return client


@pytest.fixture
def desk(user):
    return build_admin_client(user)


def new_issues(number=ROWS):
    return [{"title": f"Issue {n}", "question": "Should it be?"} for n in range(number)]


def new_position(claim):
    example = PositionFactory(claim="An example.")
    return {
        "negotiation": example.negotiation.slug,
        "issue": example.issue.slug,
        "party": "gone",
        "stance": "supports",
        "claim": claim,
    }


def changes(records):
    return {
        "operations": [
            {
                "op": "update",
                "collection": type(record).resource_name,
                "slug": record.slug,
                "version": 1,
                "body": {"note": f"Changed {number}"},
            }
            for number, record in enumerate(records)
        ]
    }


def table(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@contextmanager
def held():
    """The statements that this thread makes while other writers wait."""
    found = []
    with CaptureQueriesContext(connection) as queries:
        yield found
    is_held = False
    for query in queries:
        words = query["sql"]
        if words.startswith("BEGIN") if connection.vendor == "sqlite" else "pg_advisory" in words:
            is_held = True
        elif words in {"COMMIT", "ROLLBACK"}:
            is_held = False
        elif is_held:
            found.append(words)


def test_an_import_is_checked_while_nobody_waits_and_written_in_few_statements(desk):
    content = table(new_issues())
    with held() as previewing:
        preview = send(desk, Issue, content)
    with held() as importing:
        done = confirm(desk, Issue, preview)

    assert done.status_code == 302
    assert Issue.objects.count() == ROWS
    assert len(previewing) < 10
    assert len(importing) < 50


def test_changes_of_an_import_are_written_in_few_statements(desk):
    records = [IssueFactory(note="Old") for _ in range(ROWS)]
    rows = [{"slug": r.slug, "version": "1", "note": f"New {r.slug}"} for r in records]
    preview = send(desk, Issue, table(rows))

    with held() as importing:
        confirm(desk, Issue, preview)

    assert {issue.version for issue in Issue.objects.all()} == {2}
    assert len(importing) < 50


@pytest.mark.parametrize(
    ("query", "headers"), [("", {}), ("?dry_run=true", {}), ("", {"Idempotency-Key": "once"})]
)
def test_an_array_is_checked_while_nobody_waits(client, query, headers):
    bodies = [new_position(f"It is held {n}.") for n in range(ROWS)]
    PartyFactory(slug="gone")

    with held() as statements:
        answer = client.post(f"{POSITIONS}{query}", bodies, format="json", headers=headers)

    assert answer.status_code == 201, answer.content
    assert len(statements) < 60
    # What the bodies name was read before.
    named = [sql for sql in statements if '"negotiations_party"."slug" IN' in sql]
    assert named == []


def test_a_batch_of_changes_is_checked_while_nobody_waits(client):
    records = [IssueFactory() for _ in range(ROWS)]

    with held() as writing:
        answer = client.post(BATCH, changes(records))

    assert answer.status_code == 200, answer.content
    assert len(writing) < 50


def cited(number):
    """New positions, each with a citation."""
    source = SourceFactory(text="It is held.")
    body = {**new_position("It is held."), "party": PartyFactory().slug}
    citation = {"source": source.slug, "quote": "It is held."}
    return [{**body, "claim": f"Held {n}.", "citations": [citation]} for n in range(number)]


def array(number, client, desk):
    bodies = cited(number)
    return lambda: client.post(POSITIONS, bodies, format="json"), 201


def relations(number, client, desk):
    parties = [PartyFactory(), PartyFactory()]
    records = [ProposalFactory(proposed_by=parties[:1]) for _ in range(number)]
    sent = changes(records)
    for each in sent["operations"]:
        each["body"]["proposed_by"] = [parties[1].slug]
    return lambda: client.post(BATCH, sent), 200


def several_kinds(number, client, desk):
    records = [make() for _ in range(number) for make in (IssueFactory, PartyFactory)]
    return lambda: client.post(BATCH, changes(records)), 200


def publishing(number, client, desk):
    source = SourceFactory(text="It is held.", review="published")
    public = {"review": "published"}
    issue, talks = IssueFactory(**public), NegotiationFactory(**public)
    given = {"issue": issue, "negotiation": talks, "party": PartyFactory(**public)}
    records = [PositionFactory(**given) for _ in range(number)]
    for record in records:
        CitationFactory(record=record, source=source, quote="It is held.")
    sent = changes(records)
    for each in sent["operations"]:
        each["body"] = {"review": "published"}
    return lambda: client.post(BATCH, sent), 200


def deletions(number, client, desk):
    records = [IssueFactory() for _ in range(number)]
    sent = changes(records)
    for each in sent["operations"]:
        del each["body"]
        each["op"] = "delete"
    return lambda: client.post(BATCH, sent), 200


def local_ids(number, client, desk):
    bodies = [{**body, "party": "lid:new"} for body in cited(number)]
    party = {"collection": "parties", "lid": "new", "body": {"name": "New", "kind": "state"}}
    operations = [party, *({"collection": "positions", "body": body} for body in bodies)]
    sent = {"operations": [{"op": "create", **each} for each in operations]}
    return lambda: client.post(BATCH, sent), 200


def table_of_changes(number, client, desk):
    records = [IssueFactory(note="Old") for _ in range(number)]
    rows = [{"slug": r.slug, "version": "1", "note": f"New {r.slug}"} for r in records]
    preview = send(desk, Issue, table(rows))
    return lambda: confirm(desk, Issue, preview), 302


def two_parties(number):
    gone, kept = PartyFactory(name="Turkey"), PartyFactory(name="Türkiye")
    for _ in range(number):
        PositionFactory(party=gone)
    return gone, kept


def merge(number, client, desk):
    gone, kept = two_parties(number)
    form = {"into": kept.pk, "reason": "One", "gone_version": "1", "kept_version": "1"}
    return lambda: desk.post(get_admin_url(gone, "merge"), form), 302


def list_action(action, records, desk, **more):
    form = {"action": action, "_selected_action": [record.pk for record in records], **more}
    form |= {f"version-{record.pk}": "1" for record in records}
    return lambda: desk.post(get_admin_url(type(records[0]), "list"), form), 302


def list_submission(number, client, desk):
    return list_action("send_to_review", [IssueFactory() for _ in range(number)], desk)


def list_publication(number, client, desk):
    source = SourceFactory(text="It is held.", review="published")
    parties = [PartyFactory(review="published")]
    negotiation = NegotiationFactory(review="published")
    given = {"negotiation": negotiation, "proposed_by": parties}
    records = [ProposalFactory(**given) for _ in range(number)]
    for record in records:
        CitationFactory(record=record, source=source, quote="It is held.")
    return list_action("publish", records, desk)


def list_withdrawal(number, client, desk):
    records = [IssueFactory(review="published") for _ in range(number)]
    return list_action("withdraw", records, desk)


def list_deletion(number, client, desk):
    records = [PartyFactory() for _ in range(number)]
    for record in records:
        CitationFactory(record=record)
    return list_action("delete_selected", records, desk, post="yes")


@pytest.mark.parametrize(
    "prepare",
    [
        *(list_submission, list_publication, list_withdrawal, list_deletion),
        *(array, relations, several_kinds, publishing, deletions, local_ids),
        *(table_of_changes, merge),
    ],
)
def test_others_wait_for_as_many_statements_however_many_records_are_written(client, desk, prepare):
    numbers = []
    for number in (10, 50):
        act, status = prepare(number, client, desk)
        with held() as statements:
            answer = act()
        assert answer.status_code == status, answer.content
        numbers.append(len(statements))

    assert numbers[0] == numbers[1] < 80


@pytest.mark.parametrize(
    "prepare", [list_submission, list_publication, list_withdrawal, list_deletion]
)
def test_list_actions_write_all_chosen_records(user, client, desk, prepare):
    act, _status = prepare(10, client, desk)
    before = Change.objects.count()

    act()

    found = Change.objects.order_by("-sequence").filter(kind__in=["issues", "proposals", "parties"])
    review, action = {
        list_submission: ("in_review", "updated"),
        list_publication: ("published", "updated"),
        list_withdrawal: ("withdrawn", "updated"),
        list_deletion: ("", "deleted"),
    }[prepare]
    assert [(each.review_after, each.action, each.by_id) for each in found[:10]] == (
        [(review, action, user.pk)] * 10
    )
    assert Change.objects.count() - before in {10, 20}


def test_nobody_waits_while_a_merge_is_looked_at(desk):
    gone, kept = two_parties(3)

    with held() as statements:
        answer = desk.get(f"{get_admin_url(gone, 'merge')}?into={kept.pk}")

    assert len(answer.context["moved"]) == 3
    assert statements == []


def test_a_merge_that_a_new_record_overtakes_moves_that_too(desk):
    act, status = merge(2, None, desk)
    party = Party.objects.get(name="Turkey")

    thread = overtake(lambda: PositionFactory(party=party, claim="Late."))
    answer = act()
    thread.join()

    assert answer.status_code == status
    assert {p.party.name for p in Position.objects.filter(claim="Late.")} == {"Türkiye"}


def test_a_withdrawal_that_a_new_reference_overtakes_is_refused(client):
    public = {"review": "published"}
    issue = IssueFactory(**public)
    sent = changes([issue])
    sent["operations"][0] |= {"body": {"review": "withdrawn"}}

    thread = overtake(lambda: PositionFactory(issue=issue, **public))
    answer = client.post(BATCH, sent)
    thread.join()

    assert answer.status_code == 400, answer.content
    assert [each["code"] for each in answer.json()["errors"]] == ["referred_to"]


def write_issues(folder, number, title):
    rows = "".join(
        f"  - {{key: issue-{n}-of-{number}, title: {title} {n}}}\n" for n in range(number)
    )
    text = f"format: negotiation-seed/1\nissues:\n{rows}"
    return str(write_seed_file(folder, text, f"{number}.yaml"))


@pytest.mark.parametrize("options", [[], ["--check"]])
def test_seeds_are_validated_while_nobody_waits(tmp_path, options):
    numbers = []
    for number in (10, 50):
        path = write_issues(tmp_path, number, "Issue")
        with held() as statements, suppress(SystemExit):
            call_command("loadseeds", path, *options)
        numbers.append(len(statements))

    assert Issue.objects.count() == (0 if options else 60)
    assert numbers[0] == numbers[1] < 50


def test_changes_of_seeds_are_written_in_few_statements(tmp_path):
    call_command("loadseeds", write_issues(tmp_path, ROWS, "Issue"))

    with held() as statements:
        call_command("loadseeds", write_issues(tmp_path, ROWS, "Question"))

    assert {(issue.version, issue.title[:8]) for issue in Issue.objects.all()} == {(2, "Question")}
    assert len(statements) < 50


def test_seeds_that_a_change_overtakes_keep_it(tmp_path):
    call_command("loadseeds", write_issues(tmp_path, 3, "Issue"))
    record = Issue.objects.get(slug="issue-1-of-3")
    record.note = "Mine"

    thread = overtake(lambda: history.save(record))
    call_command("loadseeds", write_issues(tmp_path, 3, "Question"))
    thread.join()

    record = Issue.objects.get(slug="issue-1-of-3")
    assert (record.note, record.title, record.version) == ("Mine", "Question 1", 3)


def overtake(act):
    """Let another writer do something: it is committed while this one waits for its turn."""
    written, done = threading.Event(), threading.Event()

    def run():
        try:
            with transaction.atomic():
                serialize_writers()
                act()
                written.set()
                done.wait(1.5)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert written.wait(20)
    return thread


def test_an_array_that_a_deletion_overtakes_is_checked_again(client):
    party, body = PartyFactory(slug="gone"), new_position("It is held.")

    thread = overtake(lambda: history.delete(Party.objects.get(pk=party.pk)))
    answer = client.post(POSITIONS, [body, {**body, "claim": "Too."}], format="json")
    thread.join()

    assert answer.status_code == 400, answer.content
    told = {(each["pointer"], each["code"]) for each in answer.json()["errors"]}
    assert told == {("/0/party", "unknown_reference"), ("/1/party", "unknown_reference")}
    assert Position.objects.count() == 1


def test_a_batch_that_a_change_overtakes_changes_nothing(client):
    records = [IssueFactory() for _ in range(3)]

    def act():
        record = Issue.objects.get(pk=records[1].pk)
        record.note = "Mine"
        history.save(record)

    thread = overtake(act)
    answer = client.post(BATCH, changes(records))
    thread.join()

    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert Issue.objects.get(pk=records[1].pk).note == "Mine"
    assert Issue.objects.filter(version=2).count() == 1


def test_an_import_that_a_change_overtakes_names_the_row(desk):
    records = [IssueFactory() for _ in range(3)]
    rows = [{"slug": r.slug, "version": "1", "note": "New"} for r in records]
    preview = send(desk, Issue, table(rows))

    def act():
        record = Issue.objects.get(pk=records[1].pk)
        record.note = "Mine"
        history.save(record)

    thread = overtake(act)
    answer = confirm(desk, Issue, preview)
    thread.join()

    assert answer.status_code == 422
    assert [fault.row for fault in answer.context["faults"]] == [3]
    assert Issue.objects.filter(note="New").count() == 0
    # The file waits for another try.
    assert desk.get(page(Issue)).status_code == 200


def test_of_one_key_at_the_same_moment_one_array_is_made(user, client):
    bodies, key = new_issues(3), {"Idempotency-Key": "once"}
    answers = []

    def run():
        try:
            other = build_api_client(user)
            other.credentials(HTTP_AUTHORIZATION=client._credentials["HTTP_AUTHORIZATION"])
            answers.append(other.post(ISSUES, bodies, format="json", headers=key))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert Issue.objects.count() == 3


def test_changes_at_once_leave_what_single_ones_leave(client):
    """A batch of changes, relations among them, and the same changes one by one."""
    parties = [PartyFactory() for _ in range(3)]
    first, second, third, fourth = (ProposalFactory(proposed_by=parties[:1]) for _ in range(4))
    change = {"note": "New", "proposed_by": [each.slug for each in parties[1:]]}
    bodies = [change, {"title": "Renamed"}]

    operations = [
        {"op": "update", "collection": "proposals", "slug": r.slug, "version": 1, "body": b}
        for r, b in zip((first, second), bodies, strict=True)
    ]
    answer = client.post(BATCH, {"operations": operations, "reason": "Why"})
    assert answer.status_code == 200, answer.content
    for record, body in zip((third, fourth), bodies, strict=True):
        tag = {"If-Match": '"1"', "Change-Reason": "Why"}
        assert (
            client.patch(f"/api/v1/proposals/{record.slug}/", body, headers=tag).status_code == 200
        )

    for one, other in ((first, third), (second, fourth)):
        assert trace_of(one) == trace_of(other)


def trace_of(record):
    """The version, its relations, and the entry in the feed."""
    version = type(record).history.filter(id=record.pk).first()
    change = Change.objects.filter(slug=record.slug, kind=record.resource_name).last()
    names = ("version", "action", "changed", "review_before", "review_after", "reason", "by_id")
    related = {
        name: [t.slug for t in found] for name, found in get_version_relations(version).items()
    }
    kept = (version.version, version.note, version.history_type, version.history_user_id)
    return kept, related, {name: getattr(change, name) for name in names}
