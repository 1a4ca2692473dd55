"""Django's ``json`` format for fixtures, with exact instants."""

from __future__ import annotations

from typing import Any

from django.core.serializers import json

from .encoding import ExactJSONEncoder

__all__ = ["Deserializer", "Serializer"]

Deserializer = json.Deserializer


class Serializer(json.Serializer):
    def serialize(self, queryset: Any, **options: Any) -> Any:
        return super().serialize(queryset, **{"cls": ExactJSONEncoder, **options})
