"""The page of a negotiation: its pictures, what needs attention, its parties and sources."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from negotiations.analysis import timeline as timelines
from negotiations.analysis.attention import attention
from negotiations.analysis.coverage import SourceFigures, coverage
from negotiations.analysis.date_spans import Span
from negotiations.analysis.event_rows import names
from negotiations.analysis.fulfilment import fulfilment
from negotiations.analysis.matrix import Matrix, matrix
from negotiations.analysis.movement import MovementPoint, movement
from negotiations.models import Negotiation, Party, Position, Round, Source

from .as_of import also, at_its_moment, moment_of
from .pictures.attention import Noticed, noticed
from .pictures.fulfilment import Debt, debts
from .pictures.matrix import grid
from .pictures.movement import gaps, moves
from .pictures.timeline import drawing
from .published import day_asked, published
from .records.gone import missing
from .records.links import links, nameable
from .records.record import record
from .responses import page

MOST = 200
# Of what needs attention, for each reason.
MOST_NOTICED = 20


@require_safe
@at_its_moment
def negotiation(request: HttpRequest, slug: str) -> HttpResponse:
    """What is recorded of a negotiation, in pictures and in words; a version of it, as a record."""
    talks = published(Negotiation).filter(slug=slug).first()
    if talks is None:
        return missing(request, Negotiation, slug)
    if "version" in request.GET:
        return record(request, "negotiations", slug)
    moment, number = moment_of(request), page_number(request)
    told = timeline_of(request, talks, moment.on, number)
    has_more = told.grouping == "none" and told.count > number * MOST
    held = matrix_of(talks, moment.on)
    context = {
        "talks": talks,
        "moment": moment,
        "timeline": drawing(told),
        "told": told,
        "is_part": any(name in request.GET for name in ("from", "to")),
        "following": number + 1 if has_more else None,
        "earlier": number - 1,
        "matrix": grid(held),
        "movement": movement_of(request, talks, held),
        "debts": debts_of(talks, moment.on),
        "attention": noticed_of(talks, moment.on),
        "sources": sources_of(talks),
    }
    return page(request, "pages/negotiation.html", context)


def page_number(request: HttpRequest) -> int:
    """Which page of the timeline is asked for, from 1."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text)):
        raise BadRequest("page is no number of a page.")
    return int(text)


def timeline_of(
    request: HttpRequest, talks: Negotiation, on: date, number: int = 1
) -> timelines.Timeline:
    """The part of the timeline that is asked for; a part is not grouped again."""
    first, last = day_asked(request, "from"), day_asked(request, "to")
    window = Span(first, last) if first or last else None
    found = timelines.entries(talks, published, window=window)
    shown = slice((number - 1) * MOST, number * MOST)
    grouping: Any = "none" if window or number > 1 else None
    return timelines.timeline(talks, published, on, found, grouping=grouping, shown=shown)


def matrix_of(talks: Negotiation, on: date) -> Matrix:
    """Who holds what on a day."""
    return matrix(talks, published, on)


def movement_of(request: HttpRequest, talks: Negotiation, told: Matrix) -> dict[str, Any]:
    """Who moved between two days: those of the query, else from the last round with a date."""
    until = day_asked(request, "until") or told.on
    since = day_asked(request, "since") or choose_start(talks, until)
    if since >= until:
        raise BadRequest("until does not lie after since: choose two days.")
    points = (MovementPoint(None, day, day) for day in (since, until))
    moved = movement(talks, published, *points)
    known = moment_of(request).known
    names = {row.party: row.name for row in told.parties}
    issues = {column.issue: column for column in told.issues}
    return {
        "since": since,
        "until": until,
        "moves": moves(moved, names, issues),
        "gaps": gaps(moved, names, issues),
        "asked": also(f"from={since}&to={until}", known),
        "drawn": also(f"since={since}&until={until}", known),
    }


def choose_start(talks: Negotiation, until: date) -> date:
    """Return a day before ``until`` to compare with.

    The day before the last round that was held by then; without one, before the first position with
    a date; without that, before ``until`` itself.
    """
    if until == date.min:
        raise BadRequest("No day lies before until.")
    about = {"negotiation": talks, "date_earliest__gt": date.min}
    held = published(Round).filter(status=Round.Status.HELD, date_latest__lte=until, **about)
    last = held.aggregate(first=Max("date_earliest"))["first"]
    if last is None:
        dated = published(Position).filter(date_earliest__lte=until, **about)
        last = dated.aggregate(first=Min("date_earliest"))["first"]
    return (last or until) - timedelta(days=1)


def debts_of(talks: Negotiation, on: date) -> list[Debt]:
    """What is owed on a day."""
    told = fulfilment(talks, published, on)
    parties = {
        slug
        for owed in told.commitments
        for slug in (*owed.obligor, *owed.obligee, owed.according_to)
        if slug
    }
    return debts(told, names(Party, parties, published))


def noticed_of(talks: Negotiation, on: date) -> Noticed:
    """What needs attention on a day."""
    told = attention(talks, published, on, most=MOST_NOTICED)
    parties = {party for item in told.items for party in item.parties}
    untitled = links((item.kind, item.slug) for item in told.items if not item.title)
    titles = {pair: found["words"] for pair, found in untitled.items()}
    return noticed(told, names(Party, parties, published), titles)


def sources_of(talks: Negotiation) -> list[dict[str, Any]]:
    """What it rests on: each source by its name, and how far it was read."""
    read = coverage(talks, published).sources
    known = source_names(read)
    return [{"name": known.get(each.source, each.source), "read": each} for each in read]


def source_names(read: list[SourceFigures]) -> dict[str, str]:
    """What sources are called, by slug; those without a title by their outlet and day."""
    found = nameable(Source).filter(slug__in=[each.source for each in read]).order_by("slug")
    return {source.slug: str(source) for source in found}
