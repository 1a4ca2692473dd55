"""The words of a source that support a record, and the passages that support none."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from negotiations.text.quotes import locate_quote

from .base import Record
from .choices import Vocabulary
from .constraints import FieldCheckConstraint, FieldUniqueConstraint, RuleErrors, rule_error
from .list_indexes import build_list_indexes
from .sources import Source

# The kinds that a citation can support, by the name of its foreign key.
CITABLE_MODELS = (
    *("party", "person", "post", "negotiation", "participation", "round", "delegation"),
    *("issue", "statement", "position", "proposal", "term", "response"),
    *("outcome", "commitment", "delivery", "incident"),
)


class Passage(Record):
    """Words of a source, told by the place where they start."""

    needs_citation = False

    quote = models.TextField(help_text=_("The words, exactly as the source has them."))
    before = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("The words just before, where the quotation stands more than once."),
    )
    after = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("The words just after, where the quotation stands more than once."),
    )
    start = models.PositiveIntegerField(
        editable=False,
        null=True,
        help_text=_("Where they start, in characters from the start of the text."),
    )

    class Meta(Record.Meta):
        abstract = True

    def clean(self) -> None:
        # The server finds the words itself: an offset from outside is never trusted.
        self.start = None
        super().clean()

    def faults(self) -> RuleErrors:
        yield from super().faults()
        source = dict(self.references()).get("source")
        if source and self.quote and not self.unread & {"before", "after"}:
            try:
                self.start = locate_quote(source.text, self.quote, self.before, self.after)
            except ValidationError as error:
                yield "quote", error


def build_foreign_key(kind: str) -> Any:
    """A foreign key to one kind of record; of these a citation has exactly one."""
    return models.ForeignKey(
        kind,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        db_index=False,
    )


class Citation(Passage):
    """The words that support a record, contradict it, or give its context."""

    resource_name = "citations"
    search_rank = 1

    class Voice(Vocabulary):
        DIRECT_SPEECH = "direct_speech", "The source quotes somebody word for word."
        REPORTED_SPEECH = "reported_speech", "The source says what somebody said."
        NARRATOR = "narrator", "The source says it itself."
        HEADLINE = "headline", "It stands in a headline only."

    class Relation(Vocabulary):
        SUPPORTS = "supports", "The words say what the record says."
        CONTRADICTS = "contradicts", "The words say otherwise."
        CONTEXT = "context", "The words help to understand it."

    class Credibility(Vocabulary):
        """The second half of the Admiralty code (NATO STANAG 2511)."""

        CONFIRMED = "1", "Confirmed by independent sources."
        PROBABLY_TRUE = "2", "Logical, consistent with other information, not confirmed."
        POSSIBLY_TRUE = "3", "Reasonably logical, agrees with some other information."
        DOUBTFUL = "4", "Possible and not logical; nothing else on it."
        IMPROBABLE = "5", "Contradicted by other information."
        CANNOT_BE_JUDGED = "6", "Nothing to judge it by."

    KINDS = CITABLE_MODELS
    party = build_foreign_key("Party")
    person = build_foreign_key("Person")
    post = build_foreign_key("Post")
    negotiation = build_foreign_key("Negotiation")
    participation = build_foreign_key("Participation")
    round = build_foreign_key("Round")
    delegation = build_foreign_key("Delegation")
    issue = build_foreign_key("Issue")
    statement = build_foreign_key("Statement")
    position = build_foreign_key("Position")
    proposal = build_foreign_key("Proposal")
    term = build_foreign_key("Term")
    response = build_foreign_key("Response")
    outcome = build_foreign_key("Outcome")
    commitment = build_foreign_key("Commitment")
    delivery = build_foreign_key("Delivery")
    incident = build_foreign_key("Incident")
    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        related_name="quoted",
        help_text=_("Where the words stand."),
    )
    field = models.CharField(
        max_length=50,
        blank=True,
        help_text=_("The field of the record that the words support; empty for the whole."),
    )
    voice = models.CharField(
        max_length=20, choices=Voice, default=Voice.NARRATOR, help_text=_("Whose words they are.")
    )
    relation = models.CharField(
        max_length=20,
        choices=Relation,
        default=Relation.SUPPORTS,
        help_text=_("What they do for the record."),
    )
    credibility = models.CharField(
        max_length=1,
        choices=Credibility,
        default=Credibility.CANNOT_BE_JUDGED,
        help_text=_("1 to 6, Admiralty code."),
    )

    class Meta(Passage.Meta):
        indexes = [
            *build_list_indexes("source", "field", "voice", "relation", "credibility"),
            # A citation has one of the seventeen keys: each index holds its own kind alone.
            *(
                models.Index(
                    fields=[kind, "slug"],
                    condition=Q(**{f"{kind}__isnull": False}),
                    name=f"citation_of_{kind}",
                )
                for kind in CITABLE_MODELS
            ),
        ]
        constraints = [
            FieldCheckConstraint(
                about="record",
                condition=Exact(
                    sum(
                        (
                            Case(
                                When(**{f"{kind}__isnull": False}, then=1),
                                default=0,
                                output_field=IntegerField(),
                            )
                            for kind in CITABLE_MODELS
                        ),
                        start=Value(0),
                    ),
                    Value(1),
                ),
                name="citation_supports_one_record",
                violation_error_code="required",
                violation_error_message=_("A citation supports exactly one record."),
            ),
        ]

    def __str__(self) -> str:
        return self.quote

    def slug_text(self) -> str:
        return " ".join(self.quote.split()[:8])

    @property
    def record(self) -> Any:
        """The one record that the words support."""
        return next(
            (getattr(self, kind) for kind in CITABLE_MODELS if getattr(self, f"{kind}_id")), None
        )

    @record.setter
    def record(self, record: Record | None) -> None:
        for kind in CITABLE_MODELS:
            setattr(self, kind, record if record and record._meta.model_name == kind else None)

    def faults(self) -> RuleErrors:
        yield from super().faults()
        record = self.record
        if not record:
            return
        yield from self.field_faults(record)
        if not self._state.adding and self.review != self.Review.PUBLISHED:
            yield from self._last_words("review")

    def field_faults(self, record: Any) -> RuleErrors:
        """Whether the field that the words support is one of the record's."""
        fields = {*record._meta.fields, *record._meta.many_to_many}
        if self.field and self.field not in {field.name for field in fields}:
            yield rule_error(
                "field",
                _("%(kind)s have no field of this name."),
                "unknown_field",
                kind=record.resource_name,
            )

    def change_faults(self, stored: Any) -> RuleErrors:
        yield from super().change_faults(stored)
        if stored.record != self.record:
            yield rule_error(
                "record", _("A citation stays with its record; add a new one instead."), "immutable"
            )

    def delete_faults(self) -> RuleErrors:
        yield from super().delete_faults()
        yield from self._last_words("citations")

    def _last_words(self, field: str) -> RuleErrors:
        record = self.record
        if record.review != self.Review.PUBLISHED or not record.needs_citation:
            return
        if not record.citations.published().exclude(pk=self.pk).exists():
            yield rule_error(
                field, _("A published record keeps at least one published citation."), "no_citation"
            )


class Dismissal(Passage):
    """A passage that was read and found to hold nothing to record."""

    resource_name = "dismissals"
    search_rank = 2

    class Reason(Vocabulary):
        HEADING = "heading", "A heading that states nothing of its own."
        BACKGROUND = "background", "Tells of the world beside the negotiation."
        REPETITION = "repetition", "Says again what is recorded from elsewhere."
        OUT_OF_SCOPE = "out_of_scope", "Is not about the negotiation."

    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        related_name="dismissals",
        help_text=_("Where the words stand."),
    )
    reason = models.CharField(
        max_length=20, choices=Reason, help_text=_("Why nothing was recorded.")
    )

    class Meta(Passage.Meta):
        indexes = build_list_indexes("source", "reason")
        constraints = [
            FieldUniqueConstraint(
                about="quote",
                fields=["source", "start"],
                name="dismissal_is_made_once",
                violation_error_message=_("A passage that starts here is already dismissed."),
            ),
        ]

    def __str__(self) -> str:
        return self.quote

    def slug_text(self) -> str:
        return " ".join(self.quote.split()[:8])
