"""Erasing: the text is nowhere, the mark is everywhere, and nothing else changes."""

import json
import re

import pytest
from django.apps import apps
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from negotiations import history
from negotiations.history import merge
from negotiations.history.visible_changes import ChangeFeed
from negotiations.models import (
    Change,
    Citation,
    Dismissal,
    Erasure,
    KeptAnswer,
    Party,
    Person,
    SearchDocument,
    SeedEntry,
    Source,
    Token,
    Upload,
    Webhook,
    WebhookDelivery,
)
from tests.factories import (
    PartyFactory,
    PersonFactory,
    PositionFactory,
    ProposalFactory,
    SourceFactory,
)
from tests.history.test_fixtures import empty_sqlite, manage, wait_for_commands
from tests.support.seedfiles import run_command as run_seeds
from tests.support.seedfiles import write_seed_file as write_seeds

pytestmark = pytest.mark.django_db

CANARY = "Quixovard"
COURT = "A court ordered it, 12 O 34/26."


def erase(address, *options, reason=COURT):
    call_command("eraserecord", address, "--no-input", f"--reason={reason}", *options, verbosity=0)


def instant(at=None):
    return (at or timezone.now()).isoformat().replace("+00:00", "Z")


def places_of(word):
    """Every table and column in which a word is found, whatever its case."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    raw = bytes(value) if isinstance(value, memoryview) else value
                    text = raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
                    if word.lower() in text.lower():
                        found.append(f"{table}.{name}")
    sessions = apps.get_model("sessions", "Session").objects.all()
    if any(word.lower() in str(session.get_decoded()).lower() for session in sessions):
        found.append("session")
    return sorted(set(found))


@pytest.fixture
def source(analyst_user):
    """A source that was changed, cited beside another source, and dismissed in part."""
    text = f"The {CANARY} said so. It was {CANARY.lower()} June. Nothing else."
    source = SourceFactory(
        slug="report", title="Draft title", text=text, review="published", created_by=analyst_user
    )
    source.title = f"On the {CANARY}"
    history.save(source, by=analyst_user)
    party = PartyFactory(slug="north", review="published", citations=["Words elsewhere."])
    cited = Citation(source=source, party=party, quote=f"The {CANARY} said so.")
    cited.review = "published"
    cited.validate()
    history.save(cited, by=analyst_user, reason="Said so.")
    dismissal = Dismissal(source=source, quote=f"was {CANARY.lower()} June", reason="heading")
    dismissal.validate()
    history.save(dismissal, by=analyst_user)
    return source


@pytest.fixture
def repeated(source, analyst_user):
    """Everything beside the records that repeats the text."""
    token = Token.issue(analyst_user, "client", Token.Scope.WRITE)[0]
    body = json.dumps({"slug": "report", "text": source.text}, separators=(",", ":")).encode()
    KeptAnswer.objects.create(
        token=token, key="k", fingerprint="f", status=201, headers={}, body=body
    )
    KeptAnswer.objects.create(
        token=token, key="other", fingerprint="f", status=201, headers={}, body=b'{"slug":"x"}'
    )
    Upload.objects.create(
        key="u", user=analyst_user, kind="sources", name="a.csv", content=source.text.encode()
    )
    SeedEntry.objects.create(
        file="talks.yaml", kind="sources", slug="report", values={"title": source.title}
    )
    session = SessionStore()
    session["decided"] = [source.title]
    session.save()
    kind = ContentType.objects.get_for_model(Source)
    LogEntry.objects.create(
        user=analyst_user,
        content_type=kind,
        object_id=str(source.pk),
        object_repr=str(source),
        action_flag=ADDITION,
        change_message="[]",
    )
    LogEntry.objects.create(
        user=analyst_user,
        content_type=ContentType.objects.get_for_model(Party),
        object_id="1",
        object_repr="North",
        action_flag=ADDITION,
        change_message=json.dumps(
            [{"added": {"name": "citation", "object": f"The {CANARY} said so."}}]
        ),
    )
    return source


@pytest.mark.usefixtures("repeated")
def test_an_erased_text_is_in_no_column_of_any_table():
    before = places_of(CANARY)
    assert {
        "django_admin_log.change_message",
        "django_admin_log.object_repr",
        "negotiations_change.slug",
        "negotiations_citation.quote",
        "negotiations_dismissal.quote",
        "negotiations_historicalcitation.quote",
        "negotiations_historicalsource.text",
        "negotiations_historicalsource.title",
        "negotiations_keptanswer.body",
        "negotiations_seedentry.values",
        "negotiations_source.text",
        "negotiations_upload.content",
        "session",
    } <= set(before)

    erase("sources/report")

    assert places_of(CANARY) == []
    call_command("rebuildsearch", check=True)
    assert [a.status for a in KeptAnswer.objects.order_by("key")] == [410, 201]
    assert Party.objects.get(slug="north").version == 1


def test_the_address_is_gone_with_the_reason_at_any_instant(source, reader, analyst, reviewer):
    lived = instant()

    erase("sources/report")

    for client in (reader, analyst, reviewer):
        for query in ({}, {"as_of": lived}, {"as_of": instant()}):
            answer = client.get("/api/v1/sources/report/", query)
            assert answer.status_code == 410
            assert answer.json()["reason"] == COURT
            assert answer.json()["detail"] == "The record was erased, and cannot be restored."
            listed = client.get("/api/v1/sources/", query).json()["results"]
            assert "report" not in [row["slug"] for row in listed]
    page = reader.get("/sources/report/")
    assert page.status_code == 410
    assert COURT in page.content.decode()
    for client in (reader, reviewer):
        assert client.get("/api/v1/sources/report/history/").status_code == 410
        assert client.get("/api/v1/sources/report/history/1/").status_code == 410
        found = client.get("/api/v1/search/", {"q": CANARY, "as_of": lived}).json()["results"]
        assert found == []
    restored = reviewer.post("/api/v1/sources/report/history/", {"restore": 1})
    assert restored.status_code == 410


@pytest.mark.usefixtures("source")
def test_the_feed_keeps_its_numbers_and_records_the_erasing(reader):
    before = reader.get("/api/v1/changes/").json()["results"]

    erase("sources/report")

    after = reader.get("/api/v1/changes/").json()["results"]
    numbers = [change["sequence"] for change in after]
    assert numbers == list(range(1, len(after) + 1))
    assert len(after) > len(before)
    for old, new in zip(before, after, strict=False):
        kept = ("sequence", "kind", "version", "action", "changed", "at")
        assert {k: old[k] for k in kept} == {k: new[k] for k in kept}
    told = [(c["action"], c["reason"]) for c in after if c["slug"] == "report"]
    assert told[-1] == ("deleted", COURT)


def test_a_slug_that_was_made_from_the_text_goes_too(reader):
    made = SourceFactory(title=f"{CANARY} speaks", review="published")
    assert made.slug == "quixovard-speaks"

    erase(f"sources/{made.slug}")

    assert places_of(CANARY) == []
    assert reader.get("/api/v1/sources/quixovard-speaks/").json()["reason"] == COURT
    mark = Erasure.objects.get()
    with pytest.raises(ValidationError, match="was erased"):
        SourceFactory(title="Another", slug="quixovard-speaks")
    assert reader.get(f"/api/v1/sources/{mark.slug}/").status_code == 410
    last = reader.get("/api/v1/changes/").json()["results"][-1]
    assert (last["slug"], last["action"]) == (mark.slug, "deleted")


def test_a_chosen_slug_goes_on_request():
    SourceFactory(slug="quixovard-by-hand", title="Another")

    erase("sources/quixovard-by-hand", "--with-slug")

    assert places_of(CANARY) == []


def test_a_draft_that_was_erased_stays_hidden(reader, reviewer):
    SourceFactory(slug="secret")

    erase("sources/secret")

    assert reader.get("/api/v1/sources/secret/").status_code == 404
    assert reviewer.get("/api/v1/sources/secret/").status_code == 410


def test_a_deleted_record_can_be_erased(reader):
    gone = PersonFactory(name=CANARY, review="published", citations=["A word."])
    history.delete(gone, reason=f"{CANARY} asked.")
    head = Change.objects.last_number()

    erase("people/quixovard")

    assert places_of(CANARY) == []
    assert Change.objects.last_number() > head
    assert reader.get("/api/v1/people/quixovard/").json()["reason"] == COURT
    with pytest.raises(CommandError, match="is erased already"):
        erase("people/quixovard")


def test_a_merged_record_can_be_erased_from_the_one_it_became(reader):
    gone = PersonFactory(name=f"{CANARY} I.", review="published", citations=["A word."])
    kept = PersonFactory(slug="kept", name="Kept", review="published", citations=["Words."])
    merge.merge(gone, kept, by=None)
    assert Person.objects.get().aliases == [f"{CANARY} I."]

    erase("people/quixovard-i")

    assert places_of(CANARY) == []
    kept.refresh_from_db()
    assert (kept.name, kept.aliases) == ("Kept", [])
    assert reader.get("/api/v1/people/quixovard-i/").status_code == 410
    assert kept.citations.count() == 2
    call_command("rebuildsearch", check=True)


def test_what_was_merged_into_a_record_goes_with_it():
    gone = PersonFactory(name=f"{CANARY} I.")
    kept = PersonFactory(slug="kept", name=CANARY)
    merge.merge(gone, kept, by=None)

    erase("people/kept")

    assert places_of(CANARY) == []


def test_the_words_of_dates_go_from_the_records_that_cited_the_source(reader):
    text = f"Early {CANARY}: talks."
    source = SourceFactory(slug="report", text=text, review="published")
    other = SourceFactory(text="Other words.", review="published")
    words = [
        Citation(source=source, quote="talks"),
        Citation(source=other, quote="Other words."),
    ]
    proposal = ProposalFactory(
        review="published",
        date="2025-06",
        date_words=f"Early {CANARY}",
        date_certainty="stated",
        citations=words,
    )

    erase("sources/report")

    proposal.refresh_from_db()
    assert (proposal.date, proposal.date_words, proposal.version) == ("2025-06", "", 2)
    assert places_of(CANARY) == []


def test_a_record_that_others_refer_to_is_refused_with_their_names():
    person = PersonFactory(name="Speaker")
    position = PositionFactory(spoken_by=person)

    with pytest.raises(CommandError) as refused:
        erase("people/speaker")

    assert str(refused.value) == (
        f"Other records refer to it: positions/{position.slug}. Change, delete or erase those"
        " first. Nothing was erased."
    )
    assert Person.objects.get() == person
    assert not Erasure.objects.exists()


def test_a_source_whose_words_are_the_last_of_a_record_is_refused():
    source = SourceFactory(slug="report", text="The north.", review="published")
    PartyFactory(
        slug="north", review="published", citations=[Citation(source=source, quote="The north.")]
    )

    with pytest.raises(CommandError) as refused:
        erase("sources/report")

    assert "Published records would be left without words: parties/north. Withdraw them" in str(
        refused.value
    )
    assert Source.objects.get(slug="report").text == "The north."


def test_parts_go_with_their_whole():
    proposal = ProposalFactory(
        slug="truce", title="Truce", review="published", citations=[f"{CANARY} asked for it."]
    )

    erase(f"proposals/{proposal.slug}")

    # Its citation is its words; the source has a text of its own.
    assert Citation.history.filter(quote__contains=CANARY).count() == 0
    assert not SearchDocument.objects.filter(kind="citations", title__contains=CANARY).exists()
    assert "negotiations_source.text" in places_of(CANARY)
    erase(f"sources/{Source.objects.get(text__contains=CANARY).slug}")
    assert places_of(CANARY) == []


def test_the_past_of_a_record_that_named_an_erased_one_is_still_answered(reader):
    person = PersonFactory(name=CANARY, review="published", citations=["A word."])
    position = PositionFactory(spoken_by=person, review="published")
    lived = instant()
    position.spoken_by = None
    history.save(position)

    erase("people/quixovard")

    answer = reader.get(f"/api/v1/positions/{position.slug}/", {"as_of": lived})
    assert answer.status_code == 200
    assert CANARY.lower() not in answer.content.decode().lower()
    listed = reader.get("/api/v1/positions/", {"as_of": lived, "expand": "spoken_by"})
    assert listed.status_code == 200
    versions = reader.get(f"/api/v1/positions/{position.slug}/history/")
    assert versions.status_code == 200
    assert CANARY.lower() not in versions.content.decode().lower()


def test_messages_that_wait_do_not_say_it(reviewer_user):
    hook = Webhook.objects.create(user=reviewer_user, url="https://a.example/", position=0)
    made = SourceFactory(title=f"{CANARY} speaks", review="published")
    change = Change.objects.get(kind="sources", slug=made.slug)
    waiting = WebhookDelivery.objects.create(webhook=hook, type="sources.created", change=change)

    erase(f"sources/{made.slug}")

    told = ChangeFeed(reviewer_user).event(WebhookDelivery.objects.get(pk=waiting.pk).change)
    assert CANARY.lower() not in str(told).lower()


def test_what_was_deleted_with_an_erased_part_is_restored_without_it(reviewer):
    source = SourceFactory(slug="report", text=f"{CANARY}.", review="published")
    party = PartyFactory(slug="north", citations=[Citation(source=source, quote=CANARY)])
    version = history.list_versions(party).first()
    history.delete(party)

    erase("sources/report")
    history.restore(version)

    assert Party.objects.get(slug="north").citations.count() == 0


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sources/none", "There is no record sources/none, and there was none."),
        ("source/x", "There is no collection 'source'; there are "),
        ("sources", "There is no record sources, and there was none."),
        ("sources/a\0b", "There is no record"),
    ],
)
def test_an_address_of_nothing_is_refused(address, said):
    with pytest.raises(CommandError, match=re.escape(said)):
        erase(address)


@pytest.mark.usefixtures("source")
def test_nothing_is_erased_without_a_confirmation(monkeypatch, capsys):
    for answer in ("no", "", None):

        def reply(_prompt, answer=answer):
            if answer is None:
                raise EOFError
            return answer

        monkeypatch.setattr("builtins.input", reply)
        with pytest.raises(CommandError, match="Nothing was erased"):
            call_command("eraserecord", "sources/report", reason=COURT)
    assert "sources/report\n" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Give a reason"):
        erase("sources/report", reason="  ")
    assert places_of(CANARY)


def test_a_seed_file_does_not_bring_an_erased_record_back(tmp_path, capsys):
    run_seeds(write_seeds(tmp_path))
    for address in ("proposals/talks-meeting", "negotiations/talks"):
        erase(address)
    assert "The seed file talks.yaml still has it: take it out there." in capsys.readouterr().out

    code, _out, err = run_seeds(write_seeds(tmp_path))

    assert code == 1
    assert "A record of this kind with this slug was erased" in err


@pytest.mark.slow
def test_the_files_of_the_database_do_not_hold_it(tmp_path):
    wait_for_commands()
    url = empty_sqlite(tmp_path)
    path = tmp_path / "other.sqlite3"
    made = (
        "from negotiations import history; from negotiations.models import Source\n"
        f"s = Source(slug='report', kind='report', text='{CANARY} ' * 5000, title='{CANARY}')\n"
        "s.validate(); history.save(s)"
    )
    assert manage(url, "shell", "-v0", "-c", made)[0] == 0
    assert CANARY.encode() in path.read_bytes()

    code, said, complaint = manage(
        url, "eraserecord", "sources/report", "--reason", COURT, "--no-input"
    )

    assert (code, complaint) == (0, "")
    assert said.startswith("sources/report: erased\n")
    content = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()}
    assert [name for name, raw in content.items() if CANARY.lower().encode() in raw.lower()] == []
    dumped = manage(url, "dumpdata", "-o", tmp_path / "all.json", "-v0")
    assert dumped[0] == 0
    assert CANARY.lower() not in (tmp_path / "all.json").read_text().lower()
