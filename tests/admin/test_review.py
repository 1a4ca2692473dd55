"""Review and the policy table, through the forms, buttons and actions of the desk."""

import pytest

from negotiations import history
from negotiations.models import RECORDS, Person, Record
from negotiations.permissions import TABLE, may, step
from tests.admin.test_saving import row
from tests.factories import (
    FACTORIES,
    CitationFactory,
    NegotiationFactory,
    PersonFactory,
    RoundFactory,
    SourceFactory,
)
from tests.support.admin_client import address, at_the_desk, errors_in, opened, said

DRAFT, IN_REVIEW, PUBLISHED, WITHDRAWN = Record.Review.values
STATES = pytest.mark.parametrize("state", Record.Review.values)
OWNERS = pytest.mark.parametrize("own", [True, False], ids=["own", "another's"])
ROLES = ("analyst_user", "reviewer_user", "administrator_user")


@pytest.fixture(params=ROLES)
def user(request):
    return request.getfixturevalue(request.param)


@pytest.mark.slow
@OWNERS
@STATES
def test_the_policy_table_holds_for_every_form(user, own, state):
    person = PersonFactory(review=state, created_by=user if own else None)
    client = at_the_desk(user)
    visible = Person.objects.visible_to(user).exists()

    answers = {
        "edit": client.get(address(person)),
        "delete": client.get(address(person, "delete")),
    }

    if not visible:
        assert {answer.status_code for answer in answers.values()} == {302}
        return
    assert answers["edit"].context["has_change_permission"] == may(user, "edit", person)
    assert answers["delete"].status_code == (200 if may(user, "delete", person) else 403)
    posted = client.post(address(person), {"name": "Another"}).status_code
    assert posted == (200 if may(user, "edit", person) else 403)


@pytest.mark.slow
@OWNERS
@STATES
@pytest.mark.parametrize("target", Record.Review.values)
def test_the_policy_table_holds_for_every_step_of_review(user, own, state, target):
    person = PersonFactory(review=state, created_by=user if own else None)
    if not person.citations.exists():
        # Nobody may publish what has no words: this one has them.
        CitationFactory(record=person, source=SourceFactory(review=PUBLISHED))
    client = at_the_desk(user)
    allowed = (
        Person.objects.visible_to(user).exists()
        and target in Record.REVIEW_STEPS[state]
        and may(user, step(state, target), person)
    )

    client.post(address(person, "review"), {"state": target, "version": person.version})

    person.refresh_from_db()
    assert person.review == (target if allowed else state)
    assert person.version == (2 if allowed else 1)


def ready_to_publish(kind, **values):
    """A draft that lacks nothing: what it refers to is published, and its words are found."""
    record = FACTORIES[kind.collection()](review=PUBLISHED, **values)
    kind.objects.filter(pk=record.pk).update(review=DRAFT)
    if hasattr(record, "citations"):
        record.citations.update(review=DRAFT)
    return record


