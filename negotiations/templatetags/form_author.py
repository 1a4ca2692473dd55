"""Django's ``csrf_token`` tag, which in the admin also says who filled in the form.

A form that outlives its session is then never run as somebody else: see ``admin.resuming``.
"""

from typing import Any

from django import template
from django.db import DatabaseError
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


class FormTokenNode(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        token = mark_safe(super().render(context))
        request: Any = context.get("request")
        if not token or request is None or not request.path.startswith("/admin/"):
            return token
        try:
            is_known = request.user.is_authenticated
        except DatabaseError:
            # The page that says so is shown without asking the database who is there.
            return token
        if not is_known:
            return token
        from negotiations.admin.forms.form_author import AUTHOR_FIELD, sign_author  # noqa: PLC0415 - public pages work without the admin

        field = '{}<input type="hidden" name="{}" value="{}">'
        return format_html(field, token, AUTHOR_FIELD, sign_author(request.user))


@register.tag
def csrf_token(parser: Any, token: Any) -> FormTokenNode:
    """Render the hidden fields of a form."""
    return FormTokenNode()
