"""Pieces of sentences: lists of names, labels, places, quotations."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language_info

VOICES = {
    "direct_speech": "direct speech",
    "reported_speech": "reported speech",
    "narrator": "the source's narration",
    "headline": "a headline",
}
RELATIONS = {
    "supports": "supports",
    "contradicts": "contradicts",
    "context": "helps to understand",
}
# Short enough to be read in one glance; the page of the record has all of it.
LONGEST_QUOTE = 160


def join_names(records: Iterable[Any], word: str = "and") -> str:
    """Join names as in “A, B and C”; nothing of none."""
    names = [str(record) for record in records]
    return f" {word} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def join_facts(*facts: str, mark: str = "; ") -> str:
    """Join what is known; what is empty is left out."""
    return mark.join(filter(None, facts))


def label(name: str, value: Any) -> str:
    """Put a name before a value, “agreed by: Russia”; nothing without a value.

    After a colon no name of a party needs an article, and no verb has to agree with it.
    """
    return f"{name}: {value}" if value else ""


def enclose(text: Any) -> str:
    """Add a text in brackets, after a space; nothing without a text."""
    return f" ({text})" if text else ""


def get_label(record: Any, name: str) -> str:
    """Return the label of a coded value as it reads within a sentence."""
    return str(getattr(record, f"get_{name}_display")()).lower()


def format_language(tag: str) -> str:
    """Return the English name of a language, or its tag where Django does not know it."""
    try:
        return str(get_language_info(tag)["name"])
    except KeyError:
        return tag


def quote(text: Any) -> str:
    """Put a whole text in quotation marks."""
    return f"“{text}”"


def shorten(text: str) -> str:
    """Put the beginning of a source's words in quotation marks, and show that more follows."""
    return quote(text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…")


def end_sentence(text: str) -> str:
    """End a text with its full stop unless it ends by itself, within quotation marks too."""
    return text if text.rstrip("”’»“\"'").endswith((".", "!", "?", "…")) else f"{text}."
