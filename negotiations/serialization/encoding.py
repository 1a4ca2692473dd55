"""Instants as they are stored: Django's JSON encoder cuts them to milliseconds."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


class ExactJSONEncoder(DjangoJSONEncoder):
    """Write instants to the microsecond.

    Which version held at an instant is decided by microseconds, so a fixture that lost them would
    answer ``as_of`` differently from the database that it came from.
    """

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime.datetime) else super().default(o)
