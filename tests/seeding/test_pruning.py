"""What a file no longer has: told, and deleted only on request, only if nobody needs it."""

import pytest

from negotiations import history
from negotiations.models import Negotiation, Party, Proposal
from tests.support.seedfiles import (
    SMALL,
    SMALL_ROWS,
    TERM,
    count_rows,
    run_command,
    write_seed_file,
)

pytestmark = pytest.mark.django_db


def test_what_a_file_no_longer_has_stays_until_it_is_pruned(tmp_path):
    run_command(write_seed_file(tmp_path, SMALL + TERM))
    path = write_seed_file(tmp_path)

    kept = run_command(path)
    planned = run_command("--check", "--prune", path)
    pruned = run_command("--prune", path)

    assert "left: terms/talks-meeting-to-meet-soon is no longer in its file; --prune" in kept[1]
    assert planned[0] == 2
    assert "- terms/talks-meeting-to-meet-soon\n" in planned[1]
    assert pruned[0] == 0
    assert count_rows() == SMALL_ROWS


def test_pruning_leaves_what_somebody_edited_and_what_is_from_elsewhere(tmp_path):
    run_command(write_seed_file(tmp_path, SMALL + TERM))
    term = Proposal.objects.get().terms.get()
    term.text = "To meet at once."
    history.save(term)
    own = Party(name="West", kind="state")
    history.save(own)

    code, out, _err = run_command("--prune", write_seed_file(tmp_path))

    assert code == 0
    assert "left: terms/talks-meeting-to-meet-soon is no longer in its file, but was edited" in out
    assert Party.objects.filter(slug="west").exists()


def test_pruning_what_others_refer_to_is_refused_whole(tmp_path):
    run_command(write_seed_file(tmp_path))
    proposal = Proposal(
        negotiation=Negotiation.objects.get(), title="Other", kind="meeting", slug="other"
    )
    history.save(proposal, related={"proposed_by": [Party.objects.get(slug="south")]})
    content = SMALL.replace("    addressed_to: [south]\n", "")
    start = content.index("  - {key: south")
    content = content[:start] + content[content.index("\nnegotiation:") :]

    code, _out, err = run_command("--prune", write_seed_file(tmp_path, content))

    assert code == 1
    assert "parties/south cannot be deleted: proposals/other refers to it" in err
    assert [p.slug for p in proposal.proposed_by.all()] == ["south"]
