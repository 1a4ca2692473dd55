"""What a record says, field by field, in words and links."""

from collections.abc import Iterator
from typing import Any

from django.utils.text import capfirst

from negotiations.analysis.date_words import format_edtf
from negotiations.analysis.wording.summaries import ANSWERS
from negotiations.models import Certainty, Position, UncertainDateField
from negotiations.models.amounts import format_amount
from negotiations.rest.read.projections import BODY_FIELDS
from negotiations.rest.schemas.values import get_vocabulary

from .links import build_link, get_nameable, link_related

# What every record has and the page says elsewhere, and what is too long for a line.
ELSEWHERE = {
    *("slug", "version", "review", "created_by", "created_at", "updated_at"),
    *("open_question", "text", "quote", "before", "after", "start"),
}
LABELS = {"sha256": "SHA-256", "url": "Web address", "archived_url": "Archived copy"}
Fact = dict[str, Any]


def list_facts(record: Any) -> list[Fact]:
    """The fields that have a value, in the order of the API's bodies, each a name and its values.

    A value has ``words`` and perhaps ``url``, ``definition`` (of a coded value or an issue) or
    ``is_outside``.
    """
    told = []
    beside = set(_list_companion_columns(record))
    for name in BODY_FIELDS[type(record)]:
        if name in ELSEWHERE or name in beside:
            continue
        if name == "record":
            told.append({"name": "Record", "values": [link_related(record.record)]})
        else:
            field = record._meta.get_field(name)
            told.append({"name": _label(field), "values": list(_values(record, field))})
    return [fact for fact in told if fact["values"]]


def _list_companion_columns(record: Any) -> Iterator[str]:
    """The columns that are told together with another one."""
    for field in record._meta.concrete_fields:
        if isinstance(field, UncertainDateField):
            yield from (f"{field.name}_{part}" for part in field.parts)
        elif field.name.endswith("_max"):
            yield field.name


def _label(field: Any) -> str:
    words = LABELS.get(field.name) or str(field.verbose_name).removesuffix(" min")
    return f"{words[:1].upper()}{words[1:]}"


def _values(record: Any, field: Any) -> Iterator[Fact]:
    if field.many_to_many:
        back = field.related_query_name()
        yield from map(build_link, get_nameable(field.related_model).filter(**{back: record.pk}))
        return
    value = getattr(record, field.name)
    if isinstance(field, UncertainDateField):
        yield from _date(record, field.name)
    elif field.name.endswith("_min"):
        stem = field.name.removesuffix("_min")
        bounds = (getattr(record, f"{stem}_{end}") for end in ("min", "max"))
        yield from _words(format_amount(*bounds))
    elif field.is_relation:
        yield from [link_related(value)] if value is not None else []
    elif field.choices and value:
        code = get_vocabulary(field)(value)
        # Beside its question a stance is read as the answer.
        answer = capfirst(ANSWERS[value]) if isinstance(code, Position.Stance) else ""
        yield {"words": answer or code.label, "definition": code.definition}
    elif value is not None:
        yield from _plain(field, value)


def _plain(field: Any, value: Any) -> Iterator[Fact]:
    if isinstance(value, bool):
        yield {"words": "Yes" if value else "No"}
    elif isinstance(value, dict):
        yield from ({"words": f"{scheme}: {code}"} for scheme, code in value.items())
    elif isinstance(value, list):
        yield from _words(", ".join(value))
    elif value and field.name.endswith("url"):
        yield {"words": value, "url": value, "is_outside": True}
    else:
        yield from _words(str(value))


def _words(text: str) -> Iterator[Fact]:
    if text:
        yield {"words": text}


def _date(record: Any, name: str) -> Iterator[Fact]:
    said = format_edtf(getattr(record, name))
    words, certainty = (getattr(record, f"{name}_{part}") for part in ("words", "certainty"))
    shown = "; ".join(filter(None, [said, f"“{words}”" if words else ""]))
    if shown:
        yield {
            "words": f"{shown[:1].upper()}{shown[1:]}",
            "definition": Certainty(certainty).definition if said else "",
        }
