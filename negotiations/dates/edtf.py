"""Uncertain dates as text: the Extended Date/Time Format, levels 0 and 1, for days of the calendar.

Source: ISO 8601-2:2019, as the Library of Congress words it,
https://www.loc.gov/standards/datetime/.
Years run from 0001 to 9999; times of day, negative years and years with a Y are refused.
"""

import calendar
import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_EDTF_LENGTH = 64

HOW_TO_WRITE = _("Write dates as EDTF, for example 2025-07-19, 2025-06~ or 2025-06-01/2025-06-10.")

# First and last month of spring, summer, autumn and winter; 14 is February of the following year.
SEASONS = {"21": (3, 5), "22": (6, 8), "23": (9, 11), "24": (12, 14)}

EXPRESSION = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)"
    r"(?:-(?P<month>[0-9]{2}|XX)(?:-(?P<day>[0-9]{2}|XX))?)?"
    r"(?P<qualifier>[?~%]?)"
)


class InvalidDate(ValueError):
    """The text is not a date as we write them; the message tells a person why.

    What is said and what is put into it stay apart, so that it can be said in other languages.
    """

    def __init__(self, said: str | Promise, **values: str) -> None:
        super().__init__(str(said) % values if values else str(said))
        self.said, self.values = said, values


class ParsedDate(NamedTuple):
    """The first and last day on which it can have happened; None where the text leaves that open.

    The bounds are those of the text: "~" (approximate) and "?" (uncertain) are noted, they never
    add days.
    """

    earliest: date | None
    latest: date | None
    approximate: bool = False
    uncertain: bool = False

    @property
    def is_qualified(self) -> bool:
        """Whether the text itself doubts its days, with "~", "?" or "%"."""
        return self.approximate or self.uncertain


@lru_cache(maxsize=4096)
def parse_edtf(text: str) -> ParsedDate:
    """The span of an EDTF text. Raises InvalidDate; the empty text is no date.

    Seasons (21 to 24) are those of meteorologists in the northern hemisphere, three whole months;
    a winter begins in December of its year. For a southern season write the months.
    """
    if len(text) > MAX_EDTF_LENGTH:
        raise InvalidDate(_("A date has at most %(most)s characters."), most=str(MAX_EDTF_LENGTH))
    if not text.isascii():
        raise InvalidDate(
            _(
                "Write dates with the digits 0 to 9 and plain signs, such as 2025-06~ or "
                "../2025-07-19."
            )
        )
    start, slash, end = text.partition("/")
    return _interval(text, start, end) if slash else _expression(text)


def _interval(text: str, start: str, end: str) -> ParsedDate:
    """Both ends, of which one may be open ("..") or not known (nothing)."""
    first, last = _end(start), _end(end)
    if first is None and last is None:
        raise InvalidDate(
            _("An interval needs a date at one end; leave the date empty when nothing is known.")
        )
    earliest = first.earliest if first else None
    latest = last.latest if last else None
    if earliest and latest and earliest > latest:
        raise InvalidDate(_("%(date)s ends before it begins."), date=text)
    ends = [span for span in (first, last) if span]
    return ParsedDate(
        earliest,
        latest,
        any(span.approximate for span in ends),
        any(span.uncertain for span in ends),
    )


def _end(text: str) -> ParsedDate | None:
    if text in ("", ".."):
        return None
    if "X" in text:  # Level 2; it would add nothing, as the shorter text has the same bounds.
        raise InvalidDate(
            _("In an interval leave unknown digits out: 2025-06, not 2025-06-XX (found %(date)s)."),
            date=text,
        )
    return _expression(text)


def _expression(text: str) -> ParsedDate:
    """One date: a year, month, season or day, perhaps with unspecified digits and a qualifier."""
    match = EXPRESSION.fullmatch(text)
    if match is None:
        raise _build_error(text)
    year, month, day, qualifier = match.group("year", "month", "day", "qualifier")
    plain = text.rstrip("?~%")
    if "X" in year and month:
        raise InvalidDate(
            _(
                "%(date)s gives a month but not its year: write the year with all its digits or "
                "alone."
            ),
            date=plain,
        )
    if month == "XX" and day and day != "XX":
        raise InvalidDate(
            _("%(date)s gives a day but not its month: write XX for both."), date=plain
        )
    earliest, latest = _bounds(plain, year, month, day)
    return ParsedDate(earliest, latest, qualifier in ("~", "%"), qualifier in ("?", "%"))


def _bounds(plain: str, year: str, month: str | None, day: str | None) -> tuple[date, date]:
    first, last = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first == 0:
        raise InvalidDate(
            _("%(date)s lies before the year 0001, the first that can be recorded."), date=plain
        )
    if month is None or month == "XX":
        return date(first, 1, 1), date(last, 12, 31)
    if month in SEASONS:
        return _season(plain, first, month, day)
    if not 1 <= int(month) <= 12:
        raise InvalidDate(
            _("%(date)s has no month: months are 01 to 12, seasons 21 to 24."), date=plain
        )
    length = calendar.monthrange(first, int(month))[1]
    if day is None or day == "XX":
        return date(first, int(month), 1), date(first, int(month), length)
    if not 1 <= int(day) <= length:
        raise InvalidDate(_("%(date)s is not a day in the calendar."), date=plain)
    exact = date(first, int(month), int(day))
    return exact, exact


def _season(plain: str, year: int, season: str, day: str | None) -> tuple[date, date]:
    if day:
        raise InvalidDate(
            _("%(date)s gives a day of a season: write its month, 01 to 12."), date=plain
        )
    first, last = SEASONS[season]
    ending, month = (year, last) if last <= 12 else (year + 1, last - 12)
    if ending > date.max.year:
        raise InvalidDate(
            _("%(date)s ends after the year 9999, the last that can be recorded."), date=plain
        )
    return date(year, first, 1), date(ending, month, calendar.monthrange(ending, month)[1])


def _build_error(text: str) -> InvalidDate:
    """What is wrong with a text that has not the form of a date."""
    if text.startswith(("Y", "-")):
        return InvalidDate(
            _("%(date)s is outside the years that can be recorded, 0001 to 9999."), date=text
        )
    if ":" in text or re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]", text):
        return InvalidDate(_("%(date)s has a time of day: write the day alone."), date=text)
    if text != text.strip():
        return InvalidDate(_("Write dates without spaces around them."))
    if "/" in text:
        return InvalidDate(_("An interval has two ends, with one / between them."))
    return InvalidDate(HOW_TO_WRITE)
