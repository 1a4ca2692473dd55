"""Sentences and what touches them."""

from hypothesis import given
from hypothesis import strategies as st

from negotiations.text.segmentation import TextSpan, split_sentences
from negotiations.text.sentences import build_quote_spans, find_untouched_sentences

TEXT = """A heading

“One… goes on. Two!” he said at 3.5 points. Three?
Four"""


def test_sentences_end_with_a_mark_before_a_new_beginning_or_with_the_line():
    assert [sentence.text for sentence in split_sentences(TEXT)] == [
        "A heading",
        "“One… goes on.",
        "Two!” he said at 3.5 points.",
        "Three?",
        "Four",
    ]


def test_a_sentence_is_touched_by_a_single_character():
    four = TEXT.index("Four")

    missed = find_untouched_sentences(
        TEXT, [TextSpan(0, 9), TextSpan(12, 14), TextSpan(four, four + 1)]
    )

    assert [sentence.text for sentence in missed] == ["Two!” he said at 3.5 points.", "Three?"]


def test_a_short_span_within_a_long_one_hides_nothing():
    whole = TextSpan(0, len(TEXT))

    assert find_untouched_sentences(TEXT, [whole, TextSpan(1, 2), TextSpan(20, 21)]) == []


def test_quotations_cover_their_length_from_where_they_start():
    assert build_quote_spans([(3, "four"), (None, "nowhere")]) == [TextSpan(3, 7)]


@given(st.text(alphabet="aA.?! \n”", max_size=60))
def test_sentences_keep_their_places_and_leave_out_nothing_but_space(text):
    found = split_sentences(text)

    assert [text[s.start : s.end] for s in found] == [s.text for s in found]
    assert "".join("".join(s.text.split()) for s in found) == "".join(text.split())
    assert find_untouched_sentences(text, []) == found
