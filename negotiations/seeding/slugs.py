"""The slugs of rows: from the key, else from the content, else from the record they cite for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from negotiations.models import Negotiation, Record
from negotiations.models.base import SLUG_LENGTH
from negotiations.text.tokens import slug_words
from negotiations.text.validators import slug_format

from .errors.diagnostics import Fault
from .rows import Row, slug_of
from .shape import NEGOTIATION, Form, has_negotiation, slots

Resolve = Callable[[Row, str], str | None]


def name_by_key(row: Row) -> None:
    """The slug of a row with a key or a slug of its own; a faulty key is told."""
    written = row.slug or row.key
    if not written:
        return
    row.slug = row.slug or slug_of(row, row.key)
    try:
        slug_format(written)
    except ValidationError as refusal:
        help_ = f"for example {slug_words(written) or 'ukraine-leaders'}"
        row.refuse(Fault("E020", refusal.messages[0], row.place, help=help_), "slug")
        return
    if len(row.slug) > SLUG_LENGTH:
        message = f"the slug {row.slug[:40]}… has more than {SLUG_LENGTH} characters"
        row.refuse(Fault("E020", message, row.place, help="choose a shorter key"), "slug")


def name_by_content(row: Row, resolve: Resolve) -> None:
    """The slug of a part without a key, made as its model makes one."""
    stub = row.model()
    for name, slot in slots(row.model, row.through).items():
        if slot.form is Form.REFERENCE:
            slug = resolve(row, name)
            setattr(stub, name, slot.target(slug=slug) if slug else None)
        elif slot.form is Form.DATE:
            setattr(stub, name, row.values.get(name, {}).get("is", ""))
        elif slot.form in (Form.TEXT, Form.CHOICE):
            setattr(stub, name, row.values.get(name, ""))
    if row.belongs_to:
        setattr(stub, row.through, row.belongs_to.model(slug=row.belongs_to.slug))
    if row.negotiation and has_negotiation(row.model):
        setattr(stub, NEGOTIATION, Negotiation(slug=row.negotiation))
    try:
        row.slug = slug_words(stub.slug_text())
    except ObjectDoesNotExist:
        # What the name would be made from is missing, and told.
        row.slug = ""


def citation_slug(record: type[Record], slug: str, number: int) -> str:
    """The name of a record's nth citation: a corrected quotation stays the same citation."""
    text = f"{record._meta.model_name}-{slug}"
    if len(text) > SLUG_LENGTH - 5:
        text = f"{text[:120].strip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return f"{text}-{number}"


def name_citations(row: Row) -> None:
    for number, citation in enumerate(row.citations, start=1):
        if citation.slug or citation.key:
            citation.slug = (
                citation.slug or f"{row.model._meta.model_name}-{row.slug}-{citation.key}"
            )
            name_by_key(citation)
        else:
            citation.slug = citation_slug(row.model, row.slug, number)
