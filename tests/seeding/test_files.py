"""Which files of a folder are seed files, and the signs that other programs put into them."""

import errno
import json
import os

import pytest
import yaml

from negotiations.history import merge
from negotiations.models import Negotiation, Party, Proposal, SeedEntry
from tests.factories import PartyFactory
from tests.support.seedfiles import SMALL, count_rows, run_command, write_seed_file

pytestmark = pytest.mark.django_db

PARTY = 'format: negotiation-seed/1\nparties:\n  - {key: %s, name: "%s", kind: state}\n'
DRAFT = PARTY.replace("kind: state", "kind: state, review: draft")


def party_file(path, key):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(DRAFT % (key, key.title()))


def test_endings_in_capitals_and_folders_below_are_loaded(tmp_path):
    for name, key in [("a.yaml", "a"), ("B.YAML", "b"), ("c.Yml", "c"), ("below/d.JSON", "d")]:
        party_file(tmp_path / name, key)

    code, out, err = run_command(tmp_path)

    assert (code, err) == (0, "")
    assert sorted(Party.objects.values_list("slug", flat=True)) == ["a", "b", "c", "d"]
    assert [line.split(":")[0].removeprefix(f"{tmp_path}/") for line in out.splitlines()] == [
        "B.YAML",
        "a.yaml",
        "below/d.JSON",
        "c.Yml",
    ]
    assert run_command(tmp_path)[1].count("nothing to do") == 4


def test_files_that_are_left_out_are_named_but_for_those_of_macos(tmp_path):
    party_file(tmp_path / "a.yaml", "a")
    for name in ("sources/post.json", ".draft.yaml", ".git/b.yaml", "below/sources/c.yml"):
        party_file(tmp_path / name, "x")
    (tmp_path / "._a.yaml").write_bytes(b"\0\5\26\7")

    code, out, _err = run_command(tmp_path)

    assert code == 0
    left = [line.split(" (")[0] for line in out.splitlines() if line.startswith("left out: ")]
    assert left == [
        f"left out: {tmp_path}/{name}"
        for name in (".draft.yaml", ".git/b.yaml", "below/sources/c.yml", "sources/post.json")
    ]
    assert "._a" not in out
    assert list(Party.objects.values_list("slug", flat=True)) == ["a"]


OTHER_ENDINGS = [
    *("a.yaml ", "#x.yaml#", "x.yaml~", "x.yaml.bak", "x.yml.txt", "x.json5", "x.yaml.orig"),
    *(
        "x.YAML.~1~",
        "x (copy).yaml.part",
        "Copy of x.yaml\n",
        "talks",
        "x.yaml.gz",
        "x.y\u0430ml",
        "x.csv",
    ),
]


@pytest.mark.parametrize("name", OTHER_ENDINGS)
def test_a_file_with_another_ending_is_named_as_left_out(tmp_path, name):
    party_file(tmp_path / "a.yaml", "a")
    party_file(tmp_path / "below" / name, "x")

    code, out, err = run_command(tmp_path)

    path = f"{tmp_path}/below/{name}"
    shown = repr(path) if name != name.strip() else path
    reason = "its name does not end in .yaml, .yml or .json"
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"left out: {shown} ({reason})"
    assert list(Party.objects.values_list("slug", flat=True)) == ["a"]


@pytest.mark.parametrize("name", [".x.yaml.swp", ".#x.yaml", ".git/x.yaml.lock"])
def test_a_hidden_copy_of_a_seed_file_is_named_as_left_out(tmp_path, name):
    party_file(tmp_path / "a.yaml", "a")
    party_file(tmp_path / name, "x")

    assert run_command(tmp_path)[1].splitlines()[0] == f"left out: {tmp_path}/{name} (hidden)"


def test_files_that_nobody_takes_for_a_seed_are_passed_over(tmp_path):
    party_file(tmp_path / "a.yaml", "a")
    names = ("._a.yaml", ".DS_Store", "README", "readme.md", "LICENSE", "Thumbs.db", ".gitignore")
    for name in (*names, ".git/HEAD", "sources/report.txt", "sources/page.html"):
        party_file(tmp_path / name, "x")

    assert "left out" not in run_command(tmp_path)[1]


