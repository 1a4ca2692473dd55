"""Feeds for readers of news (Atom, RFC 4287)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from rest_framework.renderers import BaseRenderer


class AtomRenderer(BaseRenderer):
    """The type of a feed."""

    media_type, format, charset = "application/atom+xml", "atom", None
    content_type = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True)
class AtomEntry:
    """One entry of a feed; its id never changes."""

    id: str
    title: str
    summary: str
    url: str
    changed_at: datetime


class AtomFeed(Atom1Feed):
    """Django's writer, for a feed that may be empty and must then be the same each time."""

    def latest_post_date(self) -> Any:
        """When the feed last changed."""
        return max((item["updateddate"] for item in self.items), default=self.feed["made_at"])


def render_feed(
    title: str, url: str, here: str, news: Iterable[AtomEntry], made_at: datetime
) -> bytes:
    """A feed, the newest first; ``made_at`` is when it changed if nothing is in it."""
    written = AtomFeed(
        title, url, "", feed_url=here, author_name="Negotiation Tracker", made_at=made_at
    )
    for each in sorted(news, key=lambda one: (one.changed_at, one.id), reverse=True):
        # Atom's summaries are HTML as Django writes them.
        summary = escape(each.summary)
        written.add_item(
            each.title, each.url, summary, unique_id=each.id, updateddate=each.changed_at
        )
    return written.writeString("utf-8").encode()
