"""The changes as one reader may see them: in the order of commits, each exactly once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet

from negotiations.models import COLLECTIONS, Change, Record, Role, get_role
from negotiations.models.system.roles import can_view_state, is_editor
from negotiations.sql_cache import ensure_utc, fetch_rows

Event = dict[str, Any]
LARGEST_POSITION = 2**63 - 1


@dataclass(frozen=True)
class FeedPage:
    """A run of events; whoever has it goes on after ``position``."""

    events: list[Event]
    position: int
    more: bool
    # The instant of the last change up to the position; None when there is none.
    at: datetime | None


class FeedHead(NamedTuple):
    """The number of a feed's last event and its instant; 0 when there is none."""

    position: int
    at: datetime | None


HEAD_SQL = (
    f'SELECT "{{0}}", "at" FROM "{Change._meta.db_table}"'  # noqa: S608
    ' WHERE "{0}" IS NOT NULL ORDER BY "{0}" DESC LIMIT 1'
)


def get_feed_head(column: str = "sequence") -> FeedHead:
    """The last change of all, whoever may learn of it, or the last public one."""
    # Every list asks it: written out, since its making costs more than its answer.
    found = fetch_rows(HEAD_SQL.format(column), ())
    return FeedHead(found[0][0], ensure_utc(found[0][1])) if found else FeedHead(0, None)


class ChangeFeed:
    """The feed of one reader.

    Without a role, a reader's numbers count only what everybody may learn of: they tell nothing of
    drafts. What comes into a reader's sight is ``created`` to them, what leaves it ``deleted``.
    """

    def __init__(self, user: Any) -> None:
        self.user, self.role = user, get_role(user)
        self.is_public = self.role == Role.ANONYMOUS
        self.column = "public_sequence" if self.is_public else "sequence"

    @cached_property
    def changes(self) -> QuerySet[Change]:
        """The rows of what this reader may learn of, in order."""
        rows: QuerySet[Change] = Change.objects.visible_to(self.user).order_by(self.column)
        return rows

    def head(self) -> "FeedHead":
        """Where it has come to."""
        if self.role == Role.CONTRIBUTOR:
            last = self.changes.order_by(f"-{self.column}").values_list(self.column, "at").first()
            return FeedHead(*last) if last else FeedHead(0, None)
        return get_feed_head(self.column)

    def position(self) -> int:
        """The number of the last event; 0 when there is none."""
        return self.head().position

    def translate(self, is_public: bool, position: int) -> int:
        """Return the position in this feed that is no later than one of the other numbering."""
        if is_public == self.is_public:
            return position
        if is_public:
            rows = Change.objects.filter(public_sequence=position)
            return rows.values_list("sequence", flat=True).first() or 0
        return Change.objects.filter(sequence__lte=position).last_number("public_sequence")

    def part(self, after: int, limit: int, kinds: Iterable[str] = ()) -> FeedPage:
        """The events after a position, at most ``limit``, of these kinds or of all."""
        # Asked first: what comes in between the two questions is left for the next part.
        head, at = self.head()
        rows = self.changes.filter(
            **{f"{self.column}__gt": after, f"{self.column}__lte": head}
        ).select_related("by")
        if kinds:
            rows = rows.filter(kind__in=kinds)
        found = [self.event(change) for change in rows[: limit + 1]]
        more, events = len(found) > limit, found[:limit]
        if more:
            return FeedPage(events, events[-1]["sequence"], more, events[-1]["at"])
        return FeedPage(events, max(head, after), more, at)

    def event(self, change: Change) -> Event:
        """The change as this reader sees it."""
        action = self.action(change)
        is_update = action in {Change.Action.UPDATED, Change.Action.RESTORED}
        return {
            "sequence": getattr(change, self.column),
            "kind": change.kind,
            "slug": change.slug,
            "version": change.version,
            "action": action,
            # What was changed before a reader could see the record is not theirs to know.
            "changed": change.changed if is_update else [],
            "by": None if self.is_public or not change.by else change.by.get_username(),
            "reason": change.reason,
            "merged_into": self.merged_into(change),
            "at": change.at,
        }

    def action(self, change: Change) -> str:
        """What happened, in the eyes of this reader."""
        before, after = (
            self.sees(change, change.review_before),
            self.sees(change, change.review_after),
        )
        if before and after:
            return change.action
        if not after:
            return str(Change.Action.DELETED)
        is_return = change.action == Change.Action.RESTORED and not change.review_before
        return str(Change.Action.RESTORED if is_return else Change.Action.CREATED)

    def merged_into(self, change: Change) -> str | None:
        """The slug of the record that one was merged into, if the reader may know of it."""
        # What was published is merged into what is published.
        if not change.merged_into or is_editor(self.user):
            return change.merged_into or None
        if change.review_before == Record.Review.PUBLISHED:
            return change.merged_into
        visible = COLLECTIONS[change.kind].objects.visible_to(self.user)
        return change.merged_into if visible.filter(slug=change.merged_into).exists() else None

    def sees(self, change: Change, review: str) -> bool:
        """Whether the reader sees the record in this state of review."""
        return bool(review) and can_view_state(self.user, review, change.author_id)


def is_feed_position(text: str) -> bool:
    """Whether a text can be a position in a feed."""
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_POSITION
