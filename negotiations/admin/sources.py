"""Sources."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from negotiations.models import Source

from .base import RecordAdmin, list_date_fields
from .coding.source_intake import SourceIntakeMixin
from .coding.views import CodingMixin
from .filters import AuthorFilter


@admin.register(Source)
class SourceAdmin(CodingMixin, SourceIntakeMixin, RecordAdmin):
    list_display = ("__str__", "kind", "publisher", "published", "language", "reliability")
    list_filter = ("review", "kind", "reliability", "language", AuthorFilter)
    search_fields = ("title", "publisher", "author", "published", "url", "slug")
    search_help_text = gettext_lazy("Title, publisher, author, date, address or slug")
    date_hierarchy = "published_earliest"
    facts = (
        "title",
        ("publisher", "author"),
        ("url", "archived_url"),
        ("kind", "language"),
        ("reliability", "complete"),
        list_date_fields("published"),
        "text",
    )
    derived = ("sha256",)
