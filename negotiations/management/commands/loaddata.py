"""Load fixtures: Django's ``manage.py loaddata``, with versions, the feed and the search index."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.management.commands import loaddata
from django.db import DatabaseError, transaction

from negotiations.models import Record
from negotiations.models.system.locks import serialize_writers
from negotiations.serialization import installation
from negotiations.serialization.records import RecordFixture

MAX_FAULTS = 50
NOTHING_WRITTEN = "Nothing was written."
NOT_YET = "There is no such record yet: put the row that makes it before this one."


class Command(loaddata.Command):
    help = (
        "Load fixtures: all of them or, after any fault, nothing. Records get a version, a row in"
        " the feed and an entry of the search each, by all rules. What dumpdata wrote of a whole"
        " installation is loaded with its histories into an empty database."
    )

    records: RecordFixture
    contents: list[str]
    has_room: bool
    has_histories: bool

    def handle(self, *labels: Any, **options: Any) -> None:
        try:
            super().handle(*labels, **options)
        except CommandError as refusal:
            raise CommandError(f"{refusal}\n{NOTHING_WRITTEN}") from refusal
        except Exception as refusal:
            # Whatever a file holds, the operator gets a sentence; --traceback shows where.
            raise CommandError(f"{_sentence(refusal)}\n{NOTHING_WRITTEN}") from refusal

    def loaddata(self, fixture_labels: Any) -> None:
        """Load all rows, then make them whole, before the transaction ends."""
        installation.lift_time_limits()
        serialize_writers()
        names = ", ".join(label.replace("\\", "/").rpartition("/")[2] for label in fixture_labels)
        self.records = RecordFixture(f"Loaded from {names}")
        self.contents, self.has_room, self.has_histories = (
            installation.list_contents(),
            False,
            False,
        )
        # Django would report success before the rules have run.
        verbosity, self.verbosity = self.verbosity, 0 if self.verbosity == 1 else self.verbosity
        super().loaddata(fixture_labels)
        self.verbosity = verbosity
        if self.has_histories:
            self.finish_installation()
        else:
            self.finish_records()
        if self.has_room:
            installation.create_missing_rows()

    def save_obj(self, obj: Any) -> bool:
        """Store one row; of a record note what it replaces."""
        record, model = obj.object, type(obj.object)
        if installation.is_derived(model):
            return False
        if installation.carries_histories(model):
            self.require_empty()
            self.has_histories = True
        if model in installation.MADE_BY_MIGRATE and not self.has_room and not self.contents:
            installation.clear_migrated_rows()
            self.has_room = True
        if not isinstance(record, Record):
            return bool(super().save_obj(obj))
        return self.save_record(obj, record)

    def save_record(self, obj: Any, record: Record) -> bool:
        """Store a record; if the tables refuse it, say which rule it breaks."""
        before = self.records.prepare(record)
        try:
            with transaction.atomic():
                saved = bool(super().save_obj(obj))
        except (DatabaseError, ValueError):
            # Django's drivers raise ValueError for texts that no database stores.
            later = {field.name for field in obj.deferred_fields or () if not field.null}
            try:
                if later:
                    raise ValidationError(dict.fromkeys(later, NOT_YET))
                record.full_clean()
            except ValidationError as errors:
                self.records.refuse(record, errors)
                return False
            raise
        if saved:
            self.records.add(record, before)
        return saved

    def require_empty(self) -> None:
        """Refuse to mix the histories of two installations."""
        if self.contents:
            raise CommandError(
                "The fixture carries histories, and the database is not empty: it has"
                f" {', '.join(self.contents)}. Load it into a database that was only migrated."
                " To add records to this one, dump records only (see docs/operators.md)."
            )

    def finish_installation(self) -> None:
        """Check that all came whole, and build what is derived."""
        if self.records.faults:
            raise CommandError("\n".join(self.records.faults[:MAX_FAULTS]))
        installation.validate_consistency()
        installation.skip_used_keys()
        installation.rebuild_search()
        self.report(f"{self.loaded_object_count:,} rows: an installation with its histories.")

    def finish_records(self) -> None:
        """Run the rules and leave the versions."""
        if not self.records.faults:
            self.records.record_all()
        faults = self.records.faults
        if faults:
            shown = faults[:MAX_FAULTS]
            more = len(faults) - len(shown)
            shown += [f"and {more} more faults"] if more else []
            raise CommandError("\n".join(shown))
        done = self.records
        others = self.loaded_object_count - done.created - done.updated - done.unchanged
        self.report(
            f"{done.created:,} records created, {done.updated:,} updated,"
            f" {done.unchanged:,} unchanged; {others:,} other rows."
        )

    def report(self, line: str) -> None:
        if self.verbosity:
            self.stdout.write(line)


def _sentence(refusal: BaseException) -> str:
    """The message of an error, and that of its cause where it says nothing itself."""
    cause = refusal.__cause__
    parts = [str(refusal).strip().rstrip(":"), str(cause).strip() if cause else ""]
    if parts[1] in parts[0]:
        parts.pop()
    return ": ".join(filter(None, parts)) or type(refusal).__name__
