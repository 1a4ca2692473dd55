"""Who may call a view. What they may do with a record is in ``negotiations/permissions.py``.

A view that states no ``permission_classes`` is closed to everyone. Views of records are open
(``AllowAny``): their querysets hold what the caller may see, and each write asks for the right.
"""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from .authentication import require_token


class DenyAll(BasePermission):
    """The default: nobody may call the view."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class TokenRequired(BasePermission):
    """Callers with a token; the view names what they see in ``own_resources``."""

    def has_permission(self, request: Request, view: Any) -> bool:
        require_token(request, f"see your {view.own_resources}")
        return True
