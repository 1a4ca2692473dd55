"""A record as a sentence: what readers are told and reviewers approve, in words."""

from collections.abc import Callable
from typing import Any

from django.utils.text import capfirst

from negotiations.models import (
    Citation,
    Commitment,
    Delegation,
    Delivery,
    Dismissal,
    Incident,
    Issue,
    Negotiation,
    Outcome,
    Participation,
    Party,
    Person,
    Position,
    Post,
    Proposal,
    Record,
    Response,
    Round,
    Source,
    Statement,
    Term,
)

from .dating import dated
from .phrases import (
    RELATIONS,
    VOICES,
    amount,
    answer_to,
    coded,
    language,
    listed,
    part,
    quoted,
    speech,
    where,
)

ANSWERS = {
    "accepts": "accepts",
    "accepts_in_part": "accepts a part of",
    "rejects": "rejects",
    "counters": "answers with a proposal of its own to",
    "defers": "puts off its answer to",
    "considers": "considers",
    "evades": "evades",
    "other": "answers (see the note)",
}


def sentence(record: Record) -> str:
    """What the record says, in one sentence without its full stop."""
    return capfirst(SENTENCES[type(record)](record)).rstrip(".")


# Each kind


def party(record: Any) -> str:
    kind, country = coded(record, "kind"), part(record.country, " (", ")")
    coalitions = listed(record.member_of.all(), "")
    others = part(", ".join(record.aliases), "; also called ")
    return f"{record.name}: {kind}{country}{part(coalitions, ', member of ')}{others}"


def person(record: Any) -> str:
    return f"{record.name}{part(', '.join(record.aliases), '; also called ')}"


def post(record: Any) -> str:
    return f"{record.person} was {record.title} for {record.party}{dated(record)}"


def negotiation(record: Any) -> str:
    kind, status = coded(record, "kind"), coded(record, "status")
    return f"{record.title}: a negotiation on {kind}, {status}{dated(record)}"


def participation(record: Any) -> str:
    return f"{record.party}: {coded(record, 'role')} in {record.negotiation}"


def round_(record: Any) -> str:
    how = ", ".join(filter(None, (coded(record, "format"), coded(record, "level"))))
    status, result = coded(record, "status"), part(coded(record, "result"), "; result: ")
    place = where(record.place)
    number = part(record.number, " (round ", ")")
    return f"{record.title}{number}: {status}{place}{dated(record)}{part(how, ', ')}{result}"


def delegation(record: Any) -> str:
    role, head = coded(record, "role"), part(record.head, ", led by ")
    members = part(listed(record.members.all(), ""), ", with ")
    return f"{record.party} sent a delegation to {record.round} as {role}{head}{members}"


def issue(record: Any) -> str:
    wider = part(record.part_of, ", a part of ")
    if not record.question:
        return f"{record.title}{wider}: a topic that groups others"
    return f"{record.title}{wider}: {quoted(record.question)}"


def statement(record: Any) -> str:
    who = f"{record.speaker} for {record.party}" if record.speaker else str(record.party)
    medium = part(coded(record, "medium"), ", ")
    return f"{who} said{where(record.place)}{dated(record)}{medium}: {record.summary}"


def position(record: Any) -> str:
    implied = ", as is implied" if record.basis == Position.Basis.IMPLIED else ""
    firm = record.firmness != Position.Firmness.UNSPECIFIED
    firmness = part(coded(record, "firmness"), ", as a " if record.firmness != "flexible" else ", ")
    holds = f"{record.party} {answer_to(record.issue, record.stance)}"
    return f"{holds}{firmness if firm else ''}{implied}{speech(record)}"


def proposal(record: Any) -> str:
    makers = listed(record.proposed_by.all())
    addressees = part(listed(record.addressed_to.all(), ""), " to ")
    again = " again" if record.restated else ""
    proposed = f"{makers} proposed{again}{addressees}: {record.title}{speech(record)}"
    deadline = part(dated(record, "deadline"), "; to be answered or met")
    return f"{proposed}{deadline}; {coded(record, 'status')}"


