"""Writing records back: the same bytes for a canonical file, the same data for any other."""

import json

import pytest
from django.core.management import call_command
from django.core.serializers import serialize

from negotiations import history
from negotiations.models import RECORDS, Party, Proposal
from tests.support.seedfiles import (
    SEEDS,
    SMALL,
    count_rows,
    delete_all_records,
    run_command,
    write_seed_file,
)

pytestmark = pytest.mark.django_db


def everything():
    """All records as data, without what a new installation counts anew."""
    return {
        model.resource_name: [
            {
                name: value
                for name, value in row["fields"].items()
                if name not in {"created_at", "updated_at", "version"}
            }
            for row in json.loads(
                serialize(
                    "json",
                    model.objects.order_by("slug"),
                    use_natural_foreign_keys=True,
                    use_natural_primary_keys=True,
                )
            )
        ]
        for model in RECORDS
    }


def test_the_seeds_of_the_project_come_back_byte_for_byte(tmp_path):
    run_command(SEEDS)

    code, out, _err = run_command(tmp_path, command="dumpseeds")

    assert code == 0
    written = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    original = {
        path.relative_to(SEEDS): path.read_bytes()
        for path in SEEDS.rglob("*")
        if path.suffix in {".yaml", ".txt"}
    }
    assert written == original
    assert len(out.splitlines()) == len(original)


def test_another_writing_of_the_same_data_comes_back_as_the_same_data(tmp_path):
    loose = SMALL.replace("[north]", "\n      - north").replace(
        "kind: meeting", "kind: meeting # soon"
    )
    run_command(write_seed_file(tmp_path, f"# By hand\n{loose}"))
    before = everything()

    run_command(tmp_path / "out", command="dumpseeds")
    delete_all_records()
    answer = run_command(tmp_path / "out")

    assert answer[0] == 0
    assert everything() == before


def test_a_canonical_file_of_anybody_comes_back_unchanged(tmp_path):
    path = write_seed_file(tmp_path)
    run_command(path)
    run_command(tmp_path / "one", command="dumpseeds")
    canonical = (tmp_path / "one" / "talks.yaml").read_bytes()
    delete_all_records()

    run_command(tmp_path / "one")
    run_command(tmp_path / "two", command="dumpseeds")

    assert (tmp_path / "two" / "talks.yaml").read_bytes() == canonical


def test_signs_that_need_care_survive_the_way_out_and_in(tmp_path):
    run_command(write_seed_file(tmp_path))
    party = Party.objects.get(slug="north")
    party.name = 'No: "quotes" # \\ and – 漢字 \U0001f600 no'
    party.note = "two\nlines\tand a tab "
    party.aliases = ["yes", "012", "a, b", "null", "{}"]
    party.identifiers = {"wikidata": "Q1", "null": "true"}
    history.save(party)

    run_command(tmp_path / "out", command="dumpseeds")

    assert run_command("--check", tmp_path / "out" / "talks.yaml") == (
        0,
        f"{tmp_path}/out/talks.yaml: nothing to do, 9 records as in the file\n",
        "",
    )


def test_records_made_elsewhere_are_written_into_the_file_of_their_negotiation(tmp_path):
    run_command(write_seed_file(tmp_path))
    talks = Proposal.objects.get().negotiation
    proposal = Proposal(slug="free-name", negotiation=talks, title="Free", kind="meeting")
    history.save(proposal, related={"proposed_by": [Party.objects.get(slug="north")]})

    run_command(tmp_path / "out", command="dumpseeds")

    text = (tmp_path / "out" / "talks.yaml").read_text()
    assert text.endswith(
        """  - slug: free-name
    title: "Free"
    kind: meeting
    proposed_by: [north]
    status: open
    review: draft
"""
    )
    assert run_command("--check", tmp_path / "out" / "talks.yaml")[0] == 0


def test_a_check_names_what_differs_and_writes_nothing(tmp_path):
    run_command(write_seed_file(tmp_path))

    code, out, _err = run_command("--check", tmp_path / "out", command="dumpseeds")

    assert code == 2
    assert f"{tmp_path}/out/talks.yaml: differs\n" in out
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_records_travel_by_djangos_own_fixtures_with_natural_keys(tmp_path):
    run_command(SEEDS)
    before = everything()
    fixture = tmp_path / "all.json"
    call_command(
        "dumpdata",
        *(model._meta.label for model in RECORDS),
        natural_foreign=True,
        natural_primary=True,
        output=str(fixture),
        verbosity=0,
    )
    delete_all_records()

    call_command("loaddata", str(fixture), verbosity=0)

    assert everything() == before
    assert count_rows()["citations"] == 52
