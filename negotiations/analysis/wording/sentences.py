"""A record in words, for readers and reviewers: in one line, and with all that it says.

The first line is worded by ``summaries``, as it is everywhere else; what is known besides follows,
each fact by itself, so that none is taken for a part of another.
"""

from collections.abc import Callable
from typing import Any

from django.utils.text import capfirst

from negotiations.analysis.date_words import format_record_date
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
from negotiations.models.amounts import format_amount

from . import summaries
from .headings import (
    SUMMARIES,
    format_publication,
    list_names,
    name_record,
    summarize_commitment,
    summarize_delegation,
    summarize_delivery,
    summarize_incident,
    summarize_outcome,
    summarize_position,
    summarize_proposal,
    summarize_response,
    summarize_statement,
)
from .phrases import (
    RELATIONS,
    VOICES,
    enclose,
    end_sentence,
    format_language,
    get_label,
    join_facts,
    join_names,
    label,
    quote,
    shorten,
)


def format_sentence(record: Record) -> str:
    """Say what the record says, without the last full stop."""
    return capfirst(SENTENCES[type(record)](record)).removesuffix(".")


def summarize_record(record: Record) -> str:
    """Say who and what in one line; for a kind without such a line, the sentence."""
    summarize = SUMMARIES.get(type(record))
    return summarize(record) if summarize else format_sentence(record)


# Pieces


def _when(record: Any, name: str = "date") -> str:
    return format_record_date(record, name).strip()


def _evidence(record: Any) -> str:
    """Say in what voice the source gives the words that support it."""
    # What is public rests on public words alone.
    hidden = {Record.Review.WITHDRAWN}
    if record.review == Record.Review.PUBLISHED:
        hidden = set(Record.Review) - {Record.Review.PUBLISHED}
    voices = {
        VOICES[words.voice]
        for words in record.citations.all()
        if words.relation == Citation.Relation.SUPPORTS and words.review not in hidden
    }
    return f"from {join_names(sorted(voices))}" if voices else ""


def _speech(record: Any) -> list[str]:
    """Say who said it, who passed it on, and in what voice it is known."""
    return [
        label("said by", record.spoken_by),
        label("passed on by", getattr(record, "relayed_by", None)),
        _evidence(record),
    ]


# Each kind with all that it says


def describe_party(record: Any) -> str:
    kind = f"{get_label(record, 'kind')}{enclose(record.country)}"
    return join_facts(
        f"{record.name}: {kind}",
        label("member of", join_names(record.member_of.all())),
        label("also called", ", ".join(record.aliases)),
    )


def describe_person(record: Any) -> str:
    return join_facts(record.name, label("also called", ", ".join(record.aliases)))


def describe_post(record: Any) -> str:
    day = _when(record) or format_publication(record) or "day not known"
    return f"{record.person}: {record.title} ({record.party}), {day}"


def describe_negotiation(record: Any) -> str:
    status = join_facts(summaries.format_status(record.status), _when(record), mark=" ")
    return f"{record.title}: a negotiation on {get_label(record, 'kind')}; {status}"


def describe_participation(record: Any) -> str:
    return f"{record.party}: {get_label(record, 'role')} in {quote(record.negotiation)}"


def describe_round(record: Any) -> str:
    status = summaries.format_status(record.status)
    number = f"round {record.number}" if record.number else ""
    day = _when(record)
    # What was only planned did not happen then.
    is_held = record.status == Round.Status.HELD
    return join_facts(
        f"{record.title}{enclose(number)}: {join_facts(status, day if is_held else '', mark=' ')}",
        label("place", record.place),
        "" if is_held else label("date", day),
        label("format", get_label(record, "format")),
        label("level", get_label(record, "level")),
        label("result", get_label(record, "result")),
    )


def describe_delegation(record: Any) -> str:
    return join_facts(
        summarize_delegation(record),
        label("led by", record.head),
        label("with", join_names(record.members.all())),
    )


