"""Loading: whole or not at all, once, and told."""

import json

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from negotiations.models import Citation, Party, Proposal, SeedEntry, Source
from negotiations.seeding import load
from tests.support.seedfiles import (
    SEEDS,
    SMALL,
    SMALL_ROWS,
    SMALL_SUMMARY,
    TERM,
    count_rows,
    count_versions,
    run_command,
    write_seed_file,
)

pytestmark = pytest.mark.django_db


def test_a_file_is_loaded_as_published_records_with_one_version_each(tmp_path):
    path = write_seed_file(tmp_path)

    assert run_command(path) == (0, f"{path}: {SMALL_SUMMARY}\n", "")
    assert count_rows() == SMALL_ROWS
    assert count_versions() == 9
    proposal = Proposal.objects.get(slug="talks-meeting")
    assert [party.slug for party in proposal.proposed_by.all()] == ["north"]
    assert (proposal.review, proposal.version, proposal.created_by) == ("published", 1, None)
    citation = proposal.citations.get()
    assert (citation.slug, citation.start, citation.review) == (
        "proposal-talks-meeting-1",
        10,
        "published",
    )


def test_the_second_load_writes_nothing(tmp_path, django_assert_max_num_queries):
    path = write_seed_file(tmp_path)
    run_command(path)

    with django_assert_max_num_queries(40) as queries:
        answer = run_command(path)

    assert answer == (0, f"{path}: nothing to do, 9 records as in the file\n", "")
    assert count_versions() == 9
    written = [q for q in queries if q["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert written == []


@pytest.mark.slow
def test_the_seeds_of_the_project_load_and_load_again(settings):
    settings.SEEDS_DIR = SEEDS

    first, second = run_command(), run_command()

    assert first[0] == second[0] == 0
    assert "nothing to do" in second[1]


def test_a_changed_value_is_one_new_version_of_its_record_alone(tmp_path):
    run_command(write_seed_file(tmp_path))

    answer = run_command(write_seed_file(tmp_path, SMALL.replace('"To meet"', '"To meet again"')))

    assert answer[1].endswith(": ~ 1 record\n")
    assert count_versions() == 10
    assert Proposal.objects.get().title == "To meet again"


def test_a_corrected_quotation_stays_the_same_citation(tmp_path):
    run_command(write_seed_file(tmp_path))

    run_command(
        write_seed_file(tmp_path, SMALL.replace('"has proposed talks"', '"proposed talks"'))
    )

    citation = Proposal.objects.get().citations.get()
    assert (citation.slug, citation.quote, citation.version) == (
        "proposal-talks-meeting-1",
        "proposed talks",
        2,
    )


def test_a_record_can_be_added_with_its_citation_to_what_is_there(tmp_path):
    run_command(write_seed_file(tmp_path))

    answer = run_command(write_seed_file(tmp_path, SMALL + TERM))

    assert answer[1].endswith(": + 1 record, 1 quotation\n")
    assert Proposal.objects.get().terms.get().slug == "talks-meeting-to-meet-soon"


def test_files_refer_to_records_of_one_another_and_of_the_database(tmp_path):
    other = """format: negotiation-seed/1

negotiation: talks

proposals:
  - key: answer
    title: "An answer"
    kind: meeting
    proposed_by: [south]
    responds_to: meeting
    quote: "Talks are due."
    source: report
"""
    write_seed_file(tmp_path, other, "a.yaml")
    write_seed_file(tmp_path, SMALL, "b.yaml")

    together = run_command(tmp_path)
    alone = run_command(tmp_path / "a.yaml")

    assert together[0] == alone[0] == 0
    assert Proposal.objects.get(slug="talks-answer").responds_to.slug == "talks-meeting"


def test_a_check_prints_the_plan_writes_nothing_and_says_so_with_its_code(tmp_path):
    path = write_seed_file(tmp_path)

    before = run_command("--check", path)
    rows = count_rows()
    run_command(path)
    after = run_command("--dry-run", path)

    assert before[0] == 2
    assert before[1].splitlines()[:2] == ["+ sources/report", "+ parties/north"]
    assert rows == {}
    assert after == (0, f"{path}: nothing to do, 9 records as in the file\n", "")


def test_a_check_shows_both_values_of_a_change(tmp_path):
    run_command(write_seed_file(tmp_path))

    code, out, _err = run_command(
        "--check", write_seed_file(tmp_path, SMALL.replace("status: open", "status: lapsed"))
    )

    assert (code, out.splitlines()[:2]) == (
        2,
        ["~ proposals/talks-meeting", '    status: "open" → "lapsed"'],
    )
    assert Proposal.objects.get().status == "open"


def test_an_error_in_the_last_write_leaves_nothing_of_any_file(tmp_path, monkeypatch):
    write_seed_file(tmp_path, SMALL, "a.yaml")
    issues = 'format: negotiation-seed/1\nissues:\n  - {key: last, title: "Last"}\n'
    write_seed_file(tmp_path, issues, "b.yaml")

    def fail(*_, **__):
        raise IntegrityError("the disk is full")

    monkeypatch.setattr(SeedEntry.objects, "bulk_create", fail)
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("loadseeds", str(tmp_path))

    assert count_rows() == {}


def test_new_records_can_be_loaded_as_drafts_without_touching_the_published(tmp_path):
    run_command(write_seed_file(tmp_path))

    run_command("--as-draft", write_seed_file(tmp_path, SMALL + TERM))

    proposal = Proposal.objects.get()
    term = proposal.terms.get()
    assert (proposal.review, term.review, term.citations.get().review) == (
        "published",
        "draft",
        "draft",
    )


def test_drafts_are_published_by_a_load_that_says_so(tmp_path):
    run_command("--as-draft", write_seed_file(tmp_path))
    assert {party.review for party in Party.objects.all()} == {"draft"}

    run_command(write_seed_file(tmp_path))

    assert {party.review for party in Party.objects.all()} == {"published"}
    assert {citation.review for citation in Citation.objects.all()} == {"published"}


@pytest.mark.parametrize("ending", ["yaml", "json"])
@pytest.mark.parametrize(
    ("model", "what"),
    [
        ("auth.user", "users"),
        ("auth.group", "groups"),
        ("auth.permission", "permissions"),
        ("negotiations.token", "tokens"),
        ("sessions.session", "sessions"),
    ],
)
def test_a_fixture_never_makes_a_user_or_a_right(tmp_path, model, what, ending):
    rows = [{"model": "negotiations.party", "fields": {}}, {"model": model, "fields": {"a": "b"}}]
    path = write_seed_file(tmp_path, json.dumps(rows), f"fixture.{ending}")

    code, _out, err = run_command(path)

    assert code == 1
    assert f"error[E027]: {what} are never loaded from a file" in err
    assert (User.objects.count(), count_rows()) == (0, {})


def test_a_fixture_of_records_is_sent_to_loaddata(tmp_path):
    path = write_seed_file(
        tmp_path, '[{"model": "negotiations.party", "fields": {}}]', "fixture.json"
    )

    assert "error[E028]: this is a fixture, not a seed file" in run_command(path)[2]


def test_a_code_is_explained():
    code, out, err = run_command("--explain", "e021")

    assert (code, err) == (0, "")
    assert out.startswith("E021: The quoted words are not in the source.\n")
    with pytest.raises(CommandError, match="There is no code E999"):
        run_command("--explain", "E999")


def test_progress_is_counted_to_the_end(tmp_path):
    seen = []

    load.load([write_seed_file(tmp_path)], progress=lambda done, total: seen.append((done, total)))

    assert seen == [(number, 5) for number in range(1, 6)]


def test_a_source_keeps_every_character_of_its_file(tmp_path):
    path = write_seed_file(tmp_path)
    text = " leading\n\n“quoted” – dash… \n"
    (tmp_path / "sources" / "report.txt").write_bytes(text.encode())
    source = '{key: report, kind: report, text: {file: "sources/report.txt"}}'
    path.write_text(f"format: negotiation-seed/1\nsources:\n  - {source}\n")

    run_command(path)

    assert Source.objects.get().text == text
