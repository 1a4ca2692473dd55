"""THE ANALYSTS' DESK: Django's admin over the rules, the history and the policy of all doors."""

from . import (
    access,
    actors,
    citations,
    incidents,
    issues,
    outcomes,
    proposals,
    sources,
    talks,
    webhooks,
)

__all__ = [
    "access",
    "actors",
    "citations",
    "incidents",
    "issues",
    "outcomes",
    "proposals",
    "sources",
    "talks",
    "webhooks",
]
