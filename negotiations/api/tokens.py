"""The tokens of the caller: made, listed and revoked by a token that may write."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as RuleBreach
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import (
    ErrorDetail,
    PermissionDenied,
    ValidationError,
)
from rest_framework.request import Request

from negotiations import permissions
from negotiations.dates.rfc3339 import parse_instant
from negotiations.models import Token
from negotiations.rest.http.conditional import (
    get_last_modified,
    respond_with_json,
    set_cache_control,
)
from negotiations.rest.http.idempotency import (
    allow_only_dry_run,
    refuse_idempotency_key,
    supports_dry_run,
)
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.http.query_params import refuse_query_params
from negotiations.rest.http.renderers import build_json_response
from negotiations.rest.http.request_bodies import refuse_body, require_body
from negotiations.rest.http.view_permissions import TokenRequired
from negotiations.rest.http.views import APIBaseView
from negotiations.rest.representations.serializers import (
    BodySerializer,
    ErrorDetails,
    convert_rule_errors,
)
from negotiations.rest.schemas.values import ref
from negotiations.text.validators import validate_printable

# As long as nobody says otherwise; so many at a time that their list is one page.
DEFAULT_LIFETIME = timedelta(days=90)
MAX_LIFETIME = timedelta(days=3650)
MAX_TOKENS = 100
AUTH: Any = [{"token": []}]


class StrictDateTimeField(serializers.DateTimeField):
    """An instant of RFC 3339, with its zone."""

    def to_internal_value(self, value: Any) -> datetime:
        instant = parse_instant(value) if isinstance(value, str) else None
        if instant is None:
            # Without its zone, one whose zone leads out of the calendar can be read.
            is_instant = isinstance(value, str) and parse_instant(f"{value[:19]}Z") is not None
            detail = "Write an instant with its zone, for example 2026-07-19T20:00:00Z."
            raise ValidationError(
                detail, "out_of_range" if is_instant and value[19:] else "invalid"
            )
        return instant


class TokenSerializer(BodySerializer):
    """What is said of a token that is to be made."""

    expires_at = StrictDateTimeField(required=False, allow_null=True)

    class Meta:
        model = Token
        fields = ("slug", "name", "scope", "created_at", "expires_at", "last_used_at")
        read_only_fields = ("slug", "created_at", "last_used_at")

    def build(self, values: dict[str, Any], unread: Collection[str]) -> dict[str, Any]:
        return {"expires_at": timezone.now() + DEFAULT_LIFETIME, **values}

    def find_rule_errors(self, built: dict[str, Any], unread: Collection[str]) -> ErrorDetails:
        now = timezone.now()
        faults: ErrorDetails = {}
        try:
            Token(**built).clean_fields(exclude=["user", "digest", *unread])
            validate_printable(built.get("name", ""), multiline=False)
        except RuleBreach as error:
            by_field = error if hasattr(error, "error_dict") else RuleBreach({"name": error})
            faults = convert_rule_errors(by_field)
        expires_at = built["expires_at"]
        if expires_at and not now < expires_at <= now + MAX_LIFETIME:
            detail = "Write an instant within the next ten years."
            faults["expires_at"] = [ErrorDetail(detail, "out_of_range")]
        return faults


class TokenBaseView(APIBaseView):
    """What the two addresses have in common: there are only the caller's own live tokens."""

    permission_classes = (TokenRequired,)
    own_resources = "tokens"
    # For the document: writes take ``dry_run``, and no headers of their own.
    read_headers: ClassVar[dict[str, Any]] = {"post": (), "delete": ()}

    def own(self, request: Request) -> Any:
        """The caller's live tokens, newest first."""
        return Token.objects.live().filter(user=request.user.pk).order_by("-created_at", "-pk")

    def may_write(self, request: Request) -> bool:
        return getattr(request.auth, "scope", None) == Token.Scope.WRITE


class TokenListView(TokenBaseView):
    """Own tokens."""

    @extend_schema(operation_id="tokens_list", responses={200: ref("TokenList")}, auth=AUTH)
    def get(self, request: Request) -> HttpResponse:
        """Your live tokens, newest first. Their texts are not kept and cannot be shown again."""
        refuse_query_params(request)
        tokens = list(self.own(request))
        rows = [serialize_token(token, current=request.auth) for token in tokens]
        changed_at = get_last_modified(
            *(t.created_at for t in tokens), *(t.last_used_at for t in tokens)
        )
        return respond_with_json(request, {"results": rows}, changed_at)

    @extend_schema(
        operation_id="tokens_create",
        request={"application/json": ref("TokenCreate")},
        responses={201: ref("TokenNew")},
        auth=AUTH,
    )
    @supports_dry_run
    def post(self, request: Request) -> HttpResponse:
        """Make a token of yours. The answer holds its text under `token`, this once.

        Without `expires_at` it lives 90 days; `null` is for ever. A token that only reads makes
        none. As its text is not kept, this request cannot be repeated by an `Idempotency-Key`.
        """
        if not self.may_write(request) or not permissions.can_create(request.user):
            raise PermissionDenied("This token makes no tokens.")
        allow_only_dry_run(request)
        refuse_idempotency_key(request)
        serializer = TokenSerializer(data=require_body(request), context={"request": request})
        serializer.is_valid(raise_exception=True)
        if self.own(request).count() >= MAX_TOKENS:
            raise ProblemError("conflict", f"You have {MAX_TOKENS} live tokens; revoke one first.")
        token, text = Token.issue(request.user, **serializer.validated_data)
        response = build_json_response(
            {**serialize_token(token, current=request.auth), "token": text}, 201
        )
        response["Location"] = request.build_absolute_uri(f"/api/v1/tokens/{token.slug}/")
        return set_cache_control(response, request)


class TokenView(TokenBaseView):
    """One of the caller's tokens."""

    @extend_schema(operation_id="tokens_retrieve", responses={200: ref("Token")}, auth=AUTH)
    def get(self, request: Request, slug: str) -> HttpResponse:
        """What is kept of the token."""
        token = self.named(request, slug)
        refuse_query_params(request)
        changed_at = get_last_modified(token.created_at, token.last_used_at)
        return respond_with_json(request, serialize_token(token, current=request.auth), changed_at)

    @extend_schema(operation_id="tokens_delete", responses={204: None}, auth=AUTH)
    @supports_dry_run
    def delete(self, request: Request, slug: str) -> HttpResponse:
        """Revoke the token: it opens nothing from now on. Every token may revoke itself."""
        token = self.named(request, slug)
        if token.pk != request.auth.pk and not self.may_write(request):
            raise PermissionDenied("This token only reads.")
        allow_only_dry_run(request)
        refuse_body(request)
        Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
        return set_cache_control(HttpResponse(status=204), request)

    def named(self, request: Request, slug: str) -> Token:
        """The token of this name, if it is the caller's and alive."""
        token: Token | None = self.own(request).filter(slug=slug.replace("\x00", "")).first()
        if token is None:
            raise ProblemError("not_found", "You have no such token.")
        return token


def serialize_token(token: Token, *, current: Any) -> dict[str, Any]:
    """What is shown of a token; ``current`` is the one that asks."""
    body = {name: getattr(token, name) for name in TokenSerializer.Meta.fields}
    return {**body, "current": token.pk == current.pk}
