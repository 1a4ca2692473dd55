"""Filters of lists that name only what the user may see."""

from typing import Any

from django.contrib import admin

# A sidebar of hundreds of names helps nobody: the search does.
MOST = 60


class VisibleFilter(admin.RelatedFieldListFilter):
    """The records of another kind, for example ``("negotiation", VisibleFilter)``."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> Any:
        rows = field.related_model._default_manager.visible_to(request.user)[: MOST + 1]
        return [(record.pk, str(record)) for record in rows]

    def has_output(self) -> bool:
        return 0 < len(self.lookup_choices) <= MOST


class MineFilter(admin.SimpleListFilter):
    """One's own records among those of others."""

    title = "author"
    parameter_name = "author"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", "Written by me"), ("others", "Written by others")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "me":
            return queryset.filter(created_by=request.user)
        if self.value() == "others":
            return queryset.exclude(created_by=request.user)
        return queryset
