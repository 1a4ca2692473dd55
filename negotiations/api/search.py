"""Finding records of all kinds by their words."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core import signing
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from negotiations.history.as_of import instant_asked_about
from negotiations.history.visible_changes import Feed
from negotiations.models import COLLECTIONS
from negotiations.models.system.search import SearchDocument, matching
from negotiations.rest.http.conditional import body_tag, with_validators
from negotiations.rest.http.feed_params import kinds_in
from negotiations.rest.http.query_params import Query
from negotiations.rest.http.renderers import json_response
from negotiations.rest.http.views import ProtocolView
from negotiations.rest.read.as_of import PARAMETER as AS_OF
from negotiations.rest.read.as_of import at_an_instant, note_faults
from negotiations.rest.read.filters import FilterFault
from negotiations.rest.read.pagination import SIGNER, Key, Ordering, cursor, scope_of
from negotiations.rest.read.search_query import Wish, read
from negotiations.rest.read.search_schemas import (
    DEFAULT_LIMIT,
    LARGEST_LIMIT,
    SEARCH_PAGE,
    SEARCH_PARAMETERS,
)
from negotiations.text.tokens import words, written_word

EXCERPT = 240
ORDER = Ordering(Key(name, False, False) for name in ("rank", "size", "kind", "slug"))


class SearchView(ProtocolView):
    """All kinds at once."""

    tag = "search"

    @extend_schema(
        operation_id="search",
        parameters=[OpenApiParameter(**each) for each in SEARCH_PARAMETERS],
        responses={(200, "application/json"): SEARCH_PAGE},
    )
    @at_an_instant
    def get(self, request: Request) -> HttpResponse:
        """Records by their words, those whose names have them first, then shorter before longer.

        All words must be there: `prisoner exchange`. A word of three letters or more also finds
        those that begin with it. `"a phrase"` is found as it stands, `-word` is left out, and `OR`
        separates alternatives. Case, accents and marks make no difference, in any script.
        """
        query = Query(request, ["q", "kind", "limit", "cursor", AS_OF])
        note_faults(query)
        wish, kinds = asked(query), kinds_in(query)
        limit = query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT)
        start = place_in(request, query)
        query.refuse()
        head = Feed(request.user).head()
        rows = SearchDocument.objects.visible_to(request.user)
        if kinds:
            rows = rows.filter(kind__in=kinds)
        body = page(request, query, ranked(rows, wish), wish, limit=limit, start=start)
        response = json_response(body)
        return with_validators(response, request, body_tag(response.content), head.at)


def asked(query: Query) -> Wish | None:
    """What ``q`` looks for; faults are noted."""
    if "q" not in query:
        if all(fault["parameter"] != "q" for fault in query.faults):
            query.fault("q", "required", "Say what is looked for.")
        return None
    try:
        return read(query["q"])
    except FilterFault as fault:
        query.fault("q", fault.code, fault.detail)
        return None


def ranked(rows: QuerySet[Any], wish: Any) -> QuerySet[Any]:
    """Return what matches, the best first.

    First what has the words in its name, then what has them elsewhere, last what has no name of
    its own: else the parts of a negotiation, whose names are short, would stand before it.
    No measure counts how often a word stands in all documents: that would tell of hidden ones.
    """
    instant = instant_asked_about()
    rank = Case(
        When(kind__in=kinds_ranked(2), then=Value(2)),
        When(kind__in=kinds_ranked(1), then=Value(1)),
        When(matching(wish.in_title(), instant), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return rows.filter(matching(wish.pattern(), instant)).annotate(rank=rank)


def place_in(request: Request, query: Query) -> list[Any] | None:
    """Where the cursor points."""
    if "cursor" not in query:
        return None
    try:
        scope, _, values, *_ = SIGNER.unsign_object(query["cursor"])
    except (signing.BadSignature, ValueError):
        scope = None
    if scope == scope_of(request.path, query):
        return list(values)
    query.fault("cursor", "bad_cursor", "The cursor is not one of this search.")
    return None


def page(
    request: Request, query: Query, rows: QuerySet[Any], wish: Any, *, limit: int, start: Any
) -> dict[str, Any]:
    """The results, and where they go on."""
    if start is not None:
        rows = rows.filter(ORDER.beyond(start, backwards=False))
    found = list(ORDER.sort(rows)[: limit + 1])
    following = None
    if len(found) > limit:
        values = [getattr(found[limit - 1], column) for column in ORDER.columns]
        place = cursor(request.path, query, values)
        following = replace_query_param(request.build_absolute_uri(), "cursor", place)
    shown = found[:limit]
    titles = titles_of(row for row in shown if not row.title)
    results = [result(row, wish, titles.get((row.kind, row.key), "")) for row in shown]
    return {"next": following, "results": results}


def kinds_ranked(rank: int) -> list[str]:
    """List the kinds that a search ranks so."""
    return [kind for kind, model in COLLECTIONS.items() if model.search_rank == rank]


def titles_of(rows: Iterable[SearchDocument]) -> dict[tuple[str, int], str]:
    """Return what records without a name are called, after others. One query for each kind."""
    keys: dict[str, list[int]] = {}
    for row in rows:
        keys.setdefault(row.kind, []).append(row.key)
    return {
        (kind, record.pk): str(record)
        for kind, wanted in keys.items()
        for record in unnamed(kind).filter(pk__in=wanted)
    }


def unnamed(kind: str) -> QuerySet[Any]:
    """Return the records of a kind with what they are named after, without long texts."""
    model: Any = COLLECTIONS[kind]
    rows = model._base_manager.all()
    rows = rows.select_related(*model.named_after) if model.named_after else rows
    texts = {"text"} & {field.name for field in model._meta.concrete_fields}
    return rows.defer(*texts)


def result(row: SearchDocument, wish: Wish, title: str) -> dict[str, Any]:
    """Show one record that was found; ``title`` is what it is called if it has no name."""
    name, _, other_names = (row.title or title).partition("\n")
    rest = "\n".join(filter(None, [other_names, row.body]))
    return {
        "kind": row.kind,
        "slug": row.slug,
        "title": name,
        "review": row.review,
        "language": row.language,
        "excerpt": excerpt(rest, wish) or excerpt(name, wish),
    }


def spans(text: str, wish: Wish) -> Iterator[tuple[int, int]]:
    """Where words stand that were looked for."""
    for word in written_word().finditer(text):
        if any(wish.has(each) for each in words(word[0])):
            yield word.span()


def excerpt(text: str, wish: Wish) -> list[dict[str, Any]]:
    """The text around the first of the words, in parts: those that match and those between."""
    first = next(spans(text, wish), None)
    if first is None:
        return []
    start = max(first[0] - EXCERPT // 3, 0)
    start = text.find(" ", start, first[0]) + 1 if start else 0
    piece = text[start : max(start, first[0]) + EXCERPT]
    parts, end = [], 0
    for begin, stop in spans(piece, wish):
        parts += [{"text": piece[end:begin], "match": False}] if begin > end else []
        parts.append({"text": piece[begin:stop], "match": True})
        end = stop
    return parts + ([{"text": piece[end:], "match": False}] if end < len(piece) else [])
