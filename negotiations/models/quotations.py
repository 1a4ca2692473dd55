"""Finding the words of a citation in the text of their source."""

import re

from django.core.exceptions import ValidationError

# Signs that people type for one another: a quotation that differs in these alone is told so.
LOOK_ALIKES = (
    "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
    "'\u2018\u2019\u201a\u2032`",
    '"\u201c\u201d\u201e\u00ab\u00bb\u2033',
)
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
            "These words stand %(times)d times in the source; add the words before or after them.",
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
