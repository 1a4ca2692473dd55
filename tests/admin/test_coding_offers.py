"""What the coding desk offers and what it fills in: of actors nothing is filled in."""

import json

import pytest

from negotiations import history
from negotiations.models import Citation, Incident
from tests.factories import (
    CommitmentFactory,
    IncidentFactory,
    NegotiationFactory,
    ParticipationFactory,
    PartyFactory,
    PersonFactory,
    PostFactory,
    ProposalFactory,
    RoundFactory,
    SourceFactory,
)
from tests.support.admin_client import build_admin_client
from tests.support.coding_client import (
    get_coding_url,
    get_form_data,
    list_chip_labels,
    list_chips,
    list_suggestions,
    open_coding_form,
    save_coding_form,
)
from tests.support.seedfiles import SEEDS

pytestmark = pytest.mark.django_db

TEXT = (SEEDS / "sources" / "000_abbff991094584f6.txt").read_bytes().decode()
PUBLIC = {"review": "published"}
ACTORS = (
    *("by", "party", "proposed_by", "addressed_to", "spoken_by", "relayed_by", "speaker", "person"),
    *("obligor", "obligee", "delivered_by", "received_by", "facilitator", "backed_by", "head"),
    *("according_to", "agreed_by", "members", "member_of", "post_party"),
)
KINDS = (
    *("position", "proposal", "term", "response", "statement", "party", "person", "post", "issue"),
    *("negotiation", "participation", "round", "delegation", "outcome", "commitment", "delivery"),
    *("incident", "dismissal"),
)


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


@pytest.fixture
def talks():
    return NegotiationFactory(title="Talks", **PUBLIC)


@pytest.fixture
def parties(talks):
    """The parties of the seed, the two sides in the talks."""
    made = {
        "Ukraine": PartyFactory(name="Ukraine", aliases=["Kyiv"], **PUBLIC),
        "Russia": PartyFactory(name="Russia", aliases=["The Kremlin"], **PUBLIC),
        "United States": PartyFactory(name="United States", **PUBLIC),
    }
    for name in ("Ukraine", "Russia"):
        ParticipationFactory(negotiation=talks, party=made[name], role="side", **PUBLIC)
    return made


@pytest.fixture
def article(talks, parties):
    """The seed's article, of which one record is coded."""
    source = SourceFactory(title="", text=TEXT, published="2025-07-20", **PUBLIC)
    words = Citation(source=source, quote="negotiations came to a halt in early June")
    talks.summary = "Halted."
    history.save(talks, related={"citations": [words]})
    return source


@pytest.mark.parametrize(
    ("quote", "offered"),
    [
        (
            "Russian missile and drone attacks killed at least three people across Ukraine",
            ["Russia", "Ukraine"],
        ),
        ("Ukrainian drones attacked the southern Rostov region", ["Ukraine", "Russia"]),
        ("pressure from US President Donald Trump", ["United States", "Russia", "Ukraine"]),
        ("Two people died in the central Dnipropetrovsk region", ["Ukraine", "Russia"]),
    ],
)
def test_actors_of_an_incident_are_offered_nearest_first(desk, article, quote, offered):
    form = open_coding_form(desk, article, "incident", quote)

    assert form.get("by", "") == ""
    assert list_chip_labels(desk, article, "incident", quote, "by") == offered


@pytest.mark.parametrize(
    ("quote", "offered"),
    [
        ("Chad Smith met Michael Jordan.", []),
        ("Jordan met Chad.", ["Jordan", "Chad"]),
        ("Jordan met Michael Jordan.", ["Jordan"]),
        ("They crossed the Jordan River.", []),
        ("They sailed the South China Sea.", []),
        ("They met on Georgia Street.", []),
        ("They met in Atlanta, Georgia.", []),
        ("They met in Athens, Georgia, on Monday.", []),
        ("In Athens, Georgia signed the deal.", ["Georgia"]),
        ("They met in Lebanon, Ohio.", []),
        ("Вони перейшли річку Йордан.", []),
        ("Йорданія зустрілася з Грузією.", ["Jordan", "Georgia"]),
        ("Georgia, Washington and China met.", ["Georgia", "China"]),
    ],
)
def test_states_are_not_offered_by_names_of_other_things(desk, quote, offered):
    for name in ("Chad", "Jordan", "Georgia", "China", "Lebanon"):
        PartyFactory(name=name, kind="state", **PUBLIC)
    for name in ("Chad Smith", "Michael Jordan"):
        PersonFactory(name=name, **PUBLIC)
    source = SourceFactory(text=quote, **PUBLIC)

    assert list_chip_labels(desk, source, "incident", quote, "by") == offered


