"""The matrix as it is drawn: a row for each party, a sign and words for each answer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from negotiations.analysis.holding import HeldPosition
from negotiations.analysis.matrix import Matrix, MatrixCell, MatrixIssue
from negotiations.models import Participation, Position

from .wording import days_words

# Answers of one cell that are drawn.
MOST = 2


@dataclass(frozen=True)
class Answer:
    """A position in a cell."""

    slug: str
    stance: str
    label: str
    claim: str
    qualities: list[str]
    about: str
    when: str


@dataclass(frozen=True)
class Cell:
    """What a party holds on an issue; no answer is "nothing found"."""

    party: str
    issue: str
    answers: list[Answer]
    # Those that were held before as well.
    positions: int

    @property
    def shown(self) -> list[Answer]:
        """As many as a picture has room for, the last ones."""
        return self.answers[-MOST:]

    @property
    def more(self) -> int:
        """How many there is no room for."""
        return max(0, len(self.answers) - MOST)


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


def grid(told: Matrix) -> Grid:
    """How a matrix is drawn."""
    cells = {(cell.party, cell.issue): cell for cell in told.cells}
    lines = [
        Line(
            name=row.name,
            roles=", ".join(Participation.Role(role).label.lower() for role in row.roles),
            cells=[_cell(cells[row.party, column.issue]) for column in told.issues],
        )
        for row in told.parties
    ]
    return Grid(told.issues, lines, told.sources)


def corner(whole: Grid, parties: int, issues: int) -> Grid:
    """A part of it: the first parties, and the issues of which they are known to hold the most."""
    lines, columns = whole.lines[:parties], range(len(whole.issues))
    known = {n: sum(bool(line.cells[n].answers) for line in lines) for n in columns}
    kept = sorted(sorted(columns, key=lambda n: -known[n])[:issues])
    return Grid(
        issues=[whole.issues[n] for n in kept],
        lines=[replace(line, cells=[line.cells[n] for n in kept]) for line in lines],
        sources=whole.sources,
    )


def _cell(cell: MatrixCell) -> Cell:
    return Cell(cell.party, cell.issue, list(_answers(cell)), cell.positions)


def _answers(cell: MatrixCell) -> Iterator[Answer]:
    for held in cell.held:
        yield Answer(
            slug=held.slug,
            stance=held.stance,
            label=Position.Stance(held.stance).label,
            claim=held.claim,
            qualities=(qualities := list(_qualities(held))),
            about=", ".join([*qualities, *_unsure(cell)]),
            when=days_words(held.earliest, held.latest),
        )


def _qualities(held: HeldPosition) -> Iterator[str]:
    """How an answer was given."""
    if held.basis == Position.Basis.IMPLIED:
        yield "implied"
    if held.firmness != Position.Firmness.UNSPECIFIED:
        yield Position.Firmness(held.firmness).label.lower()


def _unsure(cell: MatrixCell) -> Iterator[str]:
    """What the dates leave open."""
    if cell.state == "several":
        yield "order not proved"
    elif cell.sureness == "possible":
        yield "perhaps later"
