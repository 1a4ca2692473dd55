"""A text comes in: kept to the character, known again, and only guessed at, never filled in."""

import hashlib
import io
import re
import zipfile

import pytest

from negotiations.models import Source
from tests.factories import SourceFactory
from tests.support.admin_client import (
    build_admin_client,
    get_admin_url,
    list_form_errors,
    open_admin_form,
    parse_form_values,
)
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


def build_zip(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return content.getvalue()


DOCUMENTS = [
    ("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"),
    ("PDF", b"\n\n%PDF-1.4 all of it ASCII"),
    ("RTF", rb"{\rtf1\ansi They met in Istanbul.}"),
    ("HTML", b"<!DOCTYPE html>\n<html><p>They met.</p></html>"),
    ("HTML", b"\xef\xbb\xbf  <!-- saved -->\n<HTML lang=en><body>They met."),
    ("HTML", b"<div class=a><p>They met.</p><p>They left.</p></div>"),
    ("XML", b'<?xml version="1.0"?><a>They met.</a>'),
    ("DOCX", build_zip("[Content_Types].xml", "word/document.xml")),
    ("XLSX", build_zip("xl/workbook.xml")),
    ("ZIP", build_zip("text.txt")),
    ("DOC", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100),
    ("PNG", b"\x89PNG\r\n\x1a\n"),
    ("MHTML", b"From: <Saved by Blink>\nContent-Type: multipart/related;\n\nx"),
    ("PDF", b"%PDF-1.7\n" + b"x" * 1_000_000),
]


@pytest.mark.parametrize(("name", "content"), DOCUMENTS)
def test_a_document_that_is_no_text_is_refused_with_what_it_is(desk, name, content):
    answer = looked_at(desk, file=build_text_file(content))

    assert get_form_errors(answer) == {
        "file": [
            (
                f"This is {name}, not plain text. Open it in a program that reads it, and copy its "
                "text, or save it as plain text in UTF-8."
            )
        ]
    }


@pytest.mark.parametrize(("name", "content"), [d for d in DOCUMENTS if d[1].isascii()][:6])
def test_a_document_that_is_pasted_is_refused_with_what_it_is(desk, analyst, name, content):
    text = content.decode()
    form = get_form_data(desk.get(SOURCE_INTAKE_URL))
    facts = {"kind": "news_article", "language": "en", "text": text}

    refused = desk.post(SOURCE_INTAKE_URL, {**form, **facts, "_save": "1"})
    answer = analyst.post("/api/v1/sources/", facts, content_type="application/json")

    assert f"This is {name}, not plain text." in get_form_errors(refused)["text"][0]
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/text", "not_plain_text")
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", ["They met in Istanbul.", "Вони зустрілися в Стамбулі."])
def test_a_file_in_a_wide_encoding_is_refused_with_its_name(desk, text, encoding):
    answer = looked_at(desk, file=build_text_file(text.encode(encoding)))

    name = "UTF-32" if encoding == "utf-32" else "UTF-16"
    assert get_form_errors(answer) == {
        "file": [f"The file is in {name}: save it again as UTF-8, or open it and paste its text."]
    }


@pytest.mark.parametrize("text", ["Was <b>2 < 3</b>? He said: <p>.", "{a} %PDF", "PK: they met"])
def test_a_text_that_only_names_markup_is_taken(desk, text):
    assert get_form_errors(looked_at(desk, file=build_text_file(text.encode()))) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The cafÃ© in Paris.", "“Ã©” is perhaps “é”"),
        ("Президент".encode("cp1251").decode("latin_1"), "is perhaps “Президент”"),
        ("Київ".encode().decode("cp1251"), "is perhaps “Київ”"),
        ("They met in K\ufffdln.", "U+FFFD REPLACEMENT CHARACTER"),
    ],
)
def test_a_garbled_text_is_taken_only_when_it_is_saved_again(desk, text, words):
    form = get_form_data(looked_at(desk, file=build_text_file(text.encode())))
    facts = {"kind": "news_article", "language": "en", "_save": "1"}

    refused = desk.post(SOURCE_INTAKE_URL, {**form, **facts})
    (warning,) = get_form_errors(refused)["__all__"]
    assert words in warning
    assert Source.objects.count() == 0

    again = get_form_data(refused)
    other = desk.post(SOURCE_INTAKE_URL, {**again, **facts, "text": "The tÃªte."})
    assert len(get_form_errors(other)["__all__"]) == 1
    assert desk.post(SOURCE_INTAKE_URL, {**again, **facts}).status_code == 302
    assert Source.objects.get().text == text


def test_a_garbled_text_in_the_form_of_a_source_is_taken_only_when_it_is_saved_again(desk):
    form = open_admin_form(desk, get_admin_url(Source, "add"))
    form |= {"kind": "news_article", "language": "en", "text": "The cafÃ©."}

    refused = desk.post(get_admin_url(Source, "add"), form)
    assert "“Ã©” is perhaps “é”" in str(list_form_errors(refused))
    assert Source.objects.count() == 0

    again = parse_form_values(refused)
    assert desk.post(get_admin_url(Source, "add"), again).status_code == 302
    stored = open_admin_form(desk, get_admin_url(Source.objects.get()))
    answer = desk.post(get_admin_url(Source.objects.get()), {**stored, "title": "The café"})
    assert (answer.status_code, Source.objects.get().title) == (302, "The café")


def test_a_pasted_text_and_a_file_are_both_kept_until_one_is_chosen(desk):
    facts = {"kind": "news_article", "language": "en"}
    file = build_text_file(b"They met in Geneva.")
    asked = looked_at(desk, text="They met in Istanbul.", file=file, **facts)

    assert list(get_form_errors(asked)) == ["chosen"]
    page = asked.content.decode()
    assert "the pasted text, 21 characters: “They met in Istanbul.…”" in page
    assert "article.txt, 19 characters: “They met in Geneva.…”" in page
    kept = get_form_data(asked)
    assert kept["text"] == "They met in Istanbul."

    undecided = desk.post(SOURCE_INTAKE_URL, {**kept, "_save": "1"})
    assert list(get_form_errors(undecided)) == ["chosen"]
    kept = get_form_data(undecided)
    looked = desk.post(SOURCE_INTAKE_URL, {**kept, "chosen": "uploaded", "_look": "1"})
    assert get_form_data(looked)["text"] == "They met in Geneva."
    answer = desk.post(SOURCE_INTAKE_URL, {**kept, "chosen": "pasted", "_save": "1"})
    assert answer.status_code == 302
    assert Source.objects.get().text == "They met in Istanbul."


def test_a_file_that_holds_the_pasted_text_is_no_question(desk):
    answer = looked_at(
        desk, text="They met.\r\nThey left.", file=build_text_file(b"They met.\nThey left.")
    )

    assert get_form_errors(answer) == {}


def test_the_waiting_text_of_another_is_not_found(desk, reviewer_user):
    asked = looked_at(desk, text="They met.", file=build_text_file(b"They left."))

    other = build_admin_client(reviewer_user)
    answer = other.post(SOURCE_INTAKE_URL, {**get_form_data(asked), "_look": "1"})

    assert get_form_data(answer)["text"] == "They met."


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
