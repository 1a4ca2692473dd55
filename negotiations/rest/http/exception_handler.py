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

from .problem_details import BY_STATUS, PROBLEMS, Refusal, answer

logger = logging.getLogger(__name__)

Fault = dict[str, Any]
LOGGED_AS_FAILURE = "The request failed"

# Exceptions of Django that have an answer of their own; the first kind that fits decides.
KNOWN: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    ((Http404,), "not_found", "Nothing is found at this address."),
    ((PermissionDenied,), "forbidden", "Your role does not allow this."),
    ((ProtectedError, RestrictedError), "conflict", "Other records refer to it."),
    ((RequestDataTooBig,), "too_large", "The body is over the limit of this address."),
    ((SuspiciousOperation,), "bad_request", "The request is not one that can be answered."),
    ((IntegrityError,), "conflict", "Somebody wrote a conflicting record at the same moment."),
)
# How loudly an operator hears of them.
LEVELS = {"conflict": logging.WARNING}
UNAVAILABLE = "The database is busy or away."
RETRY_AFTER_SECONDS = "5"
# Conditions that psycopg reports as internal errors: the database is read-only, or it ended a
# transaction that was idle or open for too long.
UNAVAILABLE_STATES = frozenset({"25006", "25P03", "25P04"})


def step(name: str) -> str:
    """A member's name in a pointer: RFC 6901 has signs for the two that a pointer is made of."""
    return name.replace("~", "~0").replace("/", "~1")


def faults_of(detail: Any, pointer: str = "") -> Iterator[Fault]:
    """The single faults of a validation error of DRF: nested dicts and lists become pointers."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            about_all = key in {"non_field_errors", "__all__"}
            place = pointer if about_all else f"{pointer}/{step(str(key))}"
            yield from faults_of(value, place)
    elif isinstance(detail, list):
        nested = any(isinstance(item, (Mapping, list)) for item in detail)
        for number, item in enumerate(detail):
            if item:
                yield from faults_of(item, f"{pointer}/{number}" if nested else pointer)
    else:
        fault: Fault = {"pointer": pointer, "code": str(detail.code), "detail": str(detail)}
        if getattr(detail.code, "did_you_mean", None):
            fault["did_you_mean"] = detail.code.did_you_mean
        yield fault


def faults_of_rules(error: ValidationError) -> list[Fault]:
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


def invalid(errors: list[Fault]) -> HttpResponse:
    """400 with every fault."""
    detail = "1 fault" if len(errors) == 1 else f"{len(errors)} faults"
    return answer("invalid", detail, errors=errors)


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's exception handler; what it does not know is logged with its trace and answered 500."""
    if isinstance(error, Refusal):
        return answer(
            error.code, str(error.detail), errors=error.errors, headers=error.headers, **error.more
        )
    if isinstance(error, exceptions.ValidationError):
        return invalid(list(faults_of(error.detail)))
    if isinstance(error, ValidationError):
        return invalid(faults_of_rules(error))
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    return _of_program(error)


def _of_framework(error: exceptions.APIException) -> HttpResponse:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]
    if isinstance(error, exceptions.AuthenticationFailed):
        return answer("bad_token", str(error.detail), headers=headers)
    if isinstance(error, exceptions.ParseError):
        return answer("malformed", str(error.detail))
    return answer(BY_STATUS[error.status_code], str(error.detail), headers=headers)


def _of_program(error: Exception) -> HttpResponse:
    if isinstance(error, StaleVersion):
        detail = "Somebody changed the record while this request ran."
        return answer("stale", detail, current_version=error.stored)
    if is_unavailable(error):
        log_unavailable(error)
        return answer("unavailable", UNAVAILABLE, headers={"Retry-After": RETRY_AFTER_SECONDS})
    for kinds, code, detail in KNOWN:
        if isinstance(error, kinds):
            logger.log(LEVELS.get(code, logging.DEBUG), detail, exc_info=error)
            return answer(code, detail)
    logger.error(LOGGED_AS_FAILURE, exc_info=error)
    return answer("error", "The fault is ours and is logged.")


# A database that cannot answer now


def is_unavailable(error: BaseException | None) -> bool:
    """Tell whether the database is busy, away, full or read-only, so that a retry may succeed."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", None) in UNAVAILABLE_STATES
    return isinstance(error, (OperationalError, InterfaceError))


def log_unavailable(error: BaseException) -> None:
    """Write the reason into the log; answers do not contain it."""
    logger.error(UNAVAILABLE, exc_info=error)


def unavailable(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Log the reason and answer 503, to people with a page."""
    log_unavailable(error)
    response = page_or_problem(request, "unavailable", UNAVAILABLE, "Try again in a few seconds.")
    response["Retry-After"] = RETRY_AFTER_SECONDS
    response["Cache-Control"] = "no-store"
    return response


# Django's own error pages: a page for people, a problem document for programs.


def page_or_problem(request: HttpRequest, code: str, detail: str, advice: str = "") -> HttpResponse:
    """A refusal outside the API, with advice of its own or that of the code."""
    if not wants_page(request):
        return answer(code, detail)
    status, title, usual = PROBLEMS[code]
    context = {"title": title, "detail": detail, "advice": advice or usual}
    return TemplateResponse(request, "problem.html", context, status=status).render()


def wants_page(request: HttpRequest) -> bool:
    """Tell whether a person reads the answer."""
    is_api = f"{request.path}/".startswith("/api/")
    return not is_api and "text/html" in request.headers.get("Accept", "")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    if isinstance(exception, RequestDataTooBig):
        return page_or_problem(request, "too_large", "The body is over the limit.")
    return page_or_problem(request, "bad_request", "The request cannot be read.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return page_or_problem(request, "forbidden", "Your role does not allow this.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    detail = "The form has expired. Go back, load the page again and repeat."
    return page_or_problem(request, "forbidden", detail)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return page_or_problem(request, "not_found", "Nothing is found at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; it runs while the exception is being handled."""
    error = sys.exception()
    if error is not None and is_unavailable(error):
        return unavailable(request, error)
    return page_or_problem(request, "error", "The fault is ours and is logged.")
