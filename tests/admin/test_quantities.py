"""Numbers where people type them: one number and how it is meant, at the desk and in tables."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from negotiations import history
from negotiations.models import Citation, Commitment, Delivery, Incident
from tests.factories import (
    CommitmentFactory,
    DeliveryFactory,
    IncidentFactory,
    NegotiationFactory,
    PartyFactory,
    RoundFactory,
    SourceFactory,
    TermFactory,
)
from tests.support.admin_client import build_admin_client, get_admin_url, list_form_errors
from tests.support.admin_client import open_admin_form as page_of
from tests.support.coding_client import get_form_errors, open_coding_form, save_coding_form
from tests.support.contract import document

pytestmark = pytest.mark.django_db

PUBLIC = {"review": "published"}
TEXT = "The 160 prisoners came home. Russia will free 160 more."
SAID = [
    ("exactly", "160", "", (160, 160)),
    ("at_least", "160", "", (160, None)),
    ("at_most", "160", "", (None, 160)),
    ("between", "150", "170", (150, 170)),
    ("about", "160", "10", (150, 170)),
    ("about", "5", "10", (0, 15)),
    ("exactly", "0", "", (0, 0)),
    ("", "", "", (None, None)),
]
PARTED = {
    "1.000": "“1.000” may be 1000, or 1 with decimals; write 1000 or 1 in digits alone.",
    "12.0": "“12.0” is no whole number; write one in digits alone, for example 1000.",
    "1_000": "Write “1_000” in digits alone: 1000.",
    "1 000": "Write “1 000” in digits alone: 1000.",
}
NO_MARGIN = "With about, write how far off it may be, 1 or more"
REFUSED = [
    ("", "160", "", "Say whether it is exactly, at least, at most, about or between."),
    ("exactly", "", "", "Write the number."),
    ("about", "160", "", "Write how far off it may be, as you read the source."),
    ("between", "160", "", "Write the second number."),
    ("between", "170", "150", "Write the smaller number first."),
    ("about", "160", "0", f"{NO_MARGIN}; for the number itself say exactly."),
    ("about", "0", "0", f"{NO_MARGIN}; for the number itself say exactly."),
    (
        "between",
        "160",
        "160",
        "Both numbers are the same: say exactly, or write two that differ.",
    ),
    ("exactly", "160", "170", "A second number is only for about and between."),
    ("at_least", "-1", "", "Ensure this value is greater than or equal to 0."),
    (
        "exactly",
        "1.5",
        "",
        "“1.5” is no whole number; write one in digits alone, for example 1000.",
    ),
    ("exactly", "1e3", "", "Enter a whole number."),
    ("exactly", "1.", "", "Enter a whole number."),
    *(("exactly", typed, "", fault) for typed, fault in PARTED.items()),
    ("between", "1", "1.000", PARTED["1.000"]),
]


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


@pytest.fixture
def source():
    return SourceFactory(text=TEXT, published="2025-07-20", **PUBLIC)


@pytest.fixture
def talks():
    PartyFactory(name="Russia", **PUBLIC)
    return NegotiationFactory(title="Talks", **PUBLIC)


def said(name, way, number, other):
    return {f"{name}_way": way, f"{name}_number": number, f"{name}_other": other}


def bounds(record, name="quantity"):
    return getattr(record, f"{name}_min"), getattr(record, f"{name}_max")


@pytest.fixture
def short_form(desk, source, talks):
    form = open_coding_form(desk, source, "commitment", "Russia will free 160 more.")
    form |= {"negotiation": "Talks", "kind": "hand_over_prisoners", "text": "Free 160."}
    return form | {"obligor": "Russia", "unit": "persons", "voice": "narrator"}


@pytest.mark.parametrize("case", SAID)
def test_the_short_form_stores_what_was_said(desk, source, short_form, case):
    *words, stored = case
    answer = save_coding_form(desk, source, short_form, **said("quantity", *words))

    assert answer.status_code == 302, get_form_errors(answer)
    assert bounds(Commitment.objects.get()) == stored


@pytest.mark.parametrize("case", REFUSED)
def test_a_number_without_its_meaning_is_refused(desk, source, short_form, case):
    *words, fault = case
    answer = save_coding_form(desk, source, short_form, **said("quantity", *words))

    assert get_form_errors(answer) == {"quantity": [fault]}
    page = answer.content.decode()
    assert f'name="quantity_number" value="{words[1]}"' in page or not words[1]
    assert not Commitment.objects.exists()


def test_a_number_larger_than_its_column_is_refused(desk, source, talks):
    form = open_coding_form(desk, source, "incident", "The 160 prisoners came home.")
    form |= {"negotiation": "Talks", "kind": "attack", "title": "A", "voice": "narrator"}

    answer = save_coding_form(desk, source, form, **said("killed", "exactly", str(10**30), ""))

    assert list(get_form_errors(answer)) == ["killed"]
    answer = save_coding_form(desk, source, form, **said("killed", "exactly", "2", ""))
    assert answer.status_code == 302, get_form_errors(answer)
    assert bounds(Incident.objects.get(), "killed") == (2, 2)


@pytest.mark.parametrize("case", SAID)
def test_the_page_of_a_record_stores_what_was_said(reviewer_user, case):
    *words, stored = case
    incident = IncidentFactory(killed_min=7, killed_max=9)
    client = build_admin_client(reviewer_user)
    form = page_of(client, get_admin_url(incident))
    assert [form[f"killed_{part}"] for part in ("way", "number", "other")] == ["between", "7", "9"]

    answer = client.post(get_admin_url(incident), {**form, **said("killed", *words)})

    assert answer.status_code == 302, list_form_errors(answer)
    assert bounds(Incident.objects.get(), "killed") == stored


@pytest.mark.parametrize("stored", [(3, 3), (3, None), (None, 3), (3, 5), (0, 0), (None, None)])
def test_a_page_saved_unchanged_changes_no_number(reviewer_user, stored):
    incident = IncidentFactory(injured_min=stored[0], injured_max=stored[1])
    client = build_admin_client(reviewer_user)
    form = page_of(client, get_admin_url(incident))

    client.post(get_admin_url(incident), {**form, "note": "Read again."})

    incident.refresh_from_db()
    assert (bounds(incident, "injured"), incident.note) == (stored, "Read again.")


@pytest.mark.parametrize("typed", PARTED)
@pytest.mark.parametrize("factory", [RoundFactory, TermFactory])
def test_the_page_of_a_record_refuses_a_number_in_parts(reviewer_user, factory, typed):
    record = factory(number=7)
    client = build_admin_client(reviewer_user)
    form = page_of(client, get_admin_url(record))

    answer = client.post(get_admin_url(record), {**form, "number": typed})

    assert list_form_errors(answer) == [("number", PARTED[typed])]


@pytest.mark.parametrize("typed", PARTED)
def test_the_short_form_of_a_round_refuses_a_number_in_parts(desk, source, talks, typed):
    form = open_coding_form(desk, source, "round", "The 160 prisoners came home.")

    answer = save_coding_form(desk, source, form, number=typed)

    assert get_form_errors(answer)["number"] == [PARTED[typed]]


def test_deliveries_on_the_page_of_their_commitment_ask_the_same(reviewer_user):
    delivery = DeliveryFactory(quantity_min=160)
    client = build_admin_client(reviewer_user)
    page = get_admin_url(delivery.commitment)
    form = page_of(client, page)
    assert form["deliveries-0-quantity_way"] == "at_least"

    form |= said("deliveries-0-quantity", "", "160", "")
    answer = client.post(page, form)
    told = ("deliveries-0-quantity", REFUSED[0][3])
    assert told in list_form_errors(answer)

    form |= said("deliveries-0-quantity", "exactly", "160", "")
    answer = client.post(page, form)
    assert answer.status_code == 302, list_form_errors(answer)
    assert bounds(Delivery.objects.get()) == (160, 160)


def test_a_record_that_is_only_read_says_its_number(desk):
    incident = IncidentFactory(killed_min=3, **PUBLIC)

    page = desk.get(get_admin_url(incident)).content.decode()

    assert "at least 3" in page


# Tables


def preview(client, model, rows):
    file = SimpleUploadedFile("rows.csv", rows.encode())
    return client.post(f"{get_admin_url(model, 'list')}import/", {"file": file})


def complaints(answer):
    return [(fault.row, fault.column, fault.detail) for fault in answer.context["faults"]]


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ("160", (160, 160)),
        ("Exactly 160", (160, 160)),
        ("at least 160", (160, None)),
        ("at_most 160", (None, 160)),
        ("between 150 and 170", (150, 170)),
        ("150 to 170", (150, 170)),
        ("about 160 give or take 10", (150, 170)),
        ("", (None, None)),
    ],
)
def test_a_cell_of_a_table_says_how_its_number_is_meant(desk, talks, cell, stored):
    columns = "negotiation,kind,title,killed\n"
    rows = f"{columns}{talks.slug},attack,An attack,{cell}\n"

    answer = preview(desk, Incident, rows)
    assert complaints(answer) == []
    upload = answer.context["upload"]
    desk.post(f"{get_admin_url(Incident, 'list')}import/", {"upload": upload.key})

    assert bounds(Incident.objects.get(), "killed") == stored


@pytest.mark.parametrize(
    ("column", "cell", "fault"),
    [
        ("killed", "some", "Write a number in digits alone, or: at least 3, at most 5,"),
        ("killed", "about 160", "Write how far off it may be, as you read the source."),
        ("killed", "5 to 3", "Write the smaller number first."),
        ("killed", "9999999999", "Write a number from 0 to 2147483647."),
        ("killed_min", "160", "Add the column killed_max, or write the column killed: exactly 3."),
        ("killed_max", "160", "Add the column killed_min, or write the column killed: exactly 3."),
    ],
)
def test_a_cell_that_does_not_say_how_is_refused_at_its_place(desk, talks, column, cell, fault):
    rows = f'negotiation,kind,title,{column}\n{talks.slug},attack,An attack,"{cell}"\n'

    told = complaints(preview(desk, Incident, rows))

    assert {(row, name) for row, name, _detail in told} == {(2, column)}
    assert told[0][2].startswith(fault)


def test_two_bounds_are_read_as_they_are_and_never_beside_the_one_column(desk, talks):
    rows = f"negotiation,kind,title,killed_min,killed_max\n{talks.slug},attack,An attack,3,\n"
    assert complaints(preview(desk, Incident, rows)) == []

    rows = f"negotiation,kind,title,killed_min,killed\n{talks.slug},attack,An attack,3,3\n"
    assert complaints(preview(desk, Incident, rows)) == [
        (1, "killed", "Keep either this column or the two of its bounds.")
    ]


def test_one_bound_of_a_record_is_not_changed_alone(desk, analyst_user, talks):
    incident = Incident(negotiation=talks, kind="attack", title="A", killed_min=3, killed_max=3)
    source = SourceFactory(text="An attack.")
    history.save(
        incident,
        related={"citations": [Citation(source=source, quote="An attack.")]},
        by=analyst_user,
    )
    same = f"slug,version,killed_min\n{incident.slug},1,3\n"
    other = f"slug,version,killed_min\n{incident.slug},1,2\n"

    assert complaints(preview(desk, Incident, same)) == []
    assert [fault[:2] for fault in complaints(preview(desk, Incident, other))] == [
        (2, "killed_min")
    ]


# What machines read


def test_the_document_says_what_each_spelling_means():
    schema = document()["components"]["schemas"]

    for kind in ("Commitment", "Delivery"):
        least, most = (schema[kind]["properties"][f"quantity_{end}"] for end in ("min", "max"))
        for words in ("Exactly 160", "at least 160", "between and about"):
            assert words in least["description"]
        assert "At most 160" in most["description"]


def test_a_commitment_with_a_number_is_told_with_it(client):
    commitment = CommitmentFactory(quantity_min=160, quantity_max=160, unit="persons", **PUBLIC)

    body = client.get(f"/api/v1/commitments/{commitment.slug}/").json()

    assert (body["quantity_min"], body["quantity_max"]) == (160, 160)
