"""Django's ``jsonl`` format for fixtures, with exact instants."""

from __future__ import annotations

from typing import Any

from django.core.serializers import jsonl

from .encoding import ExactJSONEncoder

__all__ = ["Deserializer", "Serializer"]

Deserializer = jsonl.Deserializer


class Serializer(jsonl.Serializer):
    def serialize(self, queryset: Any, **options: Any) -> Any:
        return super().serialize(queryset, **{"cls": ExactJSONEncoder, **options})
