"""The words that support a record, and those that support none."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations.models import CITABLE_MODELS, Citation, Dismissal

from .base import RecordAdmin
from .columns import translate_model_name
from .filters import AuthorFilter, VisibleRelatedFilter


@admin.register(Citation)
class CitationAdmin(RecordAdmin):
    """The words of any record; a record's own page shows its words too."""

    list_display = ("__str__", "supported", "source", "field", "voice", "relation")
    list_filter = (
        "review",
        "voice",
        "relation",
        "credibility",
        ("source", VisibleRelatedFilter),
        AuthorFilter,
    )
    list_select_related = ("source", *CITABLE_MODELS)
    search_fields = ("quote", "source__title", "slug")
    search_help_text = gettext_lazy("Words, source or slug")
    facts = (
        ("source", "field"),
        "quote",
        ("before", "after"),
        ("voice", "relation", "credibility"),
    )
    derived = ("start",)

    @admin.display(description=gettext_lazy("record"))
    def supported(self, citation: Citation) -> str:
        record = citation.record
        return f"{translate_model_name(record)}: {record}" if record else ""

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        shown = super().get_fieldsets(request, obj)
        if obj is not None:
            shown[0][1]["fields"].insert(1, "supported")
        else:
            kinds = [tuple(CITABLE_MODELS[i : i + 3]) for i in range(0, len(CITABLE_MODELS), 3)]
            shown.insert(1, (_("The record: exactly one of these"), {"fields": kinds}))
        return shown

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(("supported",) if obj else ()))


@admin.register(Dismissal)
class DismissalAdmin(RecordAdmin):
    list_display = ("__str__", "reason", "source")
    list_filter = ("review", "reason", ("source", VisibleRelatedFilter), AuthorFilter)
    list_select_related = ("source",)
    search_fields = ("quote", "source__title", "slug")
    search_help_text = gettext_lazy("Words, source or slug")
    facts = (("source", "reason"), "quote", ("before", "after"))
    derived = ("start",)
