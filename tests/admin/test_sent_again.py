"""A form sent again: unchanged it leads to what it saved, changed it is shown again."""

import re

import pytest

from negotiations import history
from negotiations.models import Party, Person, Post, Source, SpentForm
from tests.admin.test_saving import row
from tests.factories import CitationFactory, PersonFactory, SourceFactory
from tests.history.test_races import at_once
from tests.support.admin_client import (
    build_admin_client,
    get_admin_url,
    list_form_errors,
    list_messages,
    open_admin_form,
    parse_form_values,
)
from tests.support.coding_client import (
    SOURCE_INTAKE_URL,
    build_text_file,
    get_coding_url,
    get_form_data,
)
from tests.support.coding_client import open_coding_form as opened_over
from tests.support.coding_client import save_coding_form as save_over

RUSSIA = {"name": "Russia", "kind": "state"}
PUBLIC = {"review": "published"}


@pytest.fixture
def desk(reviewer_user):
    return build_admin_client(reviewer_user)


@pytest.fixture
def article():
    return SourceFactory(text="Kyiv and Moscow spoke. Later they agreed.", language="en", **PUBLIC)


def names():
    return sorted(Party.objects.values_list("name", flat=True))


def messages_in(page):
    """The words and links of the lists of errors on a page."""
    found = re.findall(
        r'<ul class="errorlist nonfield[^>]*>(.*?)</ul>', page.content.decode(), re.DOTALL
    )
    return " ".join(found)


def test_add_form_resent_with_other_content_is_shown_with_a_new_key(desk):
    form = open_admin_form(desk, get_admin_url(Party, "add")) | RUSSIA
    desk.post(get_admin_url(Party, "add"), form)
    made = Party.objects.get()

    answer = desk.post(get_admin_url(Party, "add"), form | {"name": "Ukraine"})

    assert answer.status_code == 200
    assert names() == ["Russia"]
    assert f'<a href="{get_admin_url(made)}">party “Russia”</a>' in messages_in(answer)
    again = parse_form_values(answer)
    assert again["name"] == "Ukraine"
    assert again["form_key"] not in {"", form["form_key"]}
    assert desk.post(get_admin_url(Party, "add"), again).status_code == 302
    assert names() == ["Russia", "Ukraine"]


@pytest.mark.parametrize("button", ["_continue", "_addanother", "_save"])
def test_add_form_resent_by_another_button_leads_to_its_record(desk, button):
    form = open_admin_form(desk, get_admin_url(Party, "add")) | RUSSIA
    desk.post(get_admin_url(Party, "add"), form | {"_save": "Save"})

    assert desk.post(get_admin_url(Party, "add"), form | {button: "Save"}).status_code == 302
    assert names() == ["Russia"]


@pytest.mark.parametrize(
    "other", [{"note": "Unsure."}, {"kind": "political_group"}, {"slug": "ru"}]
)
def test_any_box_counts_as_other_content(desk, other):
    form = open_admin_form(desk, get_admin_url(Party, "add")) | RUSSIA
    desk.post(get_admin_url(Party, "add"), form)

    answer = desk.post(get_admin_url(Party, "add"), form | other)

    assert parse_form_values(answer).items() >= other.items()
    assert "You saved this form before" in messages_in(answer)


def test_a_name_with_markup_is_escaped_in_the_words(desk):
    form = open_admin_form(desk, get_admin_url(Party, "add")) | RUSSIA | {"name": "<b>{Rus}%s</b>"}
    desk.post(get_admin_url(Party, "add"), form)

    answer = desk.post(get_admin_url(Party, "add"), form | {"name": "Ukraine"})

    assert "party “&lt;b&gt;{Rus}%s&lt;/b&gt;”" in messages_in(answer)


