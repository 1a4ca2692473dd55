"""The attempt to settle something, its parties and its meetings."""

from django.db import models
from django.db.models import F
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from negotiations.text.validators import validate_identifiers

from .actors import Party, Person
from .base import LONGEST_TITLE, Record
from .choices import Vocabulary
from .constraints import FieldCheckConstraint, FieldUniqueConstraint
from .countries import validate_country_code
from .date_fields import UncertainDateField, build_date_constraints
from .list_indexes import build_list_indexes

DATE_ORDERING: list[str | Combinable] = [F("date_earliest").asc(nulls_last=True), "slug"]


class Negotiation(Record):
    """One attempt to settle something, from the first contact to its end.

    Not the conflict and not the peace process at large: a later attempt is one of its own.
    """

    resource_name = "negotiations"

    class Kind(Vocabulary):
        PEACE = "peace", "To end a war or armed conflict."
        CEASEFIRE = "ceasefire", "To stop the fighting, whatever comes after."
        HUMANITARIAN = "humanitarian", "On prisoners, remains, corridors or aid alone."
        TRADE = "trade", "On goods, tariffs or sanctions."
        TERRITORIAL = "territorial", "On a border or the status of a territory."
        ARMS_CONTROL = "arms_control", "On limits to arms."
        POLITICAL = "political", "On government, elections or a constitution."
        OTHER = "other", "None of these; the note says what."

    class Status(Vocabulary):
        PROPOSED = "proposed", "Offered, not begun."
        ONGOING = "ongoing", "Meetings are held or agreed."
        HALTED = "halted", "Stopped without having been ended."
        CONCLUDED = "concluded", "Ended with an agreement on its subject."
        FAILED = "failed", "Ended without one."
        UNKNOWN = "unknown", "The sources do not say."

    title = models.CharField(
        max_length=LONGEST_TITLE,
        help_text=_("Its parties and its time: Ukraine–Russia talks of 2025."),
    )
    kind = models.CharField(max_length=40, choices=Kind, help_text=_("What it is to settle."))
    status = models.CharField(
        max_length=20,
        choices=Status,
        default=Status.UNKNOWN,
        help_text=_("How it stands, by the latest source."),
    )
    date = UncertainDateField(help_text=_("When it came to this status, in EDTF."))
    summary = models.TextField(blank=True, help_text=_("What it is about, in neutral words."))
    identifiers = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_identifiers],
        help_text=_("Its codes elsewhere by scheme."),
    )

    class Meta(Record.Meta):
        ordering = DATE_ORDERING
        indexes = build_list_indexes("kind", "status", "date_certainty", date="date_earliest")
        constraints = [*build_date_constraints("negotiation", "date")]

    def __str__(self) -> str:
        return self.title


