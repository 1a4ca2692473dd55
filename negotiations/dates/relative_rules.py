"""The single rules by which ``relative`` counts dates, and how it writes their spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _

from .relative_parts import (
    DAY,
    DAYS,
    HOUR,
    MONTH,
    NUMBER,
    ONE_DAY,
    PART,
    UNIT,
    WEEKDAY,
    YEAR,
    Reading,
    Rulebook,
    add_months,
    format_month,
    format_span,
    get_month_end,
    parse_month,
    parse_number,
    shift_day,
    years_meant,
)

RULES = Rulebook()
register_rule = RULES.rule
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth", "twentieth", "twenty-first", "twenty-second"),
    *("twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth", "twenty-seventh"),
    *("twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first"),
)


def _is_verb(match: re.Match[str]) -> bool:
    """Whether the "month" is a verb: "Article 5 may apply", "they march 20 miles"."""
    return match["month"] in {"may", "march", "mar"} and not match["year"]


def _day_of_year(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    """A day and month; without its year, the last such day and the one to come."""
    word = match["day"].lower()
    month, day = parse_month(match), int(word) if word.isdigit() else ORDINALS.index(word) + 1
    if match["year"]:
        yield Reading(date(int(match["year"]), month, day).isoformat(), _("as it is written"))
        return
    if _is_verb(match):
        return
    last, coming = years_meant(month, day, anchor)
    yield Reading(date(last, month, day).isoformat(), _("the last one"))
    yield Reading(date(coming, month, day).isoformat(), _("the one to come"))


# The rules, the more telling ones first


@register_rule(r"(?:date )?(?P<iso>[12]\d{3}-[01]\d-[0-3]\d)")
def interpret_iso_date(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield Reading(date.fromisoformat(match["iso"]).isoformat(), _("as it is written"))


@register_rule(rf"(?:{WEEKDAY},? \(?)?{MONTH} {DAY}(?:,? {YEAR})?\)?")
def interpret_month_and_day(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield from _day_of_year(match, anchor)


@register_rule(rf"(?:{WEEKDAY},? \(?)?{DAY} (?:of )?{MONTH}(?:,? {YEAR})?\)?")
def interpret_day_and_month(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield from _day_of_year(match, anchor)


@register_rule(rf"(?P<day>{'|'.join(reversed(ORDINALS))}) of {MONTH}(?:,? {YEAR})?")
def day_in_words(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield from _day_of_year(match, anchor)


@register_rule(rf"(?:in )?{PART}(?:{MONTH}(?: {YEAR})?|(?P<this>this|last|next) month|the month)")
def interpret_part_of_month(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    word = match["part"].lower()
    months = list(_months_meant(match, anchor))
    for first, how in months:
        last = get_month_end(first)
        if "mid" in word:
            days, which = (11, 20), _("the 11th to the 20th")
        elif word in {"late", "the end of"}:
            days, which = (21, last.day), _("the 21st to the last")
        else:
            days, which = (1, 10), _("the 1st to the 10th")
        stretch = format_span(first.replace(day=days[0]), first.replace(day=days[1]))
        yield Reading(stretch, f"{which}, {how}")
    if word == "the end of":
        first, how = months[0]
        which = _("the last day")
        yield Reading(get_month_end(first).isoformat(), f"{which}, {how}")


def _months_meant(match: re.Match[str], anchor: date) -> Iterator[tuple[date, str]]:
    """The first day of the month that is named, and of the other ones that it may be."""
    first = anchor.replace(day=1)
    named = match.groupdict()
    if not named.get("month"):
        steps = {"last": -1, "next": 1}
        yield (
            add_months(first, steps.get(str(named.get("this")).lower(), 0)),
            _("counted by months"),
        )
        return
    month = parse_month(match)
    if named.get("year"):
        yield date(int(match["year"]), month, 1), _("as it is written")
        return
    last = anchor.year if month <= anchor.month else anchor.year - 1
    yield date(last, month, 1), _("the last one")
    yield date(last + 1, month, 1), _("the one to come")


@register_rule(rf"(?:in |since |during )?{MONTH}(?: {YEAR})?")
def interpret_month_name(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    # "They may march" tells no date.
    if match["month"] in {"may", "march", "mar"}:
        return
    for day, how in _months_meant(match, anchor):
        yield Reading(format_month(day), how)


@register_rule(
    r"(?P<word>today|tonight|yesterday|tomorrow|(?:the day )?before yesterday"
    rf"|the day after tomorrow){HOUR}|this (?:morning|afternoon|evening)"
)
def interpret_near_day(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    word = (match["word"] or "today").lower()
    steps = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "the day after tomorrow": 2}
    yield Reading((anchor + timedelta(days=steps.get(word, -2))).isoformat(), _("counted by days"))


@register_rule(r"overnight|(?:in the|last|during the) night")
def interpret_night(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    before, after = anchor - ONE_DAY, anchor + ONE_DAY
    yield Reading(format_span(before, anchor), _("the night before"))
    yield Reading(format_span(anchor, after), _("the night after"))
    yield Reading(format_span(before, after), _("one of the two nights"))


@register_rule(rf"overnight to {WEEKDAY}")
def night_to(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    back = (anchor.weekday() - DAYS.index(match["weekday"].lower())) % 7
    for day, how in (
        (anchor - timedelta(days=back), _("the last one")),
        (anchor + timedelta(days=7 - back), _("the one to come")),
    ):
        yield Reading(format_span(day - ONE_DAY, day), how)


@register_rule(
    rf"(?:(?P<which>next|last|this|past|coming) {WEEKDAY}|(?:on )?(?P<bare>{'|'.join(DAYS)}))"
    rf"{HOUR}"
)
def interpret_weekday(match: re.Match[str], anchor: date) -> Iterator[Reading]:
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
        if (match["hour"] or "").lower() == "night":
            until = _("up to the next day")
            yield Reading(format_span(day, day + ONE_DAY), f"{how}, {until}")


@register_rule(
    r"(?:(?P<half>early|earlier|later|late) )?(?P<which>next|last|this|past|coming) week"
)
def interpret_week(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    which = match["which"].lower()
    step = {"next": 7, "coming": 7, "this": 0}.get(which, -7)
    monday = anchor + timedelta(days=step - anchor.weekday())
    sunday = monday + timedelta(days=6)
    if match["half"] and step == 0:
        yield from _so_far(match["half"], monday, sunday, anchor)
    yield Reading(format_span(monday, sunday), _("the week from Monday to Sunday"))
    if step > 0:
        yield Reading(
            format_span(anchor + ONE_DAY, anchor + 7 * ONE_DAY), _("the seven days after")
        )
    elif step < 0:
        yield Reading(
            format_span(anchor - 7 * ONE_DAY, anchor - ONE_DAY), _("the seven days before")
        )


@register_rule(
    r"(?:(?P<half>early|earlier|later|late) )?(?P<which>next|last|this|past|coming) month"
)
def interpret_calendar_month(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    step = {"next": 1, "coming": 1, "this": 0}.get(match["which"].lower(), -1)
    first = add_months(anchor.replace(day=1), step)
    if match["half"] and step == 0:
        yield from _so_far(match["half"], first, get_month_end(first), anchor)
    yield Reading(format_month(first), _("the month of the calendar"))
    if step > 0:
        yield Reading(
            format_span(anchor + ONE_DAY, anchor + 30 * ONE_DAY), _("the thirty days after")
        )
    elif step < 0:
        yield Reading(
            format_span(anchor - 30 * ONE_DAY, anchor - ONE_DAY), _("the thirty days before")
        )


def _so_far(half: str, first: date, last: date, anchor: date) -> Iterator[Reading]:
    """Earlier in a stretch is up to the day before the anchor, later from the day after it."""
    if half.lower() in {"earlier", "early"} and anchor > first:
        yield Reading(format_span(first, anchor - ONE_DAY), _("up to the day before"))
    elif half.lower() in {"later", "late"} and anchor < last:
        yield Reading(format_span(anchor + ONE_DAY, last), _("from the day after"))


@register_rule(r"(?:earlier |later )?(?P<which>next|last|this|past|coming) year")
def interpret_year(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    step = {"next": 1, "coming": 1, "this": 0}.get(match["which"].lower(), -1)
    yield Reading(f"{anchor.year + step:04}", _("the year of the calendar"))


@register_rule(rf"within (?:the next )?{NUMBER} {UNIT}")
def interpret_within(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    last = shift_day(anchor, match["unit"].lower(), parse_number(match))
    yield Reading(f"../{last.isoformat()}", _("by then at the latest"))
    yield Reading(format_span(anchor, last), _("from the day they count from"))
    yield Reading(last.isoformat(), _("on the last day"))


@register_rule(rf"{NUMBER} {UNIT} (?:ago|earlier)")
def interpret_ago(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield from _at_distance(match, anchor, -1)


@register_rule(rf"(?:in|after) {NUMBER} {UNIT}(?:(?:[’']s?|s[’'])? time)?")
@register_rule(rf"{NUMBER} {UNIT} later")
def interpret_hence(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    yield from _at_distance(match, anchor, 1)


def _at_distance(match: re.Match[str], anchor: date, sign: int) -> Iterator[Reading]:
    """The day itself; for weeks, months and years also the whole one in which it lies."""
    unit = match["unit"].lower()
    day = shift_day(anchor, unit, sign * parse_number(match))
    yield Reading(day.isoformat(), _("to the day"))
    if unit == "week":
        yield Reading(_whole(day, unit), _("the week of that day"))
    elif unit not in {"day", "fortnight"}:
        yield Reading(_whole(day, unit), _("the whole month or year of that day"))


def _whole(day: date, unit: str) -> str:
    """The week, month or year in which a day lies."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return format_span(monday, monday + timedelta(days=6))
    return format_month(day) if unit == "month" else f"{day.year:04}"


@register_rule(
    r"the (?P<unit>day|week|month|year) (?P<side>before|earlier|after|later)(?=$|[.,;:)])"
)
@register_rule(r"(?:the |on the )?(?P<side>previous|next|following) (?P<unit>day)")
def beside(match: re.Match[str], anchor: date) -> Iterator[Reading]:
    """The day beside one that the text names: never counted from its publication."""
    sign = -1 if match["side"].lower() in {"before", "earlier", "previous"} else 1
    unit = match["unit"].lower()
    day = shift_day(anchor, unit, sign)
    yield Reading(day.isoformat() if unit == "day" else _whole(day, unit), _("counted by days"))