def test_a_folder_with_no_seed_file_names_what_is_left_out(tmp_path):
    party_file(tmp_path / "talks.yaml.txt", "a")

    code, out, err = run_command(tmp_path)

    assert (code, out.count("left out: ")) == (1, 1)
    assert "error[E011]: there is no seed file in this folder" in err


def test_a_link_to_a_folder_is_named_as_left_out(tmp_path):
    party_file(tmp_path / "elsewhere" / "b.yaml", "b")
    party_file(tmp_path / "seeds" / "a.yaml", "a")
    (tmp_path / "seeds" / "more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "seeds" / "again").symlink_to(tmp_path / "seeds")

    code, out, err = run_command(tmp_path / "seeds")

    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == [
        f"left out: {tmp_path}/seeds/{name} (a link to a folder: name that folder to load it)"
        for name in ("again", "more")
    ]
    assert list(Party.objects.values_list("slug", flat=True)) == ["a"]


def test_a_folder_that_cannot_be_read_is_named_as_left_out(tmp_path, monkeypatch):
    party_file(tmp_path / "a.yaml", "a")
    party_file(tmp_path / "closed" / "b.yaml", "b")
    scan = os.scandir

    def refuse_closed(path):
        if str(path).endswith("closed"):
            # Permissions do not bind root, as whom tests may run.
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse_closed)

    code, out, err = run_command(tmp_path)

    assert (code, err) == (0, "")
    left = f"left out: {tmp_path}/closed (it cannot be read: permission denied)"
    assert out.splitlines()[0] == left


def test_a_link_to_a_seed_file_elsewhere_is_loaded(tmp_path):
    party_file(tmp_path / "elsewhere" / "b.yaml", "b")
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.yaml").symlink_to(tmp_path / "elsewhere" / "b.yaml")

    code, _out, err = run_command(tmp_path / "seeds")

    assert (code, err) == (0, "")
    assert list(Party.objects.values_list("slug", flat=True)) == ["b"]
    assert {entry.file for entry in SeedEntry.objects.all()} == {"a.yaml"}


def test_a_link_out_of_its_folder_that_leads_nowhere_is_refused(tmp_path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.yaml").symlink_to(tmp_path / "gone.yaml")

    code, _out, err = run_command(tmp_path / "seeds")

    assert (code, count_rows()) == (1, {})
    assert "error[E011]: the file cannot be read: no such file" in err


def test_a_link_that_leads_nowhere_is_refused(tmp_path):
    party_file(tmp_path / "a.yaml", "a")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "gone.yaml")

    code, _out, err = run_command(tmp_path)

    assert (code, count_rows()) == (1, {})
    assert "error[E011]: the file cannot be read: no such file" in err


def test_a_seed_file_in_a_folder_below_is_written_back_with_its_text(tmp_path):
    (tmp_path / "below").mkdir()
    write_seed_file(tmp_path / "below")
    run_command(tmp_path)

    run_command(tmp_path / "out", command="dumpseeds")

    out = tmp_path / "out"
    names = sorted(each.relative_to(out).as_posix() for each in out.rglob("*") if each.is_file())
    assert names == ["below/sources/report.txt", "below/talks.yaml"]
    assert run_command("--check", out)[0] == 0


def as_json(**changes):
    """SMALL as a program writes it, with every character beyond ASCII escaped."""
    rows = yaml.safe_load(SMALL)
    rows["proposals"][0] |= changes
    return json.dumps(rows, indent=1)


@pytest.mark.parametrize("title", ["To meet 🙂", "🙂🙃 \\ud83d", "\\🙂", "𐀀 and \U0010ffef"])
def test_surrogate_pairs_of_json_are_characters(tmp_path, title):
    content = as_json(title=title)
    assert "\\ud8" in content

    code, _out, err = run_command(write_seed_file(tmp_path, content, "talks.json"))

    assert (code, err) == (0, "")
    assert Proposal.objects.get().title == title


def test_places_after_surrogate_pairs_are_those_of_the_file(tmp_path):
    content = json.dumps(yaml.safe_load(SMALL) | {"notes": "🙂🙂", "colour": "red"})

    _code, _out, err = run_command(write_seed_file(tmp_path, content, "talks.json"))

    column = content.index('"colour"') + 1
    assert f"talks.json:1:{column}" in err


