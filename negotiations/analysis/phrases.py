"""Parts of the sentences that tell records; each begins with its comma or space, or is empty."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language_info

from negotiations.models import Citation

from .dating import dated

STANCES = {
    "supports": "supports",
    "open": "is open to",
    "unclear": "is unclear on",
    "doubts": "doubts",
    "opposes": "opposes",
}
# Where the title is not what its question asks for.
REPLIES = {
    "supports": "answers yes to",
    "open": "could say yes to",
    "unclear": "gives no clear answer to",
    "doubts": "leans to no on",
    "opposes": "answers no to",
}
VOICES = {
    "direct_speech": "direct speech",
    "reported_speech": "reported speech",
    "narrator": "in the source's own words",
    "headline": "in a headline",
}
RELATIONS = {
    "supports": "supports",
    "contradicts": "contradicts",
    "context": "helps to understand",
}
# Places that a source gives with a word of their own: across Ukraine, near Kherson.
BEFORE_PLACES = ("across", "along", "around", "at", "between", "in", "near", "off", "on", "outside")
# Short enough to be read in one glance.
LONGEST_QUOTE = 160


def listed(records: Iterable[Any], empty: str = "somebody", word: str = "and") -> str:
    """Names as in “A, B and C”."""
    names = [str(record) for record in records]
    return f" {word} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or empty


def coded(record: Any, name: str) -> str:
    """A coded value as it is read within a sentence."""
    return str(getattr(record, f"get_{name}_display")()).lower()


def part(text: Any, before: str = " ", after: str = "") -> str:
    """A text with what stands around it; nothing when there is none."""
    return f"{before}{text}{after}" if text else ""


def speech(record: Any, date: str = "date") -> str:
    """Who said it, when, and whose words the source gives."""
    who = part(record.spoken_by, ", said ")
    relayed = part(getattr(record, "relayed_by", None), ", as told by ")
    own = [c for c in record.citations.all() if c.relation == Citation.Relation.SUPPORTS]
    voice = part(VOICES[own[0].voice], ", ") if own else ""
    said = dated(record, date)
    return f"{who}{said}{relayed}{voice}" if who else f"{part(said, ',')}{relayed}{voice}"


def where(place: str) -> str:
    """A place with its preposition."""
    return place and f" {place}" if place.startswith(BEFORE_PLACES) else part(place, " in ")


def answer_to(question: Any, stance: str) -> str:
    """A stance on an issue: “supports further talks”, where “Should further talks …?” is asked."""
    asked = re.match(f"should ({re.escape(question.title)})\\b", question.question, re.IGNORECASE)
    if asked:
        return f"{STANCES[stance]} {asked.group(1)}"
    return f"{REPLIES[stance]} “{question.question}”"


def amount(record: Any, name: str, unit: str = "") -> str:
    """Bounds in words: “1,200”, “3 to 5”, “at least 3”."""
    least, most = (getattr(record, f"{name}_{end}") for end in ("min", "max"))
    if least is None and most is None:
        return ""
    if least == most:
        number = f"{least:,}"
    elif most is None:
        number = f"at least {least:,}"
    else:
        number = f"at most {most:,}" if least is None else f"{least:,} to {most:,}"
    return f"{number}{part(unit)}"


def language(tag: str) -> str:
    """The English name of a language, or its tag where Django does not know it."""
    try:
        return str(get_language_info(tag)["name"])
    except KeyError:
        return tag


def quoted(text: str) -> str:
    """Words in their marks, shortened."""
    return f"“{text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + '…'}”"
