"""A collection and its records: the same verbs for every kind."""

from collections.abc import Sequence
from copy import copy
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, PermissionDenied
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from negotiations import history
from negotiations.models import Record, StaleVersion, Token

from . import bulk, policy
from .conditions import (
    body_tag,
    cacheable,
    record_tag,
    refuse_more_than_version,
    require_version,
    shaped_tag,
    stale,
    with_validators,
)
from .deprecation import Deprecable
from .export import Exports
from .feed import Feed
from .filters import FilterBackend
from .idempotency import refuse_parameters, repeatable
from .instants import PARAMETER as AS_OF
from .instants import at_an_instant, note_faults
from .paging import PARAMETERS, Page
from .parsers import BulkJSONParser, MergePatchParser, StrictJSONParser
from .patches import differs, has_body, merged, reason_of
from .problems import Refusal
from .query import Query, readable
from .renderers import dumps
from .selection import PARAMETERS as SELECTION
from .selection import is_whole, selected, whole
from .serializers import RecordSerializer
from .shapes import MEMBERS, Reader, Shape
from .stats import Statistics
from .throttles import RateLimited
from .tombstones import Tombstones


class ProtocolView(RateLimited, Deprecable):
    """What every address of the API has in common."""

    # Browsers' preflights are answered before any view; a description is the OpenAPI document.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    metadata_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a method that is not there before asking who calls."""
        handler = getattr(self, (request.method or "").lower(), None)
        if request.method not in self.allowed_methods or handler is None:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)


def json_response(body: Any, status: int = 200) -> HttpResponse:
    """A body as bytes, so that its validator can be made from them."""
    return HttpResponse(dumps(body), status=status, content_type="application/json")


