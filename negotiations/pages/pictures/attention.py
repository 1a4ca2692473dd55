"""What waits as it is drawn: bars of days for what passed, and of their number for the rest."""

from collections.abc import Iterator
from dataclasses import dataclass

from negotiations.analysis.attention import Attention
from negotiations.analysis.attention_items import AttentionItem, Reason
from negotiations.analysis.date_words import when
from negotiations.analysis.quantities import UNKNOWN, Bounds
from negotiations.models.amounts import format_amount
from negotiations.pages.records.links import Pair

from .scale import Stretch, longest, stretch

REASONS: dict[Reason, str] = {
    "deadline_passed": "A deadline passed and no result is recorded",
    "round_date_passed": "A date passed and whether the round was held is not recorded",
    "commitment_overdue": "Due, and no delivery of all that was promised is recorded",
    "proposal_unanswered": "Proposals without a recorded answer",
    "one_source": "Resting on one source",
    "one_side": "Resting on one side's sources",
    "open_question": "Questions that the sources leave open",
    "sentence_uncoded": "Sentences of which nothing is coded",
    "quotation_broken": "Quotations that their source does not have",
    "source_incomplete": "Sources with more than the text at hand",
    "proposal_incomplete": "Proposals with more terms than are known",
}
# What time brings; the other reasons are about the record itself.
BY_TIME = ("deadline_passed", "round_date_passed", "commitment_overdue", "proposal_unanswered")


@dataclass(frozen=True)
class Matter:
    """One thing to look at."""

    kind: str
    slug: str
    title: str
    about: str
    days: str
    stretch: Stretch | None


@dataclass(frozen=True)
class Heap:
    """All that has one reason: how many there are, as a bar of the most that any has, and some."""

    reason: Reason
    name: str
    count: int
    stretch: Stretch | None
    matters: list[Matter]

    @property
    def more(self) -> int:
        """How many are counted and not shown."""
        return self.count - len(self.matters)


@dataclass(frozen=True)
class Noticed:
    """The picture: what time brought, and what is so whatever the day."""

    passed: list[Heap]
    resting: list[Heap]


def noticed(told: Attention, names: dict[str, str], titles: dict[Pair, str]) -> Noticed:
    """How what needs attention is drawn.

    ``names`` are those of the parties by slug, ``titles`` those of records that have none.
    """
    found = [each for each in told.reasons if each.count]
    resting = [each for each in found if each.reason not in BY_TIME]
    numbers = {each.reason: Bounds(each.count, each.count) for each in resting}
    most, days = longest(numbers.values()), longest(item.days for item in told.items)
    heaps = [
        Heap(
            reason=each.reason,
            name=REASONS[each.reason],
            count=each.count,
            stretch=stretch(numbers.get(each.reason, UNKNOWN), most),
            matters=[
                _matter(item, names, titles, days)
                for item in told.items
                if item.reason == each.reason
            ],
        )
        for each in found
    ]
    return Noticed(
        [heap for heap in heaps if heap.reason in BY_TIME],
        [heap for heap in heaps if heap.reason not in BY_TIME],
    )


def _matter(
    item: AttentionItem, names: dict[str, str], titles: dict[Pair, str], days: int
) -> Matter:
    return Matter(
        kind=item.kind,
        slug=item.slug,
        title=item.summary or titles.get((item.kind, item.slug), item.slug),
        about=", ".join(_about(item, names)),
        days=_days(item),
        stretch=stretch(item.days, days),
    )


def _about(item: AttentionItem, names: dict[str, str]) -> Iterator[str]:
    if item.date:
        yield when(item.date)
    if item.parties:
        listed = " and ".join(names.get(party, party) for party in item.parties)
        yield f"no answer recorded: {listed}" if item.reason == "proposal_unanswered" else listed
    if item.text and item.text != item.title:
        yield item.text


def _days(item: AttentionItem) -> str:
    if item.reason not in BY_TIME:
        return ""
    is_offer = item.reason == "proposal_unanswered"
    if item.days == UNKNOWN:
        return "when it was made is not known" if is_offer else "since when is not known"
    # Up to a day on which it may still not have been made.
    days = Bounds(item.days.min or None, item.days.max) if item.days.max else item.days
    passed = f"{format_amount(days.min, days.max, 'days')} ago"
    return (
        f"{'made' if is_offer else 'passed'} {passed}{' or later' * is_offer * (days.min is None)}"
    )
