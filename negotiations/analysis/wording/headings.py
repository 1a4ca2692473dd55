"""A record in one line, who and what, for headings and names."""

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch, QuerySet

from negotiations.analysis.date_words import format_edtf
from negotiations.models import (
    Citation,
    Commitment,
    Delegation,
    Delivery,
    Incident,
    Negotiation,
    Outcome,
    Party,
    Position,
    Post,
    Proposal,
    Record,
    Response,
    Round,
    Statement,
    Term,
)

from . import summaries
from .phrases import join_names


def list_names(records: Any) -> list[str]:
    """Return the names at the other end of a relation."""
    return [str(record) for record in records.all()]


def summarize_negotiation(record: Any) -> str:
    return summaries.summarize_negotiation(record.title, record.status)


def summarize_round(record: Any) -> str:
    return summaries.summarize_round(record.title, record.status)


def summarize_delegation(record: Any) -> str:
    about = record.round.title, record.round.status, record.role
    return summaries.summarize_delegation(str(record.party), *about)


def summarize_statement(record: Any) -> str:
    return summaries.summarize_statement(str(record.party), record.summary, record.medium)


def summarize_position(record: Any) -> str:
    how = record.firmness, record.basis
    return summaries.summarize_position(str(record.party), record.claim, *how)


def summarize_proposal(record: Any) -> str:
    parties = list_names(record.proposed_by), list_names(record.addressed_to)
    return summaries.summarize_proposal(*parties, record.title, record.status)


def summarize_term(record: Any) -> str:
    parties = list_names(record.obligor), list_names(record.obligee)
    return summaries.summarize_term(*parties, record.text)


def summarize_response(record: Any) -> str:
    item = record.term.text if record.term else None
    party, proposal = str(record.party), record.proposal.title
    return summaries.summarize_response(party, record.answer, proposal, item)


def summarize_outcome(record: Any) -> str:
    agreed_by = list_names(record.agreed_by)
    return summaries.summarize_outcome(record.title, record.status, agreed_by)


def summarize_commitment(record: Any) -> str:
    parties = list_names(record.obligor), list_names(record.obligee)
    version = str(record.according_to or "")
    status = record.outcome.status if record.outcome else ""
    return summaries.summarize_commitment(*parties, record.text, version, status)


def summarize_delivery(record: Any) -> str:
    owed = record.commitment
    direction = summaries.find_direction(
        str(record.delivered_by or ""),
        str(record.received_by or ""),
        list_names(owed.obligor),
        list_names(owed.obligee),
    )
    return summaries.summarize_delivery(
        direction, record.amount, owed.category, record.verification, owed.text
    )


def summarize_incident(record: Any) -> str:
    return summaries.summarize_incident(record.title, record.kind, list_names(record.by))


def name_post(record: Any) -> str:
    day = format_edtf(record.date) or format_publication(record) or "day not known"
    return f"{record.person}: {record.title} ({record.party}), {day}"


def format_publication(record: Any) -> str:
    """Say when the texts were published that call a person so, which is all that is known."""
    texts = [
        words.source
        for words in record.citations.all()
        if words.relation == Citation.Relation.SUPPORTS
        and words.review in {record.review, Record.Review.PUBLISHED}
    ]
    days = {format_edtf(text.published): text.published for text in texts if text.published}
    said = join_names(sorted(days, key=lambda day: days[day]))
    return f"in a text published {said}" if said else ""


def name_record(record: Record) -> str:
    """Name a record wherever people read of it: by who and what, where its kind has such a line."""
    summarize = NAMES.get(type(record))
    return summarize(record) if summarize else str(record)


SUMMARIES: dict[type[Record], Callable[[Any], str]] = {
    Negotiation: summarize_negotiation,
    Round: summarize_round,
    Delegation: summarize_delegation,
    Statement: summarize_statement,
    Position: summarize_position,
    Proposal: summarize_proposal,
    Term: summarize_term,
    Response: summarize_response,
    Outcome: summarize_outcome,
    Commitment: summarize_commitment,
    Delivery: summarize_delivery,
    Incident: summarize_incident,
}
# Of a post the page has more to say.
NAMES: dict[type[Record], Callable[[Any], str]] = {**SUMMARIES, Post: name_post}
# What names need: the relations to one record, and those to several parties.
RELATIONS: dict[type[Record], tuple[tuple[str, ...], tuple[str, ...]]] = {
    Round: ((), ()),
    Delegation: ((), ()),
    Statement: (("party",), ()),
    Proposal: ((), ("proposed_by", "addressed_to")),
    Term: ((), ("obligor", "obligee")),
    Response: ((), ()),
    Position: (("party",), ()),
    Post: ((), ()),
    Outcome: ((), ("agreed_by",)),
    Commitment: (("according_to", "outcome"), ("obligor", "obligee")),
    Delivery: (("delivered_by",), ("commitment__obligor", "commitment__obligee")),
    Incident: ((), ("by",)),
}


def select_relations(
    found: QuerySet[Any], model: type[Record], read: Callable[[type[Record]], QuerySet[Any]]
) -> QuerySet[Any]:
    """Read the records with all that names them; ``read`` gives those that the reader may see."""
    single, several = RELATIONS.get(model, ((), ()))
    after = (*model.named_after, *single)
    found = found.prefetch_related(*(Prefetch(name, read(Party)) for name in several))
    if model is Post:
        quoted = read(Citation).select_related("source").defer("source__text")
        found = found.prefetch_related(Prefetch("citations", quoted))
    # Without names ``select_related`` would follow every relation.
    return found.select_related(*after) if after else found
