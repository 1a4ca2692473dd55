"""Webhooks and what was sent to them: read here, made by client apps."""

from typing import Any

from django.contrib import admin, messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations.models import Webhook, WebhookDelivery
from negotiations.permissions import can_create

from .columns import TranslatedModelAdmin
from .users import can_manage_users


class OwnerOnlyAdmin(TranslatedModelAdmin):
    """Everybody sees their own, administrators all; nothing is typed in here."""

    show_facets = admin.ShowFacets.ALWAYS

    def has_module_permission(self, request: Any) -> bool:
        return can_create(request.user)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return can_create(request.user)

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Webhook)
class WebhookAdmin(OwnerOnlyAdmin):
    """Where messages go, and whether they arrive."""

    list_display = ("url", "user", "told_of", "state", "failing_since", "created_at")
    list_filter = ("disabled_reason",)
    list_select_related = ("user",)
    search_fields = ("url", "slug", "user__username")
    search_help_text = gettext_lazy("Address, name or user")
    actions = ("switch_on", "switch_off")
    fields = (
        *("url", "slug", "user", "told_of", "state", "failing_since"),
        *("generation", "rotated_at", "created_at"),
    )

    def get_queryset(self, request: Any) -> Any:
        webhooks = super().get_queryset(request)
        return webhooks if can_manage_users(request.user) else webhooks.filter(user=request.user.pk)

    @admin.display(description=gettext_lazy("told of"))
    def told_of(self, webhook: Webhook) -> str:
        return ", ".join(webhook.kinds) or _("all")

    @admin.display(description=gettext_lazy("state"))
    def state(self, webhook: Webhook) -> str:
        if webhook.disabled_at is None:
            return _("failing") if webhook.failing_since else _("well")
        reason = Webhook.DisabledReason(webhook.disabled_reason)
        told = {"day": f"{webhook.disabled_at:%Y-%m-%d}", "why": reason.definition}
        return _("off since %(day)s. %(why)s") % told

    @admin.action(description=gettext_lazy("Switch on: it goes on where it stopped"))
    def switch_on(self, request: Any, queryset: Any) -> None:
        words = _("%(number)s switched on.") % {"number": queryset.switch_on()}
        self.message_user(request, words, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Switch off: nothing more is sent"))
    def switch_off(self, request: Any, queryset: Any) -> None:
        done = queryset.switch_off(Webhook.DisabledReason.SWITCHED_OFF)
        words = _("%(number)s switched off.") % {"number": done}
        self.message_user(request, words, messages.SUCCESS)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(OwnerOnlyAdmin):
    """What was sent, what came of it, and when it is tried again."""

    list_display = (
        *("message", "webhook", "type", "status", "attempts", "response_status", "error"),
        *("attempted_at", "next_attempt_at"),
    )
    list_filter = ("status",)
    list_select_related = ("webhook",)
    search_fields = ("message", "type", "webhook__url", "webhook__slug")
    search_help_text = gettext_lazy("Message, type or webhook")
    actions = ("deliver_again",)
    fields = (
        *("message", "webhook", "type", "change_id", "status", "attempts", "response_status"),
        *("error", "created_at", "attempted_at", "next_attempt_at"),
    )
    readonly_fields = ("change_id",)
    show_full_result_count = False

    def get_queryset(self, request: Any) -> Any:
        deliveries: Any = super().get_queryset(request)
        return deliveries if can_manage_users(request.user) else deliveries.visible_to(request.user)

    @admin.display(description=gettext_lazy("place in the feed"))
    def change_id(self, delivery: WebhookDelivery) -> int | None:
        return delivery.change_id

    @admin.action(description=gettext_lazy("Deliver again, at once and with all attempts"))
    def deliver_again(self, request: Any, queryset: Any) -> None:
        done = queryset.filter(webhook__disabled_at=None).deliver_again()
        words = _("%(number)s are delivered again.") % {"number": done}
        self.message_user(request, words, messages.SUCCESS)
        if off := queryset.exclude(webhook__disabled_at=None).count():
            words = _("%(number)s belong to webhooks that are switched off; switch those on first.")
            self.message_user(request, words % {"number": off}, messages.WARNING)
