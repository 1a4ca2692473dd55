"""How far the sources of a negotiation, or one source, were read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from negotiations.models import Negotiation, Source

from .event_rows import Rows
from .evidence import get_cited_sources
from .source_readings import SourceReading, fetch_source_readings


@dataclass(frozen=True, slots=True)
class UntouchedSentence:
    """A sentence or heading of which nothing is cited or dismissed."""

    start: Annotated[int, "Where it starts, in characters of the text from 0."]
    end: Annotated[int, "Where it ends; this character is not part of it."]
    text: Annotated[str, "The sentence."]


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """How far one source was read."""

    source: Annotated[str, "The source."]
    title: Annotated[str, "Its title; empty when it has none."]
    complete: Annotated[bool | None, "Whether the text is the whole document, if that is known."]
    characters: Annotated[int, "The length of the text."]
    sentences: Annotated[int, "How many sentences and headings it has."]
    touched: Annotated[int, "How many of them something is cited or dismissed of."]
    share: Annotated[float | None, "The second of the first, to four digits; null without any."]
    citations: Annotated[int, "How many citations stand in it."]
    dismissals: Annotated[int, "How many passages of it are dismissed."]
    broken: Annotated[int, "How many of these do not stand where they are said to."]


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """How far one source was read, and what of it was not."""

    coverage: Annotated[SourceFigures, "The figures."]
    untouched: Annotated[
        list[UntouchedSentence], "The sentences of which nothing is cited or dismissed."
    ]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the sources of a negotiation were read."""

    negotiation: Annotated[str, "The negotiation."]
    title: Annotated[str, "Its title."]
    sentences: Annotated[int, "How many sentences and headings its sources have."]
    touched: Annotated[int, "How many of them something is cited or dismissed of."]
    share: Annotated[float | None, "The second of the first, to four digits; null without any."]
    sources: Annotated[list[SourceFigures], "The sources that a record of it cites, by slug."]


def build_source_coverage(source: Source, rows: Rows) -> SourceCoverage:
    """How far a source was read: a sentence is touched by one character of a passage.

    Sentences are those of ``segmentation.split_sentences``. At most four queries, at any length.
    """
    (reading,) = fetch_source_readings(rows(Source).filter(pk=source.pk), rows)
    missed = [UntouchedSentence(each.start, each.end, each.text) for each in reading.untouched]
    return SourceCoverage(_covered(reading), missed)


def build_coverage(negotiation: Negotiation, rows: Rows) -> Coverage:
    """How far the sources were read that a record of the negotiation cites."""
    covered = [
        _covered(each) for each in fetch_source_readings(get_cited_sources(negotiation, rows), rows)
    ]
    sentences = sum(each.sentences for each in covered)
    touched = sum(each.touched for each in covered)
    share = _share(touched, sentences)
    return Coverage(negotiation.slug, negotiation.title, sentences, touched, share, covered)


def _covered(reading: SourceReading) -> SourceFigures:
    sentences = len(reading.sentences)
    touched = sentences - len(reading.untouched)
    citations = sum(each.kind == "citations" for each in reading.passages)
    return SourceFigures(
        source=reading.slug,
        title=reading.title,
        complete=reading.complete,
        characters=len(reading.text),
        sentences=sentences,
        touched=touched,
        share=_share(touched, sentences),
        citations=citations,
        dismissals=len(reading.passages) - citations,
        broken=len(reading.broken),
    )


def _share(touched: int, sentences: int) -> float | None:
    return round(touched / sentences, 4) if sentences else None
