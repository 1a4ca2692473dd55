"""Countries in a sentence: the party that has the country is offered, by whatever word names it."""

import pytest

from tests.factories import PartyFactory, SourceFactory
from tests.support.admin_client import build_admin_client
from tests.support.coding_client import list_chip_labels

pytestmark = pytest.mark.django_db

PUBLIC = {"review": "published"}
# Recorded by name alone, by code under that name, and by code under quite another name.
BY_NAME = ("Russia", "Ukraine", "United States", "The Netherlands", "South Korea", "Guinea")
BY_CODE = {
    "PH": "Republic of the Philippines",
    "GB": "United Kingdom",
    "AE": "United Arab Emirates",
    "CZ": "Czechia",
    "CI": "Côte d’Ivoire",
    "KP": "Pyongyang government",
    "CD": "Kinshasa government",
    "CG": "Brazzaville government",
    "SS": "South Sudan",
    "FR": "Paris government",
    "TG": "Togo",
    "SC": "Seychelles",
}


SENTENCES = [
    # In English
    ("Russian forces attacked Ukraine.", ["Russia", "Ukraine"]),
    ("Ukraine was attacked by Russian forces.", ["Ukraine", "Russia"]),
    ("The Dutch cut wages at the port.", ["The Netherlands"]),
    ("Dutch judges freed the captain.", ["The Netherlands"]),
    ("Judges in the Netherlands freed the captain.", ["The Netherlands"]),
    ("Holland lost the final.", ["The Netherlands"]),
    ("US tariffs rise.", ["United States"]),
    ("The U.S. raised tariffs.", ["United States"]),
    ("American growers sued.", ["United States"]),
    ("The United States of America sued.", ["United States"]),
    ("Latin American growers sued us.", []),
    ("Filipino nurses struck.", ["Republic of the Philippines"]),
    ("Nurses from the Philippines struck.", ["Republic of the Philippines"]),
    ("British rowers won.", ["United Kingdom"]),
    ("The UK and Great Britain are one team.", ["United Kingdom"]),
    ("Emirati mediators flew in.", ["United Arab Emirates"]),
    ("The UAE freed hostages.", ["United Arab Emirates"]),
    ("The Czech Republic emits less.", ["Czechia"]),
    ("Czechs emit less.", ["Czechia"]),
    ("The Ivory Coast exports cocoa.", ["Côte d’Ivoire"]),
    ("Ivorian cocoa grows dear.", ["Côte d’Ivoire"]),
    ("Côte d'Ivoire exports cocoa.", ["Côte d’Ivoire"]),
    ("North Korea fired at South Korean boats.", ["Pyongyang government", "South Korea"]),
    ("The DPRK fired at ROK boats.", ["Pyongyang government", "South Korea"]),
    (
        "Congolese rebels seized the mine.",
        ["Brazzaville government", "Kinshasa government"],
    ),
    ("The DRC seized the mine.", ["Kinshasa government"]),
    ("The Republic of the Congo seized the mine.", ["Brazzaville government"]),
    ("Papua New Guinea won the match.", []),
    ("Guinea won the match.", ["Guinea"]),
    ("Sudanese troops left.", []),
    ("South Sudanese troops left.", ["South Sudan"]),
    ("French farmers blocked the road.", ["Paris government"]),
    ("FRANCE BLOCKS THE ROAD", ["Paris government"]),
    ("Seychellois boats sank.", ["Seychelles"]),
    ("It told us about turkey and french fries.", []),
    # In Ukrainian and Russian
    ("Порт був захоплений Росією.", ["Russia"]),
    ("Росіяни обстріляли порт.", ["Russia"]),
    ("Росли ціни на хліб.", []),
    ("Українці та нідерландці виграли.", ["Ukraine", "The Netherlands"]),
    ("Нідерландський суд звільнив капітана.", ["The Netherlands"]),
    ("США підвищили мита.", ["United States"]),
    ("Американські фермери подали позов.", ["United States"]),
    ("Сполученими Штатами введено мита.", ["United States"]),
    ("Об’єднані Арабські Емірати звільнили бранців.", ["United Arab Emirates"]),
    ("У Великій Британії страйкують.", ["United Kingdom"]),
    ("Північнокорейські човни відпливли.", ["Pyongyang government"]),
    ("Чехією прокотився страйк.", ["Czechia"]),
    ("Того дня страйк скінчився.", []),
    ("Страйк у Того скінчився.", ["Togo"]),
    ("Российские моряки бастуют.", ["Russia"]),
    ("В Нидерландах бастуют моряки.", ["The Netherlands"]),
    ("Филиппинские моряки бастуют.", ["Republic of the Philippines"]),
    ("ОАЭ освободили заложников.", ["United Arab Emirates"]),
    ("Великобританией введены пошлины.", ["United Kingdom"]),
    ("Между Южной Кореей и КНДР спор.", ["South Korea", "Pyongyang government"]),
    ("Кот-д’Ивуар продаёт какао.", ["Côte d’Ivoire"]),
    ("Французские фермеры бастуют.", ["Paris government"]),
    ("ДР Конго подписала договор.", ["Kinshasa government"]),
]


def test_a_country_is_offered_by_any_word_for_it(analyst_user):
    """All sentences over one set of parties, which take longer to make than to find."""
    for name in BY_NAME:
        PartyFactory(name=name, **PUBLIC)
    for code, name in BY_CODE.items():
        PartyFactory(name=name, country=code, **PUBLIC)
    client = build_admin_client(analyst_user)

    found = {}
    for text, _names in SENTENCES:
        source = SourceFactory(text=text, **PUBLIC)
        found[text] = list_chip_labels(client, source, "incident", text, "by")

    assert found == dict(SENTENCES)
