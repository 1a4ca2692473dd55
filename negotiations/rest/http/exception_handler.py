"""From any exception to its one exact answer."""

import logging
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from rest_framework import exceptions

from negotiations.models import StaleVersion
from negotiations.text.counts import format_count

from .problem_details import CODE_BY_STATUS, PROBLEMS, ProblemError, build_problem_response

logger = logging.getLogger(__name__)

ErrorEntry = dict[str, Any]
FAILURE_MESSAGE = "The request failed"

# Exceptions of Django that have an answer of their own; the first kind that fits decides.
HANDLED_EXCEPTIONS: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    ((Http404,), "not_found", "Nothing is found at this address."),
    ((PermissionDenied,), "forbidden", "Your role does not allow this."),
    ((ProtectedError, RestrictedError), "conflict", "Other records refer to it."),
    ((RequestDataTooBig,), "too_large", "The body is over the limit of this address."),
    ((SuspiciousOperation,), "bad_request", "The request is not one that can be answered."),
    ((IntegrityError,), "conflict", "Somebody wrote a conflicting record at the same moment."),
)
# How loudly an operator hears of them.
LOG_LEVELS = {"conflict": logging.WARNING}
UNAVAILABLE_DETAIL = "The database is busy or away."
RETRY_AFTER_SECONDS = "5"
# Conditions that psycopg reports as internal errors: the database is read-only, or it ended a
# transaction that was idle or open for too long.
UNAVAILABLE_SQLSTATES = frozenset({"25006", "25P03", "25P04"})


def escape_pointer_token(name: str) -> str:
    """A member's name in a pointer: RFC 6901 has signs for the two that a pointer is made of."""
    return name.replace("~", "~0").replace("/", "~1")


def flatten_errors(detail: Any, pointer: str = "") -> Iterator[ErrorEntry]:
    """The single faults of a validation error of DRF: nested dicts and lists become pointers."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            about_all = key in {"non_field_errors", "__all__"}
            place = pointer if about_all else f"{pointer}/{escape_pointer_token(str(key))}"
            yield from flatten_errors(value, place)
    elif isinstance(detail, list):
        nested = any(isinstance(item, (Mapping, list)) for item in detail)
        for number, item in enumerate(detail):
            if item:
                yield from flatten_errors(item, f"{pointer}/{number}" if nested else pointer)
    else:
        fault: ErrorEntry = {"pointer": pointer, "code": str(detail.code), "detail": str(detail)}
        if getattr(detail.code, "did_you_mean", None):
            fault["did_you_mean"] = detail.code.did_you_mean
        yield fault


def flatten_model_errors(error: ValidationError) -> list[ErrorEntry]:
    """The single faults of a validation error of the models."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"__all__": error.error_list}
    return [
        {
            "pointer": "" if field == "__all__" else f"/{field}",
            "code": single.code or "invalid",
            "detail": " ".join(single.messages),
        }
        for field, errors in by_field.items()
        for single in errors
    ]


def build_invalid_response(errors: list[ErrorEntry]) -> HttpResponse:
    """400 with every fault."""
    return build_problem_response("invalid", format_count(len(errors), "error"), errors=errors)


def handle_exception(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's exception handler; what it does not know is logged with its trace and answered 500."""
    if isinstance(error, ProblemError):
        return build_problem_response(
            error.code, str(error.detail), errors=error.errors, headers=error.headers, **error.more
        )
    if isinstance(error, exceptions.ValidationError):
        return build_invalid_response(list(flatten_errors(error.detail)))
    if isinstance(error, ValidationError):
        return build_invalid_response(flatten_model_errors(error))
    if isinstance(error, exceptions.APIException):
        return _handle_api_exception(error)
    return _handle_other_exception(error)


def _handle_api_exception(error: exceptions.APIException) -> HttpResponse:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]
    if isinstance(error, exceptions.AuthenticationFailed):
        return build_problem_response("bad_token", str(error.detail), headers=headers)
    if isinstance(error, exceptions.ParseError):
        return build_problem_response("malformed", str(error.detail))
    return build_problem_response(
        CODE_BY_STATUS[error.status_code], str(error.detail), headers=headers
    )


def _handle_other_exception(error: Exception) -> HttpResponse:
    if isinstance(error, StaleVersion):
        detail = "Somebody changed the record while this request ran."
        return build_problem_response("stale", detail, current_version=error.stored)
    if is_unavailable(error):
        log_unavailable(error)
        return build_problem_response(
            "unavailable", UNAVAILABLE_DETAIL, headers={"Retry-After": RETRY_AFTER_SECONDS}
        )
    for kinds, code, detail in HANDLED_EXCEPTIONS:
        if isinstance(error, kinds):
            logger.log(LOG_LEVELS.get(code, logging.DEBUG), detail, exc_info=error)
            return build_problem_response(code, detail)
    logger.error(FAILURE_MESSAGE, exc_info=error)
    return build_problem_response("error", "The fault is ours and is logged.")


# A database that cannot answer now


def is_unavailable(error: BaseException | None) -> bool:
    """Return whether the database is busy, away, full or read-only, so that a retry may succeed."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", None) in UNAVAILABLE_SQLSTATES
    return isinstance(error, (OperationalError, InterfaceError))


def log_unavailable(error: BaseException) -> None:
    """Write the reason into the log; answers do not contain it."""
    logger.error(UNAVAILABLE_DETAIL, exc_info=error)


def respond_unavailable(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Log the reason and answer 503, to people with a page."""
    log_unavailable(error)
    response = render_page_or_problem(
        request, "unavailable", UNAVAILABLE_DETAIL, "Try again in a few seconds."
    )
    response["Retry-After"] = RETRY_AFTER_SECONDS
    response["Cache-Control"] = "no-store"
    return response


# Django's own error pages: a page for people, a problem document for programs.


def render_page_or_problem(
    request: HttpRequest, code: str, detail: str, advice: str = ""
) -> HttpResponse:
    """A refusal outside the API, with advice of its own or that of the code."""
    if not accepts_html(request):
        return build_problem_response(code, detail)
    status, title, usual = PROBLEMS[code]
    context = {"title": title, "detail": detail, "advice": advice or usual}
    return TemplateResponse(request, "problem.html", context, status=status).render()


def accepts_html(request: HttpRequest) -> bool:
    """Return whether a person reads the answer."""
    is_api = f"{request.path}/".startswith("/api/")
    return not is_api and "text/html" in request.headers.get("Accept", "")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    if isinstance(exception, RequestDataTooBig):
        return render_page_or_problem(request, "too_large", "The body is over the limit.")
    return render_page_or_problem(request, "bad_request", "The request cannot be read.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return render_page_or_problem(request, "forbidden", "Your role does not allow this.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    detail = "The form has expired. Go back, load the page again and repeat."
    return render_page_or_problem(request, "forbidden", detail)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return render_page_or_problem(request, "not_found", "Nothing is found at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; it runs while the exception is being handled."""
    error = sys.exception()
    if error is not None and is_unavailable(error):
        return respond_unavailable(request, error)
    return render_page_or_problem(request, "error", "The fault is ours and is logged.")
