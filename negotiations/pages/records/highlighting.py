"""A text with its coded passages marked, each with the ways to what it supports."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class HighlightedPassage:
    """Words of the text, and the one record that they lead to."""

    anchor: str
    start: int
    end: int
    is_dismissed: bool
    # What the way is called: a number, or the reason of a dismissal.
    sign: str
    words: str
    url: str


def highlight_passages(text: str, passages: Iterable[HighlightedPassage]) -> list[SafeString]:
    """The paragraphs of the text as HTML, empty lines left out.

    Where a passage ends stands a link to its record; passages may overlap and cross paragraphs.
    """
    opens, closes = defaultdict(list), defaultdict(list)
    for passage in passages:
        opens[passage.start].append(passage)
        closes[passage.end].append(passage)
    cuts = sorted({*opens, *closes})
    paragraphs: list[SafeString] = []
    start, covering = 0, OpenPassages()
    for line in text.split("\n"):
        end = start + len(line)
        within = [start, *cuts[bisect_right(cuts, start) : bisect_left(cuts, end)], end]
        html = SafeString("")
        for first, last in pairwise(within) if line else ():
            covering.begin(opens.pop(first, []))
            html += covering.piece(text[first:last]) + render_links(
                covering.end(closes.pop(last, []))
            )
        # What begins or ends with the line end itself.
        covering.begin(opens.pop(end, []))
        tail = render_links(covering.end(closes.pop(end + 1, [])))
        if line.strip():
            paragraphs.append(html + tail)
        elif tail and paragraphs:
            paragraphs[-1] += tail
        start = end + 1
    return paragraphs


class OpenPassages:
    """Which passages the place at hand lies in."""

    def __init__(self) -> None:
        self.cited = self.dismissed = 0
        self.begun: list[HighlightedPassage] = []

    def begin(self, passages: Sequence[HighlightedPassage]) -> None:
        """Passages begin here."""
        self.begun += passages
        self._count(passages, 1)

    def end(self, passages: Sequence[HighlightedPassage]) -> Sequence[HighlightedPassage]:
        """Passages ended here: the same."""
        self._count(passages, -1)
        return passages

    def _count(self, passages: Sequence[HighlightedPassage], step: int) -> None:
        for passage in passages:
            if passage.is_dismissed:
                self.dismissed += step
            else:
                self.cited += step

    def piece(self, text: str) -> SafeString:
        """The next piece of the text, marked as it is covered, with the places to jump to."""
        anchors = format_html_join("", '<span id="{}"></span>', ((p.anchor,) for p in self.begun))
        self.begun = []
        if self.cited:
            return format_html("{}<mark>{}</mark>", anchors, text)
        if self.dismissed:
            return format_html('{}<span class="dismissed">{}</span>', anchors, text)
        return format_html("{}{}", anchors, text)


def render_links(passages: Iterable[HighlightedPassage]) -> SafeString:
    """The links behind a passage."""
    return format_html_join("", '<a class="way" href="{}" title="{}">{}</a>', _list_links(passages))


def _list_links(passages: Iterable[HighlightedPassage]) -> Iterator[tuple[str, str, str]]:
    seen = set()
    for passage in passages:
        if passage.url not in seen:
            seen.add(passage.url)
            yield passage.url, passage.words, passage.sign
