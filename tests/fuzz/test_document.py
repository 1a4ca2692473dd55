"""Every operation of the document, as each role, within the time of ``FUZZ_SECONDS``."""

import pytest

from negotiations.models import Token
from tests.conftest import member_of
from tests.contract import METHODS, document
from tests.fuzz.driver import SECONDS, Run
from tests.scene import paint

ROLES = ("anonymous", "contributor", "reviewer")

pytestmark = [pytest.mark.fuzz, pytest.mark.slow]


@pytest.mark.parametrize("role", ROLES)
def test_the_document_is_kept_whatever_is_asked(application, role, tell):
    user = member_of(role, role) if role != "anonymous" else None
    # A contributor's own records are drafts, which may be changed and deleted.
    records = paint("draft" if role == "contributor" else "published", created_by=user)
    token = None
    if user:
        _, token = Token.issue(user, "fuzz", Token.Scope.WRITE)
        # The one that may be revoked.
        records["tokens"], _ = Token.issue(user, "spare")

    run = Run(application, records, token, SECONDS // len(ROLES))

    tell(f"{role}: {run.summary()}")
    assert not run.faults, run.told()
    if SECONDS >= 60:
        operations = sum(len(item.keys() & set(METHODS)) for item in document()["paths"].values())
        assert len(run.operations) == operations
