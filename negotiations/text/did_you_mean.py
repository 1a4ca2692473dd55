"""What somebody may have meant: the nearest known words to one that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches

# To look for what was meant takes a while: of many faults the first ones tell.
MAX_ERRORS_WITH_SUGGESTIONS = 10


class CodeWithSuggestions(str):
    """The code of a fault, with the values that were perhaps meant.

    DRF copies messages on their way to the answer but hands codes through as they are.
    """

    did_you_mean: list[str]

    def __new__(cls, code: str, did_you_mean: Iterable[str] = ()) -> "CodeWithSuggestions":
        new = super().__new__(cls, code)
        new.did_you_mean = list(did_you_mean)
        return new


def suggest_similar(word: str, known: Iterable[str]) -> list[str]:
    """At most three known words like this one, the likest first."""
    return get_close_matches(word[:100], list(known), n=3, cutoff=0.6)
