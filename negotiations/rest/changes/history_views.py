"""The versions of a record: what it was, who changed it, and the way back."""

from itertools import islice
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from negotiations import history, permissions
from negotiations.history.as_of import query_as_of
from negotiations.history.visible_changes import ChangeFeed, is_feed_position
from negotiations.models import COLLECTIONS, Change, Record
from negotiations.rest.http.authentication import require_token, require_write_token
from negotiations.rest.http.conditional import (
    build_body_etag,
    build_record_etag,
    require_version,
    respond_with_json,
    respond_with_validators,
    set_cache_control,
    set_validators,
)
from negotiations.rest.http.exception_handler import escape_pointer_token
from negotiations.rest.http.gone import GoneMixin, find_deletion, is_erased
from negotiations.rest.http.idempotency import allow_only_dry_run, idempotent
from negotiations.rest.http.merge_patch import get_change_reason
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.http.query_params import QueryParams, is_readable, refuse_query_params
from negotiations.rest.http.renderers import build_json_response
from negotiations.rest.http.request_bodies import require_body
from negotiations.rest.http.views import APIBaseView
from negotiations.rest.read.pagination import DEFAULT_LIMIT, LARGEST_LIMIT
from negotiations.rest.read.sparse_fields import get_default_projection
from negotiations.rest.schemas.responses import READ_STATUSES, WRITE_STATUSES
from negotiations.rest.write.batch_parsing import MAX_VERSION
from negotiations.rest.write.update import prepare_and_write, require_any_right

from .history_schemas import RECORD, RESTORE, VERSION_PARAMETERS, VERSIONS
from .version_diff import diff_versions

COLLECTION_PATTERN = "|".join(COLLECTIONS)


class HistoryBaseView(GoneMixin, APIBaseView):
    """What the addresses below a record's history have in common."""

    permission_classes = (AllowAny,)
    tag = "changes"
    # What they refuse beyond the usual, for the document.
    refusals: ClassVar = {
        "get": (*READ_STATUSES, 308, 404, 410),
        "post": (*WRITE_STATUSES, 308, 404, 410, 412, 422, 428),
    }
    read_headers: ClassVar = {"post": ("If-Match", "Change-Reason", "Idempotency-Key")}
    answers_as: ClassVar = {"post": "update"}

    @property
    def model(self) -> type[Record]:
        """The kind."""
        return COLLECTIONS[self.kwargs["collection"]]

    def record(self) -> Any:
        """The record that the address names, as it stands; 404 or 410 when it does not."""
        slug = self.kwargs["slug"]
        rows = self.model.objects.visible_to(self.request.user)
        record = rows.filter(slug=slug).first() if is_readable(slug) else None
        if record is None:
            raise Http404
        return record

    def record_or_deletion(self) -> Any:
        """Also a deleted record, for those who could bring it back: (record, last version)."""
        try:
            return self.record()
        except Http404:
            last = find_deletion(self.model, self.kwargs["slug"], self.request.user)
            if last is None or not can_restore(self.request.user, last):
                raise
            return last


