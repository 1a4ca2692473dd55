"""Every coded value with its definition, where it is used, and what other data sets call it."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from negotiations.models import RECORDS, Role, Token, Vocabulary, Webhook, WebhookDelivery
from negotiations.models.crosswalks import MAPPINGS, SCHEMES
from negotiations.rest.http.conditional import body_tag, with_validators
from negotiations.rest.http.problem_details import Refusal
from negotiations.rest.http.query_params import refuse_any
from negotiations.rest.http.renderers import json_response
from negotiations.rest.http.views import ProtocolView
from negotiations.rest.schemas.values import ref, vocabulary_of
from negotiations.text.did_you_mean import nearest

# Coded values outside the collections.
ELSEWHERE: tuple[tuple[type[Vocabulary], str], ...] = (
    (Role, "me.role"),
    (Token.Scope, "tokens.scope"),
    (Webhook.DisabledReason, "webhooks.disabled_reason"),
    (WebhookDelivery.Status, "webhooks.deliveries.status"),
)


class VocabularyListView(ProtocolView):
    """All vocabularies."""

    @extend_schema(operation_id="vocabularies_list", responses={200: ref("VocabularyList")})
    def get(self, request: Request) -> HttpResponse:
        """Every coded value of every kind, with its definition and its codes in other data sets.

        `mappings` names codes of PLOVER (event types), PA-X (stages and provisions) and UCDP (types
        of agreements) where they are sure; a code may be wider or narrower than the value.
        `schemes` says of which version they are.
        """
        refuse_any(request)
        vocabularies = list(described_vocabularies().values())
        response = json_response({"schemes": SCHEMES, "results": vocabularies})
        return with_validators(response, request, body_tag(response.content))


class VocabularyView(ProtocolView):
    """One vocabulary."""

    @extend_schema(operation_id="vocabularies_retrieve", responses={200: ref("Vocabulary")})
    def get(self, request: Request, name: str) -> HttpResponse:
        """The values of one vocabulary in their order, such as `position_stance`."""
        refuse_any(request)
        known = described_vocabularies()
        if name not in known:
            detail = "There is no such vocabulary."
            fault = {
                "code": "unknown_value",
                "detail": detail,
                "did_you_mean": nearest(name, known),
            }
            raise Refusal("not_found", detail, errors=[fault])
        response = json_response(known[name])
        return with_validators(response, request, body_tag(response.content))


@cache
def described_vocabularies() -> dict[str, dict[str, Any]]:
    """All vocabularies by name, as the API gives them; nothing in them changes while it runs."""
    used_by: dict[type[Vocabulary], list[str]] = {}
    for vocabulary, place in (*columns(), *ELSEWHERE):
        used_by.setdefault(vocabulary, []).append(place)
    named = sorted((name_of(vocabulary), vocabulary) for vocabulary in used_by)
    return {name: described(name, kind, used_by[kind]) for name, kind in named}


def columns() -> Iterator[tuple[type[Vocabulary], str]]:
    """Each coded column of each kind, as ``positions.stance``, with its vocabulary."""
    for model in RECORDS:
        for column in model._meta.concrete_fields:
            if column.choices:
                yield vocabulary_of(column), f"{model.collection()}.{column.name}"


def name_of(vocabulary: type[Vocabulary]) -> str:
    """``position_stance`` for ``Position.Stance``; what all kinds share has no prefix."""
    joined = vocabulary.__qualname__.removeprefix("Record.").replace(".", "")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", joined).lower()


def described(name: str, vocabulary: Any, used_by: list[str]) -> dict[str, Any]:
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
