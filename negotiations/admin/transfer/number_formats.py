"""What a number of a workbook says, read by the number format that a person sees it in.

A spreadsheet keeps ``2025-06`` as the first of June, shown as ``Jun-25``, and ``19-Jul`` as a day
of the year in which it was typed. Taken is what is shown; where that is not all, it is refused.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import CALENDAR_WINDOWS_1900, from_excel

from .unreadable import BadCell

# Spreadsheets keep 15 digits; what a longer number was, nobody knows any more.
MAX_DIGITS = 15
# Day 60 of this calendar is 29 February 1900, which never was.
FIRST_DAY = 61
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
# Texts in quotation marks, escaped signs, brackets, runs of one letter, anything else.
TOKENS = re.compile(
    r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]|general|am/pm|a/p|e[+-]|([ymdhsebg])\1*|.',
    re.IGNORECASE | re.DOTALL,
)
ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
# Brackets that change nothing of a number: colours and languages, but no currency.
SILENT = re.compile(r"\[(\$-[0-9a-f,]*|[a-z]+[0-9 ]*)\]", re.IGNORECASE)
# What may stand between the parts of a date: punctuation, and East Asian names of the parts.
SEPARATOR = re.compile(r"[-/.,:;()\s年月日時分秒년월일시분초TtZz]*")
PLAIN = re.compile(r"[-+() ]*(?P<whole>[#0?]+(,[#0?]+)*)?(\.(?P<fraction>[#0?]*))?[-+() ]*")


class NumberFormat(NamedTuple):
    """What a format shows: parts of a date (``ymdh``), or a number with so many digits.

    ``decimals`` are the fewest and the most that it shows, if it says so. ``others`` are its
    sections for negative numbers, 0 and texts, as far as it has them.
    """

    code: str
    is_date: bool
    is_plain: bool = False
    parts: frozenset[str] = frozenset()
    digits: int = 1
    decimals: tuple[int, int] | None = None
    others: tuple[tuple[str, ...], ...] = ()


def parse_number_format(number: int, custom: dict[int, str]) -> NumberFormat:
    """Return what a format shows, by its number in the workbook's styles."""
    code = custom.get(number) or BUILTIN_FORMATS.get(number)
    if code is None:
        # The others depend on the language of the spreadsheet program; many are dates.
        return NumberFormat(f"{number}", is_date=False)
    tokens, *others = split_sections(code)
    shown = parse_section(code, tokens)
    return shown._replace(others=tuple(map(tuple, others)))


def parse_section(code: str, tokens: list[str]) -> NumberFormat:
    """Return what the section for positive numbers, or one that stands for others, shows."""
    parts = frozenset(iter_date_parts(tokens))
    if parts:
        # With words in it that qualify the date, it shows no part that could be taken.
        return NumberFormat(code, is_date=True, parts=frozenset() if has_words(tokens) else parts)
    if tokens in (["general"], ["@"]):
        return NumberFormat(code, is_date=False, is_plain=True)
    match = PLAIN.fullmatch("".join(token for token in tokens if not SILENT.fullmatch(token)))
    if match is None or not match["whole"]:
        return NumberFormat(code, is_date=False)
    digits, fraction = match["whole"].count("0"), match["fraction"] or ""
    decimals = fraction.rfind("0") + 1, len(fraction)
    return NumberFormat(code, is_date=False, is_plain=True, digits=digits, decimals=decimals)


def split_sections(code: str) -> list[list[str]]:
    """Return the parts of each section of a format, in small letters."""
    sections: list[list[str]] = [[]]
    for match in TOKENS.finditer(code):
        token = match[0]
        if match[0] == ";":
            sections.append([])
        elif token[0] not in "_*":
            # Left out: a space as wide as a sign, a sign that fills the cell.
            is_plain = token[0] == "\\" and token[1:] in {" ", "-", "(", ")"}
            sections[-1].append(token[1:] if is_plain else token.lower())
    return sections


def has_words(tokens: Iterable[str]) -> bool:
    """Whether a section shows words or signs of its own beside dates and digits."""
    return not all(
        SILENT.fullmatch(token)
        or ELAPSED.fullmatch(token)
        or SEPARATOR.fullmatch(token.strip('"').removeprefix("\\"))
        or token in {"general", "am/pm", "a/p"}
        or token[0] in "ymdhseb#0?@"
        for token in tokens
    )


def shows_text(shown: NumberFormat) -> bool:
    """Whether a text is seen as it is."""
    sections = shown.others
    # With fewer than four sections texts are seen as they are, unless the only one is for them.
    tokens = sections[2] if len(sections) > 2 else ("@",)
    if not sections and "@" in shown.code:
        tokens = tuple(split_sections(shown.code)[0])
    elif 0 < len(sections) < 3 and "@" in sections[-1]:
        tokens = sections[-1]
    return "@" in tokens and not has_words(tokens)


