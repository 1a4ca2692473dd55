"""The desk in the analyst's language: every word of ours, and none for machines."""

import ast
import gettext
import re

import pytest
from django.template import engines
from django.utils.translation.template import templatize

from negotiations.admin.labels import collect_labels, format_as_template
from tests.factories import PartyFactory, SourceFactory
from tests.support.admin_client import build_admin_client, get_admin_url
from tests.support.coding_client import get_coding_url, get_form_errors
from tests.support.processes import ROOT

APP = ROOT / "negotiations"
MARKERS = {"_", "gettext", "gettext_lazy", "ngettext"}
# What templates mark, turned into Python.
MARKED = re.compile(r"""\b(?:_|gettext|gettext_lazy|ngettext)\(\s*u?(["'])((?:\\.|(?!\1).)*)\1""")


def marked():
    """The words that the code and the templates mark for translation."""
    found = set()
    for path in APP.rglob("*.py"):
        found |= set(marked_in(ast.parse(path.read_text())))
    for path in (APP / "templates").rglob("*.html"):
        words = {match[2] for match in MARKED.finditer(templatize(path.read_text()))}
        found |= {
            text.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'") for text in words
        }
    return found


def marked_in(tree):
    """The texts in the calls that mark them; literals that follow one another are one text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            if node.func.id in MARKERS and isinstance(first, ast.Constant):
                yield first.value


def catalogue(language):
    path = APP / "locale" / language / "LC_MESSAGES" / "django.mo"
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


@pytest.mark.parametrize("language", ["uk", "ru"])
def test_every_word_of_ours_is_translated(language):
    known = catalogue(language)
    translated = {key if isinstance(key, str) else key[0] for key, text in known.items() if text}
    own = marked() | set(collect_labels())

    assert len(own) > 600
    assert own - translated == set()


def test_the_translators_list_of_names_is_that_of_the_models():
    assert (APP / "labels.txt").read_text() == format_as_template(collect_labels())
    assert (
        engines["django"]
        .from_string("{% load i18n %}" + format_as_template(collect_labels()))
        .render()
    )


@pytest.mark.parametrize(
    ("asked", "title", "party"),
    [
        ("uk,en;q=0.5", "Стіл кодування", "Сторона"),
        ("ru", "Стол кодирования", "Сторона"),
        ("de", "Coding desk", "Party"),
    ],
)
def test_the_desk_speaks_the_language_of_the_browser(analyst_user, asked, title, party):
    source = SourceFactory(review="published")
    desk = build_admin_client(analyst_user)

    page = desk.get(get_coding_url(source), headers={"accept-language": asked}).content.decode()
    form = desk.get("/admin/negotiations/position/add/", headers={"accept-language": asked})

    assert f"<title>{title}" in page
    assert f'lang="{asked[:2] if asked != "de" else "en"}"' in page
    assert re.search(rf"<label[^>]*>{party}:</label>", form.content.decode())


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("en", ("Parties", "Kind", "Draft", "1 party now: in review.")),
        ("uk", ("Сторони", "Вид", "Чернетка", "Змінено: 1 (сторона); тепер: на перевірці.")),
        ("ru", ("Стороны", "Вид", "Черновик", "Изменено: 1 (сторона); теперь: на проверке.")),
    ],
)
def test_a_list_and_what_it_answers_are_in_that_language(analyst_user, asked, words):
    party = PartyFactory(created_by=analyst_user)
    desk = build_admin_client(analyst_user)
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = asked
    address = "/admin/negotiations/party/"
    chosen = {"_selected_action": party.pk, f"version-{party.pk}": party.version}

    page = desk.get(address).content.decode()
    done = desk.post(address, {"action": "send_to_review", **chosen}, follow=True).content.decode()

    kinds, kind, draft, answer = words
    assert re.search(rf'(&rsaquo; |aria-current="page">){kinds}\s*</', page)
    assert re.search(rf'href="\?o=2"[^>]*>\s*{kind}\s*<', page)
    assert f'<td class="field-review">{draft}</td>' in page
    assert re.search(rf">{draft}( \(1\))?</a>", page)
    assert answer in done


def test_a_record_that_is_only_read_is_told_in_that_language(analyst_user):
    party = PartyFactory(kind="state", review="published", citations=["Kyiv has agreed."])
    desk = build_admin_client(analyst_user)

    page = desk.get(get_admin_url(party), headers={"accept-language": "uk"}).content.decode()

    told = re.findall(r'<div class="readonly">([^<]*)</div>', page)
    assert {"Держава", "Опубліковано", "Оповідач"} <= set(told)
    assert not {"State", "Published", "Narrator"} & set(told)


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ("uk", "Цих слів немає в джерелі."),
        ("ru", "Этих слов нет в источнике."),
        ("en", "These words are not in the source."),
    ],
)
def test_what_the_rules_say_is_said_in_that_language(analyst_user, asked, fault):
    source = SourceFactory(text="Something else.", review="published")
    desk = build_admin_client(analyst_user)
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = asked
    form = {"record": "party", "quote": "Kyiv has", "name": "Ukraine", "kind": "state"}
    form |= {"form_key": "once", "voice": "narrator", "_save": "1"}

    answer = desk.post(get_coding_url(source), form)

    assert get_form_errors(answer) == {"quote": [fault]}


def test_what_is_wrong_with_a_date_is_said_in_that_language(analyst_user):
    source = SourceFactory(text="They met.", review="published")
    desk = build_admin_client(analyst_user)
    form = {"record": "round", "quote": "They met.", "title": "A round", "voice": "narrator"}
    form |= {"form_key": "once", "date": "2025-07-32", "_save": "1"}

    answer = desk.post(get_coding_url(source), form, headers={"accept-language": "uk"})

    assert get_form_errors(answer)["date"] == ["2025-07-32 — такого дня в календарі немає."]


def test_machines_are_answered_in_english(reader):
    answer = reader.get("/api/v1/parties/?nmae=x", headers={"accept-language": "uk"})

    assert "Content-Language" not in answer.headers
    assert answer.json()["title"] == reader.get("/api/v1/parties/?nmae=x").json()["title"]
