"""THE ANALYSTS' DESK: Django's admin over the rules, the history and the policy of all doors."""

from . import access, actors, incidents, issues, outcomes, proposals, sources, talks

__all__ = [
    "access",
    "actors",
    "incidents",
    "issues",
    "outcomes",
    "proposals",
    "sources",
    "talks",
]
