"""Sentences and paragraphs of texts in many scripts, as coverage counts them."""

import re
import textwrap
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiations.text.segmentation import split_paragraphs, split_sentences
from tests.factories import SourceFactory
from tests.support.admin_client import build_admin_client

pytestmark = pytest.mark.django_db

WRAPPED = """FOR IMMEDIATE RELEASE

Joint statement on the talks in Geneva

The delegations of Ukraine and the Russian Federation met in Geneva on
Monday and agreed on a first exchange of prisoners, which is to begin in
June. The exchange, said Mr. Umerov, “is a first step. We will go on
with it.” A second meeting is to take place in Istanbul on 5 July. U.S.
Secretary of State Rubio welcomed it.

1. The parties shall withdraw all heavy weapons from the line of
contact within 14 days.
2. The parties shall exchange all prisoners.
- Food
- Water
Contact: press office
"""


def of_source(reader, text, language):
    """The sentences of a source of which nothing was read yet."""
    slug = SourceFactory(text=text, language=language, review="published").slug
    body = reader.get(f"/api/v1/sources/{slug}/coverage/").json()
    found = [each["text"] for each in body["untouched"]]
    assert body["coverage"]["sentences"] == len(found)
    return found


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ar", ["ذهب الوفد إلى جنيف.", "وافق على الهدنة!", "هل عاد؟"]),
        ("fa", ["آنها دیدار کردند.", "توافق شد؟", "بله."]),
        ("ur", ["وہ ملے۔", "معاہدہ ہوا۔", "کیوں؟"]),
        ("he", ["הם נפגשו.", "הוא אמר לא.", "למה?"]),
        ("pl", ["Spotkali się.", "Łukaszenka odmówił.", "Święto minęło.", "L. Wałęsa nie."]),
        ("cs", ["Sešli se.", "Řekl ne.", "Žádná dohoda."]),
        ("tr", ["Görüştüler.", "İmza atıldı.", "Şimdi ne olacak?"]),
        ("uk", ["Вони зустрілися.", "Європа чекає.", "Ґанок порожній.", "Т. Шевченко писав."]),
        ("ru", ["В 2022 г. начались переговоры.", "С. Лавров ушёл.", "Ёлка."]),
        ("sr", ["Састали су се.", "Ђорђе је отишао.", "Šta?"]),
        ("el", ["Συναντήθηκαν.", "Άρχισε.", "Γιατί;"]),
        ("hy", ["Նրանք հանդիպեցին։", "Նա ասաց ոչ։"]),
        ("ka", ["ისინი შეხვდნენ.", "შეთანხმდნენ."]),
        ("am", ["ተገናኙ።", "ተስማሙ።"]),
        ("hi", ["वे मिले।", "समझौता हुआ।", "क्यों?"]),
        ("bn", ["তারা দেখা করেছে।", "চুক্তি হয়েছে।"]),
        ("my", ["တွေ့ဆုံခဲ့သည်။", "သဘောတူသည်။"]),
        ("km", ["ពួកគេបានជួប។", "យល់ព្រម។"]),
        ("de", ["Am 3. Mai traf er Dr. Merz.", "Er sagte z. B. nein.", "„Gut.", "Ja.“", "Ende."]),
        ("fr", ["M. Macron est venu.", "« Oui.", "Non. »", "Il partit.", "Élan."]),
        ("es", ["¿Qué pasó?", "¡Nada!", "El Sr. López dijo no."]),
        ("vi", ["Họ gặp nhau.", "Đã ký."]),
        ("en", ["He met the U.S. President, Gen. Smith.", "Mr. Umerov left at 5 p.m. on Monday."]),
        ("en", ["“I did.", "Yes,” he said.", "“Why?” he asked.", "It was 3.5 tons… for now."]),
        ("en", ["Yes.[1]", "No 😀.", "The end (at last.)", "So."]),
    ],
)  # fmt: skip
def test_sentences_are_told_in_every_script(language, expected, reader):
    text = " ".join(expected)

    assert of_source(reader, text, language) == expected
    # Of a source whose language was left at the default, or is one that nobody knows.
    assert len(of_source(reader, text, "qzz")) >= len(expected) - 1


