"""What every view of the API has in common."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request

from .throttling import RateLimitMixin


class APIBaseView(RateLimitMixin):
    """What every address of the API has in common."""

    # Browsers' preflights are answered before any view; a description is the OpenAPI document.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    metadata_class = None

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """Read the address as UTF-8, whatever ``Content-Type`` says of the body."""
        request.encoding = "utf-8"
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a method that is not there before asking who calls."""
        handler = getattr(self, (request.method or "").lower(), None)
        if request.method not in self.allowed_methods or handler is None:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)


def get_first_or_404(found: Sequence[Any]) -> Any:
    """The one thing that was found; 404 when there is none."""
    if not found:
        raise Http404
    return found[0]
