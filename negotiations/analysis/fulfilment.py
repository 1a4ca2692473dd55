"""What was promised, and what of it was delivered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from negotiations.models import Commitment, Delivery, Negotiation, Outcome

from .date_spans import DateSpan, build_day_span, widen
from .deliveries import CONFIRMED, Delivered, Handover, fetch_deliveries, sum_deliveries
from .event_rows import Rows, build_event_date, fetch_linked_slugs, list_date_columns
from .quantities import Bounds, Share, compute_share

Overdue = Literal["yes", "no", "unclear", "nothing_recorded", "not_agreed"]
# What is kept by doing nothing: no delivery of it is recorded as long as it is kept.
ABSTENTIONS = frozenset({Commitment.Kind.STOP_FIGHTING})
# Deliveries by the slug of their commitment.
Handed = dict[str, list[Handover]]


@dataclass(frozen=True, slots=True)
class Direction:
    """What went from one party to another."""

    delivered_by: Annotated[str | None, "Who handed over; null when no source says."]
    received_by: Annotated[str | None, "Who received; null when no source says."]
    reported: Annotated[Delivered, "What somebody said was delivered."]
    confirmed: Annotated[Delivered, "What both sides or somebody outside confirmed."]


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment, in one side's version where the sides differ, and what came of it."""

    slug: Annotated[str, "The commitment."]
    outcome: Annotated[str | None, "The outcome it is under; null for a pledge of its own."]
    outcome_status: Annotated[
        str | None, "How that outcome stands by the latest source; null without an outcome."
    ]
    kind: Annotated[str, Commitment.Kind]
    text: Annotated[str, "The commitment in one sentence."]
    category: Annotated[str, "Which of them; empty for all."]
    unit: Annotated[str, "What is counted, a value of `commitment_unit`; empty if nothing is."]
    according_to: Annotated[str | None, "Whose version of the terms it is; null if not disputed."]
    versions: Annotated[list[str], "Other sides' versions of it, with which it shares deliveries."]
    parts: Annotated[list[str], "Commitments to a part of it, whose deliveries count here too."]
    obligor: Annotated[list[str], "Who owes it."]
    obligee: Annotated[list[str], "To whom it is owed."]
    backed_by: Annotated[list[str], "Who stands behind it."]
    due: Annotated[str, "By when, in EDTF; empty when no source says."]
    due_earliest: Annotated[date | None, "The first day that this allows."]
    due_latest: Annotated[date | None, "The last day that this allows."]
    promised: Annotated[
        Bounds, "How many were promised, or sought where `overdue` is `not_agreed`."
    ]
    reported: Annotated[Delivered, "What somebody said was delivered."]
    confirmed: Annotated[Delivered, "What both sides or somebody outside confirmed, of that."]
    share_reported: Annotated[Share, "What is reported, of what this version promises."]
    share_confirmed: Annotated[Share, "What is confirmed, of what this version promises."]
    directions: Annotated[list[Direction], "The same by who gave to whom, with its own deliveries."]
    disputed: Annotated[int, "Deliveries on which the sides contradict each other."]
    retracted: Annotated[int, "Deliveries that whoever told of them took back; not counted."]
    overdue: Annotated[
        Overdue,
        "Whether its last day has passed and less was delivered than was promised. "
        "`nothing_recorded`: the day has passed and no delivery is recorded but retracted ones. "
        "`not_agreed`: its outcome was not reached, so nothing is owed. Otherwise always `no` for "
        "abstentions such as `stop_fighting`.",
    ]


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What was promised in a negotiation, and what of it was delivered."""

    negotiation: Annotated[str, "The negotiation."]
    title: Annotated[str, "Its title."]
    on: Annotated[date, "The day of the world that is asked about."]
    commitments: Annotated[list[Promise], "Those due first stand first."]


def build_fulfilment(negotiation: Negotiation, rows: Rows, on: date) -> Fulfilment:
    """For each commitment what was promised, reported and confirmed by a day, in its own unit.

    Reported is all that was not retracted, confirmed what both sides or a third party confirmed.
    Both have a least and a most: what certainly happened by the day and is not disputed counts to
    the least, what can have happened to the most.

    Versions are commitments of different ``according_to`` that are alike in outcome, kind,
    obligors, obligees, unit and category. They are one promise told in several ways: a delivery
    under any of them counts once for each, and its share is of what that version promises. Parts
    are commitments with a category beside one without: a delivery under a part may be counted in
    one under the whole already, and somebody wounded may be young as well, so the least is the
    largest count of any (``quantities.merge_bounds``).
    """
    family = Family(_owed(negotiation, rows))
    handed, day = fetch_deliveries(negotiation, rows), build_day_span(on)
    return Fulfilment(
        negotiation=negotiation.slug,
        title=negotiation.title,
        on=on,
        commitments=[get_promise(owed, family, handed, day) for owed in family.members],
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """A commitment as it is read."""

    slug: str
    outcome: str | None
    kind: str
    text: str
    category: str
    unit: str
    according_to: str | None
    outcome_status: str | None
    quantity: Bounds
    due: str
    due_span: DateSpan
    obligor: tuple[str, ...]
    obligee: tuple[str, ...]
    backed_by: tuple[str, ...]

    @property
    def whole(self) -> tuple[object, ...]:
        """What versions and parts of it have in common."""
        return self.outcome, self.kind, self.unit, self.obligor, self.obligee


def _owed(negotiation: Negotiation, rows: Rows) -> list[Owed]:
    found = rows(Commitment).filter(negotiation=negotiation.pk)
    relations = ("obligor", "obligee", "backed_by")
    linked = {name: fetch_linked_slugs(found, name) for name in relations}
    names = ("outcome__slug", "kind", "text", "category", "unit", "according_to__slug")
    columns = ("slug", *names, "quantity_min", "quantity_max", *list_date_columns("due"))
    outcomes = rows(Outcome).filter(slug__in=found.values("outcome__slug")).order_by("slug")
    statuses = dict(outcomes.values_list("slug", "status"))
    owed = []
    for row in found.values(*columns):
        due = build_event_date(row, "due")
        quantity = Bounds(row["quantity_min"], row["quantity_max"])
        parties = [tuple(linked[name].get(row["slug"], ())) for name in relations]
        told = [row[name] for name in ("slug", *names)]
        values: list[Any] = [
            *told,
            statuses.get(row["outcome__slug"]),
            quantity,
            due.text,
            due.span,
            *parties,
        ]
        owed.append(Owed(*values))
    return owed


class Family:
    """Which commitments are versions or parts of one another."""

    def __init__(self, members: list[Owed]) -> None:
        self.members = members
        self.alike: dict[tuple[object, ...], list[Owed]] = defaultdict(list)
        for owed in members:
            self.alike[owed.whole].append(owed)

    def versions(self, owed: Owed) -> list[Owed]:
        """The other sides' versions of a commitment."""
        return [
            other
            for other in self.alike[owed.whole]
            if other.category == owed.category
            and owed.according_to
            and other.according_to not in {None, owed.according_to}
        ]

    def parts(self, owed: Owed) -> list[Owed]:
        """The commitments to parts of a whole, of an outcome: pledges stand by themselves."""
        if owed.category or owed.outcome is None:
            return []
        return [other for other in self.alike[owed.whole] if other.category]

    def wholes(self, owed: Owed) -> list[Owed]:
        """The commitments to the whole of which this is a part."""
        return [other for other in self.alike[owed.whole] if owed in self.parts(other)]


