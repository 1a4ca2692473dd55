"""What a reviewer decides: approve, send back, and take either back; what they have opened."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from negotiations import history
from negotiations.analysis.wording.headings import name_record
from negotiations.history.diff import FieldDifference, compare_versions
from negotiations.models import COLLECTIONS, Record

from .state_changes import change_review_state

Review = Record.Review
# In the session: what was opened, at which version, and what was decided last.
OPENED, DECIDED = "opened_for_review", "decided_in_review"
MAX_OPENED = 500
# From where a decision led, the steps back.
STEPS_BACK = {
    (Review.DRAFT, Review.IN_REVIEW): (Review.DRAFT,),
    (Review.DRAFT, Review.PUBLISHED): (Review.WITHDRAWN, Review.DRAFT),
    (Review.IN_REVIEW, Review.PUBLISHED): (Review.WITHDRAWN, Review.DRAFT, Review.IN_REVIEW),
    (Review.IN_REVIEW, Review.DRAFT): (Review.IN_REVIEW,),
    (Review.WITHDRAWN, Review.PUBLISHED): (Review.WITHDRAWN,),
    (Review.WITHDRAWN, Review.DRAFT): (),
}


def get_by_path(address: str) -> Record | None:
    """The record behind ``positions/<slug>``."""
    collection, _, slug = address.replace("\0", "").partition("/")
    model: Any = COLLECTIONS.get(collection)
    found: Record | None = model._base_manager.filter(slug=slug).first() if model else None
    return found


# What was opened


def remember_opened(request: Any, record: Record) -> None:
    """Remember that the user has looked at the record as it stands."""
    opened = dict(request.session.get(OPENED, {}))
    opened.pop(record.address, None)
    opened[record.address] = record.version
    request.session[OPENED] = dict(list(opened.items())[-MAX_OPENED:])


def list_opened_slugs(request: Any, model: type[Record]) -> list[str]:
    """The slugs of the records of a kind that the user has looked at."""
    start = f"{model.resource_name}/"
    opened = request.session.get(OPENED, {})
    return [address.removeprefix(start) for address in opened if address.startswith(start)]


def has_opened(request: Any, record: Record) -> bool:
    """Whether the user has looked at the record, and at no older version of it."""
    return bool(request.session.get(OPENED, {}).get(record.address) == record.version)


# What is decided


def decide(request: Any, record: Record, state: str, *, version: int | None, reason: str) -> None:
    """Move a record as ``change_review_state`` does, and remember the decision."""
    was = record.review
    change_review_state(record, state, version=version, by=request.user, reason=reason)
    remember_decisions(request, [(record, was)])


def remember_decisions(request: Any, decided: Iterable[tuple[Record, str]]) -> None:
    """Remember what was decided in one act, for as long as nothing else is."""
    request.session[DECIDED] = [
        {
            "address": record.address,
            "version": record.version,
            "was": was,
            "name": Truncator(name_record(record)).chars(80),
        }
        for record, was in decided
    ]


def list_last_decisions(request: Any) -> list[dict[str, Any]]:
    """What can be taken back: the decisions of the last act that still hold."""
    decided = request.session.get(DECIDED, [])
    standing = [(each, get_by_path(each["address"])) for each in decided]
    return [each for each, record in standing if record and record.version == each["version"]]


def undo_last(request: Any) -> list[Record]:
    """Bring what was decided last to where it was, the last first; all of it or nothing."""
    back = []
    with transaction.atomic():
        for each in reversed(list_last_decisions(request)):
            record = get_by_path(each["address"])
            if record is not None:
                revert_to(record, each["was"], request.user)
                back.append(record)
    request.session[DECIDED] = []
    return back


def revert_to(record: Record, was: str, by: Any) -> None:
    """Lead a record back over the steps that reviewing has."""
    way = STEPS_BACK.get((Review(was), Review(record.review)))
    if way is None:
        raise ValidationError(_("There is no way back from this."))
    for state in way:
        # The history is read by everybody: it stays in English.
        change_review_state(
            record, state, version=record.version, by=by, reason="A decision was taken back"
        )


def get_changes_since_approval(record: Record) -> tuple[Any, list[FieldDifference]]:
    """The last approved version but the present one, and what changed since."""
    versions = history.list_versions(record)
    newest = versions.first()
    approved = versions.filter(review=Review.PUBLISHED).exclude(history_id=newest.history_id)
    approved = approved.exclude(history_type="-").first()
    if approved is None:
        return None, []
    found = compare_versions(approved, newest)
    return approved, [each for each in found if each.field != "review"]
