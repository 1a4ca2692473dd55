"""One thing that somebody should look at, and the reasons for which things are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from .quantities import UNKNOWN, Bounds

Reason = Literal[
    "deadline_passed",
    "round_date_passed",
    "commitment_overdue",
    "proposal_unanswered",
    "one_source",
    "one_side",
    "open_question",
    "sentence_uncoded",
    "quotation_broken",
    "source_incomplete",
    "proposal_incomplete",
]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """One thing to look at."""

    reason: Annotated[Reason, "Why."]
    kind: Annotated[str, "The collection of the record."]
    slug: Annotated[str, "The record."]
    title: Annotated[str, "The record's name."]
    text: Annotated[str, "The open question, the sentence, or the broken quotation."] = ""
    date: Annotated[str, "The date that passed, in EDTF."] = ""
    parties: Annotated[tuple[str, ...], "Who has not answered, or whose sources it rests on."] = ()
    sources: Annotated[tuple[str, ...], "What it rests on, or in which source it stands."] = ()
    days: Annotated[
        Bounds,
        "How many days it has been past, or since it was made; null is not known, or not asked. A "
        "date that its text doubts counts with its margin (31 days or its own length).",
    ] = UNKNOWN
    summary: Annotated[
        str, "Who and what in one line, as people are shown it; of a source its title."
    ] = ""
    start: Annotated[int | None, "Where a sentence or quotation starts in its source."] = None
