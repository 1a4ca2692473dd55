"""Records as sentences, on the records of the first seed."""

import pytest
from django.db import transaction

from negotiations.analysis.dating import when
from negotiations.analysis.phrases import amount, listed, where
from negotiations.analysis.sentences import SENTENCES, sentence
from negotiations.models import COLLECTIONS, RECORDS, Commitment
from tests.seedfiles import SEEDS, run

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def seeds(django_db_setup, django_db_blocker):
    """The seeds, loaded once: these tests only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert run(SEEDS)[0] == 0
        yield
        transaction.set_rollback(True)


TALKS = "ukraine-russia-2025"
SATURDAY = "(“Saturday (July 19)”, resolved)"
SAID = {
    "sources/000-abbff991094584f6": (
        "A text without a title: news article, published on 20 July 2025 (“date 2025-07-20”); "
        "2,155 characters in English"
    ),
    "parties/russia": "Russia: state; also called The Kremlin",
    "people/umerov": "Umerov",
    "posts/vladimir-putin-president": "Vladimir Putin was President for Russia",
    f"negotiations/{TALKS}": (
        "Peace talks of Ukraine and Russia, 2025: a negotiation on peace, halted "
        "between 1 and 10 June 2025 (“early June”, resolved)"
    ),
    f"participations/{TALKS}-russia-side": (
        "Russia: side in Peace talks of Ukraine and Russia, 2025"
    ),
    f"rounds/{TALKS}-istanbul-later": (
        "The later of the two Istanbul rounds: held in Istanbul between 1 and 10 June 2025 "
        "(“early June”, assumed); result: no breakthrough"
    ),
    "issues/further-talks": "Further talks: “Should further talks be held?”",
    "issues/ceasefire": "Ceasefire: a topic that groups others",
    f"statements/{TALKS}-evening-address": (
        f"Volodymyr Zelensky for Ukraine said on 19 July 2025 {SATURDAY}, address: Zelensky "
        "reports the proposal of a next meeting, asks for more momentum, and says again that he "
        "is willing to meet Putin"
    ),
    f"proposals/{TALKS}-next-meeting": (
        "Ukraine proposed to Russia: Ukraine's proposal of a next meeting, said Umerov by "
        "19 July 2025 (resolved), as told by Volodymyr Zelensky, direct speech; open"
    ),
    f"proposals/{TALKS}-leaders-meeting": (
        "Ukraine proposed again to Russia: Zelensky's offer to meet Putin directly, said "
        f"Volodymyr Zelensky on 19 July 2025 {SATURDAY}, reported speech; open"
    ),
    f"terms/{TALKS}-cede-territory": (
        "Item of “Russia's list of demands of June 2025”: Ukraine gives up more territory (Ukraine)"
    ),
    f"responses/{TALKS}-russian-demands-ukraine": (
        "Ukraine rejects “Russia's list of demands of June 2025”, between 1 June and "
        "19 July 2025 (assumed), reported speech"
    ),
    f"positions/{TALKS}-ukraine-momentum": (
        f"Ukraine supports further talks, said Volodymyr Zelensky on 19 July 2025 {SATURDAY}, "
        "direct speech"
    ),
    f"positions/{TALKS}-russia-territory": (
        "Russia answers yes to “Should Ukraine give up more territory?”, as a demand, "
        "in June 2025 (“Last month”, resolved), in the source's own words"
    ),
    f"positions/{TALKS}-ukraine-western-aid": (
        "Ukraine supports Western military aid, as is implied, between 1 June and "
        "19 July 2025 (assumed), in the source's own words"
    ),
    f"outcomes/{TALKS}-prisoner-exchanges": (
        "Prisoner exchanges: prisoner exchange, agreed by Russia and Ukraine"
    ),
    f"commitments/{TALKS}-exchange-prisoners": (
        "Russia and Ukraine owe one another: Both sides are to carry out prisoner exchanges"
    ),
    f"deliveries/{TALKS}-bodies-returned": (
        "Russia or Ukraine handed over an unknown number to Russia or Ukraine, reported; "
        "under “Both sides are to return the bodies of fallen soldiers”"
    ),
    f"incidents/{TALKS}-russian-attacks": (
        "Missile and drone attacks across Ukraine: attack by Russia with missiles and drones "
        "across Ukraine on 19 July 2025 (“On Saturday”, resolved); killed: at least 3"
    ),
    "dismissals/000-abbff991094584f6-heading-last-round": (
        "“What happened at the last round of talks?” holds nothing to record: heading"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("address", SAID)
def test_a_record_is_told_in_a_sentence(address):
    collection, _, slug = address.partition("/")
    found = COLLECTIONS[collection].objects.filter(slug__startswith=slug).first()

    assert sentence(found) == SAID[address]


def test_a_citation_is_told_with_what_it_supports():
    commitment = Commitment.objects.get(slug=f"{TALKS}-exchange-prisoners")

    words = commitment.citations.get()
    quote = "“both sides agreed to carry out prisoner exchanges”"
    told = "the commitment “Both sides are to carry out prisoner exchanges.”"

    assert sentence(words) == f"{quote} supports {told}, in the source's own words"
    words.relation, words.voice = "context", "headline"
    assert sentence(words) == f"{quote} helps to understand {told}, in a headline"


def test_every_record_of_the_seed_has_its_sentence():
    told = [sentence(record) for model in RECORDS for record in model.objects.all()]

    assert set(SENTENCES) == set(RECORDS)
    assert [words for words in told if "  " in words or "None" in words or not words] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("2025-07-19", "on 19 July 2025"),
        ("2025-06", "in June 2025"),
        ("2025", "in 2025"),
        ("2025-22", "in summer 2025"),
        ("2025-06~", "around June 2025"),
        ("2025?", "perhaps 2025"),
        ("2025-07-19%", "perhaps around 19 July 2025"),
        ("../2025-07-19", "by 19 July 2025"),
        ("2025-07-19/..", "from 19 July 2025 on"),
        ("2025-06-01/2025-07-10", "between 1 June and 10 July 2025"),
        ("2025-06-XX", "between 1 and 30 June 2025"),
        ("203X", "between 1 January 2030 and 31 December 2039"),
    ],
)
def test_an_uncertain_date_is_said_as_people_say_it(text, said):
    assert when(text) == said


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [
        (None, None, ""),
        (1200, 1200, "1,200 persons"),
        (3, None, "at least 3 persons"),
        (None, 5, "at most 5 persons"),
        (3, 5, "3 to 5 persons"),
    ],
)
def test_bounds_are_said_in_words(least, most, said):
    owed = Commitment(quantity_min=least, quantity_max=most)

    assert amount(owed, "quantity", "persons") == said


def test_names_and_places_are_joined_as_in_speech():
    assert [listed(names, "") for names in ([], "A", "AB", "ABC")] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]
    assert [where(place) for place in ("", "Istanbul", "near Kherson")] == [
        "",
        " in Istanbul",
        " near Kherson",
    ]
