"""Many records of one kind in one request: all are made, or none."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction
from rest_framework.exceptions import ValidationError

from negotiations import history, many
from negotiations.models import COLLECTIONS, Record

from .errors import Fault, faults_of
from .problems import Refusal
from .query import readable
from .references import Address, Reference, References
from .serializers import NESTED
from .shapes import NOBODY, Body, Shape

MOST = 1000
CHUNK = 500
# Of so many the database can be asked one by one within a second.
FEW = 100

Made = list[tuple[Record, dict[str, Any]]]


def refuse_size(bodies: Sequence[Any]) -> None:
    """400 for an empty list, and for one that is too long."""
    if not 1 <= len(bodies) <= MOST:
        detail = f"Send 1 to {MOST} at a time."
        raise refusal([{"pointer": "", "code": "out_of_range", "detail": detail}])


def refusal(faults: Sequence[Fault]) -> Refusal:
    """400 with every fault."""
    number = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return Refusal("invalid", number, errors=faults)


def write_all(view: Any, bodies: Sequence[Any], reason: str) -> list[Record]:
    """Make a record of each body, or refuse with the faults of all, each with its place.

    They are validated in memory and written in chunks. Only when the tables refuse one, or a few
    have faults, each is asked about in the database, so that its faults are told too.
    """
    context = {**view.get_serializer_context(), "held": looked_up(view, bodies)}
    made, faults = validated(view.get_serializer(context=context), bodies)
    if faults and len(bodies) <= FEW:
        _, faults = validated(view.get_serializer(), bodies)
    if faults:
        raise refusal(faults)
    try:
        many.write_new(made, by=view.request.user, reason=reason)
    except IntegrityError:
        return one_by_one(view, bodies, reason)
    return [record for record, _ in made]


def stored_bodies(shape: Shape, records: Sequence[Record]) -> list[Body]:
    """The bodies of records of one kind as they are stored now, in the given order."""
    found: dict[int, Body] = {}
    keys = [record.pk for record in records]
    for start in range(0, len(keys), CHUNK):
        rows = shape.model._base_manager.filter(pk__in=keys[start : start + CHUNK])
        found.update((row.key, row.body) for row in shape.read(rows, NOBODY))
    return [found[key] for key in keys]


def validated(serializer: Any, bodies: Sequence[Any]) -> tuple[Made, list[Fault]]:
    """What is ready to be written, and every fault with its place."""
    made: Made = []
    faults: list[Fault] = []
    for number, body in enumerate(bodies):
        found = faults_in(serializer, body, f"/{number}")
        faults += found
        if not found:
            made.append((serializer.ready, serializer.related))
    return made, faults


def faults_in(serializer: Any, body: Any, pointer: str) -> list[Fault]:
    """The faults of one new record, whose place is ``pointer``; its serializer then holds it."""
    try:
        serializer.run_validation(body)
    except ValidationError as error:
        return list(faults_of(error.detail, pointer))
    return [
        {**fault, "pointer": pointer + fault["pointer"]} for fault in no_draft(serializer.ready)
    ]


def no_draft(record: Record) -> list[Fault]:
    """The fault of a new record that is none."""
    if record.review == Record.Review.DRAFT:
        return []
    return [{"pointer": "/review", "code": "review_step", "detail": "A new record is a draft."}]


def one_by_one(view: Any, bodies: Sequence[Any], reason: str) -> list[Record]:
    """The same by single steps, so that each fault that only the database knows has its place."""
    serializer = view.get_serializer()
    records: list[Record] = []
    faults: list[Fault] = []
    with transaction.atomic():
        for number, body in enumerate(bodies):
            found = faults_in(serializer, body, f"/{number}")
            faults += found
            if not found:
                record, related = serializer.ready, serializer.related
                history.write(record, related=related, by=view.request.user, reason=reason)
                records.append(record)
        if faults:
            raise refusal(faults)
    return records


# Looking up


def looked_up(view: Any, bodies: Sequence[Any]) -> dict[type[Record], dict[str, Record]]:
    """Every record that the bodies name and the caller may see."""
    slugs: dict[type[Record], set[str]] = {}
    fields = view.get_serializer().fields
    for body in bodies:
        for model, slug in named(fields, body):
            slugs.setdefault(model, set()).add(slug)
    return {model: dict(rows(model, sorted(those), view)) for model, those in slugs.items()}


def rows(model: type[Record], slugs: list[str], view: Any) -> Iterator[tuple[str, Record]]:
    """The visible records with these slugs; each brings what it refers to itself."""
    keys = [f.name for f in model._meta.fields if isinstance(f, models.ForeignKey)]
    near = [k for k in keys if model._meta.get_field(k).related_model in COLLECTIONS.values()]
    visible = model.objects.visible_to(view.request.user)
    visible = visible.select_related(*near) if near else visible
    for start in range(0, len(slugs), CHUNK):
        for record in visible.filter(slug__in=slugs[start : start + CHUNK]):
            yield record.slug, record


def named(fields: Any, body: Any) -> Iterator[tuple[type[Record], str]]:
    """What one body refers to; what has the wrong form is left to validation."""
    for name, value in body.items() if isinstance(body, dict) else ():
        field = fields.get(name)
        if name == NESTED and isinstance(value, list) and field is not None:
            for item in value:
                yield from named(field.child.fields, item)
        elif isinstance(field, Address) and isinstance(value, str):
            collection, _, slug = value.partition("/")
            if collection in COLLECTIONS and readable(slug):
                yield COLLECTIONS[collection], slug
        elif isinstance(field, Reference | References):
            for slug in value if isinstance(value, list) else [value]:
                if isinstance(slug, str) and readable(slug):
                    yield field.model, slug
