"""Quotations that differ from their source in spelling alone, and those that stand often."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiations.text.quotes import find_occurrences, match_source_spelling
from tests.factories import PartyFactory, SourceFactory

pytestmark = pytest.mark.django_db

CITATIONS = "/api/v1/citations/"


def refusal(analyst, text, quote, **around):
    """What the API says of a quotation of a new source."""
    record = f"parties/{PartyFactory(review='published').slug}"
    source = SourceFactory(text=text, review="published").slug
    answer = analyst.post(CITATIONS, {"record": record, "source": source, "quote": quote, **around})
    assert answer.status_code == 400, answer.content
    (fault,) = answer.json()["errors"]
    return fault["code"], fault["detail"]


@pytest.mark.parametrize(
    ("own", "quote"),
    [
        (unicodedata.normalize("NFD", "Zürich café"), "Zürich café"),
        ("Zürich café", unicodedata.normalize("NFD", "Zürich café")),
        (unicodedata.normalize("NFD", "Київ і Чорний Йосип"), "Київ і Чорний Йосип"),
        (unicodedata.normalize("NFD", "한국"), "한국"),
        # One letter with two marks, in either order.
        ("a\u0323\u0302b", "a\u0302\u0323b"),
        ("ﬁnal oﬀer", "final offer"),
        ("final offer", "ﬁnal oﬀer"),
        ("nego\u00adtiation", "negotiation"),
        ("negotiation", "nego\u00adtiation"),
        ("cease\u200bfire line", "ceasefire line"),
        ("cease\u2060fire \ufeffline", "ceasefire line"),
        ("قال\u200e السلام\u200f الآن", "قال السلام الآن"),
        ("שלום\u200f עכשיו", "שלום עכשיו"),
        ("a\u00a0lasting\u202fpeace", "a lasting peace"),
        ("peace–lasting “peace”", 'peace-lasting "peace"'),
        ("the\nwords  wrapped", "the words wrapped"),
        ("No… never", "No... never"),
        ("Ⅳ. ½ ㎞", "IV. 1⁄2 km"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("emoji 😀\ufe0f here", "emoji 😀 here"),
    ],
)
def test_another_spelling_is_answered_with_the_source_s_own(own, quote, analyst):
    code, detail = refusal(analyst, f"They said: {own}, and left.", quote)

    assert code == "quote_not_found"
    assert detail == f"These words are not in the source; the source writes them: {own}"


@pytest.mark.parametrize("quote", ["piece", "\u00ad x", "Peace", "пeace"])
def test_other_words_are_not_offered(quote, analyst):
    assert refusal(analyst, "They said peace.", quote) == (
        "quote_not_found",
        "These words are not in the source.",
    )


@given(st.text(max_size=40), st.text(max_size=40), st.text(min_size=1, max_size=12))
def test_what_is_offered_is_a_passage_of_the_source(before, after, quote):
    text = before + unicodedata.normalize("NFD", quote) + after

    own = match_source_spelling(text, quote)

    assert own in text
    assert match_source_spelling(text, own) in ("", own) or own


@given(st.text("ab", max_size=30), st.text("ab", min_size=1, max_size=4), st.text("ab", max_size=2))
def test_places_are_all_that_match_with_what_stands_around(text, quote, around):
    expected = [
        at
        for at in range(len(text))
        if text.startswith(quote, at)
        and text[:at].endswith(around)
        and text.startswith(around, at + len(quote))
    ]

    assert find_occurrences(text, quote, around, around) == expected


LONG = 900_000


@pytest.mark.parametrize(
    ("text", "quote", "around", "detail"),
    [
        ("a" * LONG, "a", {}, "These words stand 100+ times"),
        ("a" * LONG, "a" * 1000, {}, "These words stand 100+ times"),
        ("a" * LONG, "a" * 450_000, {}, "These words stand 100+ times"),
        ("the talks " * (LONG // 10), "the", {"before": "no"}, "These words are in the source,"),
        ("a " * (LONG // 2), "a " * 1000 + "b", {}, "These words are not in the source."),
        ("-" * LONG, "–" * 1000 + "x", {}, "These words are not in the source."),
    ],
)  # fmt: skip
def test_no_quotation_of_a_long_text_takes_long(text, quote, around, detail, analyst):
    begun = time.monotonic()
    found = refusal(analyst, text, quote, **around)

    assert found[1].startswith(detail)
    assert time.monotonic() - begun < 8


def test_two_hundred_ambiguous_quotations_in_one_body_are_refused_at_once(analyst):
    record = f"parties/{PartyFactory(review='published').slug}"
    source = SourceFactory(text="the talks " * (LONG // 10), review="published").slug
    words = ["the", "talks", "t", "alks the"]
    body = [
        {"record": record, "source": source, "quote": words[number % 4]} for number in range(200)
    ]
    begun = time.monotonic()

    answer = analyst.post(CITATIONS, body)

    assert answer.status_code == 400
    codes = [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
    assert codes == [(f"/{number}/quote", "quote_ambiguous") for number in range(len(codes))]
    assert len(codes) >= 100
    assert time.monotonic() - begun < 30
