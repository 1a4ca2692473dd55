"""Saving a page of the desk: one version each, all by the rules, nobody's work overwritten."""

import pytest

from negotiations import history
from negotiations.history.diff import get_version_relations
from negotiations.models import Party, Person, Proposal, Source, Term
from tests.factories import (
    NegotiationFactory,
    PartyFactory,
    PositionFactory,
    ProposalFactory,
    SourceFactory,
    TermFactory,
)
from tests.support.admin_client import (
    build_admin_client,
    get_admin_url,
    list_form_errors,
    open_admin_form,
)

TEXT = " The first line.\n\n  The Kremlin said no.  \n"


@pytest.fixture
def desk(reviewer_user):
    return build_admin_client(reviewer_user)


def row(number, **values):
    """The values of one new row of the citations."""
    given = {"voice": "narrator", "relation": "supports", "credibility": "6", **values}
    return {f"citations-{number}-{name}": value for name, value in given.items()}


def versions_of(record):
    return [
        (version.version, str(version.history_user), version.history_change_reason)
        for version in history.list_versions(record)
    ]


def test_a_record_and_its_words_are_made_in_one_save(desk, reviewer_user):
    source = SourceFactory(text=TEXT)
    form = open_admin_form(desk, get_admin_url(Person, "add"))
    form |= {"name": "Putin", "reason": "Named in S4", "citations-TOTAL_FORMS": "1"}
    form |= row(0, source=source.pk, quote="The Kremlin", field="name")

    answer = desk.post(get_admin_url(Person, "add"), form)

    assert answer.status_code == 302, list_form_errors(answer)
    person = Person.objects.get()
    assert (person.name, person.review, person.created_by) == ("Putin", "draft", reviewer_user)
    assert versions_of(person) == [(1, "reviewer", "Named in S4")]
    words = person.citations.get()
    assert (words.quote, words.start, words.field, words.review) == (
        "The Kremlin",
        20,
        "name",
        "draft",
    )
    assert versions_of(words) == [(1, "reviewer", "Named in S4")]


def test_a_save_with_many_relations_leaves_one_version(desk):
    proposal = ProposalFactory()
    russia, ukraine = PartyFactory(), PartyFactory()
    form = open_admin_form(desk, get_admin_url(proposal))
    form |= {"title": "Another", "proposed_by": [russia.pk], "addressed_to": [ukraine.pk]}

    assert desk.post(get_admin_url(proposal), form).status_code == 302

    assert [version for version, _who, _why in versions_of(proposal)] == [2, 1]
    proposal.refresh_from_db()
    assert (proposal.title, proposal.version) == ("Another", 2)
    assert list(proposal.proposed_by.all()) == [russia]
    newest = history.list_versions(proposal).first()
    assert get_version_relations(newest) == {
        "proposed_by": [russia],
        "addressed_to": [ukraine],
    }


def test_parts_are_written_with_their_record(desk):
    negotiation, issue_free = NegotiationFactory(), PartyFactory()
    form = open_admin_form(desk, get_admin_url(Proposal, "add"))
    form |= {"negotiation": negotiation.pk, "title": "List", "kind": "demands"}
    form |= {"proposed_by": [issue_free.pk], "terms-TOTAL_FORMS": "1"}
    form |= {"terms-0-text": "Territory is given up.", "terms-0-obligee": [issue_free.pk]}

    answer = desk.post(get_admin_url(Proposal, "add"), form)

    assert answer.status_code == 302, list_form_errors(answer)
    term = Term.objects.get()
    assert (term.proposal.title, term.text, term.review) == (
        "List",
        "Territory is given up.",
        "draft",
    )
    assert list(term.obligee.all()) == [issue_free]
    assert [version for version, _who, _why in versions_of(term)] == [1]


