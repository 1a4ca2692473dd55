"""Uncertain dates: the parser, held against the edtf library, and the field with its columns."""

from datetime import date
from time import struct_time

import edtf as library
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiations.models.edtf import HOW_TO_WRITE, InvalidDate, Span, parse

SPANS = {
    "2025-07-19": Span(date(2025, 7, 19), date(2025, 7, 19)),
    "2024-02-29": Span(date(2024, 2, 29), date(2024, 2, 29)),
    "2025-06": Span(date(2025, 6, 1), date(2025, 6, 30)),
    "2024-02": Span(date(2024, 2, 1), date(2024, 2, 29)),
    "2025": Span(date(2025, 1, 1), date(2025, 12, 31)),
    "0001": Span(date(1, 1, 1), date(1, 12, 31)),
    "9999-12-31": Span(date(9999, 12, 31), date(9999, 12, 31)),
    "2025-06~": Span(date(2025, 6, 1), date(2025, 6, 30), approximate=True),
    "2025-06-10?": Span(date(2025, 6, 10), date(2025, 6, 10), uncertain=True),
    "2025%": Span(date(2025, 1, 1), date(2025, 12, 31), approximate=True, uncertain=True),
    "202X": Span(date(2020, 1, 1), date(2029, 12, 31)),
    "20XX~": Span(date(2000, 1, 1), date(2099, 12, 31), approximate=True),
    "2025-XX": Span(date(2025, 1, 1), date(2025, 12, 31)),
    "2025-07-XX": Span(date(2025, 7, 1), date(2025, 7, 31)),
    "2025-XX-XX": Span(date(2025, 1, 1), date(2025, 12, 31)),
    "2025-21": Span(date(2025, 3, 1), date(2025, 5, 31)),
    "2025-22?": Span(date(2025, 6, 1), date(2025, 8, 31), uncertain=True),
    "2025-23": Span(date(2025, 9, 1), date(2025, 11, 30)),
    "2023-24": Span(date(2023, 12, 1), date(2024, 2, 29)),
    "2025-06-01/2025-06-10": Span(date(2025, 6, 1), date(2025, 6, 10)),
    "2025-06/2025-06-10": Span(date(2025, 6, 1), date(2025, 6, 10)),
    "2025-21~/2025?": Span(date(2025, 3, 1), date(2025, 12, 31), approximate=True, uncertain=True),
    "../2025-07-19": Span(None, date(2025, 7, 19)),
    "2025-07-19/..": Span(date(2025, 7, 19), None),
    "/2025-07": Span(None, date(2025, 7, 31)),
    "2025-07/": Span(date(2025, 7, 1), None),
}

FAULTS = {
    "": HOW_TO_WRITE,
    "June 2025": HOW_TO_WRITE,
    "19.07.2025": HOW_TO_WRITE,
    "2025-7": HOW_TO_WRITE,
    "202x": HOW_TO_WRITE,
    "2XXX": HOW_TO_WRITE,
    "2025-~06": HOW_TO_WRITE,
    "[2025-06,2025-07]": HOW_TO_WRITE,
    "2025-02-30": "2025-02-30 is not a day in the calendar.",
    "2025-02-29?": "2025-02-29 is not a day in the calendar.",
    "2025-06-00": "2025-06-00 is not a day in the calendar.",
    "2025-13": "2025-13 has no month: months are 01 to 12, seasons 21 to 24.",
    "2025-00-01": "2025-00-01 has no month: months are 01 to 12, seasons 21 to 24.",
    "2025-21-01": "2025-21-01 gives a day of a season: write its month, 01 to 12.",
    "9999-24": "9999-24 ends after the year 9999, the last that can be recorded.",
    "000X": "000X lies before the year 0001, the first that can be recorded.",
    "Y12025": "Y12025 is outside the years that can be recorded, 0001 to 9999.",
    "-0044": "-0044 is outside the years that can be recorded, 0001 to 9999.",
    "2025-07-19T10:00:00": "2025-07-19T10:00:00 has a time of day: write the day alone.",
    "202X-05": (
        "202X-05 gives a month but not its year: write the year with all its digits or alone."
    ),
    "2025-XX-19": "2025-XX-19 gives a day but not its month: write XX for both.",
    "2025-06-XX/2025-07": (
        "In an interval leave unknown digits out: 2025-06, not 2025-06-XX (found 2025-06-XX)."
    ),
    "2025-06-10/2025-06-01": "2025-06-10/2025-06-01 ends before it begins.",
    "../..": "An interval needs a date at one end; leave the date empty when nothing is known.",
    "2024/2025/2026": "An interval has two ends, with one / between them.",
    " 2025": "Write dates without spaces around them.",
    "2025-06-01 / 2025-06-10": "Write dates without spaces around them.",
    "2025\N{EN DASH}06": "Write dates with the digits 0 to 9 and the plain signs - / . ~ ? % X.",
    "\N{ARABIC-INDIC DIGIT TWO}025": (
        "Write dates with the digits 0 to 9 and the plain signs - / . ~ ? % X."
    ),
    "2025" * 20: "A date has at most 64 characters.",
}


@pytest.mark.parametrize("text", SPANS)
def test_a_text_has_the_span_of_days_it_allows(text: str) -> None:
    assert parse(text) == SPANS[text]


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_in_a_text_is_named(text: str) -> None:
    with pytest.raises(InvalidDate) as caught:
        parse(text)

    assert str(caught.value) == FAULTS[text]


years = st.integers(1, 9999).map("{:04}".format)
plain = st.one_of(
    years,
    st.dates().map(date.isoformat),
    st.builds("{}-{:02}".format, years, st.integers(1, 12)),
    st.builds("{}-{}".format, years, st.integers(21, 23)),
)
qualifiers = st.sampled_from(["", "?", "~", "%"])
ends = st.builds("{}{}".format, plain, qualifiers)
unspecified = st.one_of(
    st.integers(1, 999).map("{:03}X".format),
    st.integers(1, 99).map("{:02}XX".format),
    st.builds("{}-XX".format, years),
    st.builds("{}-XX-XX".format, years),
    st.builds("{}-{:02}-XX".format, years, st.integers(1, 12)),
)
intervals = st.builds("{}/{}".format, st.just("..") | ends, ends) | ends.map("{}/..".format)
texts = st.one_of(plain, st.builds("{}{}".format, unspecified, qualifiers), intervals)


def the_librarys(bound: struct_time | float) -> date | None:
    """The library gives infinity for an open end, where we give none."""
    return None if isinstance(bound, float) else date(*bound[:3])


@settings(max_examples=100, deadline=None)
@given(texts)
def test_the_edtf_library_finds_the_same_bounds(text: str) -> None:
    """Where it is of another mind, the table above holds ours.

    Its winters end in December, an unknown end lies ten years off, it reads 30 February, an
    interval may end before it begins, and a season takes no qualifier outside an interval.
    """
    theirs = library.parse_edtf(text)
    bounds = the_librarys(theirs.lower_strict()), the_librarys(theirs.upper_strict())

    if all(bounds) and bounds[0] > bounds[1]:
        with pytest.raises(InvalidDate, match="ends before it begins"):
            parse(text)
    else:
        assert (parse(text).earliest, parse(text).latest) == bounds


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=70) | st.text("0123456789-/.~?%XYT: ", max_size=70) | texts)
def test_any_text_is_a_span_in_order_or_an_invalid_date(text: str) -> None:
    try:
        span = parse(text)
    except InvalidDate as fault:
        assert str(fault).endswith(".")
    else:
        assert (span.earliest or date.min) <= (span.latest or date.max)
        assert span.earliest or span.latest
