"""What forms take from the models, for translators: kinds, fields, coded values, what rules say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.utils import translation
from django.utils.text import capfirst

from negotiations import models
from negotiations.dates.edtf import HOW_TO_WRITE
from negotiations.models import RECORDS, Token, Vocabulary, Webhook, WebhookDelivery

# Which argument of a call is what a rule says.
MESSAGE_POSITIONS = {"ValidationError": 0, "InvalidDate": 0, "rule_error": 1}
# Where something is put into what is said.
PLACE = re.compile(r"%\((\w+)\)s")


def collect_labels() -> list[str]:
    """Each once, in a fixed order, as it stands in the code."""
    with translation.override(None):
        told = {*_of_values(Vocabulary), *_of_constraints(), *_of_rules(), *_of_login_form()}
        return sorted({*_of_models(), *told})


def _of_models() -> Iterator[str]:
    kinds: tuple[Any, ...] = (*RECORDS, Token, Webhook, WebhookDelivery)
    for model in kinds:
        yield capfirst(str(model._meta.verbose_name))
        yield capfirst(str(model._meta.verbose_name_plural))
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
            if not field.primary_key:
                yield capfirst(str(field.verbose_name))
                yield from [str(field.help_text)] if field.help_text else []


def _of_values(vocabulary: Any) -> Iterator[str]:
    for kind in vocabulary.__subclasses__():
        yield from (code.label for code in kind)
        yield from _of_values(kind)


def _of_constraints() -> Iterator[str]:
    for model in RECORDS:
        for constraint in model._meta.constraints:
            told = constraint.violation_error_message
            if told != constraint.default_violation_error_message:
                yield str(told)


def _of_rules() -> Iterator[str]:
    """What the code of the models says where a rule is broken."""
    app = Path(models.__file__).parents[1]
    for path in sorted(
        path for name in ("models", "dates", "text") for path in (app / name).rglob("*.py")
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = MESSAGE_POSITIONS.get(node.func.id, len(node.args))
            for said in node.args[place : place + 1]:
                if isinstance(said, ast.Constant):
                    yield str(said.value)
    yield HOW_TO_WRITE


def _of_login_form() -> Iterator[str]:
    """What the installation's own form of login says; it lies outside of this app."""
    form: Any = admin.site.login_form
    yield str(form.error_messages["invalid_login"])


def format_as_template(names: list[str]) -> str:
    """A text in which Django's ``makemessages`` finds them, as it finds those of templates."""
    return "\n".join([*map(_marked, names), ""])


def _marked(name: str) -> str:
    """As templates mark it; what is put in, as they put it in."""
    if PLACE.search(name):
        return "{% blocktranslate %}" + PLACE.sub(r"{{ \1 }}", name) + "{% endblocktranslate %}"
    quote = "'" if '"' in name else '"'
    return f"{{% translate {quote}{name}{quote} %}}"
