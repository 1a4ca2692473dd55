"""Dates in Ukrainian and Russian words, said in English, so that one set of rules counts them all.

The forms are those in which news tells dates; a word is known by its stem, whatever its case.
"""

from __future__ import annotations

import re

# A word by its stem, in either language, and the English one.
MONTHS = {
    r"січ(?:ень|н[яі])|январ[ьяе]": "January",
    r"лют(?:ий|ого|ому)|феврал[ьяе]": "February",
    r"берез(?:ень|н[яі])|март[ае]?": "March",
    r"квіт(?:ень|н[яі])|апрел[ьяе]": "April",
    r"трав(?:ень|н[яі])|ма[йяе]": "May",
    r"черв(?:ень|н[яі])|июн[ьяе]": "June",
    r"лип(?:ень|н[яі])|июл[ьяе]": "July",
    r"серп(?:ень|н[яі])|август[ае]?": "August",
    r"верес(?:ень|н[яі])|сентябр[ьяе]": "September",
    r"жовт(?:ень|н[яі])|октябр[ьяе]": "October",
    r"листопад[аі]?|ноябр[ьяе]": "November",
    r"груд(?:ень|н[яі])|декабр[ьяе]": "December",
}
WEEKDAYS = {
    r"понеділ(?:ок|к[ау])|понедельник[ау]?": "Monday",
    r"вівтор(?:ок|к[ау])|вторник[ау]?": "Tuesday",
    r"серед[аиу]|сред[ауы]": "Wednesday",
    r"четвер(?:г[ау]?)?": "Thursday",
    r"п['’ʼ]ятниц[яіюьу]|пятниц[аыу]": "Friday",
    r"субот[аиу]|суббот[аыу]": "Saturday",
    r"неділ[яію]|воскресень[еяю]": "Sunday",
}
# Of one: "the next weeks" are no span that anybody could count.
ENDING = "(?:ого|ому|ом|ий|ый|ої|ой|у|ій|ую|его|ем|ей|ым|им)"
WHICH = {
    f"(?:наступн|майбутн|следующ|будущ){ENDING}": "next",
    f"(?:минул|прошл){ENDING}": "last",
    f"(?:найближч|ближайш){ENDING}": "coming",
    "цього|цьому|цей|цієї|цій|цю|этого|этом|этот|этой|эту": "this",
}
WHICH_DAYS = {
    "(?:наступн|следующ|будущ|ближайш|найближч)(?:их|ими|і|ие|им)": "next",
    "(?:минул|прошл)(?:их|ими|і|ые|ым|ыми)": "last",
    "ц(?:их|ими|і)|эт(?:их|ими|и)": "this",
}
HOURS = {
    "вранці|уранці|утром": "morning",
    "вдень|удень|дн[её]м": "afternoon",
    "ввечері|увечері|вечером": "evening",
    "вночі|уночі|ночью": "night",
}
UNITS = {
    r"день|дн(?:я|і|ів|ей)": "day",
    r"тиж(?:день|н[яюі]|нів)|недел[яиюеь]": "week",
    r"місяц(?:ь|[яюі]|ів)|месяц(?:[ауеы]|ев)?": "month",
    r"рік|ро(?:ку|ці|ки|ків)|год(?:[ауеы]|ов)?|лет": "year",
}
NUMBERS = {
    r"од(?:ин|на|ну|ного)": "one",
    r"дв(?:а|і|е|ох|ух)": "two",
    r"тр(?:и|ьох|[её]х)": "three",
    r"чотири|чотирьох|четыр(?:е|[её]х)": "four",
    r"п['’ʼ]ят[ьи]|пят[ьи]": "five",
    r"шіст[ьи]|шести|шест[ьи]": "six",
    r"сім|сем[ьи]": "seven",
    r"вісім|восьми|восемь": "eight",
    r"дев['’ʼ]ят[ьи]|девят[ьи]": "nine",
    r"десят[ьи]": "ten",
    r"одинадцят[ьи]|одиннадцат[ьи]": "eleven",
    r"дванадцят[ьи]|двенадцат[ьи]": "twelve",
    r"\d{1,4}": "",
}
PARTS = {
    r"початку|начал[аеу]": "early",
    r"середин[іиыеу]": "mid",
    r"кінц[іяю]|конц[аеу]": "the end of",
}
HALVES = {r"раніше|ранее|раньше": "earlier", r"пізніше|позже|позднее": "later"}
SEASONS = {
    r"весн(?:а|и|і|ы|у|е|ою|ой)": "spring",
    r"літ(?:о|а|ку|ом)|лет(?:о|а|ом)": "summer",
    r"ос(?:інь|ені|інню|ень|ени|енью)": "autumn",
    r"зим(?:а|и|і|ы|у|е|ою|ой)": "winter",
}
TABLES = {
    "season": SEASONS,
    "month": MONTHS,
    "weekday": WEEKDAYS,
    "which": WHICH,
    "unit": UNITS,
    "number": NUMBERS,
    "part": PARTS,
    "half": HALVES,
    "hour": HOURS,
    "which_days": WHICH_DAYS,
    "which_unit": {"місяця|месяца": "month", "року|года": "year"},
    "last_month": MONTHS,
    "last_day": WEEKDAYS,
}


