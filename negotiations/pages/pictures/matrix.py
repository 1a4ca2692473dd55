"""The matrix as it is drawn: a row for each party, a sign and words for each answer."""

from dataclasses import dataclass, replace

from negotiations.analysis.date_spans import on_day
from negotiations.analysis.matrix import Matrix, MatrixIssue
from negotiations.models import Participation
from negotiations.pages.answers import Answers, describe


@dataclass(frozen=True)
class Cell:
    """What a party holds on an issue."""

    party: str
    issue: str
    answers: Answers
    # Those that were held before as well.
    positions: int


@dataclass(frozen=True)
class Line:
    """A party with its cells, in the order of the columns."""

    name: str
    roles: str
    cells: list[Cell]


@dataclass(frozen=True)
class Grid:
    """The picture."""

    issues: list[MatrixIssue]
    lines: list[Line]
    sources: int
    # What is left out of it, in words.
    left_out: str = ""


def grid(told: Matrix) -> Grid:
    """How a matrix is drawn."""
    cells = {(cell.party, cell.issue): cell for cell in told.cells}
    point = on_day(told.on)
    lines = []
    for row in told.parties:
        drawn = []
        for column in told.issues:
            cell = cells[row.party, column.issue]
            answers = describe(cell.held, point, row.name, column.question)
            drawn.append(Cell(cell.party, cell.issue, answers, cell.positions))
        roles = ", ".join(Participation.Role(role).label.lower() for role in row.roles)
        lines.append(Line(row.name, roles, drawn))
    return Grid(told.issues, lines, told.sources)


def corner(whole: Grid, parties: int, issues: int) -> Grid:
    """A part of it: the first parties, and the issues of which they are known to hold the most."""
    lines, columns = whole.lines[:parties], range(len(whole.issues))
    known = {n: sum(bool(line.cells[n].answers.all) for line in lines) for n in columns}
    kept = sorted(sorted(columns, key=lambda n: -known[n])[:issues])
    numbers = (
        (len(lines), len(whole.lines), "parties"),
        (len(kept), len(whole.issues), "issues"),
    )
    left_out = [f"{shown} of {all_} {name}" for shown, all_, name in numbers if shown < all_]
    return Grid(
        issues=[whole.issues[n] for n in kept],
        lines=[replace(line, cells=[line.cells[n] for n in kept]) for line in lines],
        sources=whole.sources,
        left_out=" and ".join(left_out),
    )
