"""Incidents beside the talks."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from negotiations.models import Incident

from .base import RecordAdmin, list_date_fields
from .filters import AuthorFilter, VisibleRelatedFilter
from .forms.inlines import build_citation_inline


@admin.register(Incident)
class IncidentAdmin(RecordAdmin):
    list_display = ("title", "kind", "means", "place", "date", "negotiation")
    list_filter = (
        "review",
        "kind",
        "means",
        ("by", VisibleRelatedFilter),
        ("negotiation", VisibleRelatedFilter),
        AuthorFilter,
    )
    list_select_related = ("negotiation",)
    search_fields = ("title", "place", "effect", "slug")
    search_help_text = gettext_lazy("Title, place, effect or slug")
    date_hierarchy = "date_earliest"
    facts = (
        ("negotiation", "part_of"),
        "title",
        ("kind", "means"),
        ("by", "place"),
        "killed",
        "injured",
        "effect",
        list_date_fields("date"),
    )
    inlines = (build_citation_inline("incident"),)
