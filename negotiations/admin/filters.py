"""Filters of lists that name only what the user may see."""

import copy
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# A sidebar of hundreds of names helps nobody: the search does.
MAX_OPTIONS = 60


class VisibleRelatedFilter(admin.RelatedFieldListFilter):
    """The records of another kind, for example ``("negotiation", VisibleFilter)``."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> Any:
        rows = field.related_model._default_manager.visible_to(request.user)[: MAX_OPTIONS + 1]
        return [(record.pk, str(record)) for record in rows]

    def has_output(self) -> bool:
        return 0 < len(self.lookup_choices) <= MAX_OPTIONS


class TranslatedChoicesFilter(admin.ChoicesFieldListFilter):
    """The values of a coded field, as they are called in the user's language."""

    def __init__(self, field: Any, *rest: Any, **named: Any) -> None:
        super().__init__(field, *rest, **named)
        self.field = copy.copy(self.field)
        self.field.choices = [(value, _(str(label))) for value, label in field.flatchoices]


admin.FieldListFilter.register(
    lambda field: bool(field.choices), TranslatedChoicesFilter, take_priority=True
)


class AuthorFilter(admin.SimpleListFilter):
    """One's own records among those of others."""

    title = gettext_lazy("author")
    parameter_name = "author"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", _("Written by me")), ("others", _("Written by others"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "me":
            return queryset.filter(created_by=request.user)
        if self.value() == "others":
            return queryset.exclude(created_by=request.user)
        return queryset
