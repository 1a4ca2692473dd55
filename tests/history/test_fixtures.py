"""Django's fixtures: records get their versions, and a whole installation stays itself."""

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from negotiations import history
from negotiations.history import merge
from negotiations.history.diff import get_version_relations
from negotiations.models import (
    RECORDS,
    Change,
    Citation,
    Party,
    Person,
    Proposal,
    SearchDocument,
    Source,
    Token,
)
from tests.conftest import PASSWORD, ROOT, get_migrated_file
from tests.factories import PartyFactory, PersonFactory, ProposalFactory, SourceFactory
from tests.support.seedfiles import delete_all_records

RECORD_LABELS = [model._meta.label for model in RECORDS]
NATURAL = {"natural_foreign": True, "natural_primary": True}

pytestmark = pytest.mark.django_db


def dump(path, *labels, **options):
    """The rows of a fixture that was just dumped."""
    call_command("dumpdata", *labels, output=str(path), verbosity=0, **options)
    return json.loads(path.read_text())


def load(tmp_path, rows, name="fixture.json"):
    """Load rows, or text, as a fixture."""
    path = tmp_path / name
    content = rows if isinstance(rows, str) else json.dumps(rows)
    path.write_text(content)
    call_command("loaddata", str(path), verbosity=0)


def party(slug="north", **fields):
    """A row of a party as a person writes it."""
    return {
        "model": "negotiations.party",
        "fields": {"slug": slug, "name": slug.title(), "kind": "state", **fields},
    }


def counts():
    """How many rows a refused load could have left."""
    records = sum(model.objects.count() for model in RECORDS)
    versions = sum(model.history.count() for model in RECORDS)
    return records, versions, Change.objects.count(), SearchDocument.objects.count()


def refusal(tmp_path, rows, name="fixture.json"):
    """What a load that writes nothing says."""
    before = counts()
    with pytest.raises(CommandError) as refused:
        load(tmp_path, rows, name)
    assert refused.value.returncode == 1
    assert counts() == before
    assert str(refused.value).endswith("\nNothing was written.")
    return str(refused.value).removesuffix("\nNothing was written.")


# Records


def test_loaded_records_are_known_to_as_of_feed_and_search(tmp_path, reader):
    words = "Wrangel met the northerners."
    kept = ProposalFactory(title="Truce of Wrangel", review="published", citations=[words])
    rows = dump(tmp_path / "dump.json", *RECORD_LABELS, **NATURAL)
    delete_all_records()
    for model in RECORDS:
        model.history.all().delete()
    Change.objects.all().delete()
    SearchDocument.objects.all().delete()

    load(tmp_path, rows)

    now = timezone.now().isoformat().replace("+00:00", "Z")
    answer = reader.get("/api/v1/proposals/", {"as_of": now})
    assert [row["slug"] for row in answer.json()["results"]] == [kept.slug]
    changes = reader.get("/api/v1/changes/").json()["results"]
    assert {c["kind"] for c in changes} >= {"sources", "proposals", "citations"}
    assert {(c["action"], c["version"], c["reason"]) for c in changes} == {
        ("created", 1, "Loaded from fixture.json")
    }
    found = reader.get("/api/v1/search/", {"q": "wrangel"}).json()["results"]
    assert {row["kind"] for row in found} >= {"proposals", "sources", "citations"}
    call_command("rebuildsearch", check=True)
    versions = reader.get(f"/api/v1/proposals/{kept.slug}/history/").json()["results"]
    assert [version["version"] for version in versions] == [1]


def test_a_short_row_gets_its_slug_times_and_digest(tmp_path):
    text = "The sides met."
    row = {"model": "negotiations.source", "fields": {"kind": "report", "text": text}}

    load(tmp_path, [row, party(slug="", name="The North")])

    assert Party.objects.get().slug == "the-north"
    source = Source.objects.get()
    assert source.sha256 == SourceFactory.build(text=text)._meta.get_field("sha256").pre_save(
        source, False
    )
    assert source.history.get().sha256 == source.sha256
    assert source.history.get().history_date == source.updated_at


def test_loading_the_same_fixture_again_writes_nothing(tmp_path):
    ProposalFactory(review="published")
    rows = dump(tmp_path / "dump.json", *RECORD_LABELS, **NATURAL)
    before = counts()

    load(tmp_path, rows)

    assert counts() == before


