"""What a user may see of a record that is already read: ``visible_to`` without a query."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy

from negotiations.models import Record, Role, get_role

HIDDEN_RECORDS = gettext_lazy("records that you may not see")


def can_view(user: Any, record: Record) -> bool:
    """Whether the record is among ``visible_to(user)``; a test holds the two together."""
    role = get_role(user)
    if role in {Role.REVIEWER, Role.ADMINISTRATOR} or record.review == Record.Review.PUBLISHED:
        return True
    return role == Role.CONTRIBUTOR and record.created_by_id == user.pk


def format_visible_paths(records: Iterable[Any], user: Any) -> str:
    """The addresses of those that the user may see, and that there are others."""
    found = list(records)
    names = sorted(record.address for record in found if can_view(user, record))
    return ", ".join(names + ([str(HIDDEN_RECORDS)] if len(names) < len(found) else []))
