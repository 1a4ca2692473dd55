"""Sources, the citations of their words, and what was dismissed."""

from typing import Any

from django.contrib import admin

from negotiations.models import CITED, Citation, Dismissal, Source

from .base import RecordAdmin, dated
from .filters import MineFilter, VisibleFilter


@admin.register(Source)
class SourceAdmin(RecordAdmin):
    list_display = ("__str__", "kind", "publisher", "published", "language", "reliability")
    list_filter = ("review", "kind", "reliability", "language", MineFilter)
    search_fields = ("title", "publisher", "author", "published", "url", "slug")
    search_help_text = "Title, publisher, author, date, address or slug"
    date_hierarchy = "published_earliest"
    facts = (
        "title",
        ("publisher", "author"),
        ("url", "archived_url"),
        ("kind", "language"),
        ("reliability", "complete"),
        dated("published"),
        "text",
    )
    derived = ("sha256",)


@admin.register(Citation)
class CitationAdmin(RecordAdmin):
    """The words of any record; a record's own page shows its words too."""

    list_display = ("__str__", "supported", "source", "field", "voice", "relation")
    list_filter = (
        "review",
        "voice",
        "relation",
        "credibility",
        ("source", VisibleFilter),
        MineFilter,
    )
    list_select_related = ("source", *CITED)
    search_fields = ("quote", "source__title", "slug")
    search_help_text = "Words, source or slug"
    facts = (
        ("source", "field"),
        "quote",
        ("before", "after"),
        ("voice", "relation", "credibility"),
    )
    derived = ("start",)

    @admin.display(description="record")
    def supported(self, citation: Citation) -> str:
        record = citation.record
        return f"{record._meta.verbose_name}: {record}" if record else ""

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        shown = super().get_fieldsets(request, obj)
        if obj is not None:
            shown[0][1]["fields"].insert(1, "supported")
        else:
            kinds = [tuple(CITED[i : i + 3]) for i in range(0, len(CITED), 3)]
            shown.insert(1, ("The record: exactly one of these", {"fields": kinds}))
        return shown

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(("supported",) if obj else ()))


@admin.register(Dismissal)
class DismissalAdmin(RecordAdmin):
    list_display = ("__str__", "reason", "source")
    list_filter = ("review", "reason", ("source", VisibleFilter), MineFilter)
    list_select_related = ("source",)
    search_fields = ("quote", "source__title", "slug")
    search_help_text = "Words, source or slug"
    facts = (("source", "reason"), "quote", ("before", "after"))
    derived = ("start",)