def test_a_changed_row_is_a_version_with_its_difference(tmp_path, reader):
    PartyFactory(slug="north", review="published", citations=["The north."])
    rows = dump(tmp_path / "dump.json", "negotiations.party", **NATURAL)
    rows[0]["fields"]["note"] = "Changed elsewhere."

    load(tmp_path, rows)

    assert Party.objects.get().version == 2
    changed = reader.get("/api/v1/changes/").json()["results"][-1]
    assert (changed["action"], changed["changed"]) == ("updated", ["note"])


def test_changed_relations_are_one_version(tmp_path):
    proposal = ProposalFactory(proposed_by=[PartyFactory(slug="a")])
    PartyFactory(slug="b")
    rows = dump(tmp_path / "dump.json", "negotiations.proposal", **NATURAL)
    rows[0]["fields"]["proposed_by"] = [["a"], ["b"]]

    load(tmp_path, rows)

    assert proposal.history.count() == 2
    last = proposal.history.order_by("-history_id").first()
    assert [p.slug for p in get_version_relations(last)["proposed_by"]] == ["a", "b"]
    assert Change.objects.order_by("-sequence").first().changed == ["proposed_by"]


def test_a_fixture_does_not_overwrite_what_was_edited_since(tmp_path):
    north = PartyFactory(slug="north")
    rows = dump(tmp_path / "dump.json", "negotiations.party", **NATURAL)
    rows[0]["fields"]["note"] = "From the fixture."
    north.note = "From the desk."
    history.save(north)

    told = refusal(tmp_path, rows)

    assert told == (
        "parties/north: version: Version 2 is stored, and the fixture was written from version 1."
        " Dump it again and repeat the change."
    )


CITED = {"kind": "report", "slug": "report", "text": "The north met the south."}


def cited(quote, **more):
    """A source and a party that it supports by a quotation."""
    return [
        {"model": "negotiations.source", "fields": {**CITED, "review": "published"}},
        party(review="published"),
        {
            "model": "negotiations.citation",
            "fields": {
                "slug": "words",
                "source": ["report"],
                "party": ["north"],
                "quote": quote,
                "review": "published",
                **more,
            },
        },
    ]


def test_a_row_before_what_it_refers_to_is_refused_with_what_to_do(tmp_path):
    told = refusal(tmp_path, list(reversed(cited("The north"))))

    assert told == (
        "citations/words: source: There is no such record yet: put the row that makes it before"
        " this one."
    )


def test_the_place_of_a_quotation_is_found_not_taken(tmp_path):
    load(tmp_path, cited("the south", start=3))

    assert Citation.objects.get().start == 14


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (cited("The east"), "citations/words: quote: "),
        (cited("The north", field="colour"), "citations/words: field: "),
        (cited("The north")[:2], "parties/north: citations: "),
        ([party(name="A\0B")], "name: "),
        ([party(name="")], "parties/north: name: This field cannot be blank."),
        ([party(name="A\u202eB")], "parties/north: name: "),
        ([party(kind="planet")], "parties/north: kind: "),
        ([party(kind="other")], "parties/north: note: "),
        ([party(slug="export")], "parties/export: slug: "),
        ([party(slug="A b")], "parties/A b: slug: "),
        ([party(review="secret")], "parties/north: review: "),
        ([{**party("south"), "pk": 1}, {**party("west"), "pk": 1}], "There are two rows of this"),
        ([party(), party()], "There are two rows of this slug"),
        ([party(country="XX")], "parties/north: country: "),
        ([party(member_of=[["east"]])], "east"),
        ([party(colour="red")], "colour"),
        ([{"model": "negotiations.planet", "fields": {}}], "negotiations.planet"),
        ([{"fields": {}}], "model"),
        ([["a list"]], ""),
        ("[", "line 1 column 2"),
        ("", "line 1 column 1"),
        ('{"model": 1}', ""),
        ("[]", "No fixture data found"),
        ("[" * 100_000, "recursion"),
    ],
    ids=str,
)
def test_what_breaks_a_rule_is_refused_whole(tmp_path, rows, said):
    assert said in refusal(tmp_path, rows)


def test_all_faults_are_told_at_once(tmp_path):
    rows = [party("a", kind="planet"), party("b", name="")]

    told = refusal(tmp_path, rows).splitlines()

    assert [line.split(":")[0] for line in told] == ["parties/a", "parties/b"]


