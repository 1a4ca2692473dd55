"""Negotiations, their parties, rounds and delegations."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from negotiations.models import Delegation, Negotiation, Participation, Round

from .base import RecordAdmin, list_date_fields
from .filters import AuthorFilter, VisibleRelatedFilter
from .forms.inlines import RecordInline, build_citation_inline


class ParticipationInline(RecordInline):
    model = Participation
    list_select_related = ("party", "negotiation")
    rows = (("party", "role"),)


class DelegationInline(RecordInline):
    model = Delegation
    list_select_related = ("party", "round", "head")
    rows = (("party", "role"), ("head", "members"))


@admin.register(Negotiation)
class NegotiationAdmin(RecordAdmin):
    list_display = ("title", "kind", "status", "date")
    list_filter = ("review", "kind", "status", AuthorFilter)
    search_fields = ("title", "slug", "summary")
    search_help_text = gettext_lazy("Title, summary or slug")
    date_hierarchy = "date_earliest"
    facts = ("title", ("kind", "status"), list_date_fields("date"), "summary", "identifiers")
    inlines = (build_citation_inline("negotiation"), ParticipationInline)


@admin.register(Participation)
class ParticipationAdmin(RecordAdmin):
    list_display = ("party", "role", "negotiation")
    list_filter = ("review", "role", ("negotiation", VisibleRelatedFilter), AuthorFilter)
    list_select_related = ("party", "negotiation")
    search_fields = ("party__name", "negotiation__title", "slug")
    search_help_text = gettext_lazy("Party, negotiation or slug")
    facts = ("negotiation", ("party", "role"))
    inlines = (build_citation_inline("participation"),)


@admin.register(Round)
class RoundAdmin(RecordAdmin):
    list_display = ("title", "number", "status", "result", "place", "date", "negotiation")
    list_filter = (
        "review",
        "status",
        "result",
        "format",
        "level",
        ("negotiation", VisibleRelatedFilter),
        AuthorFilter,
    )
    list_select_related = ("negotiation",)
    search_fields = ("title", "place", "slug")
    search_help_text = gettext_lazy("Title, place or slug")
    date_hierarchy = "date_earliest"
    facts = (
        ("negotiation", "number"),
        "title",
        ("status", "result"),
        ("format", "level"),
        ("place", "country"),
        list_date_fields("date"),
    )
    inlines = (build_citation_inline("round"), DelegationInline)


@admin.register(Delegation)
class DelegationAdmin(RecordAdmin):
    list_display = ("party", "round", "role", "head")
    list_filter = ("review", "role", ("party", VisibleRelatedFilter), AuthorFilter)
    list_select_related = ("party", "round", "head")
    search_fields = ("party__name", "round__title", "head__name", "slug")
    search_help_text = gettext_lazy("Party, round, head or slug")
    facts = (("round", "party"), ("role", "head"), "members")
    inlines = (build_citation_inline("delegation"),)