def test_every_state_and_action_of_the_table_is_walked():
    assert {state for _action, state in TABLE} == set(Record.Review.values)
    assert {action for action, _state in TABLE} - {"read"} == {
        "edit",
        "delete",
        "submit",
        "publish",
        "withdraw",
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_kind_is_sent_to_review_and_published_from_its_list(
    kind, analyst_user, reviewer_user
):
    ready = ready_to_publish(kind, created_by=analyst_user)
    form = {"_selected_action": ready.pk, f"version-{ready.pk}": "1"}

    at_the_desk(analyst_user).post(address(kind, "list"), form | {"action": "send_to_review"})
    ready.refresh_from_db()
    assert (ready.review, ready.version) == (IN_REVIEW, 2)
    form[f"version-{ready.pk}"] = "2"
    at_the_desk(reviewer_user).post(address(kind, "list"), form | {"action": "publish"})

    ready.refresh_from_db()
    assert (ready.review, ready.version) == (PUBLISHED, 3)
    who = [str(version.history_user) for version in history.versions(ready)]
    assert who == ["reviewer", "analyst", "analyst"]


def test_an_action_names_each_record_that_it_refuses(reviewer_user):
    bare, ready = PersonFactory(name="Bare"), ready_to_publish(Person, name="Ready")
    stale = PersonFactory(name="Stale")
    form = {"action": "publish", "_selected_action": [bare.pk, ready.pk, stale.pk]}
    form |= {f"version-{person.pk}": "1" for person in (bare, ready)}

    answer = at_the_desk(reviewer_user).post(address(Person, "list"), form)

    assert sorted(said(answer)) == [
        "1 person now: published.",
        "Bare: A record is not published without the words that support it.",
        "Stale: Somebody saved it after you opened this page; look at it again.",
    ]


def test_an_author_does_not_publish_their_own_record(reviewer_user, settings):
    person = PersonFactory(created_by=reviewer_user)
    CitationFactory(record=person, source=SourceFactory(review=PUBLISHED))
    client = at_the_desk(reviewer_user)
    form = opened(client, address(person)) | {"review": PUBLISHED}

    refused = client.post(address(person), form)
    settings.TRACKER_ALLOW_SELF_REVIEW = True
    allowed = client.post(address(person), form)

    assert errors_in(refused) == [
        ("review", "Select a valid choice. published is not one of the available choices.")
    ]
    assert allowed.status_code == 302


def test_a_record_is_published_with_words_typed_in_the_same_save(reviewer_user, self_review):
    person = PersonFactory()
    source = SourceFactory(text="The Kremlin", review=PUBLISHED)
    client = at_the_desk(reviewer_user)
    form = opened(client, address(person)) | {"review": PUBLISHED}

    without = client.post(address(person), form)
    form |= {"citations-TOTAL_FORMS": "1"} | row(0, source=source.pk, quote="The Kremlin")
    with_words = client.post(address(person), form)

    assert errors_in(without) == [
        ("citations", "A record is not published without the words that support it.")
    ]
    assert with_words.status_code == 302, errors_in(with_words)
    person.refresh_from_db()
    words = person.citations.get()
    assert (person.review, person.version) == (PUBLISHED, 2)
    assert (words.review, words.version) == (PUBLISHED, 1)


def test_words_of_an_unpublished_source_publish_nothing(reviewer_user, self_review):
    person = PersonFactory()
    source = SourceFactory(text="The Kremlin")
    client = at_the_desk(reviewer_user)
    form = opened(client, address(person)) | {"review": PUBLISHED, "citations-TOTAL_FORMS": "1"}
    form |= row(0, source=source.pk, quote="The Kremlin")

    answer = client.post(address(person), form)

    assert set(errors_in(answer)) == {
        ("citations", f"Publish {source.address} first."),
        ("citations-0-source", f"Publish {source.address} first."),
    }


def test_the_last_words_of_a_published_record_stay(administrator_user, self_review):
    person = PersonFactory(review=PUBLISHED)
    client = at_the_desk(administrator_user)
    form = opened(client, address(person)) | {"citations-0-DELETE": "on"}

    refused = client.post(address(person), form)
    source = SourceFactory(text="The Kremlin", review=PUBLISHED)
    form |= {"citations-TOTAL_FORMS": "2"} | row(1, source=source.pk, quote="The Kremlin")
    replaced = client.post(address(person), form)

    assert errors_in(refused) == [
        ("citations", "A record is not published without the words that support it.")
    ]
    assert replaced.status_code == 302, errors_in(replaced)
    assert [words.quote for words in person.citations.all()] == ["The Kremlin"]


def test_publishing_takes_the_record_and_its_words_one_version_further(reviewer_user, self_review):
    words = CitationFactory(record=PersonFactory(), source=SourceFactory(review=PUBLISHED))
    client = at_the_desk(reviewer_user)
    form = opened(client, address(words.record))
    form |= {"review": PUBLISHED, "citations-0-voice": "headline", "reason": "Checked"}

    answer = client.post(address(words.record), form)

    assert answer.status_code == 302, errors_in(answer)
    for record in (words.record, words):
        record.refresh_from_db()
        assert (record.review, record.version) == (PUBLISHED, 2)
        reasons = [version.history_change_reason for version in history.versions(record)]
        assert reasons == ["Checked", None]


def test_a_record_that_refers_to_a_draft_is_not_published(reviewer_user):
    meeting = RoundFactory(
        negotiation=NegotiationFactory(), citations=["They will meet."], created_by=None
    )
    client = at_the_desk(reviewer_user)

    answer = client.post(address(meeting, "review"), {"state": PUBLISHED, "version": "1"})

    target = meeting.negotiation.address
    link = f'<a href="/admin/review/{target}/">{target}</a>'
    assert f"Negotiation: Publish {link} first." in said(answer)[0]
