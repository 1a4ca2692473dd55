"""Uncertain dates: the parser, held against the edtf library, and the field with its columns."""

from datetime import date
from time import struct_time

import edtf as library
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState
from django.forms import modelform_factory
from django.test.utils import isolate_apps
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiations.dates.edtf import HOW_TO_WRITE, InvalidDate, ParsedDate, parse_edtf
from negotiations.models import Certainty, Negotiation, Round, UncertainDateField
from negotiations.models.date_fields import build_date_constraints

SPANS = {
    "2025-07-19": ParsedDate(date(2025, 7, 19), date(2025, 7, 19)),
    "2024-02-29": ParsedDate(date(2024, 2, 29), date(2024, 2, 29)),
    "2025-06": ParsedDate(date(2025, 6, 1), date(2025, 6, 30)),
    "2025": ParsedDate(date(2025, 1, 1), date(2025, 12, 31)),
    "0001": ParsedDate(date(1, 1, 1), date(1, 12, 31)),
    "2025-06~": ParsedDate(date(2025, 6, 1), date(2025, 6, 30), approximate=True),
    "2025-06-10?": ParsedDate(date(2025, 6, 10), date(2025, 6, 10), uncertain=True),
    "2025%": ParsedDate(date(2025, 1, 1), date(2025, 12, 31), approximate=True, uncertain=True),
    "202X": ParsedDate(date(2020, 1, 1), date(2029, 12, 31)),
    "20XX~": ParsedDate(date(2000, 1, 1), date(2099, 12, 31), approximate=True),
    "2025-XX": ParsedDate(date(2025, 1, 1), date(2025, 12, 31)),
    "2025-XX-XX": ParsedDate(date(2025, 1, 1), date(2025, 12, 31)),
    "2025-21": ParsedDate(date(2025, 3, 1), date(2025, 5, 31)),
    "2023-24": ParsedDate(date(2023, 12, 1), date(2024, 2, 29)),
    "2025-06-01/2025-06-10": ParsedDate(date(2025, 6, 1), date(2025, 6, 10)),
    "2025-06/2025-06-10": ParsedDate(date(2025, 6, 1), date(2025, 6, 10)),
    "2025-21~/2025?": ParsedDate(
        date(2025, 3, 1), date(2025, 12, 31), approximate=True, uncertain=True
    ),
    "../2025-07-19": ParsedDate(None, date(2025, 7, 19)),
    "2025-07-19/..": ParsedDate(date(2025, 7, 19), None),
    "/2025-07": ParsedDate(None, date(2025, 7, 31)),
    "2025-07/": ParsedDate(date(2025, 7, 1), None),
}

PLAIN_SIGNS = (
    "Write dates with the digits 0 to 9 and plain signs, such as 2025-06~ or ../2025-07-19."
)
FAULTS = {
    "": HOW_TO_WRITE,
    "June 2025": HOW_TO_WRITE,
    "202x": HOW_TO_WRITE,
    "2025-~06": HOW_TO_WRITE,
    "[2025-06,2025-07]": HOW_TO_WRITE,
    "2025-02-30": "2025-02-30 is not a day in the calendar.",
    "2025-02-29?": "2025-02-29 is not a day in the calendar.",
    "2025-13": "2025-13 has no month: months are 01 to 12, seasons 21 to 24.",
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
    "2025\N{EN DASH}06": PLAIN_SIGNS,
    "\N{ARABIC-INDIC DIGIT TWO}025": PLAIN_SIGNS,
    "2025" * 20: "A date has at most 64 characters.",
}


@pytest.mark.parametrize("text", SPANS)
def test_a_text_has_the_span_of_days_it_allows(text: str) -> None:
    assert parse_edtf(text) == SPANS[text]


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_in_a_text_is_named(text: str) -> None:
    with pytest.raises(InvalidDate) as caught:
        parse_edtf(text)

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


@pytest.mark.slow
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
            parse_edtf(text)
    else:
        assert (parse_edtf(text).earliest, parse_edtf(text).latest) == bounds


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=70) | st.text("0123456789-/.~?%XYT: ", max_size=70) | texts)
def test_any_text_is_a_span_in_order_or_an_invalid_date(text: str) -> None:
    try:
        span = parse_edtf(text)
    except InvalidDate as fault:
        assert str(fault).endswith(".")
    else:
        assert (span.earliest or date.min) <= (span.latest or date.max)
        assert span.earliest or span.latest


NO_BOUNDS = {"date_earliest": None, "date_latest": None}
JUNE = (date(2025, 6, 1), date(2025, 6, 30))
FERRY = ("negotiations", "ferry")


def bounds(record):
    return record.date_earliest, record.date_latest


@pytest.fixture
def meeting(db):
    talks = Negotiation.objects.create(title="Ferry talks", kind="trade")
    return Round.objects.create(negotiation=talks, title="Second round", date="2025-06~")


def test_a_date_is_stored_with_its_bounds(meeting):
    assert Round.objects.values_list(
        "date", "date_earliest", "date_latest", "date_words", "date_certainty", "date_anchor"
    ).get() == ("2025-06~", *JUNE, "", "unknown", None)


