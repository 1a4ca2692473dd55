"""What a reviewer decides: approve, send back, and take either back; what they have opened."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from negotiations import history
from negotiations.analysis.wording.headings import name_record
from negotiations.models import COLLECTIONS, Record

from .state_changes import move

Review = Record.Review
# In the session: what was opened, at which version, and what was decided last.
OPENED, DECIDED = "opened_for_review", "decided_in_review"
MOST_OPENED = 500
# From where a decision led, the steps back.
WAYS_BACK = {
    (Review.DRAFT, Review.IN_REVIEW): (Review.DRAFT,),
    (Review.DRAFT, Review.PUBLISHED): (Review.WITHDRAWN, Review.DRAFT),
    (Review.IN_REVIEW, Review.PUBLISHED): (Review.WITHDRAWN, Review.DRAFT, Review.IN_REVIEW),
    (Review.IN_REVIEW, Review.DRAFT): (Review.IN_REVIEW,),
    (Review.WITHDRAWN, Review.PUBLISHED): (Review.WITHDRAWN,),
    (Review.WITHDRAWN, Review.DRAFT): (),
}


def named(address: str) -> Record | None:
    """The record behind ``positions/<slug>``."""
    collection, _, slug = address.replace("\0", "").partition("/")
    model: Any = COLLECTIONS.get(collection)
    found: Record | None = model._base_manager.filter(slug=slug).first() if model else None
    return found


# What was opened


def note_opened(request: Any, record: Record) -> None:
    """Remember that the user has looked at the record as it stands."""
    opened = dict(request.session.get(OPENED, {}))
    opened.pop(record.address, None)
    opened[record.address] = record.version
    request.session[OPENED] = dict(list(opened.items())[-MOST_OPENED:])


def opened_slugs(request: Any, model: type[Record]) -> list[str]:
    """The slugs of the records of a kind that the user has looked at."""
    start = f"{model.collection()}/"
    opened = request.session.get(OPENED, {})
    return [address.removeprefix(start) for address in opened if address.startswith(start)]


def has_opened(request: Any, record: Record) -> bool:
    """Whether the user has looked at the record, and at no older version of it."""
    return bool(request.session.get(OPENED, {}).get(record.address) == record.version)


# What is decided


def decide(request: Any, record: Record, state: str, *, version: int | None, reason: str) -> None:
    """Move a record that was seen at ``version``; raises ``ValidationError`` as ``move`` does."""
    was = record.review
    move(record, state, version=version, by=request.user, reason=reason)
    note_decided(request, [(record, was)])


def note_decided(request: Any, decided: Iterable[tuple[Record, str]]) -> None:
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


def last_decided(request: Any) -> list[dict[str, Any]]:
    """What can be taken back: the decisions of the last act that still hold."""
    decided = request.session.get(DECIDED, [])
    standing = [(each, named(each["address"])) for each in decided]
    return [each for each, record in standing if record and record.version == each["version"]]


def take_back(request: Any) -> list[Record]:
    """Bring what was decided last to where it was, the last first; all of it or nothing."""
    back = []
    with transaction.atomic():
        for each in reversed(last_decided(request)):
            record = named(each["address"])
            if record is not None:
                retrace(record, each["was"], request.user)
                back.append(record)
    request.session[DECIDED] = []
    return back


def retrace(record: Record, was: str, by: Any) -> None:
    """Lead a record back over the steps that reviewing has."""
    way = WAYS_BACK.get((Review(was), Review(record.review)))
    if way is None:
        raise ValidationError(_("There is no way back from this."))
    for state in way:
        # The history is read by everybody: it stays in English.
        move(record, state, version=record.version, by=by, reason="A decision was taken back")


def since_approval(record: Record) -> tuple[Any, list[history.Difference]]:
    """The last approved version but the present one, and what changed since."""
    versions = history.versions(record)
    newest = versions.first()
    approved = versions.filter(review=Review.PUBLISHED).exclude(history_id=newest.history_id)
    approved = approved.exclude(history_type="-").first()
    if approved is None:
        return None, []
    found = history.differences(approved, newest)
    return approved, [each for each in found if each.field != "review"]
