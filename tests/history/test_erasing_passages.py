"""What others repeat of an erased record by hand: listed with its place, and left as it is."""

import time

import pytest
from django.core.management import call_command

from negotiations import history
from negotiations.models import Citation, Party, Person, Position, Source
from tests.factories import (
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    ProposalFactory,
    SourceFactory,
)

pytestmark = pytest.mark.django_db

TEXT = (
    "The envoy said that both delegations would leave Geneva before the end of the week. "
    "Zürich waits. They did not agree on a date for the next round of talks. "
    "代表团离开日内瓦没有达成协议。"
)
PUBLIC = {"review": "published"}


@pytest.fixture
def report():
    return SourceFactory(slug="report", title="The envoy leaves Geneva", text=TEXT, **PUBLIC)


def erase(capsys, address="sources/report"):
    capsys.readouterr()
    call_command("eraserecord", address, "--no-input", "--reason=A court ordered it.")
    out = capsys.readouterr().out.splitlines()
    return [line for line in out if " repeats a passage in " in line], out


@pytest.mark.parametrize(
    ("model", "field"),
    [(NegotiationFactory, "note"), (ProposalFactory, "consequence"), (PositionFactory, "claim")],
)
@pytest.mark.parametrize(
    "words",
    [
        "See: BOTH delegations would  leave “Geneva” before the end.",
        "they did not agree on a date for the next round",
        "都说代表团离开日内瓦没有达成协议了",
    ],
)
def test_run_of_words_in_another_record_is_listed(report, capsys, model, field, words):
    model(slug="other", **{field: words})

    found, out = erase(capsys)

    address = f"{model._meta.model.resource_name}/other"
    assert found == [
        f"{address} repeats a passage in {field} (version 1; it still does). It was left as it is."
    ]
    assert any(line.startswith("Erase each of these, too, if it has to go") for line in out)
    assert getattr(model._meta.model.objects.get(slug="other"), field) == words


def test_passage_in_an_earlier_version_or_a_deleted_record_is_listed(report, capsys):
    changed = PartyFactory(slug="changed", note=TEXT)
    changed.note = ""
    history.save(changed)
    history.delete(PersonFactory(slug="gone", note=TEXT))

    found, _out = erase(capsys)

    tail = "repeats a passage in note (version 1; now it does not). It was left as it is."
    assert [line for line in found if "changed" in line] == [f"parties/changed {tail}"]
    assert [line.split(" ")[0] for line in found] == ["parties/changed", "people/gone"]


def test_passage_in_the_reason_of_a_change_and_in_another_source_is_listed(report, capsys):
    party = PartyFactory(slug="party")
    history.save(party, reason="Both delegations would leave Geneva before the end")
    SourceFactory(slug="copy", text=f"Agency. {TEXT}")

    found, _out = erase(capsys)

    assert [line.partition(" (")[0] for line in found] == [
        "sources/copy repeats a passage in text",
        "parties/party repeats a passage in the reason of the change",
    ]


def test_short_quotation_is_listed_where_it_is_repeated_whole(report, capsys):
    cited = PartyFactory(slug="cited", citations=["Another word."], **PUBLIC)
    history.save(Citation(source=report, party=cited, quote="Zürich waits. They did"))
    PositionFactory(slug="quoted", claim="It is said: “Zurich waits, they did”, and more")
    PositionFactory(slug="parts", claim="Zurich waits. Did they?")
    PositionFactory(slug="titled", note="the envoy leaves geneva")

    found, _out = erase(capsys)

    assert [line.partition(" (")[0] for line in found] == [
        "positions/quoted repeats a passage in claim",
        "positions/titled repeats a passage in note",
    ]


def test_name_of_an_erased_person_is_listed(capsys):
    PersonFactory(slug="quix", name="Quixovard", aliases=["Jørgen Q."], note="Speaks.")
    PartyFactory(slug="one", note="Led by jorgen q. since May")
    PartyFactory(slug="two", note="Speaks. Quixovardia is another.")

    found, _out = erase(capsys, "people/quix")

    assert [line.partition(" (")[0] for line in found] == ["parties/one repeats a passage in note"]


def test_common_words_and_publishers_are_not_listed(report, capsys):
    Source.objects.update(publisher="The Associated Press of Geneva")
    history.save(Source.objects.get())
    SourceFactory(publisher="The Associated Press of Geneva", text="before the end of the week")

    assert erase(capsys)[0] == []


def test_records_that_are_erased_with_it_are_not_listed(report, capsys):
    PartyFactory(slug="kept", citations=["A word of its own."], **PUBLIC)

    found, out = erase(capsys)

    assert found == []
    assert not any(line.startswith("Erase each of these") for line in out)


def test_listing_stops_and_its_cost_is_bounded(report, capsys, django_assert_max_num_queries):
    PartyFactory.create_batch(201, note=TEXT)

    started = time.process_time()
    with django_assert_max_num_queries(250):
        found, out = erase(capsys)

    assert len(found) == 200
    assert "More than 200 records do; the others are not listed." in out
    assert time.process_time() - started < 10
    assert {p.note for p in Party.objects.all()} == {TEXT}
    assert (Position.objects.count(), Person.objects.count()) == (0, 0)
