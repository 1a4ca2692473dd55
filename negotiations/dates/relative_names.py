"""Words that look like a date and are part of a name: the 17 July Group, the Treaty of 1975."""

from __future__ import annotations

import re

from .relative_parts import DAYS, MONTHS

# As far as a name reaches from its date.
NEAR = 80
NAMED = (
    "Movement|Group|Brigades?|Battalion|Party|Front|Army|Forces?|Committee|Coalition|Alliance"
    "|Square|Street|Avenue|Bridge|Stadium|Airport|Revolution|Foundation|Forum|Organi[sz]ation"
    "|Initiative|Process|Plan|Platform|Programme|Program|Union|League|Cup|Games"
)
LEGAL = (
    "treaty|agreements?|accords?|act|law|bill|pact|protocol|convention|constitution|charter"
    "|declaration|resolution|memorandum|decree|code|war|revolution|census|budget"
)
# What happens on a day may be told by it: "the 17 July attack". A parade is named after it.
EVENTS = (
    "attacks?|strikes?|talks|meetings?|summit|session|round|raid|vote|ruling|hearing|verdict|offer"
    "|shelling|bombing|ceasefire|cease-fire|truce|statement|announcement|proposals?|deadline"
    "|elections?|game|match|final|explosion|crash|exchange|swap|release|walkout|deal|call|visit"
)
OF_TIME = "night|evening|morning|afternoon|day|week|weekend|month|end|beginning|middle|start|half"
CYRILLIC = (
    "рух|движени|групп?|площ|вули|улиц|фронт|бригад|парад|арм[іи]|парт[иі]|революц|фонд|форум|імен"
    "|имен|договор|договір|угод|соглашени|резолюц|конституц|закон|деклара|конвенц|пакт|протокол"
    "|меморандум"
)
FOLLOWED = re.compile(rf"[’']?s?,? (?:[A-Z][\w-]+ )?(?:{NAMED}|{LEGAL.title()})\b")
OF_A_NAME = re.compile(
    rf"(?:\b(?i:{LEGAL})|\b(?!(?i:{OF_TIME}|{'|'.join(MONTHS)})\b)[A-Z]\w+) (?:of|from) (?:the )?$"
)
AFTER_ARTICLE = re.compile(r"\b(?:the|a|an|this|its|their) $", re.IGNORECASE)
ATTRIBUTE = re.compile(rf" (?!(?:{EVENTS})\b)[a-z]", re.IGNORECASE)
IS_PLAIN_DAY = re.compile(r"(?:\d+ [a-z]+\.?|[a-z]+\.? \d+)(?:,? \d{4})?", re.IGNORECASE)
# "Two weeks after 5 May" and "every Thursday" are not that day.
OF_OTHER_DAYS = re.compile(
    r"\b(?:(?:days?|weeks?|months?|years?) (?:after|before|from|following|since|on)|every|each"
    r"|alternate) (?:the )?$|(?:st|nd|rd|th|first|second|third) (?:and|or|to) (?:the )?$",
    re.IGNORECASE,
)
NAMED_WEEKDAY = re.compile(r"\b(?:Black|Bloody|Good|Holy|Easter|Palm|Ash|Shrove|Super|Cyber) $")
# "Theresa May" and "April Glaspie", but "In May" and "Last June".
SURNAME = re.compile(
    r"\b(?!(?:In|On|Since|By|Last|Early|Late|Mid|Until|From|Before|After|This|Next|During|And|To"
    r"|Between|Through|The|For|Of|Around|About|Throughout)\b)[A-Z]\w*\.? $"
)
BEFORE_CYRILLIC = re.compile(
    rf"(?<!\w)(?:{CYRILLIC})\w{{0,5}}(?<!ли|ла|ло)(?<!сь|ся) (?:від |от |про |о )?$", re.IGNORECASE
)
NAMES_OF_MONTHS = {*MONTHS, *(month[:3] for month in MONTHS)}


def is_in_name(text: str, start: int, end: int) -> bool:
    """Check whether words of a text are part of a name, or tell of another thing than the verb."""
    words, before, after = (
        text[start:end],
        text[max(start - NEAR, 0) : start],
        text[end : end + NEAR],
    )
    if OF_OTHER_DAYS.search(before):
        return True
    if FOLLOWED.match(after) or OF_A_NAME.search(before) or BEFORE_CYRILLIC.search(before):
        return True
    if words.lower() in DAYS:
        return bool(NAMED_WEEKDAY.search(before))
    if words.lower() in NAMES_OF_MONTHS:
        # "The March on Rome" is no month.
        is_name = AFTER_ARTICLE.search(before) and re.match(r" (?:on|for|of) ", after)
        return bool(is_name or SURNAME.search(before) or re.match(r" [A-Z]", after))
    is_attribute = AFTER_ARTICLE.search(before) and ATTRIBUTE.match(after)
    return bool(is_attribute and IS_PLAIN_DAY.fullmatch(words))
