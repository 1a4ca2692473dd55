"""Free slugs, found by equality on an index: no write costs more in a larger table."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

from negotiations.sql_cache import fetch_rows

from .rows import among

# Names in one question.
CHUNK = 500
# Powers of two up to this are asked first; a kind has fewer records of one stem.
HIGHEST = 2**24
# Into so many parts the numbers between a taken and a free one are divided in one question.
PARTS = 16


def number_slug(stem: str, number: int) -> str:
    """Build the slug of a stem's nth record; the first one has no number."""
    return stem if number == 1 else f"{stem}-{number}"


def find_taken_slugs(kind: Any, slugs: Iterable[str]) -> set[str]:
    """Return those slugs that a record of the kind has, or had before it was deleted."""
    erasures: Any = apps.get_model("negotiations", "Erasure")
    names, taken = sorted(set(slugs)), set[str]()
    # Written out: for Django to write this union takes ten times as long as to answer it.
    kinds = (kind, kind.history.model)
    by_slug = [f"SELECT slug FROM {quote_table(each)} WHERE slug" for each in kinds]  # noqa: S608
    by_digest = f"SELECT digest FROM {quote_table(erasures)} WHERE kind = %s AND digest"  # noqa: S608
    for start in range(0, len(names), CHUNK):
        asked = names[start : start + CHUNK]
        # Of slugs that were erased with their records there are keyed hashes.
        digests = {hash_erased_slug(kind.resource_name, slug): slug for slug in asked}
        condition, those = among(asked)
        _, hashed = among(digests)
        sql = " UNION ".join(f"{part} {condition}" for part in (*by_slug, by_digest))
        found = fetch_rows(sql, [those, those, kind.resource_name, hashed])
        taken |= {digests.get(each, each) for (each,) in found}
    return taken


def quote_table(model: Any) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def find_free_numbers(kind: Any, stems: Iterable[str]) -> dict[str, int]:
    """Return for each stem a number whose slug is free and the one before it is taken."""
    stems = set(stems)
    taken = find_taken_slugs(kind, stems)
    free = dict.fromkeys(stems - taken, 1)
    # For each of the others: a number that is taken, and those to ask about next.
    powers = [2**power for power in range(1, HIGHEST.bit_length())]
    asked = dict.fromkeys(taken, (1, powers))
    while asked:
        wanted = {stem: [number_slug(stem, n) for n in ns] for stem, (_, ns) in asked.items()}
        taken = find_taken_slugs(kind, (slug for slugs in wanted.values() for slug in slugs))
        following = {}
        for stem, (lowest, numbers) in asked.items():
            known = {n: slug in taken for n, slug in zip(numbers, wanted[stem], strict=True)}
            last = max((n for n, is_taken in known.items() if is_taken), default=lowest)
            first = min(n for n in (*numbers, 2 * HIGHEST) if n > last)
            if first == last + 1:
                free[stem] = first
            else:
                step = -(-(first - last) // PARTS)
                following[stem] = (last, [*range(last + step, first, step), first])
        asked = following
    return free


def assign_slugs(records: Sequence[Any], taken_besides: Iterable[str] = ()) -> None:
    """Give each record of one kind that has no slug a free one, made from its content."""
    kind = type(records[0])
    used = {*taken_besides} | {record.slug for record in records if record.slug}
    unnamed = [record for record in records if not record.slug]
    stems = {id(record): record.slug_stem() for record in unnamed}
    following = find_free_numbers(kind, stems.values())
    while unnamed:
        for record in unnamed:
            stem = stems[id(record)]
            while (slug := number_slug(stem, following[stem])) in used:
                following[stem] += 1
            following[stem] += 1
            record.slug = slug
            used.add(slug)
        # Numbers that follow a free one may be taken, where a record of another stem has them.
        taken = find_taken_slugs(kind, (record.slug for record in unnamed))
        unnamed = [record for record in unnamed if record.slug in taken]


def hash_erased_slug(kind: str, slug: str) -> str:
    """The keyed hash of an address."""
    key = settings.TRACKER_TOKEN_PEPPER.encode()
    return hmac.new(key, f"erased:{kind}/{slug}".encode(), hashlib.sha256).hexdigest()
