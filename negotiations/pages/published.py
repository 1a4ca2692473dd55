"""What everybody may read: pages show nothing else, whoever looks at them."""

from datetime import UTC, date
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from negotiations.dates.rfc3339 import parse_day
from negotiations.models import Record


def get_published(model: type[Record]) -> QuerySet[Any]:
    """The published records of a kind."""
    return model.objects.published()


def get_today() -> date:
    """The day of the world that pages speak of."""
    return timezone.now().astimezone(UTC).date()


def parse_day_param(request: HttpRequest, name: str) -> date | None:
    """A day out of the query; what is none is refused."""
    text = request.GET.get(name)
    day = parse_day(text) if text else None
    if text and day is None:
        raise BadRequest(f"{name} names no day.")
    return day
