"""The webhooks of the caller: made, listed, changed, tried and deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from negotiations import permissions
from negotiations.models import Change, Webhook
from negotiations.rest.http.authentication import require_write_token
from negotiations.rest.http.conditional import (
    build_body_etag,
    get_last_modified,
    require_matching_etag,
    respond_with_json,
    set_cache_control,
    set_validators,
)
from negotiations.rest.http.idempotency import (
    allow_only_dry_run,
    idempotent,
    refuse_idempotency_key,
    supports_dry_run,
)
from negotiations.rest.http.parsers import MergePatchParser, StrictJSONParser
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.http.query_params import is_readable, refuse_query_params
from negotiations.rest.http.renderers import build_json_response, dump_json
from negotiations.rest.http.request_bodies import refuse_body, require_body
from negotiations.rest.http.view_permissions import TokenRequired
from negotiations.rest.http.views import APIBaseView
from negotiations.rest.schemas.responses import WRITE_STATUSES
from negotiations.rest.schemas.values import ref

from .openapi import AUTH, CHANGE, TAGS, WANTED
from .serializers import WebhookSerializer, serialize_webhook

MAX_WEBHOOKS = 20


class WebhookBaseView(APIBaseView):
    """What all these addresses have in common: there are only the caller's own webhooks."""

    permission_classes = (TokenRequired,)
    own_resources = "webhooks"
    # For the document: writes take ``dry_run``; the key those whose answer may be kept.
    read_headers: ClassVar[dict[str, Any]] = {
        "post": ("Idempotency-Key",),
        "patch": ("If-Match", "Idempotency-Key"),
        "delete": ("If-Match", "Idempotency-Key"),
    }

    # What they refuse beyond the usual, for the document.
    refusals: ClassVar[dict[str, tuple[int, ...]]] = {
        "post": (*WRITE_STATUSES, 404, 422),
        "patch": (*WRITE_STATUSES, 404, 412, 422),
        "delete": (*WRITE_STATUSES, 404, 412, 422),
    }

    def own(self) -> Any:
        """The caller's webhooks, newest first."""
        rows = Webhook.objects.filter(user=self.request.user.pk)
        return rows.order_by("-created_at", "-pk")

    def named(self, slug: str, rows: Any = None) -> Webhook:
        """The webhook of this name, if it is the caller's."""
        rows = self.own() if rows is None else rows
        webhook: Webhook | None = rows.filter(slug=slug).first() if is_readable(slug) else None
        if webhook is None:
            raise ProblemError("not_found", "You have no such webhook.")
        return webhook

    def require_writer(self, request: Request) -> None:
        """403 for tokens that only read, and for users without a role: all is told to all."""
        require_write_token(request)
        if not permissions.can_create(request.user):
            raise PermissionDenied("Your role has no webhooks.")

    def to_act_on(self, request: Request, slug: str) -> Webhook:
        """The webhook, for an action that takes no body."""
        webhook = self.named(slug)
        self.require_writer(request)
        allow_only_dry_run(request)
        refuse_body(request)
        return webhook


class WebhookListView(WebhookBaseView):
    """Own webhooks."""

    refusals: ClassVar[dict[str, tuple[int, ...]]] = {"post": WRITE_STATUSES}
    # An answer with a secret is not kept.
    read_headers: ClassVar[dict[str, Any]] = {"post": ()}

    @extend_schema(
        operation_id="webhooks_list", responses={200: ref("WebhookList")}, auth=AUTH, tags=TAGS
    )
    def get(self, request: Request) -> HttpResponse:
        """Your webhooks, newest first. Their secrets cannot be shown again."""
        refuse_query_params(request)
        # When an address was changed is not kept.
        return respond_with_json(
            request,
            {"results": [serialize_webhook(webhook) for webhook in self.own()]},
            get_last_modified(),
        )

    @extend_schema(
        operation_id="webhooks_create",
        request={"application/json": WANTED},
        responses={201: ref("WebhookNew")},
        auth=AUTH,
        tags=TAGS,
    )
    @supports_dry_run
    def post(self, request: Request) -> HttpResponse:
        """Make a webhook of yours. The answer holds its secret under `secret`, this once.

        From now on it is told, by signed requests, of what you may read in `/api/v1/changes/`. Its
        address is looked up and must be one that everybody can reach.
        """
        self.require_writer(request)
        allow_only_dry_run(request)
        refuse_idempotency_key(request)
        wanted = get_validated_data(request, WebhookSerializer(data=require_body(request)))
        if self.own().count() >= MAX_WEBHOOKS:
            raise ProblemError("conflict", f"You have {MAX_WEBHOOKS} webhooks; delete one first.")
        is_on = wanted.pop("enabled", True)
        owner: Any = request.user
        position = Change.objects.last_number()
        webhook = Webhook.objects.create(user=owner, position=position, **wanted)
        set_enabled(webhook, on=is_on)
        response = build_json_response(
            {**serialize_webhook(webhook), "secret": webhook.secret()}, 201
        )
        response["Location"] = request.build_absolute_uri(f"/api/v1/webhooks/{webhook.slug}/")
        return set_cache_control(response, request)


