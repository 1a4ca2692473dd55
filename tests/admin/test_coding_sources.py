"""A text comes in: kept to the character, known again, and only guessed at, never filled in."""

import hashlib
import re

import pytest

from negotiations.models import Source
from tests.factories import SourceFactory
from tests.support.admin_client import build_admin_client
from tests.support.coding_client import (
    SOURCE_INTAKE_URL,
    build_text_file,
    get_coding_url,
    get_form_data,
    get_form_errors,
    list_suggestions,
)
from tests.support.seedfiles import SEEDS

ARTICLE = (SEEDS / "sources" / "000_abbff991094584f6.txt").read_bytes()
TEXT = ARTICLE.decode()


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


def looked_at(desk, **values):
    return desk.post(
        SOURCE_INTAKE_URL, {**get_form_data(desk.get(SOURCE_INTAKE_URL)), **values, "_look": "1"}
    )


def test_a_pasted_text_is_kept_to_the_character_and_nothing_is_filled_in_unasked(desk):
    # A browser sends CRLF.
    answer = looked_at(desk, text=TEXT.replace("\n", "\r\n"))

    form = get_form_data(answer)
    assert answer.context["about"].sha256 == hashlib.sha256(ARTICLE).hexdigest()
    assert hashlib.sha256(ARTICLE).hexdigest() in answer.content.decode()
    assert list_suggestions(answer) == [
        "language:en",
        "published:2025-07-20|stated||date 2025-07-20",
    ]
    assert (form.get("language"), form.get("published"), get_form_errors(answer)) == ("", "", {})

    form |= {"kind": "news_article", "text": form["text"].replace("\n", "\r\n")}
    taken = desk.post(
        SOURCE_INTAKE_URL, {**form, "language": "en", "_take": list_suggestions(answer)[1]}
    )
    saved = desk.post(SOURCE_INTAKE_URL, {**get_form_data(taken), "_save": "1"})
    assert saved.status_code == 302, get_form_errors(saved)

    source = Source.objects.get()
    assert saved.headers["Location"] == get_coding_url(source)
    assert source.text.encode() == ARTICLE
    assert (source.published, source.published_words, source.published_certainty) == (
        "2025-07-20",
        "date 2025-07-20",
        "stated",
    )
    # A second click leads to the same source.
    again = desk.post(SOURCE_INTAKE_URL, {**get_form_data(taken), "_save": "1"})
    assert again.headers["Location"] == get_coding_url(source)
    assert Source.objects.count() == 1


def test_the_boxes_of_the_date_stand_together_under_its_name(desk):
    refused = desk.post(
        SOURCE_INTAKE_URL,
        {**get_form_data(desk.get(SOURCE_INTAKE_URL)), "published": "soon", "_save": "1"},
    )

    page = refused.content.decode()
    [date] = re.findall("<fieldset.*?</fieldset>", page, re.DOTALL)
    boxes = re.findall(r'name="(published\w*)"', page)
    assert re.search(r"<legend>\s*Published\s*</legend>", date)
    assert boxes == re.findall(r'name="(published\w*)"', date)
    assert len(boxes) == 4
    # Each has a label of its own, and the fault stands there.
    assert {*re.findall(r'<label for="id_(\w+)"', date)} == {*boxes}
    assert "errorlist" in date


def test_a_file_is_taken_byte_for_byte_and_what_is_no_text_is_refused(desk):
    answer = looked_at(desk, file=build_text_file(ARTICLE))
    assert get_form_data(answer)["text"] == TEXT

    windows = looked_at(desk, file=build_text_file(b" One.\r\nTwo.\r\n"))
    assert get_form_data(windows)["text"] == " One.\nTwo.\n"

    marked = looked_at(desk, file=build_text_file("\ufeffКиїв.".encode()))
    assert (get_form_data(marked)["text"], get_form_errors(marked)) == ("Київ.", {})

    answer = looked_at(desk, file=build_text_file("Київ".encode("cp1251")))
    assert get_form_errors(answer) == {
        "file": ["The file is not UTF-8: save it again as UTF-8, or open it and paste its text."]
    }


def test_a_refused_text_puts_the_cursor_where_the_fault_is(desk):
    form = {**get_form_data(looked_at(desk, text="One.")), "language": "en"}

    page = desk.post(SOURCE_INTAKE_URL, {**form, "_save": "1"}).content.decode()

    assert re.findall(r'<\w+ name="(\w+)"[^>]* autofocus', page) == ["kind"]


def test_a_file_with_characters_that_a_box_would_change_unseen_is_refused_at_once(desk):
    answer = looked_at(desk, file=build_text_file(b"One.\0 Two."))

    assert get_form_errors(answer) == {
        "file": [
            (
                "The character U+0000 NULL in line 1, column 5 is not allowed here. "
                "Delete it, or write a space or a line break in its place."
            )
        ]
    }


def test_a_text_that_is_known_is_reported_and_taken_only_knowingly(desk):
    known = SourceFactory(text=TEXT, review="published", title="The article")
    nearly = TEXT.replace("three people", "three persons")

    answer = looked_at(desk, text=nearly)
    (twin,) = answer.context["twins"]
    assert (twin.source, 80 < twin.percent < 100, twin.coded) == (known, True, 0)
    assert f'href="{get_coding_url(known)}"' in answer.content.decode()

    form = {**get_form_data(answer), "kind": "news_article", "language": "en"}
    refused = desk.post(SOURCE_INTAKE_URL, {**form, "_save": "1"})
    assert list(get_form_errors(refused)) == ["known"]
    assert get_form_data(refused)["text"] == nearly
    assert desk.post(SOURCE_INTAKE_URL, {**form, "known": "on", "_save": "1"}).status_code == 302


def test_the_same_words_among_hidden_sources_tell_nothing(desk):
    SourceFactory(text=TEXT, title="Somebody's draft")

    assert looked_at(desk, text=TEXT).context["twins"] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (TEXT, "en"),
        ("Президент заявив, що Україна запропонувала нову зустріч на наступний тиждень.", "uk"),
        ("Президент заявил, что Украина предложила новую встречу на следующей неделе.", "ru"),
        ("Die Gespräche sind nach Angaben der Regierung nicht in dieser Woche.", "de"),
        ("قال الرئيس إن المفاوضات ستستمر في الأسبوع المقبل", "ar"),
        ("Talks", ""),
        ("12 34 56 78 90", ""),
    ],
)
def test_a_language_is_offered_only_where_it_is_clear(desk, text, language):
    found = [value for value in list_suggestions(looked_at(desk, text=text)) if "language" in value]

    assert found == ([f"language:{language}"] if language else [])
