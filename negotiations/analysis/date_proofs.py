"""What dates prove, asked of the database: the same as ``date_spans`` says of plain values."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from .date_spans import MIN_MARGIN


def certainly_before(name: str, day: date) -> Q:
    """Match dates that lie before a day; doubted ones by more than their margin (``widen``)."""
    first, last = f"{name}_earliest", f"{name}_latest"
    is_short = Q(LessThan(_days_between(F(first), F(last)), _days_between(F(last), Value(day))))
    by_margin = Q(**{f"{last}__lt": _shift(day, -MIN_MARGIN)})
    by_length = Q(**{f"{first}__isnull": True}) | is_short
    return Q(**{f"{last}__lt": day}) & (~_doubted(name) | (by_margin & by_length))


def possibly_by(name: str, day: date) -> Q:
    """Match dates that can lie on a day or before it; doubted ones within their margin, too."""
    first, last = f"{name}_earliest", f"{name}_latest"
    length, gap = _days_between(F(first), F(last)), _days_between(Value(day), F(first))
    by_margin = Q(**{f"{first}__lte": _shift(day, MIN_MARGIN)})
    within = _doubted(name) & (by_margin | Q(GreaterThanOrEqual(length, gap)))
    return Q(**{f"{first}__lte": day}) | Q(**{f"{first}__isnull": True}) | within


def _doubted(name: str) -> Q:
    """Match EDTF texts that doubt their own days."""
    found = Q()
    for sign in "~?%":
        found |= Q(**{f"{name}__contains": sign})
    return found


def _days_between(first: Any, last: Any) -> Any:
    start, end = (ExpressionWrapper(each, output_field=DateField()) for each in (first, last))
    return ExpressionWrapper(end - start, output_field=DurationField())


def _shift(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return date.max if by > timedelta(0) else date.min
