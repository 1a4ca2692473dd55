"""The start page: the negotiations, what changed lately, what passed with nothing recorded."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from negotiations.analysis.date_words import format_edtf
from negotiations.analysis.missed import find_missed
from negotiations.history.visible_changes import ChangeFeed
from negotiations.models import RECORDS, Negotiation

from .formatting import format_day, get_singular_name, pluralize
from .published import get_published, get_today
from .records.links import build_links
from .responses import render_page
from .summary import build_negotiation_summary

MOST_DRAWN, MOST_NEGOTIATIONS, MOST_CHANGES, MOST_MISSED = 3, 30, 10, 5
# So far back, and no further, the feed is read.
LOOKED_AT = 500
# They come and go with the record that they support.
PARTS = ("citations", "dismissals")
REASONS = {
    "round_date_passed": "date: {}; whether it was held is not recorded",
    "deadline_passed": "deadline: {}; no result is recorded",
}


@require_safe
def home_view(request: HttpRequest) -> HttpResponse:
    """The newest negotiations in pictures, the news of the record, and how much of it there is."""
    newest = get_published(Negotiation).order_by(F("date_earliest").desc(nulls_last=True), "slug")
    listed = list(newest[:MOST_NEGOTIATIONS])
    context = {
        "portraits": [
            build_negotiation_summary(talks, get_today()) for talks in listed[:MOST_DRAWN]
        ],
        "negotiations": listed[MOST_DRAWN:],
        "changes": list_recent_changes(),
        "missed": list_missed(),
        "counts": count_records(),
    }
    return render_page(request, "pages/start.html", context)


def count_records() -> list[dict[str, Any]]:
    """How much there is of each kind."""
    told = [(model.resource_name, get_published(model).count()) for model in RECORDS]
    return [{"kind": kind, "count": count, "name": pluralize(count, kind)} for kind, count in told]


def list_recent_changes() -> list[dict[str, Any]]:
    """The records that changed last, each once, by the feed that everybody may read."""
    feed = ChangeFeed(AnonymousUser())
    lately: dict[Any, Any] = {}
    for change in feed.changes.order_by(f"-{feed.column}")[:LOOKED_AT]:
        if change.kind not in PARTS and len(lately) < MOST_CHANGES:
            lately.setdefault((change.kind, change.slug), feed.event(change))
    known = build_links(lately)
    return [
        {
            "kind": get_singular_name(kind),
            "words": slug,
            "day": format_day(event["at"]),
            "action": event["action"],
            **known.get((kind, slug), {}),
        }
        for (kind, slug), event in lately.items()
    ]


def list_missed() -> list[dict[str, Any]]:
    """What passed last with nothing recorded of it."""
    found = find_missed(get_published, get_today(), MOST_MISSED)
    known = build_links((item.kind, item.slug) for item in found)
    return [
        {
            **known.get((item.kind, item.slug), {}),
            "why": REASONS[item.reason].format(format_edtf(item.date)),
        }
        for item in found
    ]
