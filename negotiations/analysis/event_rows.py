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
    Position,
    Proposal,
    Record,
    Response,
    Round,
    Statement,
    Term,
)

from .date_spans import DateSpan, widen
from .wording.captions import fetch_referents, find_parties, summarize

Rows = Callable[[type[Record]], QuerySet[Any]]


@dataclass(frozen=True)
class EventSpec:
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
    # To whom it is put, owed or handed over.
    receivers: tuple[str, ...] = ()
    # What else its summary needs.
    more: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its collection."""
        return self.model.resource_name

    def of(self, negotiation: Negotiation, rows: Rows) -> QuerySet[Any]:
        """The records of the negotiation."""
        return rows(self.model).filter(**{self.negotiation: negotiation.pk}).order_by("slug")

    @property
    def named_by(self) -> str:
        """The collection of what names it; empty if it names itself."""
        related: Any = self.subject and self.model._meta.get_field(self.subject).related_model
        return related.resource_name if related else ""


EVENT_SPECS = (
    EventSpec(Negotiation, negotiation="pk"),
    EventSpec(Participation, "", "party", "role", (), ("party",)),
    EventSpec(Round),
    EventSpec(
        *(Delegation, "", "party", "role", (), ("party",), "round__negotiation"),
        more=("round__slug",),
    ),
    EventSpec(Statement, "summary", code="medium", parties=("party",)),
    EventSpec(
        *(Proposal, "title", "", "status", ("date", "deadline"), ("proposed_by",)),
        receivers=("addressed_to",),
    ),
    EventSpec(
        *(Term, "text", "", "", (), ("obligor",), "proposal__negotiation"),
        receivers=("obligee",),
    ),
    EventSpec(
        *(Response, "", "proposal", "answer", ("date",), ("party",), "proposal__negotiation"),
        more=("term__slug",),
    ),
    EventSpec(
        *(Position, "claim", "", "stance", ("date",), ("party",)),
        more=("firmness", "basis", "issue__slug"),
    ),
    EventSpec(Outcome, parties=("agreed_by",)),
    EventSpec(
        *(Commitment, "text", "", "kind", ("due",), ("obligor",)),
        receivers=("obligee",),
        more=("unit", "category", "according_to__slug", "outcome__slug"),
    ),
    EventSpec(
        *(Delivery, "", "commitment", "verification", ("date",), ("delivered_by",)),
        "commitment__negotiation",
        receivers=("received_by",),
        more=("quantity_min", "quantity_max"),
    ),
    EventSpec(Incident, code="kind", parties=("by",)),
)
DATED_SPECS = tuple(kind for kind in EVENT_SPECS if kind.dates)


@dataclass(frozen=True, slots=True)
class EventDate:
    """One of a record's dates: the text, the source's words, how it is known, and its bounds."""

    about: str
    text: str
    words: str
    certainty: str
    span: DateSpan

    @property
    def proved(self) -> DateSpan:
        """The days that it proves: more than it names where its text doubts them."""
        return widen(self.text, self.span)


@dataclass(slots=True)
class EventRow:
    """A record as plain values."""

    kind: str
    slug: str
    title: str
    code: str
    open_question: str
    version: int
    updated_at: datetime
    dates: list[EventDate]
    parties: list[str] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    # The slug of what names it, as long as it has no title of its own.
    subject: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    # Who and what, in one line.
    summary: str = ""
    # Of a position, as far as the reader sees it.
    question: str = ""
    # Of a commitment, how the outcome stands that it is under.
    outcome_status: str = ""


def fetch_event_rows(
    negotiation: Negotiation, rows: Rows, kinds: Iterable[EventSpec] = EVENT_SPECS
) -> list[EventRow]:
    """Return the records of a negotiation, kind by kind, each kind in the order of its slugs.

    A record without a title of its own has its summary for one; what it refers to and the reader
    does not see has its slug for a name. Queries: one for each kind and each relation to several
    parties, and one for each kind of record that is named.
    """
    found = [(kind, _read(kind, negotiation, rows)) for kind in kinds]
    plains = [plain for _, plains in found for plain in plains]
    known = fetch_referents(negotiation, plains, rows)
    for plain in plains:
        plain.summary = summarize(plain, known)
        if plain.kind == Delivery.resource_name:
            plain.parties, plain.receivers = find_parties(plain, known)
        plain.outcome_status = known.get_outcome_status(plain)
        plain.question = known.questions.get(plain.more.get("issue", ""), "")
    for kind, untitled in found:
        for plain in untitled if kind.subject else ():
            plain.title = plain.summary
    return plains


def get_code_vocabulary(kind: EventSpec) -> Any:
    """The vocabulary of a kind's code."""
    return getattr(kind.model, kind.code.title())


def fetch_names(model: Any, slugs: Collection[str], rows: Rows) -> dict[str, str]:
    """The names of those of these parties that the reader sees."""
    found = rows(model).filter(slug__in=slugs).order_by("slug").values_list("slug", "name")
    return dict(found)


def get_name(slug: str, known: dict[str, str]) -> str:
    """A name, or the slug where the reader does not see the record."""
    return known.get(slug, slug)


def _read(kind: EventSpec, negotiation: Negotiation, rows: Rows) -> list[EventRow]:
    found = kind.of(negotiation, rows)
    fields = (*kind.parties, *kind.receivers)
    single = {n for n in fields if not kind.model._meta.get_field(n).many_to_many}
    columns = ["slug", "open_question", "version", "updated_at", *kind.more]
    columns += [name for name in (kind.title, kind.code) if name]
    columns += [f"{name}__slug" for name in (*single, kind.subject) if name]
    columns += [column for name in kind.dates for column in list_date_columns(name)]
    linked = {name: fetch_linked_slugs(found, name) for name in fields if name not in single}
    plains = []
    for row in found.values(*dict.fromkeys(columns)):

        def others(names: tuple[str, ...], row: dict[str, Any] = row) -> list[str]:
            own = {row[f"{name}__slug"] for name in names if name in single} - {None}
            many = (linked[name].get(row["slug"], ()) for name in names if name not in single)
            return sorted(own.union(*many))

        plains.append(
            EventRow(
                kind=kind.name,
                slug=row["slug"],
                title=row[kind.title] if kind.title else "",
                code=row[kind.code] if kind.code else "",
                open_question=row["open_question"],
                version=row["version"],
                updated_at=row["updated_at"],
                dates=[build_event_date(row, name) for name in kind.dates],
                parties=others(kind.parties),
                receivers=others(kind.receivers),
                subject=row[f"{kind.subject}__slug"] if kind.subject else "",
                more={name.removesuffix("__slug"): row[name] for name in kind.more},
            )
        )
    return plains


def list_date_columns(name: str) -> list[str]:
    """The columns of an uncertain date that tell of it."""
    return [name, *(f"{name}_{part}" for part in ("words", "certainty", "earliest", "latest"))]


def build_event_date(row: dict[str, Any], name: str) -> EventDate:
    """An uncertain date out of these columns."""
    text, words, certainty, earliest, latest = (row[column] for column in list_date_columns(name))
    return EventDate(name, text, words, certainty, DateSpan(earliest, latest))


def fetch_linked_slugs(found: QuerySet[Any], *relations: str) -> dict[str, list[str]]:
    """For each record's slug the slugs at the other end of relations to several parties."""
    linked: dict[str, list[str]] = {}
    for name in relations:
        pairs = found.filter(**{f"{name}__isnull": False}).order_by("slug", f"{name}__slug")
        for slug, party in pairs.values_list("slug", f"{name}__slug"):
            linked.setdefault(slug, []).append(party)
    return linked
