"""Quantities that are known within bounds: at least so many, at most so many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Bounds:
    """At least and at most; null where no source says."""

    min: Annotated[int | None, "At least; null when no source gives a number."]
    max: Annotated[int | None, "At most; null is open."]


ZERO = Bounds(0, 0)
UNKNOWN = Bounds(None, None)


def add_bounds(parts: Iterable[Bounds]) -> Bounds:
    """The sum of things that are counted apart.

    What has no least number adds nothing to the least, and the sum has none if no part has one;
    what is open at the top leaves the sum open. Nothing added up is 0.
    """
    found = list(parts)
    if not found:
        return ZERO
    least = [part.min for part in found if part.min is not None]
    most = [part.max for part in found if part.max is not None]
    return Bounds(sum(least) if least else None, sum(most) if len(most) == len(found) else None)


def merge_bounds(counts: Iterable[Bounds]) -> Bounds:
    """What is there in all when any may or may not be counted in any other already.

    At least the largest of them, at most all together: nothing is counted twice.
    """
    found = list(counts)
    least = [count.min for count in found if count.min is not None]
    most = [count.max for count in found if count.max is not None]
    return Bounds(max(least) if least else None, sum(most) if len(most) == len(found) else None)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of what was promised: 1 is all of it."""

    min: Annotated[float | None, "At least; null when the numbers do not say."]
    max: Annotated[float | None, "At most; null is open."]


def compute_share(done: Bounds, promised: Bounds) -> Share:
    """How much of what was promised was done, to four digits; more than 1 is more than promised.

    Neither 0 nor 1 is a rounded number. The least is the least done of the most promised, the most
    the other way round.
    """
    least = done.min / promised.max if done.min is not None and promised.max else None
    most = done.max / promised.min if done.max is not None and promised.min else None
    return Share(_round(least), _round(most))


def _round(part: float | None) -> float | None:
    if part is None:
        return None
    found = round(part, 4)
    if found in {0, 1} and found != part:
        return found + 0.0001 if part > found else found - 0.0001
    return found
