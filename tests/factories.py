"""One factory for each kind of record: valid, a draft, written like any record, with its version.

``RoundFactory(review="published")`` publishes what the round refers to as well, and gives it words:
whatever a factory makes keeps the rules. ``created_by`` is the author of the record and its parts.
Many-to-many relations and ``citations`` take lists; a citation may be given by its words alone.
"""

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory

from negotiations import history
from negotiations.models import (
    Citation,
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
    Source,
    Statement,
    Term,
)


def part(kind, **given):
    """A record that another refers to: by the same author, published where the other needs it."""
    return factory.SubFactory(
        kind,
        created_by=factory.SelfAttribute("..created_by"),
        review=factory.LazyAttribute(lambda stub: review_of_part(stub.factory_parent.review)),
        **given,
    )


def parts(kind):
    """One such record in a many-to-many relation."""
    return factory.LazyAttribute(
        lambda stub: [kind(created_by=stub.created_by, review=review_of_part(stub.review))]
    )


def review_of_part(review):
    return "published" if review in {"published", "withdrawn"} else "draft"


class UserFactory(DjangoModelFactory):
    username = factory.Sequence(lambda number: f"user-{number}")

    class Meta:
        model = get_user_model()


class RecordFactory(DjangoModelFactory):
    review = "draft"
    created_by = None

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **values):
        named = {field.name for field in model_class._meta.many_to_many}
        related = {name: values.pop(name) for name in named & set(values)}
        citations = values.pop("citations", None)
        record = model_class(*args, **values)
        if hasattr(record, "citations"):
            related["citations"] = [
                words(record, given) for given in cls.support(record, citations)
            ]
        record.validate(related)
        history.save(record, related=related, by=record.created_by)
        return record

    @classmethod
    def support(cls, record, citations):
        """The citations given; where a published record must have one and none is given, one."""
        if citations is not None:
            return citations
        is_public = record.review == Record.Review.PUBLISHED
        return ["Words of a source."] if is_public and record.needs_citation else []


def words(record, given):
    """A citation that is not saved yet; of bare words, in a source that holds just these."""
    if isinstance(given, Citation):
        return given
    author = record.created_by
    source = SourceFactory(text=given, review=review_of_part(record.review), created_by=author)
    return Citation(source=source, quote=given, created_by=author)


class SourceFactory(RecordFactory):
    title = factory.Sequence(lambda number: f"Source {number}")
    kind = "news_article"
    text = factory.Sequence(lambda number: f" The sides met in Istanbul, says source {number}.")

    class Meta:
        model = Source


class PartyFactory(RecordFactory):
    name = factory.Sequence(lambda number: f"Party {number}")
    kind = "state"

    class Meta:
        model = Party


class PersonFactory(RecordFactory):
    name = factory.Sequence(lambda number: f"Person {number}")

    class Meta:
        model = Person


class PostFactory(RecordFactory):
    person = part(PersonFactory)
    party = part(PartyFactory)
    title = "President"

    class Meta:
        model = Post


class NegotiationFactory(RecordFactory):
    title = factory.Sequence(lambda number: f"Talks {number}")
    kind = "peace"

    class Meta:
        model = Negotiation


class ParticipationFactory(RecordFactory):
    negotiation = part(NegotiationFactory)
    party = part(PartyFactory)
    role = "side"

    class Meta:
        model = Participation


class RoundFactory(RecordFactory):
    negotiation = part(NegotiationFactory)
    title = factory.Sequence(lambda number: f"Round {number}")

    class Meta:
        model = Round


class DelegationFactory(RecordFactory):
    round = part(RoundFactory)
    party = part(PartyFactory)

    class Meta:
        model = Delegation


class IssueFactory(RecordFactory):
    title = factory.Sequence(lambda number: f"Issue {number}")
    question = "Should the fighting stop?"

    class Meta:
        model = Issue


class StatementFactory(RecordFactory):
    negotiation = part(NegotiationFactory)
    party = part(PartyFactory)
    summary = factory.Sequence(lambda number: f"Statement {number} was made.")

    class Meta:
        model = Statement


class ProposalFactory(RecordFactory):
    negotiation = part(NegotiationFactory)
    title = factory.Sequence(lambda number: f"Proposal {number}")
    kind = "meeting"
    proposed_by = parts(PartyFactory)

    class Meta:
        model = Proposal


class TermFactory(RecordFactory):
    proposal = part(ProposalFactory)
    text = factory.Sequence(lambda number: f"Term {number} is kept.")

    class Meta:
        model = Term


class ResponseFactory(RecordFactory):
    proposal = part(ProposalFactory)
    party = part(PartyFactory)
    answer = "rejects"

    class Meta:
        model = Response


class PositionFactory(RecordFactory):
    negotiation = part(NegotiationFactory)
    party = part(PartyFactory)
    issue = part(IssueFactory)
    stance = "supports"
    claim = factory.Sequence(lambda number: f"Position {number} is held.")

    class Meta:
        model = Position


class OutcomeFactory(RecordFactory):
    negotiation = part(NegotiationFactory)
    kind = "ceasefire"
    title = factory.Sequence(lambda number: f"Outcome {number}")
    status = "agreed"

    class Meta:
        model = Outcome


class CommitmentFactory(RecordFactory):
    negotiation = part(NegotiationFactory)
    kind = "hand_over_prisoners"
    text = factory.Sequence(lambda number: f"Commitment {number} is kept.")
    obligor = parts(PartyFactory)

    class Meta:
        model = Commitment


class DeliveryFactory(RecordFactory):
    commitment = part(CommitmentFactory)

    class Meta:
        model = Delivery


class IncidentFactory(RecordFactory):
    negotiation = part(NegotiationFactory)
    kind = "attack"
    title = factory.Sequence(lambda number: f"Incident {number}")

    class Meta:
        model = Incident


class CitationFactory(RecordFactory):
    """Words for ``record``, by default a person; the quotation is by default the whole text."""

    record = part(PersonFactory)
    source = part(SourceFactory)
    quote = factory.LazyAttribute(lambda stub: stub.source.text)

    class Meta:
        model = Citation


class DismissalFactory(RecordFactory):
    source = part(SourceFactory)
    quote = factory.LazyAttribute(lambda stub: stub.source.text)
    reason = "background"

    class Meta:
        model = Dismissal


FACTORIES = {kind._meta.model.resource_name: kind for kind in RecordFactory.__subclasses__()}
