"""A source as it was read: what its text supports, what was left out, what was not read."""

from typing import Any

from django.db.models import QuerySet

from negotiations.analysis.coverage import source_coverage
from negotiations.models import CITED, COLLECTIONS, Citation, Dismissal, Source
from negotiations.pages.published import published
from negotiations.pages.text_direction import direction

from .highlighting import Marked, marked
from .links import address, links

Row = dict[str, Any]
# The collection of each kind that a citation can support, by the name of its foreign key.
KINDS = {str(model._meta.model_name): name for name, model in COLLECTIONS.items()}


def reading(source: Source) -> dict[str, Any]:
    """What the page of a source shows beside what it shows of every record.

    The records are numbered in the order in which the text first speaks of them.
    """
    cited = citations(source)
    left_out = list(dismissals(source))
    told = source_coverage(source, published)
    passages = [*map(_cited, cited), *map(_left_out, left_out)]
    return {
        "direction": direction(source.language),
        "paragraphs": marked(source.text, [p for p in passages if p is not None]),
        "supported": list({row["number"]: row for row in cited}.values()),
        "left_out": left_out,
        "coverage": told.coverage,
        "untouched": told.untouched,
    }


def citations(source: Source) -> list[Row]:
    """The citations in the order of the text, each with its record's way and number."""
    found = published(Citation).filter(source=source.pk).order_by("start", "slug")
    numbers: dict[Any, int] = {}
    told = supporting(found)
    for row in told:
        row["number"] = numbers.setdefault(row["pair"], len(numbers) + 1)
    return told


def supporting(found: QuerySet[Citation]) -> list[Row]:
    """Citations with the ways to the published records that they support.

    One query for them and one for each kind of record.
    """
    keys = [f"{kind}__slug" for kind in CITED]
    rows: list[Row] = []
    for row in found.values("slug", "start", "quote", *keys):
        kind = next(kind for kind in CITED if row[f"{kind}__slug"])
        rows.append({**row, "pair": (KINDS[kind], row[f"{kind}__slug"])})
    known = links(row["pair"] for row in rows)
    return [{**row, "link": known[row["pair"]]} for row in rows if row["pair"] in known]


def dismissals(source: Source) -> Any:
    """The passages that were read and left out, each with its way."""
    found = published(Dismissal).filter(source=source.pk).order_by("start", "slug")
    for row in found.values("slug", "start", "quote", "reason", "note"):
        reason = Dismissal.Reason(row["reason"])
        yield {**row, "reason": reason, "url": address("dismissals", row["slug"])}


def _cited(row: Row) -> Marked | None:
    words = f"{row['link']['kind'].capitalize()}: {row['link']['words']}"
    sign = str(row["number"])
    return _marked(row, "citations", sign=sign, words=words, url=row["link"]["url"])


def _left_out(row: Row) -> Marked | None:
    sign, words = str(row["reason"].label).lower(), f"Left out: {row['reason'].definition}"
    return _marked(row, "dismissals", sign=sign, words=words, url=row["url"])


def _marked(row: Row, collection: str, **way: str) -> Marked | None:
    """Where the words stand; None where the record does not say."""
    if row["start"] is None:
        return None
    return Marked(
        anchor=f"{collection}-{row['slug']}",
        start=row["start"],
        end=row["start"] + len(row["quote"]),
        is_dismissed=collection == "dismissals",
        **way,
    )
