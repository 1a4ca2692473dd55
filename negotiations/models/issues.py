"""What divides the sides, and what each says about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.text.validators import validate_identifiers

from .actors import Party, Person
from .base import LONGEST_TITLE, Record
from .choices import Vocabulary
from .constraints import RuleErrors, rule_error
from .date_fields import UncertainDateField, build_date_constraints
from .list_indexes import build_list_indexes
from .talks import DATE_ORDERING, Negotiation


class Issue(Record):
    """A question that divides the sides, put so that yes and no mean something.

    "Should Western military aid to Ukraine continue?" can be answered by each side, so two
    answers can be compared. A topic without a question only groups others.
    """

    resource_name = "issues"
    needs_citation = False
    acyclic = ("part_of",)

    title = models.CharField(
        max_length=LONGEST_TITLE, help_text=_("A short name: Western military aid.")
    )
    question = models.CharField(
        max_length=300,
        blank=True,
        help_text=_("To be answered with yes or no; empty for a topic that only groups."),
    )
    part_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        help_text=_("The wider topic."),
    )
    identifiers = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_identifiers],
        help_text=_("Codes elsewhere by scheme: pa_x, ucdp."),
    )

    class Meta(Record.Meta):
        indexes = build_list_indexes("part_of")

    def __str__(self) -> str:
        return self.title


class Statement(Record):
    """Something said on an occasion: an address, an interview, a post."""

    resource_name = "statements"

    class Medium(Vocabulary):
        ADDRESS = "address", "A speech to the public or to a body."
        INTERVIEW = "interview", "Answers to a journalist."
        PRESS_CONFERENCE = "press_conference", "Said before the press."
        PRESS_RELEASE = "press_release", "A text given to the press."
        POST = "post", "Published on a social network or channel."
        DOCUMENT = "document", "A letter, a paper, a law."
        CALL = "call", "A telephone or video call that was reported."
        OTHER = "other", "None of these; the note says what."

    negotiation = models.ForeignKey(
        Negotiation,
        on_delete=models.PROTECT,
        related_name="statements",
        help_text=_("To what it belongs."),
    )
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        related_name="statements",
        help_text=_("For whom it was said."),
    )
    speaker = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        help_text=_("Who said it; empty when no source names a person."),
    )
    medium = models.CharField(
        max_length=20, choices=Medium, blank=True, help_text=_("On what occasion.")
    )
    place = models.CharField(
        max_length=200, blank=True, help_text=_("Where, as the source gives it.")
    )
    date = UncertainDateField(help_text=_("When it was said, in EDTF."))
    summary = models.TextField(help_text=_("What was said, in one neutral sentence."))

    class Meta(Record.Meta):
        ordering = DATE_ORDERING
        indexes = build_list_indexes(
            *("negotiation", "party", "speaker", "negotiation party", "medium"),
            *("place", "date_certainty"),
            date="date_earliest",
        )
        constraints = [*build_date_constraints("statement", "date")]

    def __str__(self) -> str:
        return self.summary

    def slug_text(self) -> str:
        return f"{self.negotiation.slug} {self.party.slug} {self.medium or 'statement'} {self.date}"


class Position(Record):
    """A party's answer to an issue's question at a time.

    What the party says it wants, not what an analyst thinks it wants. A later answer is a new
    position.
    """

    resource_name = "positions"

    class Stance(Vocabulary):
        SUPPORTS = "supports", "Answers the question with yes."
        OPEN = "open", "Could say yes."
        UNCLEAR = "unclear", "Spoke to the question without an answer that can be told."
        DOUBTS = "doubts", "Leans to no without saying so."
        OPPOSES = "opposes", "Answers with no."

    class Firmness(Vocabulary):
        RED_LINE = "red_line", "Said to be beyond negotiation."
        DEMAND = "demand", "Required of the other side."
        PREFERENCE = "preference", "Wished, not required."
        FLEXIBLE = "flexible", "Said to be open to exchange."
        UNSPECIFIED = "unspecified", "The source does not say how firm it is."

    class Basis(Vocabulary):
        STATED = "stated", "The party said it."
        IMPLIED = "implied", "It follows from something else the party said or did."

    negotiation = models.ForeignKey(
        Negotiation,
        on_delete=models.PROTECT,
        related_name="positions",
        help_text=_("In what it is held."),
    )
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="positions", help_text=_("Who holds it.")
    )
    issue = models.ForeignKey(
        Issue,
        on_delete=models.PROTECT,
        related_name="positions",
        help_text=_("The question it answers."),
    )
    stance = models.CharField(
        max_length=10, choices=Stance, help_text=_("The answer, on five steps.")
    )
    firmness = models.CharField(
        max_length=20,
        choices=Firmness,
        default=Firmness.UNSPECIFIED,
        help_text=_("How firmly it is held."),
    )
    basis = models.CharField(
        max_length=10,
        choices=Basis,
        default=Basis.STATED,
        help_text=_("Whether it was said or follows."),
    )
    claim = models.CharField(max_length=300, help_text=_("The position in one neutral sentence."))
    statement = models.ForeignKey(
        Statement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="positions",
        help_text=_("The occasion on which it was said."),
    )
    spoken_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who said it."),
    )
    relayed_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who passed it on."),
    )
    follows = models.ForeignKey(
        "Proposal",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        help_text=_("The proposal it came after, in the source's words: an order, not a cause."),
    )
    term = models.ForeignKey(
        "Term",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="positions",
        help_text=_("The item of a proposal that shows it."),
    )
    date = UncertainDateField(help_text=_("When it was held, in EDTF."))

    class Meta(Record.Meta):
        ordering = DATE_ORDERING
        indexes = build_list_indexes(
            *("negotiation", "party", "issue", "statement", "spoken_by", "relayed_by"),
            *("follows", "term", "party issue", "negotiation party"),
            *("negotiation issue", "stance", "firmness", "basis", "date_certainty"),
            date="date_earliest",
        )
        constraints = [*build_date_constraints("position", "date")]

    def __str__(self) -> str:
        return self.claim

    def slug_text(self) -> str:
        return f"{self.negotiation.slug} {self.party.slug} {self.issue.slug} {self.stance}"

    def faults(self) -> RuleErrors:
        yield from super().faults()
        if self.issue_id and not self.issue.question:
            yield rule_error(
                "issue",
                _("This issue has no question to answer; choose one of its parts."),
                "no_question",
            )
        own = self.negotiation_id
        if self.term and own and own != self.term.proposal.negotiation_id:
            yield rule_error(
                "term",
                _("%(target)s belongs to another negotiation."),
                "other_negotiation",
                target=self.term.address,
            )
