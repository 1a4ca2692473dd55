"""The rules that hold for every record, whichever door it comes through."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .constraints import RuleErrors, rule_error
from .system.field_values import clean_value, validate_value

# The proposed many-to-many values and citations of a record that is not saved yet.
Related = Mapping[str, Sequence[models.Model]]

PUBLISHED = "published"
WITHDRAWN = "withdrawn"


class ValidatedModel(models.Model):
    """The half of ``Record`` that refuses: ``validate`` is what every door calls.

    A kind adds its own rules by extending the generators ``faults``, ``related_faults``,
    ``change_faults`` and ``delete_faults``.
    """

    if TYPE_CHECKING:  # what ``Record`` brings
        slug: Any
        review: Any
        note: Any
        get_review_display: Any
        REVIEW_STEPS: ClassVar[dict[str, set[str]]]

    # Whether the record must not be published without the words that support it.
    needs_citation: ClassVar[bool] = True
    # False while many are validated at once: what they refer to was just found, and what breaks a
    # constraint is refused by the tables and then validated one by one.
    asks_database: bool = True
    # Fields whose proposed values could not even be read: nothing more is said of them.
    unread: Set[str] = frozenset()
    # Relations to the same kind that must not lead back to where they began.
    acyclic: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def validate(self, related: Related | None = None) -> None:
        """Every rule, with the relations the record is to have; all faults in one ValidationError.

        ``related`` holds many-to-many values by field name and, under ``citations``, the citations
        that are to be saved with the record. What it does not hold is read from the database.
        """
        faults: dict[str, list[ValidationError]] = {}
        try:
            self.full_clean()
        except ValidationError as error:
            error.update_error_dict(faults)
        for field, breach in self.related_faults(related or {}):
            faults.setdefault(field, []).append(breach)
        told = {field: those for field, those in faults.items() if field not in self.unread}
        if told:
            raise ValidationError(told)

    def full_clean(
        self, exclude: Any = None, validate_unique: bool = True, validate_constraints: bool = True
    ) -> None:
        exclude = {*(exclude or ()), *self.unread}
        if not self.asks_database:
            keys = (f.name for f in self._meta.fields if isinstance(f, models.ForeignKey))
            exclude, validate_unique, validate_constraints = {*exclude, *keys}, False, False
        super().full_clean(exclude, validate_unique, validate_constraints)

    def clean_fields(self, exclude: Any = None) -> None:
        """Apply the stock rules; each text has something to read and nothing unprintable."""
        faults: dict[str, Any] = {}
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, clean_value(field, getattr(self, field.attname)))
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            error.update_error_dict(faults)
        for field in self._meta.concrete_fields:
            try:
                validate_value(field, getattr(self, field.attname))
            except ValidationError as error:
                faults.setdefault(field.name, []).extend(error.error_list)
        if faults:
            raise ValidationError(faults)

    def clean(self) -> None:
        super().clean()
        errors: dict[str, list[ValidationError]] = {}
        for field, error in self.faults():
            errors.setdefault(field, []).append(error)
        if errors:
            raise ValidationError(errors)

    def faults(self) -> RuleErrors:
        """What is wrong with the record itself; each kind adds its own rules."""
        yield from self._unexplained_others()
        yield from self._circles()
        for name, target in self.references():
            yield from self._target_faults(name, target)
        stored = None if self._state.adding else type(self)._base_manager.filter(pk=self.pk).first()
        if stored:
            yield from self.change_faults(stored)

    def change_faults(self, stored: Any) -> RuleErrors:
        """What may not change, given the record as it is stored."""
        if self.slug != stored.slug:
            yield rule_error(
                "slug", _("A slug is never changed; it is %(slug)s."), "immutable", slug=stored.slug
            )
        if self.review == stored.review:
            return
        if self.review not in self.REVIEW_STEPS[stored.review]:
            yield rule_error(
                "review",
                _("A record that is %(old)s cannot become %(new)s."),
                "review_step",
                old=stored.get_review_display().lower(),
                new=self.get_review_display().lower(),
            )
        if stored.review == PUBLISHED:
            referrers = [record.address for record in self.referrers(published=True, most=5)]
            if referrers:
                yield rule_error(
                    "review",
                    _("Published records refer to it: %(them)s."),
                    "referred_to",
                    them=", ".join(referrers),
                )

    def related_faults(self, related: Related) -> RuleErrors:
        """What is wrong with the record's many-to-many relations and citations taken together."""
        for field in self._meta.many_to_many:
            for target in self.related(field.name, related):
                yield from self._target_faults(field.name, target)
        yield from self._citation_faults(related)

    def related(self, name: str, related: Related) -> list[Any]:
        """The relation as it is to be: proposed, else stored."""
        if name in related:
            return list(related[name])
        return [] if self._state.adding else list(getattr(self, name).all())

    def delete_faults(self) -> RuleErrors:
        """Why the record must stay, apart from records that refer to it."""
        yield from ()

    # The single rules behind the two generators above

    def _unexplained_others(self) -> RuleErrors:
        for field in self._meta.concrete_fields:
            if field.choices and getattr(self, field.attname) == "other" and not self.note.strip():
                yield rule_error(
                    "note",
                    _("Say in the note what “other” is in %(name)s."),
                    "other_needs_note",
                    name=field.name,
                )

    def _target_faults(self, name: str, target: Any) -> RuleErrors:
        own, theirs = (getattr(record, "negotiation_id", None) for record in (self, target))
        if own and theirs and own != theirs:
            yield rule_error(
                name,
                _("%(target)s belongs to another negotiation."),
                "other_negotiation",
                target=target.address,
            )
        if self.review == PUBLISHED and target.review != PUBLISHED:
            yield rule_error(
                name, _("Publish %(target)s first."), "unpublished", target=target.address
            )

    def _circles(self) -> RuleErrors:
        # Nothing leads to a record that is not stored yet.
        for name in () if self._state.adding else self.acyclic:
            seen, step = {self.pk}, getattr(self, name)
            while step is not None:
                if step.pk in seen:
                    yield rule_error(name, _("This leads back to the record itself."), "circle")
                    break
                seen.add(step.pk)
                step = getattr(step, name)

    def _citation_faults(self, related: Related) -> RuleErrors:
        if not hasattr(self, "citations"):
            return
        for number, citation in enumerate(related.get("citations", ())):
            yield from self._nested_faults(number, citation)
        citations = [c for c in self.related("citations", related) if c.review != WITHDRAWN]
        if "citations" in self.unread or any("source" in c.unread for c in citations):
            return  # What the record cites is not known.
        sources = [source for c in citations if (source := _target(c, "source"))]
        if self.review == PUBLISHED and self.needs_citation:
            yield from self._unsupported(sources)
        for field in self._meta.concrete_fields:
            words = getattr(self, field.name) if field.name.endswith("_words") else ""
            if words and sources and not any(words in source.text for source in sources):
                yield rule_error(
                    field.name,
                    _("These words are not in a source that the record cites."),
                    "words_not_found",
                )

    def _unsupported(self, sources: list[Any]) -> RuleErrors:
        if not sources:
            yield rule_error(
                "citations",
                _("A record is not published without the words that support it."),
                "no_citation",
            )
        elif all(source.review != PUBLISHED for source in sources):
            target = sources[0].address
            yield rule_error(
                "citations", _("Publish %(target)s first."), "unpublished", target=target
            )

    def _nested_faults(self, number: int, citation: Any) -> RuleErrors:
        """The citation's own rules; of its record, which may have no key yet, nothing is asked."""
        citation.review = self.review
        others = {"review", *(f.name for f in citation._meta.fields if f.name in citation.KINDS)}
        for name, single in citation.field_faults(self):
            yield f"citations/{number}/{name}", single
        try:
            citation.full_clean(exclude=others)
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                for single in errors if name not in citation.unread else ():
                    yield f"citations/{number}/{name}", single

    # Relations

    def references(self) -> list[tuple[str, Any]]:
        """The records that this one names by foreign key: (field, record)."""
        return [
            (field.name, target)
            for field in self._meta.concrete_fields
            if isinstance(field, models.ForeignKey)
            and issubclass(field.remote_field.model, ValidatedModel)
            and getattr(self, field.attname) is not None
            and (target := _target(self, field.name)) is not None
        ]

    def referrers(self, *, published: bool = False, most: int = 50) -> list[Any]:
        """Records of other kinds and its own that name this one, but for its own citations."""
        found: list[Any] = []
        for model, naming in self.referring():
            rows = model._base_manager.filter(naming)
            rows = rows.filter(review=PUBLISHED) if published else rows
            found += rows.distinct()[: most - len(found)]
        return found

    def referring(self) -> Iterator[tuple[Any, models.Q]]:
        """By which relation of which kind records can name this one: (kind, those that do)."""
        # Hidden relations count too: the person who spoke has no list of what they said.
        relation: Any
        for relation in self._meta.get_fields(include_hidden=True):
            model = relation.related_model
            if not relation.auto_created or relation.concrete or relation.name == "citations":
                continue
            if issubclass(model, ValidatedModel):
                yield model, models.Q(**{relation.remote_field.name: self.pk})


def _target(record: ValidatedModel, name: str) -> Any:
    """The record behind a foreign key; None where it points nowhere (``full_clean`` says so)."""
    field = record._meta.get_field(name)
    try:
        return getattr(record, name)
    except field.related_model.DoesNotExist:  # type: ignore[union-attr]
        return None
