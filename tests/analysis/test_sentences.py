"""Records as sentences, on the records of the first seed."""

import pytest
from django.db import transaction

from negotiations.analysis.date_words import format_edtf
from negotiations.analysis.wording.phrases import end_sentence, join_names
from negotiations.analysis.wording.sentences import SENTENCES, format_sentence
from negotiations.models import COLLECTIONS, RECORDS, Commitment
from negotiations.models.amounts import format_amount
from tests.support.seedfiles import SEEDS, run_command

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def seeds(django_db_setup, django_db_blocker):
    """The seeds, loaded once: these tests only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert run_command(SEEDS)[0] == 0
        yield
        transaction.set_rollback(True)


TALKS = "ukraine-russia-2025"
SATURDAY = "(“Saturday (July 19)”, resolved)"
SAID = {
    "sources/000-abbff991094584f6": (
        "A text without a title: news article; published: on 20 July 2025 (“date 2025-07-20”); "
        "2,155 characters in English"
    ),
    "parties/russia": "Russia: state; also called: The Kremlin",
    "people/umerov": "Umerov",
    "posts/vladimir-putin-president": (
        "Vladimir Putin: President (Russia), in a text published on 20 July 2025"
    ),
    f"negotiations/{TALKS}": (
        "Peace talks of Ukraine and Russia, 2025: a negotiation on peace; halted "
        "between 1 and 10 June 2025 (“early June”, resolved)"
    ),
    f"participations/{TALKS}-russia-side": (
        "Russia: side in “Peace talks of Ukraine and Russia, 2025”"
    ),
    f"rounds/{TALKS}-istanbul-later": (
        "The later of the two Istanbul rounds: held between 1 and 10 June 2025 "
        "(“early June”, assumed); place: Istanbul; result: no breakthrough"
    ),
    f"rounds/{TALKS}-new-round": (
        "The round that Ukraine proposed on 19 July 2025: proposed; date: between 21 and "
        "27 July 2025 (“next week”, resolved)"
    ),
    "issues/further-talks": "Further talks: “Should further talks be held?”",
    "issues/ceasefire": "Ceasefire: a topic that groups others",
    f"statements/{TALKS}-evening-address": (
        "Ukraine (address): Zelensky reports the proposal of a next meeting, asks for more "
        "momentum, and says again that he is willing to meet Putin. "
        f"On 19 July 2025 {SATURDAY}; said by: Volodymyr Zelensky"
    ),
    f"proposals/{TALKS}-next-meeting": (
        "Ukraine → Russia: Ukraine's proposal of a next meeting (status: open); made: on or before "
        "19 July 2025 (resolved); said by: Umerov; passed on by: Volodymyr Zelensky; "
        "from direct speech"
    ),
    f"proposals/{TALKS}-leaders-meeting": (
        "Ukraine → Russia: Zelensky's offer to meet Putin directly (status: open); restated; "
        f"made: on 19 July 2025 {SATURDAY}; said by: Volodymyr Zelensky; from reported speech"
    ),
    f"terms/{TALKS}-cede-territory": (
        "Item of “Russia's list of demands of June 2025” (Ukraine): Ukraine gives up more territory"
    ),
    f"responses/{TALKS}-russian-demands-ukraine": (
        "Ukraine, on “Russia's list of demands of June 2025”: rejected; between 1 June and "
        "19 July 2025 (assumed); from reported speech"
    ),
    f"positions/{TALKS}-ukraine-momentum": (
        "Ukraine: The momentum of the negotiations must be stepped up. Question: “Should further "
        f"talks be held?” Answer: yes; on 19 July 2025 {SATURDAY}; said by: Volodymyr Zelensky; "
        "from direct speech"
    ),
    f"positions/{TALKS}-russia-territory": (
        "Russia (demand): Ukraine is to give up more territory. Question: “Should Ukraine give up "
        "more territory?” Answer: yes; in June 2025 (“Last month”, resolved); "
        "from the source's narration"
    ),
    f"positions/{TALKS}-ukraine-western-aid": (
        "Ukraine (implied): Ukraine does not reject Western military aid. Question: “Should "
        "Western military aid to Ukraine continue?” Answer: yes; between 1 June and "
        "19 July 2025 (assumed); from the source's narration"
    ),
    f"outcomes/{TALKS}-prisoner-exchanges": (
        "Prisoner exchanges (agreed by: Russia and Ukraine); kind: prisoner exchange"
    ),
    f"commitments/{TALKS}-exchange-prisoners": (
        "Russia ↔ Ukraine: Both sides are to carry out prisoner exchanges"
    ),
    f"deliveries/{TALKS}-bodies-returned": (
        "Russia or Ukraine → Russia or Ukraine: number not given (reported), under “Both sides "
        "are to return the bodies of fallen soldiers”"
    ),
    f"incidents/{TALKS}-russian-attacks": (
        "Missile and drone attacks across Ukraine (attack; by: Russia); means: missiles and "
        "drones; on 19 July 2025 (“On Saturday”, resolved); place: across Ukraine; "
        "killed: at least 3"
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

    assert format_sentence(found) == SAID[address]


def test_a_citation_is_told_with_what_it_supports():
    commitment = Commitment.objects.get(slug=f"{TALKS}-exchange-prisoners")

    words = commitment.citations.get()
    quote = "“both sides agreed to carry out prisoner exchanges”"
    told = "the commitment “Russia ↔ Ukraine: Both sides are to carry out prisoner exchanges.”"

    assert format_sentence(words) == f"{quote} supports {told}; from the source's narration"
    words.relation, words.voice = "context", "headline"
    assert format_sentence(words) == f"{quote} helps to understand {told}; from a headline"


def test_every_record_of_the_seed_has_its_sentence():
    told = [format_sentence(record) for model in RECORDS for record in model.objects.all()]

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
        ("../2025-07-19", "on or before 19 July 2025"),
        ("2024-07-01/2024-07-01", "on 1 July 2024"),
        ("2024-24", "in the winter of 2024/25"),
        ("2099-24~", "around the winter of 2099/00"),
        ("2025-07-19/..", "on or after 19 July 2025"),
        ("2025-06-01/2025-07-10", "between 1 June and 10 July 2025"),
        ("2025-06-XX", "between 1 and 30 June 2025"),
        ("203X", "between 1 January 2030 and 31 December 2039"),
    ],
)
def test_an_uncertain_date_is_said_as_people_say_it(text, said):
    assert format_edtf(text) == said


@pytest.mark.parametrize(
    ("least", "most", "unit", "said"),
    [
        (None, None, "persons", ""),
        (1200, 1200, "persons", "1,200 persons"),
        (1, 1, "bodies", "1 body"),
        (3, None, "persons", "at least 3 persons"),
        (None, 5, "usd", "at most 5 USD"),
        (3, 5, "", "3 to 5"),
        (3, 5, "other", "3 to 5 units (see the note)"),
    ],
)
def test_bounds_are_said_in_words(least, most, unit, said):
    assert format_amount(least, most, unit) == said


def test_names_are_joined_as_in_speech():
    assert [join_names(names) for names in ([], "A", "AB", "ABC")] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]
    texts = ("No", "No.", "“No.”", "“No”", "«Ні!»", "(See “No?”)")
    assert [end_sentence(text) for text in texts] == [
        *("No.", "No.", "“No.”", "“No”.", "«Ні!»", "(See “No?”)."),
    ]
