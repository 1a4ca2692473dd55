"""Deleting and restoring at the desk: what goes, what comes back, and who sees it."""

from negotiations import history
from negotiations.models import Party, Person, Record
from tests.factories import (
    CitationFactory,
    NegotiationFactory,
    PersonFactory,
    RoundFactory,
    SourceFactory,
)
from tests.support.admin_client import build_admin_client, get_admin_url, list_messages

PUBLISHED = Record.Review.PUBLISHED


def test_a_published_record_is_deleted_by_administrators_with_a_reason(
    reviewer_user, administrator_user
):
    person = PersonFactory(review=PUBLISHED)
    form = {"post": "yes", "version": "1"}

    by_reviewer = build_admin_client(reviewer_user).post(get_admin_url(person, "delete"), form)
    client = build_admin_client(administrator_user)
    bare = client.post(get_admin_url(person, "delete"), form)
    stale = client.post(get_admin_url(person, "delete"), form | {"version": "0", "reason": "Twice"})

    assert by_reviewer.status_code == 403
    assert list_messages(bare) == ["A published record is deleted with a reason."]
    assert list_messages(stale)[-1:] == [
        "Somebody saved it after you opened this page; look at it again."
    ]
    assert Person.objects.exists()
    client.post(get_admin_url(person, "delete"), form | {"reason": "Twice"})
    assert not Person.objects.exists()
    last = Person.history.first()
    assert (last.history_type, last.history_change_reason) == ("-", "Twice")


def test_records_that_others_refer_to_stay_without_naming_the_hidden(analyst_user):
    negotiation = NegotiationFactory(created_by=analyst_user, title="Ours")
    hidden = RoundFactory(negotiation=negotiation, title="Secret round")
    client = build_admin_client(analyst_user)

    page = client.get(get_admin_url(negotiation, "delete")).content.decode()
    client.post(get_admin_url(negotiation, "delete"), {"post": "yes", "version": "1"})

    assert "records that you may not see" in page
    assert hidden.title not in page
    negotiation.refresh_from_db()


def test_many_are_deleted_each_by_itself(reviewer_user):
    gone, kept = PersonFactory(name="Gone"), PersonFactory(name="Kept", review=PUBLISHED)
    client = build_admin_client(reviewer_user)
    form = {"action": "delete_selected", "_selected_action": [gone.pk, kept.pk]}
    form |= {f"version-{gone.pk}": "1", f"version-{kept.pk}": "1"}

    asked = client.post(get_admin_url(Person, "list"), form)
    done = client.post(get_admin_url(Person, "list"), form | {"post": "yes", "reason": "Twice"})

    assert asked.status_code == 200
    assert sorted(list_messages(done)) == [
        "1 person deleted.",
        "Kept: You may not delete this record.",
    ]
    assert [person.name for person in Person.objects.all()] == ["Kept"]


def test_a_version_is_restored_as_a_version_of_its_own(reviewer_user):
    party = Party(name="Russia", kind="state", created_by=reviewer_user)
    history.save(party, by=reviewer_user)
    party.name = "Rusia"
    history.save(party, by=reviewer_user, reason="A slip")
    first = history.list_versions(party).last()
    client = build_admin_client(reviewer_user)
    page = client.get(get_admin_url(party, "history")).content.decode()
    url = f"{get_admin_url(party, 'history')}{first.history_id}/restore/"

    stale = client.post(url, {"version": "1"})
    client.post(url, {"version": "2"})

    assert "<del>Russia</del>" in page
    assert "<ins>Rusia</ins>" in page
    assert "A slip" in page
    assert list_messages(stale)[0].startswith("Not restored: somebody saved")
    party.refresh_from_db()
    assert (party.name, party.version) == ("Russia", 3)
    assert history.list_versions(party).first().history_change_reason == "Restored version 1"


def test_others_see_only_those_versions_that_were_public(analyst_user):
    person = PersonFactory(name="Canary")
    CitationFactory(record=person, source=SourceFactory(review=PUBLISHED))
    person.name, person.review = "Putin", PUBLISHED
    history.save(person)

    page = build_admin_client(analyst_user).get(get_admin_url(person, "history")).content.decode()

    assert "Version 2" in page
    assert "Canary" not in page