class WebhookView(WebhookBaseView):
    """One of the caller's webhooks."""

    parser_classes = (StrictJSONParser, MergePatchParser)

    @extend_schema(
        operation_id="webhooks_retrieve", responses={200: ref("Webhook")}, auth=AUTH, tags=TAGS
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """What is kept of the webhook, and whether it is well."""
        webhook = self.named(slug)
        refuse_query_params(request)
        return respond_with_json(request, serialize_webhook(webhook), get_last_modified())

    @extend_schema(
        operation_id="webhooks_change",
        request=CHANGE,
        responses={200: ref("Webhook")},
        auth=AUTH,
        tags=TAGS,
    )
    @idempotent
    def patch(self, request: Request, slug: str) -> HttpResponse:
        """Change its address or its collections, or switch it off and on.

        With `If-Match` only in the state that its tag names.
        Switched on again it goes on where it stopped: what happened meanwhile is told as well.
        """
        webhook = self.named(slug)
        self.require_writer(request)
        allow_only_dry_run(request)
        serializer = WebhookSerializer(webhook, data=require_body(request), partial=True)
        wanted = get_validated_data(request, serializer)
        is_on = wanted.pop("enabled", webhook.enabled)
        if "url" in wanted:
            wanted["failing_since"] = None
        with self.as_it_was_read(request, slug):
            if wanted:
                # These columns alone: a worker may be writing the others.
                Webhook.objects.filter(pk=webhook.pk).update(**wanted)
            set_enabled(webhook, on=is_on)
        response = build_json_response(serialize_webhook(webhook))
        return set_cache_control(
            set_validators(response, build_body_etag(response.content), get_last_modified()),
            request,
        )

    @extend_schema(operation_id="webhooks_delete", responses={204: None}, auth=AUTH, tags=TAGS)
    @idempotent
    def delete(self, request: Request, slug: str) -> HttpResponse:
        """Delete the webhook with the log of its deliveries; nothing more is sent."""
        webhook = self.to_act_on(request, slug)
        with self.as_it_was_read(request, slug):
            webhook.delete()
        return set_cache_control(HttpResponse(status=204), request)

    @contextmanager
    def as_it_was_read(self, request: Request, slug: str) -> Iterator[None]:
        """Write it in the state that `If-Match` names, if it names one; 412 in another."""
        with transaction.atomic():
            stored = self.named(slug, self.own().select_for_update())
            require_matching_etag(request, build_body_etag(dump_json(serialize_webhook(stored))))
            yield


class SecretRotationView(WebhookBaseView):
    """A new secret for a webhook."""

    refusals: ClassVar[dict[str, tuple[int, ...]]] = {"post": (*WRITE_STATUSES, 404)}
    read_headers: ClassVar[dict[str, Any]] = {"post": ()}

    @extend_schema(
        operation_id="webhooks_rotate",
        request=None,
        responses={200: ref("WebhookNew")},
        auth=AUTH,
        tags=TAGS,
    )
    @supports_dry_run
    def post(self, request: Request, slug: str) -> HttpResponse:
        """Give the webhook a new secret, shown this once.

        For a day each message is signed with both secrets, so that receivers change at leisure.
        """
        webhook = self.to_act_on(request, slug)
        refuse_idempotency_key(request)
        generation, now = webhook.generation, timezone.now()
        rows = Webhook.objects.filter(pk=webhook.pk, generation=generation)
        if not rows.update(generation=generation + 1, rotated_at=now):
            raise ProblemError("conflict", "It was given another secret at the same moment.")
        webhook.refresh_from_db()
        body = {**serialize_webhook(webhook), "secret": webhook.secret(generation + 1)}
        return set_cache_control(build_json_response(body), request)


def get_validated_data(request: Request, serializer: WebhookSerializer) -> dict[str, Any]:
    """What the body says, if nothing in it is wrong."""
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def set_enabled(webhook: Webhook, *, on: bool) -> None:
    """Switch a webhook on or off, and read it anew."""
    rows = Webhook.objects.filter(pk=webhook.pk)
    if on:
        rows.switch_on()
    else:
        rows.switch_off(Webhook.DisabledReason.SWITCHED_OFF)
    webhook.refresh_from_db()
