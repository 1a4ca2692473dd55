"""What forms take from the models, for translators: kinds, fields and coded values."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.utils import translation
from django.utils.text import capfirst

from negotiations.models import RECORDS, Token, Vocabulary, Webhook, WebhookDelivery


def collect_labels() -> list[str]:
    """Each once, in a fixed order, as it stands in the code."""
    with translation.override(None):
        told = {*_of_values(Vocabulary), *_of_login_form()}
        return sorted({*_of_models(), *told})


def _of_models() -> Iterator[str]:
    kinds: tuple[Any, ...] = (*RECORDS, Token, Webhook, WebhookDelivery)
    for model in kinds:
        yield capfirst(str(model._meta.verbose_name))
        yield capfirst(str(model._meta.verbose_name_plural))
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
            if not field.primary_key:
                yield capfirst(str(field.verbose_name))


def _of_values(vocabulary: Any) -> Iterator[str]:
    for kind in vocabulary.__subclasses__():
        yield from (code.label for code in kind)
        yield from _of_values(kind)


def _of_login_form() -> Iterator[str]:
    """What the installation's own form of login says; it lies outside of this app."""
    form: Any = admin.site.login_form
    yield str(form.error_messages["invalid_login"])


def format_as_template(names: list[str]) -> str:
    """A text in which Django's ``makemessages`` finds them, as it finds those of templates."""
    return "\n".join([*map(_marked, names), ""])


def _marked(name: str) -> str:
    quote = "'" if '"' in name else '"'
    return f"{{% translate {quote}{name}{quote} %}}"