def describe_issue(record: Any) -> str:
    wider = label("part of", record.part_of)
    asked = quote(record.question) if record.question else "a topic that groups others"
    return join_facts(f"{record.title}: {asked}", wider)


def describe_statement(record: Any) -> str:
    return join_facts(
        end_sentence(summarize_statement(record)),
        capfirst(
            join_facts(
                _when(record), label("place", record.place), label("said by", record.speaker)
            )
        ),
        mark=" ",
    )


def describe_position(record: Any) -> str:
    asked, stance = record.issue.question, record.stance
    told = summaries.explain_position(summarize_position(record), asked, stance)
    return join_facts(told, _when(record), *_speech(record))


def describe_proposal(record: Any) -> str:
    return join_facts(
        summarize_proposal(record),
        "restated" if record.restated else "",
        label("made", _when(record)),
        label("deadline", _when(record, "deadline")),
        *_speech(record),
    )


def describe_term(record: Any) -> str:
    number = f" {record.number}" if record.number else ""
    parties = summaries.format_direction(list_names(record.obligor), list_names(record.obligee))
    return f"item{number} of {quote(record.proposal)}{enclose(parties)}: {record.text}"


def describe_response(record: Any) -> str:
    return join_facts(summarize_response(record), _when(record), *_speech(record))


def describe_outcome(record: Any) -> str:
    is_reached = record.status != Outcome.Status.NOT_REACHED
    return join_facts(
        summarize_outcome(record),
        label("kind", get_label(record, "kind")),
        label("reached" if is_reached else "date", _when(record)),
        label("form", get_label(record, "form")),
    )


def describe_commitment(record: Any) -> str:
    much = format_amount(record.quantity_min, record.quantity_max, record.unit)
    is_owed = summaries.is_agreed(record.outcome.status if record.outcome else "")
    return join_facts(
        summarize_commitment(record).rstrip("."),
        join_facts(much, record.category, mark=", "),
        label("due" if is_owed else "date", _when(record, "due")),
    )


def describe_delivery(record: Any) -> str:
    place = label("place", record.place)
    through = label("through", record.facilitator)
    return join_facts(summarize_delivery(record), place, _when(record), through)


def describe_incident(record: Any) -> str:
    return join_facts(
        summarize_incident(record),
        label("means", get_label(record, "means")),
        _when(record),
        label("place", record.place),
        label("killed", format_amount(record.killed_min, record.killed_max)),
        label("injured", format_amount(record.injured_min, record.injured_max)),
        record.effect,
    )


def describe_source(record: Any) -> str:
    title = quote(record.title) if record.title else "a text without a title"
    by = label("by", ", ".join(filter(None, (record.author, record.publisher))))
    published = label("published", _when(record, "published"))
    size = f"{len(record.text):,} characters in {format_language(record.language)}"
    return join_facts(f"{title}: {get_label(record, 'kind')}", by, published, size)


def describe_citation(record: Any) -> str:
    what = f"{record.record._meta.verbose_name} {quote(name_record(record.record))}"
    relation = RELATIONS[record.relation]
    return f"{shorten(record.quote)} {relation} the {what}; from {VOICES[record.voice]}"


def describe_dismissal(record: Any) -> str:
    return f"{shorten(record.quote)} holds nothing to record: {get_label(record, 'reason')}"


SENTENCES: dict[type[Record], Callable[[Any], str]] = {
    Source: describe_source,
    Party: describe_party,
    Person: describe_person,
    Post: describe_post,
    Negotiation: describe_negotiation,
    Participation: describe_participation,
    Round: describe_round,
    Delegation: describe_delegation,
    Issue: describe_issue,
    Statement: describe_statement,
    Proposal: describe_proposal,
    Term: describe_term,
    Response: describe_response,
    Position: describe_position,
    Outcome: describe_outcome,
    Commitment: describe_commitment,
    Delivery: describe_delivery,
    Incident: describe_incident,
    Citation: describe_citation,
    Dismissal: describe_dismissal,
}
