"""Every coded value with its definition, where it is used, and what other data sets call it."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from negotiations.models import RECORDS, Role, Token, Vocabulary, Webhook, WebhookDelivery
from negotiations.models.crosswalks import MAPPINGS, SCHEMES
from negotiations.rest.http.conditional import respond_with_json
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.http.query_params import refuse_query_params
from negotiations.rest.http.views import APIBaseView
from negotiations.rest.schemas.values import get_vocabulary, ref
from negotiations.text.did_you_mean import suggest_similar

# Coded values outside the collections.
OTHER_VOCABULARIES: tuple[tuple[type[Vocabulary], str], ...] = (
    (Role, "me.role"),
    (Token.Scope, "tokens.scope"),
    (Webhook.DisabledReason, "webhooks.disabled_reason"),
    (WebhookDelivery.Status, "webhooks.deliveries.status"),
)


class VocabularyListView(APIBaseView):
    """All vocabularies."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="vocabularies_list", responses={200: ref("VocabularyList")})
    def get(self, request: Request) -> HttpResponse:
        """Every coded value of every kind, with its definition and its codes in other data sets.

        `mappings` names codes of PLOVER (event types), PA-X (stages and provisions) and UCDP (types
        of agreements) where they are sure; a code may be wider or narrower than the value.
        `schemes` says of which version they are.
        """
        refuse_query_params(request)
        vocabularies = list(serialize_vocabularies().values())
        return respond_with_json(request, {"schemes": SCHEMES, "results": vocabularies})


class VocabularyView(APIBaseView):
    """One vocabulary."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="vocabularies_retrieve", responses={200: ref("Vocabulary")})
    def get(self, request: Request, name: str) -> HttpResponse:
        """The values of one vocabulary in their order, such as `position_stance`."""
        refuse_query_params(request)
        known = serialize_vocabularies()
        if name not in known:
            detail = "There is no such vocabulary."
            fault = {
                "code": "unknown_value",
                "detail": detail,
                "did_you_mean": suggest_similar(name, known),
            }
            raise ProblemError("not_found", detail, errors=[fault])
        return respond_with_json(request, known[name])


@cache
def serialize_vocabularies() -> dict[str, dict[str, Any]]:
    """All vocabularies by name, as the API gives them; nothing in them changes while it runs."""
    used_by: dict[type[Vocabulary], list[str]] = {}
    for vocabulary, place in (*iter_coded_columns(), *OTHER_VOCABULARIES):
        used_by.setdefault(vocabulary, []).append(place)
    named = sorted((format_vocabulary_name(vocabulary), vocabulary) for vocabulary in used_by)
    return {name: serialize_vocabulary(name, kind, used_by[kind]) for name, kind in named}


def iter_coded_columns() -> Iterator[tuple[type[Vocabulary], str]]:
    """Each coded column of each kind, as ``positions.stance``, with its vocabulary."""
    for model in RECORDS:
        for column in model._meta.concrete_fields:
            if column.choices:
                yield get_vocabulary(column), f"{model.resource_name}.{column.name}"


def format_vocabulary_name(vocabulary: type[Vocabulary]) -> str:
    """``position_stance`` for ``Position.Stance``; what all kinds share has no prefix."""
    joined = vocabulary.__qualname__.removeprefix("Record.").replace(".", "")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", joined).lower()


def serialize_vocabulary(name: str, vocabulary: Any, used_by: list[str]) -> dict[str, Any]:
    """The body of one vocabulary."""
    mappings = MAPPINGS.get(name, {})
    return {
        "name": name,
        "used_by": used_by,
        "values": [
            {
                "value": member.value,
                "label": member.label,
                "definition": member.definition,
                "mappings": mappings.get(member.value, {}),
            }
            for member in vocabulary
        ],
    }