def shows_number(value: float, shown: NumberFormat) -> bool:
    """Whether the section for a negative number, or for 0, shows it as it is."""
    tokens = pick_section(value, shown)
    if tokens is None:
        return True
    section = parse_section(shown.code, tokens)
    if value == 0:
        # In accounts a dash stands for 0.
        return section.is_plain or [part for part in tokens if part not in "?()"] == ['"-"']
    return section.is_plain and ("-" in tokens or "(" in tokens or '"-"' in tokens)


def pick_section(value: float, shown: NumberFormat) -> list[str] | None:
    """Return the section for a negative number, or for 0, if it has one of its own."""
    place = 0 if value < 0 else 1
    sections = shown.others
    if value > 0 or len(sections) <= place or "@" in sections[place]:
        return None
    return list(sections[place])


def show_decimals(plain: str, shown: NumberFormat) -> str | None:
    """Return a number with the decimals that are seen: 1 may be shown as 1.000; none if rounded."""
    tokens = pick_section(float(plain), shown)
    section = parse_section(shown.code, tokens) if tokens else shown
    if section.decimals is None:
        return plain
    whole, _point, fraction = plain.partition(".")
    fewest, most = section.decimals
    if len(fraction) > most:
        return None
    fraction = fraction.ljust(fewest, "0")
    return f"{whole}.{fraction}" if fraction else whole


def iter_date_parts(tokens: list[str]) -> Iterator[str]:
    """Yield y, m, d, w (weekday), h, n (minute) and s for what the format shows."""
    letters = [token for token in tokens if token[0] in "ymdhseb" and token[-1] not in "+-"]
    for place, token in enumerate(letters):
        before = letters[place - 1][0] if place else ""
        after = letters[place + 1][0] if place + 1 < len(letters) else ""
        if token[0] == "m" and len(token) < 3 and (before == "h" or after == "s"):
            yield "n"
        elif token[0] == "d" and len(token) > 2:
            yield "w"
        else:
            # Japanese and Thai years are years.
            yield "y" if token[0] in "eb" else token[0]
    if any(ELAPSED.fullmatch(token) for token in tokens):
        yield "s"


def read_number(text: str, shown: NumberFormat, epoch: datetime) -> str:
    """Return what a number says as text, or a ``BadCell``."""
    if not NUMBER.fullmatch(text):
        return BadCell(_("it holds no number that can be read"))
    value = float(text)
    if shown.is_date:
        return read_serial(value, shown, epoch)
    whole = value.is_integer()
    if abs(value) >= 10**MAX_DIGITS:
        detail = _("a number of more than %(most)s digits, of which a spreadsheet keeps no more")
        advice = _("write it as text")
        return BadCell(f"{detail % {'most': MAX_DIGITS}}; {advice}")
    plain = str(int(value)) if whole else f"{Decimal(f'{value:.{MAX_DIGITS}g}'):f}"
    seen = show_decimals(plain, shown)
    if (
        seen is None
        or not shows_number(value, shown)
        or not shown.is_plain
        or (whole and len(plain.lstrip("-")) < shown.digits)
    ):
        return build_mismatch_cell(plain, shown)
    return seen


def read_serial(value: float, shown: NumberFormat, epoch: datetime) -> str:
    """Return the date that a number of days says."""
    try:
        if value < 0 or (1 <= value < FIRST_DAY and epoch == CALENDAR_WINDOWS_1900):
            raise ValueError
        moment = from_excel(value, epoch)
    except (ValueError, OverflowError):
        return build_mismatch_cell(f"{value:g}", shown)
    if not isinstance(moment, datetime):
        return build_mismatch_cell(str(moment), shown)
    return read_moment(moment, shown)


def read_moment(moment: datetime, shown: NumberFormat) -> str:
    """Return what a format shows of a moment, if that is all that the cell holds."""
    parts, day = shown.parts, moment.date().isoformat()
    if moment.time() != time():
        if {"y", "m", "d", "h"} <= parts:
            return moment.isoformat(sep=" ")
        return build_mismatch_cell(moment.isoformat(sep=" "), shown)
    if {"y", "m", "d"} <= parts:
        return day
    dates = parts & {"y", "m", "d", "w"}
    if dates == {"y", "m"} and moment.day == 1:
        return day[:7]
    if dates == {"y"} and (moment.month, moment.day) == (1, 1):
        return day[:4]
    return build_mismatch_cell(day, shown)


def build_mismatch_cell(held: str, shown: NumberFormat) -> BadCell:
    """Return the fault of a cell that shows something else than it holds."""
    detail = _("it holds %(held)s, but its format “%(format)s” shows something else")
    example = _("write what is meant as text, for example 2025-06, 2025-07-19 or 160")
    return BadCell(f"{detail % {'held': held, 'format': shown.code}}; {example}")
