"""Writing: the verbs that make, change and delete a record, and the steps that they share."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from negotiations import history, permissions
from negotiations.models import Record
from negotiations.rest.http.authentication import require_token, require_write_token
from negotiations.rest.http.conditional import (
    build_record_etag,
    parse_body_version,
    refuse_more_than_version,
    require_version,
    set_cache_control,
    set_validators,
)
from negotiations.rest.http.idempotency import allow_only_dry_run, idempotent, idempotent_two_phase
from negotiations.rest.http.merge_patch import get_change_reason
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.http.renderers import build_json_response
from negotiations.rest.http.request_bodies import has_body, require_body
from negotiations.rest.representations.serializers import Draft

from . import bulk_create
from .update import (
    apply_changes,
    delete_unreferenced,
    prepare_and_write,
    require_any_right,
    require_reason,
    require_right_to_try,
)


class WriteMixin(GenericViewSet):
    """What a viewset needs for POST, PUT, PATCH and DELETE."""

    shape: Any

    @idempotent_two_phase
    def create(self, request: Request) -> Callable[[], HttpResponse]:
        """Make a record, or of an array all or none; they start as drafts."""
        require_create_permission(request)
        allow_only_dry_run(request)
        body = require_body(request)
        if isinstance(body, list):
            return self.prepare_all(request, body)
        serializer: Any = self.get_serializer()
        draft, faults = bulk_create.build_draft(serializer, body, "")
        if draft is None:
            raise ProblemError("invalid", errors=faults)
        return partial(self.create_one, request, draft)

    def create_one(self, request: Request, draft: Draft) -> HttpResponse:
        """Save the draft of a new record."""
        response = self.write(request, draft, 201)
        response["Location"] = request.build_absolute_uri(f"/api/v1/{draft.record.address}/")
        return response

    def prepare_all(self, request: Request, bodies: Sequence[Any]) -> Callable[[], HttpResponse]:
        """Validate each body; what is returned makes the records and answers in their order."""
        bulk_create.refuse_size(bodies)
        maker, reason = (
            bulk_create.BulkCreator(self.serializer_class, request),
            get_change_reason(request),
        )
        write = bulk_create.prepare_all(maker, bodies, reason)

        def create_all() -> HttpResponse:
            with transaction.atomic():
                records = write()
                stored = bulk_create.fetch_stored_bodies(self.shape, records)
            answer = [stored[record.pk] for record in records]
            return set_cache_control(build_json_response(answer, 201), request)

        return create_all

    @idempotent
    def update(self, request: Request, slug: str) -> HttpResponse:
        """Replace the record; what the body leaves out gets its default."""
        return self.change(request, partial=False)

    @idempotent
    def partial_update(self, request: Request, slug: str) -> HttpResponse:
        """Change the members that the body names (RFC 7396)."""
        return self.change(request, partial=True)

    def change(self, request: Request, *, partial: bool) -> HttpResponse:
        """Write a new version of the record, if the client's copy is the stored one."""

        def prepare() -> tuple[Draft, bool]:
            record = self.writable(request, "edit", "submit", "publish", "withdraw")
            body = require_body(request)
            require_right_to_try(request.user, record, body, partial=partial)
            allow_only_dry_run(request)
            get_change_reason(request)
            require_version(request, record, body)
            serializer: Any = self.get_serializer(record, partial=partial)
            return apply_changes(serializer, record, body, request.user)

        def write(prepared: tuple[Draft, bool]) -> HttpResponse:
            draft, is_changed = prepared
            if is_changed:
                return self.write(request, draft)
            return self.written(request, draft.record)

        return prepare_and_write(prepare, write)

    @idempotent
    def destroy(self, request: Request, slug: str) -> HttpResponse:
        """Delete the record with its parts; its versions stay."""

        def prepare() -> tuple[Record, str]:
            record = self.writable(request, "delete")
            allow_only_dry_run(request)
            body = require_body(request) if has_body(request) else None
            reason = get_change_reason(request)
            parse_body_version(body)
            refuse_more_than_version(body)
            require_reason(record, reason)
            require_version(request, record, body)
            return record, reason

        def write(prepared: tuple[Record, str]) -> HttpResponse:
            record, reason = prepared
            delete_unreferenced(record, by=request.user, reason=reason)
            return set_cache_control(HttpResponse(status=204), request)

        return prepare_and_write(prepare, write)

    # Steps of the verbs above

    def writable(self, request: Request, *actions: str) -> Record:
        """The record, if the caller may do one of these things to it."""
        require_token(request)
        record: Record = self.get_object()
        require_write_token(request)
        require_any_right(request.user, record, *actions)
        return record

    def write(self, request: Request, draft: Draft, status: int = 200) -> HttpResponse:
        """Save a draft as one version, and answer with it."""
        record, related = draft.record, draft.related
        # Read before others can write: the answer is this version and no later one.
        with transaction.atomic():
            history.save(
                record, related=related, by=request.user, reason=get_change_reason(request)
            )
            return self.written(request, record, status)

    def written(self, request: Request, record: Record, status: int = 200) -> HttpResponse:
        """The record as it is stored now."""
        body = self.shape.body(record)
        response = build_json_response(body, status)
        set_validators(response, build_record_etag(body["version"]), body["updated_at"])
        return set_cache_control(response, request)


def require_create_permission(request: Request) -> None:
    """Refuse a token that only reads, and a user whose role makes no records."""
    require_write_token(request)
    if not permissions.can_create(request.user):
        raise PermissionDenied("Your role does not allow making records.")
