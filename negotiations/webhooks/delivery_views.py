"""The log of what was sent to a webhook, and sending it again."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from negotiations.models import Webhook, WebhookDelivery
from negotiations.rest.http.conditional import (
    get_last_modified,
    respond_with_json,
    set_cache_control,
)
from negotiations.rest.http.idempotency import idempotent
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.http.query_params import QueryParams, is_readable, refuse_query_params
from negotiations.rest.http.renderers import build_json_response
from negotiations.rest.read.pagination import DEFAULT_LIMIT, LARGEST_LIMIT
from negotiations.rest.schemas.values import ref
from negotiations.text.did_you_mean import suggest_similar

from .openapi import AUTH, LOG_PARAMETERS, TAGS
from .views import WebhookBaseView
from .worker import TEST_EVENT_TYPE

SHOWN_FIELDS = (
    *("type", "status", "attempts", "created_at", "attempted_at", "next_attempt_at"),
    *("response_status", "error"),
)


class DeliveryBaseView(WebhookBaseView):
    """What the addresses of the log have in common."""

    def log(self, webhook: Webhook) -> Any:
        """The deliveries of changes that the caller may learn of, newest first."""
        rows = WebhookDelivery.objects.visible_to(self.request.user)
        return rows.filter(webhook=webhook.pk).order_by("-pk")

    def delivery(self, webhook: Webhook, message: str) -> WebhookDelivery:
        """The delivery of this message."""
        rows = self.log(webhook)
        found: WebhookDelivery | None = (
            rows.filter(message=message).first() if is_readable(message) else None
        )
        if found is None:
            raise ProblemError("not_found", "This webhook has no such delivery.")
        return found


class DeliveryListView(DeliveryBaseView):
    """The log of a webhook."""

    @extend_schema(
        operation_id="webhooks_deliveries_list",
        parameters=[OpenApiParameter(**each) for each in LOG_PARAMETERS],
        responses={200: ref("WebhookDeliveryPage")},
        auth=AUTH,
        tags=TAGS,
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """What was sent, or is to be, newest first; what is done stays for 30 days."""
        webhook = self.named(slug)
        query = QueryParams(request, ("status", "limit", "before"))
        rows = self.log(webhook)
        limit = query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT)
        if "status" in query:
            rows = rows.filter(status__in=parse_statuses(query))
        if "before" in query:
            place = self.log(webhook).filter(message=query["before"]).first()
            if place is None:
                query.fault(
                    "before", "unknown_reference", "Write the `id` of a delivery of the list."
                )
            rows = rows.filter(pk__lt=place.pk if place else 0)
        query.refuse()
        found = list(rows[: limit + 1])
        following = None
        if len(found) > limit:
            here = request.build_absolute_uri()
            following = replace_query_param(here, "before", found[limit - 1].message)
        body = {"next": following, "results": [serialize_delivery(row) for row in found[:limit]]}
        changed_at = get_last_modified(*(at for row in found for at in get_instants(row)))
        return respond_with_json(request, body, changed_at)


class DeliveryView(DeliveryBaseView):
    """One message to a webhook."""

    @extend_schema(
        operation_id="webhooks_deliveries_retrieve",
        responses={200: ref("WebhookDelivery")},
        auth=AUTH,
        tags=TAGS,
    )
    def get(self, request: Request, slug: str, message: str) -> HttpResponse:
        """What became of one message."""
        delivery = self.delivery(self.named(slug), message)
        refuse_query_params(request)
        changed_at = get_last_modified(*get_instants(delivery))
        return respond_with_json(request, serialize_delivery(delivery), changed_at)


class RedeliveryView(DeliveryBaseView):
    """One message once more."""

    @extend_schema(
        operation_id="webhooks_deliveries_redeliver",
        request=None,
        responses={200: ref("WebhookDelivery")},
        auth=AUTH,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, slug: str, message: str) -> HttpResponse:
        """Deliver a message again, at once and with all its attempts.

        It keeps its name in `webhook-id`, by which a receiver that had it knows the repeat.
        """
        delivery = self.delivery(self.named(slug), message)
        require_enabled(self.to_act_on(request, slug))
        WebhookDelivery.objects.filter(pk=delivery.pk).deliver_again()
        delivery.refresh_from_db()
        return set_cache_control(build_json_response(serialize_delivery(delivery)), request)


class WebhookTestView(DeliveryBaseView):
    """A message that tells nothing, to see whether it arrives."""

    @extend_schema(
        operation_id="webhooks_test",
        request=None,
        responses={201: ref("WebhookDelivery")},
        auth=AUTH,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, slug: str) -> HttpResponse:
        """Send a message of the type `webhook.test`; the log says what becomes of it."""
        webhook = self.to_act_on(request, slug)
        require_enabled(webhook)
        delivery = WebhookDelivery.objects.create(webhook=webhook, type=TEST_EVENT_TYPE)
        response = build_json_response(serialize_delivery(delivery), 201)
        path = f"/api/v1/webhooks/{slug}/deliveries/{delivery.message}/"
        response["Location"] = request.build_absolute_uri(path)
        return set_cache_control(response, request)


def require_enabled(webhook: Webhook) -> None:
    """409 when nothing would be sent."""
    if not webhook.enabled:
        raise ProblemError("conflict", "This webhook is switched off; switch it on first.")


def parse_statuses(query: QueryParams) -> list[str]:
    """``status=pending,failed``."""
    known = WebhookDelivery.Status.values
    asked = query["status"].split(",")
    for status in asked:
        if status not in known:
            detail = f"There is no status {status[:100]!r}."
            query.fault("status", "unknown_value", detail, suggest_similar(status, known))
    return asked


def get_instants(delivery: WebhookDelivery) -> tuple[datetime | None, ...]:
    """When something became of a delivery; asked for again, it is due at that very moment."""
    return delivery.created_at, delivery.attempted_at, delivery.next_attempt_at


def serialize_delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    """What is shown of a delivery; ``sequence`` is the change's place in ``/changes/``."""
    shown = {name: getattr(delivery, name) for name in SHOWN_FIELDS}
    return {"id": delivery.message, "sequence": delivery.change_id, **shown}
