"""Many records of one kind at once: the rows that ``history.save`` leaves, in few steps.

What is written is made ready while nobody waits: keys, rows, versions, the words of the search.
Other writers wait only while the statements run. Their number grows with neither records nor rows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models.deletion import Collector
from django.utils import timezone

from negotiations import history
from negotiations.history.diff import BOOKKEEPING_FIELDS
from negotiations.models import COLLECTIONS, Change, Citation, Record, StaleVersion
from negotiations.models.base import VERSION_RECORDER
from negotiations.models.recorder import gather_deleted
from negotiations.models.rows import Statement, among, bind_new
from negotiations.models.slugs import assign_slugs, find_taken_slugs
from negotiations.models.system.locks import serialize_writers

from .change_feed import CREATED, Entries, PreviousState

# Keys in one question.
CHUNK = 500
PUBLISHED = Record.Review.PUBLISHED

Related = Mapping[str, Sequence[Any]]


class RecordUpdate(NamedTuple):
    """A valid change of one record: as it was read, as it is to be, and its proposed relations."""

    stored: Record
    record: Record
    related: Related


class Writes:
    """Writes that are made ready, to be written as one."""

    def __init__(self, by: Any = None) -> None:
        self.by = by
        self.steps: list[Callable[[Any, datetime], Any]] = []
        self.versions: list[Any] = []
        self.before: list[PreviousState] = []
        self.entries: Entries | None = None

    def write(self) -> None:
        """Run all statements.

        Raises ``IntegrityError`` when the tables refuse one of the records, ``StaleVersion`` when
        one was written since it was read; then nothing is written.
        """
        with transaction.atomic():
            serialize_writers()
            at = timezone.now()
            with connection.cursor() as cursor:
                for step in self.steps:
                    step(cursor, at)
                if self.entries is not None:
                    self.entries.run(cursor, at)

    def _run(self, statement: Statement) -> None:
        self.steps.append(statement.run)

    def _note(self) -> None:
        """Make ready what the feed and the search say of all versions so far."""
        self.entries = Entries(self.versions, self.before)

    # New records

    def _insert(
        self, records: Sequence[Any], reason: str, related: Sequence[Related], used: set[str]
    ) -> None:
        if not records:
            return
        kind = type(records[0])
        refuse_taken_slugs(kind, [record.slug for record in records if record.slug])
        assign_slugs(records, used)
        for record in records:
            record.created_by = record.created_by or self.by
        self._run(bind_new(records, {"created_at", "updated_at"}))
        versions = self._keep_versions(records, [reason] * len(records), "+")
        self.before += [CREATED] * len(records)
        for field in kind._meta.many_to_many:
            targets = [[t.pk for t in values.get(field.name, ())] for values in related]
            rows = self._link(field, records, targets)
            self._keep_relations(field, versions, rows)

        def mark(_cursor: Any, at: datetime) -> None:
            for record in records:
                record._state.adding, record._state.db = False, connection.alias
                record.created_at = record.updated_at = at

        self.steps.append(mark)

    def _keep_versions(
        self, records: Sequence[Any], reasons: Sequence[str], change: str
    ) -> list[Any]:
        """Keep the version that each record has: ``+`` when it is new, ``~`` when it changed."""
        # Asked for once: each look at the manager makes a new class.
        kept = type(records[0]).history.model
        names = [field.attname for field in kept.tracked_fields]
        versions = [
            kept(
                history_date=record.updated_at,
                history_user=self.by,
                history_change_reason=reason or None,
                history_type=change,
                **{name: getattr(record, name) for name in names},
            )
            for record, reason in zip(records, reasons, strict=True)
        ]
        own = {"+": {"created_at", "updated_at"}, "~": {"updated_at"}, "-": set()}[change]
        self._run(bind_new(versions, {"history_date", *own}))
        self.versions += versions
        return versions

    def _link(
        self, field: Any, records: Sequence[Any], targets: Sequence[Iterable[int]]
    ) -> list[dict[int, int]]:
        """Add to a many-to-many relation; return for each record the rows of the new targets."""
        own, other = names_of(field)
        through = field.remote_field.through
        rows = [
            through(**{own: record.pk, other: target})
            for record, those in zip(records, targets, strict=True)
            for target in those
        ]
        self._run(bind_new(rows))
        found: dict[int, dict[int, int]] = {record.pk: {} for record in records}
        for row in rows:
            found[getattr(row, own)][getattr(row, other)] = row.pk
        return [found[record.pk] for record in records]

    def _keep_relations(
        self, field: Any, versions: Sequence[Any], targets: Sequence[Mapping[int, int]]
    ) -> None:
        """Keep a many-to-many relation of versions: for each its targets, with their rows."""
        own, other = names_of(field)
        kept: Any = VERSION_RECORDER.m2m_models[field]
        rows = [
            kept(history_id=version.pk, id=row, **{own: version.id, other: target})
            for version, those in zip(versions, targets, strict=True)
            for target, row in sorted(those.items())
        ]
        self._run(bind_new(rows))

    # Changes

    def _change(self, changes: Sequence[RecordUpdate], reasons: Sequence[str]) -> None:
        if not changes:
            return
        records: list[Any] = [each.record for each in changes]
        kind = type(records[0])
        names = [changed_columns(each) for each in changes]
        relations = [self._relate(field, changes, names) for field in kind._meta.many_to_many]
        self._update(kind, records)
        versions = self._keep_versions(records, reasons, "~")
        for field, targets in zip(kind._meta.many_to_many, relations, strict=True):
            self._keep_relations(field, versions, targets)
        self.before += [
            PreviousState(each.stored.review, changed)
            for each, changed in zip(changes, names, strict=True)
        ]

    def _relate(
        self, field: Any, changes: Sequence[RecordUpdate], names: Sequence[list[str]]
    ) -> list[dict[int, int]]:
        """Change a many-to-many relation and note its name; return what each record then has."""
        found = read_targets(field, [each.record for each in changes])
        held, gone, added = [], [], []
        for each, changed in zip(changes, names, strict=True):
            stored = found.get(each.record.pk, {})
            proposed = each.related.get(field.name)
            keys = set(stored) if proposed is None else {target.pk for target in proposed}
            if keys != set(stored):
                changed.append(field.name)
                vars(each.record).pop("_prefetched_objects_cache", None)
            held.append({target: row for target, row in stored.items() if target in keys})
            gone += [[row] for target, row in stored.items() if target not in keys]
            added.append(sorted(keys - set(stored)))
        quote = connection.ops.quote_name
        table = quote(field.remote_field.through._meta.db_table)
        self._run(Statement(f"DELETE FROM {table} WHERE id = %s", gone))  # noqa: S608
        new = self._link(field, [each.record for each in changes], added)
        return [{**old, **more} for old, more in zip(held, new, strict=True)]

    def _update(self, kind: Any, records: Sequence[Any]) -> None:
        """Write the columns of each record, if it still has the version at which it was read."""
        fields = [field for field in kind._meta.local_concrete_fields if not field.primary_key]
        rows = []
        for record in records:
            read = record.version
            record.version += 1
            values = [
                field.get_db_prep_save(field.pre_save(record, add=False), connection=connection)
                for field in fields
            ]
            rows.append([*values, record.pk, read])
        times = [number for number, field in enumerate(fields) if field.name == "updated_at"]
        statement = bind_changes(kind, fields, rows, times)

        def update(cursor: Any, at: datetime) -> None:
            if statement.run(cursor, at) != len(records):
                raise StaleVersion(records[0], None)
            for record in records:
                record.updated_at = at

        self.steps.append(update)

    def _take_citations_along(
        self, changes: Sequence[RecordUpdate], reasons: Sequence[str]
    ) -> None:
        """Change the citations that follow their records into another state of review."""
        kind: Any = type(changes[0].record)
        if not hasattr(kind, "citations"):
            return
        records = {each.record.pk: each.record for each in changes}
        seen = read_citations(kind, list(records))
        known = {(each.pk, each.version, each.review, each.source.review) for each in seen}
        why = {each.record.pk: reason for each, reason in zip(changes, reasons, strict=True)}
        name = f"{kind._meta.get_field('citations').field.name}_id"
        place = {key: number for number, key in enumerate(records)}
        following, because = [], []
        for citation in sorted(seen, key=lambda c: (place[getattr(c, name)], c.slug)):
            record = records[getattr(citation, name)]
            review = history.review_beside(record, citation)
            if review != citation.review:
                stored = copy(citation)
                citation.review = review
                following.append(RecordUpdate(stored, citation, {}))
                because.append(why[record.pk])

        def require_same(_cursor: Any, _at: datetime) -> None:
            if read_states(kind, list(records)) != known:
                raise StaleVersion(changes[0].record, None)

        self.steps.insert(0, require_same)
        self._change(following, because)

    # Deletions

    def _delete(self, records: Sequence[Record], reason: str) -> None:
        """Delete records of one kind with their parts."""
        collector, gone = collect(records)
        by_kind: dict[Any, list[Any]] = {}
        for each in gone:
            by_kind.setdefault(type(each), []).append(each)
        known = [{each.pk: each.version for each in those} for those in by_kind.values()]

        def delete(_cursor: Any, _at: datetime) -> None:
            stored = [
                read_versions(kind, list(those)) for kind, those in zip(by_kind, known, strict=True)
            ]
            if stored != known:
                raise StaleVersion(records[0], None)
            with gather_deleted():
                collector.delete()

        self.steps.append(delete)
        for those in by_kind.values():
            self._keep_versions(those, [reason] * len(those), "-")
            self.before += [PreviousState(each.review, ()) for each in those]


def prepare_new(
    made: Sequence[tuple[Record, Related]],
    *,
    by: Any = None,
    reason: str = "",
    used: set[str] | None = None,
) -> Writes:
    """Make valid new records of one kind ready, each with its relations and citations.

    ``used`` are slugs that other writes of the same act give. Raises ``IntegrityError`` when a
    slug is known.
    """
    writes = Writes(by)
    records = [record for record, _ in made]
    writes._insert(records, reason, [related for _, related in made], used or set())
    citations = [(c, r) for r, related in made for c in related.get("citations", ())]
    for citation, record in citations:
        citation.record, citation.review = record, record.review
    new = [citation for citation, _ in citations]
    writes._insert(new, reason, [{}] * len(new), set())
    writes._note()
    return writes


def prepare_changed(
    changes: Sequence[RecordUpdate], *, by: Any = None, reasons: Sequence[str] = ()
) -> Writes:
    """Make changes of different records of one kind ready, each with its reason."""
    writes = Writes(by)
    writes._change(changes, reasons)
    writes._take_citations_along(changes, reasons)
    writes._note()
    return writes


def prepare_deleted(records: Sequence[Record], *, by: Any = None, reason: str = "") -> Writes:
    """Make ready to delete records of one kind, with their parts.

    Raises ``ProtectedError`` when other records refer to one of them. Whether others came to do so
    is for the caller to watch.
    """
    writes = Writes(by)
    writes._delete(records, reason)
    writes._note()
    return writes


def bulk_save(made: Sequence[tuple[Record, Related]], *, by: Any = None, reason: str = "") -> None:
    """Save valid new records of one kind, each with its relations and citations as one version.

    Raises ``IntegrityError`` when the tables refuse one of them; then nothing is written.
    """
    with transaction.atomic():
        serialize_writers()
        prepare_new(made, by=by, reason=reason).write()


def bind_changes(
    kind: Any, fields: Sequence[Any], rows: Sequence[list[Any]], times: Sequence[int]
) -> Statement:
    """Bind values of these fields to records, told by key and by the version that they have."""
    quote = connection.ops.quote_name
    table, names = quote(kind._meta.db_table), [quote(field.column) for field in fields]
    values = ", ".join(f"{name} = %s" for name in names)
    sql = f"UPDATE {table} SET {values} WHERE id = %s AND version = %s"  # noqa: S608
    types = [field.db_type(connection) for field in fields]
    lists = ", ".join(f"%s::{each}[]" for each in (*types, "bigint", "integer"))
    given = ", ".join((*names, "read_key", "read_version"))
    values = ", ".join(f"{name} = read.{name}" for name in names)
    joined = (
        f"UPDATE {table} SET {values} FROM unnest({lists}) AS read ({given}) "  # noqa: S608
        f"WHERE {table}.id = read_key AND {table}.version = read_version"
    )
    return Statement(sql, rows, times, joined=joined)


def changed_columns(change: RecordUpdate) -> list[str]:
    """Name the columns of a record that a change changes."""
    return [
        field.name
        for field in change.record._meta.concrete_fields
        if field.name not in BOOKKEEPING_FIELDS
        and getattr(change.stored, field.attname) != getattr(change.record, field.attname)
    ]


def names_of(field: Any) -> tuple[str, str]:
    """Name the two columns of a many-to-many relation: its own, and the other."""
    return f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"


def read_targets(field: Any, records: Sequence[Any]) -> dict[int, dict[int, int]]:
    """Read a many-to-many relation: for each record the keys of its targets, with their rows."""
    own, other = names_of(field)
    found: dict[int, dict[int, int]] = {}
    for start in range(0, len(records), CHUNK):
        keys = [record.pk for record in records[start : start + CHUNK]]
        rows = field.remote_field.through._base_manager.filter(**{f"{own}__in": keys})
        for record, target, row in rows.values_list(own, other, "pk"):
            found.setdefault(record, {})[target] = row
    return found


def read_versions(kind: Any, keys: Sequence[int]) -> dict[int, int]:
    """Read which versions records of one kind have now."""
    condition, value = among(keys)
    table = connection.ops.quote_name(kind._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, version FROM {table} WHERE id {condition}", [value])  # noqa: S608
        return dict(cursor.fetchall())


def read_citations(kind: Any, keys: Sequence[int]) -> list[Any]:
    """Read the citations of records of one kind, with their sources."""
    name = kind._meta.get_field("citations").field.name
    found: list[Any] = []
    for start in range(0, len(keys), CHUNK):
        rows = Citation._base_manager.filter(**{f"{name}__in": keys[start : start + CHUNK]})
        found += rows.select_related("source").defer("source__text")
    return found


def read_states(kind: Any, keys: Sequence[int]) -> set[tuple[Any, ...]]:
    """Read what decides which citations follow records of one kind."""
    name = kind._meta.get_field("citations").field.name
    found: set[tuple[Any, ...]] = set()
    for start in range(0, len(keys), CHUNK):
        rows = Citation._base_manager.filter(**{f"{name}__in": keys[start : start + CHUNK]})
        found.update(rows.values_list("pk", "version", "review", "source__review"))
    return found


def collect(records: Sequence[Record]) -> tuple[Collector, list[Any]]:
    """List what goes with records of one kind, first the parts, and what deletes all of it."""
    collector = Collector(using=connection.alias)
    collector.collect(records)
    rows = [row for found in collector.data.values() for row in found if isinstance(row, Record)]
    kind = type(records[0]) if records else None
    rows.sort(key=lambda row: (type(row) is kind, row.resource_name, row.pk))
    return collector, rows


class Watch:
    """Looks for what others have written since something was read."""

    def __init__(self) -> None:
        self.position = Change.objects.last_number()
        self.is_overtaken = False

    def look(self, used: Iterable[Record], written: Iterable[Record] = ()) -> bool:
        """Return whether one of these was written since, or what names one that is to be written.

        A new record may also have been given the slug of another that is to be made.
        """
        self.is_overtaken = self.is_overtaken or self._look({*used}, {*written})
        return self.is_overtaken

    def _look(self, used: set[Record], written: set[Record]) -> bool:
        since = Change.objects.filter(sequence__gt=self.position).order_by("sequence")
        news = list(since.values_list("sequence", "kind", "slug", "version"))
        if not news:
            return False
        self.position = news[-1][0]
        slugs = {(record.resource_name, record.slug) for record in used | written}
        keys = {(type(record), record.pk) for record in written}
        if any((kind, slug) in slugs for _, kind, slug, _ in news):
            return True
        by_kind: dict[str, set[tuple[str, int]]] = {}
        for _, kind, slug, version in news:
            by_kind.setdefault(kind, set()).add((slug, version))
        return any(
            not keys.isdisjoint(read_named(COLLECTIONS[kind], versions))
            for kind, versions in by_kind.items()
        )


def read_named(model: Any, versions: set[tuple[str, int]]) -> Iterator[tuple[Any, int]]:
    """List the kinds and keys of what versions of one kind name, each told by slug and number."""
    slugs = sorted({slug for slug, _ in versions})
    kept: list[Any] = []
    for start in range(0, len(slugs), CHUNK):
        rows = model.history.filter(slug__in=slugs[start : start + CHUNK])
        kept += [row for row in rows if (row.slug, row.version) in versions]
    for field in model._meta.concrete_fields:
        if field.is_relation:
            yield from ((field.related_model, getattr(row, field.attname)) for row in kept)
    for field in model._meta.many_to_many:
        other = names_of(field)[1]
        rows = VERSION_RECORDER.m2m_models[field]._base_manager.filter(
            history__in=[r.pk for r in kept]
        )
        yield from ((field.related_model, key) for key in rows.values_list(other, flat=True))


def sensitive_to(change: RecordUpdate) -> set[Record]:
    """List the records of a change whose rules ask who names them."""
    found: set[Record] = set()
    if change.stored.review != change.record.review:
        found.add(change.stored)
    if isinstance(change.stored, Citation):
        # One of them may be the last that supports its record.
        found.add(change.stored.record)
    return found


def list_cached_targets(record: Record) -> Iterator[Record]:
    """List the records that one refers to and that were read with it."""
    fields: Sequence[Any] = record._meta.concrete_fields
    for field in fields:
        if field.is_relation and field.is_cached(record):
            target = getattr(record, field.name)
            if isinstance(target, Record):
                yield target


def refuse_taken_slugs(kind: Any, slugs: Sequence[str]) -> None:
    """Raise ``IntegrityError`` when one is the name of a record, even of a deleted one."""
    if find_taken_slugs(kind, slugs):
        raise IntegrityError("A record of this kind has this slug, or had it.")
