"""Review and the policy table, through the forms, buttons and actions of the desk."""

import pytest

from negotiations import history
from negotiations.models import RECORDS, Person, Record
from negotiations.permissions import PERMISSION_TABLE
from tests.admin.test_saving import row
from tests.factories import (
    FACTORIES,
    CitationFactory,
    NegotiationFactory,
    PersonFactory,
    RoundFactory,
    SourceFactory,
)
from tests.support.admin_client import (
    build_admin_client,
    get_admin_url,
    list_form_errors,
    list_messages,
    open_admin_form,
)

DRAFT, IN_REVIEW, PUBLISHED, WITHDRAWN = Record.Review.values
STATES = pytest.mark.parametrize("state", Record.Review.values)
OWNERS = pytest.mark.parametrize("own", [True, False], ids=["own", "another's"])
ROLES = ("analyst_user", "reviewer_user", "administrator_user")
NOBODY: set[str] = set()
ADMINISTRATORS = {"administrator"}
EDITORS = {"reviewer", "administrator"}
WRITERS = {"analyst", "reviewer", "administrator"}
# Who may do it to what they made, and who to what others made.
MAY_EDIT = {
    DRAFT: (WRITERS, EDITORS),
    IN_REVIEW: (EDITORS, EDITORS),
    PUBLISHED: (NOBODY, NOBODY),
    WITHDRAWN: (EDITORS, EDITORS),
}
MAY_DELETE = {
    DRAFT: (WRITERS, EDITORS),
    IN_REVIEW: (EDITORS, EDITORS),
    PUBLISHED: (ADMINISTRATORS, ADMINISTRATORS),
    WITHDRAWN: (ADMINISTRATORS, ADMINISTRATORS),
}
MAY_REVIEW = {
    (DRAFT, IN_REVIEW): (WRITERS, EDITORS),
    (DRAFT, PUBLISHED): (NOBODY, EDITORS),
    (IN_REVIEW, DRAFT): (WRITERS, EDITORS),
    (IN_REVIEW, PUBLISHED): (NOBODY, EDITORS),
    (PUBLISHED, WITHDRAWN): (EDITORS, EDITORS),
    (WITHDRAWN, DRAFT): (EDITORS, EDITORS),
    (WITHDRAWN, PUBLISHED): (NOBODY, EDITORS),
}


def is_allowed(user, own, allowed):
    on_their_own, on_others = allowed
    return user.username in (on_their_own if own else on_others)


@pytest.fixture(params=ROLES)
def user(request):
    return request.getfixturevalue(request.param)


@pytest.mark.slow
@OWNERS
@STATES
def test_the_policy_table_holds_for_every_form(user, own, state):
    person = PersonFactory(review=state, created_by=user if own else None)
    client = build_admin_client(user)
    visible = own or state == PUBLISHED or user.username in EDITORS
    may_edit = is_allowed(user, own, MAY_EDIT[state])

    answers = {
        "edit": client.get(get_admin_url(person)),
        "delete": client.get(get_admin_url(person, "delete")),
    }

    if not visible:
        assert {answer.status_code for answer in answers.values()} == {302}
        return
    assert answers["edit"].context["has_change_permission"] == may_edit
    may_delete = is_allowed(user, own, MAY_DELETE[state])
    assert answers["delete"].status_code == (200 if may_delete else 403)
    posted = client.post(get_admin_url(person), {"name": "Another"}).status_code
    assert posted == (200 if may_edit else 403)


@pytest.mark.slow
@OWNERS
@STATES
@pytest.mark.parametrize("target", Record.Review.values)
def test_the_policy_table_holds_for_every_step_of_review(user, own, state, target):
    person = PersonFactory(review=state, created_by=user if own else None)
    if not person.citations.exists():
        # Nobody may publish what has no words: this one has them.
        CitationFactory(record=person, source=SourceFactory(review=PUBLISHED))
    client = build_admin_client(user)
    allowed = is_allowed(user, own, MAY_REVIEW.get((state, target), (NOBODY, NOBODY)))

    client.post(get_admin_url(person, "review"), {"state": target, "version": person.version})

    person.refresh_from_db()
    assert person.review == (target if allowed else state)
    assert person.version == (2 if allowed else 1)


