"""The codebook in ``seeds/README.md``: every section, key and coded value, from the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from negotiations.models import RECORDS, Certainty, Citation, Record, Vocabulary

from .interpreting import DEFAULT_REVIEW
from .shape import (
    REMARKS,
    Slot,
    ValueType,
    get_part_relations,
    get_sections,
    get_slots,
    get_verbose_name,
)

BEGIN = "<!-- The codebook begins; manage.py dumpseeds --codebook writes it from the models. -->"
END = "<!-- The codebook ends. -->"

VALUES = {
    ValueType.TEXT: "text",
    ValueType.CHOICE: "a coded value",
    ValueType.BOOLEAN: "true or false",
    ValueType.NUMBER: "a whole number",
    ValueType.DATE: "a date",
    ValueType.NAMES: "a list of texts",
    ValueType.CODES: "a mapping of texts",
    ValueType.FILE: "text, or `{file: …}`",
}


def render_codebook() -> str:
    """The whole codebook in Markdown."""
    lines = [BEGIN, "", "### In every row", ""]
    lines += _table([get_slots(RECORDS[0])[name] for name in REMARKS])
    lines += _vocabularies([get_slots(RECORDS[0])["review"]])
    lines += ["", "`sure`, of a date:", ""]
    lines += [f"- `{value.value}`: {value.definition}" for value in Certainty]
    for model in RECORDS:
        lines += _kind(model)
    return "\n".join([*lines, "", END])


def update_codebook(page: str) -> str:
    """The page with its codebook brought up to date."""
    before, _begin, rest = page.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return before + render_codebook() + after


def _kind(model: type[Record]) -> Iterator[str]:
    names = {kind: name for name, kind in get_sections().items()}
    title = names.get(model, model.resource_name)
    about = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    yield from ("", f"### {title}", "", about, "")
    written = _where(model)
    if written:
        yield from (written, "")
    told_by_place = set() if model in names else set(_owners(model).values())
    own = [
        slot
        for name, slot in get_slots(model).items()
        if name not in REMARKS and name not in told_by_place
    ]
    yield from _table(own)
    yield from _vocabularies(own)


def _where(model: type[Record]) -> str:
    """Inside which rows the kind is written."""
    if model is Citation:
        return "Written beside the claim, or as a list under `citations`."
    owners = [f"`{name}` of a {get_verbose_name(owner)}" for owner, name in _owners(model)]
    alone = " A pledge without an outcome stands in a section of its own."
    more = alone if model in get_sections().values() else ""
    return f"Written as {' and '.join(owners)}.{more}" if owners else ""


def _owners(model: type[Record]) -> dict[tuple[type[Record], str], str]:
    """The kinds that hold this one, under which key, and the field that their place tells."""
    return {
        (owner, name): back
        for owner in RECORDS
        for name, (kind, back) in get_part_relations(owner).items()
        if kind is model
    }


def _table(own: list[Slot]) -> Iterator[str]:
    yield "| key | value | what it says |"
    yield "|---|---|---|"
    for slot in own:
        must = ", required" if slot.required else ""
        yield f"| `{slot.name}` | {_value(slot)}{must} | {slot.field.help_text} |"


def _value(slot: Slot) -> str:
    if slot.form is ValueType.REFERENCE:
        return f"the key of a {get_verbose_name(slot.target)}"
    if slot.form is ValueType.REFERENCES:
        return f"a list of keys of {slot.target.resource_name}"
    return VALUES[slot.form]


def _vocabularies(own: list[Slot]) -> Iterator[str]:
    for slot in own:
        if slot.form is not ValueType.CHOICE:
            continue
        yield from ("", f"`{slot.name}`:", "")
        for value in find_vocabulary(slot.field):
            default = DEFAULT_REVIEW if slot.name == "review" else slot.empty
            usual = " (when nothing is said)" if value.value == default else ""
            yield f"- `{value.value}`: {value.definition}{usual}"


def find_vocabulary(field: Any) -> Any:
    """The coded values of a field; of two alike the one that belongs to the field's own kind."""
    values = [value for value, _ in field.choices]
    alike = [kind for kind in Vocabulary.__subclasses__() if kind.values == values]
    owners = {owner.__name__ for owner in field.model.__mro__}
    own = [kind for kind in alike if kind.__qualname__.partition(".")[0] in owners]
    return (own or alike)[0]
