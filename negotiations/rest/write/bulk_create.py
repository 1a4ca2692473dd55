"""Many new records of one kind in one request: all are made, or none."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from django.db import IntegrityError, models, transaction
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from negotiations import history
from negotiations.history import bulk
from negotiations.history.bulk import Watch, list_cached_targets
from negotiations.models import COLLECTIONS, Record, StaleVersion
from negotiations.models.slugs import find_taken_slugs
from negotiations.models.system.locks import serialize_writers
from negotiations.rest.http.exception_handler import ErrorEntry, flatten_errors
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.http.query_params import is_readable
from negotiations.rest.read.projections import SYSTEM_VIEWER, Body, Projection
from negotiations.rest.representations.mentions import find_references
from negotiations.rest.representations.serializers import Draft

MAX_RECORDS = 1000
CHUNK_SIZE = 500
# About so many the database is asked one by one: that takes a second or two.
MAX_CHECKED_SINGLY = 100
# Of this many at once it is found out whether the tables refuse one.
PART_SIZE = 25


class NewRecord(NamedTuple):
    """A record that is to be made: where its body stands in the request, and the body."""

    pointer: str
    body: Any


class ReadyRecord(NamedTuple):
    """A record that can be saved, and where its body stands."""

    new: NewRecord
    draft: Draft


# What was made, by the place of its body, and what is wrong with the others.
Made = dict[str, Record]


def refuse_size(bodies: Sequence[Any]) -> None:
    """400 for an empty list, and for one that is too long."""
    if not 1 <= len(bodies) <= MAX_RECORDS:
        detail = f"Send 1 to {MAX_RECORDS} at a time."
        fault = {"pointer": "", "code": "out_of_range", "detail": detail}
        raise ProblemError("invalid", errors=[fault])


class BulkCreator:
    """Makes new records of one kind for the caller of a request."""

    def __init__(self, serializer_class: Any, request: Request) -> None:
        self.serializer_class, self.request = serializer_class, request
        # Records that bodies may name, though they are not stored yet.
        self.beside: dict[type[Record], dict[str, Record]] = {}

    @cached_property
    def asking(self) -> Any:
        """The serializer that asks the database about each body. To make one takes a while."""
        return self.serializer_class(context={"request": self.request})

    @cached_property
    def holding(self) -> Any:
        """The serializer that asks it nothing: what bodies name is held in its context."""
        return self.serializer_class(context={"request": self.request, "held": {}})

    def checked(self, news: Sequence[NewRecord]) -> tuple[list[ReadyRecord], list[ErrorEntry]]:
        """What can be saved, and every fault of the others.

        They are validated in memory. About the first of those with faults the database is asked
        too: what it would refuse is told with the rest. For the others ``saved`` tells it.
        """
        self.holding.context["held"] = self._held(news)
        ready: list[ReadyRecord] = []
        faults: list[ErrorEntry] = []
        asked = 0
        for new in news:
            draft, found = build_draft(self.holding, new.body, new.pointer)
            if draft is not None:
                ready.append(ReadyRecord(new, draft))
            elif asked < MAX_CHECKED_SINGLY:
                asked += 1
                found = build_draft(self.asking, new.body, new.pointer)[1] or found
            faults += found
        # Slugs that are not free are told without trying to write them.
        taken = find_taken_slugs(self.serializer_class.Meta.model, self._slugs(ready))
        for each in [each for each in ready if each.draft.record.slug in taken][
            : MAX_CHECKED_SINGLY - asked
        ]:
            if found := build_draft(self.asking, each.new.body, each.new.pointer)[1]:
                ready.remove(each)
                faults += found
        return ready, faults

    def _slugs(self, ready: Sequence[ReadyRecord]) -> list[str]:
        return [each.draft.record.slug for each in ready if each.draft.record.slug]

    def used(self) -> set[Record]:
        """Return the records that the checked bodies name, and those that were read with them."""
        by_slug = self.holding.context["held"].values()
        held = {record for found in by_slug for record in found.values()}
        return held | {near for record in held for near in list_cached_targets(record)}

    def prepared(
        self, ready: Sequence[ReadyRecord], reason: str, used: set[str] | None = None
    ) -> bulk.Writes | None:
        """Make what can be saved ready; nothing if a slug is known."""
        made = [(each.draft.record, each.draft.related) for each in ready]
        try:
            return bulk.prepare_new(made, by=self.request.user, reason=reason, used=used)
        except IntegrityError:
            return None

    def saved(self, ready: Sequence[ReadyRecord], reason: str) -> tuple[Made, list[ErrorEntry]]:
        """Save all at once; when the tables refuse any, in small parts to find which."""
        if self._try_to_save(ready, reason):
            return {each.new.pointer: each.draft.record for each in ready}, []
        made: Made = {}
        faults: list[ErrorEntry] = []
        news = [each.new for each in ready]
        for start in range(0, len(news), PART_SIZE):
            # Who has so many faults mends these first; all else would take minutes.
            if len(faults) < MAX_CHECKED_SINGLY:
                some, more = self._save_part(news[start : start + PART_SIZE], reason)
                made |= some
                faults += more
        return made, faults

    def _try_to_save(self, ready: Sequence[ReadyRecord], reason: str) -> bool:
        """Save all; False when the tables refuse any, and nothing is saved."""
        drafts = [(each.draft.record, each.draft.related) for each in ready]
        try:
            bulk.bulk_save(drafts, by=self.request.user, reason=reason)
        except IntegrityError:
            return False
        return True

    def _save_part(self, news: Sequence[NewRecord], reason: str) -> tuple[Made, list[ErrorEntry]]:
        """Save a part at once, or one by one if it has a record that the tables refuse.

        They are built of their bodies again: what was tried has keys that are in no table.
        """
        drafts = [build_draft(self.holding, new.body, new.pointer)[0] for new in news]
        ready = [ReadyRecord(n, d) for n, d in zip(news, drafts, strict=True) if d is not None]
        if len(ready) == len(news) and self._try_to_save(ready, reason):
            return {each.new.pointer: each.draft.record for each in ready}, []
        made: Made = {}
        faults: list[ErrorEntry] = []
        for new in news:
            draft, found = build_draft(self.asking, new.body, new.pointer)
            faults += found
            if draft is not None:
                record = draft.record
                history.save(record, related=draft.related, by=self.request.user, reason=reason)
                made[new.pointer] = record
        return made, faults

    def _held(self, news: Iterable[NewRecord]) -> dict[type[Record], dict[str, Record]]:
        """Every record that the bodies name and the caller may see."""
        slugs: dict[type[Record], set[str]] = {}
        for new in news:
            for mention in find_references(self.holding.fields, new.body):
                if mention.model is not None and is_readable(mention.slug):
                    slugs.setdefault(mention.model, set()).add(mention.slug)
        user = self.request.user
        return {
            model: {**dict(fetch_records(model, sorted(those), user)), **self.beside.get(model, {})}
            for model, those in slugs.items()
        }


def prepare_all(
    maker: BulkCreator, bodies: Sequence[Any], reason: str
) -> Callable[[], list[Record]]:
    """Validate the bodies; what is returned makes a record of each, or refuses with all faults."""
    watch = Watch()
    news = [NewRecord(f"/{number}", body) for number, body in enumerate(bodies)]
    checked, used = maker.checked(news), maker.used()
    writes = None if checked[1] else maker.prepared(checked[0], reason)
    used |= {each.draft.record for each in checked[0]} if writes else set()

    def make_all() -> list[Record]:
        ready, faults = checked
        watch.look(used)
        with transaction.atomic():
            serialize_writers()
            is_overtaken = watch.look(used)
            if writes is not None and not is_overtaken and try_to_write(writes):
                return [each.draft.record for each in ready]
            if writes is not None or is_overtaken:
                ready, faults = maker.checked(news)
            # Also with faults: the tables tell what is wrong with the others.
            made, more = maker.saved(ready, reason)
            if faults or more:
                raise ProblemError("invalid", errors=[*faults, *more])
        return [made[new.pointer] for new in news]

    return make_all


def try_to_write(writes: bulk.Writes) -> bool:
    """Write what was made ready; False when another writer was faster, and nothing is written."""
    try:
        writes.write()
    except (IntegrityError, StaleVersion):
        return False
    return True


def fetch_stored_bodies(shape: Projection, records: Iterable[Record]) -> dict[int, Body]:
    """The bodies of records of one kind as they are stored now, by key."""
    found: dict[int, Body] = {}
    keys = list({record.pk for record in records})
    for start in range(0, len(keys), CHUNK_SIZE):
        rows = shape.model._base_manager.filter(pk__in=keys[start : start + CHUNK_SIZE])
        found.update((row.key, row.body) for row in shape.read(rows, SYSTEM_VIEWER))
    return found


def build_draft(serializer: Any, body: Any, pointer: str) -> tuple[Draft | None, list[ErrorEntry]]:
    """Return the draft of the new record whose body is at ``pointer``, or what is wrong with it."""
    try:
        return serializer.run_validation(body), []
    except ValidationError as error:
        return None, list(flatten_errors(error.detail, pointer))


def fetch_records(model: type[Record], slugs: list[str], user: Any) -> Iterator[tuple[str, Record]]:
    """The visible records with these slugs; each brings what it refers to itself."""
    near = [
        field.name
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey) and field.related_model in COLLECTIONS.values()
    ]
    rows = model.objects.visible_to(user)
    rows = rows.select_related(*near) if near else rows
    rows = rows.prefetch_related(*(field.name for field in model._meta.many_to_many))
    for start in range(0, len(slugs), CHUNK_SIZE):
        for record in rows.filter(slug__in=slugs[start : start + CHUNK_SIZE]):
            yield record.slug, record
