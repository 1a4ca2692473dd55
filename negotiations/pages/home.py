"""The start page: the negotiations, what changed lately, what passed with nothing recorded."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from negotiations.analysis.date_words import when
from negotiations.analysis.missed import missed
from negotiations.history.visible_changes import Feed
from negotiations.models import RECORDS, Negotiation

from .formatting import counted, day_words, kind_name
from .published import published, today
from .records.links import links
from .responses import page
from .summary import portrait

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
def start(request: HttpRequest) -> HttpResponse:
    """The newest negotiations in pictures, the news of the record, and how much of it there is."""
    newest = published(Negotiation).order_by(F("date_earliest").desc(nulls_last=True), "slug")
    listed = list(newest[:MOST_NEGOTIATIONS])
    context = {
        "portraits": [portrait(talks, today()) for talks in listed[:MOST_DRAWN]],
        "negotiations": listed[MOST_DRAWN:],
        "changes": changes(),
        "missed": missed_lately(),
        "counts": counts(),
    }
    return page(request, "pages/start.html", context)


def counts() -> list[dict[str, Any]]:
    """How much there is of each kind."""
    told = [(model.collection(), published(model).count()) for model in RECORDS]
    return [{"kind": kind, "count": count, "name": counted(count, kind)} for kind, count in told]


def changes() -> list[dict[str, Any]]:
    """The records that changed last, each once, by the feed that everybody may read."""
    feed = Feed(AnonymousUser())
    lately: dict[Any, Any] = {}
    for change in feed.changes.order_by(f"-{feed.column}")[:LOOKED_AT]:
        if change.kind not in PARTS and len(lately) < MOST_CHANGES:
            lately.setdefault((change.kind, change.slug), feed.event(change))
    known = links(lately)
    return [
        {
            "kind": kind_name(kind),
            "words": slug,
            "day": day_words(event["at"]),
            "action": event["action"],
            **known.get((kind, slug), {}),
        }
        for (kind, slug), event in lately.items()
    ]


def missed_lately() -> list[dict[str, Any]]:
    """What passed last with nothing recorded of it."""
    found = missed(published, today(), MOST_MISSED)
    known = links((item.kind, item.slug) for item in found)
    return [
        {
            **known.get((item.kind, item.slug), {}),
            "why": REASONS[item.reason].format(when(item.date)),
        }
        for item in found
    ]
