"""One fold for search, suggested names, duplicates and slugs, and what a search lists first."""

import threading
import unicodedata

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from negotiations import history
from negotiations.models import Party, SearchDocument
from negotiations.models.system.locks import serialize_writers
from negotiations.text.tokens import fold
from negotiations.text.validators import validate_slug_format
from tests.factories import (
    DeliveryFactory,
    DismissalFactory,
    NegotiationFactory,
    ParticipationFactory,
    PartyFactory,
    SourceFactory,
)
from tests.support.admin_client import build_admin_client

pytestmark = pytest.mark.django_db

PUBLIC = {"review": "published"}


def found(client, q, **query):
    response = client.get("/api/v1/search/", {"q": q, **query})
    assert response.status_code == 200, response.content
    return [f"{row['kind']}/{row['slug']}" for row in response.json()["results"]]


# What is written, and other ways in which people type it.
SPELLINGS = [
    ("Wałęsa", ["walesa", "WAŁĘSA", "wałesa"]),
    ("Jørgen", ["Jorgen", "JØRGEN"]),
    ("Straße", ["strasse", "STRASSE", "STRAẞE"]),
    ("Kılıçdaroğlu", ["Kilicdaroglu", "KILIÇDAROĞLU", "kılıcdaroglu"]),
    ("İstanbul", ["istanbul", "ISTANBUL", "Istanbul"]),
    ("Đorđe", ["Dorde", "đorđe"]),
    ("Þórður Æsir", ["thordur aesir", "Thórdur"]),
    ("Nguyễn Tấn Dũng", ["Nguyen Tan Dung", unicodedata.normalize("NFD", "nguyễn tấn dũng")]),
    ("Ελλάδα Όσος", ["ελλαδα", "ΕΛΛΑΔΑ ΟΣΟΣ", "ελλάδα όσοσ"]),
    ("Zelenskyy Зеленський", ["ЗЕЛЕНСЬКИЙ", unicodedata.normalize("NFD", "зеленський")]),
    ("Королёв", ["королев", "КОРОЛЁВ"]),
    ("مُحَمَّد", ["محمد", "محـــمد"]),
    ("کابل", ["كابل"]),
    ("می‌خواهم", ["می خواهم", "مي\u200cخواهم"]),
    ("negotiation", ["nego\u00adtiation", "nego\u200btiation", "negotiation\u200f"]),
    ("cease\u00adfire", ["ceasefire"]),
    ("cease\u200bfire", ["ceasefire"]),
    ("cease\u200cfire", ["ceasefire"]),
    ("cease\u200dfire", ["ceasefire"]),
    ("cease\u2060fire", ["ceasefire"]),
    ("cease\ufefffire", ["ceasefire"]),
    ("\u200eceasefire\u200f", ["ceasefire"]),
    ("ﬁnal oﬃcer", ["final officer"]),
    ("Ｆｕｌｌ Ｗｉｄｔｈ", ["full width"]),
    ("Лук'яненко", ["Лук’яненко", "Лукʼяненко"]),
    ("Oʻzbekiston", ["O'zbekiston", "O‘zbekiston"]),
    ("1975 ١٩٧٥", ["1975", "١٩٧٥"]),
    ("北京会谈", ["会谈"]),
    ("ភ្នំ\u200bពេញ", ["ភ្នំពេញ", "ពេញ"]),
]


@pytest.mark.parametrize(("written", "typed"), SPELLINGS)
def test_a_name_is_found_however_it_is_typed(written, typed, reader):
    PartyFactory(slug="other", name="Another", **PUBLIC)
    PartyFactory(slug="meant", name=written, **PUBLIC)
    SourceFactory(slug="text", title="A report", text=f"Words of {written} here.", **PUBLIC)

    for each in (written, *typed):
        assert found(reader, each) == ["parties/meant", "sources/text"], each
        listed = reader.get("/api/v1/parties/", {"q": each}).json()["results"]
        assert [row["slug"] for row in listed] == ["meant"]


@pytest.mark.parametrize(("written", "typed"), SPELLINGS)
def test_a_name_is_suggested_and_taken_however_it_is_typed(written, typed, analyst_user):
    PartyFactory(slug="meant", name=written, **PUBLIC)
    desk = build_admin_client(analyst_user)
    names = "/admin/negotiations/source/code/names/parties/"

    for each in (written, *typed):
        told = desk.get(names, {"q": each}).json()["found"]
        assert [row["label"] for row in told] == [written.strip()], each


@pytest.mark.parametrize(
    ("other", "typed"), [("kyiv", "Lviv"), ("walega", "wałęsa"), ("орел", "орут"), ("ß", "s")]
)
def test_other_names_stay_other_names(other, typed, reader):
    PartyFactory(name=other, **PUBLIC)

    assert found(reader, typed) == []


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Łódź", "lodz"),
        ("Jørgen Ærø", "jorgen-aero"),
        ("Großstraße", "grossstrasse"),
        ("Kılıçdaroğlu", "kilicdaroglu"),
        ("Đorđe", "dorde"),
        ("Đà Nẵng", "da-nang"),
        ("Зеленський", "zelenskiy"),
        ("Ελλάδα", "ellada"),
        ("nego\u00adtiation\u200b", "negotiation"),
        ("北京", "beijing"),
        ("😀 — …", "party"),
    ],
)
def test_slugs_have_the_letters_of_the_name(name, slug):
    made = Party(name=name).slug_stem()

    assert made == slug
    validate_slug_format(made)
    assert Party(name=unicodedata.normalize("NFD", name)).slug_stem() == made


