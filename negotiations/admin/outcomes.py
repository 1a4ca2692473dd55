"""Outcomes, commitments and deliveries."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from negotiations.models import Commitment, Delivery, Outcome

from .base import RecordAdmin, list_date_fields
from .columns import build_quantity_column
from .filters import AuthorFilter, VisibleRelatedFilter
from .forms.inlines import RecordInline, build_citation_inline


class DeliveryInline(RecordInline):
    model = Delivery
    list_select_related = ("commitment",)
    rows = (
        ("delivered_by", "received_by"),
        ("quantity", "verification"),
        ("place", "facilitator"),
        list_date_fields("date"),
    )


@admin.register(Outcome)
class OutcomeAdmin(RecordAdmin):
    list_display = ("title", "kind", "form", "status", "date", "negotiation")
    list_filter = (
        "review",
        "kind",
        "form",
        "status",
        ("negotiation", VisibleRelatedFilter),
        AuthorFilter,
    )
    list_select_related = ("negotiation",)
    search_fields = ("title", "slug")
    search_help_text = gettext_lazy("Title or slug")
    date_hierarchy = "date_earliest"
    facts = (
        ("negotiation", "rounds"),
        "title",
        ("kind", "form", "status"),
        "agreed_by",
        list_date_fields("date"),
    )
    inlines = (build_citation_inline("outcome"),)


@admin.register(Commitment)
class CommitmentAdmin(RecordAdmin):
    list_display = (
        "text",
        "kind",
        build_quantity_column("quantity"),
        "unit",
        "due",
        "outcome",
        "negotiation",
    )
    list_filter = (
        "review",
        "kind",
        "unit",
        ("obligor", VisibleRelatedFilter),
        ("negotiation", VisibleRelatedFilter),
        AuthorFilter,
    )
    list_select_related = ("outcome", "negotiation")
    search_fields = ("text", "category", "outcome__title", "slug")
    search_help_text = gettext_lazy("Text, category, outcome or slug")
    date_hierarchy = "due_earliest"
    facts = (
        ("negotiation", "outcome"),
        ("kind", "issue"),
        "text",
        ("obligor", "obligee"),
        ("backed_by", "according_to"),
        ("quantity", "unit"),
        "category",
        list_date_fields("due"),
    )
    inlines = (build_citation_inline("commitment"), DeliveryInline)


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    list_display = (
        "commitment",
        "delivered_by",
        "received_by",
        build_quantity_column("quantity"),
        "verification",
        "date",
    )
    list_filter = (
        "review",
        "verification",
        ("delivered_by", VisibleRelatedFilter),
        ("received_by", VisibleRelatedFilter),
        AuthorFilter,
    )
    list_select_related = ("commitment", "delivered_by", "received_by")
    search_fields = ("commitment__text", "place", "slug")
    search_help_text = gettext_lazy("Commitment, place or slug")
    date_hierarchy = "date_earliest"
    facts = (
        "commitment",
        ("delivered_by", "received_by"),
        ("quantity", "verification"),
        ("place", "facilitator"),
        list_date_fields("date"),
    )
    inlines = (build_citation_inline("delivery"),)
