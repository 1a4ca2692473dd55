"""Finding the words of a citation in the text of their source."""

import re

from django.core.exceptions import ValidationError

# Signs that people type for one another: a quotation that differs in these alone is told so.
LOOK_ALIKES = (
    "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
    "'\u2018\u2019\u201a\u2032`",
    '"\u201c\u201d\u201e\u00ab\u00bb\u2033',
)
# As many characters as a passage keeps of what stands before and after it.
MOST_AROUND = 200
FOLDED = {sign: f"[{re.escape(group)}]" for group in LOOK_ALIKES for sign in group}


def places(text: str, quote: str, before: str = "", after: str = "") -> list[int]:
    """Where the quotation starts, in characters, given what stands around it."""
    found = []
    start = text.find(quote)
    while quote and start >= 0:
        end = start + len(quote)
        if text[:start].endswith(before) and text.startswith(after, end):
            found.append(start)
        start = text.find(quote, start + 1)
    return found


def as_the_source_writes(text: str, quote: str) -> str:
    """The source's characters for a quotation that differs in dashes, marks or spaces alone."""
    pattern = "".join(
        r"\s+"
        if token.isspace()
        else r"(?:\.\.\.|…)"
        if token in {"...", "…"}
        else FOLDED.get(token) or re.escape(token)
        for token in re.findall(r"\s+|\.\.\.|.", quote.strip())
    )
    match = re.search(pattern, text) if pattern else None
    return match.group() if match else ""


def start_of(text: str, quote: str, before: str = "", after: str = "") -> int:
    """The one place of a quotation in the text.

    Raises ValidationError ``quote_not_found`` or ``quote_ambiguous``.
    """
    found = places(text, quote, before, after)
    if len(found) == 1:
        return found[0]
    if found:
        raise ValidationError(
            "These words stand %(times)s times in the source; add the words before or after them.",
            code="quote_ambiguous",
            params={"times": len(found)},
        )
    if places(text, quote):
        raise ValidationError(
            "These words are in the source, but not with these words around them.",
            code="quote_not_found",
        )
    own = as_the_source_writes(text, quote)
    if own:
        raise ValidationError(
            "These words are not in the source; the source writes them: %(own)s",
            code="quote_not_found",
            params={"own": own},
        )
    raise ValidationError("These words are not in the source.", code="quote_not_found")


def place_of(text: str, quote: str, before: str, after: str) -> int | None:
    """Where a quotation stands that was taken between these words; none if that cannot be told.

    The words around may be longer than needed, or be missing where it stands once.
    """
    found = places(text, quote)
    if len(found) > 1:
        found = places(text, quote, before, after)
    return found[0] if len(found) == 1 else None


def told_apart(text: str, quote: str, start: int) -> tuple[str, str]:
    """The fewest words before, or before and after, by which this place is told from others."""
    end = start + len(quote)
    befores = [text[at:start] for at in _word_starts(text, start)]
    for before in ["", *befores]:
        if len(places(text, quote, before)) == 1:
            return before, ""
    furthest = befores[-1] if befores else ""
    for match in re.finditer(r"\W*\w+", text[end : end + MOST_AROUND]):
        after = text[end : end + match.end()]
        if len(places(text, quote, furthest, after)) == 1:
            return furthest, after
    return furthest, text[end : end + MOST_AROUND]


def _word_starts(text: str, end: int) -> list[int]:
    """Where the words before a place start, the nearest first."""
    first = max(0, end - MOST_AROUND)
    return [first + match.start() for match in re.finditer(r"\w+", text[first:end])][::-1]