def test_a_false_quotation_is_told_beside_its_field_and_nothing_is_saved(desk):
    source = SourceFactory(text=TEXT)
    form = open_admin_form(desk, get_admin_url(Person, "add"))
    form |= {"name": "Putin", "citations-TOTAL_FORMS": "1"}
    form |= row(0, source=source.pk, quote="The Kremlin said yes")

    answer = desk.post(get_admin_url(Person, "add"), form)

    assert list_form_errors(answer) == [("citations-0-quote", "These words are not in the source.")]
    assert not Person.objects.exists()


def test_every_character_of_a_text_is_kept(desk):
    form = open_admin_form(desk, get_admin_url(Source, "add"))
    form |= {"kind": "news_article", "text": TEXT.replace("\n", "\r\n"), "note": " a note "}

    assert desk.post(get_admin_url(Source, "add"), form).status_code == 302

    source = Source.objects.get()
    assert (source.text, source.note) == (TEXT, " a note ")


def test_a_text_opened_and_saved_is_the_same_text(desk):
    source = SourceFactory(text="\n\n Two lines before.\n")
    form = open_admin_form(desk, get_admin_url(source))
    form["text"] = form["text"].replace("\n", "\r\n")

    desk.post(get_admin_url(source), form | {"title": "A title"})

    source.refresh_from_db()
    assert (source.text, source.title) == ("\n\n Two lines before.\n", "A title")


def test_lists_and_identifiers_are_typed_a_line_each(desk):
    form = open_admin_form(desk, get_admin_url(Party, "add"))
    form |= {"name": "Russia", "kind": "state", "aliases": "The Kremlin\r\n\r\nMoscow"}
    form |= {"identifiers": "wikidata: Q159\r\nucdp: 57"}

    assert desk.post(get_admin_url(Party, "add"), form).status_code == 302

    party = Party.objects.get()
    assert party.aliases == ["The Kremlin", "Moscow"]
    assert party.identifiers == {"wikidata": "Q159", "ucdp": "57"}
    assert open_admin_form(desk, get_admin_url(party))["aliases"] == "The Kremlin\nMoscow"


def test_a_part_that_others_refer_to_is_not_deleted(desk):
    term = TermFactory()
    position = PositionFactory(term=term, negotiation=term.proposal.negotiation)
    form = open_admin_form(desk, get_admin_url(term.proposal)) | {"terms-0-DELETE": "on"}

    answer = desk.post(get_admin_url(term.proposal), form)

    assert list_form_errors(answer) == [
        ("terms", f"“{term}” is not deleted: other records refer to it ({position.address}).")
    ]
    assert Term.objects.exists()


@pytest.mark.slow
def test_a_part_is_deleted_with_a_version_that_says_so(desk):
    term = TermFactory()
    form = open_admin_form(desk, get_admin_url(term.proposal)) | {
        "terms-0-DELETE": "on",
        "reason": "Not there",
    }

    assert desk.post(get_admin_url(term.proposal), form).status_code == 302

    last = Term.history.first()
    assert (last.history_type, str(last.history_user), last.history_change_reason) == (
        "-",
        "reviewer",
        "Not there",
    )


def test_a_relation_that_the_author_may_not_see_is_kept(analyst_user):
    hidden, shown = PartyFactory(), PartyFactory(review="published")
    proposal = ProposalFactory(
        created_by=analyst_user,
        negotiation=NegotiationFactory(),
        proposed_by=[hidden],
        addressed_to=[shown],
    )
    client = build_admin_client(analyst_user)
    form = open_admin_form(client, get_admin_url(proposal))

    page = client.get(get_admin_url(proposal)).content.decode()
    answer = client.post(get_admin_url(proposal), form | {"addressed_to": [hidden.pk]})

    assert hidden.name not in page
    assert "a record that you may not see" in page
    assert answer.status_code == 200
    form |= {"title": "New", "proposed_by": [], "addressed_to": [shown.pk]}
    answer = client.post(get_admin_url(proposal), form)
    assert answer.status_code == 302, list_form_errors(answer)
    proposal.refresh_from_db()
    assert (proposal.title, list(proposal.proposed_by.all())) == ("New", [hidden])
