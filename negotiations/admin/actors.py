"""Parties, people and their posts."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from negotiations.models import Party, Person, Post

from .base import RecordAdmin, dated
from .filters import MineFilter, VisibleFilter
from .forms.inlines import RecordInline, citations_of
from .history.merge import Merging


class PostInline(RecordInline):
    model = Post
    fk_name = "person"
    list_select_related = ("party", "person")
    rows = (("title", "party"), dated("date"))


@admin.register(Party)
class PartyAdmin(Merging, RecordAdmin):
    list_display = ("name", "kind", "country")
    list_filter = ("review", "kind", MineFilter)
    search_fields = ("name", "slug", "aliases")
    search_help_text = gettext_lazy("Name, other names or slug")
    facts = (("name", "kind"), ("country", "member_of"), "aliases", "identifiers")
    inlines = (citations_of("party"),)


@admin.register(Person)
class PersonAdmin(Merging, RecordAdmin):
    list_display = ("name",)
    list_filter = ("review", MineFilter)
    search_fields = ("name", "slug", "aliases")
    search_help_text = gettext_lazy("Name, other spellings or slug")
    facts = ("name", "aliases", "identifiers")
    inlines = (citations_of("person"), PostInline)


@admin.register(Post)
class PostAdmin(RecordAdmin):
    list_display = ("person", "title", "party", "date")
    list_filter = ("review", ("party", VisibleFilter), MineFilter)
    list_select_related = ("person", "party")
    search_fields = ("person__name", "title", "party__name", "slug")
    search_help_text = gettext_lazy("Person, title, party or slug")
    date_hierarchy = "date_earliest"
    facts = ("person", ("title", "party"), dated("date"))
    inlines = (citations_of("post"),)
