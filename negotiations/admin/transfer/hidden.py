"""Rows and columns of a sheet that its readers do not see: they are imported, and listed before."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_PLACES = 20


@dataclass
class Hidden:
    """The numbers of hidden rows and columns that hold something; a filter hides rows, too."""

    rows: list[int] = field(default_factory=list)
    columns: set[int] = field(default_factory=set)

    def notes(self, names: list[str], head: int) -> list[str]:
        """Say what is hidden of a table whose columns have these names."""
        notes = []
        if rows := [row for row in self.rows if row > head]:
            detail = ngettext(
                "%(count)s row is hidden in the sheet, perhaps by a filter, and is read all the "
                "same: %(places)s.",
                "%(count)s rows are hidden in the sheet, perhaps by a filter, and are read all the "
                "same: %(places)s.",
                len(rows),
            )
            notes.append(detail % {"count": len(rows), "places": list_numbers(rows)})
        if columns := [name for place, name in enumerate(names, 1) if place in self.columns]:
            detail = ngettext(
                "%(count)s column is hidden in the sheet and is read all the same: %(places)s.",
                "%(count)s columns are hidden in the sheet and are read all the same: %(places)s.",
                len(columns),
            )
            notes.append(detail % {"count": len(columns), "places": list_some(columns)})
        if notes:
            notes.append(_("Delete what is not meant from the sheet and choose the file again."))
        return notes


def list_numbers(numbers: list[int]) -> str:
    """Return ``3, 5–7`` for 3, 5, 6 and 7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return list_some([f"{one}–{last}" if one < last else f"{one}" for one, last in runs])


def list_some(places: list[str]) -> str:
    return ", ".join(places[:MOST_PLACES]) + (", …" if len(places) > MOST_PLACES else "")
