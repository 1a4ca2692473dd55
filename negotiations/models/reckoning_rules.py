"""The single rules by which ``reckoning`` counts dates, and how it writes their spans."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from .reckoning_parts import (
    DAY,
    DAYS,
    LAST_DAY,
    MONTH,
    MONTHS,
    NUMBER,
    ONE_DAY,
    PART,
    TO,
    UNIT,
    WEEKDAY,
    YEAR,
    last_of_month,
    month_of,
    months_on,
    moved,
    number_of,
    span,
    whole_month,
)


class Reading(NamedTuple):
    """One way to take the words: an EDTF text, and how it comes about in a few words."""

    edtf: str
    how: str


Rule = Callable[[re.Match[str], date], Iterator[Reading]]
RULES: list[tuple[re.Pattern[str], Rule]] = []


def rule(pattern: str) -> Callable[[Rule], Rule]:
    """The reading of what a pattern finds; earlier rules come first where two find the same."""

    def kept(read: Rule) -> Rule:
        RULES.append((re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), read))
        return read

    return kept


def _is_verb(match: re.Match[str]) -> bool:
    """Whether the "month" is a verb: "Article 5 may apply", "they march 20 miles"."""
    return match["month"] in {"may", "march", "mar"} and not match["year"]


def _day_of_year(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    """A day and month; without its year, the last such day and the one to come."""
    month, day = month_of(match), int(match["day"])
    if match["year"]:
        yield Reading(date(int(match["year"]), month, day).isoformat(), _("as it is written"))
        return
    if _is_verb(match):
        return
    passed = (month, day) <= (anchor.month, anchor.day)
    last = anchor.year if passed else anchor.year - 1
    yield Reading(date(last, month, day).isoformat(), _("the last one"))
    yield Reading(date(last + 1, month, day).isoformat(), _("the one to come"))


# The rules, the more telling ones first


@rule(r"(?:date )?(?P<iso>[12]\d{3}-[01]\d-[0-3]\d)")
def iso(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield Reading(date.fromisoformat(match["iso"]).isoformat(), _("as it is written"))


@rule(
    rf"(?:from |between )?{DAY}{TO}{LAST_DAY} (?:of )?{MONTH}(?:,? {YEAR})?"
    rf"|(?:from |between )?{MONTH.replace('month>', 'month_first>')} "
    rf"{DAY.replace('day>', 'day_after>')}{TO}{LAST_DAY.replace('last>', 'last_after>')}"
    rf"(?:,? {YEAR.replace('year>', 'year_after>')})?"
)
def days_of_month(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    """A stretch of days in a month; without its year, the last such days and those to come."""
    told = {name: match[name] or match[other] for name, other in _AFTER_MONTH.items()}
    month = next(n for n, name in enumerate(MONTHS, 1) if name[:3] == told["month"].lower()[:3])
    first, last = int(told["day"]), int(told["last"])
    words = match.group().lower()
    if first >= last or (" and " in words and not words.startswith("between")):
        return
    if told["year"]:
        years = [(int(told["year"]), _("as it is written"))]
    else:
        passed = (month, first) <= (anchor.month, anchor.day)
        year = anchor.year if passed else anchor.year - 1
        years = [(year, _("the last one")), (year + 1, _("the one to come"))]
    for year, how in years:
        yield Reading(span(date(year, month, first), date(year, month, last)), how)


_AFTER_MONTH = {
    "month": "month_first",
    "day": "day_after",
    "last": "last_after",
    "year": "year_after",
}


@rule(rf"(?:{WEEKDAY},? \(?)?{MONTH} {DAY}(?:,? {YEAR})?\)?")
def month_and_day(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield from _day_of_year(match, anchor)


@rule(rf"(?:{WEEKDAY},? \(?)?{DAY} (?:of )?{MONTH}(?:,? {YEAR})?\)?")
def day_and_month(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield from _day_of_year(match, anchor)


@rule(rf"(?:in )?{PART}(?:{MONTH}(?: {YEAR})?|(?P<this>this|last|next) month|the month)")
def part_of_month(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    word = match["part"].lower()
    months = list(_months_meant(match, anchor))
    for first, how in months:
        last = last_of_month(first)
        if "mid" in word:
            days, which = (11, 20), _("the 11th to the 20th")
        elif word in {"late", "the end of"}:
            days, which = (21, last.day), _("the 21st to the last")
        else:
            days, which = (1, 10), _("the 1st to the 10th")
        stretch = span(first.replace(day=days[0]), first.replace(day=days[1]))
        yield Reading(stretch, f"{which}, {how}")
    if word == "the end of":
        first, how = months[0]
        which = _("the last day")
        yield Reading(last_of_month(first).isoformat(), f"{which}, {how}")


def _months_meant(match: re.Match[str], anchor: date) -> Iterator[tuple[date, str]]:
    """The first day of the month that is named, and of the other ones that it may be."""
    first = anchor.replace(day=1)
    named = match.groupdict()
    if not named.get("month"):
        steps = {"last": -1, "next": 1}
        yield (
            months_on(first, steps.get(str(named.get("this")).lower(), 0)),
            _("counted by months"),
        )
        return
    month = month_of(match)
    if named.get("year"):
        yield date(int(match["year"]), month, 1), _("as it is written")
        return
    last = anchor.year if month <= anchor.month else anchor.year - 1
    yield date(last, month, 1), _("the last one")
    yield date(last + 1, month, 1), _("the one to come")


@rule(rf"(?:in |since |during )?{MONTH}(?: {YEAR})?")
def month_alone(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    # "They may march" tells no date.
    if match["month"] in {"may", "march", "mar"}:
        return
    for day, how in _months_meant(match, anchor):
        yield Reading(whole_month(day), how)


@rule(r"(?P<word>today|tonight|yesterday|tomorrow|(?:the day )?before yesterday)")
def near_day(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    word = match["word"].lower()
    steps = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}
    yield Reading((anchor + timedelta(days=steps.get(word, -2))).isoformat(), _("counted by days"))


@rule(r"overnight|(?:in the|last|during the) night")
def night(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    before, after = anchor - ONE_DAY, anchor + ONE_DAY
    yield Reading(span(before, anchor), _("the night before"))
    yield Reading(span(anchor, after), _("the night after"))
    yield Reading(span(before, after), _("one of the two nights"))


@rule(rf"(?P<which>next|last|this|past|coming) {WEEKDAY}|(?:on )?(?P<bare>{'|'.join(DAYS)})")
def weekday(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    name = (match["weekday"] or match["bare"]).lower()
    back = (anchor.weekday() - DAYS.index(name)) % 7
    last = anchor - timedelta(days=back)
    # On a Saturday, "next Saturday" is the one after; a bare "on Saturday" may be that very day.
    before = last if back else last - timedelta(days=7)
    monday = anchor - timedelta(days=anchor.weekday())
    of_week = monday + timedelta(days=DAYS.index(name))
    following = last + timedelta(days=7)
    which = (match["which"] or "").lower()
    told = {
        "": [
            (last, _("the last one")),
            (following, _("the one to come")),
            (before, _("the one before")),
        ],
        "last": [
            (before, _("the last one")),
            (of_week - timedelta(days=7), _("that of the last week")),
        ],
        "this": [(of_week, _("that of this week")), (following, _("the one to come"))],
        "next": [
            (of_week + timedelta(days=7), _("that of the next week")),
            (following, _("to come")),
        ],
    }
    told |= {"past": told["last"], "coming": [(following, _("the one to come"))]}
    for day, how in told[which]:
        yield Reading(day.isoformat(), how)


@rule(r"(?:(?P<half>early|earlier|later|late) )?(?P<which>next|last|this|past|coming) week")
def week(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    which = match["which"].lower()
    step = {"next": 7, "coming": 7, "this": 0}.get(which, -7)
    monday = anchor + timedelta(days=step - anchor.weekday())
    sunday = monday + timedelta(days=6)
    if match["half"] and step == 0:
        yield from _so_far(match["half"], monday, sunday, anchor)
    yield Reading(span(monday, sunday), _("the week from Monday to Sunday"))
    if step > 0:
        yield Reading(span(anchor + ONE_DAY, anchor + 7 * ONE_DAY), _("the seven days after"))
    elif step < 0:
        yield Reading(span(anchor - 7 * ONE_DAY, anchor - ONE_DAY), _("the seven days before"))


@rule(r"(?:(?P<half>early|earlier|later|late) )?(?P<which>next|last|this|past|coming) month")
def month(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    step = {"next": 1, "coming": 1, "this": 0}.get(match["which"].lower(), -1)
    first = months_on(anchor.replace(day=1), step)
    if match["half"] and step == 0:
        yield from _so_far(match["half"], first, last_of_month(first), anchor)
    yield Reading(whole_month(first), _("the month of the calendar"))
    if step > 0:
        yield Reading(span(anchor + ONE_DAY, anchor + 30 * ONE_DAY), _("the thirty days after"))
    elif step < 0:
        yield Reading(span(anchor - 30 * ONE_DAY, anchor - ONE_DAY), _("the thirty days before"))


def _so_far(half: str, first: date, last: date, anchor: date) -> Iterator[Reading]:
    """Earlier in a stretch is up to the day before the anchor, later from the day after it."""
    if half.lower() in {"earlier", "early"} and anchor > first:
        yield Reading(span(first, anchor - ONE_DAY), _("up to the day before"))
    elif half.lower() in {"later", "late"} and anchor < last:
        yield Reading(span(anchor + ONE_DAY, last), _("from the day after"))


@rule(r"(?:earlier |later )?(?P<which>next|last|this|past|coming) year")
def year(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    step = {"next": 1, "coming": 1, "this": 0}.get(match["which"].lower(), -1)
    yield Reading(f"{anchor.year + step:04}", _("the year of the calendar"))


@rule(rf"within (?:the next )?{NUMBER} {UNIT}")
def within(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    last = moved(anchor, match["unit"].lower(), number_of(match))
    yield Reading(f"../{last.isoformat()}", _("by then at the latest"))
    yield Reading(span(anchor, last), _("from the day they count from"))
    yield Reading(last.isoformat(), _("on the last day"))


@rule(rf"{NUMBER} {UNIT} (?:ago|earlier)")
def ago(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield from _at_distance(match, anchor, -1)


@rule(rf"(?:in|after) {NUMBER} {UNIT}")
def hence(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield from _at_distance(match, anchor, 1)


def _at_distance(match: re.Match[str], anchor: date, sign: int) -> Iterator[Reading]:
    """The day itself; for weeks, months and years also the whole one in which it lies."""
    unit = match["unit"].lower()
    day = moved(anchor, unit, sign * number_of(match))
    yield Reading(day.isoformat(), _("to the day"))
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        yield Reading(span(monday, monday + timedelta(days=6)), _("the week of that day"))
    elif unit != "day":
        whole = whole_month(day) if unit == "month" else f"{day.year:04}"
        yield Reading(whole, _("the whole month or year of that day"))
