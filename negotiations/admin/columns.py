"""Coded values in the user's language, and quantities in words, in lists and on pages to read."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _

from .forms.quantities import LABELS, add_quantity_fields, format_quantity, list_quantities


def translate_model_name(model: Any, number: int = 1) -> str:
    """What so many records of a kind are called."""
    meta = model._meta
    return str(meta.verbose_name if number == 1 else meta.verbose_name_plural)


def build_choice_column(field: Any) -> Any:
    """The column of a coded field, with its values as they are called."""

    @admin.display(description=field.verbose_name, ordering=field.name)
    def value(record: Any) -> str | None:
        label = getattr(record, f"get_{field.name}_display")()
        return _(str(label)) if label else None

    value.__name__ = field.name
    return value


def build_quantity_column(name: str) -> Any:
    """The column of a quantity, its bounds said as one."""

    @admin.display(description=LABELS.get(name, name), ordering=f"{name}_min")
    def value(record: Any) -> str:
        return format_quantity(record, name)

    value.__name__ = name
    return value


def build_columns(opts: Any) -> dict[str, Any]:
    """The columns of a kind's coded fields and quantities, by name."""
    coded = {
        field.name: build_choice_column(field) for field in opts.concrete_fields if field.choices
    }
    return coded | {name: build_quantity_column(name) for name in list_quantities(opts.model)}


def build_readonly_fieldsets(fieldsets: Any, coded: dict[str, Any]) -> Any:
    """The rows of a form that is only read: Django shows its values as the models call them."""

    def told(row: Any) -> Any:
        if isinstance(row, str):
            return coded.get(row, row)
        return row if callable(row) else tuple(map(told, row))

    return [
        (title, {**more, "fields": list(map(told, more["fields"]))}) for title, more in fieldsets
    ]


class TranslatedModelAdmin(admin.ModelAdmin):
    """Coded values as they are called, and quantities as one column."""

    def __init__(self, model: Any, admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self.coded = build_columns(self.opts)
        self.form = add_quantity_fields(self.form, model)

    def get_list_display(self, request: Any) -> Any:
        shown: Any = super().get_list_display(request)
        return [self.coded.get(name, name) for name in shown]
