"""Dates that the coding desk offers for a kind of record, from a source of 20 July 2025."""

import pytest

from tests.factories import SourceFactory
from tests.support.admin_client import build_admin_client
from tests.support.coding_client import get_coding_url, list_suggestions, open_coding_form

pytestmark = pytest.mark.django_db

AGREED = "The clubs agreed on Wednesday to meet again in two weeks’ time."
DISARM = "The militia announced in March it would disarm within 180 days."
RIOT = "The final was played on 5 July 2025."
BLAST = "The judges met on Wednesday."


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


def readings_of(client, kind, text, quote, name):
    source = SourceFactory(text=text, published="2025-07-20", review="published")
    form = open_coding_form(client, source, kind, quote)
    look = client.post(get_coding_url(source), {**form, "_look": "1"})
    told = [offer.partition(":") for offer in list_suggestions(look)]
    return [offer.split("|")[0] for box, _, offer in told if box == name]


@pytest.mark.parametrize(
    ("kind", "name", "text", "firsts"),
    [
        # The verb of what is coded comes first, the other one is offered too.
        ("round", "date", AGREED, ["2025-07-30", "2025-07-16"]),
        ("statement", "date", AGREED, ["2025-07-16", "2025-07-30"]),
        ("outcome", "date", AGREED, ["2025-07-16", "2025-07-30"]),
        ("commitment", "due", AGREED, ["2025-07-30"]),
        ("statement", "date", DISARM, ["2025-03", "../2025-09-27"]),
        ("commitment", "due", DISARM, ["../2025-09-27"]),
        ("proposal", "date", DISARM, ["2025-03"]),
        ("proposal", "deadline", DISARM, ["../2025-09-27"]),
        ("round", "date", "They decided on Friday to hold a hearing on Tuesday.", ["2025-07-22"]),
        ("outcome", "date", "They decided on Friday to hold a hearing on Tuesday.", ["2025-07-18"]),
        ("statement", "date", "He said on Friday that talks will resume Tuesday.", ["2025-07-18"]),
        ("round", "date", "He said on Friday that talks will resume Tuesday.", ["2025-07-22"]),
        (
            "delivery",
            "date",
            "Ten hostages came home on Friday; more will on Monday.",
            ["2025-07-18"],
        ),
        # A deadline is to come, and what only is to come dates nothing that was.
        ("proposal", "deadline", "The bank has until Monday to answer.", ["../2025-07-21"]),
        ("commitment", "due", "The port must reopen by 1 August.", ["../2025-08-01"]),
        ("commitment", "due", "The port agreed on Wednesday to reopen.", []),
        ("commitment", "due", "The ultimatum expired on Friday.", ["2025-07-18"]),
        ("statement", "date", "The minister will speak on Friday.", []),
        ("statement", "date", "He said elections will be held on 12 March.", []),
        ("statement", "date", "He said elections are to be held on 12 March.", []),
        ("round", "date", "He said elections will be held on 12 March.", ["2026-03-12"]),
        ("incident", "date", "The strike is to begin on Monday.", []),
        (
            "round",
            "date",
            "The league will meet on 10 and 12 August.",
            ["2025-08-10", "2025-08-12"],
        ),
        ("round", "date", "The talks were adjourned until Tuesday.", ["2025-07-22"]),
        (
            "round",
            "date",
            "Сторони домовилися в середу зустрітися через два тижні.",
            ["2025-07-30"],
        ),
        (
            *("statement", "date", "Сторони домовилися в середу зустрітися через два тижні."),
            ["2025-07-16"],
        ),
        ("round", "date", "В среду стороны решили встретиться через две недели.", ["2025-07-30"]),
        (
            "commitment",
            "due",
            "Банк обещал в среду выплатить долг до 1 августа.",
            ["../2025-08-01"],
        ),
        # A day beside one of the story counts from it, or from nothing.
        ("incident", "date", f"{BLAST} The day before, a bomb went off.", ["2025-07-15"]),
        ("incident", "date", f"{BLAST} Two days earlier, a bomb went off.", ["2025-07-14"]),
        ("incident", "date", f"{RIOT} Two days later fans rioted.", ["2025-07-07"]),
        ("incident", "date", f"{RIOT} The following day fans rioted.", ["2025-07-06"]),
        ("incident", "date", "The day before, a bomb went off.", []),
        ("incident", "date", "Two days later fans rioted.", []),
        # A sentence with words of time of its own is dated by no other one.
        ("round", "date", f"{BLAST} They meet every Thursday.", []),
        ("incident", "date", f"{BLAST} The troops left within ten days of signing.", []),
        ("incident", "date", f"{BLAST} The mill burnt decades later.", []),
        ("round", "date", f"{BLAST} Talks were held last spring.", ["2025-03/2025-05"]),
        ("incident", "date", f"{BLAST} The mill burnt.", ["2025-07-16"]),
        # Beginnings, and what is put off
        ("incident", "date", "The first raid since Tuesday came on Friday.", ["2025-07-18"]),
        ("incident", "date", "Since Tuesday, the raids have not stopped.", ["2025-07-15/.."]),
        ("round", "date", "Monday's talks were postponed to Wednesday.", ["2025-07-23"]),
        ("outcome", "date", "On Monday the talks were postponed to Wednesday.", ["2025-07-14"]),
        # Names, and days that no calendar has
        ("incident", "date", "The Second of May Movement burnt the mill.", []),
        ("incident", "date", "A bomb hit the 9 May parade.", []),
        ("incident", "date", "On 30 February a bomb hit the mill.", []),
        ("outcome", "date", "The clubs renewed the Treaty of 1975.", []),
        ("outcome", "date", "They renewed Resolution 2202 after an F-16 crashed.", []),
        # Around the day of publication
        ("incident", "date", "Fans fought on Friday night.", ["2025-07-18"]),
        ("incident", "date", "Last week the court cleared them.", ["2025-07-07/2025-07-13"]),
        ("round", "date", "They meet again this weekend.", ["2025-07-19/2025-07-20"]),
        ("round", "date", "Carbon talks resume next month.", ["2025-08"]),
        ("commitment", "due", "Wages rise by the end of the month.", ["../2025-07-31"]),
        ("incident", "date", "Prices fell in early June.", ["2025-06-01/2025-06-10"]),
        ("incident", "date", "Prices fell in mid-2024.", ["2024-05/2024-08"]),
        ("round", "date", "The verdict talks had been expected on Friday.", ["2025-07-18"]),
    ],
)
def test_the_first_reading_belongs_to_the_verb_of_what_is_coded(desk, kind, name, text, firsts):
    *_, quote = text.rpartition(". ") if ". " in text else ("", "", text)

    found = readings_of(desk, kind, text, quote, name)

    assert found[:1] == firsts[:1]
    assert set(firsts) <= set(found)


def test_a_date_of_another_sentence_is_marked(desk):
    source = SourceFactory(
        text=f"{BLAST} The mill burnt.", published="2025-07-20", review="published"
    )
    form = open_coding_form(desk, source, "incident", "The mill burnt.")

    page = desk.post(get_coding_url(source), {**form, "_look": "1"}).content.decode()

    assert "the last one, from another sentence" in page


def test_dates_of_earlier_sentences_come_after_those_of_the_own(desk):
    text = f"{BLAST} It was sent on 03/04/2025."

    found = readings_of(desk, "statement", text, "It was sent on 03/04/2025.", "date")

    assert found == [
        "2025-04-03",
        "2025-03-04",
        "2025-04-02",
        "2025-04-09",
        "2025-07-16",
        "2025-07-23",
    ]
