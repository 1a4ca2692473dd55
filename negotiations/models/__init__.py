"""What exists and what must always be true of it. Every record model is named here once."""

from .access import GROUPS, Role, Token, role_of
from .actors import Party, Person, Post
from .base import Record, RecordQuerySet, StaleVersion
from .changes import Change
from .citations import CITED, Citation, Dismissal
from .dates import Certainty, UncertainDateField
from .erasures import Erasure
from .guards import KeptAnswer, PasswordGuess, RequestCount, SpentForm, Upload
from .incidents import Incident
from .issues import Issue, Position, Statement
from .moves import MovedSlug
from .outcomes import Commitment, Delivery, Outcome, Unit
from .proposals import Proposal, Response, Term
from .rules import Faults, fault
from .search import SearchDocument
from .seeds import SeedEntry
from .sources import Source
from .talks import Delegation, Negotiation, Participation, Round
from .vocabulary import Vocabulary
from .webhooks import Webhook, WebhookDelivery

# All kinds, each after those it refers to.
RECORDS: tuple[type[Record], ...] = (
    Source,
    Party,
    Person,
    Post,
    Negotiation,
    Participation,
    Round,
    Delegation,
    Issue,
    Statement,
    Proposal,
    Term,
    Response,
    Position,
    Outcome,
    Commitment,
    Delivery,
    Incident,
    Citation,
    Dismissal,
)
COLLECTIONS: dict[str, type[Record]] = {model.collection(): model for model in RECORDS}

__all__ = [
    "CITED",
    "COLLECTIONS",
    "GROUPS",
    "RECORDS",
    "Certainty",
    "Change",
    "Citation",
    "Commitment",
    "Delegation",
    "Delivery",
    "Dismissal",
    "Erasure",
    "Faults",
    "Incident",
    "Issue",
    "KeptAnswer",
    "MovedSlug",
    "Negotiation",
    "Outcome",
    "Participation",
    "Party",
    "PasswordGuess",
    "Person",
    "Position",
    "Post",
    "Proposal",
    "Record",
    "RecordQuerySet",
    "RequestCount",
    "Response",
    "Role",
    "Round",
    "SearchDocument",
    "SeedEntry",
    "Source",
    "SpentForm",
    "StaleVersion",
    "Statement",
    "Term",
    "Token",
    "UncertainDateField",
    "Unit",
    "Upload",
    "Vocabulary",
    "Webhook",
    "WebhookDelivery",
    "fault",
    "role_of",
]