class RecordViewSet(Exports, Statistics, Tombstones, ProtocolView, GenericViewSet):
    """List, create, read, replace, change and delete the records of one kind."""

    lookup_field = "slug"
    lookup_value_regex = "[^/]+"
    parser_classes = (StrictJSONParser,)
    filter_backends = (FilterBackend,)
    pagination_class = None
    queryset: Any
    serializer_class: Any
    filterset_class: Any

    def __init_subclass__(cls, **options: Any) -> None:
        """Note the members of the kind's body: expansions need those of every kind."""
        super().__init_subclass__(**options)
        MEMBERS[cls.queryset.model] = tuple(cls.serializer_class.Meta.fields)

    @property
    def model(self) -> type[Record]:
        """The kind."""
        model: type[Record] = self.queryset.model
        return model

    @property
    def shape(self) -> Shape:
        """The plain body."""
        return whole(self.model)

    @property
    def reader(self) -> Reader:
        """Who asks, and from where."""
        return Reader(self.request.user, self.request.build_absolute_uri("/").rstrip("/"))

    def get_parsers(self) -> list[Any]:
        is_patch = self.request is not None and self.request.method == "PATCH"
        is_post = self.request is not None and self.request.method == "POST"
        plain = BulkJSONParser() if is_post else StrictJSONParser()
        return [plain, *([MergePatchParser()] if is_patch else [])]

    def get_queryset(self) -> Any:
        return self.model.objects.visible_to(self.request.user)

    def named(self) -> Any:
        """The one row that the address names, if the caller may see it; filters are for lists."""
        slug, rows = self.kwargs["slug"], self.get_queryset()
        return rows.filter(slug=slug) if readable(slug) else rows.none()

    def get_object(self) -> Any:
        return get_object_or_404(self.named())

    # Reading

    @at_an_instant
    def list(self, request: Request) -> HttpResponse:
        """The records that the filters leave, page by page."""
        known = [*PARAMETERS, *SELECTION, AS_OF, *self.filterset_class.base_filters]
        query = Query(request, known)
        note_faults(query)
        rows = FilterBackend().narrowed(request, self.get_queryset(), self, query)
        page = Page(request, query, self.model, selected(query, self.model))
        query.refuse()
        # Asked before the rows: who follows from there may meet one twice and misses none.
        position = Feed(request.user).position()
        body = page.read(rows, self.reader)
        if page.counted:
            body = {"count": rows.count(), **body}
        response = json_response(body)
        if links := page.links():
            response["Link"] = links
        response["Feed-Position"] = str(position)
        return with_validators(response, request, body_tag(response.content))

    @at_an_instant
    def retrieve(self, request: Request, slug: str) -> HttpResponse:
        """One record."""
        version, changed_at = one(self.named().values_list("version", "updated_at"))
        query = Query(request, (*SELECTION, AS_OF))
        note_faults(query)
        shape = selected(query, self.model)
        query.refuse()
        response = json_response(one(shape.bodies(self.named(), self.reader)))
        tag = record_tag(version) if is_whole(query) else shaped_tag(version, response.content)
        return with_validators(response, request, tag, changed_at)

    # Writing

    @repeatable
    def create(self, request: Request) -> HttpResponse:
        """Make a record, or of an array all or none; they start as drafts."""
        self.require_writer(request)
        if not policy.may_create(request.user):
            raise PermissionDenied("Your role does not allow making records.")
        refuse_parameters(request)
        body = self.body_of(request)
        if isinstance(body, list):
            return self.create_all(request, body)
        serializer: Any = self.get_serializer()
        if faults := bulk.faults_in(serializer, body, ""):
            raise bulk.refusal(faults)
        response = self.write(request, serializer, 201)
        response["Location"] = request.build_absolute_uri(f"/api/v1/{serializer.ready.address}/")
        return response

    def create_all(self, request: Request, bodies: Sequence[Any]) -> HttpResponse:
        """Make a record of each body and answer with them in their order."""
        bulk.refuse_size(bodies)
        with transaction.atomic():
            records = bulk.write_all(self, bodies, reason_of(request))
            return cacheable(json_response(bulk.stored_bodies(self.shape, records), 201), request)

    @repeatable
    def update(self, request: Request, slug: str) -> HttpResponse:
        """Replace the record; what the body leaves out gets its default."""
        return self.change(request, partial=False)

    @repeatable
    def partial_update(self, request: Request, slug: str) -> HttpResponse:
        """Change the members that the body names (RFC 7396)."""
        return self.change(request, partial=True)

    def change(self, request: Request, *, partial: bool) -> HttpResponse:
        """Write a new version of the record, if the client's copy is the stored one."""
        record = self.writable(request, "edit", "submit", "publish")
        refuse_parameters(request)
        reason_of(request)
        body = self.body_of(request)
        require_version(request, record, body)
        stored = copy(record)
        if partial:
            body = merged(self.shape.body(stored), body)
        serializer: Any = self.get_serializer(record, data=body, partial=partial)
        serializer.is_valid(raise_exception=True)
        changed = [n for n, v in serializer.validated_data.items() if differs(stored, n, v)]
        self.require_right_to_change(request, stored, record, changed)
        return self.write(request, serializer) if changed else self.written(request, record)

    @repeatable
    def destroy(self, request: Request, slug: str) -> HttpResponse:
        """Delete the record with its parts; its versions stay."""
        record = self.writable(request, "delete")
        refuse_parameters(request)
        body = self.body_of(request) if has_body(request) else None
        require_version(request, record, body)
        refuse_more_than_version(body)
        reason = reason_of(request)
        if record.review == Record.Review.PUBLISHED and not reason:
            fault = {"header": "Change-Reason", "code": "required", "detail": "Say why."}
            raise Refusal("bad_request", "Deleting needs a reason.", errors=[fault])
        referrers = [r.address for r in self.visible(record.referrers())]
        if referrers:
            raise Refusal("conflict", "Other records refer to it.", referrers=referrers)
        try:
            history.delete(record, by=request.user, reason=reason)
        except StaleVersion as error:
            raise self.overtaken(error, record) from error
        return cacheable(HttpResponse(status=204), request)

    # Steps of the verbs above

    def require_writer(self, request: Request) -> None:
        """401 without a token, 403 with one that only reads."""
        if not isinstance(request.auth, Token):
            raise NotAuthenticated("Send a token to write.")
        if request.auth.scope != Token.Scope.WRITE:
            raise PermissionDenied("This token only reads.")

    def writable(self, request: Request, *actions: str) -> Record:
        """The record, if the caller may do one of these things to it."""
        if not isinstance(request.auth, Token):
            raise NotAuthenticated("Send a token to write.")
        record: Record = self.get_object()
        self.require_writer(request)
        if not any(policy.may(request.user, action, record) for action in actions):
            raise PermissionDenied("Your role does not allow this for this record.")
        return record

    def require_right_to_change(
        self, request: Request, stored: Record, record: Record, changed: Sequence[str]
    ) -> None:
        """403 when the caller may not change these members, or not take this step of review."""
        needed = {"edit"} if set(changed) - {"review"} else set()
        if "review" in changed:
            needed.add(policy.step(stored.review, record.review))
        for action in sorted(needed):
            if not policy.may(request.user, action, stored):
                raise PermissionDenied(f"Your role does not allow to {action} this record.")

    def body_of(self, request: Request) -> Any:
        """The body; an empty one is refused rather than read as an empty object."""
        if not has_body(request):
            raise Refusal("malformed", "The body is empty.")
        return request.data

    def write(
        self, request: Request, serializer: RecordSerializer, status: int = 200
    ) -> HttpResponse:
        """Save what the serializer made ready, as one version, and answer with it."""
        record, related = serializer.ready, serializer.related
        try:
            # Read before others can write: the answer is this version and no later one.
            with transaction.atomic():
                history.write(record, related=related, by=request.user, reason=reason_of(request))
                return self.written(request, record, status)
        except StaleVersion as error:
            raise self.overtaken(error, record) from error

    def written(self, request: Request, record: Record, status: int = 200) -> HttpResponse:
        """The record as it is stored now."""
        body = self.shape.body(record)
        response = json_response(body, status)
        response["ETag"] = record_tag(body["version"])
        return cacheable(response, request)

    def overtaken(self, error: StaleVersion, record: Record) -> Exception:
        """Why a write fails that another one overtook: 412, or 404 when that one deleted."""
        return stale(self.get_object(), record.version) if error.record is record else error

    def visible(self, records: Sequence[Any]) -> Sequence[Any]:
        """Those of the records that the caller may see."""
        user = self.request.user
        return [r for r in records if type(r).objects.visible_to(user).filter(pk=r.pk).exists()]


def one(found: Sequence[Any]) -> Any:
    """The one thing that was found; 404 when there is none."""
    if not found:
        raise Http404
    return found[0]
