"""Two texts as one, what went and what came marked."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

# A word or a sign with the space after it: spaces of their own would all match one another.
WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
# Comparing costs up to the product of the lengths.
MAX_WORDS = 2000
# Texts that share less are told one after the other.
ALIKE = 0.4
# Of a long stretch that is the same, its ends.
SAME, END = 120, 50
MAX_LENGTH = 1200


def render_diff(old: str, new: str) -> SafeString:
    """HTML with ``del`` and ``ins``; long stretches that are the same are shortened."""
    before, after = WORDS.findall(old), WORDS.findall(new)
    if before and after and len(before) + len(after) <= MAX_WORDS:
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        if matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE:
            pieces = _pieces(before, after, matcher)
            return format_html_join("", "{}", ((piece,) for piece in pieces))
    parts = [_marked("del", old), _marked("ins", new)]
    return format_html_join(" ", "{}", ((part,) for part in parts if part))


def _pieces(
    before: list[str], after: list[str], matcher: "SequenceMatcher[str]"
) -> list[SafeString]:
    found = []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        old, new = "".join(before[i1:i2]), "".join(after[j1:j2])
        if kind == "equal":
            found.append(format_html("{}", _shortened(old)))
        else:
            found += [_marked("del", old), _marked("ins", new)]
    return found


def _shortened(text: str) -> str:
    return text if len(text) <= SAME else f"{text[:END]} … {text[-END:]}"


def _marked(tag: str, text: str) -> SafeString:
    if not text:
        return SafeString("")
    return format_html("<{0}>{1}</{0}>", SafeString(tag), Truncator(text).chars(MAX_LENGTH))


class CellChange(NamedTuple):
    """What a row does to one column, as texts of cells."""

    column: str
    old: str
    new: str

    @property
    def contrast(self) -> SafeString:
        """Both in one, marked."""
        return render_diff(self.old, self.new)
