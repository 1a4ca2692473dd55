"""How many of something, in English words."""


def format_count(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number} {noun}" if number == 1 else f"{number} {form_plural(noun)}"


def form_plural(noun: str) -> str:
    """``entries`` of ``entry``, ``errors`` of ``error``."""
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
