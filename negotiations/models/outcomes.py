"""What came of it: outcomes, what they oblige to, and what was then delivered."""

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from .actors import Party
from .amounts import format_amount
from .base import LONGEST_TITLE, Record
from .choices import Vocabulary
from .constraints import RuleErrors, build_bounds_check, rule_error
from .date_fields import UncertainDateField, build_date_constraints
from .issues import Issue
from .list_indexes import build_list_indexes
from .talks import DATE_ORDERING, Negotiation, Round
from .validation import Related

LEAST = _(
    "The lower bound. Exactly 160 is 160 in both bounds; at least 160 is 160 here and no upper"
    " bound; between and about have both; no bound at all if no source gives a number."
)
MOST = _(
    "The upper bound. At most 160 is 160 here and no lower bound; empty is open. About 160 is the"
    " two bounds between which its coder takes it to lie."
)


class Outcome(Record):
    """What came of talks: an agreement, a ceasefire, or expressly nothing.

    Outcomes of one negotiation stand side by side: an exchange of prisoners may be agreed where a
    ceasefire was not reached.
    """

    resource_name = "outcomes"

    class Kind(Vocabulary):
        PRISONER_EXCHANGE = (
            "prisoner_exchange",
            "Prisoners or detained civilians are handed over by both sides.",
        )
        RELEASE = "release", "Prisoners or detained civilians are handed over by one side."
        RETURN_OF_REMAINS = "return_of_remains", "Bodies of the dead are handed over."
        CEASEFIRE = "ceasefire", "Fighting stops everywhere."
        PARTIAL_CEASEFIRE = "partial_ceasefire", "Fighting stops for some places, means or targets."
        HUMANITARIAN_ACCESS = "humanitarian_access", "Corridors or aid are let through."
        FURTHER_TALKS = "further_talks", "The sides agree to meet again."
        FRAMEWORK = "framework", "The sides agree on principles."
        SETTLEMENT = "settlement", "The sides agree on the whole of what divides them."
        NOTHING = "nothing", "The sides parted without any agreement."
        OTHER = "other", "None of these; the note says what."

    class Form(Vocabulary):
        SIGNED = "signed", "A signed text."
        JOINT_STATEMENT = "joint_statement", "A text both sides gave out."
        PARALLEL_STATEMENTS = "parallel_statements", "Each side said so by itself."
        ORAL = "oral", "Agreed by word of mouth."
        OTHER = "other", "None of these; the note says what."

    class Status(Vocabulary):
        AGREED = "agreed", "The sides agreed; nothing says it has begun."
        NOT_REACHED = "not_reached", "It was sought and not agreed."
        IN_FORCE = "in_force", "It holds."
        SUSPENDED = "suspended", "It is set aside for a time."
        ENDED = "ended", "It ran out or was carried out."
        DENOUNCED = "denounced", "A side declared it void."
        DISPUTED = "disputed", "The sides contradict each other on whether it holds."

    negotiation = models.ForeignKey(
        Negotiation,
        on_delete=models.PROTECT,
        related_name="outcomes",
        help_text=_("Of what it came."),
    )
    rounds = models.ManyToManyField(
        Round,
        blank=True,
        related_name="outcomes",
        help_text=_("The meetings it came of, if a source says which."),
    )
    kind = models.CharField(max_length=30, choices=Kind, help_text=_("What it is."))
    title = models.CharField(max_length=LONGEST_TITLE, help_text=_("A short name."))
    agreed_by = models.ManyToManyField(
        Party,
        blank=True,
        related_name="outcomes",
        help_text=_("Who agreed; nobody for what was not reached."),
    )
    form = models.CharField(
        max_length=20, choices=Form, blank=True, help_text=_("In what form; empty if unknown.")
    )
    status = models.CharField(
        max_length=20, choices=Status, help_text=_("How it stands, by the latest source.")
    )
    date = UncertainDateField(help_text=_("When it was reached, in EDTF."))

    _history_m2m_fields = [rounds, agreed_by]

    class Meta(Record.Meta):
        ordering = DATE_ORDERING
        indexes = build_list_indexes(
            "negotiation", "kind", "form", "status", "date_certainty", date="date_earliest"
        )
        constraints = [*build_date_constraints("outcome", "date")]

    def __str__(self) -> str:
        return self.title

    def slug_text(self) -> str:
        return f"{self.negotiation.slug} {self.title}"


class Unit(Vocabulary):
    """What a quantity counts."""

    PERSONS = "persons", "Living people."
    BODIES = "bodies", "Bodies of the dead."
    DAYS = "days", "Days."
    ITEMS = "items", "Pieces of equipment or goods."
    USD = "usd", "United States dollars."
    EUR = "eur", "Euros."
    OTHER = "other", "None of these; the note says what."


