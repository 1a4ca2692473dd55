"""What was promised and delivered as it is drawn: a bar within a frame for each commitment."""

from dataclasses import dataclass

from negotiations.analysis.deliveries import Delivered
from negotiations.analysis.fulfilment import Fulfilment, Promise
from negotiations.analysis.quantities import Bounds
from negotiations.analysis.summaries import format_direction
from negotiations.models import Commitment
from negotiations.models.amounts import UNITS

from .scale import Stretch, longest, stretch
from .wording import days_words, quantity_words, share_words

OVERDUE = {
    "yes": "Overdue: the deliveries recorded are less than was promised.",
    "nothing_recorded": "It was due; no delivery is recorded.",
    "unclear": "It is not known whether it is overdue.",
    "no": "",
}


@dataclass(frozen=True)
class Figure:
    """What one line of a commitment says: ``Reported: 42 to 72 persons (42% to 72%)``."""

    name: str
    words: str
    stretch: Stretch | None


@dataclass(frozen=True)
class Debt:
    """One commitment."""

    slug: str
    kind: str
    text: str
    direction: str
    due: str
    overdue: str
    according_to: str
    figures: list[Figure]

    @property
    def about(self) -> str:
        """What it is, who owes it to whom, by when, and by whose version of the terms."""
        due = f", due {self.due}" if self.due else ""
        version = f", according to: {self.according_to}" if self.according_to else ""
        return f"{self.kind}, {self.direction}{due}{version}."

    @property
    def is_drawn(self) -> bool:
        """Whether any number is known of it."""
        return any(figure.stretch for figure in self.figures)


def debts(told: Fulfilment, names: dict[str, str]) -> list[Debt]:
    """How commitments are drawn; ``names`` are those of the parties by slug.

    Each has a scale of its own, but for the sides' versions of one: these are compared.
    """
    named = {owed.slug: owed for owed in told.commitments}
    return [
        _debt(owed, names, [owed, *(named[slug] for slug in owed.versions if slug in named)])
        for owed in told.commitments
    ]


def _debt(owed: Promise, names: dict[str, str], versions: list[Promise]) -> Debt:
    most = longest(
        quantity
        for each in versions
        for quantity in (each.promised, each.reported.quantity, each.confirmed.quantity)
    )
    unit = f" {UNITS[owed.unit][1]}" if owed.unit else ""
    figures = [Figure("Promised", _amount(owed.promised, unit), stretch(owed.promised, most))]
    for name, done, part in (
        ("Reported", owed.reported, owed.share_reported),
        ("Confirmed", owed.confirmed, owed.share_confirmed),
    ):
        words = _delivered(done, unit, share_words(part))
        figures.append(Figure(name, words, stretch(done.quantity, most)))
    return Debt(
        slug=owed.slug,
        kind=Commitment.Kind(owed.kind).label,
        text=owed.text,
        direction=_direction(owed, names),
        due=days_words(owed.due, owed.due_earliest, owed.due_latest) if owed.due else "",
        overdue=OVERDUE[owed.overdue],
        according_to=names.get(owed.according_to or "", owed.according_to or ""),
        figures=figures,
    )


def _delivered(done: Delivered, unit: str, share: str) -> str:
    if not done.deliveries:
        return "nothing"
    times = "1 delivery" if done.deliveries == 1 else f"{done.deliveries} deliveries"
    part = f" ({share})" if share else ""
    return f"{_amount(done.quantity, unit)}{part}, in {times}"


def _direction(owed: Promise, names: dict[str, str]) -> str:
    obligor, obligee = (
        [names.get(slug, slug) for slug in slugs] for slugs in (owed.obligor, owed.obligee)
    )
    return format_direction(obligor, obligee)


def _amount(quantity: Bounds, unit: str) -> str:
    words = quantity_words(quantity)
    return words if words == "number not given" else f"{words}{unit}"