class HistoryView(HistoryBaseView):
    """The versions of a record that the caller may see, newest first.

    Without a role these are the versions that were published; of its own author, and to reviewers,
    all. The versions of a deleted record are told to those who may restore it.
    """

    @extend_schema(
        operation_id="history_list",
        parameters=[OpenApiParameter(**each) for each in VERSION_PARAMETERS],
        responses={200: VERSIONS},
    )
    def get(self, request: Request, collection: str, slug: str) -> HttpResponse:
        """The versions of a record, newest first, with what each changed.

        Under `differences` stand old and new values, of versions that you may see both before and
        after the change; related records that you may not see are not named.
        """
        record = self.record_or_deletion()
        query = QueryParams(request, ("limit", "before"))
        limit = query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT)
        before = query.get("before")
        if before is not None and not is_feed_position(before):
            query.fault("before", "out_of_range", "Write a `sequence` of the list.")
        query.refuse()
        feed = ChangeFeed(request.user)
        head = feed.head()
        rows = feed.changes.filter(kind=collection, slug=slug).select_related("by")
        if before is not None:
            rows = rows.filter(**{f"{feed.column}__lt": int(before)})
        ordered = rows.order_by(f"-{feed.column}").iterator(chunk_size=limit + 1)
        found = [
            *islice((change for change in ordered if is_visible_version(feed, change)), limit + 1)
        ]
        shown = self.told(feed, record.id, found[:limit])
        here, is_more = request.build_absolute_uri(), len(found) > limit
        next_ = replace_query_param(here, "before", shown[-1]["sequence"]) if is_more else None
        return respond_with_json(request, {"next": next_, "results": shown}, head.at)

    def told(self, feed: ChangeFeed, key: int, changes: list[Change]) -> list[dict[str, Any]]:
        """The versions as this reader sees them, each with what it changed."""
        seen = {c.version for c in changes if is_visible_change(feed, c)}
        found = diff_versions(self.model, key, seen, feed.user) if seen else {}
        # A deletion has the number of the version that it ended.
        return [
            {
                **feed.event(c),
                "differences": found.get(c.version, []) if is_visible_change(feed, c) else [],
            }
            for c in changes
        ]

    @extend_schema(operation_id="history_restore", request=RESTORE, responses={200: RECORD})
    @idempotent
    def post(self, request: Request, collection: str, slug: str) -> HttpResponse:
        """Bring a record back to a version, by a new version.

        Of a record that stands, name the version that you read, by `If-Match` or `version`; its
        state of review stays. A deleted one comes back as a draft, with the citations and parts
        that were deleted with it.
        """
        require_token(request)

        def write(prepared: tuple[Any, str, int | None]) -> HttpResponse:
            version, reason, based_on = prepared
            made = history.restore(version, by=request.user, reason=reason, based_on=based_on)
            body = get_default_projection(self.model).body(made)
            response = build_json_response(body)
            set_validators(response, build_record_etag(body["version"]), body["updated_at"])
            return set_cache_control(response, request)

        return prepare_and_write(lambda: self.prepare_restoration(request), write)

    def prepare_restoration(self, request: Request) -> tuple[Any, str, int | None]:
        """Return the version to restore, the reason, and the version of today's record, if any."""
        record = self.record_or_deletion()
        is_gone = not isinstance(record, Record)
        require_write_token(request)
        if not is_gone:
            require_any_right(request.user, record, "edit")
        allow_only_dry_run(request)
        reason, number = get_change_reason(request), parse_restore_body(require_body(request))
        if not is_gone:
            require_version(request, record, request.data)
        version = find_version(self.model, record.id, number, request.user)
        if version is None:
            fault = {"pointer": "/restore", "code": "unknown_version", "detail": "There is none."}
            raise ProblemError("invalid", errors=[fault])
        return version, reason, None if is_gone else record.version


class VersionView(HistoryBaseView):
    """A record as it was in one of its versions."""

    @extend_schema(operation_id="history_retrieve", responses={200: RECORD})
    def get(self, request: Request, collection: str, slug: str, number: str) -> HttpResponse:
        """The body as it was in this version."""
        record = self.record_or_deletion()
        refuse_query_params(request)
        version = find_version(self.model, record.id, int(number), request.user)
        if version is None:
            raise ProblemError("not_found", "There is no such version.")
        with query_as_of(version.history_date, version):
            body = get_default_projection(self.model).body(version.instance)
        response = build_json_response(body)
        tag = build_body_etag(response.content)
        return respond_with_validators(response, request, tag, version.history_date)


def is_visible_version(feed: ChangeFeed, change: Change) -> bool:
    """Whether a version is one that the reader sees, or the end of what they saw."""
    return change.action == Change.Action.DELETED or feed.sees(change, change.review_after)


def is_visible_change(feed: ChangeFeed, change: Change) -> bool:
    """Whether the reader sees the record before and after a change of its values."""
    is_change = change.action in {Change.Action.UPDATED, Change.Action.RESTORED}
    return (
        is_change
        and feed.sees(change, change.review_before)
        and feed.sees(change, change.review_after)
    )


def find_version(model: type[Record], key: int, number: int, user: Any) -> Any | None:
    """A version by its number, if the user may see it."""
    rows = model.history.filter(id=key, version=number)
    version = rows.exclude(history_type="-").order_by("-history_id").first()
    return version if version is not None and permissions.can_view(user, version) else None


def can_restore(user: Any, deletion: Any) -> bool:
    """Whether the user may edit the draft that a deleted record would be."""
    if is_erased(deletion):
        return False
    draft = deletion.instance
    draft.review = Record.Review.DRAFT
    return permissions.can_perform(user, "edit", draft)


def parse_restore_body(body: Any) -> int:
    """``{"restore": 3}``, perhaps with ``version``."""
    faults = []
    if not isinstance(body, dict):
        faults.append({"pointer": "", "code": "invalid", "detail": "Write a JSON object."})
        raise ProblemError("invalid", errors=faults)
    for name in body:
        if name not in {"restore", "version"}:
            detail = "There is no such member."
            place = f"/{escape_pointer_token(name[:100])}"
            faults.append({"pointer": place, "code": "unknown_member", "detail": detail})
    number: Any = body.get("restore")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= MAX_VERSION:
        detail = "Write the number of a version."
        faults.append({"pointer": "/restore", "code": "invalid", "detail": detail})
    if faults:
        raise ProblemError("invalid", errors=faults)
    return int(number)