class Commitment(Record):
    """Who owes what to whom, under an outcome or as a pledge of its own.

    Where the sides give different versions of the terms, each version is a commitment with the
    party it is according to. Parts never add to a total that already counts them.
    """

    resource_name = "commitments"

    class Kind(Vocabulary):
        HAND_OVER_PRISONERS = "hand_over_prisoners", "To hand over prisoners or detained civilians."
        HAND_OVER_REMAINS = "hand_over_remains", "To hand over bodies of the dead."
        STOP_FIGHTING = "stop_fighting", "To stop fighting, wholly or in part."
        WITHDRAW = "withdraw", "To take forces out of a place."
        GIVE_ACCESS = "give_access", "To let people or goods through."
        MILITARY_AID = "military_aid", "To give arms or training."
        AID = "aid", "To give money or goods."
        LIFT_SANCTIONS = "lift_sanctions", "To end a sanction or restriction."
        MEET = "meet", "To come to a meeting."
        OTHER = "other", "None of these; the note says what."

    negotiation = models.ForeignKey(
        Negotiation,
        on_delete=models.PROTECT,
        related_name="commitments",
        help_text=_("To what it belongs."),
    )
    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
        help_text=_("Under which outcome; empty for a pledge of its own."),
    )
    kind = models.CharField(max_length=30, choices=Kind, help_text=_("What is owed."))
    issue = models.ForeignKey(
        Issue,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
        help_text=_("The issue it touches."),
    )
    text = models.CharField(max_length=500, help_text=_("The commitment in one neutral sentence."))
    obligor = models.ManyToManyField(
        Party, related_name="commitments_owed", help_text=_("Who owes it.")
    )
    obligee = models.ManyToManyField(
        Party, blank=True, related_name="commitments_due", help_text=_("To whom it is owed.")
    )
    backed_by = models.ManyToManyField(
        Party, blank=True, related_name="commitments_backed", help_text=_("Who stands behind it.")
    )
    quantity_min = models.PositiveBigIntegerField(null=True, blank=True, help_text=LEAST)
    quantity_max = models.PositiveBigIntegerField(null=True, blank=True, help_text=MOST)
    unit = models.CharField(
        max_length=10, choices=Unit, blank=True, help_text=_("What the quantity counts.")
    )
    category = models.CharField(
        max_length=200, blank=True, help_text=_("Which of them: wounded, under 25.")
    )
    due = UncertainDateField(help_text=_("By when, in EDTF."))
    according_to = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The party whose version of the terms this is; empty when they agree."),
    )

    _history_m2m_fields = [obligor, obligee, backed_by]

    class Meta(Record.Meta):
        ordering = [F("due_earliest").asc(nulls_last=True), "slug"]
        indexes = build_list_indexes(
            *("negotiation", "outcome", "issue", "according_to", "kind", "unit"),
            *("due_certainty",),
            date="due_earliest",
        )
        constraints = [
            build_bounds_check("commitment", "quantity_min", "quantity_max"),
            *build_date_constraints("commitment", "due"),
        ]

    def __str__(self) -> str:
        return self.text

    def slug_text(self) -> str:
        return f"{self.negotiation.slug} {self.get_kind_display()} {self.category}"

    def related_faults(self, related: Related) -> RuleErrors:
        yield from super().related_faults(related)
        if not self.related("obligor", related):
            yield rule_error("obligor", _("Say who owes it."), "required")


class Delivery(Record):
    """What was handed over or done under a commitment, in the direction of the commitment."""

    resource_name = "deliveries"
    named_after = ("commitment", "received_by")
    search_rank = 2

    class Verification(Vocabulary):
        REPORTED = "reported", "A source reports it; nobody named stands for it."
        CLAIMED_BY_SENDER = "claimed_by_sender", "The side that handed over says so."
        CLAIMED_BY_RECEIVER = "claimed_by_receiver", "The side that received says so."
        CONFIRMED_BY_BOTH = "confirmed_by_both", "Both say so."
        CONFIRMED_BY_THIRD_PARTY = "confirmed_by_third_party", "Somebody outside the two says so."
        DISPUTED = "disputed", "The two contradict each other."
        RETRACTED = "retracted", "Whoever said so took it back."

    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.PROTECT,
        related_name="deliveries",
        help_text=_("What it fulfils."),
    )
    delivered_by = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries_made",
        help_text=_("Who handed over, of those who owe it; empty when no source says."),
    )
    received_by = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries_received",
        help_text=_("Who received, of those to whom it is owed; empty when no source says."),
    )
    quantity_min = models.PositiveBigIntegerField(null=True, blank=True, help_text=LEAST)
    quantity_max = models.PositiveBigIntegerField(null=True, blank=True, help_text=MOST)
    verification = models.CharField(
        max_length=30,
        choices=Verification,
        default=Verification.REPORTED,
        help_text=_("Who says so."),
    )
    place = models.CharField(
        max_length=200, blank=True, help_text=_("Where, as the source gives it.")
    )
    facilitator = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries_facilitated",
        help_text=_("Who helped it come about."),
    )
    date = UncertainDateField(help_text=_("When, in EDTF."))

    class Meta(Record.Meta):
        verbose_name_plural = "deliveries"
        ordering = DATE_ORDERING
        indexes = build_list_indexes(
            *("commitment", "delivered_by", "received_by", "facilitator"),
            *("verification", "place", "date_certainty"),
            date="date_earliest",
        )
        constraints = [
            build_bounds_check("delivery", "quantity_min", "quantity_max"),
            *build_date_constraints("delivery", "date"),
        ]

    def __str__(self) -> str:
        how_much = self.amount or "Number not given"
        to = f" to {self.received_by}" if self.received_by else ""
        return f"{how_much}{to}, under: {self.commitment}"

    @property
    def amount(self) -> str:
        """How much in words, in the unit of the commitment; empty without a number."""
        return format_amount(self.quantity_min, self.quantity_max, self.commitment.unit)

    def slug_text(self) -> str:
        return f"{self.commitment.slug} {self.date or 'delivery'}"

    def faults(self) -> RuleErrors:
        yield from super().faults()
        if not self.commitment_id:
            return
        for field, side in (("delivered_by", "obligor"), ("received_by", "obligee")):
            party = getattr(self, field)
            if party and party not in getattr(self.commitment, side).all():
                yield rule_error(
                    field,
                    _("%(party)s is not on this side of the commitment."),
                    "direction",
                    party=party.name,
                )
        if self.delivered_by_id and self.delivered_by_id == self.received_by_id:
            yield rule_error("received_by", _("Nobody delivers to themselves."), "direction")
