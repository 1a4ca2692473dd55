"""The stable codes of faults, explained for ``loadseeds --explain E021``; none is reused."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E001": """The file is not YAML, or it holds no mapping of sections.
The place is where the parser gave up; the cause often stands a line or two above: a quotation
mark that is not closed, a tab used for indentation, a colon inside a text without quotes. Put
free text in double quotes.""",
    "E002": """The file is not UTF-8 text.
Save it as UTF-8. The place is the first byte that is no part of a UTF-8 character.""",
    "E003": """A character that may not stand in a seed file.
Control characters (NUL and the like), line separators other than the ordinary line end, and
marks that reorder what a reader sees are refused. Where a text really needs one, a source's own
text file may hold it.""",
    "E004": """The file begins with a byte order mark.
Some editors write these three invisible bytes. Save the file as UTF-8 without BOM.""",
    "E005": """The file is too large.
The limit is checked before anything is read, so that a mistaken path cannot fill the memory.
Divide the file: one negotiation each.""",
    "E006": """Lists and mappings stand in one another more than 20 deep.
No seed file needs more than six. Reading stops at the place.""",
    "E007": """The file holds several YAML documents.
A line of three hyphens starts another document. Keep one negotiation in one file, and one
document in each file.""",
    "E008": """The same key stands twice in one mapping.
YAML parsers usually keep the last one in silence, and a value is lost. Remove one of them, or
make a list.""",
    "E009": """An anchor (&name) or an alias (*name).
They hide what a record says and can be made to fill the memory. Write the value out, or refer to
a record's key.""",
    "E010": """A tag such as !!python/object or !date.
Tags ask the parser to make something other than text, numbers, true, false and null. Leave the
tag out.""",
    "E011": """The file cannot be read.
It does not exist, is a folder, or the file system refused. Give the path of a .yaml file, or a
folder of such files.""",
    "E012": """The file does not say that it is a seed file.
Its first line is `format: negotiation-seed/1`. Another number is another format, which this
version does not know.""",
    "E013": """A key that the record does not have.
Field names are those of the models; seeds/README.md lists them for each section. Nothing unknown
is passed over.""",
    "E014": """A value of the wrong kind: a list where text is due, text where a number is due.
Free text in double quotes is always text. [Square brackets] make a list, {braces} a mapping;
both are easily meant as text. `on`, `no`, `12:30`, `010` and `2025-07-20` are text here, never
anything else.""",
    "E015": """A value that must be there is missing.
Add the key that the message names. A value that no source gives is left out, never made up: only
what a record cannot be without is asked for.""",
    "E016": """Two records have the same key.
A key is unique within its kind and negotiation; parties, persons, issues and sources are shared
by all negotiations. Give one of them another key, or refer to the first and do not repeat it.""",
    "E017": """A value that is not in the vocabulary.
Each coded field has a closed list, defined in seeds/README.md. Where nothing fits there is
`other`, with a note.""",
    "E018": """A reference to a record that does not exist.
Refer by key. It is looked for in the same file, in the other files of this load, and in the
database.""",
    "E019": """Records refer to one another in a circle.
A record cannot be part of itself, or answer its own answer, even by way of others.""",
    "E020": """A key that cannot be used as a slug.
Keys are written in lower-case letters a to z, digits and single hyphens, made from meaning:
`ukraine-leaders`.""",
    "E021": """The quoted words are not in the source.
A quotation stands in its source character for character. The mark shows where the two part, the
label what the source has there, the note where in the source the nearest passage begins. Copy
the words from the source; if they are there in two parts, use two citations.""",
    "E022": """The quoted words stand in the source more than once.
Add `before` or `after`, the words next to the passage that is meant, or quote a longer passage.""",
    "E023": """The quoted words stand in the source with other signs.
Dashes, quotation marks, spaces and the sign for "and so on" have several forms that look alike.
The label gives the source's own characters; copy them.""",
    "E024": """A date that cannot be understood, or a mapping for a date with the wrong keys.
Write EDTF in quotes ("2025-07-19", "2025-06", "2025-06-01/2025-06-10", "../2025-07-19"), or
{says: the source's words, anchor: the day they count from, is: the date, sure: stated, resolved,
assumed or unknown}.""",
    "E025": """The words of a date are not in the source.
`says` holds the words from which the date was made, as they stand in the source that the record
cites. Leave it out when the source has no words for the date.""",
    "E026": """The text file of a source cannot be used.
`text: {file: "sources/name.txt"}` names a UTF-8 file that lies beside the seed file or below it.
It is kept byte for byte, so that each quotation can be counted from its first character.""",
    "E027": """A fixture that holds something other than records.
Only the records of negotiations can be loaded. Users, permissions, groups and tokens are made by
an administrator, never by a seed file. `manage.py loaddata` loads fixtures, also those of a whole
installation; use it for files that you trust.""",
    "E028": """A fixture of Django, not a seed file.
`manage.py loaddata` loads it: each record becomes a version by the same rules, with its row in the
feed and its entry of the search. For files written by people the nested form in seeds/README.md
is shorter, and its faults are reported with their places.""",
    "E029": """The file needs a negotiation.
Rounds, proposals and the like belong to one. Add `negotiation:` with the key and the values of a
new one, or with the key of one that is in the database already.""",
    "E030": """A rule of the records is broken.
The message is the rule's own; the admin and the API say the same. The rules are on the models in
negotiations/models/.""",
    "E031": """A quotation needs to know its source.
When the file holds more than one source, or none, say which one is meant: `source: its-key`
beside the quotation.""",
    "E032": """A record that was merged into another one.
Two records turned out to be one, and the key of the one that went leads to the other. Use the key
of the record that stayed, also where others refer to it.""",
}


def explain_code(code: str) -> str | None:
    """The paragraph for a code, or None when there is no such code."""
    return CODES.get(code.upper())
