"""THE ANALYSTS' DESK: Django's admin over the rules, the history and the policy of all doors."""

from . import (
    actors,
    citations,
    incidents,
    issues,
    outcomes,
    proposals,
    sources,
    talks,
    users,
    webhooks,
)

__all__ = [
    "actors",
    "citations",
    "incidents",
    "issues",
    "outcomes",
    "proposals",
    "sources",
    "talks",
    "users",
    "webhooks",
]
