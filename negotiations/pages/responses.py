"""A page as it is sent: the same for everybody, with a validator for caches, without a cookie."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, cast

from django.core.handlers.exception import convert_exception_to_response
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from negotiations.rest.http.conditional import build_body_etag, get_conditional_response
from negotiations.rest.http.exception_handler import (
    is_unavailable,
    render_page_or_problem,
    respond_unavailable,
)
from negotiations.rest.http.response_cache import get_or_build_response
from negotiations.rest.http.throttling import count_request, get_response_size

# What stands at an address of these has one format.
PAGE = "page"


def rate_limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, for as many requests a minute as an address may make of the API and pages together.

    Refusals of the view say what is left, as its answers do.
    """

    @wraps(view)
    def answer(request: HttpRequest, **named: str) -> HttpResponse:
        allowance = count_request(request)
        if allowance is None:
            return view(request, **named)
        if allowance.is_exceeded:
            advice = f"Go on in {allowance.seconds} seconds."
            response = render_page_or_problem(request, "throttled", allowance.refusal, advice)
            response["Retry-After"] = str(allowance.seconds)
        else:
            safely = convert_exception_to_response(
                partial(answer_or_refuse, partial(view, **named))
            )
            response = cast(HttpResponse, safely(request))
            allowance = allowance.charge(get_response_size(response))
        for name, value in allowance.headers.items():
            response[name] = value
        return response

    return answer


def answer_or_refuse(
    view: Callable[[HttpRequest], HttpResponse], request: HttpRequest
) -> HttpResponse:
    """Return the view's answer, or 503 when the database cannot give one now."""
    try:
        return view(request)
    except (DatabaseError, InterfaceError) as error:
        if is_unavailable(error):
            return respond_unavailable(request, error)
        raise


def cached_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, whose pages are kept until anything is written; it rests on the records alone."""

    @wraps(view)
    def answer(request: HttpRequest, **named: str) -> HttpResponse:
        return get_or_build_response(request, PAGE, partial(view, request, **named))

    return answer


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The template filled in; 304 for a reader who has just this page."""
    return set_cache_validators(request, render(request, template, context, status=status))


def render_download(request: HttpRequest, name: str, text: str, content_type: str) -> HttpResponse:
    """A small file to keep."""
    response = HttpResponse(text, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return set_cache_validators(request, response)


def set_cache_validators(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Shared caches may keep it; they ask each time whether it holds, as of the API's answers."""
    response["Cache-Control"] = "public, no-cache"
    patch_vary_headers(response, ["Accept-Encoding"])
    if response.status_code != 200:
        return response
    response["ETag"] = build_body_etag(response.content)
    return get_conditional_response(response, request)
