"""Who may do what: one table for every interface.

Who may read a record is stated in ``models/system/roles.py``, where querysets need it.

What a user may not see is missing to them (404); what they see and may not do is refused (403).

Nothing becomes public without a second person, unless ``TRACKER_ALLOW_SELF_REVIEW`` is set: whoever
wrote what is not approved yet does not publish it, and a published record is not edited. It is
withdrawn, changed, and published again by another reviewer.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy

from negotiations.models import Change, Citation, Record, Role, get_role
from negotiations.models.system.roles import (
    EDITORS,
    READERS,
    WRITERS,
    can_view_state,
)

DRAFT, IN_REVIEW, PUBLISHED, WITHDRAWN = Record.Review

NOBODY: frozenset[Role] = frozenset()
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})

# (action, state of review) -> (who may on their own record, who may on another's).
# A contributor's record that waits for review is taken back before it is edited.
PERMISSION_TABLE: dict[tuple[str, str], tuple[frozenset[Role], frozenset[Role]]] = {
    **{("read", review): roles for review, roles in READERS.items()},
    ("edit", DRAFT): (WRITERS, EDITORS),
    ("edit", IN_REVIEW): (EDITORS, EDITORS),
    ("edit", PUBLISHED): (NOBODY, NOBODY),
    ("edit", WITHDRAWN): (EDITORS, EDITORS),
    ("delete", DRAFT): (WRITERS, EDITORS),
    ("delete", IN_REVIEW): (EDITORS, EDITORS),
    ("delete", PUBLISHED): (ADMINISTRATORS, ADMINISTRATORS),
    ("delete", WITHDRAWN): (ADMINISTRATORS, ADMINISTRATORS),
    ("submit", DRAFT): (WRITERS, EDITORS),
    ("submit", IN_REVIEW): (WRITERS, EDITORS),
    ("submit", WITHDRAWN): (EDITORS, EDITORS),
    ("publish", DRAFT): (NOBODY, EDITORS),
    ("publish", IN_REVIEW): (NOBODY, EDITORS),
    ("publish", WITHDRAWN): (NOBODY, EDITORS),
    ("withdraw", PUBLISHED): (EDITORS, EDITORS),
}
ACTIONS = tuple(dict.fromkeys(action for action, _ in PERMISSION_TABLE))
# What one reviewer may do alone where self-review is allowed.
SELF_REVIEW_ACTIONS = {
    ("edit", PUBLISHED),
    ("publish", DRAFT),
    ("publish", IN_REVIEW),
    ("publish", WITHDRAWN),
}

NOT_ALLOWED = gettext_lazy("Your role does not allow this for this record.")
NEEDS_SECOND_PERSON = gettext_lazy(
    "A published record changes only with a second person: withdraw it, change it, and let another "
    "reviewer publish it."
)
# Why a contributor may not edit even their own record, by its state of review.
CLOSED_TO_CONTRIBUTORS = {
    IN_REVIEW: gettext_lazy("The record waits for review: take it back before you change it."),
    PUBLISHED: gettext_lazy("The record is published: ask a reviewer to change it."),
    WITHDRAWN: gettext_lazy("The record is withdrawn: ask a reviewer to change it."),
}
PUBLISHES_OWN_WORK = gettext_lazy(
    "You wrote part of what this would publish: another reviewer publishes it."
)
CHANGES_AND_PUBLISHES = gettext_lazy(
    "Save the change first; then another reviewer publishes the record."
)
MERGES_UNREVIEWED = gettext_lazy(
    "Merging would publish what no second person has reviewed: publish “%(gone)s” first, or "
    "withdraw “%(kept)s”."
)
MERGES_PUBLISHED = gettext_lazy(
    "Merging deletes “%(gone)s”, which is published: only an administrator does that."
)
MERGES_OWN_WORK = gettext_lazy(
    "Merging would publish citations that you added: let another reviewer publish them first."
)


def can_view(user: Any, record: Any) -> bool:
    """Whether the user may read the record, or one of its versions, as it is here."""
    return can_view_state(user, record.review, record.created_by_id)


def can_create(user: Any) -> bool:
    """Whether the user may make records, which always start as drafts."""
    return get_role(user) in WRITERS


def can_merge(user: Any) -> bool:
    """Whether the user may make two records one."""
    return get_role(user) in EDITORS


def can_perform(user: Any, action: str, record: Record) -> bool:
    """Whether the user may take an action on the record as stored.

    The actions are ``edit``, ``delete``, ``submit`` (send to review or take back), ``publish`` and
    ``withdraw``. Their own is what they made; when they publish, what they wrote since it was last
    approved.
    """
    own_roles, other_roles = get_allowed_roles(action, record.review)
    if own_roles == other_roles:
        return get_role(user) in own_roles
    if action == "publish":
        own = user.pk in find_authors_to_review(record)
    else:
        own = record.created_by_id is not None and record.created_by_id == user.pk
    return get_role(user) in (own_roles if own else other_roles)


def find_authors_to_review(record: Record) -> set[int]:
    """The users whose work on the record somebody else has to approve.

    They are the authors of what changed in the record and in its citations since it was last
    published; if nothing has, its author.
    """
    authors = find_authors_since_approval(record.resource_name, [record.slug])
    if hasattr(record, "citations"):
        waiting = record.citations.exclude(review__in=[PUBLISHED, WITHDRAWN])
        slugs = list(waiting.values_list("slug", flat=True))
        authors |= find_authors_since_approval(Citation.resource_name, slugs)
    return authors or {key for key in [record.created_by_id] if key is not None}


def find_authors_since_approval(collection: str, slugs: Iterable[str]) -> set[int]:
    """The users who wrote versions of these records after the last published one of each."""
    rows = Change.objects.filter(kind=collection, slug__in=slugs).order_by("slug", "-sequence")
    authors, approved = set(), set()
    for slug, after, changed, author in rows.values_list("slug", "review_after", "changed", "by"):
        if after == PUBLISHED:
            approved.add(slug)
        elif slug not in approved and changed != ["review"] and author is not None:
            authors.add(author)
    return authors


def needs_second_person() -> bool:
    """Whether nothing becomes public without a second person."""
    return not settings.TRACKER_ALLOW_SELF_REVIEW


def find_refusal(user: Any, stored: Record, review: str, changed: Iterable[str]) -> str:
    """Say why the user may not change these fields of a record, or take it to ``review``.

    Return an empty string when they may.
    """
    fields, needed = set(changed) - {"review"}, []
    if fields:
        needed.append("edit")
    if "review" in changed:
        needed.append(get_review_action(stored.review, review))
    for action in needed:
        if not can_perform(user, action, stored):
            return explain_refusal(user, action, stored)
    both = needed == ["edit", "publish"] and needs_second_person()
    return str(CHANGES_AND_PUBLISHES) if both else ""


def explain_refusal(user: Any, action: str, stored: Record) -> str:
    """Say why the action is refused, and what to do where something can be done."""
    if get_role(user) in EDITORS and (action, stored.review) in SELF_REVIEW_ACTIONS:
        return str(NEEDS_SECOND_PERSON if action == "edit" else PUBLISHES_OWN_WORK)
    if get_role(user) == Role.CONTRIBUTOR and action == "edit":
        closed = CLOSED_TO_CONTRIBUTORS.get(Record.Review(stored.review))
        return str(NOT_ALLOWED if closed is None else closed)
    return str(NOT_ALLOWED)


def find_merge_refusal(user: Any, gone: Record, kept: Record, referrers: Iterable[Record]) -> str:
    """Say why merging would make something public without a second person, or return ``""``."""
    if not needs_second_person():
        return ""
    if gone.review == PUBLISHED and not can_perform(user, "delete", gone):
        return str(MERGES_PUBLISHED % {"gone": gone})
    if kept.review == PUBLISHED != gone.review:
        return str(MERGES_UNREVIEWED % {"gone": gone, "kept": kept})
    for record in (kept, *referrers):
        if record.review == PUBLISHED and hasattr(record, "citations"):
            waiting = record.citations.exclude(review__in=[PUBLISHED, WITHDRAWN])
            if waiting.filter(created_by=user).exists():
                return str(MERGES_OWN_WORK)
    return ""


def get_allowed_roles(action: str, review: str) -> tuple[frozenset[Role], frozenset[Role]]:
    """The roles that may on their own record, and those that may on another's."""
    if (action, review) in SELF_REVIEW_ACTIONS and not needs_second_person():
        return EDITORS, EDITORS
    return PERMISSION_TABLE.get((action, review), (NOBODY, NOBODY))


def get_reach(role: Role, action: str, review: str) -> str:
    """On whose records in this state the role may: ``all``, ``own``, ``others`` or ``none``."""
    own_roles, other_roles = get_allowed_roles(action, review)
    names = {(True, True): "all", (True, False): "own", (False, True): "others"}
    return names.get((role in own_roles, role in other_roles), "none")


def get_review_action(old: str, new: str) -> str:
    """The action by which a record passes from one state of review to another."""
    if old == PUBLISHED:
        return "withdraw"
    return "publish" if new == PUBLISHED else "submit"
