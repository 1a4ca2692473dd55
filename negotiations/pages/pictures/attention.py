"""What waits as it is drawn: bars of days for what passed, and of their number for the rest."""

from collections.abc import Iterator
from dataclasses import dataclass

from negotiations.analysis.attention import Attention
from negotiations.analysis.attention_items import AttentionItem, Reason
from negotiations.analysis.date_words import format_edtf
from negotiations.analysis.quantities import UNKNOWN, Bounds
from negotiations.models.amounts import format_amount
from negotiations.pages.records.links import Pair

from .scale import Stretch, build_stretch, find_longest

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
class AttentionEntry:
    """One thing to look at."""

    kind: str
    slug: str
    title: str
    about: str
    days: str
    stretch: Stretch | None


@dataclass(frozen=True)
class AttentionGroup:
    """All that has one reason: how many there are, as a bar of the most that any has, and some."""

    reason: Reason
    name: str
    count: int
    stretch: Stretch | None
    matters: list[AttentionEntry]

    @property
    def more(self) -> int:
        """How many are counted and not shown."""
        return self.count - len(self.matters)


@dataclass(frozen=True)
class AttentionDrawing:
    """The picture: what time brought, and what is so whatever the day."""

    passed: list[AttentionGroup]
    resting: list[AttentionGroup]


def draw_attention(
    told: Attention, names: dict[str, str], titles: dict[Pair, str]
) -> AttentionDrawing:
    """How what needs attention is drawn.

    ``names`` are those of the parties by slug, ``titles`` those of records that have none.
    """
    found = [each for each in told.reasons if each.count]
    resting = [each for each in found if each.reason not in BY_TIME]
    numbers = {each.reason: Bounds(each.count, each.count) for each in resting}
    most, days = find_longest(numbers.values()), find_longest(item.days for item in told.items)
    heaps = [
        AttentionGroup(
            reason=each.reason,
            name=REASONS[each.reason],
            count=each.count,
            stretch=build_stretch(numbers.get(each.reason, UNKNOWN), most),
            matters=[
                _draw_entry(item, names, titles, days)
                for item in told.items
                if item.reason == each.reason
            ],
        )
        for each in found
    ]
    return AttentionDrawing(
        [heap for heap in heaps if heap.reason in BY_TIME],
        [heap for heap in heaps if heap.reason not in BY_TIME],
    )


def _draw_entry(
    item: AttentionItem, names: dict[str, str], titles: dict[Pair, str], days: int
) -> AttentionEntry:
    return AttentionEntry(
        kind=item.kind,
        slug=item.slug,
        title=item.summary or titles.get((item.kind, item.slug), item.slug),
        about=", ".join(_about(item, names)),
        days=_days(item),
        stretch=build_stretch(item.days, days),
    )


def _about(item: AttentionItem, names: dict[str, str]) -> Iterator[str]:
    if item.date:
        yield format_edtf(item.date)
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
