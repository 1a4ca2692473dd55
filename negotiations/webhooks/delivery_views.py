"""The log of what was sent to a webhook, and sending it again."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from negotiations.models import Webhook, WebhookDelivery
from negotiations.rest.http.conditional import body_tag, cacheable, newest, with_validators
from negotiations.rest.http.idempotency import repeatable
from negotiations.rest.http.problem_details import Refusal
from negotiations.rest.http.query_params import Query, readable, refuse_any
from negotiations.rest.http.renderers import json_response
from negotiations.rest.read.pagination import DEFAULT_LIMIT, LARGEST_LIMIT
from negotiations.rest.schemas.values import ref
from negotiations.text.did_you_mean import nearest

from .openapi import AUTH, LOG_PARAMETERS, TAGS
from .views import OwnWebhooks
from .worker import TEST

SHOWN = (
    *("type", "status", "attempts", "created_at", "attempted_at", "next_attempt_at"),
    *("response_status", "error"),
)


class OwnDeliveries(OwnWebhooks):
    """What the addresses of the log have in common."""

    def log(self, webhook: Webhook) -> Any:
        """The deliveries of changes that the caller may learn of, newest first."""
        rows = WebhookDelivery.objects.visible_to(self.request.user)
        return rows.filter(webhook=webhook.pk).order_by("-pk")

    def delivery(self, webhook: Webhook, message: str) -> WebhookDelivery:
        """The delivery of this message."""
        rows = self.log(webhook)
        found: WebhookDelivery | None = (
            rows.filter(message=message).first() if readable(message) else None
        )
        if found is None:
            raise Refusal("not_found", "This webhook has no such delivery.")
        return found


class DeliveryListView(OwnDeliveries):
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
        query = Query(request, ("status", "limit", "before"))
        rows = self.log(webhook)
        limit = query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT)
        if "status" in query:
            rows = rows.filter(status__in=statuses_in(query))
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
        body = {"next": following, "results": [delivery_body(row) for row in found[:limit]]}
        response = json_response(body)
        changed_at = newest(*(at for row in found for at in instants(row)))
        return with_validators(response, request, body_tag(response.content), changed_at)


class DeliveryView(OwnDeliveries):
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
        refuse_any(request)
        response = json_response(delivery_body(delivery))
        changed_at = newest(*instants(delivery))
        return with_validators(response, request, body_tag(response.content), changed_at)


class RedeliveryView(OwnDeliveries):
    """One message once more."""

    @extend_schema(
        operation_id="webhooks_deliveries_redeliver",
        request=None,
        responses={200: ref("WebhookDelivery")},
        auth=AUTH,
        tags=TAGS,
    )
    @repeatable
    def post(self, request: Request, slug: str, message: str) -> HttpResponse:
        """Deliver a message again, at once and with all its attempts.

        It keeps its name in `webhook-id`, by which a receiver that had it knows the repeat.
        """
        delivery = self.delivery(self.named(slug), message)
        refuse_while_off(self.to_act_on(request, slug))
        WebhookDelivery.objects.filter(pk=delivery.pk).deliver_again()
        delivery.refresh_from_db()
        return cacheable(json_response(delivery_body(delivery)), request)


class TrialView(OwnDeliveries):
    """A message that tells nothing, to see whether it arrives."""

    @extend_schema(
        operation_id="webhooks_test",
        request=None,
        responses={201: ref("WebhookDelivery")},
        auth=AUTH,
        tags=TAGS,
    )
    @repeatable
    def post(self, request: Request, slug: str) -> HttpResponse:
        """Send a message of the type `webhook.test`; the log says what becomes of it."""
        webhook = self.to_act_on(request, slug)
        refuse_while_off(webhook)
        delivery = WebhookDelivery.objects.create(webhook=webhook, type=TEST)
        response = json_response(delivery_body(delivery), 201)
        path = f"/api/v1/webhooks/{slug}/deliveries/{delivery.message}/"
        response["Location"] = request.build_absolute_uri(path)
        return cacheable(response, request)


def refuse_while_off(webhook: Webhook) -> None:
    """409 when nothing would be sent."""
    if not webhook.enabled:
        raise Refusal("conflict", "This webhook is switched off; switch it on first.")


def statuses_in(query: Query) -> list[str]:
    """``status=pending,failed``."""
    known = WebhookDelivery.Status.values
    asked = query["status"].split(",")
    for status in asked:
        if status not in known:
            detail = f"There is no status {status[:100]!r}."
            query.fault("status", "unknown_value", detail, nearest(status, known))
    return asked


def instants(delivery: WebhookDelivery) -> tuple[datetime | None, ...]:
    """When something became of a delivery; asked for again, it is due at that very moment."""
    return delivery.created_at, delivery.attempted_at, delivery.next_attempt_at


def delivery_body(delivery: WebhookDelivery) -> dict[str, Any]:
    """What is shown of a delivery; ``sequence`` is the change's place in ``/changes/``."""
    shown = {name: getattr(delivery, name) for name in SHOWN}
    return {"id": delivery.message, "sequence": delivery.change_id, **shown}
