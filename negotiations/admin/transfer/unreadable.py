"""Why a table cannot be read: faults with their places."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _


class Fault(NamedTuple):
    """What is wrong, where; rows are numbered as spreadsheets number them."""

    row: int | None
    column: str
    detail: str


class Unreadable(Exception):
    """The file cannot be taken for rows; ``faults`` say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = list(faults)


class SeveralSheets(Exception):
    """The workbook has several sheets, or its only one is hidden: the user chooses one."""

    def __init__(self, sheets: Sequence[tuple[str, bool]]) -> None:
        super().__init__(sheets)
        # The name of each, and whether it is hidden.
        self.sheets = list(sheets)


class BadCell(str):
    """What is wrong with a cell, in place of its text."""

    __slots__ = ()


def unreadable(detail: str, row: int | None = None, column: str = "") -> Unreadable:
    return Unreadable(Fault(row, column, detail))


def too_large() -> Unreadable:
    return unreadable(_("The workbook is too large; import it in parts or as CSV."))


def not_a_workbook() -> Unreadable:
    return unreadable(_("The file is not a workbook that can be read."))