def term(record: Any) -> str:
    number = part(record.number)
    owers = listed(record.obligor.all(), "")
    owed = f" ({owers}{part(listed(record.obligee.all(), ''), ' to ')})" if owers else ""
    text = record.text.rstrip(".")
    return f"item{number} of {quoted(str(record.proposal))}: {text}{owed}"


def response(record: Any) -> str:
    what = quoted(str(record.term or record.proposal))
    return f"{record.party} {ANSWERS[record.answer]} {what}{speech(record)}"


def outcome(record: Any) -> str:
    who = part(listed(record.agreed_by.all(), ""), " by ")
    form = part(coded(record, "form"), " (", ")")
    kind, status = coded(record, "kind"), coded(record, "status")
    return f"{record.title}: {kind}, {status}{who}{dated(record)}{form}"


def commitment(record: Any) -> str:
    owers, owed = list(record.obligor.all()), list(record.obligee.all())
    owes = f"{listed(owers)} owe{'' if len(owers) > 1 else 's'}"
    owes += " one another" if len(owers) > 1 and owers == owed else part(listed(owed, ""))
    many = amount(record, "quantity", coded(record, "unit"))
    how_many = part(", ".join(filter(None, (many, record.category))), " (", ")")
    due = part(dated(record, "due"), ", due")
    version = part(record.according_to, ", according to ")
    return f"{owes}: {record.text.rstrip('.')}{how_many}{due}{version}"


def delivery(record: Any) -> str:
    owed = record.commitment
    # Of several that owe, or are owed, the record does not say which it was.
    giver = record.delivered_by or listed(owed.obligor.all(), word="or")
    taker = record.received_by or listed(owed.obligee.all(), "", word="or")
    many = amount(record, "quantity", coded(owed, "unit")) or "an unknown number"
    place, by = where(record.place), part(record.facilitator, ", through ")
    handed = f"{giver} handed over {many}{part(taker, ' to ')}{place}{dated(record)}{by}"
    return f"{handed}, {coded(record, 'verification')}; under {quoted(str(owed).rstrip('.'))}"


def incident(record: Any) -> str:
    by, means = part(listed(record.by.all(), ""), " by "), part(coded(record, "means"), " with ")
    place = where(record.place)
    hurt = part(amount(record, "killed"), "; killed: ") + part(
        amount(record, "injured"), "; injured: "
    )
    effect = part(record.effect, "; ")
    kind = coded(record, "kind")
    return f"{record.title}: {kind}{by}{means}{place}{dated(record)}{hurt}{effect}"


def source(record: Any) -> str:
    title = quoted(record.title) if record.title else "a text without a title"
    by = part(", ".join(filter(None, (record.author, record.publisher))), " by ")
    kind, published = coded(record, "kind"), part(dated(record, "published"), ", published")
    size = f"{len(record.text):,} characters in {language(record.language)}"
    return f"{title}: {kind}{by}{published}; {size}"


def citation(record: Any) -> str:
    what = f"{record.record._meta.verbose_name} “{record.record}”"
    relation = RELATIONS[record.relation]
    return f"{quoted(record.quote)} {relation} the {what}, {VOICES[record.voice]}"


def dismissal(record: Any) -> str:
    return f"{quoted(record.quote)} holds nothing to record: {coded(record, 'reason')}"


SENTENCES: dict[type[Record], Callable[[Any], str]] = {
    Source: source,
    Party: party,
    Person: person,
    Post: post,
    Negotiation: negotiation,
    Participation: participation,
    Round: round_,
    Delegation: delegation,
    Issue: issue,
    Statement: statement,
    Proposal: proposal,
    Term: term,
    Response: response,
    Position: position,
    Outcome: outcome,
    Commitment: commitment,
    Delivery: delivery,
    Incident: incident,
    Citation: citation,
    Dismissal: dismissal,
}
