"""Who negotiates, and who speaks for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.text.validators import validate_identifiers, validate_name_list

from .base import Record
from .choices import Vocabulary
from .constraints import RuleErrors, rule_error
from .countries import validate_country_code
from .date_fields import UncertainDateField, build_date_constraints
from .list_indexes import build_list_indexes
from .validation import Related


class Party(Record):
    """Whoever negotiates or weighs in: a state, a coalition, an organisation.

    A capital or a palace that stands for its government ("Kyiv", "the Kremlin") is an alias, not a
    party of its own.
    """

    resource_name = "parties"
    can_be_merged = True

    class Kind(Vocabulary):
        STATE = "state", "A state, or the government that speaks for it."
        INTERNATIONAL_ORGANISATION = (
            "international_organisation",
            "An organisation whose members are states.",
        )
        COALITION = (
            "coalition",
            "States or groups that act together without an organisation of their own.",
        )
        NON_STATE_ARMED_GROUP = (
            "non_state_armed_group",
            "An armed group that is not a state's force.",
        )
        POLITICAL_GROUP = "political_group", "A party or movement without an armed wing of its own."
        CIVIL_SOCIETY = (
            "civil_society",
            "A church, an association, a non-governmental organisation.",
        )
        COMPANY = "company", "A firm."
        OTHER = "other", "None of these; the note says what."

    name = models.CharField(max_length=200, help_text=_("The name that readers know."))
    kind = models.CharField(max_length=40, choices=Kind, help_text=_("What sort of party it is."))
    aliases = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_name_list],
        help_text=_("Other names by which sources call it."),
    )
    member_of = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="members",
        help_text=_("Coalitions it belongs to."),
    )
    country = models.CharField(
        max_length=2,
        blank=True,
        validators=[validate_country_code],
        help_text=_("For a state, its ISO 3166-1 code."),
    )
    identifiers = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_identifiers],
        help_text=_("Its codes elsewhere by scheme: wikidata, gleditsch_ward, ucdp, pa_x."),
    )

    _history_m2m_fields = [member_of]

    class Meta(Record.Meta):
        verbose_name_plural = "parties"
        indexes = build_list_indexes("kind", "country")

    def __str__(self) -> str:
        return self.name

    def related_faults(self, related: Related) -> RuleErrors:
        yield from super().related_faults(related)
        if self._state.adding:
            return  # Nothing leads to a new record yet.
        seen, level = {self.pk}, self.related("member_of", related)
        while level:
            if any(party.pk in seen for party in level if party.pk):
                yield rule_error("member_of", _("This leads back to the record itself."), "circle")
                return
            seen |= {party.pk for party in level}
            level = list(
                Party._base_manager.filter(members__in=level)
                .exclude(pk__in=seen - {self.pk})
                .distinct()
            )


class Person(Record):
    """Someone who speaks or acts for a party. What they were, and when, is a Post."""

    resource_name = "people"
    can_be_merged = True

    name = models.CharField(max_length=200, help_text=_("As far as the sources give it."))
    aliases = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_name_list],
        help_text=_("Other spellings of the name."),
    )
    identifiers = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_identifiers],
        help_text=_("Codes elsewhere by scheme, for example wikidata."),
    )

    class Meta(Record.Meta):
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name


class Post(Record):
    """What a person was, for whom, when. The title is that of the source on that day."""

    resource_name = "posts"
    named_after = ("person", "party")

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="posts", help_text=_("Who held it.")
    )
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="posts", help_text=_("For whom.")
    )
    title = models.CharField(max_length=200, help_text=_("The office, as the source calls it."))
    date = UncertainDateField(help_text=_("When the source calls the person so, in EDTF."))

    class Meta(Record.Meta):
        indexes = build_list_indexes("person", "party", "date_certainty")
        constraints = [*build_date_constraints("post", "date")]

    def __str__(self) -> str:
        day = f", {self.date}" if self.date else ""
        return f"{self.person}, {self.title} ({self.party}){day}"

    def slug_text(self) -> str:
        return f"{self.person.slug} {self.title}"
