"""Edits made in the database between two loads: never lost unasked, never silent."""

import pytest

from negotiations import history
from negotiations.models import Party, Proposal
from tests.support.seedfiles import SMALL, count_versions, run_command, write_seed_file

pytestmark = pytest.mark.django_db

CHANGED = SMALL.replace("status: open", "status: lapsed")


@pytest.fixture
def seed(tmp_path):
    path = write_seed_file(tmp_path)
    run_command(path)
    return path


def edit(**values):
    proposal = Proposal.objects.get(slug="talks-meeting")
    for name, value in values.items():
        setattr(proposal, name, value)
    history.save(proposal)


def test_an_edit_stays_when_the_file_is_unchanged_and_is_told_with_both_values(seed):
    edit(status="accepted")
    before = count_versions()

    answer = run_command(seed)

    assert answer == (
        0,
        f"""kept: proposals/talks-meeting: status
    at the last load: "open"
    in the file:      "open"
    in the database:  "accepted"
{seed}: nothing to do, 9 records as in the file
""",
        "",
    )
    assert (Proposal.objects.get().status, count_versions()) == ("accepted", before)


def test_a_change_of_the_file_beside_an_edit_of_another_field_is_taken(seed):
    edit(title="To meet soon")
    seed.write_text(CHANGED)

    code, out, _err = run_command(seed)

    proposal = Proposal.objects.get()
    assert (code, proposal.title, proposal.status) == (0, "To meet soon", "lapsed")
    assert "kept: proposals/talks-meeting: title\n" in out


def test_two_different_changes_of_one_field_conflict_and_write_nothing(seed):
    edit(status="accepted")
    seed.write_text(CHANGED.replace('"North"', '"The North"'))
    before = count_versions()

    answer = run_command(seed)

    assert answer == (
        2,
        "",
        f"""conflict: proposals/talks-meeting: status
    --> {seed}:23:13
    at the last load: "open"
    in the file:      "lapsed"
    in the database:  "accepted"
1 conflict. Nothing was written. Choose with --take file or --take database.
""",
    )
    assert count_versions() == before
    assert Party.objects.get(slug="north").name == "North"


def test_the_same_change_on_both_sides_is_no_conflict(seed):
    edit(status="lapsed")
    seed.write_text(CHANGED)
    before = count_versions()

    assert run_command(seed)[0] == 0
    assert count_versions() == before


@pytest.mark.parametrize(("side", "status"), [("file", "lapsed"), ("database", "accepted")])
def test_a_conflict_is_decided_for_one_side(seed, side, status):
    edit(status="accepted")
    seed.write_text(CHANGED)

    assert run_command("--take", side, seed)[0] == 0
    assert Proposal.objects.get().status == status
    assert run_command(seed)[0] == 0
    assert Proposal.objects.get().status == status


def test_a_record_that_somebody_made_with_the_same_slug_is_not_overwritten(tmp_path):
    history.save(Party(slug="north", name="Norther", kind="state"))

    code, _out, err = run_command(write_seed_file(tmp_path))

    assert code == 2
    assert "conflict: parties/north: name\n" in err
    assert "at the last load" not in err
    assert Party.objects.count() == 1


def test_a_deleted_record_is_not_made_again_unasked(seed):
    history.delete(Proposal.objects.get())

    kept = run_command(seed)
    assert kept[0] == 0
    assert kept[1].startswith(
        "kept: proposals/talks-meeting was deleted in the database; the file still has it\n"
    )
    assert Proposal.objects.count() == 0

    taken = run_command("--take", "file", seed)
    assert taken[0] == 0
    assert Proposal.objects.get().citations.count() == 1


def test_a_deleted_record_that_the_file_changed_is_a_conflict(seed):
    history.delete(Proposal.objects.get())
    seed.write_text(CHANGED)

    code, _out, err = run_command(seed)

    assert code == 2
    assert "conflict: proposals/talks-meeting: the record\n" in err
    assert run_command("--take", "database", seed)[0] == 0
    assert Proposal.objects.count() == 0


def test_a_new_row_cannot_refer_to_a_record_that_was_deleted(seed):
    history.delete(Proposal.objects.get())
    seed.write_text(
        f"""{SMALL}  - key: answer
    title: "An answer"
    kind: meeting
    proposed_by: [south]
    responds_to: meeting
    quote: "Talks are due."
"""
    )

    code, _out, err = run_command(seed)

    assert code == 1
    assert "error[E018]" in err


def test_an_edited_list_of_parties_is_compared_as_a_whole(seed):
    proposal = Proposal.objects.get()
    history.save(proposal, related={"addressed_to": []})

    code, out, _err = run_command(seed)

    assert code == 0
    assert (
        """kept: proposals/talks-meeting: addressed_to
    at the last load: ["south"]
    in the file:      ["south"]
    in the database:  []
"""
        in out
    )
