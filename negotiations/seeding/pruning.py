"""Records that a file no longer has: told, and on request deleted unless somebody edited them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from negotiations import history
from negotiations.models import COLLECTIONS, RECORDS, Citation, Record, SeedEntry

from .errors.diagnostics import Diagnostic, Location, SeedText
from .rows import SeedRow
from .stored_values import fetch_stored, get_row_values, normalize_value


@dataclass
class Leftover:
    """A record that came from a file which no longer has it."""

    entry: SeedEntry
    record: Any
    edited: bool = False

    @property
    def address(self) -> str:
        return f"{self.entry.kind}/{self.entry.slug}"


@dataclass
class Leftovers:
    """What the loaded files no longer have: records, and entries of records that are gone too."""

    records: list[Leftover] = field(default_factory=list)
    forgotten: list[SeedEntry] = field(default_factory=list)

    @property
    def unedited(self) -> list[Leftover]:
        return [leftover for leftover in self.records if not leftover.edited]


def find_leftovers(files: Iterable[str], rows: Iterable[SeedRow]) -> Leftovers:
    """What came from the files at an earlier load and is in none of the rows."""
    present = {(row.kind, row.slug) for row in rows}
    missing: dict[type[Record], list[SeedEntry]] = {}
    for entry in SeedEntry.objects.filter(file__in=list(files)):
        if (entry.kind, entry.slug) not in present:
            missing.setdefault(COLLECTIONS[entry.kind], []).append(entry)
    found = Leftovers()
    for model, entries in missing.items():
        records = fetch_stored(model, {entry.slug for entry in entries})
        for entry in entries:
            record = records.get(entry.slug)
            if record is None:
                found.forgotten.append(entry)
            else:
                found.records.append(Leftover(entry, record, _edited(entry, record)))
    _keep_citations_of_edited(found)
    return found


def _keep_citations_of_edited(found: Leftovers) -> None:
    """A record that stays keeps its words."""
    staying = {each.address for each in found.records if each.edited}
    for leftover in found.records:
        if isinstance(leftover.record, Citation) and leftover.record.record.address in staying:
            leftover.edited = True


def _edited(entry: SeedEntry, record: Any) -> bool:
    now = get_row_values(record)
    return any(
        normalize_value(value) != normalize_value(now.get(name))
        for name, value in entry.values.items()
    )


def prune(found: Leftovers, texts: dict[str, SeedText]) -> list[Diagnostic]:
    """Delete what nobody edited, parts before wholes; citations go with their record."""
    doomed = {leftover.address for leftover in found.unedited}
    order = {model.resource_name: number for number, model in enumerate(RECORDS)}
    # Last made first: what refers to a record of its own kind came after it.
    queue = sorted(found.unedited, key=lambda each: (-order[each.entry.kind], -each.entry.position))
    faults = []
    for leftover in queue:
        record = leftover.record
        if isinstance(record, Citation) and record.record.address in doomed:
            leftover.entry.delete()
            continue
        refusal = _try_delete(record, leftover.entry.file)
        if refusal:
            message = f"{leftover.address} cannot be deleted: {refusal}"
            faults.append(Diagnostic("E030", message, Location(texts[leftover.entry.file])))
        else:
            leftover.entry.delete()
    return faults


def _try_delete(record: Any, file: str) -> str:
    """Delete the record; or why not. Its parts are gone by now: any referrer is in the way."""
    referrers = [each.address for each in record.referrers(most=5)]
    if referrers:
        return f"{', '.join(referrers)} refers to it"
    record.refresh_from_db(fields=["version"])
    try:
        history.delete(record, reason=f"No longer in {file}")
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    return ""
