"""A table is imported in a browser: the preview, the confirmation, the faults."""

import pytest
from playwright.sync_api import expect

from negotiations.models import Party, Source
from tests.conftest import create_user
from tests.factories import PartyFactory, SourceFactory

from .conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def analyst_at_work(desk, db):
    user = create_user("contributor", "analyst")
    user.set_password(PASSWORD)
    user.save()
    desk.user = user
    desk.log_in(user)
    return desk


def send(desk, rows, name="parties.csv"):
    file = {"name": name, "mimeType": "text/csv", "buffer": rows.encode()}
    desk.page.set_input_files("#id_file", file)
    desk.page.get_by_role("button", name="Show what would change").click()


def test_a_table_is_previewed_and_imported(analyst_at_work):
    desk, page = analyst_at_work, analyst_at_work.page
    made = {"created_by": desk.user}
    PartyFactory(name="Ukraine", slug="ukraine", aliases=["Kyiv"], **made)
    PartyFactory(name="Turkey", slug="turkey", note="The host of the first two rounds.", **made)
    PartyFactory(name="Russia", slug="russia", **made)
    desk.visit("/admin/negotiations/party/")
    page.get_by_role("link", name="Import").click()
    desk.accessible()
    desk.pictures("tables-1-form")
    send(
        desk,
        "slug,version,name,kind,country,aliases,note\n"
        'ukraine,1,Ukraine,state,UA,"[""Kyiv"", ""Bankova""]",\n'
        "turkey,1,Türkiye,state,TR,[],The host of the first three rounds.\n"
        "russia,1,Russia,state,,[],\n"
        ',,Coalition of the willing,coalition,,"[""The coalition""]",Named so since March 2025.\n',
    )

    expect(page.locator(".counts")).to_have_text("1 new 2 changed 1 unchanged")
    desk.accessible()
    desk.pictures("tables-2-preview")
    page.get_by_role("button", name="Write 3 records").click()
    expect(page.locator(".messagelist .success")).to_have_text(
        "1 party made, 2 changed, 1 unchanged."
    )
    assert sorted(Party.objects.values_list("name", "version")) == [
        ("Coalition of the willing", 1),
        ("Russia", 1),
        ("Türkiye", 2),
        ("Ukraine", 2),
    ]
    assert desk.faults == []


def test_faults_are_shown_with_their_places(analyst_at_work):
    desk, page = analyst_at_work, analyst_at_work.page
    PartyFactory(name="Ukraine", slug="ukraine", review="published")
    desk.visit("/admin/negotiations/party/import/")
    send(desk, "slug,version,name,kind\nukraine,1,Ukraina,stat\nrussia,3,Russia,state\n")

    expect(page.get_by_role("alert")).to_contain_text("Nothing was written")
    desk.accessible()
    desk.pictures("tables-3-faults")
    page.emulate_media(color_scheme="dark")
    desk.accessible()
    assert Party.objects.get().name == "Ukraine"
    # The answer is a refusal, which the console tells.
    assert [text for text in desk.faults if "422" not in text] == []


def test_an_export_is_downloaded_and_sent_back(analyst_at_work, tmp_path):
    desk, page = analyst_at_work, analyst_at_work.page
    SourceFactory(text=" «Мир», said he.\nAnd — left.", created_by=desk.user)
    desk.visit("/admin/negotiations/source/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export XLSX").click()
    file = tmp_path / "sources.xlsx"
    download.value.save_as(file)
    desk.visit("/admin/negotiations/source/import/")
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name="Show what would change").click()

    expect(page.locator(".counts")).to_have_text("0 new 0 changed 1 unchanged")
    assert Source.objects.get().version == 1
    assert desk.faults == []
