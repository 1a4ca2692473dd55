"""Days and instants as RFC 3339 writes them, and as every parameter and body of ours does."""

import re
from datetime import UTC, date, datetime

from django.utils.dateparse import parse_datetime

DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_day(text: str) -> date | None:
    """Return the day that a text names; None for all else, such as ``2025-W29-6``."""
    try:
        # Python also reads weeks, and days without hyphens.
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def parse_instant(text: str) -> datetime | None:
    """Return the instant that a text with its zone names, in UTC; None for all else."""
    try:
        instant = parse_datetime(text)
        # In the year 1 or 9999 the zone may lead out of the calendar.
        return instant.astimezone(UTC) if instant and instant.tzinfo else None
    except (ValueError, OverflowError):
        return None
