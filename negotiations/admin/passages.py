"""The words of a record where they stand: in their paragraph, marked."""

from typing import Any, NamedTuple

from negotiations.models import Record
from negotiations.text.quote_context import CONTEXT_LENGTH, get_paragraph_context


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
    start, length = citation.start or 0, len(citation.quote)
    begins = max(start - CONTEXT_LENGTH, 0)
    piece = citation.source.text[begins : start + length + CONTEXT_LENGTH]
    before, after = get_paragraph_context(piece, begins, citation.start, length)
    return QuoteContext(citation, before, citation.quote, after)
