"""The refusal to start: application servers do not run Django's system checks themselves."""

import logging

from django.core.checks import ERROR, run_checks
from django.core.exceptions import ImproperlyConfigured

from tracker.checks import TAG

logger = logging.getLogger("tracker.start")


def refuse_unsafe_settings() -> None:
    """Raise ``ImproperlyConfigured`` with every error; log what is only a warning."""
    messages = run_checks(tags=[TAG], include_deployment_checks=True)
    errors = [str(message) for message in messages if message.level >= ERROR]
    if errors:
        raise ImproperlyConfigured("\n".join(errors))
    for message in messages:
        logger.warning("%s", message)
