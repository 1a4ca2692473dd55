"""Who holds what: the parties by the issues, on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from negotiations.models import Issue, Negotiation, Participation, Party, Position, Term

from .date_spans import DateSpan, build_day_span
from .event_rows import Rows, fetch_names, get_name
from .evidence import get_cited_sources
from .held_positions import (
    Cells,
    HeldPosition,
    Sureness,
    fetch_positions,
    find_latest_candidates,
    is_sure,
)


@dataclass(frozen=True, slots=True)
class MatrixParty:
    """A party of the matrix."""

    party: Annotated[str, "The party."]
    name: Annotated[str, "Its name."]
    roles: Annotated[list[str], "Its parts in the negotiation; none if it only holds positions."]


@dataclass(frozen=True, slots=True)
class MatrixIssue:
    """An issue of the matrix."""

    issue: Annotated[str, "The issue."]
    title: Annotated[str, "Its short name."]
    question: Annotated[str, "What is answered with yes or no."]


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What one party holds on one issue."""

    party: Annotated[str, "The party."]
    issue: Annotated[str, "The issue."]
    question: Annotated[str, "The question of the issue, which the stance answers."]
    state: Annotated[
        Literal["held", "several", "nothing_found"],
        "`held`: one stance. `several`: the dates do not prove which of several stances is the "
        "latest. `nothing_found`: no source tells of any, which is not a stance in the middle.",
    ]
    stance: Annotated[str | None, Position.Stance, "The stance, if it is one."]
    firmness: Annotated[str | None, Position.Firmness, "How firmly, if it is one."]
    basis: Annotated[str | None, Position.Basis, "`stated` if any of what is held was stated."]
    sureness: Annotated[
        Sureness | None,
        "`certain` if it was certainly taken by the day and nothing can have replaced it.",
    ]
    positions: Annotated[int, "How many positions can have been taken by the day."]
    held: Annotated[list[HeldPosition], "Those that can be the latest."]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The parties by the issues, on a day."""

    negotiation: Annotated[str, "The negotiation."]
    title: Annotated[str, "Its title."]
    on: Annotated[date, "The day of the world that is asked about."]
    sources: Annotated[int, "In how many sources something was looked for."]
    parties: Annotated[list[MatrixParty], "The sides first, then the others, by name."]
    issues: Annotated[list[MatrixIssue], "By title."]
    cells: Annotated[list[MatrixCell], "MatrixParty by row, one for each party and issue."]


def build_matrix(negotiation: Negotiation, rows: Rows, on: date) -> Matrix:
    """What each party held on each issue on a day.

    The rows are the parties that take part or hold a position; the columns the issues with a
    question on which a position is held or a term was proposed, whenever. A cell holds the latest
    position not later than the day (``held_positions.find_latest_candidates`` says what uncertain
    dates allow).
    """
    taken = fetch_positions(negotiation, rows)
    parties = _parties(negotiation, rows, taken)
    issues = _issues(negotiation, rows, taken)
    point = build_day_span(on)
    return Matrix(
        negotiation=negotiation.slug,
        title=negotiation.title,
        on=on,
        sources=get_cited_sources(negotiation, rows).count(),
        parties=parties,
        issues=issues,
        cells=list(_cells(parties, issues, taken, point)),
    )


def _parties(negotiation: Negotiation, rows: Rows, taken: Cells) -> list[MatrixParty]:
    roles: dict[str, list[str]] = {party: [] for party, _ in taken}
    found = rows(Participation).filter(negotiation=negotiation.pk).order_by("slug")
    for party, role in found.values_list("party__slug", "role"):
        roles.setdefault(party, []).append(role)
    known = fetch_names(Party, roles, rows)
    made = [
        MatrixParty(party, get_name(party, known), sorted(held)) for party, held in roles.items()
    ]
    return sorted(made, key=lambda row: ("side" not in row.roles, row.name, row.party))


def _issues(negotiation: Negotiation, rows: Rows, taken: Cells) -> list[MatrixIssue]:
    terms = rows(Term).filter(proposal__negotiation=negotiation.pk, issue__isnull=False)
    slugs = {issue for _, issue in taken} | set(terms.values_list("issue__slug", flat=True))
    found = rows(Issue).filter(slug__in=slugs).exclude(question="").order_by("title", "slug")
    known = [MatrixIssue(*row) for row in found.values_list("slug", "title", "question")]
    seen = {column.issue for column in known}
    hidden = sorted({issue for _, issue in taken} - seen)
    return known + [MatrixIssue(issue, issue, "") for issue in hidden]


def _cells(
    parties: list[MatrixParty], issues: list[MatrixIssue], taken: Cells, point: DateSpan
) -> Iterator[MatrixCell]:
    for row in parties:
        for column in issues:
            yield build_cell(row.party, column, taken.get((row.party, column.issue), []), point)


def build_cell(
    party: str, issue: MatrixIssue, taken: list[HeldPosition], point: DateSpan
) -> MatrixCell:
    """What a party held on an issue at a point in time, of all its positions on it."""
    held = find_latest_candidates(taken, point)
    stances = {each.stance for each in held}
    firmness = {each.firmness for each in held}
    is_one = len(stances) == 1
    bases = {each.basis for each in held}
    return MatrixCell(
        party=party,
        issue=issue.issue,
        question=issue.question,
        state="nothing_found" if not held else "held" if is_one else "several",
        stance=min(stances) if is_one else None,
        firmness=min(firmness) if is_one and len(firmness) == 1 else None,
        basis=max(bases) if is_one else None,
        sureness=None if not held else "certain" if is_sure(held, point) else "possible",
        positions=sum(each.span.possibly_by(point) for each in taken),
        held=held,
    )