@pytest.mark.parametrize("kind", KINDS)
def test_no_form_opens_with_an_actor_a_date_or_a_choice_filled_in(desk, article, kind):
    """On each sentence of the article, with records of all kinds in it."""
    trump = PersonFactory(name="Donald Trump", **PUBLIC)
    coded = [
        ("pressure from US President Donald Trump", trump),
        ("a list of demands", ProposalFactory(**PUBLIC)),
        ("agreed to carry out prisoner exchanges", CommitmentFactory(**PUBLIC)),
        ("held in Istanbul", RoundFactory(**PUBLIC)),
    ]
    for quote, record in coded:
        record.note = "Coded here."
        history.save(record, related={"citations": [Citation(source=article, quote=quote)]})
    proven = {"quote", "before", "after", "form_key", "record", "voice"}
    unspecified = {"unknown", "unspecified", "open"}

    found = {}
    for number in range(1, 16):
        answer = desk.get(get_coding_url(article), {"sentence": f"S{number}", "record": kind})
        values = get_form_data(answer)
        found[number] = {
            name: value
            for name, value in values.items()
            if name not in proven and value not in {"", "[]", *unspecified}
        }

    assert {number: values for number, values in found.items() if values} == {}


def test_the_negotiation_of_the_sources_records_is_filled_in(desk, talks, parties):
    source = SourceFactory(text="Kyiv rejected the offer. It spoke of talks.", **PUBLIC)
    NegotiationFactory(title="Other talks", **PUBLIC)
    assert "negotiation" not in open_coding_form(desk, source, "position", "Kyiv rejected")
    assert "Talks" in list_chip_labels(desk, source, "position", "Kyiv rejected", "negotiation")

    cited = {"citations": [Citation(source=source, quote="spoke of talks")], **PUBLIC}
    IncidentFactory(negotiation=talks, **cited)
    assert open_coding_form(desk, source, "position", "Kyiv rejected")["negotiation"] == "Talks"

    cited = {"citations": [Citation(source=source, quote="the offer")], **PUBLIC}
    IncidentFactory(negotiation=NegotiationFactory(title="Third talks", **PUBLIC), **cited)
    assert "negotiation" not in open_coding_form(desk, source, "position", "Kyiv rejected")
    assert list_chip_labels(desk, source, "position", "Kyiv rejected", "negotiation")[:2] == [
        "Talks",
        "Third talks",
    ]


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("He said: “We will meet.” Then he left.", "direct_speech"),
        ("He said: «We will meet.» Then he left.", "direct_speech"),
        ('He said: "We will meet." Then he left.', "direct_speech"),
        ("He said: „We will meet.” Then he left.", "direct_speech"),
        ("He said that “we” will meet. We will meet.", ""),
        ("„Ja“, he said. We will meet. „Nein“, she said.", ""),
        ("»Ja« We will meet. »Nein«", ""),
        ("Officials said. We will meet.", ""),
        ("An opened “mark. We will meet.\n\nIs closed” here.", ""),
    ],
)
def test_only_quotation_marks_prove_whose_words_they_are(desk, talks, text, voice):
    source = SourceFactory(text=text, **PUBLIC)

    assert open_coding_form(desk, source, "position", "We will meet.").get("voice", "") == voice


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("Russian officials met their American counterparts.", ["Russia", "United States"]),
        ("A US offer was discussed with Russian officials.", ["United States", "Russia"]),
        ("It told us that russian roulette is no game.", []),
        ("Pro-Russian fighters shot at Ukrainians.", ["Russia", "Ukraine"]),
        ("South Sudanese troops crossed the border.", ["South Sudan"]),
        ("Sudanese troops met South Sudanese ones.", ["Sudan", "South Sudan"]),
        ("They polish their shoes in turkey farms.", []),
        ("The British and the Dutch met Turkish and Chinese envoys.", ["United Kingdom"]),
        ("Українські та російські військові зустрілися.", ["Ukraine", "Russia"]),
        ("Американские и российские дипломаты встретились.", ["United States", "Russia"]),
        ("У Києві заявили, що Росією керує Кремль.", ["Russia"]),
        ("Президент Украины сообщил об этом.", ["Ukraine"]),
        ("Переговори зупинилися.", []),
    ],
)
def test_parties_are_offered_by_their_names_and_adjectives(desk, talks, text, offered):
    made = {
        "Ukraine": ["Україна", "Украина"],
        "Russia": ["Росія", "Россия"],
        "United States": ["США"],
        "Sudan": [],
        "South Sudan": [],
        "United Kingdom": [],
        "Poland": [],
    }
    for name, aliases in made.items():
        PartyFactory(name=name, aliases=aliases, **PUBLIC)
    source = SourceFactory(text=text, **PUBLIC)

    assert list_chip_labels(desk, source, "statement", text, "party") == offered


