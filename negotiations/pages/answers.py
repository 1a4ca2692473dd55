"""Positions as the matrix and the movement draw them: both by the same rules."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.text import capfirst

from negotiations.analysis.date_spans import DateSpan
from negotiations.analysis.held_positions import HeldPosition
from negotiations.analysis.wording.summaries import ANSWERS, explain_position, summarize_position
from negotiations.models import Position

from .formatting import format_day, format_uncertain_date

# So many of one party on one issue are drawn; of the others the text says what they answer.
MAX_SHOWN = 2


@dataclass(frozen=True)
class PositionAnswer:
    """A position: the answer to the question that the row or column shows."""

    slug: str
    stance: str
    label: str
    # Claim, question and answer, for whoever points at it.
    words: str
    qualities: list[str]
    about: str
    when: str
    # Whether its date proves that it was given by the day that is drawn.
    is_proved: bool


@dataclass(frozen=True)
class PartyAnswers:
    """What one party can have answered last, by a day; none is "nothing found"."""

    all: list[PositionAnswer]

    @property
    def shown(self) -> list[PositionAnswer]:
        """As many as a picture has room for: the proved ones first, of these the last."""
        proved = [answer for answer in self.all if answer.is_proved]
        others = [answer for answer in self.all if not answer.is_proved]
        return [*proved[-MAX_SHOWN:], *others[len(others) - max(0, MAX_SHOWN - len(proved)) :]]

    @property
    def more(self) -> str:
        """What those answer that there is no room for: “and 2 more: no (1), yes (1)”."""
        shown = {answer.slug for answer in self.shown}
        left = Counter(a.label.lower() for a in self.all if a.slug not in shown)
        words = ", ".join(f"{label} ({count})" for label, count in left.items())
        return f"and {left.total()} more: {words}" if left else ""


def describe_answers(
    held: Iterable[HeldPosition], point: DateSpan, party: str, question: str
) -> PartyAnswers:
    """Describe what a party can have held at a point in time."""
    found = list(held)
    is_one = len({each.stance for each in found}) == 1
    return PartyAnswers([_answer(each, point, party, question, is_one) for each in found])


def _answer(
    held: HeldPosition, point: DateSpan, party: str, question: str, is_one: bool
) -> PositionAnswer:
    summary = summarize_position(party, held.claim, held.firmness, held.basis)
    is_proved = held.span.certainly_by(point)
    qualities = list(_qualities(held))
    doubts = [] if is_proved else ["no date proves it by then"]
    doubts += [] if is_one else ["order not proved"]
    return PositionAnswer(
        slug=held.slug,
        stance=held.stance,
        label=capfirst(ANSWERS[held.stance]),
        words=explain_position(summary, question, held.stance) if question else summary,
        qualities=qualities,
        about=", ".join([*qualities, *doubts]),
        when=_when(held),
        is_proved=is_proved,
    )


def _when(held: HeldPosition) -> str:
    said = format_uncertain_date(held.date, held.earliest, held.latest)
    if held.told_by is None or held.earliest or held.latest:
        return said
    return f"{said}, told by {format_day(held.told_by)}"


def _qualities(held: HeldPosition) -> Iterator[str]:
    """How an answer was given."""
    if held.basis == Position.Basis.IMPLIED:
        yield "implied"
    if held.firmness != Position.Firmness.UNSPECIFIED:
        yield Position.Firmness(held.firmness).label.lower()
