"""What is said of a webhook, and what of it can be written."""

from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError

from negotiations.models import COLLECTIONS, Webhook
from negotiations.rest.representations.serializers import BodySerializer, format_json_value
from negotiations.rest.representations.strict_fields import StrictBooleanField
from negotiations.text.did_you_mean import CodeWithSuggestions, suggest_similar

from .ssrf_guard import UnsafeURLError, parse_url, resolve_safely

# Seconds for a look-up of the host while a client waits.
RESOLVE_TIME = 2.0


class WebhookSerializer(BodySerializer):
    """What is said of a webhook."""

    enabled = StrictBooleanField(required=False)

    class Meta:
        model = Webhook
        fields = (
            *("slug", "url", "kinds", "enabled", "disabled_at", "disabled_reason"),
            *("failing_since", "old_secret_until", "created_at"),
        )
        read_only_fields = (
            *("slug", "disabled_at", "disabled_reason", "failing_since"),
            *("old_secret_until", "created_at"),
        )

    def _is_unchanged(self, name: str, value: Any) -> bool:
        return (
            self.instance is not None
            and format_json_value(serialize_webhook(self.instance)[name]) == value
        )

    def validate_url(self, url: str) -> str:
        """An address that everybody can reach: it is looked up now, and before each message."""
        try:
            resolve_safely(parse_url(url), RESOLVE_TIME)
        except UnsafeURLError as fault:
            raise ValidationError(fault.detail, fault.code) from fault
        return url

    def validate_kinds(self, kinds: list[Any]) -> list[str]:
        """Names of collections, each once."""
        faults: dict[str, list[ErrorDetail]] = {}
        for number, kind in enumerate(kinds[: len(COLLECTIONS) + 1]):
            if not isinstance(kind, str) or kind not in COLLECTIONS:
                code = CodeWithSuggestions("unknown_value", suggest_similar(str(kind), COLLECTIONS))
                detail = f"There is no collection {str(kind)[:100]!r}."
                faults[str(number)] = [ErrorDetail(detail, code)]
            elif kind in kinds[:number]:
                faults[str(number)] = [ErrorDetail("It is named twice.", "repeated")]
        if faults:
            raise ValidationError(faults)
        return kinds


def serialize_webhook(webhook: Webhook) -> dict[str, Any]:
    """What is shown of a webhook; its secret is not in it."""
    return {name: getattr(webhook, name) for name in WebhookSerializer.Meta.fields}
