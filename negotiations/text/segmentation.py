"""Texts cut into paragraphs and sentences, in every script that a source may have.

Where a sentence ends, ``sentencex`` knows by the rules and abbreviations of some 300 languages.
What it does not know is added here: which line ends part paragraphs, that the sentences of a
long quotation are sentences, and in ``abbreviations`` which full stops end no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from sentencex import get_sentence_boundaries

from .abbreviations import REACH, Abbreviations, abbreviations_of
from .tokens import UNSPACED


class TextSpan(NamedTuple):
    """A stretch of a text in characters, from ``start`` up to and without ``end``."""

    start: int
    end: int


class Sentence(NamedTuple):
    start: int
    end: int
    text: str


def split_sentences(text: str, language: str = "en") -> list[Sentence]:
    """List the sentences and headings of a text with their places, without spaces around them.

    ``language`` is a BCP 47 tag; of an unknown language the general rules are used.
    """
    found = (
        span
        for paragraph in split_paragraphs(text)
        for span in _sentences_of(text[paragraph.start : paragraph.end], paragraph.start, language)
    )
    return [Sentence(start, end, text[start:end]) for start, end in found]


# Paragraphs

LINE = re.compile("[^\n\u2028\u2029]+")
# What begins a line of its own: an item of a list, a numbered paragraph.
ITEM = re.compile(r"\s*(?:[-–—•*·▪◦‣]\s|\(?(?:\d{1,3}|[^\W\d_]|[ivxlc]{1,5})[.)]\s|\(\w{1,4}\)\s)")
UNSPACED_START = re.compile(rf"\s*[{UNSPACED}]")
FIRST_WORD = re.compile(rf"\s*(?:[{UNSPACED}]{{1,2}}|\S+)")
# Lines are wrapped at such widths; longer ones are paragraphs.
NARROWEST, WIDEST = 30, 130
# In columns of a newspaper they are shorter; headings and lists are, too.
NARROWEST_COLUMN = 16
# Chinese and Japanese signs are twice as wide as letters.
NARROWEST_UNSPACED = 14
# A line whose next one goes on in lower case may be so much shorter than the longest.
RAGGED = 0.75
# No heading ends with such a word: “of”, “в”, “de”.
HANGING = re.compile(r"\s[^\W\d_]{1,2}\s*\Z")


class TextLine(NamedTuple):
    start: int
    end: int
    text: str


class LineBreak(NamedTuple):
    """A line end between two lines without an empty one between them."""

    before: TextLine
    after: TextLine
    width: int
    narrowest: int = NARROWEST

    def has_no_room(self, share: float = 1) -> bool:
        """Whether the next word would have made the line longer than this share of the width.

        A word that is longer than any line, such as an address, says nothing.
        """
        narrowest = self.narrowest
        if UNSPACED_START.match(self.after.text):
            narrowest = NARROWEST_UNSPACED
        word = FIRST_WORD.match(self.after.text)
        length = len(word[0].strip()) if word else 0
        needed = len(self.before.text.rstrip()) + 1 + length
        return narrowest <= self.width <= WIDEST and length <= self.width < needed / share

    @property
    def goes_on(self) -> bool:
        """Whether the line may have been full, and it or the next one shows that it goes on."""
        return (self.first.islower() or self.hangs) and self.has_no_room(RAGGED)

    @property
    def hangs(self) -> bool:
        """Whether the line ends with a small word that joins it to the next."""
        match = HANGING.search(self.before.text)
        return match is not None and match[0].strip().islower()

    @property
    def first(self) -> str:
        return self.after.text.lstrip()[:1]

    @property
    def is_item(self) -> bool:
        return ITEM.match(self.after.text) is not None


def split_paragraphs(text: str) -> list[TextSpan]:
    """List the paragraphs and headings of a text: its lines, those that are wrapped as one."""
    blocks = [(block[0], _breaks(block)) for block in _blocks(text)]
    columns = [each for _, breaks in blocks for each in breaks if each.width < NARROWEST]
    if sum(each.hangs for each in columns) > 1:
        blocks = [
            (first, [each._replace(narrowest=NARROWEST_COLUMN) for each in breaks])
            for first, breaks in blocks
        ]
    wrapped = _is_wrapped([each for _, breaks in blocks for each in breaks])
    found: list[TextSpan] = []
    for first, breaks in blocks:
        found.append(TextSpan(first.start, first.end))
        for each in breaks:
            joined = not each.is_item and (each.goes_on or (wrapped and each.has_no_room()))
            start = found.pop().start if joined else each.after.start
            found.append(TextSpan(start, each.after.end))
    return found


def _blocks(text: str) -> Iterator[list[TextLine]]:
    """Part the lines that are not empty at those that are."""
    block: list[TextLine] = []
    for match in LINE.finditer(text):
        is_blank = match[0].isspace()
        if block and (is_blank or match.start() != block[-1].end + 1):
            yield block
            block = []
        if not is_blank:
            block.append(TextLine(match.start(), match.end(), match[0]))
    if block:
        yield block


def _breaks(block: list[TextLine]) -> list[LineBreak]:
    # A long address stands on a line by itself and says nothing of the width.
    width = max((len(line.text.rstrip()) for line in block if " " in line.text.strip()), default=0)
    width = width or max(len(line.text.rstrip()) for line in block)
    return [LineBreak(one, next_, width) for one, next_ in pairwise(block)]


def _is_wrapped(breaks: list[LineBreak]) -> bool:
    """Whether a program wrapped the lines: then a capital may begin a line within a sentence."""
    plain = [each for each in breaks if not each.is_item]
    cased = [each for each in plain if each.first.lower() != each.first.upper()]
    if cased:
        full = [each for each in cased if each.has_no_room()]
        return sum(each.first.islower() for each in full) >= 0.15 * len(full) > 0
    # Scripts without case: most lines are full and end in the middle of a sentence.
    going_on = sum(each.has_no_room() and not _ends(each.before.text) for each in plain)
    return going_on >= 0.5 * len(plain) > 0


# Sentences

# Full stops that ``sentencex`` takes for letters: it ends a sentence at this one in any language.
STOP = "。"
# STerm of Unicode, but for those of every keyboard.
STOPS = (
    "\u0589\u061d\u061e\u061f\u06d4\u0700\u0701\u0702\u07f9\u0837\u0839\u083d\u083e\u0964\u0965"
    "\u0f0d\u0f0e\u104a\u104b\u1362\u1367\u1368\u166e\u1735\u1736\u17d4\u17d5\u1803\u1809\u1944"
    "\u1945\u1aa8\u1aa9\u1aaa\u1aab\u1b5a\u1b5b\u1b5e\u1b5f\u1c3b\u1c3c\u1c7e\u1c7f\u203c\u203d"
    "\u2047\u2048\u2049\u2e2e\u2e3c\u3002\ua4ff\ua60e\ua60f\ua6f3\ua6f7\ua876\ua877\ua8ce\ua8cf"
    "\ua92f\ua9c8\ua9c9\uaa5d\uaa5e\uaa5f\uaaf0\uaaf1\uabeb\ufe52\ufe56\ufe57\uff01\uff0e\uff1f\uff61"
)
OPENING = "“„‟«‹「『《〈（【〔([{‘‚‛"
CLOSING = "”»›」』》〉）】〕)]}’"
CLOSING_QUOTES = '”»›」』’“"'
# In a pair of them ``sentencex`` sees one sentence, however many there are.
MARKS = str.maketrans(dict.fromkeys(OPENING + CLOSING + '"*', " ") | dict.fromkeys(STOPS, STOP))
APOSTROPHE = re.compile(r"(?<=\w)['’ʼ](?=\w)")
NOTE = re.compile(r"\[\d{1,3}\]")
ANY_END = re.compile(rf"[.!?;…{STOPS}]")
WORD = re.compile(r"\w")
# As much is looked at at once: within it, the time grows with the square of the length.
WINDOW = 20_000
# A number or letter alone names what follows.
NUMBER = re.compile(r"\W{,4}(?:\d{1,3}|[^\W\d_])\W{,4}\Z")

# What a heading does not end with; it may be a question.
NO_HEADING = re.compile(rf"[.…:;,!{STOPS.translate({0x61F: None, 0xFF1F: None})}]\W*\Z")


def _ends(line: str) -> bool:
    bare = line.translate(MARKS).rstrip()
    return bare.endswith((".", "!", "?", "…", ":", STOP))


def _sentences_of(paragraph: str, offset: int, language: str) -> Iterator[TextSpan]:
    """Cut one paragraph, which lies at this place of its text."""
    mark = ANY_END.search(paragraph)
    if not mark or not WORD.search(paragraph, mark.end()):
        lead = len(paragraph) - len(paragraph.lstrip())
        yield TextSpan(offset + lead, offset + len(paragraph.rstrip()))
        return
    primary = language.partition("-")[0].lower() or "en"
    masked, known = _mask(paragraph), abbreviations_of(primary)
    cores: list[TextSpan] = []
    start = 0
    for end in _cut(masked, _ends_of(masked, primary), known):
        piece = masked[start:end]
        bare = piece.strip()
        if bare:
            first = start + len(piece) - len(piece.lstrip())
            cores.append(TextSpan(first, first + len(bare)))
        start = end
    cores = _join(paragraph, masked, cores, known)
    at = len(paragraph) - len(paragraph.lstrip())
    for core, following in pairwise(cores):
        end, start = _part(paragraph, core.end, following.start)
        yield TextSpan(offset + at, offset + end)
        at = start
    yield TextSpan(offset + at, offset + len(paragraph.rstrip()))


def _mask(paragraph: str) -> str:
    """Put spaces for marks that open and close, so that no sentence is hidden between them."""
    masked = NOTE.sub(lambda note: " " * len(note[0]), paragraph)
    # An apostrophe is no mark: it stays, as a letter.
    return APOSTROPHE.sub("ʼ", masked).translate(MARKS).replace("\n", " ")


def _ends_of(masked: str, language: str) -> Iterator[int]:
    start = 0
    while start < len(masked):
        piece = masked[start : start + WINDOW]
        ends = [each["end_index"] for each in get_sentence_boundaries(language, piece)]
        if start + WINDOW < len(masked) and len(ends) > 1:
            ends.pop()  # It may go on.
        yield from (start + end for end in ends)
        start += ends[-1]


STOPPED = re.compile(r"\.(?=\s)")


def _cut(masked: str, ends: Iterable[int], known: Abbreviations | None) -> Iterator[int]:
    """Yield the ends, and besides them those after abbreviations that may be the last word."""
    start = 0
    for end in ends:
        if known:
            for stop in STOPPED.finditer(masked, start, end):
                at = stop.end()
                before, after = masked[max(start, at - REACH) : at], masked[at : at + REACH]
                if known.ends_sentence(before, after):
                    yield at
        yield end
        start = end


def _join(
    paragraph: str, masked: str, cores: list[TextSpan], known: Abbreviations | None
) -> list[TextSpan]:
    """Join what is no sentence by itself to what follows, or to what stands before."""
    joined: list[TextSpan] = []
    opens = False
    for core in cores:
        words = paragraph[core.start : core.end]
        is_empty = not any(map(str.isalnum, words))
        if joined and (opens or is_empty or _says_on(paragraph, joined[-1].end, core)):
            joined[-1] = TextSpan(joined[-1].start, core.end)
        else:
            joined.append(core)
        before = masked[max(joined[-1].start, core.end - REACH) : core.end]
        opens = bool(NUMBER.match(before[-20:]))
        if known and not opens and before.endswith("."):
            after = masked[core.end : core.end + REACH]
            opens = known.ends_sentence(before, after) is False
    return joined


def _says_on(paragraph: str, end: int, core: TextSpan) -> bool:
    """Return whether a sentence goes on after words that it quotes: “Two!” he said."""
    words = paragraph[core.start : core.end]
    quotes = any(mark in CLOSING_QUOTES for mark in paragraph[end : core.start])
    # と follows what is quoted in Japanese.
    goes_on = words.lstrip("-–— ")[:1].islower() or (quotes and words[0] == "と")
    return goes_on and (quotes or paragraph[end - 1] in "!?…" + STOP)


GAP = re.compile(rf"\S*(?=\s)(?:\s+[{re.escape(CLOSING)}]+(?=\s))*|[^{re.escape(OPENING)}]*")


def _part(paragraph: str, end: int, start: int) -> tuple[int, int]:
    """Tell where a sentence ends and the next starts, given what lies between: spaces and marks.

    What follows the first without a space is its own, and a mark that only closes.
    """
    gap = paragraph[end:start]
    match = GAP.match(gap)
    own = match.end() if match else 0
    rest = gap[own:]
    return end + len(gap[:own].rstrip()), end + own + len(rest) - len(rest.lstrip())
