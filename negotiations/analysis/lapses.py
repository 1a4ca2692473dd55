"""Deadlines, dates and offers of which nothing is recorded that came of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from negotiations.models import Negotiation, Proposal, Response, Round

from .attention_items import AttentionItem
from .date_proofs import possibly_by
from .date_spans import Span, on_day, widen
from .event_rows import Rows, dated, dated_columns, several
from .fulfilment import fulfilment
from .quantities import Bounds

# What says of itself that nothing came of it yet.
UNDECIDED = (Proposal.Status.OPEN, Proposal.Status.UNKNOWN)
NOT_HELD = (Round.Status.PROPOSED, Round.Status.AGREED, Round.Status.UNKNOWN)
Answer = Response.Answer
DECISIVE = {Answer.ACCEPTS, Answer.ACCEPTS_IN_PART, Answer.REJECTS, Answer.COUNTERS}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a proposal."""

    party: str
    answer: str
    is_to_all: bool


def lapsed(negotiation: Negotiation, rows: Rows, on: date) -> Iterator[AttentionItem]:
    """What passed by a day without a coded result, and what waits for an answer on it."""
    day = on_day(on)
    yield from _rounds(negotiation, rows, on)
    for owed in fulfilment(negotiation, rows, on).commitments:
        if owed.overdue in {"yes", "nothing_recorded"}:
            due = widen(owed.due, Span(owed.due_earliest, owed.due_latest))
            about = ("commitments", owed.slug, owed.text)
            yield AttentionItem(
                "commitment_overdue", *about, date=owed.due, days=days_since(due, on)
            )
    replies = _replies(negotiation, rows, day)
    offers = undecided(rows, on).filter(negotiation=negotiation.pk)
    addressees = several(offers, "addressed_to")
    columns = ("slug", "title", *dated_columns("date"), *dated_columns("deadline"))
    for row in offers.values(*columns):
        slug, given = row["slug"], replies.get(row["slug"], [])
        about = ("proposals", slug, row["title"])
        deadline = dated(row, "deadline")
        if deadline.proved.before(day) and not any(_decides(reply) for reply in given):
            days = days_since(deadline.proved, on)
            yield AttentionItem("deadline_passed", *about, date=deadline.text, days=days)
        waiting = set(addressees.get(slug, ())) - {reply.party for reply in given}
        is_waiting = waiting or (slug not in addressees and not given)
        made = dated(row, "date").proved
        if made.possibly_by(day) and is_waiting:
            parties, days = tuple(sorted(waiting)), days_since(made, on)
            yield AttentionItem("proposal_unanswered", *about, parties=parties, days=days)


def undecided(rows: Rows, on: date) -> QuerySet[Any]:
    """Proposals without a result on a day: open now, or decided by answers that all came later.

    A status has no date of its own; where no answer dates it, it holds on every day.
    """
    answers = rows(Response).filter(proposal=OuterRef("pk"), term=None, answer__in=DECISIVE)
    was_open = Exists(answers) & ~Exists(answers.filter(possibly_by("date", on)))
    return rows(Proposal).filter(Q(status__in=UNDECIDED) | was_open)


def days_since(span: Span, on: date) -> Bounds:
    """How many days lie between something and a day; an end that is open bounds nothing."""
    least, most = (
        None if day is None else max((on - day).days, 0) for day in (span.latest, span.earliest)
    )
    return Bounds(least, most)


def incomplete(negotiation: Negotiation, rows: Rows) -> Iterator[AttentionItem]:
    """Proposals of which a source gives only some of the terms."""
    found = rows(Proposal).filter(negotiation=negotiation.pk, complete=False)
    for slug, title, text in found.values_list("slug", "title", "open_question"):
        yield AttentionItem("proposal_incomplete", "proposals", slug, title, text)


def _rounds(negotiation: Negotiation, rows: Rows, on: date) -> Iterator[AttentionItem]:
    expected = rows(Round).filter(negotiation=negotiation.pk, status__in=NOT_HELD)
    for row in expected.values("slug", "title", *dated_columns("date")):
        when = dated(row, "date")
        if when.proved.before(on_day(on)):
            about = ("rounds", row["slug"], row["title"])
            yield AttentionItem(
                "round_date_passed", *about, date=when.text, days=days_since(when.proved, on)
            )


def _replies(negotiation: Negotiation, rows: Rows, day: Span) -> dict[str, list[Reply]]:
    """For each proposal the answers that can have been given by a day."""
    given = rows(Response).filter(proposal__negotiation=negotiation.pk)
    columns = ("proposal__slug", "party__slug", "answer", "term", *dated_columns("date"))
    found: dict[str, list[Reply]] = defaultdict(list)
    for row in given.values(*columns):
        if dated(row, "date").proved.possibly_by(day):
            reply = Reply(row["party__slug"], row["answer"], row["term"] is None)
            found[row["proposal__slug"]].append(reply)
    return dict(found)


def _decides(reply: Reply) -> bool:
    return reply.is_to_all and reply.answer in DECISIVE
