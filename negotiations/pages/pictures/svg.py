"""The pictures as files of their own, for ``<img>``, reports and slides."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from negotiations.analysis.coverage import build_coverage
from negotiations.models import Negotiation
from negotiations.pages.answers import PartyAnswers
from negotiations.pages.as_of import parse_moment, read_as_of
from negotiations.pages.negotiation import (
    get_attention,
    get_matrix,
    get_movement,
    get_source_names,
    get_timeline,
    list_commitments,
)
from negotiations.pages.published import get_published
from negotiations.pages.responses import set_cache_validators

from .lettering import LINE, ROW, SMALL, find_end, stack_rows, wrap_text
from .matrix import PartyRow, draw_matrix
from .timeline import TimelinePeriod, TimelineRow, draw_timeline

# Columns of letters in the places for words, which are broken into lines: nothing is cut.
HEADING = 12
HEAD, FOOT = 30, 40
WIDTH = 960
# What a figure says stands before its bar.
FIGURE = 52
# Columns of the matrix, and of the movement.
FIRST, COLUMN, ANSWER = 190, 190, 26
BARS = (
    "A bar covers the days on which it can lie, not how long it lasted. Where bars share a day, no "
    "order is claimed."
)
COUNTS = "A bar says how many there are, beside the most that any has."
CELLS = (
    "The words in a cell answer the question above it. “Perhaps”: no date proves that the answer "
    "was given by then. “Nothing found”: no answer is recorded from {sources}; it is no answer in "
    "the middle. Two in one cell: their dates do not prove which came last."
)
# Its colours are its own: a page that shows it lends it none, but by day or by night.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def label_row(row: TimelinePeriod | TimelineRow) -> tuple[str, str]:
    """Say who and what, and when it was as far as that is known."""
    if isinstance(row, TimelinePeriod):
        return row.label, ""
    return row.summary, ", ".join(filter(None, [row.when, row.known])) if row.bar else ""


def lay_out_timeline(request: HttpRequest, talks: Negotiation, top: int) -> dict[str, Any]:
    """Rows of entries or of months, then those without a date."""
    part = get_timeline(request, talks, parse_moment(request).on)
    told = draw_timeline(part)
    items = [*told.months, *told.rows]
    rows = stack_rows(items, label_row, top)
    end = find_end(rows, top)
    beside = [f"{part.spanning_count} more in one or another"] if part.spanning_count else []
    hidden = part.count - part.undated_count - len(told.rows)
    beside += [f"{hidden} more later"] if hidden > 0 and not told.months else []
    unseen = part.undated_count - len(told.undated)
    beside += [f"{unseen} more without a date"] if unseen else []
    undated = stack_rows(told.undated, label_row, end + ROW * 3, WIDTH // 8)
    below = find_end(undated, end + ROW * 2)
    legend = wrap_text(COUNTS if told.months else BARS, WIDTH // 7)
    return {
        "what": "what happened",
        "told": told,
        "rows": rows,
        "end": end,
        "undated": undated,
        "legend": legend,
        "below_all": below,
        "height": below + FOOT,
        "beside": ", ".join(beside),
    }


def draw_answers(answers: PartyAnswers, left: int, top: int) -> list[dict[str, Any]]:
    """The answers of one cell below one another, each with how and when it was given."""
    drawn = []
    for answer in answers.shown:
        words = answer.label if answer.is_proved else f"Perhaps: {answer.label.lower()}"
        about = ", ".join(filter(None, [answer.when, answer.about]))
        lines = wrap_text(about, COLUMN // 7)
        drawn.append({"answer": answer, "left": left, "top": top, "words": words, "lines": lines})
        top += ANSWER + SMALL * len(lines)
    if not drawn:
        drawn.append({"left": left, "top": top, "words": "nothing found"})
        top += ANSWER
    if answers.more:
        lines = wrap_text(answers.more, COLUMN // 7)
        drawn.append({"left": left, "top": top, "lines": lines, "is_more": True})
        top += SMALL * len(lines)
    for each in drawn:
        each["end"] = top
    return drawn


def lay_out_matrix(request: HttpRequest, talks: Negotiation, top: int) -> dict[str, Any]:
    """What is asked above each column, then lines as high as their fullest cell."""
    on = parse_moment(request).on
    told = draw_matrix(get_matrix(talks, on))
    columns: list[dict[str, Any]] = [
        {
            "title": wrap_text(issue.title, COLUMN // 8),
            "question": wrap_text(issue.question, COLUMN // 7),
            "left": FIRST + COLUMN * n,
        }
        for n, issue in enumerate(told.issues)
    ]
    titles = max((len(column["title"]) for column in columns), default=1)
    heads = max((len(column["question"]) for column in columns), default=1)
    asked = top + LINE * titles
    lines, below = [], asked + SMALL * heads + 8
    for line in told.lines:
        lines.append(draw_line(line, columns, below))
        below = lines[-1]["end"]
    width = max(WIDTH, FIRST + COLUMN * len(columns) + 20)
    sources = f"{told.sources} source{'' if told.sources == 1 else 's'}"
    legend = wrap_text(CELLS.format(sources=sources), width // 7)
    return {
        "what": f"who held what on {on}",
        "columns": columns,
        "asked": asked,
        "lines": lines,
        "legend": legend,
        "end": below,
        "width": width,
        "height": below + LINE * len(legend) + FOOT,
    }


def draw_line(line: PartyRow, columns: list[dict[str, Any]], top: int) -> dict[str, Any]:
    """A party with its cells, as high as the fullest of them."""
    name = wrap_text(line.name, FIRST // 8)
    answers = [
        answer
        for column, cell in zip(columns, line.cells, strict=True)
        for answer in draw_answers(cell.answers, column["left"], top + 8)
    ]
    end = max([top + 12 + LINE * len(name), *(answer["end"] for answer in answers)]) + 8
    return {"name": name, "top": top, "answers": answers, "end": end}


def lay_out_fulfilment(request: HttpRequest, talks: Negotiation, top: int) -> dict[str, Any]:
    """For each commitment its text, what it is, and its figures."""
    on, blocks = parse_moment(request).on, []
    for debt in list_commitments(talks, on):
        text = wrap_text(debt.text, 120)
        about = wrap_text(" ".join(filter(None, [debt.about, debt.overdue])), 130)
        below = top + LINE * (len(text) + len(about)) + 4
        figures = []
        for figure in debt.figures:
            lines = wrap_text(figure.words, FIGURE)
            figures.append({"figure": figure, "lines": lines, "top": below})
            below += 24 + LINE * (len(lines) - 1)
        asked = top + LINE * len(text)
        blocks.append(
            {"text": text, "about": about, "top": top, "second": asked, "figures": figures}
        )
        top = below + 24
    what = f"promised and delivered by {on}"
    return {"what": what, "blocks": blocks, "height": top + FOOT}


def lay_out_movement(request: HttpRequest, talks: Negotiation, top: int) -> dict[str, Any]:
    """A row for each party and issue: what is asked, before, after, and the change."""
    moved = get_movement(request, talks, get_matrix(talks, parse_moment(request).on))
    rows, below = [], top + ROW
    for move in moved["moves"]:
        issue = wrap_text(move.issue.title, 34)
        question = wrap_text(move.issue.question, 40)
        answers = [
            *draw_answers(move.before, 480, below),
            *draw_answers(move.after, 700, below),
        ]
        party, change = wrap_text(move.party, 22), wrap_text(move.change, 44)
        rows.append(
            {
                "top": below,
                "party": party,
                "issue": issue,
                "question": question,
                "asked": below + LINE * len(issue),
                "answers": answers,
                "change": change,
            }
        )
        ends = (
            below + LINE * max(len(party), len(change)),
            below + LINE * len(issue) + SMALL * len(question),
            *(answer["end"] for answer in answers),
        )
        below = max(ends) + 12
    what = f"who moved from {moved['since']} to {moved['until']}"
    return {
        "what": what,
        "rows": rows,
        "since": moved["since"],
        "until": moved["until"],
        "top": top,
        "width": 1280,
        "height": below + FOOT,
    }


def lay_out_attention(request: HttpRequest, talks: Negotiation, top: int) -> dict[str, Any]:
    """What passed, a row for each below its reason; then a row for each other reason."""
    on, lines = parse_moment(request).on, []
    told = get_attention(talks, on)
    for heap in told.passed:
        some = f", {heap.more} not drawn" if heap.more else ""
        lines.append(build_heading(f"{heap.name}: {heap.count}{some}"))
        lines += [
            {
                "label": each.title,
                "about": each.about,
                "stretch": each.stretch,
                "words": each.days,
            }
            for each in heap.matters
        ]
    if told.resting:
        lines.append(build_heading("Left open, unread, or resting on little"))
    lines += [
        {"label": heap.name, "stretch": heap.stretch, "words": heap.count} for heap in told.resting
    ]
    rows = stack_rows(lines, lambda line: (line["label"], line.get("about", "")), top)
    what = f"what waited on {on}"
    return {"what": what, "rows": rows, "height": find_end(rows, top + ROW) + FOOT}


def build_heading(text: str) -> dict[str, Any]:
    """A row that names those below it."""
    return {"label": text, "is_heading": True}


def lay_out_sources(request: HttpRequest, talks: Negotiation, top: int) -> dict[str, Any]:
    """A row for each source."""
    read = build_coverage(talks, get_published).sources
    names = get_source_names(read)
    rows = stack_rows(read, lambda each: (names.get(each.source, each.source), ""), top)
    height = find_end(rows, top + ROW) + FOOT
    return {"what": "how far its sources were read", "rows": rows, "height": height}


PICTURES = {
    "timeline": lay_out_timeline,
    "matrix": lay_out_matrix,
    "movement": lay_out_movement,
    "fulfilment": lay_out_fulfilment,
    "attention": lay_out_attention,
    "coverage": lay_out_sources,
}


@require_safe
@read_as_of
def picture_view(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One picture as SVG."""
    if name not in PICTURES:
        raise Http404
    talks = get_object_or_404(get_published(Negotiation), slug=slug)
    heading = wrap_text(talks.title, WIDTH // HEADING)
    below = HEAD + 22 * len(heading)
    context = {"talks": talks, "width": WIDTH, **PICTURES[name](request, talks, below + ROW)}
    context |= {"heading": heading, "below": below}
    svg = "image/svg+xml; charset=utf-8"
    response = set_cache_validators(
        request, render(request, f"pages/pictures/{name}.svg", context, svg)
    )
    response["Content-Security-Policy"] = POLICY
    return response
