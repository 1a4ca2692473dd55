"""What a short form fills in by itself: only what the source and the words prove.

Who acts or speaks, what a record belongs to, and when it happened are offered (``offering``,
``dating``), never filled in.
"""

from __future__ import annotations

import re
from typing import Any

from negotiations.models import Citation

from .annotated_text import QuotedPassage, SourceReader
from .form_specs import FormSpec

# Up to the end of a paragraph; marks inside marks prove nothing.
IN_MARKS = re.compile(
    "|".join(
        rf"{opening}(?:(?!\n\n)[^“”„«»\"])*{closing}"
        for opening, closing in ("“”", "„”", "«»", '""')
    )
)


def get_initial_values(
    reader: SourceReader, kind: FormSpec, passage: QuotedPassage
) -> dict[str, Any]:
    """Collect the values with which a form opens."""
    values: dict[str, Any] = {
        "quote": passage.quote,
        "before": passage.before,
        "after": passage.after,
    }
    # The negotiation being coded: that of every record of this source.
    if len(reader.negotiations) == 1:
        values["negotiation"] = reader.negotiations[0]
    if is_direct_speech(reader.source.text, passage):
        values["voice"] = Citation.Voice.DIRECT_SPEECH
    return values


def is_direct_speech(text: str, passage: QuotedPassage) -> bool:
    """Check that the words stand inside one pair of quotation marks of their paragraph."""
    if passage.start is None:
        return False
    start, end = passage.start, passage.start + len(passage.quote)
    marks = re.search("[«»]", text)
    # Where »…« are the marks, what stands between « and » is said by nobody.
    is_reversed = marks is not None and marks.group() == "»"
    return any(
        pair.start() <= start and end <= pair.end()
        for pair in IN_MARKS.finditer(text)
        if not (is_reversed and pair.group().startswith("«"))
    )
