"""What was put to the other side, and the answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .actors import Party, Person
from .base import LONGEST_TITLE, Record
from .choices import Vocabulary
from .constraints import FieldCheckConstraint, FieldUniqueConstraint, RuleErrors, rule_error
from .date_fields import UncertainDateField, build_date_constraints
from .issues import Issue, Statement
from .list_indexes import build_list_indexes
from .talks import DATE_ORDERING, Negotiation, Round
from .validation import Related


class Proposal(Record):
    """Something put to the other side: an offer to meet, a list of demands, an ultimatum.

    The same offer made again is marked as restated. That nobody answered is the absence of a
    Response, never a status of its own.
    """

    resource_name = "proposals"
    acyclic = ("responds_to",)

    class Kind(Vocabulary):
        MEETING = "meeting", "To meet."
        DEMANDS = "demands", "A list of what the other side is to do."
        MEMORANDUM = "memorandum", "A draft of what both are to agree."
        CEASEFIRE = "ceasefire", "To stop fighting, wholly or in part."
        HUMANITARIAN = "humanitarian", "On prisoners, remains, corridors or aid."
        PACKAGE = "package", "Several of these as one."
        MEDIATION = "mediation", "To go between the sides."
        ULTIMATUM = "ultimatum", "A demand with a deadline and a threat."
        OTHER = "other", "None of these; the note says what."

    class Status(Vocabulary):
        OPEN = "open", "No answer is known."
        ACCEPTED = "accepted", "The addressee agreed."
        ACCEPTED_IN_PART = "accepted_in_part", "The addressee agreed to some of it."
        REJECTED = "rejected", "The addressee refused."
        COUNTERED = "countered", "The addressee answered with a proposal of its own."
        WITHDRAWN = "withdrawn", "Its maker took it back."
        LAPSED = "lapsed", "Its deadline passed."
        UNKNOWN = "unknown", "The sources do not say."

    negotiation = models.ForeignKey(
        Negotiation,
        on_delete=models.PROTECT,
        related_name="proposals",
        help_text=_("In what it was made."),
    )
    round = models.ForeignKey(
        Round,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        help_text=_("The meeting at which it was made, if a source says so."),
    )
    title = models.CharField(
        max_length=LONGEST_TITLE,
        help_text=_("A short name: Russia's list of demands of June 2025."),
    )
    kind = models.CharField(
        max_length=20, choices=Kind, help_text=_("What sort of proposal it is.")
    )
    proposed_by = models.ManyToManyField(
        Party, related_name="proposals_made", help_text=_("Who made it.")
    )
    addressed_to = models.ManyToManyField(
        Party, blank=True, related_name="proposals_received", help_text=_("To whom.")
    )
    spoken_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who put it forward."),
    )
    relayed_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who passed it on."),
    )
    statement = models.ForeignKey(
        Statement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        help_text=_("The occasion on which it was said."),
    )
    responds_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="countered_by",
        help_text=_("The proposal it answers."),
    )
    restated = models.BooleanField(default=False, help_text=_("It had been made before."))
    complete = models.BooleanField(
        null=True,
        blank=True,
        help_text=_("Whether the source gives all its terms; empty when that is not clear."),
    )
    status = models.CharField(
        max_length=20,
        choices=Status,
        default=Status.OPEN,
        help_text=_("How it stands, by the latest source."),
    )
    consequence = models.CharField(
        max_length=300,
        blank=True,
        help_text=_("What is to follow if it is refused: new sanctions."),
    )
    date = UncertainDateField(help_text=_("When it was made, in EDTF."))
    deadline = UncertainDateField(help_text=_("By when it is to be answered or met, in EDTF."))

    _history_m2m_fields = [proposed_by, addressed_to]

    class Meta(Record.Meta):
        ordering = DATE_ORDERING
        indexes = build_list_indexes(
            *("negotiation", "round", "spoken_by", "relayed_by", "statement"),
            *("responds_to", "kind", "restated", "complete", "status"),
            *("date_certainty", "deadline_certainty"),
            date="date_earliest",
        )
        constraints = [
            *build_date_constraints("proposal", "date"),
            *build_date_constraints("proposal", "deadline"),
        ]

    def __str__(self) -> str:
        return self.title

    def slug_text(self) -> str:
        return f"{self.negotiation.slug} {self.title}"

    def related_faults(self, related: Related) -> RuleErrors:
        yield from super().related_faults(related)
        makers = {party.pk for party in self.related("proposed_by", related)}
        addressees = {party.pk for party in self.related("addressed_to", related)}
        if not makers:
            yield rule_error("proposed_by", _("Say who made the proposal."), "required")
        if addressees and addressees <= makers:
            yield rule_error(
                "addressed_to",
                _("A proposal is addressed to somebody other than its maker."),
                "addressed_to_its_maker",
            )


class Term(Record):
    """One item of a proposal, with who would owe it to whom."""

    resource_name = "terms"

    proposal = models.ForeignKey(
        Proposal,
        on_delete=models.CASCADE,
        related_name="terms",
        help_text=_("Of what it is an item."),
    )
    number = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Its place in the proposal, from 1; empty when the source gives none."),
    )
    issue = models.ForeignKey(
        Issue,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="terms",
        help_text=_("What it is about."),
    )
    text = models.CharField(max_length=500, help_text=_("The item in one neutral sentence."))
    obligor = models.ManyToManyField(
        Party, blank=True, related_name="terms_owed", help_text=_("Who would have to do it.")
    )
    obligee = models.ManyToManyField(
        Party, blank=True, related_name="terms_due", help_text=_("To whom it would be owed.")
    )

    _history_m2m_fields = [obligor, obligee]

    class Meta(Record.Meta):
        indexes = build_list_indexes("proposal", "issue", "number")
        constraints = [
            FieldUniqueConstraint(
                about="number",
                fields=["proposal", "number"],
                name="term_number_is_unique_in_its_proposal",
                violation_error_message=_("This proposal already has a term with this number."),
            ),
            FieldCheckConstraint(
                about="number",
                condition=models.Q(number__isnull=True) | models.Q(number__gte=1),
                name="term_numbers_start_at_one",
                violation_error_message=_("Terms are counted from 1."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def slug_text(self) -> str:
        return f"{self.proposal.slug} {self.issue.slug if self.issue else self.text}"


class Response(Record):
    """A party's answer to a proposal or to one of its terms."""

    resource_name = "responses"
    named_after = ("party", "proposal", "term")
    search_rank = 2

    class Answer(Vocabulary):
        ACCEPTS = "accepts", "Agrees."
        ACCEPTS_IN_PART = "accepts_in_part", "Agrees to some of it."
        REJECTS = "rejects", "Refuses."
        COUNTERS = "counters", "Answers with a proposal of its own."
        DEFERS = "defers", "Puts the answer off."
        CONSIDERS = "considers", "Says it is looking at it."
        EVADES = "evades", "Speaks to it without an answer."
        OTHER = "other", "None of these; the note says what."

    proposal = models.ForeignKey(
        Proposal,
        on_delete=models.CASCADE,
        related_name="responses",
        help_text=_("What it answers."),
    )
    term = models.ForeignKey(
        Term,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="responses",
        help_text=_("The one item it answers; empty for the whole proposal."),
    )
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="responses", help_text=_("Who answers.")
    )
    answer = models.CharField(max_length=20, choices=Answer, help_text=_("What the answer is."))
    spoken_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who gave it."),
    )
    date = UncertainDateField(help_text=_("When it was given, in EDTF."))

    class Meta(Record.Meta):
        ordering = DATE_ORDERING
        indexes = build_list_indexes(
            "proposal",
            "term",
            "party",
            "spoken_by",
            "answer",
            "date_certainty",
            date="date_earliest",
        )
        constraints = [*build_date_constraints("response", "date")]

    def __str__(self) -> str:
        return f"{self.party} ({self.get_answer_display().lower()}): {self.term or self.proposal}"

    def slug_text(self) -> str:
        return f"{(self.term or self.proposal).slug} {self.party.slug} {self.answer}"

    def faults(self) -> RuleErrors:
        yield from super().faults()
        if self.term and self.proposal_id and self.term.proposal_id != self.proposal_id:
            yield rule_error(
                "term",
                _("%(target)s is an item of another proposal."),
                "other_proposal",
                target=self.term.address,
            )
