"""Plain values in words, for people."""

from datetime import date

from negotiations.analysis.date_words import format_date_span, format_edtf, is_qualified
from negotiations.analysis.quantities import Share
from negotiations.models import COLLECTIONS


def get_singular_name(collection: str) -> str:
    """One record of a collection: ``proposal``."""
    return str(COLLECTIONS[collection]._meta.verbose_name)


def pluralize(count: int, collection: str) -> str:
    """How many records of a collection, without the number: ``round`` of one, else ``rounds``."""
    return get_singular_name(collection) if count == 1 else collection


def format_day(day: date) -> str:
    """19 July 2025."""
    return f"{day.day} {day:%B} {day.year}"


def format_uncertain_date(text: str, earliest: date | None, latest: date | None) -> str:
    """Say what is known of a day: its EDTF text, with the bounds of that text."""
    if is_qualified(text):
        return format_edtf(text)
    if earliest is None and latest is None:
        return "date unknown"
    if earliest and earliest == latest:
        return format_day(earliest)
    return format_date_span(earliest, latest)


def format_share(share: Share) -> str:
    """How much of it, as far as it is known; empty when nothing is."""
    least, most = share.min, share.max
    if most is None and not least:
        return ""
    if least is None or most is None:
        known = least if most is None else most
        return f"at {'least' if most is None else 'most'} {percent_words(known or 0)}"
    return " to ".join(dict.fromkeys([percent_words(least), percent_words(most)]))


def percent_words(part: float) -> str:
    """A part in percent; what is nearly nothing or nearly all is not rounded to it."""
    if 0 < part < 0.01:
        return "under 1%"
    if 0.99 < part < 1:
        return "over 99%"
    return "over 100%" if 1 < part < 1.01 else f"{part:.0%}"
