"""Two records that are one: everything that refers to the one that goes, refers to the other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from negotiations import history
from negotiations.history.diff import BOOKKEEPING_FIELDS
from negotiations.models import RECORDS, Citation, MovedSlug, Record, StaleVersion
from negotiations.models.system.locks import serialize_writers
from negotiations.text.validators import normalize_name

from . import bulk

PUBLISHED = Record.Review.PUBLISHED
# What two records of the same content may differ in.
IGNORED_FIELDS = BOOKKEEPING_FIELDS | {"slug", "review"}


class MovedReference(NamedTuple):
    """A record that referred to the one that goes: in which fields, and what became of it."""

    record: Record
    fields: tuple[str, ...]
    # The record that says the same of the one that stays; then this one went too.
    twin: Record | None = None


class MergeError(Exception):
    """The two cannot be merged as they are: (record, its faults) each."""

    def __init__(self, faults: list[tuple[Record, ValidationError]]) -> None:
        super().__init__(faults)
        self.faults = faults


class Merge:
    """A merge that is made ready while nobody waits: what moves, and what is against it.

    ``gone`` is to be deleted and its slug to lead to ``kept`` from then on.
    """

    def __init__(self, gone: Record, kept: Record, *, by: Any, reason: str = "") -> None:
        """Find out what moves. Raises ``MergeError`` with all faults."""
        self.gone, self.kept, self.by, self.reason = gone, kept, by, reason
        self.watch = bulk.Watch()
        self.why = f"{gone.slug} merged into {kept.slug}. {reason}".strip()
        require_mergeable(gone, kept)
        self.before = (copy(gone), copy(kept))
        self.plan = _Plan(gone, kept)
        if self.plan.faults:
            raise MergeError(self.plan.faults)

    @property
    def moved(self) -> list[MovedReference]:
        """What referred to the one that goes."""
        return self.plan.moved

    def prepare(self) -> list[bulk.Writes]:
        """Make ready what the plan says, in the order in which it is to be written."""
        by, why, plan = self.by, self.why, self.plan
        return [
            bulk.prepare_changed(changes, by=by, reasons=[why] * len(changes))
            for changes in plan.changes()
        ]

    def write(self) -> list[MovedReference]:
        """Write it in one transaction, each changed record with a version that has the reason.

        Raises ``StaleVersion`` when one of the two was written since it was read, and
        ``MergeError`` when what others wrote meanwhile is against it; then nothing is written.
        """
        writes, used = self.prepare(), self._used()
        going = {self.before[0], *(record for record, _ in self.plan.folded)}
        self.watch.look(used, going)
        with transaction.atomic():
            serialize_writers()
            for record in self.before:
                record.lock()
            if self.watch.look(used, going) or not self._is_written(writes):
                # Worked out again, while nobody else can write.
                gone, kept = (type(each)._base_manager.get(pk=each.pk) for each in self.before)
                again = Merge(gone, kept, by=self.by, reason=self.reason)
                again._write(again.prepare())
                return again.moved
        self.gone.pk = None
        return self.moved

    def _is_written(self, writes: Sequence[bulk.Writes]) -> bool:
        try:
            with transaction.atomic():
                self._write(writes)
        except (IntegrityError, StaleVersion, ValidationError, models.ProtectedError):
            return False
        return True

    def _write(self, writes: Sequence[bulk.Writes]) -> None:
        for each in writes:
            each.write()
        # Their words support the others by now, and nothing refers to them.
        for record, twin in (*self.plan.folded, (self.before[0], self.kept)):
            create_redirect(record, twin)
            history.delete(copy(record), by=self.by, reason=self.why)

    def _used(self) -> set[Record]:
        used: set[Record] = {*self.before}
        for change in self.plan.changed:
            used.update({change.stored, *bulk.list_cached_targets(change.record)})
            used.update(target for those in change.related.values() for target in those)
        for record, twin in self.plan.folded:
            used.update({record, twin})
        return used


def merge(gone: Record, kept: Record, *, by: Any, reason: str = "") -> list[MovedReference]:
    """Make two records one, as ``Merge`` does."""
    return Merge(gone, kept, by=by, reason=reason).write()


def require_mergeable(gone: Record, kept: Record) -> None:
    """Raise ``MergeError`` when the two are hardly one."""
    if faults := list(_differences_that_matter(gone, kept)):
        raise MergeError([(kept, ValidationError(faults))])


def create_redirect(gone: Record, kept: Record) -> None:
    """Let the slug of a record that is about to go lead to the one that stays."""
    MovedSlug.objects.create(kind=gone.resource_name, slug=gone.slug, to=kept.slug)


def _differences_that_matter(gone: Record, kept: Record) -> Iterable[str]:
    """Why the two are hardly one."""
    if type(gone) is not type(kept) or gone.pk == kept.pk:
        yield _("Choose another record of the same kind.")
        return
    if gone.review == PUBLISHED != kept.review:
        yield _("Publish %(kept)s first: the other one is published.") % {"kept": kept.address}
    theirs, ours = (getattr(record, "identifiers", {}) for record in (gone, kept))
    for scheme in sorted(set(theirs) & set(ours)):
        if theirs[scheme] != ours[scheme]:
            values = {"scheme": scheme, "theirs": theirs[scheme], "ours": ours[scheme]}
            yield _("Their %(scheme)s differs: %(theirs)s and %(ours)s.") % values
    lands = {getattr(record, "country", "") for record in (gone, kept)} - {""}
    if len(lands) > 1:
        first, second = sorted(lands)
        countries = {"theirs": first, "ours": second}
        yield _("Their country differs: %(theirs)s and %(ours)s.") % countries


def merge_fields(gone: Any, kept: Any) -> dict[str, list[Any]]:
    """Give the one that stays what only the other has; return its many-to-many relations."""
    names = [*kept.aliases, gone.name, *gone.aliases]
    # Of the spellings of one name, that of the record that stays.
    by_key = {normalize_name(name): name for name in reversed(names)}
    once = dict.fromkeys(by_key[normalize_name(name)] for name in names)
    kept.aliases = [name for name in once if normalize_name(name) != normalize_name(kept.name)]
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


def find_referrers(gone: Record, *, besides: Record) -> list[tuple[Record, tuple[str, ...]]]:
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


class _Plan:
    """What a merge changes, worked out in memory; faults are gathered, not raised."""

    def __init__(self, gone: Any, kept: Any) -> None:
        self.gone, self.kept = gone, kept
        self.moved: list[MovedReference] = []
        # Records that go since another says the same of the one that stays.
        self.folded: list[tuple[Record, Record]] = []
        self.faults: list[tuple[Record, ValidationError]] = []
        self.changed: list[bulk.RecordUpdate] = []
        self.by_values: dict[Any, Record] = {}
        stored = copy(kept)
        self.related = merge_fields(gone, kept)
        self._change(stored, kept, self.related)
        referring = find_referrers(gone, besides=kept)
        # Records that move and name one another are seen as they will be.
        self.instances = {(type(r), r.pk): r for r in (kept, *(r for r, _ in referring))}
        stored_as = [copy(record) for record, _ in referring]
        links = [self._point(record, fields) for record, fields in referring]
        for before, (record, fields), related in zip(stored_as, referring, links, strict=True):
            self._move(before, record, fields, related)

    def changes(self) -> Iterator[list[bulk.RecordUpdate]]:
        """The changes of each kind, those of the record that stays first."""
        yield self.changed[:1]
        rest = self.changed[1:]
        for kind in dict.fromkeys(type(each.record) for each in rest):
            yield [each for each in rest if type(each.record) is kind]

    def _point(self, record: Any, fields: tuple[str, ...]) -> dict[str, list[Any]]:
        """Let a record refer to the one that stays; return its relations that change."""
        many_to_many = {field.name for field in record._meta.many_to_many}
        related = {}
        for name in fields:
            if name not in many_to_many:
                setattr(record, name, self.kept)
                continue
            rows = getattr(record, name).all()
            those = [self.kept if target == self.gone else target for target in rows]
            related[name] = rows._result_cache = list(dict.fromkeys(those))
            record._prefetched_objects_cache = {
                **getattr(record, "_prefetched_objects_cache", {}),
                name: rows,
            }
        for field in record._meta.concrete_fields:
            if field.is_relation:
                key = (field.related_model, getattr(record, field.attname))
                if key in self.instances:
                    field.set_cached_value(record, self.instances[key])
        return related

    def _move(
        self, stored: Any, record: Any, fields: tuple[str, ...], related: dict[str, list[Any]]
    ) -> None:
        twin = self._twin_of(record)
        if twin is not None and has_same_content(record, twin):
            self._fold(stored, record, twin)
        else:
            self._change(stored, record, related)
        self.moved.append(MovedReference(record, fields, twin))

    def _change(self, stored: Any, record: Any, related: Mapping[str, list[Any]]) -> None:
        try:
            # A citation stays with its record, by its own rules: here the record itself moves.
            if isinstance(record, Citation):
                record.review = history.review_beside(self.kept, record)
            else:
                record.validate(related)
        except ValidationError as error:
            self.faults.append((record, error))
        self.changed.append(bulk.RecordUpdate(stored, record, related))

    def _twin_of(self, record: Any) -> Record | None:
        """Another record with the same values where only one may have them."""
        if (twin := find_unique_conflict(record)) is not None:
            return twin
        for constraint in record._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
                values = tuple(getattr(record, name) for name in constraint.fields)
                first = self.by_values.setdefault((constraint.name, values), record)
                if None not in values and first is not record:
                    return first
        return None

    def _fold(self, stored: Any, record: Any, twin: Record) -> None:
        """The twin says it already: the words go to it, the record goes."""
        if record.review == PUBLISHED != twin.review:
            message = _("Publish %(twin)s first: it says the same.")
            error = ValidationError(message, params={"twin": twin.address})
            self.faults.append((record, error))
            return
        for citation in record.citations.all():
            before = copy(citation)
            citation.record = twin
            self.changed.append(bulk.RecordUpdate(before, citation, {}))
        try:
            history.require_deletable(stored)
            bulk.collect([stored])
        except (ValidationError, models.ProtectedError):
            message = _("%(twin)s says the same, and others refer to both.")
            error = ValidationError(message, params={"twin": twin.address})
            self.faults.append((record, error))
        self.folded.append((stored, twin))


def find_unique_conflict(record: Any) -> Record | None:
    """Another record with the same values where only one may have them."""
    for constraint in record._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            values = {name: getattr(record, name) for name in constraint.fields}
            rows = type(record)._base_manager.filter(**values).exclude(pk=record.pk)
            twin: Record | None = None if None in values.values() else rows.first()
            if twin is not None:
                return twin
    return None


def has_same_content(record: Any, twin: Any) -> bool:
    """Whether two records differ in nothing but their bookkeeping."""
    fields = [f for f in record._meta.concrete_fields if f.name not in IGNORED_FIELDS]
    same = all(getattr(record, f.attname) == getattr(twin, f.attname) for f in fields)
    return same and all(
        {target.pk for target in getattr(record, field.name).all()}
        == {target.pk for target in getattr(twin, field.name).all()}
        for field in record._meta.many_to_many
    )
