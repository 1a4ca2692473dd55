"""The addresses around the collections: the list of them, and the meaning of each problem."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from negotiations.models import COLLECTIONS
from negotiations.rest.http.conditional import respond_with_json
from negotiations.rest.http.problem_details import PROBLEMS, ProblemError
from negotiations.rest.http.query_params import refuse_query_params
from negotiations.rest.http.views import APIBaseView
from negotiations.rest.schemas.values import ref

PROBLEM_LIST = "/api/problems/"


class RootView(APIBaseView):
    """The collections and their addresses."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="collections", responses={200: ref("Collections")})
    def get(self, request: Request) -> HttpResponse:
        """Every collection with its address."""
        refuse_query_params(request)
        here = request.build_absolute_uri("/api/v1/")
        body = {
            "collections": {name: f"{here}{name}/" for name in COLLECTIONS},
            "openapi": request.build_absolute_uri("/api/openapi.json"),
            "docs": request.build_absolute_uri("/api/docs/"),
        }
        return respond_with_json(request, body)


class ProblemView(APIBaseView):
    """What the codes of refusals mean, and what to do."""

    permission_classes = (AllowAny,)

    @extend_schema(exclude=True)
    def get(self, request: Request, code: str | None = None) -> HttpResponse:
        """One code, or all."""
        refuse_query_params(request)
        if code is not None and code not in PROBLEMS:
            raise ProblemError("not_found", "There is no problem of this name.")
        body: Any = (
            serialize_problem(code) if code else [serialize_problem(name) for name in PROBLEMS]
        )
        return respond_with_json(request, body)


def serialize_problem(code: str) -> dict[str, Any]:
    """A problem's type, status, title and remedy."""
    status, title, remedy = PROBLEMS[code]
    return {"type": f"{PROBLEM_LIST}{code}/", "status": status, "title": title, "remedy": remedy}


class NotFoundView(APIBaseView):
    """Whatever else stands under ``/api/``."""

    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(exclude=True)
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise ProblemError("not_found", "Nothing is found at this address.")
