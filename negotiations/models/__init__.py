"""What exists and what must always be true of it. Every record model is named here once."""

from negotiations.text.names import translate_names

from .actors import Party, Person, Post
from .base import Record, RecordQuerySet, StaleVersion
from .choices import Vocabulary
from .citations import CITABLE_MODELS, Citation, Dismissal
from .constraints import RuleErrors, rule_error
from .date_fields import Certainty, UncertainDateField
from .incidents import Incident
from .issues import Issue, Position, Statement
from .outcomes import Commitment, Delivery, Outcome, Unit
from .proposals import Proposal, Response, Term
from .sources import Source
from .system.changes import Change
from .system.erasures import Erasure
from .system.operational import (
    ImportedFile,
    KeptAnswer,
    PasswordGuess,
    RequestCount,
    SpentForm,
    Upload,
)
from .system.roles import GROUPS, Role, get_role
from .system.search import SearchDocument
from .system.seed_entries import SeedEntry
from .system.slug_redirects import MovedSlug
from .system.tokens import Token
from .system.webhooks import Webhook, WebhookDelivery
from .talks import Delegation, Negotiation, Participation, Round

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
for model in (*RECORDS, Token, Webhook, WebhookDelivery):
    translate_names(model)
COLLECTIONS: dict[str, type[Record]] = {model.resource_name: model for model in RECORDS}

__all__ = [
    "CITABLE_MODELS",
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
    "ImportedFile",
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
    "RuleErrors",
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
    "get_role",
    "rule_error",
]
