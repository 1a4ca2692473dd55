"""Numbers in words, as every interface shows them."""

# One and several; of other units only the note knows the name.
UNITS = {
    "": ("", ""),
    "persons": ("person", "persons"),
    "bodies": ("body", "bodies"),
    "days": ("day", "days"),
    "items": ("item", "items"),
    "usd": ("USD", "USD"),
    "eur": ("EUR", "EUR"),
    "other": ("units (see the note)", "units (see the note)"),
}


def format_amount(least: int | None, most: int | None, unit: str = "") -> str:
    """Write bounds as “1,200 persons”, “3 to 5”, “at least 3”; nothing without a number.

    “0 to 500” has both bounds, “at most 500” no lower one. The unit agrees with the last number.
    """
    if least is None and most is None:
        return ""
    if least == most:
        number = f"{least:,}"
    elif most is None:
        number = f"at least {least:,}"
    elif least is None:
        number = f"at most {most:,}"
    else:
        number = f"{least:,} to {most:,}"
    one, several = UNITS[unit]
    last = least if most is None else most
    return f"{number} {one if last == 1 else several}".rstrip()