def test_a_country_code_gives_a_party_its_adjectives_and_a_militia_none(desk, talks):
    PartyFactory(name="Kabul government", country="AF", **PUBLIC)
    PartyFactory(name="A militia", kind="non_state_armed_group", country="AF", **PUBLIC)
    source = SourceFactory(text="Afghan forces withdrew.", **PUBLIC)

    assert list_chip_labels(desk, source, "statement", "Afghan forces withdrew.", "party") == [
        "Kabul government"
    ]


def test_a_party_that_may_not_be_seen_is_not_offered(desk, talks):
    PartyFactory(name="Russia", review="draft")
    source = SourceFactory(text="Russian forces withdrew.", **PUBLIC)

    assert list_chip_labels(desk, source, "statement", "Russian forces withdrew.", "party") == []


@pytest.mark.parametrize(
    ("quote", "offered"),
    [
        ("Jordan Peterson said so.", []),
        ("Israel J. Katz rejected the plan.", []),
        ("On Monday, Francis Jordan agreed.", []),
        ("Turkish Airlines and Kenya Airways resumed flights.", []),
        ("the Georgia Institute published it.", []),
        ("The Moscow Times reported it.", []),
        ("The Times of Israel reported it.", []),
        ("Израиль Кац отверг план.", []),
        ("Ізраїль Кац відкинув план.", []),
        ("Russia Tuesday rejected the plan.", ["Russia"]),
        ("Russian President Putin agreed.", ["Russia"]),
        ("Israel Finance Minister Smotrich spoke.", ["Israel"]),
        ("the president of Kenya William Ruto spoke", ["Kenya"]),
        ("Kenya's Ruto left.", ["Kenya"]),
        ("Russia Umerov met.", ["Russia"]),
        ("Meanwhile Jordan agreed to it.", ["Jordan"]),
        ("Telling Israel to stop failed.", ["Israel"]),
        ("Turkey Rejects New Peace Plan", ["Turkey"]),
        ("Президент России Путин согласился.", ["Russia"]),
    ],
)
def test_states_are_not_offered_by_unknown_names(desk, quote, offered):
    for name in ("Jordan", "Israel", "Turkey", "Georgia", "Kenya"):
        PartyFactory(name=name, kind="state", **PUBLIC)
    PartyFactory(name="Russia", aliases=["Moscow"], kind="state", **PUBLIC)
    PersonFactory(name="Rustem Umerov", **PUBLIC)
    source = SourceFactory(text=quote, **PUBLIC)

    assert list_chip_labels(desk, source, "incident", quote, "by") == offered


def test_people_are_offered_and_none_is_made_the_speaker(desk, talks, parties):
    text = "Foreign Minister Lavrov met Sybiha. Kyiv rejected the offer."
    for name in ("Sergey Lavrov", "Andrii Sybiha"):
        PersonFactory(name=name, **PUBLIC)
    source = SourceFactory(text=text, **PUBLIC)

    form = open_coding_form(desk, source, "response", "Kyiv rejected the offer.")
    offered = list_chip_labels(desk, source, "response", "Kyiv rejected the offer.", "spoken_by")

    assert form.get("spoken_by", "") == ""
    assert offered == ["Andrii Sybiha", "Sergey Lavrov"]


