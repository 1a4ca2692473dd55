"""The OpenAPI document and the page to read it."""

from functools import cache
from threading import Lock

from django.http import HttpResponse
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from negotiations.rest.http.conditional import body_tag, with_validators
from negotiations.rest.http.query_params import refuse_any
from negotiations.rest.http.renderers import dumps
from negotiations.rest.http.views import ProtocolView

# Two threads of a new process that make it at the same moment fail: drf-spectacular loads parts of
# itself on the way.
ONE_AT_A_TIME = Lock()


@cache
def made() -> bytes:
    """The document as it is sent."""
    return dumps(SchemaGenerator().get_schema(public=True))


def document() -> bytes:
    """The document, made once for each process."""
    with ONE_AT_A_TIME:
        return made()


class DocumentView(ProtocolView):
    """The OpenAPI document, the same for everybody."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """As JSON."""
        refuse_any(request)
        response = HttpResponse(document(), content_type="application/json")
        return with_validators(response, request, body_tag(response.content))


class DocumentationView(TemplateView):
    """The page to read and try the API; all that it loads comes from this server."""

    http_method_names = ["get", "head"]
    template_name = "pages/documentation.html"
