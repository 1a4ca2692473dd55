"""Proposals with their terms and the answers to them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from negotiations.models import Proposal, Response, Term

from .base import RecordAdmin, list_date_fields
from .filters import AuthorFilter, VisibleRelatedFilter
from .forms.inlines import RecordInline, build_citation_inline


class TermInline(RecordInline):
    model = Term
    list_select_related = ("issue", "proposal")
    rows = (("number", "issue"), "text", ("obligor", "obligee"))


class ResponseInline(RecordInline):
    model = Response
    list_select_related = ("party", "term", "proposal")
    rows = (("party", "answer"), ("term", "spoken_by"), list_date_fields("date"))


@admin.register(Proposal)
class ProposalAdmin(RecordAdmin):
    list_display = ("title", "kind", "status", "date", "deadline", "negotiation")
    list_filter = (
        "review",
        "kind",
        "status",
        "restated",
        ("proposed_by", VisibleRelatedFilter),
        ("negotiation", VisibleRelatedFilter),
        AuthorFilter,
    )
    list_select_related = ("negotiation",)
    search_fields = ("title", "consequence", "slug")
    search_help_text = gettext_lazy("Title, consequence or slug")
    date_hierarchy = "date_earliest"
    facts = (
        ("negotiation", "round"),
        "title",
        ("kind", "status"),
        ("proposed_by", "addressed_to"),
        ("spoken_by", "relayed_by"),
        ("statement", "responds_to"),
        ("restated", "complete"),
        "consequence",
        list_date_fields("date"),
        list_date_fields("deadline"),
    )
    inlines = (build_citation_inline("proposal"), TermInline, ResponseInline)


@admin.register(Term)
class TermAdmin(RecordAdmin):
    list_display = ("text", "number", "issue", "proposal")
    list_filter = (
        "review",
        ("issue", VisibleRelatedFilter),
        ("obligor", VisibleRelatedFilter),
        AuthorFilter,
    )
    list_select_related = ("issue", "proposal")
    search_fields = ("text", "issue__title", "proposal__title", "slug")
    search_help_text = gettext_lazy("Text, issue, proposal or slug")
    facts = (("proposal", "number"), "issue", "text", ("obligor", "obligee"))
    inlines = (build_citation_inline("term"),)


@admin.register(Response)
class ResponseAdmin(RecordAdmin):
    list_display = ("party", "answer", "proposal", "term", "date")
    list_filter = ("review", "answer", ("party", VisibleRelatedFilter), AuthorFilter)
    list_select_related = ("party", "proposal", "term")
    search_fields = ("party__name", "proposal__title", "term__text", "slug")
    search_help_text = gettext_lazy("Party, proposal, term or slug")
    date_hierarchy = "date_earliest"
    facts = (("proposal", "term"), ("party", "answer"), "spoken_by", list_date_fields("date"))
    inlines = (build_citation_inline("response"),)