class Participation(Record):
    """A party's part in a negotiation. One party may have several: a host may mediate too."""

    resource_name = "participations"
    named_after = ("party",)
    search_rank = 2

    needs_citation = False

    class Role(Vocabulary):
        SIDE = "side", "Negotiates for itself."
        MEDIATOR = "mediator", "Goes between the sides and puts forward proposals of its own."
        FACILITATOR = "facilitator", "Brings the sides together without proposals of its own."
        HOST = "host", "Gives the place."
        GUARANTOR = "guarantor", "Answers for what was agreed."
        OBSERVER = "observer", "Is present and listens."
        MONITOR = "monitor", "Watches whether what was agreed is kept."
        OUTSIDE = "outside", "Weighs in from outside: presses, offers, supports."
        OTHER = "other", "None of these; the note says what."

    negotiation = models.ForeignKey(
        Negotiation,
        on_delete=models.CASCADE,
        related_name="participations",
        help_text=_("In what."),
    )
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="participations", help_text=_("Who.")
    )
    role = models.CharField(max_length=20, choices=Role, help_text=_("What part it has."))

    class Meta(Record.Meta):
        indexes = build_list_indexes("negotiation", "party", "role")
        constraints = [
            FieldUniqueConstraint(
                about="role",
                fields=["negotiation", "party", "role"],
                name="participation_is_recorded_once",
                violation_error_message=_("The party already has this role in this negotiation."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}, {self.get_role_display().lower()}"

    def slug_text(self) -> str:
        return f"{self.negotiation.slug} {self.party.slug} {self.role}"


class Round(Record):
    """One meeting of a negotiation, also a proposed, refused or cancelled one.

    Talks that never opened are kept: analysts count offers and refusals as well as meetings.
    """

    resource_name = "rounds"

    class Format(Vocabulary):
        DIRECT = "direct", "The sides sit in one room."
        INDIRECT = "indirect", "A go-between carries words between them."
        REMOTE = "remote", "By telephone or video."
        WRITTEN = "written", "By an exchange of papers."
        OTHER = "other", "None of these; the note says what."

    class Level(Vocabulary):
        LEADERS = "leaders", "Heads of state or government."
        MINISTERS = "ministers", "Members of the governments."
        OFFICIALS = "officials", "Delegations below the rank of minister."
        TECHNICAL = "technical", "Experts on one subject."
        OTHER = "other", "None of these; the note says what."

    class Status(Vocabulary):
        PROPOSED = "proposed", "One side offered it."
        AGREED = "agreed", "Both sides said they would come."
        HELD = "held", "It took place."
        REFUSED = "refused", "Offered, and declined."
        CANCELLED = "cancelled", "Agreed, and called off."
        UNKNOWN = "unknown", "The sources do not say."

    class Result(Vocabulary):
        BREAKTHROUGH = "breakthrough", "Agreement on what divides the sides."
        PARTIAL = "partial", "Agreement on part of it."
        NO_BREAKTHROUGH = "no_breakthrough", "No agreement on what divides the sides."
        BROKEN_OFF = "broken_off", "A side walked out."
        OTHER = "other", "None of these; the note says what."

    negotiation = models.ForeignKey(
        Negotiation,
        on_delete=models.PROTECT,
        related_name="rounds",
        help_text=_("Of what it is a meeting."),
    )
    number = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Counted from 1 within the negotiation; empty when no source says."),
    )
    title = models.CharField(
        max_length=LONGEST_TITLE,
        help_text=_("A short name: the earlier of the two Istanbul rounds."),
    )
    place = models.CharField(
        max_length=200, blank=True, help_text=_("City or site, as the source gives it.")
    )
    country = models.CharField(
        max_length=2,
        blank=True,
        validators=[validate_country_code],
        help_text=_("ISO 3166-1 code, if a source names it."),
    )
    format = models.CharField(
        max_length=20, choices=Format, blank=True, help_text=_("How the sides met.")
    )
    level = models.CharField(max_length=20, choices=Level, blank=True, help_text=_("Who met."))
    status = models.CharField(
        max_length=20, choices=Status, default=Status.PROPOSED, help_text=_("How far it came.")
    )
    result = models.CharField(
        max_length=20, choices=Result, blank=True, help_text=_("What it led to.")
    )
    date = UncertainDateField(help_text=_("When it was or is to be held, in EDTF."))

    class Meta(Record.Meta):
        ordering = DATE_ORDERING
        indexes = build_list_indexes(
            *("negotiation", "number", "place", "country", "format", "level", "status"),
            *("result", "date_certainty"),
            date="date_earliest",
        )
        constraints = [
            FieldUniqueConstraint(
                about="number",
                fields=["negotiation", "number"],
                name="round_number_is_unique_in_its_negotiation",
                violation_error_message=_("This negotiation already has a round with this number."),
            ),
            FieldCheckConstraint(
                about="number",
                condition=models.Q(number__isnull=True) | models.Q(number__gte=1),
                name="round_numbers_start_at_one",
                violation_error_message=_("Rounds are counted from 1."),
            ),
            *build_date_constraints("round", "date"),
        ]

    def __str__(self) -> str:
        return self.title

    def slug_text(self) -> str:
        return f"{self.negotiation.slug} {self.title}"


class Delegation(Record):
    """Who a party sent to a round."""

    resource_name = "delegations"
    named_after = ("party", "round")
    search_rank = 2

    class Role(Vocabulary):
        SIDE = "side", "Negotiates."
        MEDIATOR = "mediator", "Goes between the sides."
        HOST = "host", "Receives the sides."
        OBSERVER = "observer", "Is present and listens."
        OTHER = "other", "None of these; the note says what."

    round = models.ForeignKey(
        Round,
        on_delete=models.CASCADE,
        related_name="delegations",
        help_text=_("To which meeting."),
    )
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="delegations", help_text=_("Whose.")
    )
    role = models.CharField(
        max_length=20, choices=Role, default=Role.SIDE, help_text=_("What it did there.")
    )
    head = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="delegations_led",
        help_text=_("Who led it; empty when no source says."),
    )
    members = models.ManyToManyField(
        Person, blank=True, related_name="delegations", help_text=_("Who else belonged to it.")
    )

    _history_m2m_fields = [members]

    class Meta(Record.Meta):
        indexes = build_list_indexes("round", "party", "head", "role")
        constraints = [
            FieldUniqueConstraint(
                about="party",
                fields=["round", "party"],
                name="delegation_is_one_per_party_and_round",
                violation_error_message=_("This party already has a delegation at this round."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}: delegation to {self.round}"

    def slug_text(self) -> str:
        return f"{self.round.slug} {self.party.slug}"
