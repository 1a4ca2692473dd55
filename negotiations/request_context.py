"""What is known of the request being answered, for code that is not given the request."""

from contextvars import ContextVar

from django.http import HttpRequest

# The id of the request being answered; empty in commands.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def is_admin_request(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")
