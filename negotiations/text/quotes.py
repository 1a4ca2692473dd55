"""Finding the words of a citation in the text of their source."""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import accumulate

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .validators import is_invisible

# Signs that people type for one another: a quotation that differs in these alone gets help.
LOOK_ALIKES = (
    "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
    "'\u2018\u2019\u201a\u2032`",
    '"\u201c\u201d\u201e\u00ab\u00bb\u2033',
)
# As many characters as a passage keeps of what stands before and after it.
MAX_CONTEXT = 200
# More places than these are not counted: each costs a search, and none of them is the one.
MAX_OCCURRENCES = 100


def find_occurrences(
    text: str, quote: str, before: str = "", after: str = "", most: int = MAX_OCCURRENCES
) -> list[int]:
    """Find where the quotation starts, in characters, given what stands around it.

    Stops at ``most`` places; the time grows with the length of the text alone.
    """
    found: list[int] = []
    whole = before + quote + after
    start = text.find(whole) if quote else -1
    while start >= 0 and len(found) < most:
        found.append(start + len(before))
        start = text.find(whole, start + 1)
    return found


def match_source_spelling(text: str, quote: str) -> str:
    """Return the source's characters for a quotation that differs in its spelling alone.

    Spelling is what ``_spell_alike`` removes: dashes, marks, spaces, ligatures, composed letters
    and what is invisible.
    """
    folded, ends = _fold_spelling(text)
    wanted = _spell_alike(quote)
    at = folded.find(wanted) if wanted else -1
    if at < 0:
        return ""
    # Each character of the text ends where ``ends`` says: the first that ends after the start.
    first, last = bisect_right(ends, at), bisect_left(ends, at + len(wanted))
    while last + 1 < len(text) and unicodedata.combining(text[last + 1]):
        last += 1
    return text[first : last + 1]


class _Spellings(dict[str, str]):
    """For each character what is compared of it, found out once."""

    def __missing__(self, sign: str) -> str:
        alike = next((group[0] for group in LOOK_ALIKES if sign in group), None)
        if alike is None:
            hidden = sign.isspace() or is_invisible(sign)
            alike = "" if hidden else unicodedata.normalize("NFKD", sign)
            alike = "".join(alike.split())
        self[sign] = alike
        return alike


SPELLINGS = _Spellings()


def _spell_alike(text: str) -> str:
    """Reduce a text to what two spellings of the same words have in common."""
    # Marks on a letter have one order, too; nothing else changes here, and no length does.
    return unicodedata.normalize("NFKD", "".join(map(SPELLINGS.__getitem__, text)))


@lru_cache(maxsize=2)
def _fold_spelling(text: str) -> tuple[str, "array[int]"]:
    """Reduce a source, with the place in the result at which each of its characters ends.

    Kept for a moment: many quotations of one source are often refused together.
    """
    lengths = (len(SPELLINGS[sign]) for sign in text)
    return _spell_alike(text), array("l", accumulate(lengths))


def locate_quote(text: str, quote: str, before: str = "", after: str = "") -> int:
    """Return the one place of a quotation in the text.

    Raises ValidationError ``quote_not_found`` or ``quote_ambiguous``.
    """
    found = find_occurrences(text, quote, before, after)
    if len(found) == 1:
        return found[0]
    if found:
        times = f"{MAX_OCCURRENCES}+" if len(found) == MAX_OCCURRENCES else len(found)
        raise ValidationError(
            _(
                "These words stand %(times)s times in the source; add the words before or after "
                "them."
            ),
            code="quote_ambiguous",
            params={"times": times},
        )
    if find_occurrences(text, quote, most=1):
        raise ValidationError(
            _("These words are in the source, but not with these words around them."),
            code="quote_not_found",
        )
    own = match_source_spelling(text, quote)
    if own:
        raise ValidationError(
            _("These words are not in the source; the source writes them: %(own)s"),
            code="quote_not_found",
            params={"own": own},
        )
    raise ValidationError(_("These words are not in the source."), code="quote_not_found")


def locate_quote_or_none(text: str, quote: str, before: str, after: str) -> int | None:
    """Return where a quotation stands that was taken between these words; None if unknown.

    The words around may be longer than needed, or be missing where it stands once.
    """
    found = find_occurrences(text, quote, most=2)
    if len(found) > 1:
        found = find_occurrences(text, quote, before, after, most=2)
    return found[0] if len(found) == 1 else None


def disambiguate_quote(text: str, quote: str, start: int) -> tuple[str, str]:
    """Return the fewest words before, or before and after, that tell this place from others."""
    end = start + len(quote)
    befores = ["", *(text[at:start] for at in _word_starts(text, start))]
    # The more words, the fewer places: the first that leaves one is found by halving.
    enough = bisect_left(befores, True, key=lambda before: _is_one(text, before + quote))
    if enough < len(befores):
        return befores[enough], ""
    furthest = befores[-1]
    around = text[end : end + MAX_CONTEXT]
    afters = [around[: match.end()] for match in re.finditer(r"\W*\w+", around)]
    enough = bisect_left(afters, True, key=lambda after: _is_one(text, furthest + quote + after))
    return furthest, afters[enough] if enough < len(afters) else around


def _is_one(text: str, words: str) -> bool:
    return len(find_occurrences(text, words, most=2)) == 1


def _word_starts(text: str, end: int) -> list[int]:
    """List where the words before a place start, the nearest first."""
    first = max(0, end - MAX_CONTEXT)
    return [first + match.start() for match in re.finditer(r"\w+", text[first:end])][::-1]
