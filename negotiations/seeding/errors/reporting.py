"""What a load tells a person: a summary of each file, the plan, edits that stand in its way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from negotiations.models import Citation
from negotiations.seeding.files.source_files import SourceText
from negotiations.seeding.load import LoadResult
from negotiations.seeding.planning import NEVER, WHOLE_RECORD, Action, FieldDisagreement, PlanStep
from negotiations.text.counts import format_count

from .diagnostics import escape_unprintable

MAX_LENGTH = 80


def format_file_summary(result: LoadResult) -> Iterator[str]:
    """One line for each file: what is new, what changed, or that nothing had to."""
    for document in result.documents:
        steps = [step for step in result.steps if step.row.document is document]
        parts = [*_counts(steps, Action.CREATE), *_counts(steps, Action.UPDATE)]
        line = (
            "; ".join(parts)
            or f"nothing to do, {format_count(len(steps), 'record')} as in the file"
        )
        yield f"{document.text.name}: {line}"


def _counts(steps: list[PlanStep], action: Action) -> Iterator[str]:
    chosen = [step for step in steps if step.action is action]
    quotations = sum(step.row.model is Citation for step in chosen)
    records = len(chosen) - quotations
    parts = []
    if records:
        parts.append(format_count(records, "record"))
    if quotations:
        parts.append(format_count(quotations, "quotation"))
    questions = sum(bool(step.row.values.get("open_question")) for step in chosen)
    if questions and action is Action.CREATE:
        parts.append(format_count(questions, "open question"))
    if parts:
        yield f"{action.value} {', '.join(parts)}"


def format_plan(result: LoadResult, prune: bool) -> Iterator[str]:
    """What a load would write, one line for each record and each changed field."""
    for step in result.work:
        yield f"{step.action.value} {step.row.address}"
        for name, (old, new) in step.changes.items():
            yield f"    {name}: {format_short(old)} → {format_short(new)}"
    if prune:
        for leftover in result.leftovers.unedited:
            yield f"- {leftover.address}"


def format_skipped_files(result: LoadResult) -> Iterator[str]:
    """Files and folders that are not loaded, each with the reason."""
    for name, reason in result.left_out:
        yield f"left out: {name} ({reason})"


def format_kept_edits(result: LoadResult) -> Iterator[str]:
    """Edits of the database that stay, with both values."""
    for each in result.kept:
        if each.field == WHOLE_RECORD:
            what = f"was {each.database} in the database"
            yield f"kept: {each.row.address} {what}; the file still has it"
        else:
            yield f"kept: {each.row.address}: {each.field}"
            yield from _values(each)


def format_conflicts(result: LoadResult) -> Iterator[str]:
    """Edits of the database that a changed file contradicts, with all values and the place."""
    for each in result.conflicts:
        yield f"conflict: {each.row.address}: {each.field}"
        yield f"    --> {each.row.place_of(each.field)}"
        yield from _values(each)
    if result.conflicts:
        yield (
            f"{format_count(len(result.conflicts), 'conflict')}. Nothing was written."
            " Choose with --take file or --take database."
        )


def format_leftovers(result: LoadResult, prune: bool) -> Iterator[str]:
    """What the files no longer have and stays."""
    for leftover in result.leftovers.records:
        if leftover.edited:
            yield f"left: {leftover.address} is no longer in its file, but was edited since"
        elif not prune:
            yield f"left: {leftover.address} is no longer in its file; --prune deletes it"


def _values(each: FieldDisagreement) -> Iterator[str]:
    if each.last is not NEVER:
        yield f"    at the last load: {format_short(each.last)}"
    yield f"    in the file:      {format_short(each.file)}"
    yield f"    in the database:  {format_short(each.database)}"


def format_short(value: Any) -> str:
    """A value on one line, cut when it is long."""
    if isinstance(value, SourceText):
        text = f"a text of {len(value.text):,} characters"
    elif isinstance(value, dict):
        text = json.dumps({k: v for k, v in value.items() if v}, ensure_ascii=False)
    else:
        text = json.dumps(value, ensure_ascii=False)
    text = escape_unprintable(text)
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"
