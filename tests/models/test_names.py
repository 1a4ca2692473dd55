"""Names: something to read, no spaces around them, each alias once; titles of 500 characters."""

import unicodedata

import pytest

from negotiations.history import merge
from negotiations.models import (
    Incident,
    Issue,
    Negotiation,
    Outcome,
    Party,
    Proposal,
    Round,
    Source,
)
from tests.factories import FACTORIES, NegotiationFactory, PartyFactory
from tests.support.admin_client import (
    build_admin_client,
    get_admin_url,
    list_form_errors,
    open_admin_form,
)
from tests.support.seedfiles import SMALL, count_rows, run_command, write_seed_file
from tests.support.table_client import confirm, get_import_faults, send

pytestmark = pytest.mark.django_db

PARTIES = "/api/v1/parties/"
INVISIBLE = [
    "\u00ad",
    "\u200b",
    "\u200b \u00a0\u3000",
    "\u200e\u200f",
    "\u2060\ufeff",
    "\u3164",
    "\uffa0\u115f",
    "\u2800",
    "\ufe0f",
    "\u0301",
    "   ",
]


@pytest.mark.parametrize("name", INVISIBLE)
def test_an_invisible_name_is_refused_by_the_api(name, analyst):
    answer = analyst.post(PARTIES, {"name": name, "kind": "state"})

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/name"]
    many = analyst.post(PARTIES, [{"name": name, "kind": "state"}])
    assert [each["pointer"] for each in many.json()["errors"]] == ["/0/name"]
    alias = analyst.post(PARTIES, {"name": "North", "kind": "state", "aliases": ["N", name]})
    assert [each["code"] for each in alias.json()["errors"]] == ["invalid_list"]
    code = analyst.post(PARTIES, {"name": "North", "kind": "state", "identifiers": {"a": name}})
    assert code.status_code == 400
    assert not Party.objects.exists()


@pytest.mark.parametrize("name", INVISIBLE)
def test_an_invisible_name_is_refused_at_the_desk_and_in_tables(name, analyst_user):
    desk = build_admin_client(analyst_user)
    form = open_admin_form(desk, get_admin_url(Party, "add"))

    answer = desk.post(get_admin_url(Party, "add"), {**form, "name": name, "kind": "state"})
    table = send(desk, Party, f'slug,name,kind\nx,"{name}",state\n'.encode())

    assert [field for field, _ in list_form_errors(answer)] == ["name"]
    assert len(get_import_faults(table)) == 1
    assert not Party.objects.exists()


@pytest.mark.parametrize("name", INVISIBLE)
def test_an_invisible_name_is_refused_in_seeds(name, tmp_path):
    code, _out, err = run_command(
        write_seed_file(tmp_path, SMALL.replace('name: "North"', f'name: "{name}"'))
    )

    assert code == 1
    assert "talks.yaml:7" in err
    assert count_rows() == {}


@pytest.mark.parametrize("spaces", [" ", "\u00a0", "\u3000", "\u200b", "\ufeff "])
def test_spaces_around_names_are_removed_by_every_interface(spaces, analyst, analyst_user):
    named = f"{spaces}North \u00adSea{spaces}"
    body = {"kind": "state", "aliases": [f"{spaces}N{spaces}"], "identifiers": {"a": f"1{spaces}"}}
    made = analyst.post(PARTIES, {**body, "name": named}).json()
    assert (made["name"], made["aliases"], made["identifiers"]) == (
        "North \u00adSea",
        ["N"],
        {"a": "1"},
    )
    assert made["slug"] == "north-sea"

    desk = build_admin_client(analyst_user)
    other = named.replace("North", "South")
    sheet = f'slug,name,kind\nsheet,"{other}",state\n'.encode()
    confirm(desk, Party, send(desk, Party, sheet))
    assert Party.objects.get(slug="sheet").name == "South \u00adSea"


def test_seeds_with_spaces_around_names_load_again_without_a_change(tmp_path):
    content = SMALL.replace('name: "North"', 'name: " North ", aliases: [" N "]')
    path = write_seed_file(tmp_path, content)
    run_command(path)
    party = Party.objects.get(slug="north")
    assert (party.name, party.aliases) == ("North", ["N"])

    code, out, err = run_command(path)

    assert (code, err) == (0, "")
    assert party.history.count() == 1, out


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (unicodedata.normalize("NFC", "Zürich"), unicodedata.normalize("NFD", "Zürich")),
        ("Київ", unicodedata.normalize("NFD", "Київ")),
        ("Kyiv", " Kyiv "),
        ("Kyiv", "Ky\u00adiv"),
        ("Kyiv", "Kyiv\u200f"),
    ],
)
def test_two_spellings_that_look_the_same_are_one_alias(one, other, analyst):
    answer = analyst.post(PARTIES, {"name": "A", "kind": "state", "aliases": [one, "B", other]})

    assert [each["code"] for each in answer.json()["errors"]] == ["repeated"]
    body = {"name": "A", "kind": "state", "aliases": ["Kyiv", "KYIV", "Kiev"]}
    assert analyst.post(PARTIES, body).status_code == 201


def test_a_merge_keeps_one_spelling_of_each_alias(reviewer_user):
    composed, apart = (unicodedata.normalize(form, "Zürich") for form in ("NFC", "NFD"))
    kept = PartyFactory(name="Bern", aliases=[composed], review="published")
    gone = PartyFactory(name="Berne", aliases=[apart, "B"], review="published")

    merge.merge_fields(gone, kept)

    assert kept.aliases == [composed, "Berne", "B"]


TITLE = "General Framework Agreement " + "on Measures and Guarantees, " * 16
TITLE = (TITLE + "x" * 500)[:500]


def test_titles_have_five_hundred_characters(analyst, reader):
    body = {"title": TITLE, "kind": "peace", "status": "ongoing"}
    first, second = (analyst.post("/api/v1/negotiations/", body).json() for _ in range(2))

    assert first["title"] == TITLE
    assert len(first["slug"]) <= 100
    assert second["slug"] == f"{first['slug']}-2"
    longer = analyst.post("/api/v1/negotiations/", {**body, "title": f"{TITLE}x"})
    assert [each["pointer"] for each in longer.json()["errors"]] == ["/title"]


@pytest.mark.parametrize("model", [Negotiation, Round, Issue, Proposal, Outcome, Incident, Source])
def test_every_title_may_be_as_long(model, reviewer):
    factory = FACTORIES[model.resource_name]
    record = factory(title=TITLE, review="draft")
    path = f"/api/v1/{model.resource_name}/{record.slug}/"

    answer = reviewer.patch(path, {"title": TITLE[::-1].strip()}, headers={"If-Match": '"1"'})

    assert answer.status_code == 200, answer.content
    assert len(record.slug) <= 150


def test_the_page_of_a_long_title_answers(client):
    talks = NegotiationFactory(title=TITLE, review="published")

    assert TITLE in client.get(f"/negotiations/{talks.slug}/").content.decode()
