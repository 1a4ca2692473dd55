"""Finding records of all kinds by their words."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core import signing
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from negotiations.analysis.wording.headings import name_record, select_relations
from negotiations.history.as_of import get_as_of_instant
from negotiations.history.visible_changes import ChangeFeed
from negotiations.models import COLLECTIONS
from negotiations.models.system.search import SearchDocument, build_match_filter
from negotiations.rest.http.conditional import respond_with_json
from negotiations.rest.http.feed_params import parse_kinds
from negotiations.rest.http.query_params import QueryParams
from negotiations.rest.http.views import APIBaseView
from negotiations.rest.read.as_of import AS_OF, supports_as_of, validate_as_of
from negotiations.rest.read.filters import FilterError
from negotiations.rest.read.pagination import (
    CURSOR_SIGNER,
    Ordering,
    OrderingKey,
    compute_cursor_scope,
    encode_cursor,
)
from negotiations.rest.read.search_query import SearchQuery, parse_search
from negotiations.rest.read.search_schemas import (
    DEFAULT_LIMIT,
    LARGEST_LIMIT,
    SEARCH_PAGE,
    SEARCH_PARAMETERS,
)
from negotiations.text.tokens import build_word_pattern, tokenize

EXCERPT_LENGTH = 240
# A round may not have been held, and a post is somebody's.
MISLEADING = {"posts", "rounds"}
ORDER = Ordering(OrderingKey(name, False, False) for name in ("rank", "size", "kind", "slug"))


class SearchView(APIBaseView):
    """All kinds at once."""

    permission_classes = (AllowAny,)
    tag = "search"

    @extend_schema(
        operation_id="search",
        parameters=[OpenApiParameter(**each) for each in SEARCH_PARAMETERS],
        responses={(200, "application/json"): SEARCH_PAGE},
    )
    @supports_as_of
    def get(self, request: Request) -> HttpResponse:
        """Records by their words, those whose names have them first, then shorter before longer.

        All words must be there: `prisoner exchange`. A word of three letters or more also finds
        those that begin with it. `"a phrase"` is found as it stands, `-word` is left out, and `OR`
        separates alternatives. Case, accents and marks make no difference, in any script.
        """
        query = QueryParams(request, ["q", "kind", "limit", "cursor", AS_OF])
        validate_as_of(query)
        wish, kinds = parse_search_param(query), parse_kinds(query)
        limit = query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT)
        start = parse_cursor(request, query)
        query.refuse()
        head = ChangeFeed(request.user).head()
        rows = SearchDocument.objects.visible_to(request.user)
        if kinds:
            rows = rows.filter(kind__in=kinds)
        body = build_page(request, query, rank_matches(rows, wish), wish, limit=limit, start=start)
        return respond_with_json(request, body, head.at)


def parse_search_param(query: QueryParams) -> SearchQuery | None:
    """What ``q`` looks for; faults are noted."""
    if "q" not in query:
        if all(fault["parameter"] != "q" for fault in query.faults):
            query.fault("q", "required", "Say what is looked for.")
        return None
    try:
        return parse_search(query["q"])
    except FilterError as fault:
        query.fault("q", fault.code, fault.detail)
        return None


def rank_matches(rows: QuerySet[Any], wish: Any) -> QuerySet[Any]:
    """Return what matches, the best first.

    First what has the words in its name, then what has them elsewhere, last what has no name of
    its own: else the parts of a negotiation, whose names are short, would stand before it.
    No measure counts how often a word stands in all documents: that would tell of hidden ones.
    """
    instant = get_as_of_instant()
    rank = Case(
        When(kind__in=list_kinds_by_rank(2), then=Value(2)),
        When(kind__in=list_kinds_by_rank(1), then=Value(1)),
        When(build_match_filter(wish.in_title(), instant), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return rows.filter(build_match_filter(wish.pattern(), instant)).annotate(rank=rank)


def parse_cursor(request: Request, query: QueryParams) -> list[Any] | None:
    """Where the cursor points."""
    if "cursor" not in query:
        return None
    try:
        scope, _, values, *_ = CURSOR_SIGNER.unsign_object(query["cursor"])
    except (signing.BadSignature, ValueError):
        scope = None
    if scope == compute_cursor_scope(request.path, query):
        return list(values)
    query.fault("cursor", "bad_cursor", "The cursor is not one of this search.")
    return None


def build_page(
    request: Request, query: QueryParams, rows: QuerySet[Any], wish: Any, *, limit: int, start: Any
) -> dict[str, Any]:
    """The results, and where they go on."""
    if start is not None:
        rows = rows.filter(ORDER.beyond(start, backwards=False))
    found = list(ORDER.sort(rows)[: limit + 1])
    following = None
    if len(found) > limit:
        values = [getattr(found[limit - 1], column) for column in ORDER.columns]
        place = encode_cursor(request.path, query, values)
        following = replace_query_param(request.build_absolute_uri(), "cursor", place)
    shown = found[:limit]
    titles = fetch_titles(row for row in shown if not row.title or row.kind in MISLEADING)
    results = [serialize_match(row, wish, titles.get((row.kind, row.key), "")) for row in shown]
    return {"next": following, "results": results}


def list_kinds_by_rank(rank: int) -> list[str]:
    """List the kinds that a search ranks so."""
    return [kind for kind, model in COLLECTIONS.items() if model.search_rank == rank]


def fetch_titles(rows: Iterable[SearchDocument]) -> dict[tuple[str, int], str]:
    """Return who and what records are whose name does not say it. A few queries for each kind."""
    keys: dict[str, list[int]] = {}
    for row in rows:
        keys.setdefault(row.kind, []).append(row.key)
    return {
        (kind, record.pk): name_record(record)
        for kind, wanted in keys.items()
        for record in get_named_records(kind).filter(pk__in=wanted)
    }


def get_named_records(kind: str) -> QuerySet[Any]:
    """Return the records of a kind with all that names them, without long texts."""
    model: Any = COLLECTIONS[kind]
    rows = select_relations(model._base_manager.all(), model, lambda each: each._base_manager.all())
    texts = {"text"} & {field.name for field in model._meta.concrete_fields}
    return rows.defer(*texts)


def serialize_match(row: SearchDocument, wish: SearchQuery, title: str) -> dict[str, Any]:
    """Show one record that was found; ``title`` is what it is called if its name is not enough."""
    name, _, other_names = row.title.partition("\n")
    name = title or name
    rest = "\n".join(filter(None, [other_names, row.body]))
    return {
        "kind": row.kind,
        "slug": row.slug,
        "title": name,
        "review": row.review,
        "language": row.language,
        "excerpt": build_excerpt(rest, wish) or build_excerpt(name, wish),
    }


def find_match_spans(text: str, wish: SearchQuery) -> Iterator[tuple[int, int]]:
    """Where words stand that were looked for."""
    for word in build_word_pattern().finditer(text):
        if any(wish.has(each) for each in tokenize(word[0])):
            yield word.span()


def build_excerpt(text: str, wish: SearchQuery) -> list[dict[str, Any]]:
    """The text around the first of the words, in parts: those that match and those between."""
    first = next(find_match_spans(text, wish), None)
    if first is None:
        return []
    start = max(first[0] - EXCERPT_LENGTH // 3, 0)
    start = text.find(" ", start, first[0]) + 1 if start else 0
    piece = text[start : max(start, first[0]) + EXCERPT_LENGTH]
    parts, end = [], 0
    for begin, stop in find_match_spans(piece, wish):
        parts += [{"text": piece[end:begin], "match": False}] if begin > end else []
        parts.append({"text": piece[begin:stop], "match": True})
        end = stop
    return parts + ([{"text": piece[end:], "match": False}] if end < len(piece) else [])
