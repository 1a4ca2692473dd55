"""The page of a negotiation: its pictures, what needs attention, its parties and sources."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from negotiations.analysis import timeline as timelines
from negotiations.analysis.attention import build_attention
from negotiations.analysis.coverage import SourceFigures, build_coverage
from negotiations.analysis.date_spans import DateSpan
from negotiations.analysis.date_words import format_record_date
from negotiations.analysis.event_rows import fetch_names
from negotiations.analysis.fulfilment import build_fulfilment
from negotiations.analysis.matrix import Matrix, build_matrix
from negotiations.analysis.movement import MovementPoint, build_movement
from negotiations.models import Negotiation, Party, Position, Round, Source

from .as_of import join_queries, parse_moment, read_as_of
from .pictures.attention import AttentionDrawing, draw_attention
from .pictures.fulfilment import DrawnCommitment, draw_commitments
from .pictures.matrix import draw_matrix
from .pictures.movement import draw_gaps, draw_moves
from .pictures.timeline import draw_timeline
from .published import get_published, parse_day_param
from .records.gone import respond_to_missing
from .records.links import build_links, get_nameable
from .records.record import record_view
from .responses import render_page

PAGE_SIZE = 200
# Of what needs attention, for each reason.
MAX_ATTENTION_ITEMS = 20


@require_safe
@read_as_of
def negotiation_view(request: HttpRequest, slug: str) -> HttpResponse:
    """What is recorded of a negotiation, in pictures and in words; a version of it, as a record."""
    talks = get_published(Negotiation).filter(slug=slug).first()
    if talks is None:
        return respond_to_missing(request, Negotiation, slug)
    if "version" in request.GET:
        return record_view(request, "negotiations", slug)
    moment, number = parse_moment(request), parse_page_number(request)
    told = get_timeline(request, talks, moment.on, number)
    has_more = told.grouping == "none" and told.count > number * PAGE_SIZE
    held = get_matrix(talks, moment.on)
    context = {
        "talks": talks,
        "moment": moment,
        # Beside the status on a day on which it may not have held yet.
        "status_date": format_record_date(talks) or ", since when is not known",
        "timeline": draw_timeline(told),
        "told": told,
        "is_part": any(name in request.GET for name in ("from", "to")),
        "following": number + 1 if has_more else None,
        "earlier": number - 1,
        "matrix": draw_matrix(held),
        "movement": get_movement(request, talks, held),
        "debts": list_commitments(talks, moment.on),
        "attention": get_attention(talks, moment.on),
        "sources": list_sources(talks),
    }
    return render_page(request, "pages/negotiation.html", context)


def parse_page_number(request: HttpRequest) -> int:
    """Which page of the timeline is asked for, from 1."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text)):
        raise BadRequest("page is no number of a page.")
    return int(text)


def get_timeline(
    request: HttpRequest, talks: Negotiation, on: date, number: int = 1
) -> timelines.Timeline:
    """The part of the timeline that is asked for; a part is not grouped again."""
    first, last = parse_day_param(request, "from"), parse_day_param(request, "to")
    window = DateSpan(first, last) if first or last else None
    found = timelines.fetch_timeline_entries(talks, get_published, window=window)
    shown = slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE)
    grouping: Any = "none" if window or number > 1 else None
    return timelines.build_timeline(talks, get_published, on, found, grouping=grouping, shown=shown)


def get_matrix(talks: Negotiation, on: date) -> Matrix:
    """Who holds what on a day."""
    return build_matrix(talks, get_published, on)


def get_movement(request: HttpRequest, talks: Negotiation, told: Matrix) -> dict[str, Any]:
    """Who moved between two days: those of the query, else from the last round with a date."""
    until = parse_day_param(request, "until") or told.on
    since = parse_day_param(request, "since") or choose_start(talks, until)
    if since >= until:
        raise BadRequest("until does not lie after since: choose two days.")
    points = (MovementPoint(None, day, day) for day in (since, until))
    moved = build_movement(talks, get_published, *points)
    known = parse_moment(request).known
    names = {row.party: row.name for row in told.parties}
    issues = {column.issue: column for column in told.issues}
    return {
        "since": since,
        "until": until,
        "moves": draw_moves(moved, names, issues),
        "gaps": draw_gaps(moved, names, issues),
        "asked": join_queries(f"from={since}&to={until}", known),
        "drawn": join_queries(f"since={since}&until={until}", known),
    }


def choose_start(talks: Negotiation, until: date) -> date:
    """Return a day before ``until`` to compare with.

    The day before the last round that was held by then; without one, before the first position with
    a date; without that, before ``until`` itself.
    """
    if until == date.min:
        raise BadRequest("No day lies before until.")
    about = {"negotiation": talks, "date_earliest__gt": date.min}
    held = get_published(Round).filter(status=Round.Status.HELD, date_latest__lte=until, **about)
    last = held.aggregate(first=Max("date_earliest"))["first"]
    if last is None:
        dated = get_published(Position).filter(date_earliest__lte=until, **about)
        last = dated.aggregate(first=Min("date_earliest"))["first"]
    return (last or until) - timedelta(days=1)


def list_commitments(talks: Negotiation, on: date) -> list[DrawnCommitment]:
    """What is owed on a day."""
    told = build_fulfilment(talks, get_published, on)
    parties = {
        slug
        for owed in told.commitments
        for slug in (*owed.obligor, *owed.obligee, owed.according_to)
        if slug
    }
    return draw_commitments(told, fetch_names(Party, parties, get_published))


def get_attention(talks: Negotiation, on: date) -> AttentionDrawing:
    """What needs attention on a day."""
    told = build_attention(talks, get_published, on, most=MAX_ATTENTION_ITEMS)
    parties = {party for item in told.items for party in item.parties}
    untitled = build_links((item.kind, item.slug) for item in told.items if not item.title)
    titles = {pair: found["words"] for pair, found in untitled.items()}
    return draw_attention(told, fetch_names(Party, parties, get_published), titles)


def list_sources(talks: Negotiation) -> list[dict[str, Any]]:
    """What it rests on: each source by its name, and how far it was read."""
    read = build_coverage(talks, get_published).sources
    known = get_source_names(read)
    return [{"name": known.get(each.source, each.source), "read": each} for each in read]


def get_source_names(read: list[SourceFigures]) -> dict[str, str]:
    """What sources are called, by slug; those without a title by their outlet and day."""
    found = get_nameable(Source).filter(slug__in=[each.source for each in read]).order_by("slug")
    return {source.slug: str(source) for source in found}
