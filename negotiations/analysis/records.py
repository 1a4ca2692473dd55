"""The records of a negotiation as plain values, read in a fixed number of queries.

``Rows`` gives for a kind of record the queryset of those that the reader may see: whatever is
computed is computed from these alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from negotiations.models import (
    Commitment,
    Delegation,
    Delivery,
    Incident,
    Negotiation,
    Outcome,
    Participation,
    Party,
    Position,
    Proposal,
    Record,
    Response,
    Round,
    Statement,
    Term,
)

from .spans import Span

Rows = Callable[[type[Record]], QuerySet[Any]]


@dataclass(frozen=True)
class Kind:
    """How a kind of record is read: what names it, codes it, dates it, and who acts in it."""

    model: type[Record]
    # The field that names it; of a kind without a name, the relation to what names it.
    title: str = "title"
    subject: str = ""
    # The coded value that says how it stands.
    code: str = "status"
    dates: tuple[str, ...] = ("date",)
    parties: tuple[str, ...] = ()
    negotiation: str = "negotiation"

    @property
    def name(self) -> str:
        """Its collection."""
        return self.model.collection()

    def of(self, negotiation: Negotiation, rows: Rows) -> QuerySet[Any]:
        """The records of the negotiation."""
        return rows(self.model).filter(**{self.negotiation: negotiation.pk}).order_by("slug")

    @property
    def named_by(self) -> str:
        """The collection of what names it; empty if it names itself."""
        related: Any = self.subject and self.model._meta.get_field(self.subject).related_model
        return related.collection() if related else ""


KINDS = (
    Kind(Negotiation, negotiation="pk"),
    Kind(Participation, "", "party", "role", (), ("party",)),
    Kind(Round),
    Kind(Delegation, "", "party", "role", (), ("party",), "round__negotiation"),
    Kind(Statement, "summary", code="medium", parties=("party",)),
    Kind(Proposal, dates=("date", "deadline"), parties=("proposed_by",)),
    Kind(Term, "text", "", "", (), ("obligor",), "proposal__negotiation"),
    Kind(Response, "", "proposal", "answer", ("date",), ("party",), "proposal__negotiation"),
    Kind(Position, "claim", code="stance", parties=("party",)),
    Kind(Outcome, parties=("agreed_by",)),
    Kind(Commitment, "text", code="kind", dates=("due",), parties=("obligor",)),
    Kind(
        *(Delivery, "", "commitment", "verification", ("date",), ("delivered_by",)),
        "commitment__negotiation",
    ),
    Kind(Incident, code="kind", parties=("by",)),
)
DATED = tuple(kind for kind in KINDS if kind.dates)


@dataclass(frozen=True, slots=True)
class Dated:
    """One of a record's dates: the text, the source's words, how it is known, and its bounds."""

    about: str
    text: str
    words: str
    certainty: str
    span: Span


@dataclass(slots=True)
class Plain:
    """A record as plain values."""

    kind: str
    slug: str
    title: str
    code: str
    open_question: str
    version: int
    updated_at: datetime
    dates: list[Dated]
    parties: list[str] = field(default_factory=list)
    # The slug of what names it, as long as it has no title of its own.
    subject: str = ""


def recorded(negotiation: Negotiation, rows: Rows, kinds: Iterable[Kind] = KINDS) -> list[Plain]:
    """The records of a negotiation, kind by kind, each kind in the order of its slugs.

    A response is named "Rejects: Russia's list of demands", a participation "Side: Ukraine": by its
    code and the title of what it belongs to, or by the slug of that where the reader does not see
    it. Queries: one for each kind and each relation to several parties, and one for the names.
    """
    found = [(kind, _read(kind, negotiation, rows)) for kind in kinds]
    titles = {kind.name: {plain.slug: plain.title for plain in plains} for kind, plains in found}
    titles["parties"] = names(
        Party, {slug for _, ps in found for p in ps for slug in p.parties}, rows
    )
    for kind, plains in found:
        if not kind.subject:
            continue
        labels = {value.value: value.label for value in coded(kind)}
        for plain in plains:
            name = titles.get(kind.named_by, {}).get(plain.subject, plain.subject)
            plain.title = f"{labels[plain.code]}: {name}"
    return [plain for _, plains in found for plain in plains]


def coded(kind: Kind) -> Any:
    """The vocabulary of a kind's code."""
    return getattr(kind.model, kind.code.title())


def names(model: Any, slugs: Collection[str], rows: Rows) -> dict[str, str]:
    """The names of those of these parties that the reader sees."""
    found = rows(model).filter(slug__in=slugs).order_by("slug").values_list("slug", "name")
    return dict(found)


def named(slug: str, known: dict[str, str]) -> str:
    """A name, or the slug where the reader does not see the record."""
    return known.get(slug, slug)


def _read(kind: Kind, negotiation: Negotiation, rows: Rows) -> list[Plain]:
    found = kind.of(negotiation, rows)
    single = [n for n in kind.parties if not kind.model._meta.get_field(n).many_to_many]
    many = [n for n in kind.parties if n not in single]
    columns = ["slug", "open_question", "version", "updated_at"]
    columns += [name for name in (kind.title, kind.code) if name]
    columns += [f"{name}__slug" for name in (*single, kind.subject) if name]
    columns += [column for name in kind.dates for column in dated_columns(name)]
    acting = {slug: set(parties) for slug, parties in several(found, *many).items()} if many else {}
    plains = []
    for row in found.values(*dict.fromkeys(columns)):
        parties = {row[f"{name}__slug"] for name in single} - {None}
        plains.append(
            Plain(
                kind=kind.name,
                slug=row["slug"],
                title=row[kind.title] if kind.title else "",
                code=row[kind.code] if kind.code else "",
                open_question=row["open_question"],
                version=row["version"],
                updated_at=row["updated_at"],
                dates=[dated(row, name) for name in kind.dates],
                parties=sorted(parties | acting.get(row["slug"], set())),
                subject=row[f"{kind.subject}__slug"] if kind.subject else "",
            )
        )
    return plains


def dated_columns(name: str) -> list[str]:
    """The columns of an uncertain date that tell of it."""
    return [name, *(f"{name}_{part}" for part in ("words", "certainty", "earliest", "latest"))]


def dated(row: dict[str, Any], name: str) -> Dated:
    """An uncertain date out of these columns."""
    text, words, certainty, earliest, latest = (row[column] for column in dated_columns(name))
    return Dated(name, text, words, certainty, Span(earliest, latest))


def several(found: QuerySet[Any], *relations: str) -> dict[str, list[str]]:
    """For each record's slug the slugs at the other end of relations to several parties."""
    linked: dict[str, list[str]] = {}
    for name in relations:
        pairs = found.filter(**{f"{name}__isnull": False}).order_by("slug", f"{name}__slug")
        for slug, party in pairs.values_list("slug", f"{name}__slug"):
            linked.setdefault(slug, []).append(party)
    return linked
