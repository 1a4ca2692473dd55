"""The questions about a negotiation and about a source, each with its picture's data."""

from collections.abc import Iterable
from typing import Any

from negotiations.analysis import attention as attentions
from negotiations.analysis import coverage, movement
from negotiations.analysis.attention_items import REASONS, AttentionItem
from negotiations.analysis.date_spans import DateSpan, widen
from negotiations.analysis.fulfilment import Fulfilment, Promise, build_fulfilment
from negotiations.analysis.matrix import Matrix, MatrixCell, build_matrix
from negotiations.dates.rfc3339 import parse_day
from negotiations.models import Negotiation, Round, Source
from negotiations.models.nearest_slugs import suggest_slugs
from negotiations.rest.http.query_params import QueryParams, is_readable
from negotiations.rest.read.reports import (
    ON_PARAMETER,
    ReportParameter,
    ReportView,
    document_report,
    parse_report_choices,
)
from negotiations.rest.schemas.values import READABLE_TEXT, build_unique_list_schema

LARGEST_LIMIT, DEFAULT_LIMIT = 500, 100


@document_report(Matrix)
class MatrixView(ReportView):
    """What each party holds on each issue: stance, firmness, stated or implied, and since when.

    A cell holds the latest position not later than `on`. Where dates overlap, so that no order is
    proved, it holds several. A cell in which nothing was found is no stance in the middle.
    """

    model, name, row = Negotiation, "matrix", MatrixCell
    parameters = (ON_PARAMETER,)

    def answer(self, record: Any, **asked: Any) -> Matrix:
        return build_matrix(record, self.reader.rows, **asked)

    def table(self, record: Any, **asked: Any) -> Iterable[Any]:
        return self.answer(record, **asked).cells


@document_report(movement.Movement)
class MovementView(ReportView):
    """Who moved on which issue between two days or rounds: changed, unchanged, nothing heard.

    Changed, unchanged with a later position as evidence, first recorded, and no evidence are told
    apart; where the dates allow several of them, all are named. Beside it stands the gap between
    each two sides on each issue, in steps from yes to no, before and after. A step is an order and
    no measure: gaps are compared, never averaged. The table has the moves.
    """

    model, name, row = Negotiation, "movement", movement.Move
    parameters = (
        ReportParameter(
            "from", READABLE_TEXT, "A day, or the slug of a round: where it starts.", required=True
        ),
        ReportParameter("to", READABLE_TEXT, "A day, or the slug of a round; without it, today."),
    )

    def asked(self, record: Any, query: QueryParams) -> dict[str, Any]:
        if "from" not in query:
            query.fault("from", "required", "Name a day or a round.")
        start, end = (self.point(record, query, name) for name in ("from", "to"))
        first, last = start.latest, end.earliest
        # Between a day and itself nothing can be compared.
        if "from" in query and first and last and first >= last:
            query.fault("to", "before_from", "This does not lie after `from`.")
        return {"start": start, "end": end}

    def point(self, record: Any, query: QueryParams, name: str) -> movement.MovementPoint:
        """The day or the round that a parameter names; today if it names none."""
        text = query.get(name, "")
        day = parse_day(text) if text else self.day(query)
        if day is not None:
            return movement.MovementPoint(None, day, day)
        rows = self.reader.rows(Round).filter(negotiation=record.pk)
        found = rows.filter(slug=text).first() if is_readable(text) else None
        if found is None:
            meant = suggest_slugs(Round, text, self.request.user)
            detail = "Write a day, 2025-07-19, or the slug of a round of this negotiation."
            query.fault(name, "unknown_reference", detail, meant)
            return movement.MovementPoint(None, None, None)
        if found.date_earliest is None or found.date_latest is None:
            query.fault(name, "undated", "The date of this round is open.")
        when = widen(found.date, DateSpan(found.date_earliest, found.date_latest))
        return movement.MovementPoint(found.slug, when.earliest, when.latest)

    def answer(self, record: Any, **asked: Any) -> movement.Movement:
        return movement.build_movement(record, self.reader.rows, **asked)

    def table(self, record: Any, **asked: Any) -> Iterable[Any]:
        return self.answer(record, **asked).moves


@document_report(Fulfilment)
class FulfilmentView(ReportView):
    """What was promised and what of it was delivered: reported, confirmed, and the share of it.

    Every quantity has a least and a most. Each side's version of the terms has its own share. What
    is a part of something that is counted already is never counted twice.
    """

    model, name, row = Negotiation, "fulfilment", Promise
    parameters = (ON_PARAMETER,)

    def answer(self, record: Any, **asked: Any) -> Fulfilment:
        return build_fulfilment(record, self.reader.rows, **asked)

    def table(self, record: Any, **asked: Any) -> Iterable[Any]:
        return self.answer(record, **asked).commitments


@document_report(attentions.Attention)
class AttentionView(ReportView):
    """What somebody should look at: dates that passed, offers unanswered, and thin evidence.

    * `deadline_passed`, `round_date_passed`: the last day lies before `on` without a coded result.
    * `commitment_overdue`: certainly due before `on`, and less than promised, or nothing, recorded.
    * `proposal_unanswered`: an addressee gave no answer by `on`.
    * `one_source`, `one_side`: a record rests on one source, or on sources of one side alone, which
      their publisher shows.
    * `open_question`, `sentence_uncoded`, `quotation_broken`: left open, left unread, or wrong.
    * `source_incomplete`, `proposal_incomplete`: there is more than what is at hand.

    The table has all items, whatever `limit` says.
    """

    model, name, row = Negotiation, "attention", AttentionItem
    parameters = (
        ON_PARAMETER,
        ReportParameter(
            "reason",
            build_unique_list_schema({"type": "string", "enum": [*REASONS]}),
            "Only these reasons.",
        ),
        ReportParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
            "How many items to show of each reason at most.",
        ),
    )

    def asked(self, record: Any, query: QueryParams) -> dict[str, Any]:
        return {
            "on": self.day(query),
            "reasons": parse_report_choices(query, "reason", REASONS),
            "most": query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT),
        }

    def answer(self, record: Any, **asked: Any) -> attentions.Attention:
        return attentions.build_attention(record, self.reader.rows, **asked)

    def table(self, record: Any, **asked: Any) -> Iterable[Any]:
        return self.answer(record, **{**asked, "most": None}).items


@document_report(coverage.Coverage)
class CoverageView(ReportView):
    """How far the sources of the negotiation were read, sentence by sentence.

    A sentence counts as read if something of it is cited or dismissed, also for another
    negotiation.
    """

    model, name, row = Negotiation, "coverage", coverage.SourceFigures

    def answer(self, record: Any, **asked: Any) -> coverage.Coverage:
        return coverage.build_coverage(record, self.reader.rows)

    def table(self, record: Any, **asked: Any) -> Iterable[Any]:
        return self.answer(record).sources


@document_report(coverage.SourceCoverage)
class SourceCoverageView(ReportView):
    """How far the source was read, and the sentences of which nothing is cited or dismissed.

    The table has these sentences.
    """

    model, name, row = Source, "coverage", coverage.UntouchedSentence

    def answer(self, record: Any, **asked: Any) -> coverage.SourceCoverage:
        return coverage.build_source_coverage(record, self.reader.rows)

    def table(self, record: Any, **asked: Any) -> Iterable[Any]:
        return self.answer(record).untouched