def get_promise(owed: Owed, family: Family, handed: Handed, day: DateSpan) -> Promise:
    """One commitment with what came of it by a day."""
    versions, parts = family.versions(owed), family.parts(owed)
    own = _list_handovers([owed, *versions], handed, day)
    groups = [own, *_group_by_category(parts, handed, day)]
    of_whole = _list_handovers(family.wholes(owed), handed, day)
    reported, confirmed = sum_deliveries(groups, day), sum_deliveries(map(_confirmed, groups), day)
    every = [each for group in groups for each in group]
    return Promise(
        slug=owed.slug,
        outcome=owed.outcome,
        outcome_status=owed.outcome_status,
        kind=owed.kind,
        text=owed.text,
        category=owed.category,
        unit=owed.unit,
        according_to=owed.according_to,
        versions=[other.slug for other in versions],
        parts=[other.slug for other in parts],
        obligor=list(owed.obligor),
        obligee=list(owed.obligee),
        backed_by=list(owed.backed_by),
        due=owed.due,
        due_earliest=owed.due_span.earliest,
        due_latest=owed.due_span.latest,
        promised=owed.quantity,
        reported=reported,
        confirmed=confirmed,
        share_reported=compute_share(reported.quantity, owed.quantity),
        share_confirmed=compute_share(confirmed.quantity, owed.quantity),
        directions=_directions(owed, own, day),
        disputed=sum(each.verification == Delivery.Verification.DISPUTED for each in every),
        retracted=sum(each.verification == Delivery.Verification.RETRACTED for each in every),
        overdue=assess_overdue(owed, reported, day, of_whole=of_whole),
    )