def test_a_deleted_record_comes_back_with_its_history(tmp_path, reader):
    gone = PartyFactory(slug="gone", review="published", citations=["Gone."])
    rows = dump(tmp_path / "dump.json", *RECORD_LABELS, **NATURAL)
    key = gone.pk
    history.delete(gone)

    load(tmp_path, rows)

    assert (Party.objects.get().pk, Party.objects.get().version) == (key, 2)
    assert [v.history_type for v in Party.history.order_by("history_id")] == ["+", "-", "+"]
    actions = Change.objects.filter(kind="parties").order_by("sequence")
    assert list(actions.values_list("action", flat=True)) == ["created", "deleted", "restored"]
    assert reader.get("/api/v1/parties/gone/").status_code == 200
    call_command("rebuildsearch", check=True)


def test_the_slug_of_a_merged_record_names_its_successor(tmp_path):
    north, south = PartyFactory(slug="north"), PartyFactory(slug="south")
    merge.merge(south, north, by=None)

    told = refusal(tmp_path, [party("south")])

    assert told == "parties/south: slug: It was merged into north."


def test_the_key_of_a_deleted_record_is_refused(tmp_path):
    gone = PartyFactory(slug="gone")
    key = gone.pk
    history.delete(gone)

    assert f"A deleted record had the key {key}." in refusal(
        tmp_path, [{**party("other"), "pk": key}]
    )


def test_the_text_of_a_cited_source_stays(tmp_path):
    load(tmp_path, cited("The north"))
    rows = dump(tmp_path / "dump.json", "negotiations.source", **NATURAL)
    rows[0]["fields"]["text"] += " They parted."

    assert "sources/report: text: The text is cited" in refusal(tmp_path, rows)


@pytest.mark.parametrize("form", ["json", "jsonl", "yaml", "xml"])
def test_each_format_of_django_carries_records(tmp_path, form):
    ProposalFactory(review="published", note="Zwölf.\nLines.")
    path = tmp_path / f"dump.{form}"
    call_command("dumpdata", *RECORD_LABELS, format=form, output=str(path), verbosity=0, **NATURAL)
    before = list(Proposal.objects.values("slug", "title", "note", "review", "date"))
    delete_all_records()
    for model in RECORDS:
        model.history.all().delete()

    call_command("loaddata", str(path), verbosity=0)

    assert list(Proposal.objects.values("slug", "title", "note", "review", "date")) == before
    assert Proposal.history.count() == 1


# A whole installation


@pytest.fixture
def installation():
    """Users, a token, records of which some were changed, merged, deleted and restored."""
    users = get_user_model()._default_manager
    analyst = users.create_user("analyst", password=PASSWORD)
    Token.issue(analyst, "client", Token.Scope.WRITE)
    ProposalFactory(review="published", created_by=analyst)
    north, south, gone, last = (
        PartyFactory(slug=slug, created_by=analyst) for slug in ("north", "south", "gone", "last")
    )
    north.note = "Changed."
    history.save(north, by=analyst, reason="A note.")
    merge.merge(south, north, by=analyst)
    version = history.list_versions(gone).first()
    history.delete(gone, by=analyst)
    history.restore(version, by=analyst)
    history.delete(last, by=analyst, reason="It was none.")
    PersonFactory(name="Wałęsa", review="published", citations=["Wałęsa"])
    SourceFactory(slug="banned", review="published")
    call_command("eraserecord", "sources/banned", "--no-input", reason="By order.", verbosity=0)
    users.create_user("leaver").delete()


ANSWERS = """
import json, sys
from django.test import Client
client = Client(HTTP_HOST="localhost")
print(json.dumps([client.get(path).json() for path in json.load(sys.stdin)]))
"""


def manage(url, *arguments, given=""):
    """The output of a command on another database."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TRACKER_")}
    done = subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env={**kept, "TRACKER_DEBUG": "1", "DATABASE_URL": url},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def empty_sqlite(folder):
    """The address of an empty SQLite database, migrated or soon to be."""
    if get_migrated_file().exists():
        shutil.copy(get_migrated_file(), folder / "other.sqlite3")
    url = f"sqlite:///{folder}/other.sqlite3"
    assert manage(url, "migrate", "-v0")[0] == 0
    return url


def wait_for_commands():
    """Let the transaction of the test idle as long as commands on other databases take."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request, tmp_path):
    """The address of another database, empty and migrated."""
    if request.param == "sqlite":
        yield empty_sqlite(tmp_path)
        return
    if connection.vendor != "postgresql":
        pytest.skip("on PostgreSQL only")
    given = connection.settings_dict
    name = f"test_fixtures_{os.getpid()}"
    server = {"host": given["HOST"], "port": given["PORT"] or 5432, "user": given["USER"]}
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
        url = f"postgres://{server['user']}@{server['host']}:{server['port']}/{name}"
        assert manage(url, "migrate", "-v0")[0] == 0
        yield url
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def rows_by_name(rows):
    return {(row["model"], str(row["pk"])): row["fields"] for row in rows}


