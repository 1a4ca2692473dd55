"""Links to words in a page of another site (URL fragment text directives, WICG draft)."""

from urllib.parse import quote

# A longer quotation is named by its first and its last words: what lies between may be laid out
# in a way of its own.
LONGEST, EDGE = 80, 5


def text_link(url: str, words: str) -> str:
    """The address that leads a browser to these words; one that cannot reads the page from its top.

    >>> text_link("https://news.example/1", "no, never")
    'https://news.example/1#:~:text=no%2C%20never'
    """
    start, _, fragment = url.partition("#")
    fragment = fragment.partition(":~:")[0]
    return f"{start}#{fragment}:~:text={build_text_directive(words)}"


def build_text_directive(words: str) -> str:
    """``start`` or ``start,end``, with the characters that have a meaning there encoded."""
    lines = words.strip().split("\n")
    first, last = lines[0].split(), lines[-1].split()
    if len(lines) > 1:
        return f"{encode_words(first[:EDGE])},{encode_words(last[-EDGE:])}"
    # The two edges share no word.
    edge = min(EDGE, len(first) // 2)
    if len(words) <= LONGEST or not edge:
        return encode_words(first)
    return f"{encode_words(first[:edge])},{encode_words(first[-edge:])}"


def encode_words(parts: list[str]) -> str:
    """Words as a directive holds them; a hyphen would begin its context."""
    return quote(" ".join(parts), safe="").replace("-", "%2D")
