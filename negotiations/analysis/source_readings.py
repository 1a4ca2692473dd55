"""Sources as they were read: their texts with every passage that is cited or dismissed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from negotiations.models import Citation, Dismissal
from negotiations.text.segmentation import Sentence, TextSpan, split_sentences
from negotiations.text.sentences import find_untouched_sentences

from .event_rows import Rows


@dataclass(frozen=True, slots=True)
class SourcePassage:
    """Words that are cited or dismissed, and where the record says that they start."""

    kind: str
    slug: str
    start: int | None
    quote: str


@dataclass(slots=True)
class SourceReading:
    """A source, and what the reader sees of how it was read."""

    slug: str
    title: str
    kind: str
    url: str
    text: str
    complete: bool | None
    open_question: str
    language: str
    passages: list[SourcePassage] = field(default_factory=list)

    @property
    def touched(self) -> list[TextSpan]:
        """The stretches that are cited or dismissed."""
        return [
            TextSpan(passage.start, passage.start + len(passage.quote))
            for passage in self.passages
            if passage.start is not None
        ]

    @property
    def sentences(self) -> list[Sentence]:
        """All sentences and headings of the text."""
        return split_sentences(self.text, self.language)

    @property
    def untouched(self) -> list[Sentence]:
        """Those of which nothing is cited or dismissed."""
        return find_untouched_sentences(self.text, self.touched, self.language)

    @property
    def broken(self) -> list[SourcePassage]:
        """Passages whose words do not stand where they are said to."""
        return [
            passage
            for passage in self.passages
            if passage.start is None or not self.text.startswith(passage.quote, passage.start)
        ]


def fetch_source_readings(sources: QuerySet[Any], rows: Rows) -> list[SourceReading]:
    """The sources with their passages, those of other negotiations too. Three queries."""
    columns = ("slug", "title", "kind", "url", "text", "complete", "open_question", "language")
    found = {row[0]: SourceReading(*row) for row in sources.order_by("slug").values_list(*columns)}
    for model in (Citation, Dismissal):
        passages = rows(model).filter(source__in=sources).order_by("start", "slug")
        for source, *passage in passages.values_list("source__slug", "slug", "start", "quote"):
            found[source].passages.append(SourcePassage(model.resource_name, *passage))
    return list(found.values())
