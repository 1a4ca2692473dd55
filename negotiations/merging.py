"""Two records that are one: everything that refers to the one that goes, refers to the other."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction

from negotiations import history
from negotiations.models import RECORDS, Citation, MovedSlug, Record
from negotiations.models.order import queue
from negotiations.models.text import name_key

PUBLISHED = Record.Review.PUBLISHED
# What two records of the same content may differ in.
BESIDE = history.BOOKKEEPING | {"slug", "review"}


class Moved(NamedTuple):
    """A record that referred to the one that goes: in which fields, and what became of it."""

    record: Record
    fields: tuple[str, ...]
    # The record that says the same of the one that stays; then this one went too.
    twin: Record | None = None


class Refused(Exception):
    """The two cannot be merged as they are: (record, its faults) each."""

    def __init__(self, faults: list[tuple[Record, ValidationError]]) -> None:
        super().__init__(faults)
        self.faults = faults


def merge(gone: Record, kept: Record, *, by: Any, reason: str = "") -> list[Moved]:
    """Make two records one; ``gone`` is deleted and its slug leads to ``kept`` from then on.

    Each record that is changed gets a version with the reason, in one transaction. Both are guarded
    by the version that they were read at (``StaleVersion``). Raises ``Refused`` with all faults;
    then nothing is written.
    """
    with transaction.atomic():
        queue()
        gone.lock()
        kept.lock()
        faults = list(_differences_that_matter(gone, kept))
        if faults:
            raise Refused([(kept, ValidationError(faults))])
        why = f"{gone.slug} merged into {kept.slug}. {reason}".strip()
        merger = _Merger(gone, kept, by, why)
        # First its new names: what refers to it is validated against the record as it will be.
        merger.write(kept, united(gone, kept))
        for record, fields in referrers(gone, besides=kept):
            merger.move(record, fields)
        if merger.faults:
            raise Refused(merger.faults)
        # The words that came with it support what was just taken over from it.
        history.take_citations_along(kept, by=by, reason=why)
        lead_on(gone, kept)
        history.delete(gone, by=by, reason=why)
        return merger.moved


def lead_on(gone: Record, kept: Record) -> None:
    """Let the slug of a record that is about to go lead to the one that stays."""
    MovedSlug.objects.create(kind=gone.collection(), slug=gone.slug, to=kept.slug)


def _differences_that_matter(gone: Record, kept: Record) -> Iterable[str]:
    """Why the two are hardly one."""
    if type(gone) is not type(kept) or gone.pk == kept.pk:
        yield "Choose another record of the same kind."
        return
    if gone.review == PUBLISHED != kept.review:
        yield f"Publish {kept.address} first: the other one is published."
    theirs, ours = (getattr(record, "identifiers", {}) for record in (gone, kept))
    for scheme in sorted(set(theirs) & set(ours)):
        if theirs[scheme] != ours[scheme]:
            yield f"Their {scheme} differs: {theirs[scheme]} and {ours[scheme]}."
    lands = {getattr(record, "country", "") for record in (gone, kept)} - {""}
    if len(lands) > 1:
        yield f"Their country differs: {' and '.join(sorted(lands))}."


def united(gone: Any, kept: Any) -> dict[str, list[Any]]:
    """Give the one that stays what only the other has; return its many-to-many relations."""
    names = [*kept.aliases, gone.name, *gone.aliases]
    # Of the spellings of one name, that of the record that stays.
    by_key = {name_key(name): name for name in reversed(names)}
    once = dict.fromkeys(by_key[name_key(name)] for name in names)
    kept.aliases = [name for name in once if name_key(name) != name_key(kept.name)]
    kept.identifiers = {**gone.identifiers, **kept.identifiers}
    for name in ("open_question", "note"):
        theirs, ours = getattr(gone, name), getattr(kept, name)
        if theirs and theirs not in ours:
            setattr(kept, name, f"{ours}\n{theirs}".strip())
    if hasattr(kept, "country"):
        kept.country = kept.country or gone.country
    related = {}
    for field in kept._meta.many_to_many:
        both = [*getattr(kept, field.name).all(), *getattr(gone, field.name).all()]
        related[field.name] = [r for r in dict.fromkeys(both) if r not in {gone, kept}]
    return related


def referrers(gone: Record, *, besides: Record) -> list[tuple[Record, tuple[str, ...]]]:
    """Records that refer to one, with the fields by which they do, those first that others name."""
    found: dict[tuple[int, int], tuple[Record, list[str]]] = {}
    relation: Any
    for relation in gone._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if not relation.auto_created or relation.concrete or model not in RECORDS:
            continue
        name = relation.remote_field.name
        for record in model._base_manager.filter(**{name: gone.pk}).order_by("pk").distinct():
            key = (RECORDS.index(model), record.pk)
            found.setdefault(key, (record, []))[1].append(name)
    ours = (type(gone), {gone.pk, besides.pk})
    return [
        (record, tuple(fields))
        for _, (record, fields) in sorted(found.items(), key=lambda item: item[0])
        if not (type(record) is ours[0] and record.pk in ours[1])
    ]


class _Merger:
    """The writes of one merge; faults are gathered, not raised."""

    def __init__(self, gone: Record, kept: Record, by: Any, why: str) -> None:
        self.gone, self.kept, self.by, self.why = gone, kept, by, why
        self.moved: list[Moved] = []
        self.faults: list[tuple[Record, ValidationError]] = []

    def write(self, record: Record, related: Mapping[str, list[Any]]) -> None:
        try:
            # A citation stays with its record, by its own rules: here the record itself moves.
            if not isinstance(record, Citation):
                record.validate(related)
            history.write(record, related=related, by=self.by, reason=self.why)
        except ValidationError as error:
            self.faults.append((record, error))

    def move(self, record: Record, fields: tuple[str, ...]) -> None:
        """Let a record refer to the one that stays."""
        many = {field.name for field in record._meta.many_to_many}
        related = {}
        for name in fields:
            if name in many:
                those = [
                    self.kept if target == self.gone else target
                    for target in getattr(record, name).all()
                ]
                related[name] = list(dict.fromkeys(those))
            else:
                setattr(record, name, self.kept)
        twin = twin_of(record)
        if twin is not None and says_the_same(record, twin):
            self._fold(record, twin)
        else:
            self.write(record, related)
        self.moved.append(Moved(record, fields, twin))

    def _fold(self, record: Any, twin: Record) -> None:
        """The twin says it already: the words go to it, the record goes."""
        if record.review == PUBLISHED != twin.review:
            message = f"Publish {twin.address} first: it says the same."
            self.faults.append((record, ValidationError(message)))
            return
        stored = type(record)._base_manager.get(pk=record.pk)
        for citation in record.citations.all():
            citation.record = twin
            self.write(citation, {})
        try:
            lead_on(stored, twin)
            history.delete(stored, by=self.by, reason=self.why)
        except (ValidationError, models.ProtectedError):
            message = f"{twin.address} says the same, and others refer to both."
            self.faults.append((record, ValidationError(message)))


def twin_of(record: Any) -> Record | None:
    """Another record with the same values where only one may have them."""
    for constraint in record._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            values = {name: getattr(record, name) for name in constraint.fields}
            rows = type(record)._base_manager.filter(**values).exclude(pk=record.pk)
            twin: Record | None = None if None in values.values() else rows.first()
            if twin is not None:
                return twin
    return None


def says_the_same(record: Any, twin: Any) -> bool:
    """Whether two records differ in nothing but their bookkeeping."""
    fields = [f for f in record._meta.concrete_fields if f.name not in BESIDE]
    same = all(getattr(record, f.attname) == getattr(twin, f.attname) for f in fields)
    return same and all(
        {target.pk for target in getattr(record, field.name).all()}
        == {target.pk for target in getattr(twin, field.name).all()}
        for field in record._meta.many_to_many
    )