def _list_handovers(owed: Iterable[Owed], handed: Handed, day: DateSpan) -> list[Handover]:
    """What was handed over under these commitments, perhaps by the day."""
    every = [each for member in owed for each in handed.get(member.slug, ())]
    return [each for each in every if each.span.possibly_by(day)]


def _group_by_category(
    parts: Sequence[Owed], handed: Handed, day: DateSpan
) -> Iterator[list[Handover]]:
    """What was handed over under the parts of a commitment: each category is counted by itself."""
    for name in {part.category for part in parts}:
        yield _list_handovers([part for part in parts if part.category == name], handed, day)


def _confirmed(found: Iterable[Handover]) -> list[Handover]:
    return [each for each in found if each.verification in CONFIRMED]


def _directions(owed: Owed, own: list[Handover], day: DateSpan) -> list[Direction]:
    # Where one owes one, whoever is not named is nobody else.
    giver, taker = (slugs[0] if len(slugs) == 1 else "" for slugs in (owed.obligor, owed.obligee))
    ways: dict[tuple[str, str], list[Handover]] = defaultdict(list)
    for each in own:
        ways[each.delivered_by or giver, each.received_by or taker].append(each)
    return [
        Direction(
            by or None,
            to or None,
            sum_deliveries([found], day),
            sum_deliveries([_confirmed(found)], day),
        )
        for (by, to), found in sorted(ways.items())
    ]


def assess_overdue(
    owed: Owed, reported: Delivered, day: DateSpan, of_whole: list[Handover]
) -> Overdue:
    """Return whether its last day has passed and recorded deliveries are less than was promised.

    ``nothing_recorded`` where that day has passed and no delivery is recorded but retracted ones,
    which does not prove that there was none. An abstention, or what has no day, is never overdue.
    ``not_agreed`` where the outcome that it is under was not reached, whatever the day.
    ``unclear`` where the day it was due may or may not have passed, or what was delivered, under
    the whole of which it is a part too, may or may not be enough.
    """
    if owed.outcome_status == Outcome.Status.NOT_REACHED:
        return "not_agreed"
    due = widen(owed.due, owed.due_span)
    if owed.kind in ABSTENTIONS or not due.is_known or not due.possibly_before(day):
        return "no"
    promised, quantity = owed.quantity, reported.quantity
    if promised.max is not None and quantity.min is not None and quantity.min >= promised.max:
        return "no"
    lacks = promised.min is not None and quantity.max is not None and quantity.max < promised.min
    if not due.before(day) or of_whole:
        return "unclear"
    if reported.deliveries == 0:
        return "nothing_recorded"
    return "yes" if lacks else "unclear"
