"""Plain values in words, for people."""

from datetime import date

from negotiations.analysis.dating import between, is_qualified, when
from negotiations.analysis.quantities import Bounds, Share
from negotiations.models import COLLECTIONS


def kind_name(collection: str) -> str:
    """One record of a collection: ``proposal``."""
    return str(COLLECTIONS[collection]._meta.verbose_name)


def counted(count: int, collection: str) -> str:
    """How many records of a collection, without the number: ``round`` of one, else ``rounds``."""
    return kind_name(collection) if count == 1 else collection


def day_words(day: date) -> str:
    """19 July 2025."""
    return f"{day.day} {day:%B} {day.year}"


def days_words(text: str, earliest: date | None, latest: date | None) -> str:
    """Say what is known of a day: its EDTF text, with the bounds of that text."""
    if is_qualified(text):
        return when(text)
    if earliest is None and latest is None:
        return "date unknown"
    if earliest is None or latest is None:
        known = earliest or latest
        end = "at the latest" if earliest is None else "at the earliest"
        return f"{day_words(known)} {end}" if known else ""
    if earliest == latest:
        return day_words(earliest)
    return between(earliest, latest)


def quantity_words(bounds: Bounds) -> str:
    """How many, as far as it is known."""
    least, most = bounds.min, bounds.max
    if least is None and most is None:
        return "number not given"
    if least == most:
        return f"{least:,}"
    if most is None:
        return f"at least {least:,}"
    return f"{least or 0:,} to {most:,}"


def share_words(share: Share) -> str:
    """How much of it, as far as it is known; empty when nothing is."""
    if share.min is None and share.max is None:
        return ""
    if share.min == share.max:
        return f"{share.min:.0%}"
    if share.max is None:
        return f"at least {share.min:.0%}"
    return f"{share.min or 0:.0%} to {share.max:.0%}"
