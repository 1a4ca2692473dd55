"""What waits: the records of all kinds that the filters leave, in the order of approval."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Left
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy, pgettext_lazy

from negotiations.admin.columns import translate_model_name
from negotiations.models import CITABLE_MODELS, COLLECTIONS, Citation, Negotiation, Record, Source
from negotiations.permissions import can_perform, get_review_action

Review = Record.Review


def annotate_beginnings(sources: QuerySet[Source]) -> QuerySet[Source]:
    """Sources without their texts, which are long, but for the words with which they begin."""
    return sources.defer("text").annotate(beginning=Left("text", 80))


def format_source_name(source: Any) -> str:
    """A source by its title; those without one are often of one outlet and day."""
    if source.title:
        return str(source)
    return f"{source}: {Truncator(' '.join(source.beginning.split())).chars(48)}"


class SourceChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return format_source_name(obj)


class QueueFilterForm(forms.Form):
    """The queue's filters, as they stand in the address."""

    state = forms.ChoiceField(
        label=pgettext_lazy("of review", "State"),
        choices=[(state.value, gettext_lazy(state.label)) for state in Review],
        required=False,
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    source = SourceChoiceField(
        Source.objects.none(),
        label=gettext_lazy("Source"),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("all"),
    )
    negotiation = forms.ModelChoiceField(
        Negotiation.objects.none(),
        label=gettext_lazy("Negotiation"),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("all"),
    )
    author = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Author"),
        to_field_name="username",
        required=False,
        empty_label=gettext_lazy("all"),
    )

    def __init__(self, data: Any, user: Any) -> None:
        # What waits, when no state is chosen.
        given = {name: str(data[name]).replace("\0", "\ufffd") for name in data}
        super().__init__({"state": Review.IN_REVIEW.value, **given})
        fields: Any = self.fields
        kinds = [(name, translate_model_name(model, 0)) for name, model in COLLECTIONS.items()]
        fields["kind"].choices = [("", gettext_lazy("all")), *kinds]
        fields["source"].queryset = annotate_beginnings(Source.objects.visible_to(user))
        fields["negotiation"].queryset = Negotiation.objects.visible_to(user)
        fields["author"].queryset = User.objects.filter(is_staff=True).order_by("username")

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set and make sense, as texts."""
        self.is_valid()
        names = {name: self.data.get(name, "") for name in self.fields if name not in self.errors}
        return {name: text for name, text in names.items() if text}

    @property
    def state_now(self) -> str:
        """The state of review that is looked at."""
        return self.chosen.get("state", Review.IN_REVIEW)

    @property
    def query(self) -> str:
        """The filters for an address, without what holds anyhow."""
        default = ("state", Review.IN_REVIEW)
        return urlencode([item for item in self.chosen.items() if item != default])


class QueuePosition(NamedTuple):
    """Where a record stands in the queue."""

    number: int
    of: int
    before: Record | None
    after: Record | None


class ReviewQueue:
    """The records that wait, by kind in the order in which they can be approved."""

    def __init__(self, filters: QueueFilterForm, user: Any) -> None:
        self.filters, self.user = filters, user
        self.chosen = filters.chosen if filters.is_valid() else {}

    def rows(self, model: type[Record]) -> QuerySet[Any] | None:
        """Those of one kind; None where the filters leave none."""
        chosen, cleaned = self.chosen, getattr(self.filters, "cleaned_data", {})
        if self.filters.errors or chosen.get("kind", model.resource_name) != model.resource_name:
            return None
        rows: QuerySet[Any] = model.objects.visible_to(self.user)
        rows = rows.filter(review=self.filters.state_now)
        if cleaned.get("author"):
            rows = rows.filter(created_by=cleaned["author"])
        if model is Citation:
            rows = rows.filter(build_standalone_query())
        for name, target in (("source", Source), ("negotiation", Negotiation)):
            if cleaned.get(name):
                path = find_lookup_path(model, target)
                if path is None:
                    return None
                rows = rows.filter(**{path: cleaned[name].pk})
        return rows

    def ordered(self, model: type[Record]) -> QuerySet[Any] | None:
        """In the order of their words, where the words of one source are looked at; else by age."""
        rows = self.rows(model)
        if rows is None:
            return None
        source = self.filters.cleaned_data.get("source")
        if source and hasattr(model, "citations"):
            first = Min("citations__start", filter=Q(citations__source=source))
            return rows.annotate(first_word=first).order_by("first_word", "pk")
        return rows.order_by("updated_at", "pk")

    def counts(self) -> list[tuple[type[Record], int]]:
        """How many of each kind, without the kinds of which there are none."""
        found = ((model, self.rows(model)) for model in COLLECTIONS.values())
        counted = ((model, rows.distinct().count()) for model, rows in found if rows is not None)
        return [(model, count) for model, count in counted if count]

    def page(self, first: int, size: int) -> list[Record]:
        """So many records from one on, with what their sentences name."""
        found: list[Record] = []
        for model, count in self.counts():
            if first >= count:
                first -= count
                continue
            rows = self.ordered(model)
            if rows is not None:
                found += prefetch_named_records(rows.distinct())[first : first + size - len(found)]
            first = 0
            if len(found) == size:
                break
        return found

    def addresses(self) -> Iterator[tuple[type[Record], int, int | None]]:
        """(kind, key, author) of all, in order."""
        for model in COLLECTIONS.values():
            rows = self.ordered(model)
            if rows is not None:
                for key, author in rows.values_list("pk", "created_by").distinct():
                    yield model, key, author

    def place(self, record: Record) -> QueuePosition:
        """Where a record stands, and what stands beside it."""
        everything = [(model, key) for model, key, _ in self.addresses()]
        here = (type(record), record.pk)
        if here not in everything:
            return QueuePosition(
                0, len(everything), None, get_or_none(*everything[0]) if everything else None
            )
        number = everything.index(here)
        before = everything[number - 1] if number else None
        after = everything[number + 1] if number + 1 < len(everything) else None
        return QueuePosition(
            number + 1,
            len(everything),
            get_or_none(*before) if before else None,
            get_or_none(*after) if after else None,
        )

    def next_after(self, record: Record) -> Record | None:
        """The next that the user could decide on, from the start again at the end.

        Asked before the record is decided on, while it still stands in the queue.
        """
        others = [
            (model, key)
            for model, key, author in self.addresses()
            if author != self.user.pk or (model, key) == (type(record), record.pk)
        ]
        here = (type(record), record.pk)
        start = others.index(here) + 1 if here in others else 0
        rest = [other for other in others[start:] + others[:start] if other != here]
        return get_or_none(*rest[0]) if rest else None


def get_or_none(model: type[Record], key: int) -> Record | None:
    """The record, unless it was deleted meanwhile."""
    found: Record | None = model._base_manager.filter(pk=key).first()
    return found


def build_standalone_query() -> Q:
    """Citations that wait by themselves: the others are approved with their records."""
    public = Q()
    for kind in CITABLE_MODELS:
        public |= Q(**{f"{kind}__review": Review.PUBLISHED})
    return public


def find_lookup_path(model: type[Record], target: type[Record]) -> str | None:
    """How a kind leads to the source or the negotiation that is asked about."""
    if model is target:
        return "pk"
    if target is Source:
        return "citations__source" if hasattr(model, "citations") else "source"
    keys = {f.name: f.related_model for f in model._meta.fields if f.is_relation}
    for name, other in keys.items():
        if other is target:
            return name
    for name, other in keys.items():
        if any(f.related_model is target for f in other._meta.fields):  # type: ignore[union-attr]
            return f"{name}__{target._meta.model_name}"
    return None


def prefetch_named_records(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows with all that their sentences name, in a fixed number of queries."""
    meta: Any = rows.model._meta
    keys = [
        field.name
        for field in meta.fields
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, Record)
    ]
    many = [field.name for field in meta.many_to_many]
    if hasattr(rows.model, "citations"):
        many.append("citations")
    return rows.select_related(*keys, "created_by").prefetch_related(*many)


def may_decide(user: Any, record: Record) -> bool:
    """Whether the user may publish the record as it stands."""
    return Review.PUBLISHED in Record.REVIEW_STEPS[record.review] and can_perform(
        user, get_review_action(record.review, Review.PUBLISHED), record
    )
