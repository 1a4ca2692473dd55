"""A collection and its records: the same verbs for every kind."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from negotiations import history
from negotiations.models import Record, Token

from . import policy
from .conditions import (
    body_tag,
    cacheable,
    record_tag,
    refuse_more_than_version,
    require_version,
    with_validators,
)
from .filters import FilterBackend
from .paging import PARAMETERS, Page
from .parsers import MergePatchParser, StrictJSONParser
from .problems import Refusal
from .query import Query, readable, refuse_any
from .renderers import dumps
from .serializers import RecordSerializer
from .shapes import Shape, shape_of

LONGEST_REASON = 500


class ProtocolView(APIView):
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


class RecordViewSet(ProtocolView, GenericViewSet):
    """List, create, read, replace, change and delete the records of one kind."""

    lookup_field = "slug"
    lookup_value_regex = "[^/]+"
    parser_classes = (StrictJSONParser,)
    filter_backends = (FilterBackend,)
    pagination_class = None
    queryset: Any
    serializer_class: Any
    filterset_class: Any

    @property
    def model(self) -> type[Record]:
        """The kind."""
        model: type[Record] = self.queryset.model
        return model

    @property
    def shape(self) -> Shape:
        """The body that reading gives."""
        return shape_of(self.model, tuple(self.serializer_class.Meta.fields))

    def get_parsers(self) -> list[Any]:
        is_patch = self.request is not None and self.request.method == "PATCH"
        return [StrictJSONParser(), *([MergePatchParser()] if is_patch else [])]

    def get_queryset(self) -> Any:
        return self.model.objects.visible_to(self.request.user)

    # Reading

    def list(self, request: Request) -> HttpResponse:
        """The records that the filters leave, page by page."""
        query = Query(request, [*PARAMETERS, *self.filterset_class.base_filters])
        rows = FilterBackend().narrowed(request, self.get_queryset(), self, query)
        page = Page(request, query, self.model, self.shape)
        query.refuse()
        body = page.read(rows)
        if page.counted:
            body = {"count": rows.count(), **body}
        response = json_response(body)
        if links := page.links():
            response["Link"] = links
        return with_validators(response, request, body_tag(response.content))

    def retrieve(self, request: Request, slug: str) -> HttpResponse:
        """One record."""
        record = self.get_object()
        refuse_any(request)
        response = json_response(self.shape.body(record))
        return with_validators(response, request, record_tag(record.version), record.updated_at)

    # Writing

    def create(self, request: Request) -> HttpResponse:
        """Make a record; it starts as a draft."""
        self.require_writer(request)
        if not policy.may_create(request.user):
            raise PermissionDenied("Your role does not allow making records.")
        refuse_any(request)
        serializer: Any = self.get_serializer(data=self.body_of(request))
        serializer.is_valid(raise_exception=True)
        record = serializer.ready
        if record.review != Record.Review.DRAFT:
            fault = {
                "pointer": "/review",
                "code": "review_step",
                "detail": "A new record is a draft.",
            }
            raise Refusal("invalid", "1 fault", errors=[fault])
        self.write(request, serializer)
        response = self.written(request, record, 201)
        response["Location"] = request.build_absolute_uri(f"/api/v1/{record.address}/")
        return response

    def update(self, request: Request, slug: str) -> HttpResponse:
        """Replace the record; what the body leaves out gets its default."""
        return self.change(request, partial=False)

    def partial_update(self, request: Request, slug: str) -> HttpResponse:
        """Change the members that the body names (RFC 7396)."""
        return self.change(request, partial=True)

    def change(self, request: Request, *, partial: bool) -> HttpResponse:
        """Write a new version of the record, if the client's copy is the stored one."""
        record = self.writable(request, "edit", "submit", "publish")
        refuse_any(request)
        reason_of(request)
        body = self.body_of(request)
        require_version(request, record, body)
        stored = self.model._base_manager.get(pk=record.pk)
        before = self.shape.body(stored)
        if partial:
            body = merged(before, body)
        serializer: Any = self.get_serializer(record, data=body, partial=partial)
        serializer.is_valid(raise_exception=True)
        changed = [n for n, v in serializer.validated_data.items() if differs(stored, n, v)]
        self.require_right_to_change(request, stored, record, changed)
        if changed:
            self.write(request, serializer)
        return self.written(request, record, 200)

    def destroy(self, request: Request, slug: str) -> HttpResponse:
        """Delete the record with its parts; its versions stay."""
        record = self.writable(request, "delete")
        refuse_any(request)
        has_body = request.headers.get("Content-Length", "0") not in {"", "0"}
        body = self.body_of(request) if has_body else None
        require_version(request, record, body)
        refuse_more_than_version(body)
        reason = reason_of(request)
        if record.review == Record.Review.PUBLISHED and not reason:
            fault = {"header": "Change-Reason", "code": "required", "detail": "Say why."}
            raise Refusal("bad_request", "Deleting needs a reason.", errors=[fault])
        referrers = [r.address for r in self.visible(record.referrers())]
        if referrers:
            raise Refusal("conflict", "Other records refer to it.", referrers=referrers)
        history.delete(record, by=request.user, reason=reason)
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
        if request.headers.get("Content-Length", "0") in {"", "0"}:
            raise Refusal("malformed", "The body is empty.")
        return request.data

    def write(self, request: Request, serializer: RecordSerializer) -> None:
        """Save what the serializer made ready, as one version."""
        history.write(
            serializer.ready,
            related=serializer.related,
            by=request.user,
            reason=reason_of(request),
        )

    def written(self, request: Request, record: Record, status: int) -> HttpResponse:
        """The record as it is stored now."""
        response = json_response(self.shape.body(record), status)
        response["ETag"] = record_tag(record.version)
        return cacheable(response, request)

    def visible(self, records: Sequence[Any]) -> Sequence[Any]:
        """Those of the records that the caller may see."""
        user = self.request.user
        return [r for r in records if type(r).objects.visible_to(user).filter(pk=r.pk).exists()]


def merged(body: dict[str, Any], patch: Any) -> Any:
    """The members of a patch, objects within merged with what is stored (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = {}
    for name, value in patch.items():
        stored, joined = body.get(name), value
        if isinstance(stored, dict) and isinstance(value, dict):
            joined = {k: v for k, v in {**stored, **value}.items() if v is not None}
        result[name] = joined
    return result


def differs(stored: Record, name: str, value: Any) -> bool:
    """Whether a member's new value is another than the stored one."""
    if isinstance(value, list) and hasattr(getattr(stored, name), "all"):
        return {r.pk for r in value} != {r.pk for r in getattr(stored, name).all()}
    return bool(getattr(stored, name) != value)


def reason_of(request: Request) -> str:
    """The header ``Change-Reason``: kept with the version."""
    text = request.headers.get("Change-Reason", "")
    try:
        text = text.encode("latin-1").decode()
    except UnicodeError:
        text = "\x00"
    if len(text) > LONGEST_REASON or not text.isprintable():
        fault = {"header": "Change-Reason", "code": "invalid", "detail": "Write one line of UTF-8."}
        raise Refusal("bad_request", "The reason cannot be read.", errors=[fault])
    return text
