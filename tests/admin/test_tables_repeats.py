"""Tables whose rows are recorded already: said per row, left out, and imported only when chosen."""

import csv
import io

import pytest
from django.utils import formats, timezone

from negotiations.models import COLLECTIONS, Citation, Party, Person, Position
from tests.factories import PartyFactory, PersonFactory, SourceFactory
from tests.support.admin_client import build_admin_client, get_admin_url, list_messages
from tests.support.scene import build_scene
from tests.support.table_client import (
    confirm,
    download_export,
    get_import_faults,
    get_preview,
    page,
    send,
)

pytestmark = pytest.mark.slow

PARTIES = (
    "name,kind,aliases\n"
    'Ukraine,state,"[""Kyiv""]"\n'
    "Russia,state,\n"
    '"Hamas, political bureau",political_group,\n'
)


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


def get_repeats(answer):
    """The rows that say what is recorded, each with the record or the number of the row."""
    return [(row.number, row.same or row.repeats_row) for row in answer.context["repeats"]]


def count_records():
    return {name: model.objects.count() for name, model in COLLECTIONS.items()}


def test_a_table_imported_twice_is_imported_once(desk):
    first = confirm(desk, Party, send(desk, Party, PARTIES))
    assert first.status_code == 302

    answer = send(desk, Party, PARTIES)

    ukraine, russia, hamas = (Party.objects.get(slug__startswith=s) for s in ("u", "r", "h"))
    assert get_preview(answer) == []
    assert get_repeats(answer) == [(2, ukraine), (3, russia), (4, hamas)]
    text = answer.content.decode()
    assert f'says the same as <a href="{get_admin_url(ukraine)}">Ukraine</a>' in text
    confirmed = confirm(desk, Party, answer)
    assert list_messages(confirmed)[-1] == (
        "0 parties made, 0 changed. Rows left out, because they say what is recorded already: 3."
    )
    assert Party.objects.count() == 3


@pytest.mark.parametrize("model", COLLECTIONS.values(), ids=list(COLLECTIONS))
def test_an_export_without_slugs_doubles_no_record(db, reviewer_user, model):
    build_scene()
    client = build_admin_client(reviewer_user)
    lines = drop_columns(
        download_export(client, model).decode("utf-8-sig"),
        {"slug", "version", "review", "created_at", "updated_at", "sha256"},
    )
    before = count_records()

    answer = send(client, model, lines)
    if answer.context.get("faults"):
        pytest.fail(str(get_import_faults(answer)))
    confirm(client, model, answer)

    assert len(get_repeats(answer)) == model.objects.count() > 0
    assert count_records() == before


def drop_columns(text, dropped):
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    kept = [
        name
        for name in rows[0]
        if name not in dropped and not name.endswith(("_earliest", "_latest"))
    ]
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, kept, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


@pytest.mark.parametrize(
    "row",
    [
        "UKRAINE,state,",
        " Ukraine ,state,",
        "ukrai\u0301ne,state,",
        'Ukraine,state,"[""kyiv""]"',
        '"Ukra\u00adine",state,',
    ],
)
def test_names_are_compared_as_they_are_searched(desk, analyst_user, row):
    ukraine = PartyFactory(
        name="Ukraine", kind="state", aliases=["Kyiv", "Kiev"], created_by=analyst_user
    )

    answer = send(desk, Party, f"name,kind,aliases\n{row}\n")

    assert get_repeats(answer) == [(2, ukraine)]


@pytest.mark.parametrize(
    "row",
    ["Ukraine,civil_society,", 'Ukraine,state,"[""Ruthenia""]"', "Kyiv,state,"],
)
def test_a_row_that_says_more_is_imported_with_a_warning(desk, analyst_user, row):
    ukraine = PartyFactory(name="Ukraine", kind="state", aliases=["Kyiv"], created_by=analyst_user)

    answer = send(desk, Party, f"name,kind,aliases\n{row}\n")

    assert get_repeats(answer) == []
    assert [kind for _, kind, _ in get_preview(answer)] == ["new"]
    link = f'This name is taken: <a href="{get_admin_url(ukraine)}">Ukraine</a>'
    assert link in answer.content.decode()


def test_of_rows_that_repeat_a_record_only_the_chosen_are_imported(desk):
    confirm(desk, Party, send(desk, Party, PARTIES))
    answer = send(desk, Party, PARTIES)

    upload = answer.context["upload"].key
    sent = desk.post(page(Party), {"upload": upload, "repeated": ["3"], "reason": ""})

    assert sent.status_code == 302
    assert sorted(Party.objects.values_list("name", flat=True)).count("Russia") == 2
    assert Party.objects.count() == 4


