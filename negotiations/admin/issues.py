"""Issues, statements and positions."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from negotiations.models import Issue, Position, Statement

from .base import RecordAdmin, list_date_fields
from .filters import AuthorFilter, VisibleRelatedFilter
from .forms.inlines import build_citation_inline


@admin.register(Issue)
class IssueAdmin(RecordAdmin):
    list_display = ("title", "question", "part_of")
    list_filter = ("review", ("part_of", VisibleRelatedFilter), AuthorFilter)
    list_select_related = ("part_of",)
    search_fields = ("title", "question", "slug")
    search_help_text = gettext_lazy("Title, question or slug")
    facts = (("title", "part_of"), "question", "identifiers")
    inlines = (build_citation_inline("issue"),)


@admin.register(Statement)
class StatementAdmin(RecordAdmin):
    list_display = ("summary", "party", "speaker", "medium", "date", "negotiation")
    list_filter = (
        "review",
        "medium",
        ("party", VisibleRelatedFilter),
        ("negotiation", VisibleRelatedFilter),
        AuthorFilter,
    )
    list_select_related = ("party", "speaker", "negotiation")
    search_fields = ("summary", "speaker__name", "party__name", "slug")
    search_help_text = gettext_lazy("Summary, speaker, party or slug")
    date_hierarchy = "date_earliest"
    facts = (
        "negotiation",
        ("party", "speaker"),
        ("medium", "place"),
        "summary",
        list_date_fields("date"),
    )
    inlines = (build_citation_inline("statement"),)


@admin.register(Position)
class PositionAdmin(RecordAdmin):
    list_display = ("claim", "party", "issue", "stance", "firmness", "date")
    list_filter = (
        "review",
        "stance",
        "firmness",
        "basis",
        ("party", VisibleRelatedFilter),
        ("issue", VisibleRelatedFilter),
        ("negotiation", VisibleRelatedFilter),
        AuthorFilter,
    )
    list_select_related = ("party", "issue")
    search_fields = ("claim", "party__name", "issue__title", "slug")
    search_help_text = gettext_lazy("Claim, party, issue or slug")
    date_hierarchy = "date_earliest"
    facts = (
        "negotiation",
        ("party", "issue"),
        ("stance", "firmness", "basis"),
        "claim",
        ("spoken_by", "relayed_by"),
        ("statement", "follows"),
        "term",
        list_date_fields("date"),
    )
    inlines = (build_citation_inline("position"),)
