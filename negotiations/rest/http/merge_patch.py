"""What a change consists of: members merged with the stored ones, and the reason given for it."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.request import Request

from negotiations.models import Record
from negotiations.text.validators import validate_printable

from .problem_details import ProblemError

MAX_REASON_LENGTH = 500


def apply_merge_patch(body: dict[str, Any], patch: Any) -> Any:
    """The members of a patch, objects within merged with what is stored (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = {}
    for name, value in patch.items():
        stored, joined = body.get(name), value
        if isinstance(stored, dict) and isinstance(value, dict):
            joined = {k: v for k, v in {**stored, **value}.items() if v is not None}
        result[name] = joined
    return result


def has_value_changed(stored: Record, name: str, value: Any) -> bool:
    """Whether a member's new value is another than the stored one."""
    if isinstance(value, list) and hasattr(getattr(stored, name), "all"):
        return {r.pk for r in value} != {r.pk for r in getattr(stored, name).all()}
    return bool(getattr(stored, name) != value)


def get_change_reason(request: Request) -> str:
    """The header ``Change-Reason``: kept with the version."""
    text = request.headers.get("Change-Reason", "")
    try:
        text = text.encode("latin-1").decode()
    except UnicodeError:
        text = "\x00"
    if not is_valid_reason(text):
        fault = {"header": "Change-Reason", "code": "invalid", "detail": "Write one line of UTF-8."}
        raise ProblemError("bad_request", "The reason cannot be read.", errors=[fault])
    return text


def is_valid_reason(value: Any) -> bool:
    """Whether a value is one line of text, as a reason is."""
    if not isinstance(value, str) or len(value) > MAX_REASON_LENGTH:
        return False
    try:
        validate_printable(value, multiline=False)
    except ValidationError:
        return False
    return True
