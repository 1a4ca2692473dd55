"""The matrix as it is drawn: a row for each party, a sign and words for each answer."""

from dataclasses import dataclass, replace

from negotiations.analysis.date_spans import build_day_span
from negotiations.analysis.matrix import Matrix, MatrixIssue
from negotiations.models import Participation
from negotiations.pages.answers import PartyAnswers, describe_answers


@dataclass(frozen=True)
class Cell:
    """What a party holds on an issue."""

    party: str
    issue: str
    answers: PartyAnswers
    # Those that were held before as well.
    positions: int


@dataclass(frozen=True)
class PartyRow:
    """A party with its cells, in the order of the columns."""

    name: str
    roles: str
    cells: list[Cell]


@dataclass(frozen=True)
class MatrixDrawing:
    """The picture."""

    issues: list[MatrixIssue]
    lines: list[PartyRow]
    sources: int
    # What is left out of it, in words.
    left_out: str = ""


def draw_matrix(told: Matrix) -> MatrixDrawing:
    """How a matrix is drawn."""
    cells = {(cell.party, cell.issue): cell for cell in told.cells}
    point = build_day_span(told.on)
    lines = []
    for row in told.parties:
        drawn = []
        for column in told.issues:
            cell = cells[row.party, column.issue]
            answers = describe_answers(cell.held, point, row.name, column.question)
            drawn.append(Cell(cell.party, cell.issue, answers, cell.positions))
        roles = ", ".join(Participation.Role(role).label.lower() for role in row.roles)
        lines.append(PartyRow(row.name, roles, drawn))
    return MatrixDrawing(told.issues, lines, told.sources)


def crop_matrix(whole: MatrixDrawing, parties: int, issues: int) -> MatrixDrawing:
    """A part of it: the first parties, and the issues of which they are known to hold the most."""
    lines, columns = whole.lines[:parties], range(len(whole.issues))
    known = {n: sum(bool(line.cells[n].answers.all) for line in lines) for n in columns}
    kept = sorted(sorted(columns, key=lambda n: -known[n])[:issues])
    numbers = (
        (len(lines), len(whole.lines), "parties"),
        (len(kept), len(whole.issues), "issues"),
    )
    left_out = [f"{shown} of {all_} {name}" for shown, all_, name in numbers if shown < all_]
    return MatrixDrawing(
        issues=[whole.issues[n] for n in kept],
        lines=[replace(line, cells=[line.cells[n] for n in kept]) for line in lines],
        sources=whole.sources,
        left_out=" and ".join(left_out),
    )
