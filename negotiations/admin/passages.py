"""The words of a record where they stand: in their paragraph, marked."""

from typing import Any, NamedTuple

from negotiations.models import Record

# Of a paragraph that is longer, what is near the words.
CONTEXT_LENGTH = 700


class QuoteContext(NamedTuple):
    """Words of a source, with what stands before and after them in the same paragraph."""

    citation: Any
    before: str
    words: str
    after: str

    @property
    def source(self) -> Any:
        """Where they stand."""
        return self.citation.source


def list_quote_contexts(record: Record) -> list[QuoteContext]:
    """The citations of a record that were not withdrawn, in the order of their sources' words."""
    if hasattr(record, "quote"):
        return [build_quote_context(record)]
    if not hasattr(record, "citations"):
        return []
    rows = record.citations.exclude(review=Record.Review.WITHDRAWN).select_related("source")
    return [
        build_quote_context(citation) for citation in rows.order_by("source_id", "start", "slug")
    ]


def build_quote_context(citation: Any) -> QuoteContext:
    """One quotation in its paragraph."""
    text, start = citation.source.text, citation.start or 0
    end = start + len(citation.quote)
    first = max(text.rfind("\n", 0, start) + 1, start - CONTEXT_LENGTH)
    last = text.find("\n", end)
    last = min(len(text) if last < 0 else last, end + CONTEXT_LENGTH)
    before, after = text[first:start], text[end:last]
    before = f"…{before}" if first and text[first - 1] != "\n" else before
    after = f"{after}…" if last < len(text) and text[last] != "\n" else after
    return QuoteContext(citation, before, text[start:end], after)
