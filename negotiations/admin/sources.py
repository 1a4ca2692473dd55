"""Sources."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from negotiations.models import Source

from .base import RecordAdmin, dated
from .coding.source_intake import Taking
from .coding.views import CodingDesk
from .filters import MineFilter


@admin.register(Source)
class SourceAdmin(CodingDesk, Taking, RecordAdmin):
    list_display = ("__str__", "kind", "publisher", "published", "language", "reliability")
    list_filter = ("review", "kind", "reliability", "language", MineFilter)
    search_fields = ("title", "publisher", "author", "published", "url", "slug")
    search_help_text = gettext_lazy("Title, publisher, author, date, address or slug")
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
