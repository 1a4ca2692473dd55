"""How much of a source was read: the sentences that no record and no dismissal touches."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from .segmentation import Sentence, TextSpan, split_sentences


def build_quote_spans(citations: Iterable[tuple[int | None, str]]) -> list[TextSpan]:
    """The stretches that quotations cover, from their ``start`` and ``quote``."""
    return [TextSpan(start, start + len(quote)) for start, quote in citations if start is not None]


def find_untouched_sentences(
    text: str, touched: Iterable[TextSpan], language: str = "en"
) -> list[Sentence]:
    """List the sentences of which not a single character is covered."""
    spans = sorted(touched)
    # The furthest end among the spans up to each: spans may lie within one another.
    reach: list[int] = []
    for span in spans:
        reach.append(max(span.end, reach[-1]) if reach else span.end)
    starts = [span.start for span in spans]
    missed = []
    for sentence in split_sentences(text, language):
        before = bisect_left(starts, sentence.end)
        if not before or reach[before - 1] <= sentence.start:
            missed.append(sentence)
    return missed
