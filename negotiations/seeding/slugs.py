"""The slugs of rows: from the key, else from the content, else from the record they cite for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from negotiations.models import Negotiation, Record
from negotiations.models.base import SLUG_LENGTH
from negotiations.text.tokens import slugify_text
from negotiations.text.validators import validate_slug_format

from .errors.diagnostics import Diagnostic
from .rows import SeedRow, build_slug
from .shape import NEGOTIATION, ValueType, get_slots, has_negotiation

Resolve = Callable[[SeedRow, str], str | None]


def name_by_key(row: SeedRow) -> None:
    """The slug of a row with a key or a slug of its own; a faulty key is told."""
    written = row.slug or row.key
    if not written:
        return
    row.slug = row.slug or build_slug(row, row.key)
    try:
        validate_slug_format(written)
    except ValidationError as refusal:
        help_ = f"for example {slugify_text(written) or 'ukraine-leaders'}"
        row.refuse(Diagnostic("E020", refusal.messages[0], row.place, help=help_), "slug")
        return
    if len(row.slug) > SLUG_LENGTH:
        message = f"the slug {row.slug[:40]}… has more than {SLUG_LENGTH} characters"
        row.refuse(Diagnostic("E020", message, row.place, help="choose a shorter key"), "slug")


def name_by_content(row: SeedRow, resolve: Resolve) -> None:
    """The slug of a part without a key, made as its model makes one."""
    stub = row.model()
    for name, slot in get_slots(row.model, row.through).items():
        if slot.form is ValueType.REFERENCE:
            slug = resolve(row, name)
            setattr(stub, name, slot.target(slug=slug) if slug else None)
        elif slot.form is ValueType.DATE:
            setattr(stub, name, row.values.get(name, {}).get("is", ""))
        elif slot.form in (ValueType.TEXT, ValueType.CHOICE):
            setattr(stub, name, row.values.get(name, ""))
    if row.belongs_to:
        setattr(stub, row.through, row.belongs_to.model(slug=row.belongs_to.slug))
    if row.negotiation and has_negotiation(row.model):
        setattr(stub, NEGOTIATION, Negotiation(slug=row.negotiation))
    try:
        row.slug = slugify_text(stub.slug_text())
    except ObjectDoesNotExist:
        # What the name would be made from is missing, and told.
        row.slug = ""


def build_citation_slug(record: type[Record], slug: str, number: int) -> str:
    """The name of a record's nth citation: a corrected quotation stays the same citation."""
    text = f"{record._meta.model_name}-{slug}"
    if len(text) > SLUG_LENGTH - 5:
        text = f"{text[:120].strip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return f"{text}-{number}"


def name_citations(row: SeedRow) -> None:
    for number, citation in enumerate(row.citations, start=1):
        if citation.slug or citation.key:
            citation.slug = (
                citation.slug or f"{row.model._meta.model_name}-{row.slug}-{citation.key}"
            )
            name_by_key(citation)
        else:
            citation.slug = build_citation_slug(row.model, row.slug, number)
