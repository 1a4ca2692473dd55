"""Counting dates from a source's words and the day they count from: "next week", "вчора".

The rules: a week starts on Monday. Early is the 1st to the 10th, the middle the 11th to the 20th,
late the 21st to the last day; of a year likewise its three thirds. A weekday, or a day or month
without its year, is the last one up to the anchor, since reports tell of what was; "next" and
"this" before it say otherwise. "Within" and "by" give the last day only. Every phrase has a first
reading, which these rules give, and the other readings that people mean by it; nothing here decides
for the analyst.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from .edtf import InvalidDate, parse_edtf
from .relative_names import NEAR, is_in_name
from .relative_parts import Reading
from .relative_rules import RULES as SINGLE
from .relative_spans import RULES as SPANS
from .relative_tense import FUTURE, PUT_OFF
from .relative_words import PATTERNS, translate_to_english

RULES = [*SPANS, *SINGLE]
TO_A_BOUND = r"(?:by|until|no later than) "
BOUND = re.compile(rf"{TO_A_BOUND}(?P<rest>.+)", re.IGNORECASE)
BEFORE_A_BOUND = re.compile(rf"(?<!\w){TO_A_BOUND}$", re.IGNORECASE)
WAS_PUT_OFF = re.compile(PUT_OFF, re.IGNORECASE)
LONGEST_PHRASE = 200
# For asking whether words tell a date at all.
ANY_DAY = date(2000, 6, 15)
LEAD = re.compile(r"(?:in|on|during) ", re.IGNORECASE)
SINCE = re.compile(r"since (?P<rest>.+)", re.IGNORECASE)
BEFORE_SINCE = re.compile(r"(?<!\w)since $", re.IGNORECASE)


# A stretch that is counted from what follows it, not from a day that the reader knows.
STRETCH = re.compile(r"\b(?:day|week|fortnight|month|year)s?$", re.IGNORECASE)
OF_ANOTHER = re.compile(r"[’']? (?:of|before|after|since|from|following)\b", re.IGNORECASE)


class DatePhrase(NamedTuple):
    """Words of a text that tell a date, and where they start in it."""

    start: int
    words: str


def find_date_phrases(text: str) -> list[DatePhrase]:
    """The words of a text that tell dates, in their order; of two that overlap the longer.

    A part of words that are no date is none either: of 30 February no February is left.
    """
    patterns = [*(pattern for pattern, _rule in RULES), *PATTERNS]
    found = [match for pattern in patterns for match in pattern.finditer(text)]
    taken: list[re.Match[str]] = []
    kept: list[DatePhrase] = []
    for match in sorted(found, key=lambda match: (-len(match.group()), match.start())):
        is_free = all(match.end() <= k.start() or match.start() >= k.end() for k in taken)
        if is_free and not _counts_from_another(match):
            taken.append(match)
            if interpret_phrase(match.group(), ANY_DAY) and not is_in_name(text, *match.span()):
                kept.append(_bare(match))
    return sorted(kept)


def _counts_from_another(match: re.Match[str]) -> bool:
    """Whether what follows says what the words count from: "within two days of the vote"."""
    return bool(OF_ANOTHER.match(match.string, match.end()) and STRETCH.search(match.group()))


def _bare(match: re.Match[str]) -> DatePhrase:
    """Without the preposition: "early June"; but with what makes a bound of it: "by early June"."""
    before = match.string[max(match.start() - NEAR, 0) : match.start()]
    bound = BEFORE_A_BOUND.search(before) or BEFORE_SINCE.search(before)
    if bound is not None and not WAS_PUT_OFF.search(before):
        start = match.start() - len(bound.group())
        return DatePhrase(start, match.string[start : match.end()])
    lead = LEAD.match(match.group())
    bare = match.group()[lead.end() :] if lead else ""
    # "In two weeks" is no date without its first word.
    skipped = lead.end() if lead and interpret_phrase(bare, ANY_DAY) else 0
    return DatePhrase(match.start() + skipped, match.group()[skipped:])


def interpret_phrase(words: str, anchor: date) -> list[Reading]:
    """What the words can mean, counted from the anchor, the likeliest first; none if not known."""
    if len(words) > LONGEST_PHRASE:
        return []
    said = translate_to_english(words.strip()) or words.strip()
    bound = BOUND.fullmatch(said)
    if bound is not None:
        bounds = {each.edtf: each for each in _at_the_latest(bound["rest"], anchor)}
        return list(bounds.values())
    since = SINCE.fullmatch(said)
    if since is not None:
        bounds = {each.edtf: each for each in _from_then_on(since["rest"], anchor)}
        return list(bounds.values())
    found: dict[str, Reading] = {}
    for pattern, read in RULES:
        match = pattern.fullmatch(said)
        if match is None:
            continue
        try:
            for reading in read(match, anchor):
                parse_edtf(reading.edtf)
                found.setdefault(reading.edtf, reading)
        except (InvalidDate, ValueError, OverflowError):
            # No day of the calendar: 31 June, or a thousand years hence.
            continue
        if found:
            break
    return list(found.values())


def sort_by_tense(found: list[Reading], anchor: date, tense: str) -> list[Reading]:
    """Put the readings that agree with the tense of the verb first."""

    def disagrees(reading: Reading) -> bool:
        span = parse_edtf(reading.edtf)
        if tense == FUTURE:
            return (span.latest or span.earliest or anchor) < anchor
        return (span.earliest or span.latest or anchor) > anchor

    return sorted(found, key=disagrees) if tense else found


def _at_the_latest(words: str, anchor: date) -> Iterator[Reading]:
    """The same words as a bound, up to the last day that they allow: first of those to come."""
    found = interpret_phrase(words, anchor) or interpret_phrase(f"in {words}", anchor)
    spans = [(parse_edtf(edtf).latest, how) for edtf, how in found]
    # Said on a Monday, "until Monday" is the next one; a day of a month may be that very day.
    is_weekday = not re.search(r"\d", words)
    days = sorted(
        (day < anchor, is_weekday and day == anchor, day, how) for day, how in spans if day
    )
    for *_order, day, how in days:
        yield Reading(f"../{day.isoformat()}", how)


def _from_then_on(words: str, anchor: date) -> Iterator[Reading]:
    """The same words as a beginning, whose end nobody told."""
    for edtf, how in interpret_phrase(words, anchor) or interpret_phrase(f"in {words}", anchor):
        begin = edtf.partition("/")[0]
        if begin not in {"", ".."} and "X" not in begin:
            yield Reading(f"{begin}/..", how)
