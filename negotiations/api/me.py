"""Who is asking, and what they may do."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from negotiations import permissions as policy
from negotiations.models import Record, Role, Token, get_role
from negotiations.rest.http.conditional import get_last_modified, respond_with_json
from negotiations.rest.http.query_params import refuse_query_params
from negotiations.rest.http.views import APIBaseView
from negotiations.rest.schemas.values import ref

from .tokens import serialize_token


class MeView(APIBaseView):
    """Who am I, what may I do."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="me", responses={200: ref("Me")})
    def get(self, request: Request) -> HttpResponse:
        """The caller, the token, and for each action on whose records it is allowed.

        `may` answers `all`, `own`, `others` or `none` for each state of review; a token that only
        reads may only read. Without a token the role is `anonymous`.
        """
        refuse_query_params(request)
        token = request.auth if isinstance(request.auth, Token) else None
        body = {
            "user": request.user.get_username() or None,
            "role": get_role(request.user),
            "token": serialize_token(token, current=token) if token else None,
            "may": serialize_permissions(request.user, token),
        }
        # When a role was given is not kept.
        changed_at = get_last_modified() if token else None
        return respond_with_json(request, body, changed_at)


def serialize_permissions(user: Any, token: Token | None) -> dict[str, Any]:
    """The policy table as it reads for one caller."""
    role = get_role(user)
    writer = role if token and token.scope == Token.Scope.WRITE else Role.ANONYMOUS
    states = Record.Review.values
    by_action: dict[str, Any] = {"create": policy.can_create(user) and writer == role}
    for action in policy.ACTIONS:
        who = role if action == "read" else writer
        by_action[action] = {state: policy.get_reach(who, action, state) for state in states}
    return by_action
