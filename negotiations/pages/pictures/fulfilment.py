"""What was promised and delivered as it is drawn: a bar within a frame for each commitment."""

from dataclasses import dataclass

from negotiations.analysis.deliveries import Delivered
from negotiations.analysis.fulfilment import Fulfilment, Promise
from negotiations.analysis.quantities import Bounds, Share
from negotiations.analysis.wording.phrases import enclose, join_facts, label
from negotiations.analysis.wording.summaries import format_direction, is_agreed, label_outcome
from negotiations.models import Commitment
from negotiations.models.amounts import format_amount
from negotiations.pages.formatting import format_share, format_uncertain_date

from .scale import Stretch, build_stretch, find_longest

OVERDUE = {
    "yes": "Overdue: the deliveries recorded are less than was promised.",
    "nothing_recorded": "It was due; no delivery is recorded.",
    "unclear": "It is not known whether it is overdue.",
    "not_agreed": "Not agreed: the outcome was not reached, so nothing is owed.",
    "no": "",
}


@dataclass(frozen=True)
class Figure:
    """What one line of a commitment says: ``Reported: 42 to 72 persons (42% to 72%)``."""

    name: str
    words: str
    stretch: Stretch | None


@dataclass(frozen=True)
class DrawnCommitment:
    """One commitment."""

    slug: str
    kind: str
    text: str
    direction: str
    due: str
    overdue: str
    according_to: str
    outcome_status: str
    figures: list[Figure]

    @property
    def about(self) -> str:
        """What it is, who owes it to whom, by when, by whose version, and whether it holds."""
        due = f"due {self.due}" if is_agreed(self.outcome_status) else f"date: {self.due}"
        about = join_facts(
            self.kind,
            self.direction,
            due if self.due else "",
            label("according to", self.according_to),
            label_outcome(self.outcome_status),
            mark=", ",
        )
        return f"{about}."

    @property
    def is_drawn(self) -> bool:
        """Whether any number is known of it."""
        return any(figure.stretch for figure in self.figures)


def draw_commitments(told: Fulfilment, names: dict[str, str]) -> list[DrawnCommitment]:
    """How commitments are drawn; ``names`` are those of the parties by slug.

    Each has a scale of its own, but for the sides' versions of one: these are compared.
    """
    named = {owed.slug: owed for owed in told.commitments}
    return [
        _draw_commitment(
            owed, names, [owed, *(named[slug] for slug in owed.versions if slug in named)]
        )
        for owed in told.commitments
    ]


def _draw_commitment(
    owed: Promise, names: dict[str, str], versions: list[Promise]
) -> DrawnCommitment:
    status = owed.outcome_status or ""
    most = find_longest(
        quantity
        for each in versions
        for quantity in (each.promised, each.reported.quantity, each.confirmed.quantity)
    )
    reported = _delivered(owed.reported, owed.unit, owed.share_reported)
    if not reported and not owed.retracted:
        reported = "no delivery is recorded"
    confirmed = _delivered(owed.confirmed, owed.unit, owed.share_confirmed)
    figures = [
        Figure(name, words, build_stretch(quantity, most))
        for name, words, quantity in (
            (
                "Promised" if is_agreed(status) else "Sought",
                _amount(owed.promised, owed.unit),
                owed.promised,
            ),
            ("Reported", join_facts(reported, _doubts(owed)), owed.reported.quantity),
            ("Confirmed", confirmed or "no delivery is confirmed", owed.confirmed.quantity),
        )
    ]
    return DrawnCommitment(
        slug=owed.slug,
        kind=Commitment.Kind(owed.kind).label,
        text=owed.text,
        direction=_direction(owed, names),
        due=format_uncertain_date(owed.due, owed.due_earliest, owed.due_latest) if owed.due else "",
        overdue=_overdue(owed),
        according_to=names.get(owed.according_to or "", owed.according_to or ""),
        outcome_status=status,
        figures=figures,
    )


def _delivered(done: Delivered, unit: str, share: Share) -> str:
    """Say how much was delivered and how often; nothing where no delivery counts."""
    if not done.deliveries:
        return ""
    times = _times(done.deliveries)
    # At least none says nothing.
    known = Bounds(done.quantity.min or None, done.quantity.max)
    quantity = done.quantity if known.max is not None else known
    return f"{_amount(quantity, unit)}{enclose(format_share(share))}, in {times}"


def _times(number: int) -> str:
    return "1 delivery" if number == 1 else f"{number:,} deliveries"


def _doubts(owed: Promise) -> str:
    """Say of how many deliveries the sides contradict each other, and how many were taken back."""
    return join_facts(
        f"disputed: {_times(owed.disputed)}" if owed.disputed else "",
        f"reported and then retracted: {_times(owed.retracted)}" if owed.retracted else "",
    )


def _overdue(owed: Promise) -> str:
    if owed.overdue == "nothing_recorded" and owed.retracted:
        return "It was due; what was reported as delivered was retracted."
    return OVERDUE[owed.overdue]


def _direction(owed: Promise, names: dict[str, str]) -> str:
    obligor, obligee = (
        [names.get(slug, slug) for slug in slugs] for slugs in (owed.obligor, owed.obligee)
    )
    return format_direction(obligor, obligee)


def _amount(quantity: Bounds, unit: str) -> str:
    return format_amount(quantity.min, quantity.max, unit) or "number not given"