def test_all_repeated_rows_can_be_imported_once_more(desk):
    confirm(desk, Party, send(desk, Party, PARTIES))
    answer = send(desk, Party, PARTIES)

    desk.post(page(Party), {"upload": answer.context["upload"].key, "repeated": "all"})

    assert Party.objects.count() == 6


def test_a_row_that_repeats_a_row_above_is_left_out(desk):
    answer = send(desk, Person, "name\nLavrov\nKuleba\nLavrov\n")

    assert get_repeats(answer) == [(4, 2)]
    confirm(desk, Person, answer)
    assert sorted(Person.objects.values_list("name", flat=True)) == ["Kuleba", "Lavrov"]


def test_a_record_that_the_user_does_not_see_is_not_told(desk):
    PersonFactory(name="Lavrov")

    answer = send(desk, Person, "name\nLavrov\n")

    assert (get_repeats(answer), [k for _, k, _ in get_preview(answer)]) == ([], ["new"])


def test_a_table_with_slugs_and_without_versions_imports_again_without_a_difference(desk):
    rows = "slug,name,kind\nukraine,Ukraine,state\n"
    confirm(desk, Party, send(desk, Party, rows))

    answer = send(desk, Party, rows)

    assert get_preview(answer) == []
    assert answer.context["unchanged"] == 1
    changed = send(desk, Party, "slug,name,kind\nukraine,Ukraine,civil_society\n")
    assert [fault[:2] for fault in get_import_faults(changed)] == [(2, "version")]


def test_new_words_of_a_record_are_not_left_out(desk, analyst_user):
    source = SourceFactory(text="Lavrov spoke. Lavrov left.", review="published")
    words = [Citation(source=source, quote="Lavrov spoke.")]
    PersonFactory(name="Lavrov", created_by=analyst_user, citations=words)
    cell = '"[{""source"": ""%s"", ""quote"": ""%s"", ""voice"": ""narrator""}]"'

    same = send(desk, Person, f"name,citations\nLavrov,{cell % (source.slug, 'Lavrov spoke.')}\n")
    new = send(desk, Person, f"name,citations\nLavrov,{cell % (source.slug, 'Lavrov left.')}\n")

    assert (len(get_repeats(same)), len(get_repeats(new))) == (1, 0)


def test_positions_of_two_issues_with_the_same_claim_are_two(db, reviewer_user):
    build_scene()
    client = build_admin_client(reviewer_user)
    position = Position.objects.exclude(issue=None).first()
    rows = (
        "negotiation,party,issue,stance,basis,claim\n"
        f"{position.negotiation.slug},{position.party.slug},{position.issue.slug},"
        f"{position.stance},{position.basis},Something else.\n"
    )

    answer = send(client, Position, rows)

    assert get_repeats(answer) == []


def get_notes(answer):
    return list(answer.context["notes"])


def test_a_file_sent_again_says_when_it_was_imported_and_by_whom(desk, reviewer_user):
    assert get_notes(send(desk, Party, PARTIES)) == []
    confirm(desk, Party, send(desk, Party, PARTIES))
    on = formats.date_format(timezone.localtime(), "DATE_FORMAT")

    (again,) = get_notes(send(desk, Party, PARTIES, "another-name.csv"))
    (other,) = get_notes(send(build_admin_client(reviewer_user), Party, PARTIES))

    for note in (again, other):
        assert note.startswith(f"This file was imported by analyst on {on}")
        assert note.endswith(": 3 parties made, 0 changed.")
    assert get_notes(send(desk, Party, f"{PARTIES}Turkey,state,\n")) == []


def test_a_file_that_was_only_previewed_or_refused_was_not_imported(desk):
    send(desk, Party, PARTIES)
    faulty = "name,kind\nUkraine,stat\n"
    get_import_faults(send(desk, Party, faulty))

    assert get_notes(send(desk, Party, PARTIES)) == []
    assert get_notes(send(desk, Party, faulty)) == []


def test_a_file_is_known_in_the_kind_into_which_it_was_imported(desk):
    rows = "name\nLavrov\n"
    confirm(desk, Person, send(desk, Person, rows))

    assert len(get_notes(send(desk, Person, rows))) == 1
    assert get_notes(send(desk, Party, rows)) == []
