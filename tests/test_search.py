"""``search/``, ``q=`` and the index behind them."""

import pytest
from django.core.management import call_command

from negotiations import history
from negotiations.models import RECORDS, SearchDocument
from negotiations.models.words import words
from tests.factories import (
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    SourceFactory,
)
from tests.scene import VIEWSETS, paint

pytestmark = pytest.mark.django_db


def found(client, q, **query):
    response = client.get("/api/v1/search/", {"q": q, **query})
    assert response.status_code == 200, response.content
    return [f"{row['kind']}/{row['slug']}" for row in response.json()["results"]]


def marked(parts):
    return "".join(f"[{p['text']}]" if p["match"] else p["text"] for p in parts)


@pytest.fixture
def records():
    PartyFactory(name="Ukraine", aliases=["Kyiv", "Київ"], review="published")
    PartyFactory(name="Türkiye", aliases=["Ankara"], review="published")
    PersonFactory(name="Володимир Зеленський", slug="zelensky", review="published")
    SourceFactory(
        slug="report", title="Talks in Istanbul", text="The prisoner exchange was agreed in Kyiv.",
        review="published",
    )  # fmt: skip


def test_a_capital_finds_its_party_before_what_only_mentions_it(reader, records):
    response = reader.get("/api/v1/search/?q=kyiv")

    assert response.json() == {
        "next": None,
        "results": [
            {
                "kind": "parties",
                "slug": "ukraine",
                "title": "Ukraine",
                "review": "published",
                "language": "",
                "excerpt": [
                    {"text": "Kyiv", "match": True},
                    {"text": "\nКиїв", "match": False},
                ],
            },
            {
                "kind": "sources",
                "slug": "report",
                "title": "Talks in Istanbul",
                "review": "published",
                "language": "en",
                "excerpt": [
                    {"text": "The prisoner exchange was agreed in ", "match": False},
                    {"text": "Kyiv", "match": True},
                    {"text": ".", "match": False},
                ],
            },
        ],
    }


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("UKRAINE", ["parties/ukraine"]),
        ("Київ", ["parties/ukraine"]),
        ("київ", ["parties/ukraine"]),
        ("зеленськ", ["people/zelensky"]),
        ("turkiye", ["parties/turkiye"]),
        ("prisoners", []),
        ("prison exchange", ["sources/report"]),
        ('"prison exchange"', []),
        ('"prisoner exchange"', ["sources/report"]),
        ('"exchange prisoner"', []),
        ('"istanbul the prisoner"', []),
        ("kyiv -istanbul", ["parties/ukraine"]),
        ("kyiv -talk", ["parties/ukraine"]),
        ("ankara OR зеленський", ["parties/turkiye", "people/zelensky"]),
        ("OR ankara OR", ["parties/turkiye"]),
        ("or ankara", []),
        ("talks-in-istanbul", ["sources/report"]),
        ('"unclosed kyiv', []),
        ('kyiv "', ["parties/ukraine", "sources/report"]),
    ],
)
def test_words_are_found_as_web_searches_find_them(q, expected, reader, records):
    assert found(reader, q) == expected


@pytest.mark.parametrize(
    "q",
    [
        "kyiv*", "kyiv AND", "kyiv NEAR(", "title:kyiv", "(kyiv", "kyiv)", "kyiv'", "kyiv & |",
        "kyiv <->", "{kyiv}", "^kyiv", "kyiv:*A", "kyiv \\", "NOT kyiv", "kyiv %s", "kyiv; --",
    ],
)  # fmt: skip
def test_no_sign_is_an_error_of_syntax(q, reader, records):
    assert reader.get("/api/v1/search/", {"q": q}).status_code == 200
    assert reader.get("/api/v1/parties/", {"q": q}).status_code == 200


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "required"),
        ("?q=", "empty_value"),
        ("?q=%00", "unreadable_value"),
        ("?q=%FF", "unreadable_value"),
        ("?q=%21%2A", "no_words"),
        ("?q=-kyiv", "no_words"),
        ("?q=kyiv+OR+-x", "no_words"),
        ("?q=" + "a+" * 900, "too_many"),
        ("?q=kyiv&kind=partie", "unknown_value"),
        ("?q=kyiv&limit=1000", "out_of_range"),
        ("?q=kyiv&cursor=x", "bad_cursor"),
        ("?q=kyiv&page=2", "unknown_parameter"),
    ],
)
def test_what_cannot_be_searched_is_refused(query, code, reader):
    response = reader.get(f"/api/v1/search/{query}")

    assert response.status_code == 400
    assert code in [fault["code"] for fault in response.json()["errors"]]


