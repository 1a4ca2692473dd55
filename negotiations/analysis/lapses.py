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
from .date_spans import DateSpan, build_day_span, widen
from .event_rows import Rows, build_event_date, fetch_linked_slugs, list_date_columns
from .fulfilment import build_fulfilment
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


def find_lapses(negotiation: Negotiation, rows: Rows, on: date) -> Iterator[AttentionItem]:
    """What passed by a day without a coded result, and what waits for an answer on it."""
    day = build_day_span(on)
    yield from _rounds(negotiation, rows, on)
    for owed in build_fulfilment(negotiation, rows, on).commitments:
        if owed.overdue in {"yes", "nothing_recorded"}:
            due = widen(owed.due, DateSpan(owed.due_earliest, owed.due_latest))
            about = ("commitments", owed.slug, owed.text)
            yield AttentionItem(
                "commitment_overdue", *about, date=owed.due, days=count_days_since(due, on)
            )
    replies = _replies(negotiation, rows, day)
    offers = get_undecided_proposals(rows, on).filter(negotiation=negotiation.pk)
    addressees = fetch_linked_slugs(offers, "addressed_to")
    columns = ("slug", "title", *list_date_columns("date"), *list_date_columns("deadline"))
    for row in offers.values(*columns):
        slug, given = row["slug"], replies.get(row["slug"], [])
        about = ("proposals", slug, row["title"])
        deadline = build_event_date(row, "deadline")
        if deadline.proved.before(day) and not any(_decides(reply) for reply in given):
            days = count_days_since(deadline.proved, on)
            yield AttentionItem("deadline_passed", *about, date=deadline.text, days=days)
        waiting = set(addressees.get(slug, ())) - {reply.party for reply in given}
        is_waiting = waiting or (slug not in addressees and not given)
        made = build_event_date(row, "date").proved
        if made.possibly_by(day) and is_waiting:
            parties, days = tuple(sorted(waiting)), count_days_since(made, on)
            yield AttentionItem("proposal_unanswered", *about, parties=parties, days=days)


def get_undecided_proposals(rows: Rows, on: date) -> QuerySet[Any]:
    """Proposals without a result on a day: open now, or decided by answers that all came later.

    A status has no date of its own; where no answer dates it, it holds on every day.
    """
    answers = rows(Response).filter(proposal=OuterRef("pk"), term=None, answer__in=DECISIVE)
    was_open = Exists(answers) & ~Exists(answers.filter(possibly_by("date", on)))
    return rows(Proposal).filter(Q(status__in=UNDECIDED) | was_open)


def count_days_since(span: DateSpan, on: date) -> Bounds:
    """How many days lie between something and a day; an end that is open bounds nothing."""
    least, most = (
        None if day is None else max((on - day).days, 0) for day in (span.latest, span.earliest)
    )
    return Bounds(least, most)


def find_incomplete_proposals(negotiation: Negotiation, rows: Rows) -> Iterator[AttentionItem]:
    """Proposals of which a source gives only some of the terms."""
    found = rows(Proposal).filter(negotiation=negotiation.pk, complete=False)
    for slug, title, text in found.values_list("slug", "title", "open_question"):
        yield AttentionItem("proposal_incomplete", "proposals", slug, title, text)


def _rounds(negotiation: Negotiation, rows: Rows, on: date) -> Iterator[AttentionItem]:
    expected = rows(Round).filter(negotiation=negotiation.pk, status__in=NOT_HELD)
    for row in expected.values("slug", "title", *list_date_columns("date")):
        when = build_event_date(row, "date")
        if when.proved.before(build_day_span(on)):
            about = ("rounds", row["slug"], row["title"])
            yield AttentionItem(
                "round_date_passed", *about, date=when.text, days=count_days_since(when.proved, on)
            )


def _replies(negotiation: Negotiation, rows: Rows, day: DateSpan) -> dict[str, list[Reply]]:
    """For each proposal the answers that can have been given by a day."""
    given = rows(Response).filter(proposal__negotiation=negotiation.pk)
    columns = ("proposal__slug", "party__slug", "answer", "term", *list_date_columns("date"))
    found: dict[str, list[Reply]] = defaultdict(list)
    for row in given.values(*columns):
        if build_event_date(row, "date").proved.possibly_by(day):
            reply = Reply(row["party__slug"], row["answer"], row["term"] is None)
            found[row["proposal__slug"]].append(reply)
    return dict(found)


def _decides(reply: Reply) -> bool:
    return reply.is_to_all and reply.answer in DECISIVE
