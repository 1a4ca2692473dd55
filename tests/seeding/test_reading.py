"""Damaged and misleading files: one clear fault each, nothing written, never a traceback."""

import pytest

from negotiations.seeding.errors.error_codes import CODES
from negotiations.seeding.files.reading import read_seed_file
from tests.support.seedfiles import SMALL, count_rows, run_command, write_seed_file

pytestmark = pytest.mark.django_db

NINES = "9" * 5000
TITLE = 'title: "To meet"'


def small(old, new):
    assert old in SMALL
    return SMALL.replace(old, new)


DAMAGED = {
    "empty": ("", "E001"),
    "only a comment": ("# nothing\n", "E001"),
    "a list": ("- a\n", "E001"),
    "a single word": ("word\n", "E001"),
    "an open quotation mark": (small(TITLE, 'title: "To meet'), "E001"),
    "an open bracket": (small("[north]", "[north"), "E001"),
    "text cut at a comment": (small(TITLE, "title: To # meet"), "E014"),
    "a tab as indentation": (small("    kind: meeting", "\tkind: meeting"), "E001"),
    "a colon in bare text": (small(TITLE, "title: To: meet"), "E001"),
    "half of the file": (SMALL[: SMALL.index("proposed talks")], "E001"),
    "Latin-1": (small("To meet", "Près").encode("latin-1"), "E002"),
    "UTF-16": (SMALL.encode("utf-16-le"), "E003"),
    "random bytes": (bytes(range(128, 256)), "E002"),
    "NUL": (small("To meet", "To\0meet"), "E003"),
    "an escape sequence": (small("To meet", "\x1b[31mTo meet"), "E003"),
    "a bidi override": (small("To meet", "\u202eTo meet"), "E003"),
    "a line separator": (small("To meet", "To\u2028meet"), "E003"),
    "a byte order mark": (b"\xef\xbb\xbf" + SMALL.encode(), "E004"),
    "brackets a thousand deep": (f"format: {'[' * 1000}{']' * 1000}\n", "E006"),
    "a million brackets": ("[" * 1_000_000, "E006"),
    "two documents": (f"{SMALL}---\n{SMALL}", "E007"),
    "a repeated key": (small(TITLE, f"{TITLE}\n    {TITLE}"), "E008"),
    "an anchor": (small("[north]", "&sides [north]"), "E009"),
    "an alias": (small("[north]", "*sides"), "E009"),
    "a Python tag": (small("[north]", "!!python/object/apply:os.system [north]"), "E010"),
    "a tag for text": (small(TITLE, "title: !!str 12"), "E010"),
    "no format": (small("format: negotiation-seed/1", "x: 1"), "E012"),
    "a later format": (small("negotiation-seed/1", "negotiation-seed/2"), "E012"),
    "an unknown section": (small("proposals:", "proposal:"), "E013"),
    "an unknown key": (small("addressed_to", "adressed_to"), "E013"),
    "a merge key": (small(TITLE, f"{TITLE}\n    <<: {{a: 1}}"), "E013"),
    "users in a section": (f'{SMALL}\nusers:\n  - {{username: "x", password: "y"}}\n', "E013"),
    "a list for text": (small(TITLE, "title: [To, meet]"), "E014"),
    "a mapping for text": (small(TITLE, "title: {To: meet}"), "E014"),
    "a number for text": (small(TITLE, "title: 12"), "E014"),
    "true for text": (small(TITLE, "title: true"), "E014"),
    "nothing for text": (small(TITLE, "title:"), "E014"),
    "text for a list": (small("[north]", "north"), "E014"),
    "a mapping for a section": (small("proposals:\n  - key", "proposals:\n    key"), "E014"),
    "text for a row": (f"{SMALL}  - word\n", "E014"),
    "a list as key": (small(TITLE, "? [a]\n    : b"), "E014"),
    "a missing value": (small("    kind: meeting\n", ""), "E015"),
    "a missing key": (small("  - key: meeting\n    title", "  - title"), "E015"),
    "voice without a quotation": (
        small('    quote: "has proposed talks"', "    voice: narrator"),
        "E015",
    ),
    "a key twice": (small("key: south", "key: north"), "E016"),
    "an unknown value": (small("kind: meeting", "kind: meating"), "E017"),
    "an unknown reference": (small("[north]", "[nort]"), "E018"),
    "a key with a space": (small("key: meeting", "key: the meeting"), "E020"),
    "a key in capitals": (small("key: meeting", "key: Meeting"), "E020"),
    "an endless key": (small("key: meeting", f"key: {'a' * 400}"), "E020"),
    "words that are not there": (small("has proposed talks", "has offered talks"), "E021"),
    "words that stand twice": (small('"has proposed talks"', '"talks"'), "E022"),
    "a date in words": (small(TITLE, f'{TITLE}\n    date: "July 2025"'), "E024"),
    "a date with a strange key": (small(TITLE, f"{TITLE}\n    date: {{at: x}}"), "E024"),
    "a day that does not exist": (small(TITLE, f'{TITLE}\n    date: "2025-02-30"'), "E024"),
    "a source text that is missing": (small("report.txt", "missing.txt"), "E026"),
    "a source text from outside": (small("sources/report.txt", "../../etc/passwd"), "E026"),
    "a source text by full path": (small("sources/report.txt", "/etc/passwd"), "E026"),
    "a NUL in a path": (small("sources/report.txt", "sources/\\0"), "E026"),
    "no negotiation": (
        SMALL[: SMALL.index("negotiation:")] + SMALL[SMALL.index("proposals:") :],
        "E029",
    ),
    "an unknown negotiation": (
        'format: negotiation-seed/1\nnegotiation: tolks\nrounds:\n  - {key: a, title: "A"}\n',
        "E018",
    ),
    "no words": (small('    quote: "has proposed talks"\n', ""), "E030"),
    "a number below the first": (
        f'{SMALL}\nrounds:\n  - {{key: one, title: "One", number: -1, quote: "Talks are due"}}\n',
        "E030",
    ),
    "a number beyond all": (f"{SMALL}\nrounds:\n  - {{key: one, number: {NINES}}}\n", "E014"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("content", "code"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_with_its_fault_and_writes_nothing(tmp_path, content, code):
    path = write_seed_file(tmp_path, content)

    answer, out, err = run_command(path)

    assert (answer, out, count_rows()) == (1, "", {})
    assert f"error[{code}]: " in err
    assert err.endswith("Nothing was written.\n")


def test_a_file_over_the_limit_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr("negotiations.seeding.files.reading.MAX_BYTES", 100)

    _code, _out, err = run_command(write_seed_file(tmp_path))

    assert err == (
        f"error[E005]: the file has {len(SMALL)} bytes, more than the limit of 100\n"
        f" --> {tmp_path}/talks.yaml:1:1\n"
        "1 error in 1 file. Nothing was written.\n"
    )


@pytest.mark.parametrize("name", ["missing.yaml", "empty-folder"])
def test_what_cannot_be_read_is_said(tmp_path, name):
    (tmp_path / "empty-folder").mkdir()

    code, _out, err = run_command(tmp_path / name)

    assert code == 1
    assert err.startswith("error[E011]: ")


def test_only_true_false_null_and_numbers_mean_more_than_text(tmp_path):
    words = [
        "on",
        "no",
        "yes",
        "12:30",
        "010",
        "2025-07-20",
        "0x1F",
        "1e3",
        "1_000",
        "~",
        "True",
        "NULL",
    ]
    meant = ["true", "false", "null", "12", "-3", "4.5"]
    path = write_seed_file(tmp_path, f"words: [{', '.join(words)}]\nmeant: [{', '.join(meant)}]\n")

    root = read_seed_file(path, "x").root

    assert [item.value for item in root.entries["words"].items] == words
    assert [str(item.value) for item in root.entries["meant"].items] == [
        "True",
        "False",
        "None",
        "12",
        "-3",
        "4.5",
    ]


def test_every_code_has_an_explanation_with_a_title_and_a_paragraph():
    for code, text in CODES.items():
        title, _line, paragraph = text.partition("\n")
        assert title.endswith(".")
        assert paragraph, code
