"""Why a table cannot be read: faults with their places."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _


class ImportProblem(NamedTuple):
    """What is wrong, where; rows are numbered as spreadsheets number them."""

    row: int | None
    column: str
    detail: str


class UnreadableFileError(Exception):
    """The file cannot be taken for rows; ``faults`` say why."""

    def __init__(self, *faults: ImportProblem) -> None:
        super().__init__(faults)
        self.faults = list(faults)


class SeveralSheetsError(Exception):
    """The workbook has several sheets, or its only one is hidden: the user chooses one."""

    def __init__(self, sheets: Sequence[tuple[str, bool]]) -> None:
        super().__init__(sheets)
        # The name of each, and whether it is hidden.
        self.sheets = list(sheets)


class BadCell(str):
    """What is wrong with a cell, in place of its text."""

    __slots__ = ()


def build_file_error(detail: str, row: int | None = None, column: str = "") -> UnreadableFileError:
    return UnreadableFileError(ImportProblem(row, column, detail))


def build_too_large_error() -> UnreadableFileError:
    return build_file_error(_("The workbook is too large; import it in parts or as CSV."))


def build_not_a_workbook_error() -> UnreadableFileError:
    return build_file_error(_("The file is not a workbook that can be read."))
