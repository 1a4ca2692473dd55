"""What was handed over under the commitments of a negotiation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from negotiations.models import Delivery, Negotiation

from .date_spans import DateSpan, widen
from .event_rows import EVENT_SPECS, Rows
from .evidence import fetch_first_report_days
from .quantities import ZERO, Bounds, add_bounds, merge_bounds

DELIVERY_SPEC = next(kind for kind in EVENT_SPECS if kind.model is Delivery)
Verification = Delivery.Verification
CONFIRMED = {Verification.CONFIRMED_BY_BOTH, Verification.CONFIRMED_BY_THIRD_PARTY}


@dataclass(frozen=True, slots=True)
class Handover:
    """One delivery as it is read."""

    delivered_by: str | None
    received_by: str | None
    quantity: Bounds
    verification: str
    span: DateSpan


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was delivered: how often, and how much."""

    deliveries: Annotated[int, "How many deliveries count."]
    quantity: Annotated[Bounds, "How much they come to, in the unit of the commitment."]


def fetch_deliveries(negotiation: Negotiation, rows: Rows) -> dict[str, list[Handover]]:
    """The deliveries of a negotiation by the slug of their commitment.

    When nothing else is known of its date, a delivery happened by the day on which a source had
    told of it. Two queries.
    """
    told = fetch_first_report_days(DELIVERY_SPEC, negotiation, rows)
    columns = (
        *("slug", "commitment__slug", "delivered_by__slug", "received_by__slug"),
        *("quantity_min", "quantity_max", "verification"),
        *("date", "date_earliest", "date_latest"),
    )
    found: dict[str, list[Handover]] = defaultdict(list)
    for row in DELIVERY_SPEC.of(negotiation, rows).values_list(*columns):
        slug, commitment, sender, receiver, least, most, verification, *when = row
        text, earliest, latest = when
        span = widen(text, DateSpan(earliest, latest)).told_by(told.get(slug))
        handover = Handover(sender, receiver, Bounds(least, most), verification, span)
        found[commitment].append(handover)
    return dict(found)


def sum_deliveries(groups: Iterable[Iterable[Handover]], day: DateSpan) -> Delivered:
    """What deliveries come to by a day: those under the whole, and those under each part of it.

    Within a group they are counted apart, what is in two groups never twice.
    """
    counted = [
        [each for each in group if each.verification != Verification.RETRACTED] for group in groups
    ]
    counts = [add_bounds(_counting(each, day) for each in group) for group in counted if group]
    return Delivered(sum(map(len, counted)), merge_bounds(counts) if counts else ZERO)


def _counting(handover: Handover, day: DateSpan) -> Bounds:
    """What is disputed or perhaps later adds nothing to the least, and all of it to the most."""
    is_sure = handover.verification != Verification.DISPUTED and handover.span.certainly_by(day)
    return handover.quantity if is_sure else Bounds(0, handover.quantity.max)
