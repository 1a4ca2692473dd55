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


class FormSpec(NamedTuple):
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
    FormSpec(
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
    FormSpec(
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
    FormSpec(
        Term,
        "t",
        ("proposal", "text", "issue", "obligor", "obligee"),
        ("number",),
        (),
    ),
    FormSpec(Response, "a", ("proposal", "party", "answer", "spoken_by"), ("term",)),
    FormSpec(Statement, "s", ("party", "speaker", "medium", "summary"), ("place",)),
    FormSpec(Party, "y", ("name", "kind", "aliases"), ("country", "member_of", "identifiers"), ()),
    FormSpec(Person, "e", ("name", "aliases"), ("identifiers",), ()),
    FormSpec(Post, "f", ("person", "party", "title")),
    FormSpec(Issue, "q", ("title", "question", "part_of"), ("identifiers",), ()),
    FormSpec(Negotiation, "g", ("title", "kind", "status"), ("summary", "identifiers")),
    FormSpec(Participation, "w", ("party", "role"), (), ()),
    FormSpec(
        Round,
        "r",
        ("title", "status", "result", "place"),
        ("number", "country", "format", "level"),
    ),
    FormSpec(Delegation, "l", ("round", "party", "role", "head", "members"), (), ()),
    FormSpec(Outcome, "u", ("title", "kind", "status", "agreed_by"), ("form", "rounds")),
    FormSpec(
        Commitment,
        "c",
        ("kind", "text", "obligor", "obligee", "outcome", "issue", "quantity", "unit"),
        ("category", "backed_by", "according_to"),
        ("due",),
    ),
    FormSpec(
        Delivery,
        "d",
        ("commitment", "verification", "delivered_by", "received_by", "quantity", "place"),
        ("facilitator",),
    ),
    FormSpec(
        Incident,
        "v",
        ("title", "kind", "by", "means", "place", "killed", "injured"),
        ("part_of", "effect"),
    ),
    FormSpec(Dismissal, "n", ("reason",), (), ()),
)
FORM_SPECS = {kind.name: kind for kind in ALL}
