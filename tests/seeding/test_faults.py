"""The words of faults, exactly: people work with them."""

# ruff: noqa: E501 - answers stand here as wide as a terminal shows them

import pytest

from negotiations.seeding.errors.diagnostics import (
    Diagnostic,
    Location,
    SeedText,
    render_diagnostic,
)
from tests.support.seedfiles import SMALL, count_rows, run_command, write_seed_file

pytestmark = pytest.mark.django_db


FOUR_FAULTS = """error[E021]: these words are not in the source
 --> talks.yaml:8:53
  |
8 |   - {key: south, name: "South", kind: state, quote: "The south has said it is ready for talks."}
  |                                                                               ^^^^^^^^^ the source has: open to
  = source: sources/report.txt, character 30
 help: use the source's words

error[E017]: piece is no value of kind
  --> talks.yaml:13:9
   |
13 |   kind: piece
   |         ^^^^^
   = its values: peace, ceasefire, humanitarian, trade, territorial, arms_control, political, other
 help: did you mean peace?

error[E013]: a proposal has no adressed_to
  --> talks.yaml:22:5
   |
22 |     adressed_to: [south]
   |     ^^^^^^^^^^^
 help: did you mean addressed_to?

error[E021]: these words are not in the source
  --> talks.yaml:24:12
   |
24 |     quote: "had offered talks"
   |            ^^^^^^^^^^^^^^^^^^^
 help: no passage of the source is near them
4 errors in 1 file. Nothing was written.
"""


def test_all_faults_of_a_file_come_at_once_in_their_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    planted = (
        SMALL.replace("kind: peace", "kind: piece")
        .replace("addressed_to", "adressed_to")
        .replace('has proposed talks"\n    open', 'had offered talks"\n    open')
        .replace("it is open to talks.", "it is ready for talks.")
    )

    answer = run_command(write_seed_file(tmp_path, planted))

    assert answer == (
        1,
        "",
        FOUR_FAULTS,
    )
    assert count_rows() == {}


def test_look_alike_signs_are_shown_with_the_sources_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    planted = SMALL.replace('"has proposed talks"', '"The talks - held in a tent - ended."')

    _code, _out, err = run_command(write_seed_file(tmp_path, planted))

    assert (
        err
        == """error[E023]: these words are not in the source
  --> talks.yaml:24:12
   |
24 |     quote: "The talks - held in a tent - ended."
   |                       ^^^^^^^^^^^^^^^^^^ the source has: – held in a tent –
   = source: sources/report.txt, character 71
 help: copy the source's own signs
1 error in 1 file. Nothing was written.
"""
    )


def test_words_that_stand_twice_ask_for_their_neighbours(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = SMALL.replace('"has proposed talks"', '"talks"')

    _code, _out, err = run_command(write_seed_file(tmp_path, content))
    told_apart = run_command(
        write_seed_file(
            tmp_path, content.replace('"talks"\n', '"talks"\n    before: "proposed "\n')
        )
    )

    assert (
        err
        == """error[E022]: These words stand 3 times in the source; add the words before or after them.
  --> talks.yaml:24:12
   |
24 |     quote: "talks"
   |            ^^^^^^^
 help: add before: or after: with the words next to the passage
1 error in 1 file. Nothing was written.
"""
    )
    assert told_apart[0] == 0


def test_the_rules_of_the_models_speak_their_own_words_at_the_value(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = SMALL.replace("addressed_to: [south]", "addressed_to: [north]")

    _code, _out, err = run_command(write_seed_file(tmp_path, content))

    assert (
        err
        == """error[E030]: A proposal is addressed to somebody other than its maker.
  --> talks.yaml:22:19
   |
22 |     addressed_to: [north]
   |                   ^
1 error in 1 file. Nothing was written.
"""
    )


def test_the_words_of_a_date_must_stand_in_the_source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = SMALL.replace(
        "    status: open", '    date: {says: "long ago", is: "2025", sure: assumed}'
    )

    _code, _out, err = run_command(write_seed_file(tmp_path, content))

    assert (
        err
        == """error[E025]: these words are not in the source
  --> talks.yaml:23:18
   |
23 |     date: {says: "long ago", is: "2025", sure: assumed}
   |                  ^^^^^^^^^^
 help: no passage of the source is near them
1 error in 1 file. Nothing was written.
"""
    )


def test_a_source_that_cannot_be_read_is_the_only_fault(tmp_path):
    write_seed_file(tmp_path, SMALL.replace("report.txt", "missing.txt"))

    code, _out, err = run_command(tmp_path)

    assert (code, err.count("error[")) == (1, 1)
    assert "error[E026]: there is no such file" in err


def test_a_negotiation_that_nobody_defines_is_told_once(tmp_path):
    rounds = """format: negotiation-seed/1
negotiation: tolks
rounds:
  - {key: one, title: "One", quote: "Talks are due.", source: report}
  - {key: two, title: "Two", quote: "Talks are due.", source: report}
"""
    write_seed_file(tmp_path, SMALL, "a.yaml")
    write_seed_file(tmp_path, rounds, "b.yaml")

    code, _out, err = run_command(tmp_path)

    assert (code, err.count("error[")) == (1, 1)
    assert "error[E018]: there is no negotiation tolks" in err
    assert " help: did you mean talks?" in err


def test_a_circle_is_told_once_at_a_record_of_it(tmp_path):
    content = f"""{SMALL}
issues:
  - {{key: one, title: "One", part_of: two}}
  - {{key: two, title: "Two", part_of: one}}
"""

    code, _out, err = run_command(write_seed_file(tmp_path, content))

    assert (code, err.count("error[E019]")) == (1, 1)


def test_faults_of_several_files_come_together(tmp_path):
    write_seed_file(tmp_path, SMALL.replace("kind: peace", "kind: piece"), "one.yaml")
    write_seed_file(tmp_path, "format: negotiation-seed/1\nparty: []\n", "two.yaml")

    code, _out, err = run_command(tmp_path)

    assert code == 1
    assert err.endswith("2 errors in 2 files. Nothing was written.\n")


def test_a_fault_in_one_file_keeps_all_files_out(tmp_path):
    write_seed_file(tmp_path, SMALL, "a.yaml")
    write_seed_file(tmp_path, "format: negotiation-seed/1\nissues:\n  - {key: x}\n", "b.yaml")

    assert run_command(tmp_path)[0] == 1
    assert count_rows() == {}


def test_what_could_steer_a_terminal_is_shown_as_its_code():
    text = SeedText("x.yaml", ['title: "\x1b[31m漢字 end"'])

    assert render_diagnostic(Diagnostic("E003", "no", Location(text, 1, 17, 3))) == (
        "error[E003]: no\n"
        " --> x.yaml:1:17\n"
        "  |\n"
        '1 | title: "<U+001B>[31m漢字 end"\n'
        "  |                          ^^^"
    )


def test_a_line_of_a_million_signs_is_cut_around_the_fault():
    text = SeedText("x.yaml", ["a" * 500_000 + "!" + "b" * 500_000])

    lines = render_diagnostic(Diagnostic("E003", "no", Location(text, 1, 500_001))).splitlines()

    assert [len(line) < 100 for line in lines] == [True] * len(lines)
    assert lines[-1].index("^") == lines[-2].index("!")
