"""A text comes in: kept to the character, known again, and only guessed at, never filled in."""

import hashlib
import re

import pytest

from negotiations.models import Source
from tests.factories import SourceFactory
from tests.support.admin_client import at_the_desk
from tests.support.coding_client import TAKE, desk_of, faults, file, offers, sent
from tests.support.seedfiles import SEEDS

ARTICLE = (SEEDS / "sources" / "000_abbff991094584f6.txt").read_bytes()
TEXT = ARTICLE.decode()


@pytest.fixture
def desk(analyst_user):
    return at_the_desk(analyst_user)


def looked_at(desk, **values):
    return desk.post(TAKE, {**sent(desk.get(TAKE)), **values, "_look": "1"})


def test_a_pasted_text_is_kept_to_the_character_and_nothing_is_filled_in_unasked(desk):
    # A browser sends CRLF.
    answer = looked_at(desk, text=TEXT.replace("\n", "\r\n"))

    form = sent(answer)
    assert answer.context["about"].sha256 == hashlib.sha256(ARTICLE).hexdigest()
    assert hashlib.sha256(ARTICLE).hexdigest() in answer.content.decode()
    assert offers(answer) == [
        "language:en",
        "published:2025-07-20|stated||date 2025-07-20",
    ]
    assert (form.get("language"), form.get("published"), faults(answer)) == ("", "", {})

    form |= {"kind": "news_article", "text": form["text"].replace("\n", "\r\n")}
    taken = desk.post(TAKE, {**form, "language": "en", "_take": offers(answer)[1]})
    saved = desk.post(TAKE, {**sent(taken), "_save": "1"})
    assert saved.status_code == 302, faults(saved)

    source = Source.objects.get()
    assert saved.headers["Location"] == desk_of(source)
    assert source.text.encode() == ARTICLE
    assert (source.published, source.published_words, source.published_certainty) == (
        "2025-07-20",
        "date 2025-07-20",
        "stated",
    )
    # A second click leads to the same source.
    again = desk.post(TAKE, {**sent(taken), "_save": "1"})
    assert again.headers["Location"] == desk_of(source)
    assert Source.objects.count() == 1


def test_the_boxes_of_the_date_stand_together_under_its_name(desk):
    refused = desk.post(TAKE, {**sent(desk.get(TAKE)), "published": "soon", "_save": "1"})

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
    answer = looked_at(desk, file=file(ARTICLE))
    assert sent(answer)["text"] == TEXT

    windows = looked_at(desk, file=file(b" One.\r\nTwo.\r\n"))
    assert sent(windows)["text"] == " One.\nTwo.\n"

    marked = looked_at(desk, file=file("\ufeffКиїв.".encode()))
    assert (sent(marked)["text"], faults(marked)) == ("Київ.", {})

    answer = looked_at(desk, file=file("Київ".encode("cp1251")))
    assert faults(answer) == {
        "file": ["The file is not UTF-8: save it again as UTF-8, or open it and paste its text."]
    }


def test_a_refused_text_puts_the_cursor_where_the_fault_is(desk):
    form = {**sent(looked_at(desk, text="One.")), "language": "en"}

    page = desk.post(TAKE, {**form, "_save": "1"}).content.decode()

    assert re.findall(r'<\w+ name="(\w+)"[^>]* autofocus', page) == ["kind"]


def test_a_file_with_characters_that_a_box_would_change_unseen_is_refused_at_once(desk):
    answer = looked_at(desk, file=file(b"One.\0 Two."))

    assert faults(answer) == {"file": ["The character U+0000 is not allowed here."]}


def test_a_text_that_is_known_is_reported_and_taken_only_knowingly(desk):
    known = SourceFactory(text=TEXT, review="published", title="The article")
    nearly = TEXT.replace("three people", "three persons")

    answer = looked_at(desk, text=nearly)
    (twin,) = answer.context["twins"]
    assert (twin.source, 80 < twin.percent < 100, twin.coded) == (known, True, 0)
    assert f'href="{desk_of(known)}"' in answer.content.decode()

    form = {**sent(answer), "kind": "news_article", "language": "en"}
    refused = desk.post(TAKE, {**form, "_save": "1"})
    assert list(faults(refused)) == ["known"]
    assert sent(refused)["text"] == nearly
    assert desk.post(TAKE, {**form, "known": "on", "_save": "1"}).status_code == 302


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
    found = [value for value in offers(looked_at(desk, text=text)) if "language" in value]

    assert found == ([f"language:{language}"] if language else [])
