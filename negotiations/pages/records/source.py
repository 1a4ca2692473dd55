"""A source as it was read: what its text supports, what was left out, what was not read."""

from typing import Any

from django.db.models import QuerySet

from negotiations.analysis.coverage import build_source_coverage
from negotiations.models import CITABLE_MODELS, COLLECTIONS, Citation, Dismissal, Source
from negotiations.pages.published import get_published
from negotiations.pages.text_direction import get_text_direction

from .highlighting import HighlightedPassage, highlight_passages
from .links import build_links, get_record_url

Row = dict[str, Any]
# The collection of each kind that a citation can support, by the name of its foreign key.
KINDS = {str(model._meta.model_name): name for name, model in COLLECTIONS.items()}


def get_source_context(source: Source) -> dict[str, Any]:
    """What the page of a source shows beside what it shows of every record.

    The records are numbered in the order in which the text first speaks of them.
    """
    cited = list_source_citations(source)
    left_out = list(list_source_dismissals(source))
    told = build_source_coverage(source, get_published)
    passages = [*map(_cited, cited), *map(_left_out, left_out)]
    return {
        "direction": get_text_direction(source.language),
        "paragraphs": highlight_passages(source.text, [p for p in passages if p is not None]),
        "supported": list({row["number"]: row for row in cited}.values()),
        "left_out": left_out,
        "coverage": told.coverage,
        "untouched": told.untouched,
    }


def list_source_citations(source: Source) -> list[Row]:
    """The citations in the order of the text, each with its record's way and number."""
    found = get_published(Citation).filter(source=source.pk).order_by("start", "slug")
    numbers: dict[Any, int] = {}
    told = link_citations(found)
    for row in told:
        row["number"] = numbers.setdefault(row["pair"], len(numbers) + 1)
    return told


def link_citations(found: QuerySet[Citation]) -> list[Row]:
    """Citations with the ways to the published records that they support.

    One query for them and one for each kind of record.
    """
    keys = [f"{kind}__slug" for kind in CITABLE_MODELS]
    rows: list[Row] = []
    for row in found.values("slug", "start", "quote", *keys):
        kind = next(kind for kind in CITABLE_MODELS if row[f"{kind}__slug"])
        rows.append({**row, "pair": (KINDS[kind], row[f"{kind}__slug"])})
    known = build_links(row["pair"] for row in rows)
    return [{**row, "link": known[row["pair"]]} for row in rows if row["pair"] in known]


def list_source_dismissals(source: Source) -> Any:
    """The passages that were read and left out, each with its way."""
    found = get_published(Dismissal).filter(source=source.pk).order_by("start", "slug")
    for row in found.values("slug", "start", "quote", "reason", "note"):
        reason = Dismissal.Reason(row["reason"])
        yield {**row, "reason": reason, "url": get_record_url("dismissals", row["slug"])}


def _cited(row: Row) -> HighlightedPassage | None:
    words = f"{row['link']['kind'].capitalize()}: {row['link']['words']}"
    sign = str(row["number"])
    return _marked(row, "citations", sign=sign, words=words, url=row["link"]["url"])


def _left_out(row: Row) -> HighlightedPassage | None:
    sign, words = str(row["reason"].label).lower(), f"Left out: {row['reason'].definition}"
    return _marked(row, "dismissals", sign=sign, words=words, url=row["url"])


def _marked(row: Row, collection: str, **way: str) -> HighlightedPassage | None:
    """Where the words stand; None where the record does not say."""
    if row["start"] is None:
        return None
    return HighlightedPassage(
        anchor=f"{collection}-{row['slug']}",
        start=row["start"],
        end=row["start"] + len(row["quote"]),
        is_dismissed=collection == "dismissals",
        **way,
    )