def test_fold_is_the_same_when_it_is_done_twice():
    for code in range(0x30000):
        sign = chr(code)
        assert fold(fold(sign)) == fold(sign), hex(code)


# Titles and order


def test_records_without_a_name_are_called_after_others(reader, client):
    party = PartyFactory(name="Switzerland", **PUBLIC)
    talks = NegotiationFactory(title="Geneva talks", **PUBLIC)
    part = ParticipationFactory(party=party, negotiation=talks, role="mediator", **PUBLIC)
    source = SourceFactory(title="", publisher="Reuters", published="2025-07-19", **PUBLIC)
    delivery = DeliveryFactory(commitment__text="Return of 390 people", **PUBLIC)

    def titles(q):
        rows = reader.get("/api/v1/search/", {"q": q}).json()["results"]
        return {f"{row['kind']}/{row['slug']}": row["title"] for row in rows}

    assert titles(part.slug)[part.address] == "Switzerland, mediator"
    assert titles("Reuters")[source.address] == "Reuters 2025-07-19"
    obligor = delivery.commitment.obligor.get()
    assert titles(delivery.slug)[delivery.address] == (
        f"{obligor} → receiver not named: number not given (reported), under “Return of 390 people”"
    )
    for record in (part, source, delivery):
        named = {title.casefold() for title in titles(record.slug).values()}
        assert not {record.slug, record.slug.replace("-", " ")} & named
        page = client.get("/search/", {"q": record.slug}).content.decode()
        assert record.slug.replace("-", " ") not in page


def test_a_title_of_the_past_names_what_it_was_named_after_then(reader):
    party = PartyFactory(name="Before", **PUBLIC)
    part = ParticipationFactory(party=party, role="observer", **PUBLIC)
    then = timezone.now()
    party.name = "After"
    history.save(party)

    def title(**query):
        query = {"q": part.slug, "kind": "participations", **query}
        (row,) = reader.get("/api/v1/search/", query).json()["results"]
        return row["title"]

    assert (title(), title(as_of=then.isoformat())) == ("After, observer", "Before, observer")


def test_negotiations_come_before_their_parts_and_dismissals(reader):
    title = "Talks between Ukraine and Russia on a ceasefire and all that goes with it"
    talks = NegotiationFactory(slug="talks", title=title, **PUBLIC)
    ukraine = PartyFactory(slug="ukraine", name="Ukraine", **PUBLIC)
    ParticipationFactory(slug="ukraine-part", negotiation=talks, party=ukraine, **PUBLIC)
    told = NegotiationFactory(slug="told", title="Elsewhere", summary="Of Ukraine.", **PUBLIC)
    source = SourceFactory(slug="report", title="A report", text="Ukraine. War.", **PUBLIC)
    DismissalFactory(slug="d", source=source, quote="Ukraine.", reason="heading", **PUBLIC)

    assert found(reader, "ukraine") == [
        ukraine.address,
        talks.address,
        told.address,
        source.address,
        "participations/ukraine-part",
        "dismissals/d",
    ]


# The index


def test_the_index_is_in_step_whatever_the_order_of_identifiers(reviewer, capsys):
    codes = {"wikidata": "Q212", "ucdp": "369", "gleditsch_ward": "369", "pa_x": "u", "b": "2"}
    body = {"name": "Ukraine", "kind": "state", "identifiers": codes}
    slug = reviewer.post("/api/v1/parties/", body).json()["slug"]
    call_command("rebuildsearch", check=True)
    party = Party.objects.get(slug=slug)
    party.identifiers = {"z": "1", "aa": "2", "wikidata": "Q2", "m": "3"}
    history.save(party)

    call_command("rebuildsearch", check=True)

    assert capsys.readouterr().out == "The index is in step.\n" * 2


def other_connection(work):
    """What ``work`` gives in a thread with a connection of its own; at most 20 seconds."""
    given = []

    def run():
        try:
            given.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    return given


@pytest.mark.django_db(transaction=True)
def test_a_check_waits_for_no_writer():
    PartyFactory(name="North")
    with transaction.atomic():
        serialize_writers()
        PartyFactory(name="South")

        assert other_connection(lambda: call_command("rebuildsearch", check=True) or 1) == [1]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_writers_go_on_while_the_index_is_made_anew(reader, capsys):
    parties = [PartyFactory(name=f"Party {number}", **PUBLIC) for number in range(500)]
    SearchDocument.objects.update(title="Elsewhere")
    rebuilding = threading.Thread(
        target=lambda: (call_command("rebuildsearch"), connection.close()), daemon=True
    )
    rebuilding.start()
    written = 0
    # One record again and again, which is in the first piece, and each of the others.
    for party in parties[1:]:
        if not rebuilding.is_alive():
            break
        for each in (parties[0], party):
            each.name = f"Written {written}"
            history.save(each)
        written += 1
    rebuilding.join(60)

    assert not rebuilding.is_alive()
    assert written > 1
    call_command("rebuildsearch", check=True)
    assert "differs" not in capsys.readouterr().out
