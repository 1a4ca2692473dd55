"""Files damaged at random: refused whole or loaded whole, never a traceback, never a part."""

import random

import pytest

from tests.support.seedfiles import (
    SMALL,
    count_rows,
    delete_all_records,
    run_command,
    write_seed_file,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SIGNS = b"\x00\t\r\n \"'#&*!|>%@`{}[],:-?.~0179aZ\xc3\xff\xf0\x9f"


def damaged(seed):
    """SMALL with a few bytes changed, cut out, doubled or put elsewhere."""
    chance = random.Random(seed)
    content = bytearray(SMALL.encode())
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(content))
        stop = min(start + chance.choice([1, 1, 2, 5, 40, 300]), len(content))
        piece = bytes(content[start:stop])
        kind = chance.choice(["change", "cut", "double", "move", "truncate"])
        if kind == "change":
            content[start] = chance.choice(SIGNS)
        elif kind == "double":
            content[start:start] = piece
        elif kind == "truncate":
            del content[start:]
            break
        else:
            del content[start:stop]
            if kind == "move":
                place = chance.randrange(len(content) + 1)
                content[place:place] = piece
    return bytes(content)


@pytest.mark.parametrize("batch", range(4))
def test_damage_is_refused_whole_with_faults_or_does_no_harm(tmp_path, batch):
    refused = 0
    for seed in range(batch * 50, batch * 50 + 50):
        code, out, err = run_command(write_seed_file(tmp_path, damaged(seed)))

        if code == 0:
            # What is left is a seed file, though a shorter one perhaps.
            assert "records" in out or "nothing to do" in out or "record" in out
            delete_all_records()
            continue
        refused += 1
        assert (code, out, count_rows()) == (1, "", {})
        assert err.startswith("error[E")
        assert err.endswith("Nothing was written.\n")
    assert refused > 30
