"""What the records of a negotiation rest on: their citations and the sources of these."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.fields import CharField

from negotiations.models import Citation, Negotiation, Source

from .date_spans import DateSpan, widen
from .event_rows import EVENT_SPECS, EventSpec, Rows

SUPPORTS = Citation.Relation.SUPPORTS


def get_citations(kind: EventSpec, negotiation: Negotiation, rows: Rows) -> QuerySet[Any]:
    """The citations of the records of one kind, in sources that the reader sees."""
    name = kind.model._meta.model_name
    found = rows(Citation).filter(**{f"{name}__{kind.negotiation}": negotiation.pk})
    return found.filter(source__in=rows(Source)).order_by()


def fetch_supporting_sources(
    negotiation: Negotiation, rows: Rows
) -> dict[tuple[str, str], set[str]]:
    """For each cited record, named by kind and slug, the slugs of the sources that support it.

    One query: a union over the kinds, each of which has its own index.
    """
    parts = [
        get_citations(kind, negotiation, rows)
        .filter(relation=SUPPORTS)
        .values_list(
            Value(kind.name, output_field=CharField()),
            F(f"{kind.model._meta.model_name}__slug"),
            F("source__slug"),
        )
        for kind in EVENT_SPECS
    ]
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    # Of a union Django 6.1 would keep the order of the model, whose column is not in it.
    for name, record, source in parts[0].union(*parts[1:]).order_by():
        found[name, record].add(source)
    return dict(found)


def get_cited_sources(negotiation: Negotiation, rows: Rows) -> QuerySet[Any]:
    """The sources that support, contradict or explain a record of the negotiation."""
    parts = [get_citations(kind, negotiation, rows).values_list("source") for kind in EVENT_SPECS]
    return rows(Source).filter(pk__in=parts[0].union(*parts[1:]).order_by())


def fetch_first_report_days(
    kind: EventSpec, negotiation: Negotiation, rows: Rows
) -> dict[str, date]:
    """For each record the day by which a source had told of it: the first to be published.

    What a source tells as having happened happened by the last day on which the source can have
    been published. So it holds for what was done or said, and not for what is planned.
    """
    found = get_citations(kind, negotiation, rows).filter(
        relation=SUPPORTS, source__published_latest__isnull=False
    )
    name, day = f"{kind.model._meta.model_name}__slug", "source__published"
    columns = (name, day, f"{day}_earliest", f"{day}_latest")
    days: dict[str, date] = {}
    for slug, text, first, last in found.values_list(*columns).distinct():
        latest = widen(text, DateSpan(first, last)).latest
        if latest is not None:
            days[slug] = min(days.get(slug, latest), latest)
    return days