def _one_of(name: str) -> str:
    return rf"(?P<{name}>{'|'.join(TABLES[name])})"


DAY = r"(?P<day>[0-3]?\d)(?:-?го)?"
OF_YEAR = r" ?(?:року|році|рік|году|года|год|р\.|г\.)"
# A number before another word is no year unless it says so: "5 травня 2000 солдатів".
YEAR = rf"(?P<year>19\d\d|20(?!00)\d\d|[12]\d{{3}}(?={OF_YEAR})|[12]\d{{3}}(?! \w))(?:{OF_YEAR})?"
IN = "(?:[ув]о? |на )"
HALF = f"(?:{_one_of('half')} (?:на |[ув] )?)?"
MONTH, WEEKDAY, UNIT = map(_one_of, ("month", "weekday", "unit"))
LAST_MONTH, LAST_DAY, HOUR = map(_one_of, ("last_month", "last_day", "hour"))
SEASON = _one_of("season")
DAYS = r"(?P<days>[0-3]?\d(?:-?го)?(?:, [0-3]?\d(?:-?го)?)*)"
LAST = r"(?P<last>[0-3]?\d)(?:-?го)?"
AND = " (?:і|й|та|и|или|або) "
TO = "(?: ?[-–—] ?| (?:до|по) )"
FROM = "(?:(?:і?зі?|с|від|от) )"
BETWEEN = "(?:між|между) "
PLAIN_YEAR = rf"(?P<year>[12]\d{{3}}){OF_YEAR}"
COUNT = f"(?:{_one_of('number')} )?{UNIT}"
DAY_AND_MONTH = f"{DAY} {MONTH}(?:,? {YEAR})?"
PART = f"{_one_of('part')} (?:{MONTH}(?:,? {YEAR})?|{_one_of('which')} (?P<unit>місяця|месяца))"
PART_OF = f"{_one_of('part')} {_one_of('which_unit')}"
AT = "(?:на |[ув] |все|на(?:при)?)?"
BY = "(?:до|не пізніше(?: ніж)?|не позднее(?: чем)?|к) "

