"""Roles, and who may read a record in each state of review."""

from typing import Any, TypeVar

from django.db.models import Q, QuerySet, Value

from negotiations.models.choices import Vocabulary

Rows = TypeVar("Rows", bound=QuerySet[Any])


class Role(Vocabulary):
    """What a user may do; each is a group of the same name."""

    ANONYMOUS = "anonymous", "Reads published records."
    CONTRIBUTOR = "contributor", "Writes drafts and sends them to review."
    REVIEWER = "reviewer", "Reads and edits everything and publishes what others wrote."
    ADMINISTRATOR = (
        "administrator",
        "Does all this, deletes published records, and keeps the users.",
    )


class Constant(Value):
    """A word of ours that stands in the statement itself, so that partial indexes serve it."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not self.value.isidentifier():
            raise ValueError(f"{self.value!r} is no word to write into a statement.")
        return f"'{self.value}'", ()


GROUPS = (Role.CONTRIBUTOR, Role.REVIEWER, Role.ADMINISTRATOR)
EVERYBODY = frozenset(Role)
WRITERS = frozenset(GROUPS)
EDITORS = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})

# State of review -> (who reads their own records, who reads those of others).
READERS = {
    "draft": (WRITERS, EDITORS),
    "in_review": (WRITERS, EDITORS),
    "published": (EVERYBODY, EVERYBODY),
    "withdrawn": (WRITERS, EDITORS),
}
PUBLIC = tuple(state for state, (_, others) in READERS.items() if others == EVERYBODY)


def get_role(user: Any) -> Role:
    """Return the user's highest role; without a group, anonymous."""
    if user is None or not user.is_authenticated or not user.is_active:
        return Role.ANONYMOUS
    if user.is_superuser:
        return Role.ADMINISTRATOR
    # One query for each user object, however many decisions hang on it.
    if not hasattr(user, "_tracker_groups"):
        user._tracker_groups = frozenset(user.groups.values_list("name", flat=True))
    for role in reversed(GROUPS):
        if role.value in user._tracker_groups:
            return role
    return Role.ANONYMOUS


def is_editor(user: Any) -> bool:
    """Whether the user reads and edits the records of others."""
    return get_role(user) in EDITORS


def can_view_state(user: Any, review: str, author_id: int | None) -> bool:
    """Whether the user may read a record of this author in this state of review."""
    own_roles, other_roles = READERS[review]
    role = get_role(user)
    is_own = author_id is not None and author_id == user.pk if role in WRITERS else False
    return role in (own_roles if is_own else other_roles)


def filter_visible(
    rows: Rows, user: Any, author: str = "created_by", public: Q | None = None
) -> Rows:
    """Return those of the rows that the user may read: ``can_view_state`` as a query.

    ``author`` is the column of a record's author; ``public`` is what everybody reads, by default
    the rows whose ``review`` is ``published``.
    """
    role = get_role(user)
    if role in EDITORS:
        return rows.all()
    [published] = PUBLIC
    condition = Q(review=Constant(published)) if public is None else public
    if role in WRITERS:
        condition |= Q(**{author: user.pk})
    return rows.filter(condition)
