"""Two people, or one with two clicks: nobody's work is overwritten or made twice."""

import pytest

from negotiations import history
from negotiations.models import Party, Person
from tests.factories import CitationFactory, PersonFactory
from tests.support.admin_client import (
    build_admin_client,
    get_admin_url,
    list_form_errors,
    open_admin_form,
)


@pytest.fixture
def desk(reviewer_user):
    return build_admin_client(reviewer_user)


def test_a_stale_form_says_what_changed_and_keeps_what_was_typed(desk, administrator_user):
    person = PersonFactory(name="Putin")
    form = open_admin_form(desk, get_admin_url(person)) | {"name": "V. Putin"}
    other = Person.objects.get()
    other.name, other.note = "Vladimir Putin", "President"
    history.save(other, by=administrator_user)

    answer = desk.post(get_admin_url(person), form)

    first, *changes = [message for _field, message in list_form_errors(answer)]
    assert first.startswith("This was saved by administrator on ")
    assert first.endswith("it is now version 2. Nothing of yours is saved yet.")
    assert sorted(changes) == [
        "Name is now “Vladimir Putin”, was “Putin”.",
        "Note is now “President”, was “empty”.",
    ]
    assert answer.context["adminform"].form["name"].value() == "V. Putin"
    person.refresh_from_db()
    assert (person.name, person.version) == ("Vladimir Putin", 2)


def test_who_has_seen_the_newer_version_may_save_over_it(desk, administrator_user):
    person = PersonFactory(name="Putin")
    form = open_admin_form(desk, get_admin_url(person)) | {"name": "V. Putin"}
    other = Person.objects.get()
    history.save(other, by=administrator_user)

    assert desk.post(get_admin_url(person), form).status_code == 200
    assert desk.post(get_admin_url(person), form | {"seen_version": "2"}).status_code == 302

    person.refresh_from_db()
    assert (person.name, person.version) == ("V. Putin", 3)


def test_a_stale_row_saves_nothing_of_the_page(desk):
    words = CitationFactory(quote="The sides met")
    form = open_admin_form(desk, get_admin_url(words.record)) | {"name": "Another"}
    history.save(type(words).objects.get())

    kept = desk.post(get_admin_url(words.record), form | {"citations-0-voice": "headline"})
    deleted = desk.post(get_admin_url(words.record), form | {"citations-0-DELETE": "on"})

    for answer in (kept, deleted):
        assert answer.status_code == 200
        assert "it is now version 2." in list_form_errors(answer)[0][1]
    words.record.refresh_from_db()
    assert words.record.version == 1


def test_a_form_without_its_version_saves_nothing(desk):
    person = PersonFactory()
    form = open_admin_form(desk, get_admin_url(person)) | {"name": "Another", "read_version": ""}

    assert (
        "Nothing of yours is saved yet."
        in list_form_errors(desk.post(get_admin_url(person), form))[0][1]
    )


def test_a_row_deleted_meanwhile_is_no_traceback(desk):
    words = CitationFactory(quote="The sides met")
    form = open_admin_form(desk, get_admin_url(words.record))
    history.delete(words)

    answer = desk.post(get_admin_url(words.record), form | {"citations-0-voice": "headline"})

    assert answer.status_code == 200
    assert list_form_errors(answer)


def test_a_second_click_makes_no_second_record(desk):
    form = open_admin_form(desk, get_admin_url(Party, "add")) | {"name": "Russia", "kind": "state"}

    first = desk.post(get_admin_url(Party, "add"), form)
    second = desk.post(get_admin_url(Party, "add"), form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert [party.name for party in Party.objects.all()] == ["Russia"]


def test_an_add_form_without_its_key_is_refused(desk):
    form = open_admin_form(desk, get_admin_url(Party, "add")) | {"name": "Russia", "kind": "state"}
    del form["form_key"]

    answer = desk.post(get_admin_url(Party, "add"), form)

    assert list_form_errors(answer) == [("__all__", "This form has no key; open it again.")]


def test_the_loser_of_a_race_is_told_by_the_rules(desk, monkeypatch):
    """Two people take the same slug at once: the second sees the message of the rule."""
    from django.db import IntegrityError

    from negotiations.admin import base

    form = open_admin_form(desk, get_admin_url(Party, "add")) | {
        "name": "Russia",
        "kind": "state",
        "slug": "r",
    }
    real, meant = base.PageWriter.save, []

    def lost(page):
        if not meant:
            meant.append("once")
            raise IntegrityError("unique")
        return real(page)

    monkeypatch.setattr(base.PageWriter, "save", lost)

    assert desk.post(get_admin_url(Party, "add"), form).status_code == 302
    assert Party.objects.get().slug == "r"
