"""The OpenAPI document and the page to read it."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request

from .conditions import body_tag, with_validators
from .query import refuse_any
from .viewsets import ProtocolView, json_response


class DocumentView(ProtocolView):
    """The OpenAPI document, the same for everybody."""

    document: dict[str, Any] | None = None

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """Made once for each process."""
        refuse_any(request)
        if DocumentView.document is None:
            DocumentView.document = SchemaGenerator().get_schema(public=True)
        response = json_response(DocumentView.document)
        return with_validators(response, request, body_tag(response.content))


class DocumentationView(SpectacularSwaggerSplitView):
    """The page to read and try the API; every asset comes from this server."""

    url_name = "openapi"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)
