"""Uncertain dates as people say them."""

import calendar
from datetime import date
from typing import Any

from negotiations.dates import edtf
from negotiations.models import Certainty

SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
NAMES = {"~": "around", "?": "perhaps", "%": "perhaps around"}


def is_qualified(text: str) -> bool:
    """Return whether an EDTF text doubts its own days; the empty text does not."""
    return bool(text) and edtf.parse_edtf(text).is_qualified


def format_calendar_day(value: date) -> str:
    """For example 19 July 2025."""
    return f"{value.day} {calendar.month_name[value.month]} {value.year}"


def format_edtf(text: str) -> str:
    """An EDTF text with its preposition: “on 19 July 2025”, “around June 2025”; "" if empty."""
    try:
        span = edtf.parse_edtf(text)
    except edtf.InvalidDate:
        return ""
    if "/" in text or "X" in text:
        doubts = ("perhaps" if span.uncertain else "", "roughly" if span.approximate else "")
        return " ".join(filter(None, [*doubts, format_date_span(span.earliest, span.latest)]))
    plain, sign = text.rstrip("?~%"), text[-1]
    preposition, name = _named(plain, span.earliest)
    return f"{NAMES.get(sign, preposition)} {name}"


def format_date_span(first: date | None, last: date | None) -> str:
    """Say within which days it was: “on or before 3 May 2024” says nothing of when it began."""
    if first and last:
        return format_between(first, last)
    return (
        f"on or after {format_calendar_day(first)}"
        if first
        else f"on or before {format_calendar_day(last)}"
        if last
        else ""
    )


def format_between(first: date, last: date) -> str:
    """“between 21 and 27 July 2025”: a month or a year that both days share is said once."""
    if first == last:
        return f"on {format_calendar_day(first)}"
    began = format_calendar_day(first)
    if first.year == last.year:
        began = f"{first.day} {calendar.month_name[first.month]}"
    if first.replace(day=1) == last.replace(day=1):
        began = f"{first.day}"
    return f"between {began} and {format_calendar_day(last)}"


def _named(plain: str, first: date | None) -> tuple[str, str]:
    year, _, rest = plain.partition("-")
    if not rest:
        return "in", year
    if rest in SEASONS:
        # The winter of a year ends in the next.
        ends = f"/{(int(year) + 1) % 100:02}" if rest == "24" else ""
        return "in", f"the {SEASONS[rest]} of {year}{ends}" if ends else f"{SEASONS[rest]} {year}"
    if "-" in rest and first:
        return "on", format_calendar_day(first)
    return "in", f"{calendar.month_name[int(rest)]} {year}"


def format_record_date(record: Any, name: str = "date") -> str:
    """When, as the record has it, and how that is known where the source does not say it itself.

    Begins with a space; nothing when there is no date.
    """
    said = format_edtf(getattr(record, name))
    if not said:
        return ""
    certainty, words = (getattr(record, f"{name}_{part}") for part in ("certainty", "words"))
    how = [f"“{words}”"] if words else []
    how += [certainty] if certainty in {Certainty.RESOLVED, Certainty.ASSUMED} else []
    return f" {said} ({', '.join(how)})" if how else f" {said}"
