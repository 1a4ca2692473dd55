"""Nothing becomes public without a second person: neither a record nor a change to one."""

import pytest

from negotiations.models import Citation, Party, Person
from tests.conftest import build_api_client, create_user
from tests.factories import CitationFactory, PartyFactory, PersonFactory, SourceFactory
from tests.support.admin_client import build_admin_client, list_messages, open_admin_form
from tests.support.admin_client import get_admin_url as page_of
from tests.support.scene import get_api_url

pytestmark = pytest.mark.django_db

ANY_VERSION = {"if-match": "*"}
WITHDRAW, PUBLISH = {"review": "withdrawn"}, {"review": "published"}
REFUSED_EDIT = (
    "A published record changes only with a second person: withdraw it, change it, and let another "
    "reviewer publish it."
)
REFUSED_PUBLISH = "You wrote part of what this would publish: another reviewer publishes it."


@pytest.fixture
def colleague_user(db):
    return create_user("reviewer", "colleague")


@pytest.fixture
def colleague(colleague_user):
    return build_api_client(colleague_user)


@pytest.fixture
def source():
    return SourceFactory(text="President Zelensky spoke in Kyiv.", review="published")


@pytest.fixture
def person(reviewer_user, source):
    """A reviewer's record that somebody else has published."""
    words = Citation(source=source, quote="Zelensky", created_by=reviewer_user)
    return PersonFactory(
        name="Zelensky", review="published", created_by=reviewer_user, citations=[words]
    )


def patch(client, record, change):
    url = get_api_url(record.resource_name, record.slug)
    return client.patch(url, change, headers=ANY_VERSION)


@pytest.mark.parametrize("change", [{"name": "Selenskyj"}, {"note": "x"}, {"aliases": ["Ze"]}])
@pytest.mark.parametrize("who", ["reviewer", "colleague", "administrator"])
def test_published_record_is_not_edited_alone(request, person, who, change):
    answer = patch(request.getfixturevalue(who), person, change)

    assert (answer.status_code, answer.json()["detail"]) == (403, REFUSED_EDIT)
    person.refresh_from_db()
    assert (person.name, person.version) == ("Zelensky", 1)


@pytest.mark.parametrize("also", [WITHDRAW, {"review": "draft"}])
def test_edit_with_a_step_of_review_is_refused_too(reviewer, person, also):
    answer = patch(reviewer, person, {"name": "Selenskyj"} | also)

    assert answer.status_code in {400, 403}
    assert Person.objects.get().name == "Zelensky"


def test_the_way_that_the_refusal_names_works(reviewer, colleague, person):
    assert patch(reviewer, person, WITHDRAW).status_code == 200
    assert patch(reviewer, person, {"name": "Selenskyj"}).status_code == 200
    alone = patch(reviewer, person, PUBLISH)
    approved = patch(colleague, person, PUBLISH)

    assert (alone.status_code, alone.json()["detail"]) == (403, REFUSED_PUBLISH)
    assert (approved.status_code, approved.json()["name"]) == (200, "Selenskyj")


def test_changes_to_a_record_of_another_are_published_by_another(reviewer, colleague, person):
    """The author of the record is the second person for what somebody else wrote into it."""
    patch(colleague, person, WITHDRAW)
    patch(colleague, person, {"note": "Seen."})

    assert patch(colleague, person, PUBLISH).json()["detail"] == REFUSED_PUBLISH
    assert patch(reviewer, person, PUBLISH).status_code == 200


def test_draft_of_another_is_not_edited_and_published_by_one(reviewer, colleague, source):
    draft = PersonFactory(citations=[Citation(source=source, quote="Zelensky")])
    at_once = patch(reviewer, draft, {"note": "Seen."} | PUBLISH)
    patch(reviewer, draft, {"note": "Seen."})
    afterwards = patch(reviewer, draft, PUBLISH)

    assert at_once.json()["detail"] == (
        "Save the change first; then another reviewer publishes the record."
    )
    assert afterwards.json()["detail"] == REFUSED_PUBLISH
    assert patch(colleague, draft, PUBLISH).status_code == 200


def test_citation_goes_public_with_its_record_only_by_another(reviewer, colleague, source):
    draft = PersonFactory(citations=[Citation(source=source, quote="Zelensky")])
    body = {"record": draft.address, "source": source.slug, "quote": "Kyiv"}
    assert reviewer.post(get_api_url("citations"), body).status_code == 201

    assert patch(reviewer, draft, PUBLISH).json()["detail"] == REFUSED_PUBLISH
    assert patch(colleague, draft, PUBLISH).status_code == 200
    assert set(Citation.objects.values_list("review", flat=True)) == {"published"}


def test_unchanged_record_is_published_again_by_another_than_its_author(
    reviewer, colleague, person
):
    patch(colleague, person, WITHDRAW)

    assert patch(reviewer, person, PUBLISH).status_code == 403
    assert patch(colleague, person, PUBLISH).status_code == 200


def test_batch_and_restore_are_held_to_it(reviewer, person):
    operation = {
        "op": "update",
        "collection": "people",
        "slug": person.slug,
        "version": 1,
        "body": {"name": "Selenskyj"},
    }
    batch = reviewer.post("/api/v1/batch/", {"operations": [operation]})
    history = get_api_url("people", f"{person.slug}/history")
    restore = reviewer.post(history, {"restore": 1}, headers=ANY_VERSION)

    assert {batch.status_code, restore.status_code} == {403}
    assert Person.objects.get().version == 1


