"""Where a body names other records."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from negotiations.models import COLLECTIONS, Record

from .relation_fields import RelatedSlugField, RelatedSlugListField, ResourcePathField
from .serializers import NESTED


class RecordReference(NamedTuple):
    """One place that holds a name: ``holder[key]`` is the text, ``pointer`` says where it stands.

    ``model`` is the kind that is named, None when the text does not tell it.
    """

    holder: Any
    key: Any
    pointer: str
    model: type[Record] | None
    is_address: bool = False

    @property
    def text(self) -> str:
        """What is written there."""
        return str(self.holder[self.key])

    @property
    def slug(self) -> str:
        """The name within its collection."""
        return self.text.rpartition("/")[2] if self.is_address else self.text


def find_references(fields: Any, body: Any, pointer: str = "") -> Iterator[RecordReference]:
    """Every name in one body; what has the wrong form is left to validation."""
    for name, value in body.items() if isinstance(body, dict) else ():
        field, place = fields.get(name), f"{pointer}/{name}"
        if name == NESTED and isinstance(value, list) and field is not None:
            for number, item in enumerate(value):
                yield from find_references(field.child.fields, item, f"{place}/{number}")
        elif isinstance(field, ResourcePathField) and isinstance(value, str):
            model = COLLECTIONS.get(value.partition("/")[0])
            yield RecordReference(body, name, place, model, is_address=True)
        elif isinstance(field, RelatedSlugField) and isinstance(value, str):
            yield RecordReference(body, name, place, field.model)
        elif isinstance(field, RelatedSlugListField) and isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, str):
                    yield RecordReference(value, number, f"{place}/{number}", field.model)
