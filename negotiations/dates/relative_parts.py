"""The words of dates as patterns, and the spans of days that they come to."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBERS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
MONTH = rf"(?P<month>{'|'.join(MONTHS)}|(?:{'|'.join(m[:3] for m in MONTHS)}|sept)\.?)"
WEEKDAY = rf"(?P<weekday>{'|'.join(DAYS)})"
NUMBER = rf"(?P<number>\d{{1,4}}|an?|{'|'.join(NUMBERS)})"
UNIT = r"(?P<unit>day|week|fortnight|month|year)s?"
# What is counted after a date is no year of it: "on 5 May 2000 soldiers left".
COUNTED = (
    "people|persons|men|women|children|soldiers|troops|servicemen|prisoners|civilians|fighters"
    "|militants|refugees|migrants|workers|detainees|hostages|bodies|dead|wounded|homes|houses"
    "|tons|tonnes|vehicles|tanks|drones|missiles|rockets|shells|dollars|euros|kilometres|kilometers"
    "|km|cases|times|votes|points"
)
# 2025 may be a year before any word, 2000 and 1200 are none before what is counted.
YEAR = rf"(?P<year>19\d\d|20(?!00)\d\d|[12]\d{{3}}(?! (?:\w+ )?(?:{COUNTED})\b))(?![,.]\d)"
DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?![,.]\d|%)"
LAST_DAY = r"(?P<last>[0-3]?\d)(?:st|nd|rd|th)?(?![,.]\d|%)"
TO = r"(?: ?[-–—] ?| (?:to|until|till|through) | and )"
PART = (
    r"(?P<part>early|the beginning of|the start of|mid|the middle of|middle of|late|the end of)"
    r"[- ](?:in )?"
)
HOUR = r"(?: (?P<hour>morning|afternoon|evening|night))?"
ONE_DAY = timedelta(days=1)


class Reading(NamedTuple):
    """One way to take the words: an EDTF text, and how it comes about in a few words."""

    edtf: str
    how: str


Rule = Callable[[re.Match[str], date], Iterator[Reading]]


class Rulebook(list[tuple[re.Pattern[str], Rule]]):
    """Rules, each with the pattern of the words that it reads, the more telling ones first."""

    def rule(self, pattern: str) -> Callable[[Rule], Rule]:
        """The reading of what a pattern finds; earlier rules come first where two find the same."""

        def kept(read: Rule) -> Rule:
            self.append((re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), read))
            return read

        return kept


# How spans are written


def format_span(first: date, last: date) -> str:
    """The shortest EDTF text of a stretch of days."""
    if first == last:
        return first.isoformat()
    if first.day == 1 and last == get_month_end(first):
        return f"{first:%Y-%m}"
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return f"{first:%Y}"
    return f"{first.isoformat()}/{last.isoformat()}"


def get_month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, count: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length))


def format_month(day: date) -> str:
    return format_span(day.replace(day=1), get_month_end(day))


def parse_month(match: re.Match[str], group: str = "month") -> int:
    return next(n for n, name in enumerate(MONTHS, 1) if name[:3] == match[group].lower()[:3])


def years_meant(month: int, day: int, anchor: date) -> tuple[int, int]:
    """The last year with such a day up to the anchor, and the next one after it."""
    # A leap day may be eight years off: 1900 had none.
    real = [y for y in range(anchor.year - 8, anchor.year + 9) if _is_day(y, month, day)]
    passed = [y for y in real if date(y, month, day) <= anchor]
    coming = [y for y in real if date(y, month, day) > anchor]
    if not passed or not coming:
        raise ValueError("no day of the calendar")
    return passed[-1], coming[0]


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= year <= 9999 and 1 <= day <= calendar.monthrange(year, month)[1]


def parse_number(match: re.Match[str]) -> int:
    text = match["number"].lower()
    if text in {"a", "an"}:
        return 1
    return int(text) if text.isdigit() else NUMBERS.index(text) + 1


def shift_day(day: date, unit: str, count: int) -> date:
    """So many days, weeks, months or years later."""
    days = {"day": 1, "week": 7, "fortnight": 14}
    if unit in days:
        return day + timedelta(days=count * days[unit])
    return add_months(day, count * (12 if unit == "year" else 1))
