"""The records that refer to a record, group by group."""

from datetime import date
from typing import Any

from negotiations.models import Citation, Dismissal, Record

from .links import BELONGS_TO, build_link, get_nameable

# So many of a group are shown; the API has all.
MAX_BACKLINKS = 12
# Their page shows them in the text.
SHOWN_ELSEWHERE = (Citation, Dismissal)


def list_backlinks(record: Record) -> list[dict[str, Any]]:
    """For each relation that leads here the published records at its other end: the last twelve.

    Queries: one for each relation of the kind, whatever their number.
    """
    found = []
    # Hidden relations count too: the person who spoke has no list of what they said.
    relation: Any
    for relation in record._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete:
            continue
        model: Any = relation.related_model
        if not issubclass(model, Record) or issubclass(model, SHOWN_ELSEWHERE):
            continue
        name = relation.field.name
        # By key: the index of the relation has them in this order, however many there are.
        found_last = get_nameable(model).filter(**{name: record.pk}).order_by("-pk")
        rows = list(found_last[: MAX_BACKLINKS + 1])
        if rows:
            found.append(
                {
                    "name": get_group_title(model, relation.field, record),
                    "links": [
                        build_link(row) for row in sorted(rows[:MAX_BACKLINKS], key=get_date_key)
                    ],
                    "is_own": name == BELONGS_TO.get(model.resource_name),
                    "more": f"/api/v1/{model.resource_name}/?{name}={record.slug}"
                    if len(rows) > MAX_BACKLINKS
                    else "",
                }
            )
    return found


def get_date_key(row: Any) -> tuple[date, str]:
    """Records by their dates, those without one last."""
    return getattr(row, "date_earliest", None) or date.max, row.slug


def get_group_title(model: type[Record], field: Any, record: Record) -> str:
    """What the group is called: by its kind and, where that does not tell, by the relation."""
    kind = model.resource_name.capitalize()
    return kind if field.name == record._meta.model_name else f"{kind} ({field.verbose_name})"
