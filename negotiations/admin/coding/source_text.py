"""A text that is being brought to the desk, and what can be told of it before it is a source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations.admin.duplicates import find_sources_of_text
from negotiations.dates.relative import ANY_DAY, find_date_phrases, interpret_phrase
from negotiations.models import Certainty, SearchDocument, Source
from negotiations.rest.read.search_query import AndGroup, Phrase, SearchQuery
from negotiations.text.document_formats import recognize_document, recognize_wide_encoding
from negotiations.text.language import (
    NEAR_DUPLICATE_OVERLAP,
    detect_language,
    measure_overlap,
    sample_shingles,
)
from negotiations.text.validators import validate_printable

from .annotated_text import number_sentences

MAX_FILE_BYTES = 900_000
MAX_SUGGESTIONS = 5
MAX_COMPARED = 20


class SimilarSource(NamedTuple):
    """A source with the same or nearly the same text."""

    source: Source
    share: float
    coded: int

    @property
    def percent(self) -> int:
        return int(self.share * 100)


class SourceSuggestion(NamedTuple):
    """A value for the language or the date, which one click takes."""

    field: str
    value: str
    label: str


class UploadedText(NamedTuple):
    """The text of a file that was sent, and the name of the file."""

    name: str
    text: str


class SubmittedText(NamedTuple):
    """A text that was brought, and what can be told of it."""

    text: str
    user: Any

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode(errors="surrogatepass")).hexdigest()

    @property
    def length(self) -> int:
        return len(self.text)

    @property
    def sentences(self) -> int:
        return len(number_sentences(self.text, detect_language(self.text)))

    def offers(self) -> Iterator[SourceSuggestion]:
        """Its language, and the days with a year that it names, the first ones first."""
        language = detect_language(self.text)
        if language:
            yield SourceSuggestion("language", language, language)
        seen: dict[str, str] = {}
        for phrase in find_date_phrases(self.text[:20_000]):
            found = interpret_phrase(phrase.words, ANY_DAY)
            # Only what is written out: a day that counts from another is no publication date.
            is_written = found == interpret_phrase(phrase.words, ANY_DAY.replace(year=1990))
            if is_written and len(found) == 1 and not found[0].edtf.startswith(".."):
                seen.setdefault(found[0].edtf, phrase.words)
        for edtf, words in list(seen.items())[:MAX_SUGGESTIONS]:
            value = f"{edtf}|{Certainty.STATED}||{words}"
            yield SourceSuggestion("published", value, f"{edtf} (“{words}”)")

    def twins(self) -> list[SimilarSource]:
        """Sources that the user sees with the same text, or with over four fifths of it."""
        visible = Source.objects.visible_to(self.user)
        same = list(find_sources_of_text(self.text, self.user)[:MAX_SUGGESTIONS])
        near = visible.filter(pk__in=self._candidates()).exclude(sha256=self.sha256)
        shares = [(source, 1.0) for source in same]
        shares += [(source, measure_overlap(self.text, source.text)) for source in near]
        return [
            SimilarSource(source, share, source.quoted.visible_to(self.user).count())
            for source, share in sorted(shares, key=lambda pair: -pair[1])
            if share >= NEAR_DUPLICATE_OVERLAP
        ]

    def _candidates(self) -> list[int]:
        """Sources that have one of some runs of words of this text."""
        runs = sample_shingles(self.text)
        wish = SearchQuery([AndGroup([Phrase(run, False)]) for run in runs])
        if not wish.alternatives:
            return []
        rows = SearchDocument.objects.visible_to(self.user).filter(kind=Source.resource_name)
        rows = rows.filter(pk__matches=wish.pattern())
        return list(rows.values_list("key", flat=True)[:MAX_COMPARED])


def read_uploaded_text(brought: Any) -> str:
    """The text of a file, to the character; its line ends become LF.

    A mark of the byte order tells how the file is written and is no part of its text. What a box of
    a form would change unseen, such as NUL, is refused here.
    """
    content = brought.read(MAX_FILE_BYTES + 1)
    refuse_documents(content)
    if len(content) > MAX_FILE_BYTES:
        raise ValidationError(_("The file is larger than a text can be here."), code="too_large")
    try:
        text: str = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(
            _("The file is not UTF-8: save it again as UTF-8, or open it and paste its text."),
            code="not_utf8",
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    validate_printable(text, multiline=True)
    return text


def refuse_documents(content: bytes) -> None:
    """Refuse what is no plain text, or not in UTF-8, with what it is."""
    if name := recognize_document(content):
        raise Source.build_format_error(name)[1]
    if encoding := recognize_wide_encoding(content):
        message = _(
            "The file is in %(encoding)s: save it again as UTF-8, or open it and paste its text."
        )
        raise ValidationError(message % {"encoding": encoding}, code="not_utf8")