@pytest.mark.slow
def test_everything_dumped_is_the_same_installation_elsewhere(tmp_path, elsewhere, installation):
    wait_for_commands()
    path = tmp_path / "all.json"
    before = dump(path)
    instants = [
        change.at.isoformat().replace("+00:00", "Z") for change in Change.objects.order_by("at")
    ]
    asked = [f"/api/v1/{kind}/?as_of={at}" for kind in ("parties", "proposals") for at in instants]
    asked += [
        "/api/v1/changes/",
        "/api/v1/search/?q=wałęsa",
        "/api/v1/parties/last/",
        "/api/v1/sources/banned/",
    ]
    here = Client(HTTP_HOST="localhost")
    answers = [here.get(address).json() for address in asked]

    code, said, complaint = manage(elsewhere, "loaddata", path)

    assert (code, complaint) == (0, "")
    assert said.endswith("an installation with its histories.\n")
    assert manage(elsewhere, "rebuildsearch", "--check")[:2] == (0, "The index is in step.\n")
    assert manage(elsewhere, "dumpdata", "-o", tmp_path / "back.json", "-v0")[0] == 0
    assert rows_by_name(json.loads((tmp_path / "back.json").read_text())) == rows_by_name(before)
    told = manage(elsewhere, "shell", "-v0", "-c", ANSWERS, given=json.dumps(asked))[1]
    assert [without_request(a) for a in json.loads(told)] == [without_request(a) for a in answers]
    # Keys go on where they were: a new record does not get the history of a deleted one.
    made = manage(elsewhere, "shell", "-v0", "-c", NEXT_KEYS)[1]
    assert json.loads(made)[0] == 1 + max(Party.history.values_list("id", flat=True))
    assert manage(elsewhere, "loaddata", path)[0] == 1


NEXT_KEYS = """
import json
from django.contrib.auth import get_user_model
from negotiations import history
from negotiations.models import Party
party = Party(name="Newest", kind="state")
history.save(party)
user = get_user_model().objects.create_user("newest")
print(json.dumps([party.pk, user.pk]))
"""


def without_request(answer):
    return {name: value for name, value in answer.items() if name != "request_id"}


def test_instants_are_dumped_to_the_microsecond(tmp_path):
    north = PartyFactory()
    at = north.updated_at.replace(microsecond=123_456) - timedelta(days=1)
    Party.objects.update(updated_at=at)

    for form in ("json", "jsonl"):
        call_command("dumpdata", "negotiations.party", format=form, output=str(tmp_path / form))
        assert ".123456" in (tmp_path / form).read_text()


def test_histories_are_not_loaded_into_a_database_that_is_used(tmp_path, installation):
    rows = dump(tmp_path / "all.json")

    told = refusal(tmp_path, rows)

    assert told.startswith("The fixture carries histories, and the database is not empty: it has ")
    assert "2 users" in told or "1 users" in told


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("negotiations.historicalparty", "The fixture has histories, but not those of its records"),
        ("negotiations.party", "has an invalid foreign key"),
        ("negotiations.citation", "The fixture has histories, but not those of its records"),
        ("negotiations.change", "The feed of the fixture does not agree with its histories"),
        ("negotiations.historicalproposal_proposed_by", "but not those of its records: proposals/"),
    ],
)
@pytest.mark.slow
def test_a_mixture_is_refused(tmp_path, installation, left_out, said):
    wait_for_commands()
    path = tmp_path / "all.json"
    rows = [row for row in dump(path) if row["model"] != left_out]
    assert len(rows) < len(json.loads(path.read_text()))
    path.write_text(json.dumps(rows))
    url = empty_sqlite(tmp_path)

    code, _said, complaint = manage(url, "loaddata", path)

    assert code == 1
    assert said in complaint
    assert "Nothing was written." in complaint
    assert "Traceback" not in complaint


def test_histories_are_not_dumped_by_natural_keys(tmp_path):
    with pytest.raises(CommandError, match="Histories name records by number"):
        dump(tmp_path / "all.json", **NATURAL)


def test_a_person_without_a_slug_is_found_by_its_natural_key(tmp_path):
    PersonFactory(slug="walesa", name="Wałęsa")
    rows = dump(tmp_path / "dump.json", "negotiations.person", **NATURAL)

    assert "pk" not in rows[0]
    load(tmp_path, rows)
    assert Person.objects.count() == 1
