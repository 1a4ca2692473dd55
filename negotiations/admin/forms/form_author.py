"""Who filled in a form of the admin, as a signed hidden field of it."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest

AUTHOR_FIELD = "filled_in_by"
SIGNER = signing.Signer(salt="negotiations.form-author")


def sign_author(user: Any) -> str:
    """Return the value of the field for a user."""
    return SIGNER.sign(str(user.pk))


def get_form_author(request: HttpRequest) -> Any:
    """Return the user who filled in the form; None if it does not say, or says it wrongly."""
    try:
        key = SIGNER.unsign(request.POST.get(AUTHOR_FIELD, ""))
    except signing.BadSignature:
        return None
    return get_user_model()._default_manager.filter(pk=key).first()


def is_form_of_another(request: HttpRequest) -> bool:
    """Whether somebody else than the user who is logged in filled in the form."""
    author = get_form_author(request) if AUTHOR_FIELD in request.POST else None
    return author is not None and author != request.user
