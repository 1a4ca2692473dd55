"""The versions of a record that everybody may know, and a record as it was in one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest

from negotiations.history.as_of import query_as_of
from negotiations.history.visible_changes import ChangeFeed
from negotiations.models import Change, Record
from negotiations.pages.published import get_published
from negotiations.rest.changes.history_views import find_version

MAX_VERSIONS = 100
MAX_NUMBER_LENGTH = 9


def list_public_versions(record: Record) -> list[dict[str, Any]]:
    """The versions that were public, the newest first, as the API's history tells them."""
    feed = ChangeFeed(AnonymousUser())
    rows = feed.changes.filter(kind=record.resource_name, slug=record.slug)
    return [
        feed.event(change)
        for change in rows.order_by(f"-{feed.column}")[:MAX_VERSIONS]
        if change.action == Change.Action.DELETED or feed.sees(change, change.review_after)
    ]


def parse_version_param(request: HttpRequest) -> int | None:
    """``?version=3``; None without it."""
    text = request.GET.get("version")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_NUMBER_LENGTH):
        raise BadRequest("version is no number.")
    return int(text)


@contextmanager
def as_of_version(record: Record, number: int) -> Iterator[Any]:
    """The record as it was in a version, and all around it as it was when that version ended.

    Inside, everything that is read is of that time. 404 for a version that is not public.
    """
    version = find_version(type(record), record.pk, number, AnonymousUser())
    if version is None:
        raise Http404
    later = type(version).objects.filter(id=record.pk, history_id__gt=version.history_id)
    following = later.order_by("history_id").first()
    # Its words were written just after it: they are there when it ends.
    end = following.history_date - timedelta(microseconds=1) if following else None
    if end is None or end < version.history_date:
        end = version.history_date
    with query_as_of(end, version):
        yield get_published(type(record)).get(pk=record.pk)
