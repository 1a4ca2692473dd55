"""A quotation in its paragraph."""

# So much of a text is shown on either side of a quotation, in characters; sources may be books.
CONTEXT_LENGTH = 600


def get_paragraph_context(
    piece: str, begins: int, start: int | None, length: int
) -> tuple[str, str]:
    """Return what is before and after words in their paragraph; a long one is cut at a space.

    The words are at ``start`` of a text, of which ``piece`` is the part from ``begins``,
    ``CONTEXT_LENGTH`` before them, to as much after them. Words that are not found have nothing
    around them.
    """
    if start is None:
        return "", ""
    first = start - begins
    before, after = piece[:first], piece[first + length :]
    lines_before, lines_after = before.split("\n"), after.split("\n")
    is_cut = len(lines_before) == 1 and begins > 0
    before = f"… {before.partition(' ')[2] or before}" if is_cut else lines_before[-1]
    is_cut = len(lines_after) == 1 and len(after) >= CONTEXT_LENGTH
    after = f"{after.rpartition(' ')[0] or after} …" if is_cut else lines_after[0]
    return before, after
