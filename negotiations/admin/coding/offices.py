"""Words of offices and of organs of states, which stand beside names and are no part of them."""

import re

HOLDERS = (
    "president|secretary|minister|chancellor|premier|envoy|spokesman|spokeswoman|spokesperson"
    "|ambassador|general|king|queen|pope|director|chairman|chairwoman|chairperson|chair|chief"
    "|head|leader|governor|mayor|commander|commissioner|mediator|negotiator|adviser|advisor|aide"
    "|assistant|representative|delegate|coordinator|deputy|vice|senator|speaker|colonel|major"
    "|captain|lieutenant|admiral|marshal|judge|official|officer|member|lawmaker|diplomat|emir"
    "|prince|princess|sultan|crown|foreign|prime|acting|former|special|senior|mr|mrs|ms|dr|prof"
    "|gen|col|sen|gov|rep"
)
ORGANS = (
    "administration|affairs|agency|air|armed|army|assembly|border|bureau|cabinet|chamber|commission"
    "|committee|congress|council|court|defen[cs]e|delegation|department|duma|embassy|executive"
    "|finance|federal|force|forces|government|guard|high|house|interior|intelligence|joint|justice"
    "|knesset|military|ministry|mission|national|navy|negotiating|office|parliament|parliamentary"
    "|police|policy|political|presidential|rada|security|senate|service|staff|state|supreme|team"
    "|trade|treasury|union|verkhovna|white"
)
# Ukrainian and Russian ones by their stems, whatever the case.
CYRILLIC_HOLDERS = (
    "президент|прем.?[єе]р|міністр|министр|голов(?:а|и|і|у|ою|ы|е|ой)\\b|глав(?:а|ы|е|у|ой)\\b"
    "|секретар|речни|представни|представител|посол|посл[аоуі]|посланник|радник|советник"
    "|помічни|помощни|переговорни|переговорщик|посередни|посредник|командувач|командующ|генерал"
    "|канцлер|лідер|лидер|спікер|спикер|депутат|директор|керівни|руководител|заступни|заместител"
    "|пресс?|віце|вице|король|корол[яюеі]|папа|шеф|мер\\b|мэр|губернатор|пан(?:а|у|ом|і)?\\b"
    "|господин|г-н|держсекретар|госсекретар|спецпосл|спецпредставител|спецпредставни|уповноважен"
    "|уполномоченн|начальник|омбудсмен"
)
CYRILLIC_ORGANS = (
    "адміністрац|администрац|армі|арми|верховн|делегац|держав|государств|закордонн|зовнішн"
    "|иностранн|внешн|оборон|мзс|мид|міністерств|министерств|нацбезпек|безпек|безопасност|нато"
    "|оон|офіс|офис|парламент|рад[аиіу]|совет|сенат|справ|дел\\b|сил|служб|уряд|правительств"
    "|кабінет|кабинет|кремл|рнбо|совбез|генштаб|міноборон|минобороны|мінфін|минфин|госдум|держдум"
)
HOLDER = re.compile(rf"(?:{HOLDERS})s?\b|(?:{CYRILLIC_HOLDERS})", re.IGNORECASE)
ORGAN = re.compile(rf"(?:{ORGANS})\b|(?:{CYRILLIC_ORGANS})", re.IGNORECASE)


def is_holder(word: str) -> bool:
    """Whether a word says what somebody is: "minister", "голова"."""
    return HOLDER.match(word) is not None


def is_of_office(word: str) -> bool:
    """Whether a word is of an office or an organ, and so no name: "Foreign", "Ministry"."""
    return is_holder(word) or ORGAN.match(word) is not None