@pytest.mark.parametrize(
    ("quote", "name", "title"),
    [
        ("US President Donald Trump", "Donald Trump", "President"),
        ("President Ursula von der Leyen met Ann Lee.", "Ursula von der Leyen", "President"),
        (
            "President of the United States Donald Trump",
            *("Donald Trump", "President of the United States"),
        ),
        (
            "Donald Trump, President of the United States",
            *("Donald Trump", "President of the United States"),
        ),
    ],
)
def test_a_person_and_a_post_are_offered_whole(desk, parties, quote, name, title):
    source = SourceFactory(text=f"{quote}, spoke.", **PUBLIC)

    found = list_chips(desk, source, "person", quote)

    assert [label for label, _ in found["name"]] == [name]
    assert title in [label for label, _ in found["post_title"]]


@pytest.mark.parametrize(
    ("quote", "names", "title"),
    [
        ("its political secretary, Rustem Umerov", ["Rustem Umerov"], "political secretary"),
        ("chief mediator, Sheikh Mohammed", ["Sheikh Mohammed"], "chief mediator"),
        (
            "foreign ministry spokesman Ismail Baghaei",
            *(["Ismail Baghaei"], "foreign ministry spokesman"),
        ),
        (
            "the head of the delegation in Istanbul, Vladimir Medinsky",
            *(["Vladimir Medinsky"], "head of the delegation in Istanbul"),
        ),
        ("presidential aide Yuri Ushakov", ["Yuri Ushakov"], "presidential aide"),
        ("Russia's chief negotiator, Yuri Ushakov", ["Yuri Ushakov"], "chief negotiator"),
        (
            "Rustem Umerov, head of the National Security and Defence Council",
            *(["Rustem Umerov"], "head of the National Security and Defence Council"),
        ),
        ("President Zelensky's envoy, Rustem Umerov", ["Rustem Umerov"], None),
        ("Israeli Defence Minister Israel Katz", ["Israel Katz"], None),
        ("секретар РНБО Рустем Умєров", ["Рустем Умєров"], "секретар РНБО"),
        ("помощник президента Юрий Ушаков", ["Юрий Ушаков"], "помощник президента"),
        ("Рустем Умєров, голова делегації", ["Рустем Умєров"], "голова делегації"),
        ("Rustem Umerov", ["Rustem Umerov"], None),
        ("the political secretary", [], None),
        ("They met in Abu Dhabi.", [], None),
        ("the minister told reporters that Hamas agreed", [], None),
    ],
)
def test_only_a_name_is_offered_as_the_name_of_a_person(desk, parties, quote, names, title):
    source = SourceFactory(text=f"{quote} spoke.", **PUBLIC)

    found = list_chips(desk, source, "person", quote)

    assert [label for label, _ in found.get("name", ())] == names
    assert title is None or title in [label for label, _ in found["post_title"]]


def test_a_chip_shows_the_whole_name_and_the_post(desk, talks, parties):
    long = "Representative of the Secretary-General for the Rights of Workers at Sea and in Ports"
    speaker = PersonFactory(name=f"{long} Ann Lee", **PUBLIC)
    PostFactory(person=speaker, party=parties["Russia"], title="Envoy at large", **PUBLIC)
    source = SourceFactory(text="Lee spoke.", **PUBLIC)
    asked = {"_open": "1", "record": "statement", "quote": "Lee spoke."}

    page = desk.post(get_coding_url(source), asked).content.decode()

    assert f"<span>{long} Ann Lee</span>" in page
    assert "“Lee” · Envoy at large, Russia" in page


def test_chips_fill_boxes_without_script_and_add_to_lists(desk, article, parties):
    quote = "Russian missile and drone attacks killed at least three people across Ukraine"
    form = open_coding_form(desk, article, "incident", quote)
    (_, russia), (_, ukraine) = list_chips(desk, article, "incident", quote)["by"]
    assert json.loads(russia) == {"by": "Russia"}

    once = get_form_data(desk.post(get_coding_url(article), {**form, "_fill": russia}))
    assert once["by"] == "Russia"
    twice = get_form_data(desk.post(get_coding_url(article), {**form, **once, "_fill": russia}))
    assert twice["by"] == "Russia"
    both = get_form_data(desk.post(get_coding_url(article), {**form, **once, "_fill": ukraine}))
    assert both["by"] == "Russia; Ukraine"

    told = {"title": "Attacks", "kind": "attack", "voice": "narrator", "record": "incident"}
    assert save_coding_form(desk, article, {**form, **once}, **told).status_code == 302
    assert list(Incident.objects.get().by.all()) == [parties["Russia"]]


