"""What is said of records that the user may not see."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy

from negotiations.permissions import can_view

HIDDEN_RECORDS = gettext_lazy("records that you may not see")


def format_visible_paths(records: Iterable[Any], user: Any) -> str:
    """List the paths of the records that the user may see, and say whether there are others."""
    found = list(records)
    names = sorted(record.address for record in found if can_view(user, record))
    return ", ".join(names + ([str(HIDDEN_RECORDS)] if len(names) < len(found) else []))
