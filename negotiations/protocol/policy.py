"""Who may do what: one table for the API and the admin.

What a user may not see is missing to them (404); what they see and may not do is refused (403).
"""

from typing import Any

from django.conf import settings

from negotiations.models import Record, Role, role_of

ANONYMOUS, CONTRIBUTOR, REVIEWER, ADMINISTRATOR = (
    Role.ANONYMOUS,
    Role.CONTRIBUTOR,
    Role.REVIEWER,
    Role.ADMINISTRATOR,
)
DRAFT, IN_REVIEW, PUBLISHED, WITHDRAWN = Record.Review

NOBODY: frozenset[Role] = frozenset()
EVERYBODY = frozenset(Role)
OWNER = frozenset({CONTRIBUTOR, REVIEWER, ADMINISTRATOR})
EDITORS = frozenset({REVIEWER, ADMINISTRATOR})
KEEPERS = frozenset({ADMINISTRATOR})

# (action, state of review) -> (who may on their own record, who may on another's).
# A contributor's record that waits for review is taken back before it is edited.
TABLE: dict[tuple[str, str], tuple[frozenset[Role], frozenset[Role]]] = {
    ("read", DRAFT): (OWNER, EDITORS),
    ("read", IN_REVIEW): (OWNER, EDITORS),
    ("read", PUBLISHED): (EVERYBODY, EVERYBODY),
    ("read", WITHDRAWN): (OWNER, EDITORS),
    ("edit", DRAFT): (OWNER, EDITORS),
    ("edit", IN_REVIEW): (EDITORS, EDITORS),
    ("edit", PUBLISHED): (EDITORS, EDITORS),
    ("edit", WITHDRAWN): (EDITORS, EDITORS),
    ("delete", DRAFT): (OWNER, EDITORS),
    ("delete", IN_REVIEW): (EDITORS, EDITORS),
    ("delete", PUBLISHED): (KEEPERS, KEEPERS),
    ("delete", WITHDRAWN): (KEEPERS, KEEPERS),
    ("submit", DRAFT): (OWNER, EDITORS),
    ("submit", IN_REVIEW): (OWNER, EDITORS),
    ("submit", WITHDRAWN): (EDITORS, EDITORS),
    ("publish", DRAFT): (NOBODY, EDITORS),
    ("publish", IN_REVIEW): (NOBODY, EDITORS),
    ("publish", PUBLISHED): (NOBODY, EDITORS),
    ("publish", WITHDRAWN): (NOBODY, EDITORS),
}


def may_create(user: Any) -> bool:
    """Whether the user may make records, which always start as drafts."""
    return role_of(user) in OWNER


def may_merge(user: Any) -> bool:
    """Whether the user may make two records one."""
    return role_of(user) in EDITORS


def may(user: Any, action: str, record: Record) -> bool:
    """Whether the user may ``edit``, ``delete``, ``submit`` or ``publish`` the record as stored.

    ``submit`` is to send it to review or take it back, ``publish`` to approve or withdraw it.
    """
    own = record.created_by_id is not None and record.created_by_id == user.pk
    own_roles, other_roles = who_may(action, record.review)
    return role_of(user) in (own_roles if own else other_roles)


def who_may(action: str, review: str) -> tuple[frozenset[Role], frozenset[Role]]:
    """The roles that may on their own record, and those that may on another's."""
    own_roles, other_roles = TABLE.get((action, review), (NOBODY, NOBODY))
    if action == "publish" and settings.TRACKER_ALLOW_SELF_REVIEW:
        own_roles = EDITORS
    return own_roles, other_roles


def reach(role: Role, action: str, review: str) -> str:
    """On whose records in this state the role may: ``all``, ``own``, ``others`` or ``none``."""
    own_roles, other_roles = who_may(action, review)
    names = {(True, True): "all", (True, False): "own", (False, True): "others"}
    return names.get((role in own_roles, role in other_roles), "none")


def step(old: str, new: str) -> str:
    """The action by which a record passes from one state of review to another."""
    return "publish" if PUBLISHED in {old, new} else "submit"