# Each form, and how it is said in English.
FORMS = [
    (DAY_AND_MONTH, "{day} {month} {year}"),
    (f"{DAYS}{AND}{LAST} {MONTH}(?:,? {YEAR})?", "{days} and {last} {month} {year}"),
    (f"{FROM}?{DAY}{TO}{LAST} {MONTH}(?:,? {YEAR})?", "from {day} to {last} {month} {year}"),
    (f"{BETWEEN}{DAY}{AND}{LAST} {MONTH}(?:,? {YEAR})?", "from {day} to {last} {month} {year}"),
    (
        f"{FROM}?{DAY} {MONTH}{TO}{LAST} {LAST_MONTH}(?:,? {YEAR})?",
        "from {day} {month} to {last} {last_month} {year}",
    ),
    (f"{FROM}{WEEKDAY} (?:до|по) {LAST_DAY}", "from {weekday} to {last_day}"),
    (f"(?:[ву] ніч|в ночь|ночью|вночі) на {WEEKDAY}", "overnight to {weekday}"),
    (f"{IN}?{_one_of('which_days')} (?:вихідн|выходн)\\w+", "{which_days} weekend"),
    ("(?:на|у|в) (?:вихідні|вихідних|выходные|выходных)", "the weekend"),
    (f"(?:(?:[ув]о?|за|протягом|в течение) )?{PLAIN_YEAR}", "in {year}"),
    (f"{BY}{PLAIN_YEAR}", "by {year}"),
    (f"{AT}{_one_of('part')} {PLAIN_YEAR}", "{part} {year}"),
    (f"{BY}{PART_OF}", "by {part} the {which_unit}"),
    (f"{AT}{PART_OF}", "{part} the {which_unit}"),
    (r"(?P<decade>1[89]\d|20\d)0-(?:х|ті|е)(?: рок\w+| год\w+)?", "{decade}0s"),
    ("напередодні|накануне", "the day before"),
    (f"{BY}{DAY_AND_MONTH}", "by {day} {month} {year}"),
    (f"{AT}{PART}", "{part} {which} {unit} {month} {year}"),
    (f"{BY}{PART}", "by {part} {which} {unit} {month} {year}"),
    (
        f"(?:[ув]|із?|з|с) {MONTH}(?: ?[-–—] ?| (?:до|по) ){LAST_MONTH}(?: {YEAR})?",
        "from {month} to {last_month} {year}",
    ),
    (f"[ув] {MONTH}(?: {YEAR})?", "in {month} {year}"),
    (f"{FROM}{MONTH}(?: {YEAR})?", "since {month} {year}"),
    (f"{FROM}{DAY_AND_MONTH}", "since {day} {month} {year}"),
    (f"{FROM}{PLAIN_YEAR}", "since {year}"),
    (rf"{MONTH} {YEAR}", "{month} {year}"),
    (f"{HALF}{IN}?{_one_of('which')} {UNIT}", "{half} {which} {unit}"),
    ("торік", "last year"),
    (f"(?:[ув]о?|на) {WEEKDAY}(?: {HOUR})?", "on {weekday} {hour}"),
    (f"{FROM}{WEEKDAY}", "since {weekday}"),
    (f"{IN}?{_one_of('which')} {WEEKDAY}", "{which} {weekday}"),
    (f"{BY}{WEEKDAY}", "by {weekday}"),
    ("сьогодні|сегодня", "today"),
    ("[ву]?чора|вчера", "yesterday"),
    ("позавчора|позавчера", "before yesterday"),
    ("завтра", "tomorrow"),
    ("післязавтра|послезавтра", "the day after tomorrow"),
    (f"{AT}{_one_of('which')} {SEASON}", "{which} {season}"),
    (f"{AT}{SEASON} {PLAIN_YEAR}", "{season} {year}"),
    ("[ву]ночі|минулої ночі|ночью|прошлой ночью", "overnight"),
    (
        f"(?:протягом|[ву]продовж|в течение) (?:(?:наступн|найближч|следующ|ближайш)\\w+ )?{COUNT}",
        "within {number} {unit}",
    ),
    (f"{COUNT} (?:тому|назад)", "{number} {unit} ago"),
    (f"через {COUNT}", "in {number} {unit}"),
]
PATTERNS = [re.compile(rf"(?<!\w)(?:{form})(?!\w)", re.IGNORECASE) for form, _english in FORMS]


def translate_to_english(words: str) -> str:
    """What words of either language say, in words that the rules know; empty for other words."""
    for pattern, (_form, english) in zip(PATTERNS, FORMS, strict=True):
        match = pattern.fullmatch(words)
        if match is not None:
            told = {name: _word(name, said or "") for name, said in match.groupdict().items()}
            return " ".join(english.format_map(told).split())
    return ""


def _word(name: str, said: str) -> str:
    if name == "number" and not said:
        return "a"
    if name == "day":
        return said.zfill(2)
    for stem, word in TABLES.get(name, {}).items():
        if word and re.fullmatch(stem, said, re.IGNORECASE):
            return word
    return said
