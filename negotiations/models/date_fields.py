"""Dates as the sources give them: known to the day, the month, or not at all."""

import copy
import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

from negotiations.dates import edtf

from .choices import Vocabulary
from .constraints import FieldCheckConstraint

if TYPE_CHECKING:  # Only the stubs' field says what it holds.
    Characters = models.CharField[str, str]
else:
    Characters = models.CharField


# What the constraints of each date say, by the name of its field.
CONSTRAINT_MESSAGES = {
    "date": (
        _("The date ends before it begins."),
        _("The date and the days it allows do not agree."),
        _("Without a date its certainty is unknown."),
    ),
    "deadline": (
        _("The deadline ends before it begins."),
        _("The deadline and the days it allows do not agree."),
        _("Without a deadline its certainty is unknown."),
    ),
    "due": (
        _("The due ends before it begins."),
        _("The due and the days it allows do not agree."),
        _("Without a due its certainty is unknown."),
    ),
    "published": (
        _("The published ends before it begins."),
        _("The published and the days it allows do not agree."),
        _("Without a published its certainty is unknown."),
    ),
}


class Certainty(Vocabulary):
    """How a date is known."""

    STATED = "stated", "The source gives the date itself."
    RESOLVED = "resolved", "Counted from the source's words and the day they were said."
    ASSUMED = "assumed", "The analyst's reading of what the source implies."
    UNKNOWN = "unknown", "Nothing says how the date is known, or there is none."


class UnknownAfterAll(Func):
    """A day to order by, ascending: an unknown one is the last of all, so that none is NULL.

    Written into the statement: an index on the same expression serves it.
    """

    day = "9999-12-31"
    output_field = models.DateField()

    def __init__(self, day: Any) -> None:
        super().__init__(day)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **options: Any) -> Any:
        typed = "DATE " if connection.vendor == "postgresql" else ""
        template = f"COALESCE(%(expressions)s, {typed}'{self.day}')"
        return super().as_sql(compiler, connection, template=template)


class UnknownBeforeAll(UnknownAfterAll):
    """A day to order by, descending: an unknown one is the first of all."""

    day = "0001-01-01"


def parse_date_bounds(text: str) -> tuple[datetime.date | None, datetime.date | None]:
    """The first and last day a text allows; none if empty or faulty, which validation reports."""
    try:
        span = edtf.parse_edtf(text)
    except edtf.InvalidDate:
        return None, None
    return span.earliest, span.latest


class UncertainDateDescriptor(DeferredAttribute):
    """The text on an instance; each assignment brings the bounds into step with it."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        name = self.field.attname
        instance.__dict__[name] = value
        earliest, latest = parse_date_bounds(str(value or ""))
        setattr(instance, f"{name}_earliest", earliest)
        setattr(instance, f"{name}_latest", latest)


def _siblings() -> dict[str, "models.Field[Any, Any]"]:
    """The columns beside a date, by the ending of their names."""
    return {
        "earliest": models.DateField(
            null=True, editable=False, help_text=_("The first day the date allows.")
        ),
        "latest": models.DateField(
            null=True, editable=False, help_text=_("The last day the date allows.")
        ),
        "words": models.CharField(
            max_length=200,
            blank=True,
            default="",
            help_text=_('The date as the source says it, such as "last month".'),
        ),
        "certainty": models.CharField(
            max_length=10,
            choices=Certainty,
            default=Certainty.UNKNOWN,
            help_text=_("How the date is known; unknown if no source says, and without a date."),
        ),
        "anchor": models.DateField(
            null=True,
            blank=True,
            help_text=_("The day the words are counted from, such as the day of publication."),
        ),
    }


class UncertainDateField(Characters):
    """A date as EDTF text (ISO 8601-2:2019, Library of Congress, levels 0 and 1); "" is unknown.

    The span of a text means "it happened within", never that it lasted so long. Five columns stand
    beside it: ``_earliest`` and ``_latest`` (kept in step with the text), ``_words``,
    ``_certainty`` and ``_anchor``. What writes chosen columns only (``update()``,
    ``bulk_update()``, ``save(update_fields=...)``) must name the two bounds too.
    """

    descriptor_class = UncertainDateDescriptor
    # The endings of the columns beside it.
    parts = ("earliest", "latest", "words", "certainty", "anchor")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Made first, they sort before the date: a new instance gets their defaults first, then
        # the date, which sets its bounds.
        self.siblings = _siblings()
        kwargs.setdefault("max_length", edtf.MAX_EDTF_LENGTH)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        # Models of migrations, of history and of abstract parents bring the columns themselves.
        if cls.__module__ != "__fake__":
            present = {field.name for field in cls._meta.local_fields}
            for suffix, sibling in self.siblings.items():
                if f"{name}_{suffix}" not in present:
                    cls.add_to_class(f"{name}_{suffix}", copy.copy(sibling))
        super().contribute_to_class(cls, name, private_only)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        # A migration that adds a date to a table lists it before its bounds, whose defaults then
        # undo what the assignment did; saving asks for the date first and for its bounds next.
        value = super().pre_save(model_instance, add)
        setattr(model_instance, self.attname, value)
        return value

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value:
            try:
                edtf.parse_edtf(value)
            except edtf.InvalidDate as fault:
                raise ValidationError(fault.said, "invalid_date", fault.values) from fault  # type: ignore[arg-type]


def build_date_constraints(model: str, name: str) -> list[FieldCheckConstraint]:
    """The constraints of one uncertain date, for Meta: ``[*date_rules("round", "date"), ...]``."""
    empty = Q(**{name: ""})
    bounded = Q(**{f"{name}_earliest__isnull": False}) | Q(**{f"{name}_latest__isnull": False})
    reversed_message, bounds_message, certainty_message = CONSTRAINT_MESSAGES[name]
    return [
        FieldCheckConstraint(
            about=name,
            condition=Q(**{f"{name}_earliest__lte": F(f"{name}_latest")}),
            name=f"{model}_{name}_ends_after_it_begins",
            violation_error_message=reversed_message,
        ),
        FieldCheckConstraint(
            about=name,
            condition=(empty & ~bounded) | (~empty & bounded),
            name=f"{model}_{name}_has_its_bounds",
            violation_error_message=bounds_message,
        ),
        FieldCheckConstraint(
            about=name,
            condition=~empty | Q(**{f"{name}_certainty": Certainty.UNKNOWN}),
            name=f"{model}_{name}_is_unknown_when_empty",
            violation_error_message=certainty_message,
        ),
    ]
