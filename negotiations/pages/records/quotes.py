"""The words behind a record, each in its paragraph."""

from typing import Any

from django.db.models import F
from django.db.models.functions import Greatest, Length, Substr

from negotiations.analysis.wording.phrases import RELATIONS, VOICES
from negotiations.models import Source
from negotiations.pages.published import get_published
from negotiations.pages.text_direction import get_text_direction
from negotiations.text.quote_context import CONTEXT_LENGTH, get_paragraph_context

from .links import get_record_url
from .text_fragments import text_link

# A page shows so many; one more tells that there are.
MAX_QUOTATIONS = 50


def list_quotations(record: Any) -> list[dict[str, Any]]:
    """The words that support, contradict or explain a record, source by source, at most 51.

    One query: of each text the database gives the part around the words.
    """
    cited = record.citations.published().filter(source__in=get_published(Source))
    begins = Greatest(F("start") - CONTEXT_LENGTH, 0)
    found = (
        cited.select_related("source")
        .defer("source__text")
        .annotate(
            begins=begins,
            piece=Substr("source__text", begins + 1, Length("quote") + 2 * CONTEXT_LENGTH),
        )
        .order_by("source__slug", "start", "slug")
    )
    return [_quotation(citation) for citation in found[: MAX_QUOTATIONS + 1]]


def get_quotation(citation: Any) -> dict[str, Any]:
    """The words of one citation or dismissal."""
    begins = max((citation.start or 0) - CONTEXT_LENGTH, 0)
    citation.begins = begins
    end = (citation.start or 0) + len(citation.quote) + CONTEXT_LENGTH
    citation.piece = citation.source.text[begins:end]
    return _quotation(citation)


def _quotation(passage: Any) -> dict[str, Any]:
    source = passage.source
    before, after = get_paragraph_context(
        passage.piece, passage.begins, passage.start, len(passage.quote)
    )
    return {
        "slug": passage.slug,
        "about": passage.field.replace("_", " ") if hasattr(passage, "field") else "",
        "source": source,
        "url": f"{get_record_url('sources', source.slug)}#{passage.resource_name}-{passage.slug}",
        "direction": get_text_direction(source.language),
        "before": before,
        "quote": passage.quote,
        "after": after,
        "voice": VOICES[passage.voice] if hasattr(passage, "voice") else "",
        "relation": RELATIONS[passage.relation] if hasattr(passage, "voice") else "",
        "original": text_link(source.url, passage.quote) if source.url else "",
    }