def test_form_of_a_deleted_record_is_shown_with_a_new_key(desk):
    form = open_admin_form(desk, get_admin_url(Party, "add")) | RUSSIA
    desk.post(get_admin_url(Party, "add"), form)
    history.delete(Party.objects.get())

    answer = desk.post(get_admin_url(Party, "add"), form)

    assert answer.status_code == 200
    assert "the record is gone" in messages_in(answer)
    assert desk.post(get_admin_url(Party, "add"), parse_form_values(answer)).status_code == 302
    assert names() == ["Russia"]


def test_form_saved_before_digests_were_kept_is_shown_again(desk):
    form = open_admin_form(desk, get_admin_url(Party, "add")) | RUSSIA
    desk.post(get_admin_url(Party, "add"), form)
    SpentForm.objects.update(digest="")

    assert "You saved this form before" in messages_in(desk.post(get_admin_url(Party, "add"), form))
    assert names() == ["Russia"]


def test_change_form_with_a_new_row_sent_twice_adds_it_once(desk, article):
    person = PersonFactory(name="Lavrov")
    form = open_admin_form(desk, get_admin_url(person)) | {"citations-TOTAL_FORMS": "1"}
    form |= row(0, source=article.pk, quote="Kyiv")

    first, second = (desk.post(get_admin_url(person), form) for _ in range(2))
    other = desk.post(get_admin_url(person), form | {"citations-0-quote": "Moscow"})

    assert (first.status_code, second.status_code, other.status_code) == (302, 302, 200)
    assert "You saved this form before" in messages_in(other)
    assert [citation.quote for citation in person.citations.all()] == ["Kyiv"]
    assert desk.post(get_admin_url(person), parse_form_values(other)).status_code == 302
    assert sorted(citation.quote for citation in person.citations.all()) == ["Kyiv", "Moscow"]


def test_change_form_sent_twice_is_saved_once(desk):
    person = PersonFactory(name="Putin")
    form = open_admin_form(desk, get_admin_url(person)) | {"name": "V. Putin"}

    first, second = (desk.post(get_admin_url(person), form) for _ in range(2))
    other = desk.post(get_admin_url(person), form | {"name": "Vladimir Putin"})

    assert (first.status_code, second.status_code, other.status_code) == (302, 302, 200)
    assert parse_form_values(other)["name"] == "Vladimir Putin"
    assert any("You saved this form before" in words for _, words in list_form_errors(other))
    person.refresh_from_db()
    assert (person.name, person.version) == ("V. Putin", 2)


def test_coding_form_resent_with_other_content_is_shown_with_a_new_key(desk, article):
    form = opened_over(desk, article, "party", "Kyiv") | RUSSIA | {"voice": "narrator"}
    first = save_over(desk, article, form)
    made = Party.objects.get()

    assert save_over(desk, article, form).headers["Location"] == first.headers["Location"]
    answer = save_over(desk, article, form, name="Ukraine")

    assert answer.status_code == 200
    assert f'<a href="{get_admin_url(made)}">party “Russia”</a>' in messages_in(answer)
    assert names() == ["Russia"]
    assert get_form_data(answer)["name"] == "Ukraine"
    assert get_form_data(answer)["form_key"] != form["form_key"]
    done = save_over(desk, article, {**get_form_data(answer), "record": "party"})
    assert (done.status_code, names()) == (302, ["Russia", "Ukraine"])


