"""Adjectives and inhabitants of countries: by "Russian" a text names Russia.

The libraries that have them give one word a country, and no "US" or "Serb"; so the table is kept
here: the code of ISO 3166-1, the English names, and the words that mean the country, separated by
commas. They serve to offer a party, never to fill one in, and say nothing of anybody's status. A
party of kind ``state`` has the words of its row, found by its code, else by one of its names.
Ukrainian and Russian adjectives follow from the party's names in these languages
(``CYRILLIC_ADJECTIVE``); those that do not are in the last column.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from negotiations.models import Party
from negotiations.models.words import fold

TABLE = """
AF | Afghanistan | Afghan, Afghans
AL | Albania | Albanian, Albanians
DZ | Algeria | Algerian, Algerians
AD | Andorra | Andorran, Andorrans
AO | Angola | Angolan, Angolans
AR | Argentina | Argentine, Argentinian, Argentines
AM | Armenia | Armenian, Armenians
AU | Australia | Australian, Australians
AT | Austria | Austrian, Austrians
AZ | Azerbaijan | Azerbaijani, Azeri, Azerbaijanis
BH | Bahrain | Bahraini, Bahrainis
BD | Bangladesh | Bangladeshi, Bangladeshis
BY | Belarus | Belarusian, Belarusians
BE | Belgium | Belgian, Belgians
BZ | Belize | Belizean, Belizeans
BJ | Benin | Beninese
BT | Bhutan | Bhutanese
BO | Bolivia | Bolivian, Bolivians
BA | Bosnia and Herzegovina, Bosnia | Bosnian, Bosnians
BW | Botswana | Botswanan, Botswanans
BR | Brazil | Brazilian, Brazilians
BN | Brunei | Bruneian, Bruneians
BG | Bulgaria | Bulgarian, Bulgarians
BF | Burkina Faso | Burkinabe, Burkinabes
BI | Burundi | Burundian, Burundians
KH | Cambodia | Cambodian, Cambodians
CM | Cameroon | Cameroonian, Cameroonians
CA | Canada | Canadian, Canadians
CV | Cape Verde, Cabo Verde | Cape Verdean, Cape Verdeans
CF | Central African Republic | Central African, Central Africans
TD | Chad | Chadian, Chadians
CL | Chile | Chilean, Chileans
CN | China, People's Republic of China | Chinese
CO | Colombia | Colombian, Colombians
KM | Comoros | Comorian, Comorians
CG | Republic of the Congo, Congo | Congolese
CD | Democratic Republic of the Congo, DR Congo, DRC | Congolese
CR | Costa Rica | Costa Rican, Costa Ricans
CI | Ivory Coast, Côte d'Ivoire | Ivorian, Ivorians
HR | Croatia | Croatian, Croatians, Croats
CU | Cuba | Cuban, Cubans
CY | Cyprus | Cypriot, Cypriots
CZ | Czechia, Czech Republic | Czech, Czechs
DK | Denmark | Danish, Danes | датськ, датск
DJ | Djibouti | Djiboutian, Djiboutians
DO | Dominican Republic | Dominican, Dominicans
TL | East Timor, Timor-Leste | Timorese
EC | Ecuador | Ecuadorian, Ecuadorians
EG | Egypt | Egyptian, Egyptians | єгипетськ, египетск
SV | El Salvador | Salvadoran, Salvadorans
GQ | Equatorial Guinea | Equatorial Guinean, Equatorial Guineans
ER | Eritrea | Eritrean, Eritreans
EE | Estonia | Estonian, Estonians
SZ | Eswatini | Swazi, Swazis
ET | Ethiopia | Ethiopian, Ethiopians
FJ | Fiji | Fijian, Fijians
FI | Finland | Finnish, Finns | фінськ, финск
FR | France | French | французьк, французск
GA | Gabon | Gabonese
GM | Gambia | Gambian, Gambians
GE | Georgia | Georgian, Georgians | грузинськ, грузинск
DE | Germany | German, Germans | німецьк, немецк, германск
GH | Ghana | Ghanaian, Ghanaians
GR | Greece | Greek, Greeks | грецьк, греческ
GT | Guatemala | Guatemalan, Guatemalans
GN | Guinea | Guinean, Guineans
GW | Guinea-Bissau | Bissau-Guinean, Bissau-Guineans
GY | Guyana | Guyanese
HT | Haiti | Haitian, Haitians
VA | Holy See, Vatican | Vatican, Papal
HN | Honduras | Honduran, Hondurans
HU | Hungary | Hungarian, Hungarians | угорськ, венгерск
IS | Iceland | Icelandic, Icelanders
IN | India | Indian, Indians | індійськ, индийск
ID | Indonesia | Indonesian, Indonesians
IR | Iran | Iranian, Iranians
IQ | Iraq | Iraqi, Iraqis
IE | Ireland | Irish
IL | Israel | Israeli, Israelis
IT | Italy | Italian, Italians | італійськ, итальянск
JM | Jamaica | Jamaican, Jamaicans
JP | Japan | Japanese
JO | Jordan | Jordanian, Jordanians
KZ | Kazakhstan | Kazakh, Kazakhstani, Kazakhs
KE | Kenya | Kenyan, Kenyans
XK | Kosovo | Kosovar, Kosovan, Kosovars
KW | Kuwait | Kuwaiti, Kuwaitis
KG | Kyrgyzstan | Kyrgyz
LA | Laos | Lao, Laotian, Laotians
LV | Latvia | Latvian, Latvians
LB | Lebanon | Lebanese | ліванськ, ливанск
LS | Lesotho | Basotho
LR | Liberia | Liberian, Liberians
LY | Libya | Libyan, Libyans | лівійськ, ливийск
LI | Liechtenstein | Liechtensteiner
LT | Lithuania | Lithuanian, Lithuanians
LU | Luxembourg | Luxembourgish, Luxembourgers
MG | Madagascar | Malagasy
MW | Malawi | Malawian, Malawians
MY | Malaysia | Malaysian, Malaysians
MV | Maldives | Maldivian, Maldivians
ML | Mali | Malian, Malians
MT | Malta | Maltese
MR | Mauritania | Mauritanian, Mauritanians
MU | Mauritius | Mauritian, Mauritians
MX | Mexico | Mexican, Mexicans
MD | Moldova | Moldovan, Moldovans
MC | Monaco | Monegasque
MN | Mongolia | Mongolian, Mongolians
ME | Montenegro | Montenegrin, Montenegrins
MA | Morocco | Moroccan, Moroccans
MZ | Mozambique | Mozambican, Mozambicans
MM | Myanmar, Burma | Burmese, Myanma
NA | Namibia | Namibian, Namibians
NP | Nepal | Nepali, Nepalese, Nepalis
NL | Netherlands | Dutch | нідерландськ, голландськ, голландск, нидерландск
NZ | New Zealand | New Zealanders
NI | Nicaragua | Nicaraguan, Nicaraguans
NE | Niger | Nigerien, Nigeriens
NG | Nigeria | Nigerian, Nigerians
KP | North Korea, Democratic People's Republic of Korea, DPRK | North Korean, North Koreans
MK | North Macedonia | Macedonian, Macedonians
NO | Norway | Norwegian, Norwegians
OM | Oman | Omani, Omanis
PK | Pakistan | Pakistani, Pakistanis
PS | Palestine, State of Palestine | Palestinian, Palestinians
PA | Panama | Panamanian, Panamanians
PG | Papua New Guinea | Papua New Guinean, Papua New Guineans
PY | Paraguay | Paraguayan, Paraguayans
PE | Peru | Peruvian, Peruvians
PH | Philippines | Philippine, Filipino, Filipinos
PL | Poland | Polish, Poles | польськ, польск
PT | Portugal | Portuguese
QA | Qatar | Qatari, Qataris
RO | Romania | Romanian, Romanians
RU | Russia, Russian Federation | Russian, Russians
RW | Rwanda | Rwandan, Rwandans
SA | Saudi Arabia | Saudi, Saudis | саудівськ, саудовск
SN | Senegal | Senegalese
RS | Serbia | Serbian, Serb, Serbs
SL | Sierra Leone | Sierra Leonean, Sierra Leoneans
SG | Singapore | Singaporean, Singaporeans
SK | Slovakia | Slovak, Slovaks
SI | Slovenia | Slovenian, Slovene, Slovenes
SB | Solomon Islands | Solomon Islanders
SO | Somalia | Somali, Somalis
ZA | South Africa | South African, South Africans
KR | South Korea, Republic of Korea | South Korean, South Koreans
SS | South Sudan | South Sudanese
ES | Spain | Spanish, Spaniards
LK | Sri Lanka | Sri Lankan, Sri Lankans
SD | Sudan | Sudanese
SR | Suriname | Surinamese
SE | Sweden | Swedish, Swedes | шведськ, шведск
CH | Switzerland | Swiss | швейцарськ, швейцарск
SY | Syria | Syrian, Syrians
TW | Taiwan | Taiwanese
TJ | Tajikistan | Tajik, Tajiks
TZ | Tanzania | Tanzanian, Tanzanians
TH | Thailand | Thai, Thais
TG | Togo | Togolese
TT | Trinidad and Tobago | Trinidadian, Trinidadians
TN | Tunisia | Tunisian, Tunisians
TR | Turkey, Türkiye | Turkish, Turks | турецьк, турецк
TM | Turkmenistan | Turkmen
UG | Uganda | Ugandan, Ugandans
UA | Ukraine | Ukrainian, Ukrainians
AE | United Arab Emirates, UAE | Emirati, Emiratis
GB | United Kingdom, UK, Britain, Great Britain | British, Britons, UK, U.K. | британськ, британск
US | United States, USA | American, Americans, US, U.S. | американськ, американск
UY | Uruguay | Uruguayan, Uruguayans
UZ | Uzbekistan | Uzbek, Uzbeks
VE | Venezuela | Venezuelan, Venezuelans
VN | Vietnam, Viet Nam | Vietnamese
YE | Yemen | Yemeni, Yemenis
ZM | Zambia | Zambian, Zambians
ZW | Zimbabwe | Zimbabwean, Zimbabweans
"""
# What follows the stem of a name in Ukrainian and Russian, folded: росі-иськ-ого.
CYRILLIC_ENDING = "[а-яіє]{1,4}"
CYRILLIC_ADJECTIVE = rf"(?:и|о)?(?:ь?ськ|цьк|ь?ск|цк){CYRILLIC_ENDING}"


class Words(NamedTuple):
    """One row of the table."""

    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    stems: tuple[str, ...]


@cache
def read_table() -> dict[str, Words]:
    """Read the rows by their code."""
    rows = {}
    for line in TABLE.strip().splitlines():
        code, *columns = (column.strip() for column in line.split("|"))
        lists = [tuple(map(str.strip, column.split(","))) for column in columns]
        names, adjectives, *rest = lists
        rows[code] = Words(names, adjectives, tuple(map(fold, rest[0])) if rest else ())
    return rows


def words_of(party: Any) -> Words:
    """Find the row of a party by its code, else by one of its names; empty without one."""
    if party.kind != Party.Kind.STATE:
        return Words((), (), ())
    table = read_table()
    if party.country in table:
        return table[party.country]
    called = {fold(name) for name in (party.name, *party.aliases)}
    found = (row for row in table.values() if called & set(map(fold, row.names)))
    return next(found, Words((), (), ()))


def rows_meant(text: str) -> dict[str, Words]:
    """Find the rows whose adjectives a text has, written with their capitals."""
    words = fold(text).split()
    return {
        code: row
        for code, row in read_table().items()
        if any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text) for each in row.adjectives)
        or any(word.startswith(row.stems) for word in words)
    }
