"""The parameters of the change feed."""

from negotiations.history.visible_changes import ChangeFeed, is_feed_position
from negotiations.models import COLLECTIONS
from negotiations.text.did_you_mean import suggest_similar

from .query_params import QueryParams


def parse_kinds(query: QueryParams) -> list[str]:
    """``kind=proposals,terms``."""
    kinds = query["kind"].split(",") if "kind" in query else []
    for kind in kinds:
        if kind not in COLLECTIONS:
            detail = f"There is no collection {kind[:100]!r}."
            query.fault("kind", "unknown_value", detail, suggest_similar(kind, COLLECTIONS))
    return kinds


def parse_position(query: QueryParams, feed: ChangeFeed) -> int:
    """``after=18233``; a position that the feed has not reached is a fault."""
    text = query.get("after", "0")
    if not is_feed_position(text):
        query.fault("after", "out_of_range", "Write a position of the feed, a whole number.")
        return 0
    if int(text) and int(text) > feed.position():
        detail = f"Your feed has come to {feed.position()}. Load anew and follow from there."
        query.fault("after", "out_of_range", detail)
    return int(text)
