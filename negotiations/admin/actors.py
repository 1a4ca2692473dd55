"""Parties, people and their posts."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from negotiations.models import Party, Person, Post

from .base import RecordAdmin, list_date_fields
from .filters import AuthorFilter, VisibleRelatedFilter
from .forms.inlines import RecordInline, build_citation_inline
from .history.merge import MergeMixin


class PostInline(RecordInline):
    model = Post
    fk_name = "person"
    list_select_related = ("party", "person")
    rows = (("title", "party"), list_date_fields("date"))


@admin.register(Party)
class PartyAdmin(MergeMixin, RecordAdmin):
    list_display = ("name", "kind", "country")
    list_filter = ("review", "kind", AuthorFilter)
    search_fields = ("name", "slug", "aliases")
    search_help_text = gettext_lazy("Name, other names or slug")
    facts = (("name", "kind"), ("country", "member_of"), "aliases", "identifiers")
    inlines = (build_citation_inline("party"),)


@admin.register(Person)
class PersonAdmin(MergeMixin, RecordAdmin):
    list_display = ("name",)
    list_filter = ("review", AuthorFilter)
    search_fields = ("name", "slug", "aliases")
    search_help_text = gettext_lazy("Name, other spellings or slug")
    facts = ("name", "aliases", "identifiers")
    inlines = (build_citation_inline("person"), PostInline)


@admin.register(Post)
class PostAdmin(RecordAdmin):
    list_display = ("person", "title", "party", "date")
    list_filter = ("review", ("party", VisibleRelatedFilter), AuthorFilter)
    list_select_related = ("person", "party")
    search_fields = ("person__name", "title", "party__name", "slug")
    search_help_text = gettext_lazy("Person, title, party or slug")
    date_hierarchy = "date_earliest"
    facts = ("person", ("title", "party"), list_date_fields("date"))
    inlines = (build_citation_inline("post"),)
