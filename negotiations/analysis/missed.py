"""What passed with nothing recorded of it, over all negotiations at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from negotiations.models import Response, Round

from .attention_items import AttentionItem, Reason
from .date_proofs import certainly_before, possibly_by
from .date_spans import DateSpan, widen
from .event_rows import Rows
from .lapses import DECISIVE, NOT_HELD, count_days_since, get_undecided_proposals


def find_missed(rows: Rows, on: date, most: int) -> list[AttentionItem]:
    """The deadlines and dates of rounds that passed last before a day, at most so many.

    By the definitions of ``lapses``: ``deadline_passed`` and ``round_date_passed`` alone, since
    they are told from two queries, however many negotiations there are.
    """
    expected = rows(Round).filter(certainly_before("date", on), status__in=NOT_HELD)
    decided = rows(Response).filter(
        possibly_by("date", on), proposal=OuterRef("pk"), term=None, answer__in=DECISIVE
    )
    open_ = get_undecided_proposals(rows, on).filter(
        certainly_before("deadline", on), ~Exists(decided)
    )
    passed: list[tuple[Reason, str, Any]] = [
        *(("round_date_passed", "rounds", row) for row in _last(expected, "date", most)),
        *(("deadline_passed", "proposals", row) for row in _last(open_, "deadline", most)),
    ]
    passed.sort(key=lambda each: each[2]["latest"], reverse=True)
    return [
        AttentionItem(
            *(reason, kind, row["slug"], row["title"]),
            date=row["text"],
            days=count_days_since(widen(row["text"], DateSpan(row["earliest"], row["latest"])), on),
        )
        for reason, kind, row in passed[:most]
    ]


def _last(found: QuerySet[Any], name: str, most: int) -> QuerySet[Any]:
    """The rows whose date passed last."""
    rows = found.order_by(F(f"{name}_latest").desc(), "slug")
    ends = {end: F(f"{name}_{end}") for end in ("earliest", "latest")}
    return rows.values("slug", "title", text=F(name), **ends)[:most]