def test_batch_withdraws_a_published_record(reviewer, person):
    operation = {
        "op": "update",
        "collection": "people",
        "slug": person.slug,
        "version": 1,
        "body": WITHDRAW,
    }

    assert reviewer.post("/api/v1/batch/", {"operations": [operation]}).status_code == 200
    assert Person.objects.get().review == "withdrawn"


def test_self_review_lets_one_person_do_all(reviewer, person, settings):
    settings.TRACKER_ALLOW_SELF_REVIEW = True

    edited = patch(reviewer, person, {"name": "Selenskyj"})
    patch(reviewer, person, WITHDRAW)
    again = patch(reviewer, person, {"note": "Seen."} | PUBLISH)

    assert (edited.status_code, again.status_code) == (200, 200)


def test_me_says_what_needs_another(reviewer, settings):
    def may():
        told = reviewer.get("/api/v1/me/").json()["may"]
        return told["edit"]["published"], told["withdraw"]["published"], told["publish"]["draft"]

    assert may() == ("none", "all", "others")
    settings.TRACKER_ALLOW_SELF_REVIEW = True
    assert may() == ("all", "all", "all")


def test_desk_shows_a_published_record_to_read_and_says_what_to_do(reviewer_user, person):
    client = build_admin_client(reviewer_user)
    page = client.get(page_of(person))
    sent = client.post(page_of(person), {"name": "Selenskyj", "read_version": "1"})

    assert REFUSED_EDIT in page.content.decode()
    assert 'name="name"' not in page.content.decode()
    assert sent.status_code == 403
    assert Person.objects.get().name == "Zelensky"


def test_desk_does_not_publish_what_the_same_save_changes(reviewer_user, source):
    draft = PersonFactory(citations=[Citation(source=source, quote="Zelensky")])
    client = build_admin_client(reviewer_user)
    form = open_admin_form(client, page_of(draft)) | {"review": "published", "note": "Seen."}

    answer = client.post(page_of(draft), form)

    assert answer.status_code == 200
    assert "Save the change first" in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.review, draft.note) == ("draft", "")


def test_desk_refuses_own_work_in_the_list_of_records(reviewer_user, source):
    own = PersonFactory(
        created_by=reviewer_user, citations=[Citation(source=source, quote="Zelensky")]
    )
    form = {"action": "publish", "_selected_action": [own.pk], f"version-{own.pk}": "1"}

    answer = build_admin_client(reviewer_user).post(page_of(Person, "list"), form)

    assert list_messages(answer) == [f"{own}: {REFUSED_PUBLISH}"]


def test_merging_a_draft_into_a_published_record_is_refused(reviewer_user, person):
    draft = PersonFactory(name="Selenskyj", created_by=reviewer_user)
    client = build_admin_client(reviewer_user)
    form = {"into": person.pk, "gone_version": "1", "kept_version": "1", "reason": "One man"}

    answer = client.post(page_of(draft, "merge"), form)

    assert answer.status_code == 409
    assert "no second person has reviewed" in answer.content.decode()
    assert Person.objects.get(pk=person.pk).aliases == []


def test_batch_leaves_own_citation_of_a_record_it_publishes_a_draft(reviewer, reader, source):
    draft = PersonFactory(citations=[Citation(source=source, quote="Zelensky")])
    publish = {
        "op": "update",
        "collection": "people",
        "slug": draft.slug,
        "version": 1,
        "body": PUBLISH,
    }
    words = {"record": draft.address, "source": source.slug, "quote": "Kyiv"}
    cite = {"op": "create", "collection": "citations", "body": words}

    done = reviewer.post("/api/v1/batch/", {"operations": [publish, cite]})

    assert done.status_code == 200
    assert not Citation.objects.filter(quote="Kyiv", review="published").exists()
    quotes = [each["quote"] for each in reader.get(get_api_url("citations")).json()["results"]]
    assert "Kyiv" not in quotes


def test_merging_published_records_is_for_administrators(reviewer_user, administrator_user):
    kept, gone = (PartyFactory(name=name, review="published") for name in ("Ukraine", "Ukraina"))
    form = {"into": kept.pk, "gone_version": "1", "kept_version": "1", "reason": "One state"}

    refused = build_admin_client(reviewer_user).post(page_of(gone, "merge"), form)
    merged = build_admin_client(administrator_user).post(page_of(gone, "merge"), form)

    assert (refused.status_code, merged.status_code) == (409, 302)
    assert "only an administrator does that" in refused.content.decode()


def test_merging_does_not_publish_own_citations(administrator_user, person, source):
    party = PartyFactory(name="Ukraine", review="published")
    other = PartyFactory(name="Ukraina", review="published")
    CitationFactory(record=party, source=source, quote="Kyiv", created_by=administrator_user)
    client = build_admin_client(administrator_user)
    form = {"into": party.pk, "gone_version": "1", "kept_version": "1", "reason": "One state"}

    answer = client.post(page_of(other, "merge"), form)

    assert answer.status_code == 409
    assert "citations that you added" in answer.content.decode()
    assert Party.objects.count() == 2
