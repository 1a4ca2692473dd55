"""The pictures as files of their own, for ``<img>``, reports and slides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from negotiations.analysis.covering import coverage
from negotiations.models import Negotiation

from .answering import validated
from .matrix import Cell, grid
from .moment import at_its_moment, moment_of
from .movement import Sign
from .negotiation import debts_of, matrix_of, movement_of, noticed_of, source_names, timeline_of
from .published import published
from .timeline import Month, Row, drawing

# A picture cannot break lines: what is longer than its place is cut, with a sign that it is.
LABEL = 46
ROW, HEAD, FOOT = 26, 48, 40
# A commitment: its text, what it is, three figures, and room before the next.
BLOCK = 132
WIDTH = 960
# What a figure says stands before its bar.
FIGURE = 54
# An answer of the matrix in two lines; a question below it.
ANSWER, QUESTION = 36, 18
# Signs of one party and issue beside one another.
ACROSS = 2
# A column of the heading's letters.
LETTER = 12
# Its colours are its own: a page that shows it lends it none, but by day or by night.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@dataclass(frozen=True)
class Placed:
    """Something with its place from the top."""

    item: Any
    top: int
    label: str


def cut(text: str, most: int = LABEL) -> str:
    """A text of at most so many columns; wide characters take two."""
    room = most
    for number, character in enumerate(text):
        room -= 2 if east_asian_width(character) in "WF" else 1
        if room < 0:
            return f"{text[: max(number - 1, 0)].rstrip()}…"
    return text


def stacked(items: list[Any], label: Callable[[Any], str]) -> list[Placed]:
    """Rows below one another."""
    return [Placed(item, HEAD + ROW * n, cut(label(item))) for n, item in enumerate(items)]


def entry_label(entry: Month | Row) -> str:
    """What an entry is called; how it stands, or which of its dates it is, is never cut."""
    if isinstance(entry, Month):
        return entry.label
    standing = f" ({entry.standing})" if entry.standing else ""
    return cut(entry.title, LABEL - len(standing)) + standing


def timeline(request: HttpRequest, talks: Negotiation) -> dict[str, Any]:
    """Rows of entries or of months, then those without a date."""
    part = timeline_of(request, talks, moment_of(request).on)
    told = drawing(part)
    rows = stacked([*told.months, *told.rows], entry_label)
    end = HEAD + ROW * len(rows)
    beside = [f"{part.spanning_count} more in one or another"] if part.spanning_count else []
    hidden = part.count - part.undated_count - len(told.rows)
    beside += [f"{hidden} more later"] if hidden > 0 and not told.months else []
    beside += [f"{part.undated_count} more without a date"] if part.undated_count else []
    return {
        "what": "what happened",
        "told": told,
        "rows": rows,
        "end": end,
        "height": end + FOOT,
        "beside": ", ".join(beside),
    }


def signs(left: int, top: int, cell: Cell) -> list[dict[str, Any]]:
    """The signs of one cell, below one another, each with how the answer was given."""
    return [
        {
            "answer": answer,
            "left": left + 8,
            "top": top + 8 + ANSWER * number,
            "qualities": cut(", ".join(answer.qualities), 20),
        }
        for number, answer in enumerate(cell.shown)
    ]


def matrix(request: HttpRequest, talks: Negotiation) -> dict[str, Any]:
    """Lines as high as their fullest cell, then what is asked on each issue."""
    on = moment_of(request).on
    told = grid(matrix_of(talks, on))
    columns: list[dict[str, Any]] = [
        {"label": cut(issue.title, 18), "left": 200 + 130 * n, "middle": 265 + 130 * n}
        for n, issue in enumerate(told.issues)
    ]
    lines, top = [], 60
    for line in told.lines:
        cells = [
            {
                "left": column["left"],
                "more": cell.more,
                "answers": signs(column["left"], top, cell),
            }
            for column, cell in zip(columns, line.cells, strict=True)
        ]
        lines.append({"name": cut(line.name, 26), "top": top, "cells": cells})
        top += 12 + ANSWER * max([1, *(len(cell["answers"]) for cell in cells)])
    width = max(640, 200 + 130 * len(columns) + 20)
    questions = [
        {
            "words": cut(f"{issue.title}: {issue.question}", width // 8),
            "top": top + 24 + QUESTION * n,
        }
        for n, issue in enumerate(told.issues)
    ]
    return {
        "what": f"who held what on {on}",
        "told": told,
        "columns": columns,
        "lines": lines,
        "questions": questions,
        "width": width,
        "height": top + QUESTION * len(questions) + FOOT + 10,
    }


def fulfilment(request: HttpRequest, talks: Negotiation) -> dict[str, Any]:
    """Five lines for each commitment."""
    on = moment_of(request).on
    blocks = [
        {
            "text": cut(debt.text, 120),
            "about": cut(" ".join(filter(None, [debt.about, debt.overdue])), 130),
            "top": HEAD + BLOCK * n,
            "figures": [
                {
                    "figure": figure,
                    "words": cut(figure.words, FIGURE),
                    "top": HEAD + BLOCK * n + 30 + 24 * m,
                }
                for m, figure in enumerate(debt.figures)
            ],
        }
        for n, debt in enumerate(debts_of(talks, on))
    ]
    what = f"promised and delivered by {on}"
    return {"what": what, "blocks": blocks, "height": HEAD + BLOCK * len(blocks) + FOOT}


def movement(request: HttpRequest, talks: Negotiation) -> dict[str, Any]:
    """A row for each party and issue: two signs of before, two of after."""
    moved = movement_of(request, talks, matrix_of(talks, moment_of(request).on))
    rows = [
        {
            "top": HEAD + ROW // 2 + ROW * n,
            "label": cut(move.party, 24),
            "issue": cut(move.issue, 28),
            "change": cut(move.change, 56),
            "signs": [*across(move.before, 420), *across(move.after, 640)],
            "empty": [left for left, held in ((420, move.before), (640, move.after)) if not held],
            "more": [
                {"left": left, "count": len(held) - ACROSS}
                for left, held in ((605, move.before), (825, move.after))
                if len(held) > ACROSS
            ],
        }
        for n, move in enumerate(moved["moves"])
    ]
    height = HEAD + ROW * (len(rows) + 1) + FOOT
    what = f"who moved from {moved['since']} to {moved['until']}"
    return {"what": what, "rows": rows, "width": 1280, "height": height}


def across(signs: list[Sign], left: int) -> list[dict[str, Any]]:
    """Signs beside one another, the last ones; the others are counted."""
    return [
        {"stance": sign.stance, "label": sign.label, "left": left + 100 * number}
        for number, sign in enumerate(signs[-ACROSS:])
    ]


def attention(request: HttpRequest, talks: Negotiation) -> dict[str, Any]:
    """What passed, a row for each below its reason; then a row for each other reason."""
    on, lines = moment_of(request).on, []
    told = noticed_of(talks, on)
    for heap in told.passed:
        some = f", {heap.more} not drawn" if heap.more else ""
        lines.append(headed(f"{heap.name}: {heap.count}{some}"))
        lines += [
            {"label": each.title, "stretch": each.stretch, "words": each.days}
            for each in heap.matters
        ]
    if told.resting:
        lines.append(headed("Left open, unread, or resting on little"))
    lines += [
        {"label": heap.name, "stretch": heap.stretch, "words": heap.count} for heap in told.resting
    ]
    rows = stacked(lines, lambda line: line["label"])
    height = HEAD + ROW * len(rows) + FOOT
    return {"what": f"what waited on {on}", "rows": rows, "height": height}


def headed(text: str) -> dict[str, Any]:
    """A row that names those below it."""
    return {"label": text, "is_heading": True}


def sources(request: HttpRequest, talks: Negotiation) -> dict[str, Any]:
    """A row for each source."""
    read = coverage(talks, published).sources
    names = source_names(read)
    rows = stacked(read, lambda each: names.get(each.source, each.source))
    height = HEAD + ROW * len(rows) + FOOT
    return {"what": "how far its sources were read", "rows": rows, "height": height}


PICTURES = {
    "timeline": timeline,
    "matrix": matrix,
    "movement": movement,
    "fulfilment": fulfilment,
    "attention": attention,
    "coverage": sources,
}


@require_safe
@at_its_moment
def picture(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One picture as SVG."""
    if name not in PICTURES:
        raise Http404
    talks = get_object_or_404(published(Negotiation), slug=slug)
    context = {"talks": talks, "width": WIDTH, **PICTURES[name](request, talks)}
    what = f": {context['what']}"
    context["heading"] = cut(talks.title, context["width"] // LETTER - len(what)) + what
    svg = "image/svg+xml; charset=utf-8"
    response = validated(request, render(request, f"pages/pictures/{name}.svg", context, svg))
    response["Content-Security-Policy"] = POLICY
    return response
