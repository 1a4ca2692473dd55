"""The rules for several days at once, weekends, quarters, years, and dates in digits alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _

from .relative_parts import (
    COUNTED,
    DAY,
    DAYS,
    LAST_DAY,
    MONTH,
    PART,
    TO,
    WEEKDAY,
    YEAR,
    Reading,
    Rulebook,
    add_months,
    format_span,
    parse_month,
    years_meant,
)

RULES = Rulebook()
rule = RULES.rule

TO_LAST = r"(?: ?[-–—] ?| (?:to|until|till|through) )"
# "Between" asks for "and"; what has "and" alone names two dates.
BETWEEN = r"(?:(?P<between>between )|from )?"
AND = rf"(?(between) and |{TO_LAST})"
LAST_MONTH = MONTH.replace("month>", "last_month>")
FIRST_YEAR = YEAR.replace("year>", "first_year>")
LISTED = r"(?P<days>[0-3]?\d(?:st|nd|rd|th)?(?:, [0-3]?\d(?:st|nd|rd|th)?)*),? (?:and|or) "
NOT_COUNTED = rf"(?! (?:\w+ )?(?:{COUNTED})\b)"
QUARTERS = ("first", "second", "third", "fourth")
WHICH_YEAR = r"(?P<which>this|last|next|the) year"


def _is_verb(match: re.Match[str]) -> bool:
    return match["month"] in {"may", "march", "mar"} and not match["year"]


@rule(rf"(?:from |between )?{MONTH} {DAY}{TO}{LAST_DAY}(?:,? {YEAR})?{NOT_COUNTED}")
@rule(rf"(?:from |between )?{DAY}{TO}{LAST_DAY} (?:of )?{MONTH}(?:,? {YEAR})?")
def days_of_month(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    """A stretch of days in a month; without its year, the last such days and those to come."""
    words = match.group().lower()
    first, last = int(match["day"]), int(match["last"])
    if " and " in words and not words.startswith("between"):
        yield from _each_day(match, [first, last], anchor)
    elif first < last and not _is_verb(match):
        month = parse_month(match)
        for year, how in _years(match, month, first, anchor):
            yield Reading(format_span(date(year, month, first), date(year, month, last)), how)


@rule(rf"{MONTH} {LISTED}{LAST_DAY}(?:,? {YEAR})?{NOT_COUNTED}")
@rule(rf"{LISTED}{LAST_DAY} (?:of )?{MONTH}(?:,? {YEAR})?")
def several_days(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    days = [int(each) for each in re.findall(r"\d+", match["days"])]
    yield from _each_day(match, [*days, int(match["last"])], anchor)


def _each_day(match: re.Match[str], days: list[int], anchor: date) -> Iterator[Reading]:
    """Each of the days for itself, then the stretch in which they all lie."""
    if _is_verb(match):
        return
    month = parse_month(match)
    for year, how in _years(match, month, days[0], anchor):
        for day in days:
            yield Reading(date(year, month, day).isoformat(), _("one of several days"))
        if " or " not in match.group().lower() and days == sorted(set(days)):
            stretch = format_span(date(year, month, days[0]), date(year, month, days[-1]))
            whole = _("from the first to the last")
            yield Reading(stretch, f"{whole}, {how}")


def _years(match: re.Match[str], month: int, day: int, anchor: date) -> Iterator[tuple[int, str]]:
    if match["year"]:
        yield int(match["year"]), _("as it is written")
        return
    last, coming = years_meant(month, day, anchor)
    yield last, _("the last one")
    yield coming, _("the one to come")


@rule(
    rf"{BETWEEN}{MONTH} {DAY}(?:,? {FIRST_YEAR})?{AND}{LAST_MONTH} {LAST_DAY}"
    rf"(?:,? {YEAR})?{NOT_COUNTED}"
)
@rule(
    rf"{BETWEEN}{DAY} (?:of )?{MONTH}(?:,? {FIRST_YEAR})?{AND}{LAST_DAY} (?:of )?{LAST_MONTH}"
    rf"(?:,? {YEAR})?"
)
def days_of_two_months(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    first = parse_month(match), int(match["day"])
    last = parse_month(match, "last_month"), int(match["last"])
    turns = first > last
    if match["year"]:
        begin = int(match["first_year"] or int(match["year"]) - turns)
        years = [(begin, int(match["year"]), _("as it is written"))]
    elif match["first_year"]:
        begin = int(match["first_year"])
        years = [(begin, begin + turns, _("as it is written"))]
    else:
        past, coming = years_meant(*first, anchor)
        years = [
            (past, past + turns, _("the last one")),
            (coming, coming + turns, _("the one to come")),
        ]
    for begin, end, how in years:
        if date(begin, *first) < date(end, *last):
            yield Reading(format_span(date(begin, *first), date(end, *last)), how)


@rule(rf"(?:(?P<between>between )|from ){MONTH}(?: {FIRST_YEAR})?{AND}{LAST_MONTH}(?: {YEAR})?")
@rule(
    rf"(?P<between>(?!))?(?:in |during )?{MONTH}(?: {FIRST_YEAR})? ?[-–—/] ?{LAST_MONTH}"
    rf"(?: {YEAR})?"
)
def months(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    first, last = parse_month(match), parse_month(match, "last_month")
    past, coming = years_meant(first, 1, anchor)
    if match["year"]:
        ends = [int(match["year"])]
    else:
        begins = [int(match["first_year"])] if match["first_year"] else [past, coming]
        ends = [year + (first > last) for year in begins]
    for end in ends:
        begin = int(match["first_year"] or end - (first > last))
        if (begin, first) < (end, last):
            yield Reading(f"{begin:04}-{first:02}/{end:04}-{last:02}", _("whole months"))


@rule(rf"(?:(?P<between>between )|from ){WEEKDAY}{AND}{WEEKDAY.replace('weekday>', 'last_day>')}")
def days_of_week(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    begin, end = (DAYS.index(match[name].lower()) for name in ("weekday", "last_day"))
    first = anchor - timedelta(days=(anchor.weekday() - begin) % 7)
    length = timedelta(days=(end - begin) % 7)
    week = timedelta(days=7)
    for day, how in (
        (first, _("the last one")),
        (first + week, _("the one to come")),
        (first - week, _("the one before")),
    ):
        yield Reading(format_span(day, day + length), how)


@rule(r"(?:(?P<which>next|last|this|past|coming)|(?:(?:at|over|on|during) )?the) weekend")
def weekend(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    week = timedelta(days=7)
    last = anchor - timedelta(days=(anchor.weekday() - 5) % 7)
    is_now = anchor.weekday() >= 5
    which = (match["which"] or "").lower()
    told = {
        "": [last, last + week],
        "this": [last, last + week] if is_now else [last + week, last],
        "last": [last - week, last] if is_now else [last],
        "next": [last + week] if is_now else [last + week, last + 2 * week],
    }
    told |= {"past": [last, last - week], "coming": [last + week]}
    for day in told[which]:
        yield Reading(format_span(day, day + timedelta(days=1)), _("Saturday and Sunday"))


@rule(rf"(?:in )?{PART}(?:{YEAR}(?![-–/]\d)|{WHICH_YEAR})")
def part_of_year(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    """A third of the year, as a part of a month is one of its thirds; its ends are months."""
    word, year = match["part"].lower(), _year(match, anchor)
    if word in {"the beginning of", "the start of"}:
        yield Reading(f"{year:04}-01", _("the first month"))
    elif word == "the end of":
        yield Reading(f"{year:04}-12", _("the last month"))
        yield Reading(f"{year:04}-12-31", _("the last day"))
    if "mid" in word:
        yield Reading(f"{year:04}-05/{year:04}-08", _("May to August"))
    elif word in {"late", "the end of"}:
        yield Reading(f"{year:04}-09/{year:04}-12", _("September to December"))
    else:
        yield Reading(f"{year:04}-01/{year:04}-04", _("January to April"))


@rule(
    rf"(?:in |during )?(?:Q(?P<number>[1-4])|(?:the )?(?P<name>{'|'.join(QUARTERS)}|last) quarter)"
    rf"(?: of)? (?:{YEAR}|{WHICH_YEAR})"
)
def quarter(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    name = (match["name"] or "").lower()
    number = int(match["number"] or 0) or (*QUARTERS, "last").index(name) + 1
    yield _months(_year(match, anchor), 3 * min(number, 4) - 2, 3)


@rule(r"(?:in|during|by) Q(?P<number>[1-4])")
def quarter_alone(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    month = 3 * int(match["number"]) - 2
    last, coming = years_meant(month, 1, anchor)
    yield _months(last, month, 3)
    yield _months(coming, month, 3)


@rule(rf"(?:in |during )?the (?P<half>first|second) half of (?:{YEAR}|{WHICH_YEAR})")
def half_of_year(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield _months(_year(match, anchor), 1 if match["half"].lower() == "first" else 7, 6)


@rule(
    r"(?:in |during )?(?:(?P<which>last|next|this|past|coming) |the )?"
    rf"(?P<season>spring|summer|autumn|winter|fall)(?: of|,)? {YEAR}"
    r"|(?:(?P<other>last|next|this|past|coming)|(?:in|during)(?: the)?)"
    r" (?P<bare>spring|summer|autumn|winter|fall)(?! of)"
)
def season(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    """Three whole months; winter begins in the December of its year."""
    name = (match["season"] or match["bare"]).lower().replace("fall", "autumn")
    month = 3 * (("spring", "summer", "autumn", "winter").index(name) + 1)

    def span(year: int) -> Reading:
        end = f"{year + (month == 12):04}-{(month + 2 - 1) % 12 + 1:02}"
        return Reading(f"{year:04}-{month:02}/{end}", _("whole months"))

    if match["year"]:
        yield span(int(match["year"]))
        if month == 12:
            yield span(int(match["year"]) - 1)
        return
    begun, coming = years_meant(month, 1, anchor)
    is_now = add_months(date(begun, month, 1), 3) > anchor
    which = (match["other"] or "").lower()
    years = {
        "": [begun, coming],
        "last": [begun - is_now, begun - is_now - 1],
        "this": [begun, coming]
        if is_now
        else sorted((begun, coming), key=lambda y: y != anchor.year),
        "next": [coming, coming + 1],
    }
    years |= {"past": years["last"], "coming": [coming]}
    for year in years[which]:
        yield span(year)


def _months(year: int, month: int, count: int) -> Reading:
    return Reading(f"{year:04}-{month:02}/{year:04}-{month + count - 1:02}", _("whole months"))


def _year(match: re.Match[str], anchor: date) -> int:
    if match["year"]:
        return int(match["year"])
    return anchor.year + {"last": -1, "next": 1}.get(match["which"].lower(), 0)


@rule(rf"(?:(?P<between>between )|from ){FIRST_YEAR}{AND}{YEAR}")
def years(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    if match["first_year"] < match["year"]:
        yield Reading(f"{match['first_year']}/{match['year']}", _("as it is written"))


# A number alone is no year: "Resolution 2202".
@rule(rf"(?:in|since|during|throughout|by|until|no later than) {YEAR}(?![-–/]\d){NOT_COUNTED}")
def year_alone(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield Reading(match["year"], _("as it is written"))


@rule(r"(?:in |during )?(?:the )?(?P<decade>1[0-9]\d|20\d)0s")
def decade(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield Reading(f"{match['decade']}X", _("any of the ten years"))


@rule(r"(?P<first>[0-3]?\d)(?P<mark>\. ?|/)(?P<second>[0-3]?\d)(?P=mark)(?P<year>[12]\d{3})")
def in_digits(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    """With dots the day comes first; with strokes it may also be the month."""
    year, first, second = (int(match[name]) for name in ("year", "first", "second"))
    if match["mark"] != "/" or first > 12 or first == second:
        yield Reading(date(year, second, first).isoformat(), _("as it is written"))
    elif second > 12:
        yield Reading(date(year, first, second).isoformat(), _("as it is written"))
    else:
        yield Reading(date(year, second, first).isoformat(), _("the day before the month"))
        yield Reading(date(year, first, second).isoformat(), _("the month before the day"))
