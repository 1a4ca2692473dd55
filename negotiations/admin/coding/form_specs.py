"""Which kinds of record are coded from a text, by which key, and what their short forms ask."""

from __future__ import annotations

from typing import NamedTuple

from negotiations.models import (
    Commitment,
    Delegation,
    Delivery,
    Dismissal,
    Incident,
    Issue,
    Negotiation,
    Outcome,
    Participation,
    Party,
    Person,
    Position,
    Post,
    Proposal,
    Record,
    Response,
    Round,
    Statement,
    Term,
)


class Kind(NamedTuple):
    """One kind of record: the key that chooses it, what is asked, and what is asked on demand.

    ``voice`` is a field of the words; where ``asked`` does not place it, it comes last. A quantity
    is named once for its two bounds.
    """

    model: type[Record]
    key: str
    asked: tuple[str, ...]
    more: tuple[str, ...] = ()
    dates: tuple[str, ...] = ("date",)

    @property
    def name(self) -> str:
        return str(self.model._meta.model_name)

    @property
    def has_negotiation(self) -> bool:
        return any(field.name == "negotiation" for field in self.model._meta.fields)


# In the order in which a text is usually coded: what is said, who it is, what it belongs to.
ALL = (
    Kind(
        Position,
        "p",
        (
            "party",
            "issue",
            "stance",
            "claim",
            "firmness",
            "basis",
            "voice",
            "spoken_by",
            "statement",
        ),
        ("relayed_by", "follows", "term"),
    ),
    Kind(
        Proposal,
        "o",
        (
            "proposed_by",
            "addressed_to",
            "spoken_by",
            "title",
            "kind",
            "voice",
            "restated",
            "status",
        ),
        ("relayed_by", "statement", "complete", "round", "responds_to", "consequence"),
        ("date", "deadline"),
    ),
    Kind(
        Term,
        "t",
        ("proposal", "text", "issue", "obligor", "obligee"),
        ("number",),
        (),
    ),
    Kind(Response, "a", ("proposal", "party", "answer", "spoken_by"), ("term",)),
    Kind(Statement, "s", ("party", "speaker", "medium", "summary"), ("place",)),
    Kind(Party, "y", ("name", "kind", "aliases"), ("country", "member_of", "identifiers"), ()),
    Kind(Person, "e", ("name", "aliases"), ("identifiers",), ()),
    Kind(Post, "f", ("person", "party", "title")),
    Kind(Issue, "q", ("title", "question", "part_of"), ("identifiers",), ()),
    Kind(Negotiation, "g", ("title", "kind", "status"), ("summary", "identifiers")),
    Kind(Participation, "w", ("party", "role"), (), ()),
    Kind(
        Round,
        "r",
        ("title", "status", "result", "place"),
        ("number", "country", "format", "level"),
    ),
    Kind(Delegation, "l", ("round", "party", "role", "head", "members"), (), ()),
    Kind(Outcome, "u", ("title", "kind", "status", "agreed_by"), ("form", "rounds")),
    Kind(
        Commitment,
        "c",
        ("kind", "text", "obligor", "obligee", "outcome", "issue", "quantity", "unit"),
        ("category", "backed_by", "according_to"),
        ("due",),
    ),
    Kind(
        Delivery,
        "d",
        ("commitment", "verification", "delivered_by", "received_by", "quantity", "place"),
        ("facilitator",),
    ),
    Kind(
        Incident,
        "v",
        ("title", "kind", "by", "means", "place", "killed", "injured"),
        ("part_of", "effect"),
    ),
    Kind(Dismissal, "n", ("reason",), (), ()),
)
KINDS = {kind.name: kind for kind in ALL}
