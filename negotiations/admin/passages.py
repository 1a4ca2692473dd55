"""The words of a record where they stand: in their paragraph, marked."""

from typing import Any, NamedTuple

from negotiations.models import Record

# Of a paragraph that is longer, what is near the words.
AROUND = 700


class Passage(NamedTuple):
    """Words of a source, with what stands before and after them in the same paragraph."""

    citation: Any
    before: str
    words: str
    after: str

    @property
    def source(self) -> Any:
        """Where they stand."""
        return self.citation.source


def passages(record: Record) -> list[Passage]:
    """The citations of a record that were not withdrawn, in the order of their sources' words."""
    if hasattr(record, "quote"):
        return [passage(record)]
    if not hasattr(record, "citations"):
        return []
    rows = record.citations.exclude(review=Record.Review.WITHDRAWN).select_related("source")
    return [passage(citation) for citation in rows.order_by("source_id", "start", "slug")]


def passage(citation: Any) -> Passage:
    """One quotation in its paragraph."""
    text, start = citation.source.text, citation.start or 0
    end = start + len(citation.quote)
    first = max(text.rfind("\n", 0, start) + 1, start - AROUND)
    last = text.find("\n", end)
    last = min(len(text) if last < 0 else last, end + AROUND)
    before, after = text[first:start], text[end:last]
    before = f"…{before}" if first and text[first - 1] != "\n" else before
    after = f"{after}…" if last < len(text) and text[last] != "\n" else after
    return Passage(citation, before, text[start:end], after)
