"""Violence or pressure beside the talks."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .actors import Party
from .base import LONGEST_TITLE, Record
from .choices import Vocabulary
from .constraints import build_bounds_check
from .date_fields import UncertainDateField, build_date_constraints
from .list_indexes import build_list_indexes
from .talks import DATE_ORDERING, Negotiation


class Incident(Record):
    """Violence or pressure beside the talks: an attack, a blockade, a sanction.

    The counts of a part are contained in those of the whole and are never added to them.
    """

    resource_name = "incidents"
    acyclic = ("part_of",)

    class Kind(Vocabulary):
        ATTACK = "attack", "Force used against people or things."
        BATTLE = "battle", "Fighting between armed forces."
        SABOTAGE = "sabotage", "Damage done by stealth."
        ARREST = "arrest", "People taken or held."
        SANCTION = "sanction", "A restriction laid on the other side."
        BLOCKADE = "blockade", "Movement of people or goods stopped."
        VIOLATION = "violation", "A breach of something agreed."
        THREAT = "threat", "A threat or a show of force."
        OTHER = "other", "None of these; the note says what."

    class Means(Vocabulary):
        DRONES = "drones", "Unmanned aircraft."
        MISSILES = "missiles", "Missiles or rockets."
        MISSILES_AND_DRONES = "missiles_and_drones", "Both, as the source counts them together."
        ARTILLERY = "artillery", "Guns, mortars or rocket artillery."
        AIR_STRIKE = "air_strike", "Manned aircraft."
        GROUND_FORCES = "ground_forces", "Troops on the ground."
        NAVAL = "naval", "Ships or sea drones."
        CYBER = "cyber", "Through computer networks."
        ECONOMIC = "economic", "Money, trade or supply."
        OTHER = "other", "None of these; the note says what."

    negotiation = models.ForeignKey(
        Negotiation,
        on_delete=models.PROTECT,
        related_name="incidents",
        help_text=_("Beside what it happened."),
    )
    kind = models.CharField(
        max_length=20, choices=Kind, help_text=_("What sort of incident it is.")
    )
    title = models.CharField(max_length=LONGEST_TITLE, help_text=_("A short neutral name."))
    by = models.ManyToManyField(
        Party, blank=True, related_name="incidents", help_text=_("Who did it, as the source says.")
    )
    place = models.CharField(
        max_length=200, blank=True, help_text=_("Where, as the source gives it.")
    )
    means = models.CharField(max_length=30, choices=Means, blank=True, help_text=_("With what."))
    part_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        help_text=_("The wider incident whose counts contain those of this one."),
    )
    killed_min = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Killed, the lower bound; the same as the upper if exact."),
    )
    killed_max = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Killed, the upper bound; empty if open: at least so many."),
    )
    injured_min = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Injured, the lower bound; the same as the upper if exact."),
    )
    injured_max = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Injured, the upper bound; empty if open: at least so many."),
    )
    effect = models.CharField(
        max_length=300, blank=True, help_text=_("What else it did: trains halted for four hours.")
    )
    date = UncertainDateField(help_text=_("When it happened, in EDTF."))

    _history_m2m_fields = [by]

    class Meta(Record.Meta):
        ordering = DATE_ORDERING
        indexes = build_list_indexes(
            "negotiation",
            "part_of",
            "kind",
            "place",
            "means",
            "date_certainty",
            date="date_earliest",
        )
        constraints = [
            build_bounds_check("incident", "killed_min", "killed_max"),
            build_bounds_check("incident", "injured_min", "injured_max"),
            *build_date_constraints("incident", "date"),
        ]

    def __str__(self) -> str:
        return self.title

    def slug_text(self) -> str:
        return f"{self.negotiation.slug} {self.title}"
