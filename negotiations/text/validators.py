"""What may stand in a text, whichever door it comes through."""

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# Overrides and isolates reorder what a reader sees; U+200E and U+200F are harmless marks and stay.
BIDI_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Copied from PDF files for a hyphen; XML has no place for them, so no workbook and no feed has.
NO_CHARACTERS = frozenset("\ufffe\uffff")
REFUSED = BIDI_OVERRIDES | NO_CHARACTERS
LAYOUT = frozenset("\n\t")
# What shows nothing though its category is that of a letter, mark or sign: fillers of Hangul,
# vowels of Khmer that are only inherent, selectors of a variant, the empty pattern of Braille.
BLANKS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
# Characters that keep no name in Unicode's own table, by their usual one.
CONTROL_NAMES = {
    "\0": "NULL",
    "\x08": "BACKSPACE",
    "\t": "TAB",
    "\n": "LINE FEED",
    "\x0b": "VERTICAL TAB",
    "\x0c": "FORM FEED",
    "\r": "CARRIAGE RETURN",
    "\x1a": "SUBSTITUTE",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
}

validate_slug_format = RegexValidator(
    r"\A[a-z0-9]+(-[a-z0-9]+)*\Z",
    _("Write a slug in lower-case letters a to z, digits and single hyphens."),
    code="invalid_slug",
)
validate_language_tag = RegexValidator(
    r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z",
    _("Write the language as a BCP 47 tag, for example en, uk or ru."),
    code="invalid_language",
)
validate_web_address = RegexValidator(
    r"\A[Hh][Tt][Tt][Pp][Ss]?://[^\s/$.?#\\][^\s\\]*\Z",
    _("Write a web address that begins with https:// or http://."),
    code="invalid_url",
)


def is_invisible(sign: str) -> bool:
    """Whether a character shows nothing and takes no room: a soft hyphen, a direction mark."""
    return sign in BLANKS or unicodedata.category(sign) == "Cf"


# What a name neither begins nor ends with. Direction marks stay: they may belong to its letters.
EDGES = " \u00ad\u200b\u2060\ufeff" + "".join(
    # Tabs and line ends are control characters: they are refused.
    sign
    for sign in map(chr, range(0xA0, 0x3001))
    if sign.isspace()
)


def trim(value: str) -> str:
    """Return a text without the spaces around it, those without width included."""
    return value.strip(EDGES)


def has_text(value: str) -> bool:
    """Return whether a text shows anything: a letter, a digit or a sign."""
    return any(
        not sign.isspace() and not is_invisible(sign) and unicodedata.category(sign)[0] != "M"
        for sign in value
    )


def normalize_name(name: str) -> str:
    """Return what two spellings of one name share that differ in nothing a reader sees."""
    seen = (sign for sign in trim(name) if not is_invisible(sign))
    return unicodedata.normalize("NFC", "".join(seen))


def is_unprintable(character: str) -> bool:
    """Return whether no text may hold a character: a control, an override, half of a pair."""
    return character in REFUSED or unicodedata.category(character) in {"Cc", "Cs"}


def name_character(character: str) -> str:
    """Return the number of a character and its name in Unicode: ``U+000C FORM FEED``."""
    is_half = unicodedata.category(character) == "Cs"
    known = "HALF OF A SURROGATE PAIR" if is_half else CONTROL_NAMES.get(character, "")
    return f"U+{ord(character):04X} {unicodedata.name(character, known)}".rstrip()


def validate_printable(value: str, *, multiline: bool) -> None:
    """Refuse control characters, bidi overrides and what is no character; lines end in LF alone."""
    for at, character in enumerate(value):
        if character >= " " and character < "\x7f":
            continue
        if multiline and character in LAYOUT:
            continue
        if is_unprintable(character):
            raise build_unprintable_error(value, at, multiline=multiline)


def build_unprintable_error(value: str, at: int, *, multiline: bool) -> ValidationError:
    """Say which character of a text is refused, and where it is."""
    code, name = "control_character", name_character(value[at])
    if not multiline:
        return ValidationError(
            _(
                "The character %(name)s at position %(column)s is not allowed here. "
                "Delete it, or write a space in its place."
            ),
            code=code,
            params={"name": name, "column": at + 1},
        )
    line, column = value.count("\n", 0, at) + 1, at - value.rfind("\n", 0, at)
    return ValidationError(
        _(
            "The character %(name)s in line %(line)s, column %(column)s is not allowed here. "
            "Delete it, or write a space or a line break in its place."
        ),
        code=code,
        params={"name": name, "line": line, "column": column},
    )


def validate_printable_json(value: Any) -> None:
    """The same for every text inside a JSON value."""
    if isinstance(value, str):
        validate_printable(value, multiline=False)
    elif isinstance(value, dict):
        for key, item in value.items():
            validate_printable_json(key)
            validate_printable_json(item)
    elif isinstance(value, list):
        for item in value:
            validate_printable_json(item)


def validate_name_list(value: Any) -> None:
    """Refuse what is no list of texts, each once, none empty."""
    if not isinstance(value, list) or not all(
        isinstance(item, str) and has_text(item) for item in value
    ):
        raise ValidationError(_("Write a list of names."), code="invalid_list")
    if len(set(map(normalize_name, value))) < len(value):
        raise ValidationError(_("A name stands here twice."), code="repeated")


def validate_identifiers(value: Any) -> None:
    """An object such as ``{"wikidata": "Q212"}``."""
    if not isinstance(value, dict) or not all(
        isinstance(key, str)
        and re.fullmatch(r"[a-z][a-z0-9_]*", key)
        and isinstance(item, str)
        and has_text(item)
        for key, item in value.items()
    ):
        raise ValidationError(
            _('Write identifiers as an object of texts, for example {"wikidata": "Q212"}.'),
            code="invalid_identifiers",
        )