def test_the_bounds_follow_each_assignment():
    meeting = Round(date="2025-06", date_earliest=date(1999, 1, 1))
    seen = [bounds(meeting)]
    for text in ["../2025-07-19", "nonsense", "2025-07-19", "", None]:
        meeting.date = text
        seen.append(bounds(meeting))

    day = date(2025, 7, 19)
    assert seen == [JUNE, (None, day), (None, None), (day, day), (None, None), (None, None)]


def test_a_date_that_was_deferred_loads_with_its_bounds(meeting, django_assert_num_queries):
    with django_assert_num_queries(2):
        alone = Round.objects.only("title").get()
        assert (alone.date, *bounds(alone)) == ("2025-06~", *JUNE)
    with django_assert_num_queries(2):
        without = Round.objects.defer("date").get()
        assert (*bounds(without), without.date) == (*JUNE, "2025-06~")


def test_a_date_that_was_deferred_can_be_written(meeting):
    late = Round.objects.only("title", "version").get()
    late.date = "2025-07-19"
    late.save()
    meeting.refresh_from_db()

    assert (meeting.date, *bounds(meeting)) == ("2025-07-19", *[date(2025, 7, 19)] * 2)


def test_each_version_keeps_its_date_and_bounds(meeting):
    meeting.date = "2025-07-19"
    meeting.save()

    versions = meeting.history.values_list("date", "date_earliest", "date_latest")
    assert list(versions) == [
        ("2025-07-19", date(2025, 7, 19), date(2025, 7, 19)),
        ("2025-06~", *JUNE),
    ]
    assert bounds(meeting.history.earliest().instance) == JUNE


def test_a_faulty_date_is_reported_at_its_field(meeting):
    meeting.date = "2025-02-30"

    with pytest.raises(ValidationError) as caught:
        meeting.full_clean()

    assert caught.value.message_dict == {"date": ["2025-02-30 is not a day in the calendar."]}
    assert caught.value.error_dict["date"][0].code == "invalid_date"


def test_an_empty_date_has_no_certainty(meeting):
    meeting.date, meeting.date_certainty = "", Certainty.STATED

    with pytest.raises(ValidationError) as caught:
        meeting.full_clean()

    assert caught.value.message_dict == {"date": ["Without a date its certainty is unknown."]}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"date_earliest": date(2025, 7, 1)}, "ends_after_it_begins"),
        ({"date": ""}, "has_its_bounds"),
        (NO_BOUNDS, "has_its_bounds"),
        ({**NO_BOUNDS, "date": "", "date_certainty": "stated"}, "is_unknown_when_empty"),
    ],
)
def test_the_database_refuses_a_date_out_of_step(meeting, changes, rule):
    with pytest.raises(IntegrityError, match=f"round_date_{rule}"):
        Round.objects.update(**changes)


def test_a_form_strips_the_spaces_around_a_date(meeting):
    form = modelform_factory(Round, fields=["date"])({"date": " 2025-07 "}, instance=meeting)

    assert form.is_valid(), form.errors
    assert (meeting.date, meeting.date_latest) == ("2025-07", date(2025, 7, 31))


@isolate_apps("negotiations")
def test_children_of_an_abstract_model_get_each_column_once():
    class Crossing(models.Model):
        date = UncertainDateField()
        date_words = models.CharField(max_length=10)

        class Meta:
            abstract = True
            app_label = "negotiations"

    class Ferry(Crossing):  # noqa: DJ008
        class Meta(Crossing.Meta):
            abstract = False

    assert [field.name for field in Ferry._meta.fields] == [
        *("id", "date_earliest", "date_latest"),
        *("date_words", "date_certainty", "date_anchor", "date"),
    ]
    assert bounds(Ferry(date="2025-06")) == JUNE


@pytest.mark.django_db(transaction=True)
@isolate_apps("negotiations")
def test_a_date_can_be_added_to_a_table_that_exists():
    class Ferry(models.Model):  # noqa: DJ008
        date = UncertainDateField(help_text="When it sailed.")

        class Meta:
            app_label = "negotiations"
            constraints = [*build_date_constraints("ferry", "date")]

    key = [("id", models.BigAutoField(primary_key=True))]
    state = ProjectState({FERRY: ModelState("negotiations", "Ferry", key)})
    wanted = ProjectState({FERRY: ModelState.from_model(Ferry)})
    changes = MigrationAutodetector(state, wanted)._detect_changes()
    with connection.schema_editor() as editor:
        editor.create_model(state.apps.get_model(*FERRY))
        for operation in changes["negotiations"][0].operations:
            before, state = state, state.clone()
            operation.state_forwards("negotiations", state)
            operation.database_forwards("negotiations", editor, before, state)
    in_migration = state.apps.get_model(*FERRY)
    in_migration.objects.create(date="2025-06")

    assert bounds(Ferry.objects.get()) == bounds(in_migration.objects.get()) == JUNE
    assert MigrationAutodetector(state, wanted)._detect_changes() == {}
    with connection.schema_editor() as editor:
        editor.delete_model(Ferry)
