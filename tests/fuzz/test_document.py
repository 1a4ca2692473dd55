"""Every operation of the document, as each role, within the time of ``FUZZ_SECONDS``."""

import pytest

from negotiations.models import Token, Webhook
from tests.conftest import create_user
from tests.fuzz.driver import SECONDS, Run, number_of_operations
from tests.support.scene import build_scene

ROLES = ("anonymous", "contributor", "reviewer")

pytestmark = [pytest.mark.fuzz, pytest.mark.slow]


@pytest.mark.parametrize("role", ROLES)
def test_the_document_is_kept_whatever_is_asked(application, role, record_property):
    user = create_user(role, role) if role != "anonymous" else None
    # A contributor's own records are drafts, which may be changed and deleted.
    records = build_scene("draft" if role == "contributor" else "published", created_by=user)
    token = None
    if user:
        _, token = Token.issue(user, "fuzz", Token.Scope.WRITE)
        # The one that may be revoked.
        records["tokens"], _ = Token.issue(user, "spare")
        url = "https://hook.example/"
        records["webhooks"] = Webhook.objects.create(user=user, url=url, position=0)

    run = Run(application, records, token, SECONDS // len(ROLES))

    record_property(role, run.summary())
    assert not run.faults, run.told()
    if SECONDS >= 60:
        assert len(run.operations) == number_of_operations()
