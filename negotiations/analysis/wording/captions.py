"""Summaries of a negotiation's records as plain values, without a query for each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from negotiations.models import Delegation, Issue, Negotiation, Outcome, Party, Term
from negotiations.models.amounts import format_amount

from . import summaries

if TYPE_CHECKING:
    from negotiations.analysis.event_rows import EventRow, Rows


@dataclass(frozen=True)
class Referents:
    """What the records refer to, as far as the reader sees it."""

    parties: dict[str, str]
    # The parties with a delegation, by round and role.
    delegates: dict[str, dict[str, list[str]]]
    # What items of proposals say.
    terms: dict[str, str]
    questions: dict[str, str]
    # How outcomes stand.
    outcomes: dict[str, str]
    records: dict[tuple[str, str], EventRow]

    def name(self, slug: str | None) -> str:
        """Return the name of a party, or its slug where the reader does not see it."""
        return self.parties.get(slug, slug) if slug else ""

    def names(self, slugs: Iterable[str]) -> list[str]:
        """Return the names of parties."""
        return [self.name(slug) for slug in slugs]

    def titled(self, collection: str, slug: str) -> str:
        """Return the title of a record, or its slug where the reader does not see it."""
        found = self.records.get((collection, slug))
        return found.title if found else slug

    def get_outcome_status(self, plain: EventRow) -> str:
        """Return how the outcome of a commitment stands; empty without one."""
        return self.outcomes.get(plain.more.get("outcome") or "", "")


def fetch_referents(
    negotiation: Negotiation, plains: Collection[EventRow], rows: Rows
) -> Referents:
    """Read the names that summaries need: one query for each kind of record that is named."""
    delegates: dict[str, dict[str, list[str]]] = {}
    sent: set[str] = set()
    if any(plain.kind == "rounds" for plain in plains):
        found = rows(Delegation).filter(round__negotiation=negotiation.pk).order_by("party__slug")
        for round_, role, party in found.values_list("round__slug", "role", "party__slug"):
            delegates.setdefault(round_, {}).setdefault(role, []).append(party)
            sent.add(party)
    terms = {p.more["term"] for p in plains if p.kind == "responses" and p.more["term"]}
    issues = {p.more["issue"] for p in plains if p.kind == "positions"}
    outcomes = {p.more["outcome"] for p in plains if p.more.get("outcome")}
    parties = {
        slug
        for plain in plains
        for slug in (*plain.parties, *plain.receivers, plain.more.get("according_to"))
        if slug
    } | sent
    return Referents(
        parties=_read_texts(rows, Party, "name", parties),
        delegates=delegates,
        terms=_read_texts(rows, Term, "text", terms),
        questions=_read_texts(rows, Issue, "question", issues),
        outcomes=_read_texts(rows, Outcome, "status", outcomes),
        records={(plain.kind, plain.slug): plain for plain in plains},
    )


def _read_texts(rows: Rows, model: Any, field: str, slugs: Collection[str]) -> dict[str, str]:
    if not slugs:
        return {}
    found = rows(model).filter(slug__in=slugs).order_by("slug")
    return dict(found.values_list("slug", field))


def summarize(plain: EventRow, known: Referents) -> str:
    """Say who and what in one line."""
    return SUMMARIES[plain.kind](plain, known)


def _negotiation(plain: EventRow, known: Referents) -> str:
    return summaries.summarize_negotiation(plain.title, plain.code)


def _participation(plain: EventRow, known: Referents) -> str:
    return f"{known.name(plain.subject)} ({summaries.format_code(plain.code)})"


def _delegation(plain: EventRow, known: Referents) -> str:
    slug = plain.more["round"]
    round_ = known.records.get(("rounds", slug))
    title, status = (round_.title, round_.code) if round_ else (slug, "")
    return summaries.summarize_delegation(known.name(plain.subject), title, status, plain.code)


def _round(plain: EventRow, known: Referents) -> str:
    sent = known.delegates.get(plain.slug, {})
    delegations = {role: known.names(slugs) for role, slugs in sent.items()}
    return summaries.summarize_round(plain.title, plain.code, delegations)


def _statement(plain: EventRow, known: Referents) -> str:
    (party,) = known.names(plain.parties)
    return summaries.summarize_statement(party, plain.title, plain.code)


def _position(plain: EventRow, known: Referents) -> str:
    (party,) = known.names(plain.parties)
    how = plain.more["firmness"], plain.more["basis"]
    return summaries.summarize_position(party, plain.title, *how)


def _proposal(plain: EventRow, known: Referents) -> str:
    makers, addressees = known.names(plain.parties), known.names(plain.receivers)
    return summaries.summarize_proposal(makers, addressees, plain.title, plain.code)


def _term(plain: EventRow, known: Referents) -> str:
    obligors, obligees = known.names(plain.parties), known.names(plain.receivers)
    return summaries.summarize_term(obligors, obligees, plain.title)


def _response(plain: EventRow, known: Referents) -> str:
    (party,) = known.names(plain.parties)
    proposal, term = known.titled("proposals", plain.subject), plain.more["term"]
    item = known.terms.get(term, "") if term else None
    return summaries.summarize_response(party, plain.code, proposal, item)


def _outcome(plain: EventRow, known: Referents) -> str:
    return summaries.summarize_outcome(plain.title, plain.code, known.names(plain.parties))


def _commitment(plain: EventRow, known: Referents) -> str:
    obligors, obligees = known.names(plain.parties), known.names(plain.receivers)
    version = known.name(plain.more["according_to"])
    status = known.get_outcome_status(plain)
    return summaries.summarize_commitment(obligors, obligees, plain.title, version, status)


def _delivery(plain: EventRow, known: Referents) -> str:
    owed = known.records.get(("commitments", plain.subject))
    given, taken = (known.names(slugs) for slugs in (plain.parties, plain.receivers))
    direction = summaries.find_direction(
        *("".join(given), "".join(taken)),
        known.names(owed.parties) if owed else [],
        known.names(owed.receivers) if owed else [],
    )
    unit, category = (owed.more["unit"], owed.more["category"]) if owed else ("", "")
    amount = format_amount(plain.more["quantity_min"], plain.more["quantity_max"], unit)
    commitment = known.titled("commitments", plain.subject)
    return summaries.summarize_delivery(direction, amount, category, plain.code, commitment)


def find_parties(plain: EventRow, known: Referents) -> tuple[list[str], list[str]]:
    """Return by whom and to whom a delivery was; nobody where it can have been several."""
    owed = known.records.get(("commitments", plain.subject))
    sides = summaries.find_possible_sides(
        *("".join(plain.parties), "".join(plain.receivers)),
        *((owed.parties, owed.receivers) if owed else ([], [])),
    )
    givers, takers = (slugs if len(slugs) == 1 else [] for slugs in sides)
    return givers, takers


def _incident(plain: EventRow, known: Referents) -> str:
    return summaries.summarize_incident(plain.title, plain.code, known.names(plain.parties))


SUMMARIES: dict[str, Callable[[EventRow, Referents], str]] = {
    "negotiations": _negotiation,
    "participations": _participation,
    "rounds": _round,
    "delegations": _delegation,
    "statements": _statement,
    "positions": _position,
    "proposals": _proposal,
    "terms": _term,
    "responses": _response,
    "outcomes": _outcome,
    "commitments": _commitment,
    "deliveries": _delivery,
    "incidents": _incident,
}