@pytest.mark.parametrize(
    ("name", "text"),
    [("talks.json", '{"a": "🙂\\ud83d"}'), ("talks.yaml", 'a: "🙂\\ud83d\\ude00"')],
)
def test_half_a_pair_is_refused_at_its_place(tmp_path, name, text):
    _code, _out, err = run_command(write_seed_file(tmp_path, text, name))

    assert "error[E001]: this is not YAML: found invalid Unicode character escape code" in err
    assert f"{name}:1:{text.index('ud83d') + 2}" in err
    assert "help: write the character itself, or its code as \\U and eight digits" in err


def test_crlf_is_read_and_faults_keep_their_places(tmp_path):
    crlf = SMALL.replace("\n", "\r\n")
    assert run_command(write_seed_file(tmp_path, crlf))[0] == 0
    assert Negotiation.objects.get().title == "Talks of north and south"

    _code, _out, err = run_command(
        write_seed_file(tmp_path, crlf.replace("kind: meeting", "kind: meating"))
    )
    plain = run_command(write_seed_file(tmp_path, SMALL.replace("kind: meeting", "kind: meating")))[
        2
    ]
    assert err == plain


@pytest.mark.parametrize(
    ("sign", "code"),
    [
        ("\f", "U+000C"),
        ("\v", "U+000B"),
        ("\x85", "U+0085"),
        ("\u2028", "U+2028"),
        ("\u2029", "U+2029"),
        ("\ufeff", "U+FEFF"),
    ],
)
def test_signs_that_end_a_line_elsewhere_are_refused_at_their_place(tmp_path, sign, code):
    content = SMALL.replace("To meet", f"To{sign}meet")
    line = SMALL[: SMALL.index("To meet")].count("\n") + 1
    column = SMALL.splitlines()[line - 1].index("To meet") + 3

    exit_code, _out, err = run_command(write_seed_file(tmp_path, content))

    assert (exit_code, count_rows()) == (1, {})
    assert f"error[E003]: the character {code} may not stand in a seed file" in err
    assert f"talks.yaml:{line}:{column}\n" in err


@pytest.mark.parametrize("escape", ["\\f", "\\x85", "\\0", "\\u202e"])
def test_the_same_signs_escaped_are_refused_too(tmp_path, escape):
    content = SMALL.replace("To meet", f"To{escape}meet")

    code, _out, err = run_command(write_seed_file(tmp_path, content))

    assert (code, count_rows()) == (1, {})
    assert "talks.yaml:19:12" in err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_named_once(tmp_path, encoding):
    code, _out, err = run_command(write_seed_file(tmp_path, SMALL.encode(encoding)))

    assert code == 1
    assert "help: this looks like UTF-16: save the file as UTF-8" in err
    assert "1 error in 1 file. Nothing was written." in err


# Merged records


@pytest.fixture
def merged(tmp_path):
    """SMALL, loaded; its south turned out to be another party."""
    run_command(write_seed_file(tmp_path))
    other = PartyFactory(slug="southern-union", review="published", citations=["The union."])
    merge.merge(Party.objects.get(slug="south"), other, by=None)


@pytest.mark.usefixtures("merged")
def test_a_key_whose_record_was_merged_names_its_successor(tmp_path):
    code, out, err = run_command(write_seed_file(tmp_path))

    assert (code, err) == (0, "")
    assert (
        "kept: parties/south was merged into southern-union in the database;"
        " the file still has it\n" in out
    )


@pytest.mark.usefixtures("merged")
def test_a_merged_record_is_not_made_again(tmp_path):
    code, _out, err = run_command("--take", "file", write_seed_file(tmp_path))

    assert code == 1
    assert "error[E032]: the party south was merged into southern-union\n" in err
    assert "help: write southern-union wherever the file names it" in err
    assert not Party.objects.filter(slug="south").exists()


@pytest.mark.usefixtures("merged")
def test_a_reference_to_a_merged_record_names_its_successor(tmp_path):
    content = (
        "format: negotiation-seed/1\nnegotiation: talks\nproposals:\n"
        '  - {key: a, title: "A", kind: meeting, proposed_by: [south], quote: "Talks are due."}\n'
    )

    code, _out, err = run_command(write_seed_file(tmp_path, content, "more.yaml"))

    assert code == 1
    assert "error[E018]: there is no party south: it was merged into southern-union" in err
    assert "more.yaml:4:55" in err
    assert "help: write southern-union" in err
