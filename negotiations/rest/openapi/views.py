"""The OpenAPI document and the page to read it."""

from functools import cache
from threading import Lock

from django.http import HttpResponse
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from negotiations.rest.http.conditional import build_body_etag, respond_with_validators
from negotiations.rest.http.query_params import refuse_query_params
from negotiations.rest.http.renderers import dump_json
from negotiations.rest.http.views import APIBaseView

# Two threads of a new process that make it at the same moment fail: drf-spectacular loads parts of
# itself on the way.
GENERATION_LOCK = Lock()


@cache
def generate_document() -> bytes:
    """The document as it is sent."""
    return dump_json(SchemaGenerator().get_schema(public=True))


def document() -> bytes:
    """The document, made once for each process."""
    with GENERATION_LOCK:
        return generate_document()


class DocumentView(APIBaseView):
    """The OpenAPI document, the same for everybody."""

    permission_classes = (AllowAny,)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """As JSON."""
        refuse_query_params(request)
        response = HttpResponse(document(), content_type="application/json")
        return respond_with_validators(response, request, build_body_etag(response.content))


class DocumentationView(TemplateView):
    """The page to read and try the API; all that it loads comes from this server."""

    http_method_names = ["get", "head"]
    template_name = "pages/documentation.html"
