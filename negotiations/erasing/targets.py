"""What is erased with a record, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import models

from negotiations.models import Citation, Dismissal, MovedSlug, Record, Source

MOST_NAMED = 10


class ErasureError(Exception):
    """Other records stand in the way; the message says what to do."""


class ErasureTarget(NamedTuple):
    """A record to be erased, stored or not, by its key."""

    model: type[Record]
    pk: int

    @property
    def versions(self) -> Any:
        return self.model.history.filter(id=self.pk)

    @property
    def stored(self) -> Any:
        return self.model._base_manager.filter(pk=self.pk).first()

    @property
    def slug(self) -> str:
        return str(self.versions.order_by("-history_id").values_list("slug", flat=True)[0])


def find_target(model: type[Record], slug: str) -> ErasureTarget | None:
    """The record of this slug, also a deleted or merged one; None if there was none."""
    last = model.history.filter(slug=slug).order_by("-history_id").first()
    return ErasureTarget(model, last.id) if last else None


def find_all_targets(target: ErasureTarget) -> list[ErasureTarget]:
    """The record and all that goes with it, the record first."""
    found, due = [target], [target]
    while due:
        for part in _parts(due.pop()):
            if part not in found:
                found.append(part)
                due.append(part)
    return found


def _parts(target: ErasureTarget) -> Iterator[ErasureTarget]:
    for model, column in _relations(target.model):
        rows = model.history.filter(**{column: target.pk})
        for pk in set(rows.values_list("id", flat=True)):
            last = model.history.filter(id=pk).order_by("-history_id").first()
            # A citation that a merge moved belongs to the other record now.
            if getattr(last, column) == target.pk:
                yield ErasureTarget(model, pk)
    kind = target.model.resource_name
    for slug in MovedSlug.objects.filter(kind=kind, to=target.slug).values_list("slug", flat=True):
        merged = find_target(target.model, slug)
        if merged:
            yield merged


def _relations(model: type[Record]) -> Iterator[tuple[type[Record], str]]:
    """The columns by which other records are parts of one, or words of a source."""
    if model is Source:
        yield Citation, "source_id"
        yield Dismissal, "source_id"
    relation: Any
    for relation in model._meta.get_fields(include_hidden=True):
        other = relation.related_model
        is_part = relation.auto_created and not relation.concrete
        if is_part and relation.on_delete is models.CASCADE and issubclass(other, Record):
            yield other, relation.field.attname


def refuse_referred(targets: list[ErasureTarget]) -> None:
    """Raise ``ErasureError`` when other records need what is to be erased."""
    gone = set(targets)
    stored = [record for target in targets if (record := target.stored)]
    referrers = {
        record.address
        for each in stored
        for record in each.referrers()
        if ErasureTarget(type(record), record.pk) not in gone
    }
    if referrers:
        raise ErasureError(
            f"Other records refer to it: {_some(referrers)}. Change, delete or erase those first."
        )
    bare = {
        each.record.address
        for each in stored
        if isinstance(each, Citation) and _takes_last_words(each, gone)
    }
    if bare:
        raise ErasureError(
            f"Published records would be left without words: {_some(bare)}. Withdraw them, or"
            " cite another source, first."
        )


def _takes_last_words(citation: Citation, gone: set[ErasureTarget]) -> bool:
    record = citation.record
    if record.review != Record.Review.PUBLISHED or not record.needs_citation:
        return False
    if ErasureTarget(type(record), record.pk) in gone:
        return False
    others = record.citations.published().values_list("pk", flat=True)
    return all(ErasureTarget(Citation, pk) in gone for pk in others)


def _some(addresses: Iterable[str]) -> str:
    ordered = sorted(addresses)
    more = len(ordered) - MOST_NAMED
    return ", ".join(ordered[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
