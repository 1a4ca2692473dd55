"""Documents, kept to the character."""

import hashlib
from typing import Any, cast

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from negotiations.text.document_formats import recognize_document, recognize_wide_encoding
from negotiations.text.validators import validate_language_tag, validate_web_address

from .base import LONGEST_TITLE, Record
from .choices import Vocabulary
from .constraints import RuleError, RuleErrors, rule_error
from .date_fields import UncertainDateField, build_date_constraints
from .list_indexes import build_list_indexes


class DigestField(models.CharField):
    """SHA-256 of the source's text, in hexadecimal."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        source = cast("Source", model_instance)
        source.sha256 = hashlib.sha256(source.text.encode()).hexdigest()
        return source.sha256


class Source(Record):
    """A document with its text, kept to the character.

    Offsets of quotations count its characters, so the text does not change once it is cited; a
    corrected text is a source of its own.
    """

    resource_name = "sources"
    needs_citation = False
    LONG_TEXTS = ("text",)

    class Kind(Vocabulary):
        NEWS_ARTICLE = "news_article", "A report in the press."
        PRESS_RELEASE = "press_release", "Given out by a party or an organisation."
        TRANSCRIPT = "transcript", "What was said, word for word."
        AGREEMENT = "agreement", "The text of an agreement or proposal."
        POST = "post", "Published on a social network or channel."
        REPORT = "report", "A study, or the report of an organisation."
        OTHER = "other", "None of these; the note says what."

    class Reliability(Vocabulary):
        """The first half of the Admiralty code (NATO STANAG 2511)."""

        A = "A", "Completely reliable."
        B = "B", "Usually reliable."
        C = "C", "Fairly reliable."
        D = "D", "Not usually reliable."
        E = "E", "Unreliable."
        F = "F", "Reliability cannot be judged."

    title = models.CharField(
        max_length=LONGEST_TITLE, blank=True, help_text=_("Its headline; empty when it has none.")
    )
    publisher = models.CharField(
        max_length=200, blank=True, help_text=_("The outlet; empty if unknown.")
    )
    author = models.CharField(
        max_length=200, blank=True, help_text=_("Who wrote it; empty if unknown.")
    )
    url = models.CharField(
        max_length=500,
        blank=True,
        validators=[validate_web_address],
        help_text=_("Where it was published."),
    )
    archived_url = models.CharField(
        max_length=500,
        blank=True,
        validators=[validate_web_address],
        help_text=_("Where a copy is kept."),
    )
    kind = models.CharField(
        max_length=20, choices=Kind, help_text=_("What sort of document it is.")
    )
    language = models.CharField(
        max_length=35,
        default="en",
        validators=[validate_language_tag],
        help_text=_("BCP 47 tag: en, uk, ru."),
    )
    published = UncertainDateField(help_text=_("When it was published, in EDTF."))
    complete = models.BooleanField(
        null=True,
        blank=True,
        help_text=_("Whether the text is the whole document; empty when that is not clear."),
    )
    text = models.TextField(help_text=_("The text, to the character; lines end in LF."))
    sha256 = DigestField(
        max_length=64, editable=False, db_index=True, help_text=_("SHA-256 of the text.")
    )
    reliability = models.CharField(
        max_length=1,
        choices=Reliability,
        default=Reliability.F,
        help_text=_("A to F, Admiralty code."),
    )

    class Meta(Record.Meta):
        ordering = [F("published_earliest").asc(nulls_last=True), "slug"]
        indexes = build_list_indexes(
            *("kind", "publisher", "language", "complete", "reliability", "sha256"),
            *("published_certainty",),
            date="published_earliest",
        )
        constraints = [*build_date_constraints("source", "published")]

    def __str__(self) -> str:
        return self.title or f"{self.publisher or self.get_kind_display()} {self.published}".strip()

    def faults(self) -> RuleErrors:
        yield from super().faults()
        # A text that was stored before this rule stays as it is.
        if self._state.adding and (name := self.recognize_format()):
            yield self.build_format_error(name)

    def recognize_format(self) -> str:
        """Return the format of a document that was saved or pasted as the text; empty for text."""
        content = self.text.encode(errors="replace")
        return recognize_document(content) or recognize_wide_encoding(content)

    @staticmethod
    def build_format_error(name: str) -> RuleError:
        """Say what a document is that is not plain text, and what to do."""
        return rule_error(
            "text",
            _(
                "This is %(format)s, not plain text. Open it in a program that reads it, and copy "
                "its text, or save it as plain text in UTF-8."
            ),
            "not_plain_text",
            format=name,
        )

    def change_faults(self, stored: Any) -> RuleErrors:
        yield from super().change_faults(stored)
        if self.text != stored.text and (name := self.recognize_format()):
            yield self.build_format_error(name)
        if self.text != stored.text and (self.quoted.exists() or self.dismissals.exists()):
            yield rule_error(
                "text",
                _("The text is cited and no longer changes; add a new source instead."),
                "immutable",
            )
