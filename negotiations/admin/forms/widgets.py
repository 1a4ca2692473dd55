"""How each kind of field looks in a form, on pages and in inlines alike."""

from typing import Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations.models import Certainty, Citation, Negotiation, Position, Proposal, Record, Source

from .fields import ExactTextField, LinesField, PairsField
from .whole_numbers import WholeNumberField

# Lines of a text box by the name of the field; others have a few.
TEXTAREA_ROWS = {"text": 18, "quote": 3, "summary": 3, "open_question": 2, "note": 2}
# Words around a quotation: their spaces count.
EXACT_FIELDS = frozenset({"before", "after"})
# Longer texts get a line of their own.
WIDE = 300


# Defaults that say only that nothing is said; any other one has to be chosen.
NEUTRAL_DEFAULTS = frozenset(
    {
        *(Certainty.UNKNOWN, Negotiation.Status.UNKNOWN, Proposal.Status.OPEN),
        *(Position.Firmness.UNSPECIFIED, Source.Reliability.F),
        *(Citation.Credibility.CANNOT_BE_JUDGED, Citation.Relation.SUPPORTS),
        Record.Review.DRAFT,
    }
)


def require_choice(field: Any, db_field: Any) -> None:
    """Take away a default that claims something, so that nobody saves what they did not say."""
    if db_field.choices and db_field.has_default() and db_field.default not in NEUTRAL_DEFAULTS:
        field.initial = None
        field.choices = [("", "---------"), *(c for c in field.choices if c[0])]


def is_wide(field: Any) -> bool:
    """Whether a one-line text needs the whole line."""
    is_text = isinstance(field, models.CharField) and not field.choices
    return is_text and (field.max_length or 0) >= WIDE


class RecordWidgetsMixin:
    """Autocomplete for every relation, limited to what the user may see; texts kept exactly."""

    model: Any

    def get_autocomplete_fields(self, request: Any) -> list[str]:
        fields = (*self.model._meta.fields, *self.model._meta.many_to_many)
        return [f.name for f in fields if f.is_relation and issubclass(f.related_model, Record)]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **options: Any) -> Any:
        words: dict[str, Any] = {
            "label": _(capfirst(str(db_field.verbose_name))),
            "help_text": str(db_field.help_text),
        }
        if isinstance(db_field, models.JSONField):
            kind = LinesField if db_field.default is list else PairsField
            words["help_text"] += f" {kind.hint}"
            return kind(**words, required=not db_field.blank)
        options |= words
        if isinstance(db_field, models.TextField) or db_field.name in EXACT_FIELDS:
            options["form_class"] = ExactTextField
        elif isinstance(db_field, models.IntegerField):
            options["form_class"] = WholeNumberField
        field = super().formfield_for_dbfield(db_field, request, **options)  # type: ignore[misc]
        if db_field.choices:
            field.choices = [(value, _(str(label))) for value, label in field.choices]
            require_choice(field, db_field)
        if isinstance(db_field, models.TextField):
            field.widget.attrs["rows"] = TEXTAREA_ROWS.get(db_field.name, 3)
        elif is_wide(db_field):
            field.widget.attrs["class"] = "vLargeTextField"
        if isinstance(field.widget if field else None, RelatedFieldWidgetWrapper):
            # Deleting has a page of its own, with its rules.
            field.widget.can_delete_related = False
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **options: Any) -> Any:
        self._limit(db_field, request, options)
        return super().formfield_for_foreignkey(db_field, request, **options)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: Any, **options: Any) -> Any:
        self._limit(db_field, request, options)
        return super().formfield_for_manytomany(db_field, request, **options)  # type: ignore[misc]

    def _limit(self, db_field: Any, request: Any, options: dict[str, Any]) -> None:
        if issubclass(db_field.related_model, Record):
            rows = db_field.related_model._default_manager.visible_to(request.user)
            options.setdefault("queryset", rows)
