"""Names that have a country's name in them and mean another thing: the Jordan River, Chad Smith."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from negotiations.text.abbreviations import abbreviations_of

from .adjectives import IS_CYRILLIC, SENTENCE_START, Token
from .offices import is_of_office

WATERS_AND_STREETS = (
    "River|Rivers|Sea|Street|St|Avenue|Ave|Road|Boulevard|Lane|Square|Valley|Bay|Gulf|Strait|Straits"
    "|Ocean|Mountains?|Desert|Peninsula"
)
CITIES_OF_GEORGIA = (
    "Atlanta|Savannah|Augusta|Macon|Columbus|Marietta|Decatur|Valdosta|Roswell"
    "|Brunswick|Gainesville|Alpharetta|Warner Robins|Sandy Springs|Fort Benning|Fort Stewart"
)
# Georgia is told by its cities; Washington and New York are where talks are held.
STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho"
    "|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota"
    "|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico"
    "|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina"
    "|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|West Virginia|Wisconsin|Wyoming"
)
OTHER_NAMES = re.compile(
    rf"\b(?:(?:North|South|East|West|Upper|Lower) )?[A-Z]\w+ (?:{WATERS_AND_STREETS})\b(?! [A-Z])"
    r"|\b(?:River|(?:Sea|Gulf|Strait|Bay|University|Institute|Museum|Times) of) [A-Z]\w+"
    rf"|\b(?:{CITIES_OF_GEORGIA}), Georgia\b|\b(?:Athens|Albany|Rome), Georgia(?=[,.;)])"
    r"|\b[Ss]tate of Georgia\b"
    rf"|\b[A-Z]\w+, (?:{STATES})\b"
    r"|\b(?:[Рр]ік[аиуо]ю?|[Рр]ічк\w+|[Рр]ек[аиуео]й?|[Вв]улиц\w+|[Уу]лиц\w+|в?ул\.)"
    r" [А-ЯІЇЄҐ]\w+"
    r"|\b[А-ЯІЇЄҐ]\w+ (?:мор(?:е|я|ю|ем|і|ям|ях)|(?:заток|проток)(?:а|и|у|ою|ой|е|і)"
    r"|(?:прол[иі]в|залив)(?:а|у|ом|е|і|и|ы)?|вулиц\w+|улиц\w+)\b"
)
# What is named after a state or its capital, and is not the state: Turkish Airlines, Kyiv Post.
BODIES = re.compile(
    "(?:Airlines?|Airways|Institute|University|College|School|Museum|Post|Times|Independent|Herald"
    "|Tribune|Examiner|Gazette|Journal|Today|Daily|News|Press|Broadcasting|Orchestra|Opera|Ballet"
    "|Grand|Open|Cup|League|Steel|Telecom|Petroleum|Heritage|Hotel|Exchange|Foundation|Tech)"
)
DIRECTIONS = re.compile(
    "(?:North|South|East|West)(?:ern|east|west|eastern|western)?|Central|Upper|Lower|Greater"
)
TIMES = re.compile(
    "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July"
    "|August|September|October|November|December"
)
# At the beginning of a sentence a capital letter says nothing of these.
BEGINNINGS = re.compile(
    "about|above|across|again|against|almost|along|already|also|always|amid|among|"
    "any|around|are|as|at|be|besides|between|beyond|can|could|did|do|does|even|"
    "except|given|had|has|have|hence|inside|into|is|its|let|like|likewise|may|"
    "maybe|might|must|near|neither|never|nevertheless|none|nonetheless|often|once|"
    "only|onto|outside|perhaps|rather|several|shall|should|since|some|sometimes|"
    "soon|still|than|thanks|through|throughout|thus|tell|told|toward|towards|unless|"
    "unlike|until|upon|versus|via|was|were|whether|will|within|would"
)
ENGLISH = abbreviations_of("en")
STARTERS = ENGLISH.starters if ENGLISH else frozenset()
PARTICIPLE = re.compile("[a-z]+(?:ing|ly|ed|wise|where)")
SENTENCE_MARK = re.compile(r"[.!?…\n](?:\s|$)")
HEADLINE_WORDS = 4
# As much of a text is looked at on each side.
NEAR = 300
OFFICE_OF = re.compile(r"([\w-]+) of (?:the )?$")


class Neighbours:
    """What stands beside a word of a text: whether it is a part of the name of another thing."""

    def __init__(self, text: str, tokens: list[Token], known: Iterable[tuple[int, int]]) -> None:
        self.text = text
        self.at_start = {token.start: number for number, token in enumerate(tokens)}
        self.at_end = {token.end: number for number, token in enumerate(tokens)}
        self.tokens = tokens
        places = list(known)
        self.starts, self.ends = {start for start, _ in places}, {end for _, end in places}

    def make_other_name(self, start: int, end: int, *, is_name: bool) -> bool:
        """Return whether words in capitals beside the name of a state make it another name.

        After the name itself any unknown one does ("Chad Smith"), after an adjective or initials
        only that of a body ("Turkish Airlines").
        """
        if start not in self.at_start or end not in self.at_end or self._is_headline(start):
            return False
        following = self._follow(self.at_end[end])
        if any(BODIES.fullmatch(token.raw) for token in following):
            return True
        if not is_name:
            return False
        return self.precedes_name(start, end) or self._is_led_by_name(start)

    def precedes_name(self, start: int, end: int) -> bool:
        """Return whether an unknown name follows, which is not that of a holder of its office."""
        following = self._follow(self.at_end[end])
        if not following or not self._is_name(following[0]) or following[0].start in self.starts:
            return False
        # "the President of Ukraine Volodymyr Zelensky"
        office = OFFICE_OF.search(self.text, max(start - NEAR, 0), start)
        return not (office and is_of_office(office[1]))

    def _follow(self, at: int) -> list[Token]:
        """List the words in capitals that follow, with nothing but spaces between them."""
        found: list[Token] = []
        for one, other in pairwise(self.tokens[at : at + NEAR]):
            if not other.raw[0].isupper() or self.text[one.end : other.start] not in {" ", ". "}:
                break
            # "J. Smith", but no new sentence.
            if self.text[one.end] == "." and (not found or len(one.raw) > 1):
                break
            found.append(other)
        return found

    def _is_led_by_name(self, start: int) -> bool:
        number = self.at_start[start] - 1
        if number < 0:
            return False
        token = self.tokens[number]
        if self.text[token.end : start] != " " or not token.raw[0].isupper():
            return False
        if IS_CYRILLIC.match(token.raw) or token.end in self.ends or not self._is_name(token):
            return False
        before = self.text[max(token.start - NEAR, 0) : token.start]
        if before.endswith(("'", "’")):
            return False
        return not (SENTENCE_START.search(before) and PARTICIPLE.fullmatch(token.folded))

    def _is_name(self, token: Token) -> bool:
        word = token.raw
        is_plain = BEGINNINGS.fullmatch(token.folded) or token.folded in STARTERS or word == "I"
        is_time = TIMES.fullmatch(word) or DIRECTIONS.fullmatch(word)
        return not (is_plain or is_time or is_of_office(word))

    def _is_headline(self, start: int) -> bool:
        """Whether all words of the sentence have capitals: then these say nothing."""
        begin, number = max(start - NEAR, 0), self.at_start[start]
        marks = SENTENCE_MARK.finditer(self.text, begin, start)
        first = max((mark.end() for mark in marks), default=begin)
        mark = SENTENCE_MARK.search(self.text, start, start + NEAR)
        last = mark.start() if mark else start + NEAR
        near = self.tokens[max(number - NEAR, 0) : number + NEAR]
        words = [each for each in near if first <= each.start < last]
        words = [each for each in words if len(each.raw) > 2 and each.folded not in STARTERS]
        return len(words) >= HEADLINE_WORDS and all(each.raw[0].isupper() for each in words)
