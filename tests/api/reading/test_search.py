"""``search/``, ``q=`` and the index behind them."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from negotiations import history
from negotiations.models import RECORDS, SearchDocument
from negotiations.text.tokens import tokenize
from tests.factories import (
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    SourceFactory,
)
from tests.support.scene import VIEWSETS, build_scene

pytestmark = pytest.mark.django_db


def found(client, q, **query):
    response = client.get("/api/v1/search/", {"q": q, **query})
    assert response.status_code == 200, response.content
    return [f"{row['kind']}/{row['slug']}" for row in response.json()["results"]]


def bring_back(record):
    versions = type(record).history.filter(slug=record.slug).exclude(history_type="-")
    history.restore(versions.latest("history_id"))


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


@pytest.mark.slow
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


@pytest.mark.slow
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
    assert tokenize("基辅 talks_in Ελλάδα") == ["基", "辅", "talks", "in", "ελλαδα"]


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


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite does so by itself.")
@pytest.mark.parametrize(
    ("path", "mark", "expected"),
    [
        ("/api/v1/search/?q=kyiv", "@@", "Bitmap Index Scan on search_words"),
        # Before the list is ordered.
        ("/api/v1/parties/?q=kyiv", "ANY (ARRAY", "InitPlan"),
    ],
)
def test_words_are_looked_up_in_their_index(path, mark, expected, reader, records):
    with CaptureQueriesContext(connection) as asked:
        reader.get(path)
    (found,) = [query["sql"] for query in asked if mark in query["sql"]]
    SearchDocument.objects.bulk_create(
        SearchDocument(kind="posts", key=key, review="published", size=0, since=timezone.now())
        for key in range(3000)
    )

    with connection.cursor() as cursor:
        # What other tests wrote and took back lies in the index and makes it look slow.
        cursor.execute("REINDEX INDEX search_words")
        cursor.execute("ANALYZE negotiations_searchdocument")
        # So few rows may as well be read one after the other.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {found}")
        assert expected in "\n".join(line for (line,) in cursor.fetchall())


def test_words_of_the_past_are_found_as_they_were(reader):
    party = PartyFactory(name="North", aliases=["Oldtown"], review="published")
    times = [timezone.now()]
    party.aliases = ["Newtown"]
    history.save(party)
    times.append(timezone.now())
    history.delete(party, reason="An error")
    times.append(timezone.now())
    bring_back(party)
    times.append(timezone.now())

    def found_then(q):
        lists, searches = [], []
        for instant in times:
            query = {"q": q, "as_of": instant.isoformat()}
            body = reader.get("/api/v1/parties/", query).json()
            lists.append([row["aliases"] for row in body["results"]])
            searches.append(found(reader, **query))
        return lists, searches

    assert found_then("oldtown") == ([[["Oldtown"]], [], [], []], [["parties/north"], [], [], []])
    # It came back as a draft.
    assert found_then("newtown") == ([[], [["Newtown"]], [], []], [[], ["parties/north"], [], []])
    assert found(reader, "newtown") == found(reader, "oldtown") == []


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
    history.save(talks)
    assert found(reader, "halted") == []
    assert found(reader, "resumed") == [f"negotiations/{talks.slug}"]

    kept = SearchDocument.objects.filter(kind="parties", key=party.pk)
    history.delete(party)
    assert [document.until is None for document in kept] == [False]


def test_a_rolled_back_write_leaves_no_words(reader, records):
    from django.db import transaction

    with transaction.atomic():
        PartyFactory(name="Vanished", review="published")
        transaction.set_rollback(True)

    assert found(reader, "vanished") == []


@pytest.mark.slow
def test_each_kind_is_found_and_the_index_is_in_step(reviewer, capsys):
    build_scene()

    for collection, viewset in VIEWSETS.items():
        record = viewset.queryset.model.objects.first()
        document = SearchDocument.objects.get(kind=collection, key=record.pk)
        words_of_it = " ".join(tokenize(document.title or document.slug)[:9])
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


def kept_documents():
    fields = [f.attname for f in SearchDocument._meta.fields if f.name != "id"]
    return list(SearchDocument.objects.order_by("kind", "key", "since").values(*fields))


def test_the_past_is_made_anew_from_the_versions(records, analyst_user, capsys):
    party = PartyFactory(name="North", created_by=analyst_user)
    for name in ("South", "East"):
        party.name = name
        history.save(party, by=analyst_user)
        party.country = "UA" if name == "East" else ""
        history.save(party)
    person = PersonFactory(created_by=analyst_user)
    history.delete(person, reason="An error")
    bring_back(person)
    analyst_user.delete()
    before = kept_documents()
    assert [d["title"] for d in before if d["key"] == party.pk and d["kind"] == "parties"] == [
        "North",
        "South",
        "East",
    ]
    call_command("rebuildsearch", check=True)

    SearchDocument.objects.exclude(until=None).update(since=timezone.now())
    with pytest.raises(SystemExit):
        call_command("rebuildsearch", check=True)
    call_command("rebuildsearch")

    assert kept_documents() == before
    call_command("rebuildsearch", check=True)


DAMAGE = {
    "sqlite": [
        "DELETE FROM negotiations_searchwords_data WHERE id > 10",
        "UPDATE negotiations_searchwords_content SET c0 = 'elsewhere'",
    ],
    "postgresql": [
        "UPDATE negotiations_searchdocument SET words = 'elsewhere'",
        "UPDATE negotiations_searchdocument SET words = NULL",
    ],
}


@pytest.mark.parametrize("number", [0, 1])
def test_a_damaged_index_is_told_and_mended(number, reader, records, capsys):
    with connection.cursor() as cursor:
        cursor.execute(DAMAGE[connection.vendor][number])
    with pytest.raises(SystemExit) as ended:
        call_command("rebuildsearch", check=True)
    assert ended.value.code == 1

    call_command("rebuildsearch")
    call_command("rebuildsearch", check=True)
    assert found(reader, "ankara") == ["parties/turkiye"]


def test_long_texts_are_indexed_within_the_limits_of_the_database(reader):
    text = " ".join(f"слово{number}" for number in range(30_000))
    SourceFactory(slug="long", title="Long", text=text, review="published")

    assert found(reader, "слово17") == ["sources/long"]