def test_records_of_the_source_are_offered_the_last_before_the_words_first(desk, talks):
    text = "Kyiv offered a truce. Moscow made demands. Both spoke of them. Later came a third."
    source = SourceFactory(text=text, **PUBLIC)
    for quote in ("Kyiv offered a truce", "Moscow made demands", "Later came a third"):
        ProposalFactory(
            title=f"Proposal: {quote}",
            citations=[Citation(source=source, quote=quote)],
            **PUBLIC,
        )

    form = open_coding_form(desk, source, "term", "Both spoke of them.")
    offered = list_chip_labels(desk, source, "term", "Both spoke of them.", "proposal")

    assert form.get("proposal", "") == ""
    assert offered == [
        "Proposal: Moscow made demands",
        "Proposal: Kyiv offered a truce",
        "Proposal: Later came a third",
    ]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("position", "basis"),
        ("position", "voice"),
        ("round", "status"),
        ("participation", "role"),
        ("delegation", "role"),
        ("delivery", "verification"),
        ("dismissal", "reason"),
    ],
)
def test_a_choice_that_claims_something_has_to_be_made(desk, article, kind, name):
    form = open_coding_form(desk, article, kind, "a list of demands")

    assert name not in form
    answer = save_coding_form(desk, article, form)
    assert answer.context["form"].errors[name] == ["This field is required."]


def test_an_undated_form_counts_from_no_day_until_a_reading_is_taken(desk, article):
    quote = "Last month, Russia presented a list of demands"
    form = open_coding_form(desk, article, "proposal", quote)
    assert form.get("date_anchor", "") == ""

    look = desk.post(get_coding_url(article), {**form, "_look": "1"})
    taken = get_form_data(
        desk.post(get_coding_url(article), {**form, "_take": list_suggestions(look)[0]})
    )
    assert (taken["date"], taken["date_anchor"]) == ("2025-06", "2025-07-20")


def readings_of(client, text, quote, name="date"):
    source = SourceFactory(text=text, published="2025-07-20", **PUBLIC)
    form = open_coding_form(client, source, "round", quote)
    look = client.post(get_coding_url(source), {**form, "_look": "1"})
    return [offer.removeprefix(f"{name}:").split("|")[0] for offer in list_suggestions(look)]


@pytest.mark.parametrize(
    ("text", "quote", "first"),
    [
        ("He is due to fly home on Thursday.", "fly home on Thursday", "2025-07-24"),
        ("He flew home on Thursday.", "flew home on Thursday", "2025-07-17"),
        ("Talks will begin on Thursday.", "on Thursday", "2025-07-24"),
        ("The sides will meet on Thursday and Friday.", "on Thursday", "2025-07-24"),
    ],
)
def test_the_first_reading_offered_agrees_with_the_verb(desk, talks, text, quote, first):
    assert readings_of(desk, text, quote)[0] == first


@pytest.mark.parametrize(
    ("text", "quote", "offered"),
    [
        (
            *("Talks, held in late August, broke off after two days.", "broke off after two days"),
            ["2024-08-21/2024-08-31", "2025-08-21/2025-08-31"],
        ),
        (
            *("On 5 June 2025 talks began and broke off after two days.", "after two days"),
            ["2025-06-07", "2025-06-05"],
        ),
        ("It was the first meeting in three years.", "the first meeting in three years", []),
        ("A truce was signed a day earlier.", "signed a day earlier", []),
    ],
)
def test_no_reading_counts_from_a_day_that_the_words_do_not_mean(desk, talks, text, quote, offered):
    assert readings_of(desk, text, quote) == offered


@pytest.mark.parametrize(
    ("language", "name"),
    [("pl", "Polish"), ("de-AT", "German"), ("uk", None), ("en", None)],
)
def test_a_form_says_when_dates_in_words_are_not_read(desk, talks, language, name):
    source = SourceFactory(text="2 czerwca 2025.", language=language, **PUBLIC)
    asked = {"_open": "1", "record": "incident", "quote": "2 czerwca 2025."}

    page = " ".join(desk.post(get_coding_url(source), asked).content.decode().split())

    said = "Dates in words are read in English, Ukrainian and Russian; this text is in "
    assert page.count(said) == page.count(f"{said}{name}.") == int(name is not None)