def test_writing_without_spaces_is_searched_by_its_signs():
    assert words("基辅 talks_in Ελλάδα") == ["基", "辅", "talks", "in", "ελλαδα"]


def test_results_are_narrowed_by_kind_and_come_in_pages(reader):
    for number in range(5):
        PartyFactory(slug=f"p-{number}", name="Istanbul", review="published")
    PersonFactory(name="Istanbul", review="published")

    assert found(reader, "istanbul", kind="people") == ["people/istanbul"]
    pages, address = [], "/api/v1/search/?q=istanbul&limit=2&kind=parties"
    while address:
        body = reader.get(address.removeprefix("http://testserver")).json()
        pages.append([row["slug"] for row in body["results"]])
        address = body["next"]
    assert pages == [["p-0", "p-1"], ["p-2", "p-3"], ["p-4"]]


def test_lists_are_searched_with_their_other_filters(reader, records):
    def slugs(query):
        return [row["slug"] for row in reader.get(f"/api/v1/parties/?{query}").json()["results"]]

    assert slugs("q=kyiv&kind=state") == ["ukraine"]
    assert slugs("q=kyiv&kind=company") == []
    assert reader.get("/api/v1/parties/stats/?q=kyiv OR ankara").json()["results"] == [{"count": 2}]
    assert reader.get("/api/v1/parties/?q=!").json()["errors"][0]["code"] == "no_words"


def test_words_of_the_past_are_not_searched(reader, records):
    response = reader.get("/api/v1/parties/?q=kyiv&as_of=2025-07-20T00:00:00Z")

    assert response.status_code == 400
    assert [f["code"] for f in response.json()["errors"]] == ["not_in_the_past"]


def test_everybody_finds_what_they_may_see(reader, analyst, analyst_user, reviewer, records):
    before = reader.get("/api/v1/search/?q=kyiv").content
    PartyFactory(slug="own", name="Kyiv", created_by=analyst_user)
    PartyFactory(slug="hidden", name="Kyiv Kyiv")

    seen = ["parties/ukraine", "sources/report"]
    assert reader.get("/api/v1/search/?q=kyiv").content == before
    assert found(analyst, "kyiv") == ["parties/own", *seen]
    assert found(reviewer, "kyiv") == ["parties/own", "parties/hidden", *seen]


def test_the_index_follows_changes_publishing_and_deleting(reader):
    party = PartyFactory(name="North")
    assert found(reader, "north") == []
    talks = NegotiationFactory(title="Halted", review="published")
    assert found(reader, "halted") == [f"negotiations/{talks.slug}"]

    talks.title = "Resumed"
    history.write(talks)
    assert found(reader, "halted") == []
    assert found(reader, "resumed") == [f"negotiations/{talks.slug}"]

    history.delete(party)
    assert not SearchDocument.objects.filter(kind="parties", key=party.pk).exists()


def test_a_rolled_back_write_leaves_no_words(reader, records):
    from django.db import transaction

    with transaction.atomic():
        PartyFactory(name="Vanished", review="published")
        transaction.set_rollback(True)

    assert found(reader, "vanished") == []


def test_each_kind_is_found_and_the_index_is_in_step(reviewer, capsys):
    paint()

    for collection, viewset in VIEWSETS.items():
        record = viewset.queryset.model.objects.first()
        words_of_it = " ".join(
            words(SearchDocument.objects.get(kind=collection, key=record.pk).title)[:9]
        )
        body = reviewer.get(f"/api/v1/{collection}/", {"q": words_of_it}).json()
        assert record.slug in [row["slug"] for row in body["results"]]
    call_command("rebuildsearch", check=True)
    assert capsys.readouterr().out == "The index is in step.\n"


def test_drift_is_told_and_mended(reader, records, capsys):
    SearchDocument.objects.filter(slug="ukraine").update(title="Elsewhere")
    SearchDocument.objects.filter(slug="turkiye").delete()
    PositionFactory._meta.model.objects.all().delete()
    with pytest.raises(SystemExit):
        call_command("rebuildsearch", check=True)
    assert capsys.readouterr().out.splitlines() == [
        "parties/ukraine differs",
        "parties/turkiye differs",
        "Run manage.py rebuildsearch.",
    ]

    call_command("rebuildsearch")
    count = sum(model.objects.count() for model in RECORDS)
    assert capsys.readouterr().out == f"{count} records are indexed.\n"
    call_command("rebuildsearch", check=True)
    assert found(reader, "ankara") == ["parties/turkiye"]


def test_long_texts_are_indexed_within_the_limits_of_the_database(reader):
    text = " ".join(f"слово{number}" for number in range(30_000))
    SourceFactory(slug="long", title="Long", text=text, review="published")

    assert found(reader, "слово17") == ["sources/long"]
