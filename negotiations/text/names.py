"""Names of models and fields in the language of the page that shows them."""

from typing import Any

from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext


def translate_name(name: str) -> str:
    """Translate a name as it reads inside a sentence; the catalogues have it with a capital."""
    title = capfirst(name)
    words = gettext(title)
    if words == title:
        return name
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


translate_name_lazy: Any = lazy(translate_name, str)


def translate_names(model: Any) -> None:
    """Let a model and its fields be named in the language that is active when they are shown.

    Migrations and tables keep the names as they are declared.
    """
    meta = model._meta
    for named in (*meta.concrete_fields, *meta.many_to_many):
        named.verbose_name = translate_name_lazy(str(named.verbose_name))
    meta.verbose_name = translate_name_lazy(str(meta.verbose_name))
    meta.verbose_name_plural = translate_name_lazy(str(meta.verbose_name_plural))
