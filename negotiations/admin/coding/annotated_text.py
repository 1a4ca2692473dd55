"""A source's text as the desk shows it: numbered sentences, what is coded in them, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations.models import CITABLE_MODELS, Citation, Dismissal, Negotiation, Source
from negotiations.permissions import can_view
from negotiations.text.quotes import disambiguate_quote, locate_quote_or_none
from negotiations.text.segmentation import (
    NO_HEADING,
    Sentence,
    TextSpan,
    split_paragraphs,
    split_sentences,
)
from negotiations.text.sentences import build_quote_spans

MAX_HEADING_LENGTH = 120
# What the names of these kinds are made of.
NAMED_BY = (
    *("post__person", "post__party", "participation__party", "response__party"),
    *("response__proposal", "response__term", "delegation__party", "delegation__round"),
    "delivery__commitment",
)


class QuotedPassage(NamedTuple):
    """Words of the text, and the fewest around them by which they are found."""

    quote: str
    before: str = ""
    after: str = ""
    start: int | None = None


class NumberedSentence(NamedTuple):
    """A sentence or heading with the number by which people speak of it: S4, H1."""

    label: str
    sentence: Sentence
    is_heading: bool


def locate_passage(text: str, quote: str, before: str, after: str) -> QuotedPassage:
    """The passage as the text has it; what a browser says of its place is looked up again."""
    quote, before, after = (each.replace("\r\n", "\n") for each in (quote, before, after))
    bare = quote.strip()
    before += quote[: len(quote) - len(quote.lstrip())] if bare else ""
    after = (quote[len(quote.rstrip()) :] if bare else "") + after
    start = locate_quote_or_none(text, bare, before, after)
    if start is None:
        return QuotedPassage(bare, before[-200:], after[:200])
    return QuotedPassage(bare, *disambiguate_quote(text, bare, start), start)


def build_sentence_passage(text: str, sentence: Sentence) -> QuotedPassage:
    """A whole sentence, without a mark that another sentence opens or closes."""
    start, end = sentence.start, sentence.end
    opened, closed = (sum(map(sentence.text.count, marks)) for marks in ("“«", "”»"))
    start += opened > closed and sentence.text[0] in "“«"
    end -= closed > opened and sentence.text[-1] in "”»"
    return QuotedPassage(text[start:end], *disambiguate_quote(text, text[start:end], start), start)


def number_sentences(text: str, language: str = "en") -> list[NumberedSentence]:
    """The sentences and headings, each counted by itself."""
    found = split_sentences(text, language)
    counts = {True: 0, False: 0}
    numbered = []
    for number, sentence in enumerate(found):
        alone = "\n" in text[found[number - 1].end : sentence.start] if number else True
        following = found[number + 1].start if number + 1 < len(found) else len(text)
        ends_line = "\n" in text[sentence.end : following] or number + 1 == len(found)
        short = len(sentence.text) <= MAX_HEADING_LENGTH and not NO_HEADING.search(sentence.text)
        is_heading = alone and ends_line and short and len(found) > 1
        counts[is_heading] += 1
        letter = "H" if is_heading else "S"
        numbered.append(NumberedSentence(f"{letter}{counts[is_heading]}", sentence, is_heading))
    return numbered


class ListedRecord(NamedTuple):
    """A record of the text, with the sentence in which its words start."""

    label: str
    record: Any

    @property
    def what(self) -> str:
        return _(capfirst(str(self.record._meta.verbose_name)))

    @property
    def url(self) -> str:
        return get_change_url(self.record)


def get_change_url(record: Any) -> str:
    """The page of the admin on which a record is edited."""
    return reverse(f"admin:negotiations_{record._meta.model_name}_change", args=[record.pk])


class SourceReader:
    """One source read by one user: its pieces, and the records and dismissals of its words."""

    def __init__(self, source: Source, user: Any) -> None:
        self.source, self.user = source, user
        self.pieces = number_sentences(source.text, source.language)
        self.paragraphs = split_paragraphs(source.text)

    @cached_property
    def citations(self) -> list[Citation]:
        """Those that the user sees, in the order of the text."""
        rows: Any = Citation.objects.visible_to(self.user).filter(source=self.source)
        rows = rows.exclude(review=Citation.Review.WITHDRAWN).order_by("start", "pk")
        return list(rows.prefetch_related(*CITABLE_MODELS, *NAMED_BY))

    @cached_property
    def negotiations(self) -> list[Negotiation]:
        """Those of the records coded from this source, the last in its text first."""
        records = [citation.record for citation in reversed(self.citations)]
        found = (
            record if isinstance(record, Negotiation) else getattr(record, "negotiation", None)
            for record in records
        )
        seen = (each for each in found if each is not None and can_view(self.user, each))
        return list(dict.fromkeys(seen))

    @cached_property
    def dismissals(self) -> list[Dismissal]:
        rows = Dismissal.objects.visible_to(self.user).filter(source=self.source)
        return list(rows.exclude(review=Citation.Review.WITHDRAWN).order_by("start", "pk"))

    @cached_property
    def coded(self) -> list[TextSpan]:
        return build_quote_spans((each.start, each.quote) for each in self.citations)

    @cached_property
    def dismissed(self) -> list[TextSpan]:
        return build_quote_spans((each.start, each.quote) for each in self.dismissals)

    def piece_at(self, start: int | None) -> NumberedSentence | None:
        """The sentence in which a passage starts."""
        for piece in self.pieces:
            if start is not None and piece.sentence.start <= start < piece.sentence.end:
                return piece
        return None

    def before_in_paragraph(self, piece: NumberedSentence | None) -> str:
        """What the paragraph says before a sentence."""
        end = piece.sentence.start if piece else 0
        starts = [each.start for each in self.paragraphs if each.start <= end]
        return self.source.text[starts[-1] if starts else 0 : end]

    def piece_called(self, label: str) -> NumberedSentence | None:
        return next((piece for piece in self.pieces if piece.label == label), None)

    def state(self, piece: NumberedSentence) -> str:
        """``coded``, ``dismissed`` or ``open``: a record counts before a dismissal."""
        if overlaps_any(piece.sentence, self.coded):
            return "coded"
        return "dismissed" if overlaps_any(piece.sentence, self.dismissed) else "open"

    @cached_property
    def states(self) -> dict[str, str]:
        return {piece.label: self.state(piece) for piece in self.pieces}

    @cached_property
    def meter(self) -> dict[str, int]:
        """How many sentences and headings are coded, dismissed and open, and how many there are."""
        states = list(self.states.values())
        counts = {state: states.count(state) for state in ("coded", "dismissed", "open")}
        return {**counts, "total": len(states)}

    @property
    def listed(self) -> list[ListedRecord]:
        """What was coded from the text, in its order; of what the user may not see nothing."""
        told = [(each.start or 0, each.record) for each in self.citations]
        told += [(each.start or 0, each) for each in self.dismissals]
        rows = []
        for start, record in sorted(told, key=lambda pair: pair[0]):
            piece = self.piece_at(start)
            if can_view(self.user, record):
                rows.append(ListedRecord(piece.label if piece else "", record))
        return rows

    # As a page

    def html(self) -> SafeString:
        """The text, to the character: only the names of the sentences stand in it besides."""
        ends = [each.start for each in self.paragraphs[1:]] + [len(self.source.text)]
        blocks = map(TextSpan, [0, *ends], ends)
        return mark_safe("".join(map(self._block, blocks)))

    def _block(self, block: TextSpan) -> SafeString:
        inside = [p for p in self.pieces if block.start <= p.sentence.start < block.end]
        parts, at = [], block.start
        for piece in inside:
            parts.append(format_html("{}", self.source.text[at : piece.sentence.start]))
            parts.append(self._piece(piece))
            at = piece.sentence.end
        parts.append(format_html("{}", self.source.text[at : block.end]))
        tag = "h2" if inside and inside[0].is_heading else "p"
        return format_html("<{0}>{1}</{0}>", mark_safe(tag), mark_safe("".join(parts)))

    def _piece(self, piece: NumberedSentence) -> SafeString:
        state = self.states[piece.label]
        words = {"coded": _("coded"), "dismissed": _("dismissed"), "open": _("open")}[state]
        url = reverse("admin:negotiations_source_code", args=[self.source.pk])
        return format_html(
            '<span class="sentence {}" id="{}"><a class="pick" dir="ltr" href="{}?sentence={}"'
            ' aria-label="{}">{}</a>{}</span>',
            state,
            piece.label.lower(),
            url,
            piece.label,
            _("Code %(label)s (%(state)s)") % {"label": piece.label, "state": words},
            piece.label,
            format_html_join("", "{}", ([part] for part in self._marked(piece.sentence))),
        )

    def _marked(self, sentence: Sentence) -> Iterator[SafeString]:
        """The sentence in stretches, each marked by what serves all of it."""
        near = [s for s in (*self.coded, *self.dismissed) if overlaps_any(sentence, [s])]
        cuts = {sentence.start, sentence.end}
        cuts |= {at for span in near for at in span if sentence.start < at < sentence.end}
        stops = sorted(cuts)
        for start, end in pairwise(stops):
            words = self.source.text[start:end]
            count = sum(1 for span in self.coded if span.start <= start and end <= span.end)
            if count:
                level = "often" if count > 1 else "once"
                yield format_html('<mark class="coded {}">{}</mark>', level, words)
            elif any(span.start <= start and end <= span.end for span in self.dismissed):
                yield format_html('<mark class="dismissed">{}</mark>', words)
            else:
                yield format_html("{}", words)


def overlaps_any(span: Any, others: Iterable[TextSpan]) -> bool:
    """Whether a stretch has a character in common with one of the others."""
    return any(other.start < span.end and span.start < other.end for other in others)
