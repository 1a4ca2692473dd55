"""Names, adjectives and inhabitants of countries: by "Russian" or "Росією" a text names Russia.

The libraries that have them give one word a country, and no "US" or "Serb"; so the tables are kept
here: the code of ISO 3166-1, the English names, and the words that mean the country, separated by
commas; ``adjectives_cyrillic`` has Ukrainian and Russian. They serve to offer a party, never to
fill one in, and say nothing of anybody's status. A party of kind ``state`` has the words of its
row, found by its code, else by one of its names. Rows without a code are no country.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import Any, NamedTuple

from negotiations.models import Party
from negotiations.text.tokens import build_word_pattern, fold

from .adjectives_cyrillic import CYRILLIC_TABLE

TABLE = """
| New Guinea, New Mexico, American Samoa, British Columbia, French Guiana | African American
| French Polynesia, Inner Mongolia | South American, Latin American, Central American
| Northern Cyprus, American Indian | North American, Native American, South Americans
AD | Andorra | Andorran, Andorrans
AE | United Arab Emirates, UAE, U.A.E., Emirates | Emirati, Emiratis
AF | Afghanistan | Afghan, Afghans
AG | Antigua and Barbuda, Antigua | Antiguan, Antiguans
AL | Albania | Albanian, Albanians
AM | Armenia | Armenian, Armenians
AO | Angola | Angolan, Angolans
AR | Argentina | Argentine, Argentinian, Argentines
AT | Austria | Austrian, Austrians
AU | Australia | Australian, Australians
AZ | Azerbaijan | Azerbaijani, Azeri, Azerbaijanis
BA | Bosnia and Herzegovina, Bosnia, BiH | Bosnian, Bosnians, Herzegovinian
BB | Barbados | Barbadian, Barbadians
BD | Bangladesh | Bangladeshi, Bangladeshis
BE | Belgium | Belgian, Belgians
BF | Burkina Faso | Burkinabe, Burkinabes
BG | Bulgaria | Bulgarian, Bulgarians
BH | Bahrain, Kingdom of Bahrain | Bahraini, Bahrainis
BI | Burundi | Burundian, Burundians
BJ | Benin | Beninese
BN | Brunei | Bruneian, Bruneians
BO | Bolivia | Bolivian, Bolivians
BR | Brazil | Brazilian, Brazilians
BS | Bahamas | Bahamian, Bahamians
BT | Bhutan | Bhutanese
BW | Botswana | Botswanan, Botswanans, Motswana, Batswana
BY | Belarus | Belarusian, Belarusians
BZ | Belize | Belizean, Belizeans
CA | Canada | Canadian, Canadians
CD | Democratic Republic of the Congo, DR Congo, DRC, Congo, Congo-Kinshasa | Congolese
CF | Central African Republic, CAR | Central African, Central Africans
CG | Republic of the Congo, Congo, Congo-Brazzaville, Republic of Congo | Congolese
CH | Switzerland | Swiss
CI | Ivory Coast, Côte d'Ivoire, Republic of Côte d'Ivoire | Ivorian, Ivorians
CL | Chile | Chilean, Chileans
CM | Cameroon | Cameroonian, Cameroonians
CN | China, People's Republic of China, PRC | Chinese
CO | Colombia | Colombian, Colombians
CR | Costa Rica | Costa Rican, Costa Ricans
CU | Cuba | Cuban, Cubans
CV | Cape Verde, Cabo Verde | Cape Verdean, Cape Verdeans
CY | Cyprus | Cypriot, Cypriots
CZ | Czechia, Czech Republic | Czech, Czechs
DE | Germany, Federal Republic of Germany | German, Germans
DJ | Djibouti | Djiboutian, Djiboutians
DK | Denmark | Danish, Danes, Dane
DM | Dominica | Dominican, Dominicans
DO | Dominican Republic | Dominican, Dominicans
DZ | Algeria | Algerian, Algerians
EC | Ecuador | Ecuadorian, Ecuadorians
EE | Estonia | Estonian, Estonians
EG | Egypt | Egyptian, Egyptians
ER | Eritrea | Eritrean, Eritreans
ES | Spain | Spanish, Spaniards, Spaniard
ET | Ethiopia | Ethiopian, Ethiopians
FI | Finland | Finnish, Finns
FJ | Fiji | Fijian, Fijians
FM | Micronesia, Federated States of Micronesia | Micronesian, Micronesians
FR | France | French
GA | Gabon | Gabonese
GB | United Kingdom, UK, U.K., Britain, Great Britain | British, Britons, Briton
GD | Grenada | Grenadian, Grenadians
GE | Georgia | Georgian, Georgians
GH | Ghana | Ghanaian, Ghanaians
GM | Gambia | Gambian, Gambians
GN | Guinea, Republic of Guinea | Guinean, Guineans
GQ | Equatorial Guinea | Equatorial Guinean, Equatorial Guineans, Equatoguinean
GR | Greece | Greek, Greeks
GT | Guatemala | Guatemalan, Guatemalans
GW | Guinea-Bissau | Bissau-Guinean, Bissau-Guineans
GY | Guyana | Guyanese
HN | Honduras | Honduran, Hondurans
HR | Croatia | Croatian, Croatians, Croats
HT | Haiti | Haitian, Haitians
HU | Hungary | Hungarian, Hungarians
ID | Indonesia | Indonesian, Indonesians
IE | Ireland, Republic of Ireland | Irish
IL | Israel | Israeli, Israelis
IN | India | Indian, Indians
IQ | Iraq | Iraqi, Iraqis
IR | Iran, Islamic Republic of Iran | Iranian, Iranians
IS | Iceland | Icelandic, Icelanders
IT | Italy | Italian, Italians
JM | Jamaica | Jamaican, Jamaicans
JO | Jordan | Jordanian, Jordanians
JP | Japan | Japanese
KE | Kenya | Kenyan, Kenyans
KG | Kyrgyzstan, Kyrgyz Republic | Kyrgyz
KH | Cambodia | Cambodian, Cambodians
KI | Kiribati | I-Kiribati
KM | Comoros | Comorian, Comorians
KN | Saint Kitts and Nevis, St Kitts and Nevis | Kittitian, Kittitians
KP | North Korea, Democratic People's Republic of Korea, DPRK | North Korean, North Koreans
KR | South Korea, Republic of Korea, ROK | South Korean, South Koreans
KW | Kuwait | Kuwaiti, Kuwaitis
KZ | Kazakhstan | Kazakh, Kazakhstani, Kazakhs
LA | Laos | Lao, Laotian, Laotians
LB | Lebanon | Lebanese
LC | Saint Lucia, St Lucia | Saint Lucian, Saint Lucians
LI | Liechtenstein | Liechtensteiner
LK | Sri Lanka | Sri Lankan, Sri Lankans
LR | Liberia | Liberian, Liberians
LS | Lesotho | Basotho, Mosotho
LT | Lithuania | Lithuanian, Lithuanians
LU | Luxembourg | Luxembourgish, Luxembourgers
LV | Latvia | Latvian, Latvians
LY | Libya | Libyan, Libyans
MA | Morocco | Moroccan, Moroccans
MC | Monaco | Monegasque
MD | Moldova, Republic of Moldova | Moldovan, Moldovans
ME | Montenegro | Montenegrin, Montenegrins
MG | Madagascar | Malagasy
MH | Marshall Islands | Marshallese
MK | North Macedonia, Macedonia | Macedonian, Macedonians
ML | Mali | Malian, Malians
MM | Myanmar, Burma | Burmese, Myanma
MN | Mongolia | Mongolian, Mongolians
MR | Mauritania | Mauritanian, Mauritanians
MT | Malta | Maltese
MU | Mauritius | Mauritian, Mauritians
MV | Maldives | Maldivian, Maldivians
MW | Malawi | Malawian, Malawians
MX | Mexico | Mexican, Mexicans
MY | Malaysia | Malaysian, Malaysians
MZ | Mozambique | Mozambican, Mozambicans
NA | Namibia | Namibian, Namibians
NE | Niger | Nigerien, Nigeriens
NG | Nigeria | Nigerian, Nigerians
NI | Nicaragua | Nicaraguan, Nicaraguans
NL | Netherlands, Kingdom of the Netherlands, Holland | Dutch
NO | Norway | Norwegian, Norwegians
NP | Nepal | Nepali, Nepalese, Nepalis
NR | Nauru | Nauruan, Nauruans
NZ | New Zealand | New Zealanders
OM | Oman | Omani, Omanis
PA | Panama | Panamanian, Panamanians
PE | Peru | Peruvian, Peruvians
PG | Papua New Guinea | Papua New Guinean, Papua New Guineans
PH | Philippines | Philippine, Filipino, Filipinos, Filipina
PK | Pakistan | Pakistani, Pakistanis
PL | Poland | Polish, Poles
PS | Palestine, State of Palestine | Palestinian, Palestinians
PT | Portugal | Portuguese
PW | Palau | Palauan, Palauans
PY | Paraguay | Paraguayan, Paraguayans
QA | Qatar | Qatari, Qataris
RO | Romania | Romanian, Romanians
RS | Serbia | Serbian, Serb, Serbs
RU | Russia, Russian Federation, RF | Russian, Russians
RW | Rwanda | Rwandan, Rwandans
SA | Saudi Arabia, Kingdom of Saudi Arabia, KSA | Saudi, Saudis, Saudi Arabian
SB | Solomon Islands | Solomon Islanders
SC | Seychelles | Seychellois
SD | Sudan | Sudanese
SE | Sweden | Swedish, Swedes, Swede
SG | Singapore | Singaporean, Singaporeans
SI | Slovenia | Slovenian, Slovene, Slovenes
SK | Slovakia | Slovak, Slovaks
SL | Sierra Leone | Sierra Leonean, Sierra Leoneans
SM | San Marino | Sammarinese
SN | Senegal | Senegalese
SO | Somalia | Somali, Somalis
SR | Suriname | Surinamese
SS | South Sudan | South Sudanese
ST | São Tomé and Príncipe, São Tomé | São Toméan, São Toméans
SV | El Salvador | Salvadoran, Salvadorans
SY | Syria, Syrian Arab Republic | Syrian, Syrians
SZ | Eswatini, Swaziland | Swazi, Swazis
TD | Chad | Chadian, Chadians
TG | Togo | Togolese
TH | Thailand | Thai, Thais
TJ | Tajikistan | Tajik, Tajiks
TL | East Timor, Timor-Leste | Timorese
TM | Turkmenistan | Turkmen
TN | Tunisia | Tunisian, Tunisians
TO | Tonga | Tongan, Tongans
TR | Turkey, Türkiye | Turkish, Turks
TT | Trinidad and Tobago | Trinidadian, Trinidadians
TV | Tuvalu | Tuvaluan, Tuvaluans
TW | Taiwan | Taiwanese
TZ | Tanzania | Tanzanian, Tanzanians
UA | Ukraine | Ukrainian, Ukrainians
UG | Uganda | Ugandan, Ugandans
US | United States, United States of America, USA, U.S.A., US, U.S. | American, Americans
UY | Uruguay | Uruguayan, Uruguayans
UZ | Uzbekistan | Uzbek, Uzbeks
VA | Holy See, Vatican, Vatican City | Vatican, Papal
VC | Saint Vincent and the Grenadines, Saint Vincent | Vincentian, Vincentians
VE | Venezuela | Venezuelan, Venezuelans
VN | Vietnam, Viet Nam | Vietnamese
VU | Vanuatu | Ni-Vanuatu, Vanuatuan
WS | Samoa | Samoan, Samoans
XK | Kosovo | Kosovar, Kosovan, Kosovars
YE | Yemen | Yemeni, Yemenis
ZA | South Africa, Republic of South Africa | South African, South Africans
ZM | Zambia | Zambian, Zambians
ZW | Zimbabwe | Zimbabwean, Zimbabweans
"""
# What follows the stem of a name in Ukrainian and Russian, folded: росі-иськ-ого, україн-ці.
CYRILLIC_ENDING = "[а-яіє]{1,4}"
CYRILLIC_ADJECTIVE = rf"(?:и|о|ин|ан|ян)?(?:ь?ськ|цьк|зьк|ь?ск|цк){CYRILLIC_ENDING}"
INHABITANTS = r"(?:и|ин|ан)?(?:ец|єц|ц)[а-яіє]{1,3}|(?:и|ч)?[ая]н(?:ин[а-я]{0,3}|и|е|ів|ам|ами|ах)?"
# The endings of cases. What ends in these has none: Марокко, Перу.
CASES = "[аеєиіоуюяыьвмх]"
CASE = re.compile("(?:[иіыо]и|[ая]я|[аеиіоуыьюя])$")
WITHOUT_CASES = re.compile("(?<!косов)[оуе]$")
IS_CYRILLIC = re.compile("[\u0400-\u04ff]")
SHORTEST_STEM = 4
# At the start of a sentence these are mostly other words: "Того дня", "Мали намір".
HOMOGRAPHS = {"того", "мали", "малі", "перу", "чад"}
SENTENCE_START = re.compile(r"(?:^|[.!?…:\n]|[.!?…:] )[«“„\"—– ]*$")
ARTICLE = re.compile("the ")
STYLE = re.compile(
    r"(?:the )?(?:\w+ )*(?:republic|kingdom|state|government|federation|commonwealth) of (?:the )?"
)


class Token(NamedTuple):
    """A word of a text as it is compared, and its place."""

    folded: str
    start: int
    end: int
    raw: str


class Country(NamedTuple):
    """A place at which a text names a country."""

    start: int
    end: int
    code: str


class Word(NamedTuple):
    """A word of a name as it stands in a text: the pattern of its folded form, and its capitals."""

    pattern: re.Pattern[str]
    written: str = ""
    is_capital: bool = False

    def matches(self, token: Token) -> bool:
        if self.written and token.raw != self.written:
            return False
        if self.is_capital and not token.raw[0].isupper():
            return False
        return self.pattern.fullmatch(token.folded) is not None


def tokens_of(text: str) -> list[Token]:
    """Take a text apart into words."""
    return [
        Token(fold(m.group()), *m.span(), m.group()) for m in build_word_pattern().finditer(text)
    ]


@cache
def read_table() -> dict[str, list[str]]:
    """Read the names of each country by its code, in all languages."""
    names: dict[str, list[str]] = defaultdict(list)
    for line in (*TABLE.strip().splitlines(), *CYRILLIC_TABLE.strip().splitlines()):
        code, told = (column.strip() for column in line.split("|")[:2])
        names[code] += [name.strip() for name in told.split(",")]
    return names


@cache
def _patterns() -> dict[str, list[tuple[str, tuple[Word, ...]]]]:
    """Collect what names each country, by the first two letters of its first word."""
    found: dict[str, list[tuple[str, tuple[Word, ...]]]] = defaultdict(list)

    def keep(code: str, words: list[Word], first: str) -> None:
        found[first[:2]].append((code, tuple(words)))

    for line in TABLE.strip().splitlines():
        code, names, adjectives = (column.strip() for column in line.split("|"))
        for name in f"{names}, {adjectives}".split(", "):
            raw = build_word_pattern().findall(name)
            keep(code, [_latin(word, name) for word in raw], fold(raw[0]))
    for line in CYRILLIC_TABLE.strip().splitlines():
        code, names, *rest = (column.strip() for column in line.split("|"))
        for name in names.split(", "):
            raw = build_word_pattern().findall(name)
            keep(code, [cyrillic_word(word, is_name=True) for word in raw], fold(raw[0]))
            if len(raw) == 1:
                for stem, ending in cyrillic_stems(raw[0]):
                    keep(code, [Word(re.compile(f"{stem}(?:{ending})"))], stem)
        for stem in map(fold, rest[0].split(", ") if rest else ()):
            keep(code, [Word(re.compile(f"{stem}[а-яіє]{{0,5}}"))], stem)
    return found


def _latin(word: str, name: str) -> Word:
    pattern = re.compile(re.escape(fold(word)))
    # "US" is no pronoun, "Chad" no ballot; longer names also count in capitals throughout.
    if len(name) <= SHORTEST_STEM or word.isupper():
        return Word(pattern, word)
    return Word(pattern, is_capital=word[0].isupper())


def cyrillic_word(word: str, *, is_name: bool) -> Word:
    """Make the pattern of a Ukrainian or Russian word in any of its cases."""
    text, is_capital = fold(word), is_name and word[0].isupper()
    if word.isupper() or len(text) <= 2 or WITHOUT_CASES.search(text):
        return Word(re.compile(re.escape(text)), word if word.isupper() else "", is_capital)
    stem = re.escape(CASE.sub("", text))
    if stem.endswith("к"):
        stem = f"{stem[:-1]}[кц]"
    least = int(text[-1] in "ая")
    return Word(
        re.compile(f"{stem}{stem[-1:] if stem[-1].isalpha() else ''}?{CASES}{{{least},3}}"),
        is_capital=is_capital,
    )


def cyrillic_stems(name: str) -> list[tuple[str, str]]:
    """Make the stems of adjectives and inhabitants of a name, each with what may follow."""
    text = fold(name)
    stems = {CASE.sub("", text), re.sub("[иі]я$", "", text)} if not name.isupper() else set()
    ending = f"{CYRILLIC_ADJECTIVE}|{INHABITANTS}"
    return [(stem, ending) for stem in sorted(stems) if len(stem) >= SHORTEST_STEM]


def find_countries(text: str, tokens: list[Token]) -> list[Country]:
    """Find where a text names countries; of two that overlap the longer."""
    found = []
    for at, token in enumerate(tokens):
        for code, words in _patterns().get(token.folded[:2], ()):
            size = len(words)
            pairs = list(zip(words, tokens[at : at + size], strict=False))
            if len(pairs) == size and all(word.matches(each) for word, each in pairs):
                found.append(Country(token.start, tokens[at + size - 1].end, code))
    kept: list[Country] = []
    for each in sorted(set(found), key=lambda each: (each.start - each.end, each.start)):
        same = [k for k in kept if k.start < each.end and each.start < k.end]
        # Two countries may share an adjective: Congolese.
        if all((k.start, k.end) == (each.start, each.end) for k in same):
            kept.append(each)
    return [each for each in kept if not _is_other_word(text, each)]


def _is_other_word(text: str, place: Country) -> bool:
    word = fold(text[place.start : place.end])
    return word in HOMOGRAPHS and bool(SENTENCE_START.search(text[: place.start]))


def code_of(party: Any) -> str:
    """Find the code of the country that a state is: its own, else that of one of its names."""
    if party.kind != Party.Kind.STATE:
        return ""
    if party.country and party.country in read_table():
        return str(party.country)
    called = [fold(name) for name in (party.name, *party.aliases)]
    for texts in (
        called,
        [ARTICLE.sub("", c, 1) for c in called],
        [STYLE.sub("", c) for c in called],
    ):
        for code, names in read_table().items():
            if code and set(texts) & set(map(fold, names)):
                return code
    return ""