def ready_to_publish(kind, **values):
    """A draft that lacks nothing: what it refers to is published, and its words are found."""
    record = FACTORIES[kind.resource_name](review=PUBLISHED, **values)
    kind.objects.filter(pk=record.pk).update(review=DRAFT)
    if hasattr(record, "citations"):
        record.citations.update(review=DRAFT)
    return record


def test_every_state_and_action_of_the_table_is_walked():
    assert {state for _action, state in PERMISSION_TABLE} == set(Record.Review.values)
    assert {action for action, _state in PERMISSION_TABLE} - {"read"} == {
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

    build_admin_client(analyst_user).post(
        get_admin_url(kind, "list"), form | {"action": "send_to_review"}
    )
    ready.refresh_from_db()
    assert (ready.review, ready.version) == (IN_REVIEW, 2)
    form[f"version-{ready.pk}"] = "2"
    build_admin_client(reviewer_user).post(
        get_admin_url(kind, "list"), form | {"action": "publish"}
    )

    ready.refresh_from_db()
    assert (ready.review, ready.version) == (PUBLISHED, 3)
    who = [str(version.history_user) for version in history.list_versions(ready)]
    assert who == ["reviewer", "analyst", "analyst"]


def test_an_action_names_each_record_that_it_refuses(reviewer_user):
    bare, ready = PersonFactory(name="Bare"), ready_to_publish(Person, name="Ready")
    stale = PersonFactory(name="Stale")
    form = {"action": "publish", "_selected_action": [bare.pk, ready.pk, stale.pk]}
    form |= {f"version-{person.pk}": "1" for person in (bare, ready)}

    answer = build_admin_client(reviewer_user).post(get_admin_url(Person, "list"), form)

    assert sorted(list_messages(answer)) == [
        "1 person now: published.",
        "Bare: A record is not published without the words that support it.",
        "Stale: Somebody saved it after you opened this page; look at it again.",
    ]


def test_an_author_does_not_publish_their_own_record(reviewer_user, settings):
    person = PersonFactory(created_by=reviewer_user)
    CitationFactory(record=person, source=SourceFactory(review=PUBLISHED))
    client = build_admin_client(reviewer_user)
    form = open_admin_form(client, get_admin_url(person)) | {"review": PUBLISHED}

    refused = client.post(get_admin_url(person), form)
    settings.TRACKER_ALLOW_SELF_REVIEW = True
    allowed = client.post(get_admin_url(person), form)

    assert list_form_errors(refused) == [
        ("review", "Select a valid choice. published is not one of the available choices.")
    ]
    assert allowed.status_code == 302


def test_a_record_is_published_with_words_typed_in_the_same_save(reviewer_user, self_review):
    person = PersonFactory()
    source = SourceFactory(text="The Kremlin", review=PUBLISHED)
    client = build_admin_client(reviewer_user)
    form = open_admin_form(client, get_admin_url(person)) | {"review": PUBLISHED}

    without = client.post(get_admin_url(person), form)
    form |= {"citations-TOTAL_FORMS": "1"} | row(0, source=source.pk, quote="The Kremlin")
    with_words = client.post(get_admin_url(person), form)

    assert list_form_errors(without) == [
        ("citations", "A record is not published without the words that support it.")
    ]
    assert with_words.status_code == 302, list_form_errors(with_words)
    person.refresh_from_db()
    words = person.citations.get()
    assert (person.review, person.version) == (PUBLISHED, 2)
    assert (words.review, words.version) == (PUBLISHED, 1)


def test_words_of_an_unpublished_source_publish_nothing(reviewer_user, self_review):
    person = PersonFactory()
    source = SourceFactory(text="The Kremlin")
    client = build_admin_client(reviewer_user)
    form = open_admin_form(client, get_admin_url(person)) | {
        "review": PUBLISHED,
        "citations-TOTAL_FORMS": "1",
    }
    form |= row(0, source=source.pk, quote="The Kremlin")

    answer = client.post(get_admin_url(person), form)

    assert set(list_form_errors(answer)) == {
        ("citations", f"Publish {source.address} first."),
        ("citations-0-source", f"Publish {source.address} first."),
    }


def test_the_last_words_of_a_published_record_stay(administrator_user, self_review):
    person = PersonFactory(review=PUBLISHED)
    client = build_admin_client(administrator_user)
    form = open_admin_form(client, get_admin_url(person)) | {"citations-0-DELETE": "on"}

    refused = client.post(get_admin_url(person), form)
    source = SourceFactory(text="The Kremlin", review=PUBLISHED)
    form |= {"citations-TOTAL_FORMS": "2"} | row(1, source=source.pk, quote="The Kremlin")
    replaced = client.post(get_admin_url(person), form)

    assert list_form_errors(refused) == [
        ("citations", "A record is not published without the words that support it.")
    ]
    assert replaced.status_code == 302, list_form_errors(replaced)
    assert [words.quote for words in person.citations.all()] == ["The Kremlin"]


def test_publishing_takes_the_record_and_its_words_one_version_further(reviewer_user, self_review):
    words = CitationFactory(record=PersonFactory(), source=SourceFactory(review=PUBLISHED))
    client = build_admin_client(reviewer_user)
    form = open_admin_form(client, get_admin_url(words.record))
    form |= {"review": PUBLISHED, "citations-0-voice": "headline", "reason": "Checked"}

    answer = client.post(get_admin_url(words.record), form)

    assert answer.status_code == 302, list_form_errors(answer)
    for record in (words.record, words):
        record.refresh_from_db()
        assert (record.review, record.version) == (PUBLISHED, 2)
        reasons = [version.history_change_reason for version in history.list_versions(record)]
        assert reasons == ["Checked", None]


def test_a_record_that_refers_to_a_draft_is_not_published(reviewer_user):
    meeting = RoundFactory(
        negotiation=NegotiationFactory(), citations=["They will meet."], created_by=None
    )
    client = build_admin_client(reviewer_user)

    answer = client.post(get_admin_url(meeting, "review"), {"state": PUBLISHED, "version": "1"})

    target = meeting.negotiation.address
    link = f'<a href="/admin/review/{target}/">{target}</a>'
    assert f"Negotiation: Publish {link} first." in list_messages(answer)[0]


@pytest.mark.parametrize(
    ("role", "state", "why"),
    [
        ("reviewer_user", PUBLISHED, "A published record changes only with a second person"),
        ("analyst_user", PUBLISHED, "The record is published: ask a reviewer to change it."),
        ("analyst_user", IN_REVIEW, "The record waits for review: take it back before you"),
        ("analyst_user", WITHDRAWN, "The record is withdrawn: ask a reviewer to change it."),
    ],
)
def test_a_record_closed_while_its_form_is_open_keeps_what_was_typed(db, request, role, state, why):
    user = request.getfixturevalue(role)
    person = PersonFactory(created_by=user)
    citation = CitationFactory(record=person, source=SourceFactory(text="The Kremlin."))
    client = build_admin_client(user)
    form = open_admin_form(client, get_admin_url(person))
    form |= {"note": "Typed for an hour", "reason": "Typed too", "citations-TOTAL_FORMS": "2"}
    form |= {"citations-0-quote": "Typed beside"} | row(
        1, source=citation.source_id, quote="The Kremlin"
    )
    Person.objects.filter(pk=person.pk).update(review=state, version=2)
    type(citation).objects.filter(pk=citation.pk).update(review=state)

    refused = client.post(get_admin_url(person), form)
    seen = client.post(get_admin_url(person), form | {"seen_version": "2"})

    for answer in (refused, seen):
        assert answer.status_code == 200
        page = answer.content.decode()
        assert why in page
        typed = ("Typed for an hour", "Typed too", "Typed beside")
        assert [words for words in typed if words not in page] == []
        assert "The Kremlin</textarea>" in page
    person.refresh_from_db()
    assert (person.note, person.version, person.citations.count()) == ("", 2, 1)