@pytest.mark.parametrize("language", ["zh", "ja", "zh-Hant"])
def test_sentences_are_told_without_spaces_between_them(language, reader):
    text = "他们在会面。没有达成协议！「同意。」为什么？"

    assert of_source(reader, text, language) == [
        "他们在会面。",
        "没有达成协议！",
        "「同意。」",
        "为什么？",
    ]


def test_a_line_end_within_a_paragraph_is_a_space(reader):
    assert [" ".join(each.split()) for each in of_source(reader, WRAPPED, "en")] == [
        "FOR IMMEDIATE RELEASE",
        "Joint statement on the talks in Geneva",
        (
            "The delegations of Ukraine and the Russian Federation met in Geneva on Monday and"
            " agreed on a first exchange of prisoners, which is to begin in June."
        ),
        "The exchange, said Mr. Umerov, “is a first step.",
        "We will go on with it.”",
        "A second meeting is to take place in Istanbul on 5 July.",
        "U.S. Secretary of State Rubio welcomed it.",
        "1. The parties shall withdraw all heavy weapons from the line of contact within 14 days.",
        "2. The parties shall exchange all prisoners.",
        "- Food",
        "- Water",
        "Contact: press office",
    ]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ar", "التقى الوفدان في جنيف واتفقا على تبادل الأسرى وعلى عودة الأطفال "),
        ("ru", "встретились в Женеве и договорились о том, что Украина и Россия "),
        ("he", "המשלחות נפגשו בז'נבה והסכימו על חילופי שבויים "),
        ("de", "trafen sich in Genf und sprachen über den Austausch von Gefangenen und "),
    ],
)
@pytest.mark.parametrize("width", [50, 72, 80, 100])
def test_wrapped_lines_of_any_width_and_script_are_one_sentence(language, line, width):
    text = "\n".join(textwrap.wrap(line * 8 + "x.", width))

    assert len(split_sentences(text, language)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Prisoner exchange\nCeasefire\nReturn of children",
        "Exchange of all prisoners of war held\nReturn of all the children deported\nWithdrawal",
        "A short heading\nThe text of the paragraph is longer than its heading, and one line.",
        "Agenda:\n- the exchange of prisoners of war and civilians\n- the return of the children",
        "تبادل الأسرى\nوقف إطلاق النار\nعودة الأطفال",
    ],
)
def test_lines_that_no_program_wrapped_stay_apart(text):
    assert [each.text for each in split_sentences(text)] == text.split("\n")


@given(
    st.text(alphabet="aAłŁ.?! \n”“«\"'()1।。؟😀\u00ad-", max_size=80),
    st.sampled_from(["en", "ar", "zz"]),
)
def test_sentences_keep_their_places_and_leave_out_only_space(text, language):
    found = split_sentences(text, language)

    assert [text[each.start : each.end] for each in found] == [each.text for each in found]
    assert "".join("".join(each.text.split()) for each in found) == "".join(text.split())
    assert all(one.end <= other.start for one, other in pairwise(found))
    starts = [each.start for each in split_paragraphs(text)]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize(
    "text",
    [".", "“x. ", "a. b ", "A.\n", "a\n", '"', "[1]", "1. "],
)
def test_no_text_takes_long(text):
    text *= 900_000 // len(text)
    begun = time.monotonic()
    split_sentences(text)

    assert time.monotonic() - begun < 60


def test_the_desk_shows_a_wrapped_text_to_the_character(analyst_user):
    source = SourceFactory(text=WRAPPED, review="published")

    page = build_admin_client(analyst_user).get(f"/admin/negotiations/source/{source.pk}/code/")

    html = page.context["reader"].html() if "reader" in page.context else page.content.decode()
    labels = re.findall(r'id="([hs]\d+)"', html)
    assert labels == ["h1", "h2", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "h3", "h4", "h5"]
    shown = re.sub(r'<a class="pick".*?</a>', "", html, flags=re.DOTALL)
    assert re.sub(r"<[^>]+>", "", shown).strip() == WRAPPED.strip()