def test_coding_form_resent_leads_to_all_that_it_made(desk, article):
    form = opened_over(desk, article, "person", "Moscow") | {"name": "Umerov", "voice": "narrator"}
    form |= {"post_title": "Envoy", "post_party": "Ukraine", "post_party_make": "state"}

    first, second = (save_over(desk, article, form) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert len(first.headers["Location"].split(",")) == 3
    assert (Person.objects.count(), Post.objects.count(), names()) == (1, 1, ["Ukraine"])


def test_coding_form_resent_after_undo_is_not_answered_as_saved(desk, article):
    form = opened_over(desk, article, "party", "Kyiv") | RUSSIA | {"voice": "narrator"}
    marks = save_over(desk, article, form).headers["Location"].partition("=")[2]
    desk.post(f"{get_coding_url(article)}undo/", {"made": marks})

    answer = save_over(desk, article, form)

    assert (answer.status_code, names()) == (200, [])
    assert "the record is gone" in messages_in(answer)
    save_over(desk, article, {**get_form_data(answer), "record": "party"})
    assert names() == ["Russia"]


def test_source_form_resent_with_another_text_is_shown_with_a_new_key(desk):
    facts = {"kind": "news_article", "language": "en", "title": "One", "_save": "1"}
    form = {**get_form_data(desk.get(SOURCE_INTAKE_URL)), **facts, "text": "They met in Istanbul."}
    first = desk.post(SOURCE_INTAKE_URL, form)
    assert desk.post(SOURCE_INTAKE_URL, form).headers["Location"] == first.headers["Location"]

    other = {**form, "text": "Nobody came to Geneva on that day."}
    looked = desk.post(SOURCE_INTAKE_URL, {**other, "_look": "1", "_save": ""})
    answer = desk.post(SOURCE_INTAKE_URL, other)
    file = build_text_file(b"A file has other words than these.")
    uploaded = desk.post(SOURCE_INTAKE_URL, {**form, "text": "", "file": file})

    assert get_form_data(looked)["text"] == other["text"]
    assert get_form_data(answer)["text"] == other["text"]
    assert f'<a href="{get_admin_url(Source.objects.get())}">source “One”</a>' in messages_in(
        answer
    )
    assert get_form_data(uploaded)["text"] == "A file has other words than these."
    assert desk.post(SOURCE_INTAKE_URL, {**get_form_data(answer), "_save": "1"}).status_code == 302
    assert Source.objects.count() == 2


def waiting(author):
    """A record in review and the address of its page."""
    person = PersonFactory(name="Lavrov", created_by=author, review="in_review")
    CitationFactory(record=person, source__review="published")
    return person, f"/admin/review/people/{person.slug}/"


def test_decision_sent_twice_leads_on(desk, analyst_user):
    person, page = waiting(analyst_user)
    form = {"decision": "back", "version": str(person.version), "reason": "Which one?"}

    first, second = (desk.post(page, form) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"] == "/admin/review/"
    assert list_messages(second)[-1] == "Nothing else waits here."
    assert [v.review for v in history.list_versions(person)] == ["draft", "in_review"]


def test_decision_with_another_reason_keeps_it_typed(desk, analyst_user):
    person, page = waiting(analyst_user)
    form = {"decision": "back", "version": str(person.version), "reason": "Which one?"}
    desk.post(page, form)
    history.save(Person.objects.get(), by=analyst_user)
    person = Person.objects.get()
    person.review = "in_review"
    history.save(person, by=analyst_user)

    answer = desk.post(page, form | {"reason": "Which Lavrov?"})

    assert answer.status_code == 200
    assert 'value="Which Lavrov?"' in answer.content.decode()
    assert "Somebody saved it after you opened this page" in list_messages(answer)[-1]


def test_step_of_review_sent_twice_is_taken_once(desk, analyst_user):
    person, _ = waiting(analyst_user)
    form = {"state": "draft", "version": str(person.version)}

    first, second = (desk.post(f"{get_admin_url(person, 'review')}", form) for _ in range(2))

    assert list_messages(first)[-1] == list_messages(second)[-1] == "“Lavrov” is now: draft."
    assert Person.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", [{}, {"name": "Ukraine"}], ids=["same", "other"])
def test_two_clicks_at_once_make_one_record(reviewer_user, other):
    clients = [build_admin_client(reviewer_user) for _ in range(2)]
    form = open_admin_form(clients[0], get_admin_url(Party, "add")) | RUSSIA
    sends = [form, form | other]

    answers = at_once(
        *(
            lambda client=client, data=data: client.post(get_admin_url(Party, "add"), data)
            for client, data in zip(clients, sends, strict=True)
        )
    )

    assert sorted(answer.status_code for answer in answers) == ([200, 302] if other else [302, 302])
    assert Party.objects.count() == 1
