"""Whether the verb by a date speaks of what is to come or of what was.

Only what orders the readings of a date hangs on it, so a verb that is not known costs nothing but
that order: then the past comes first, as in most reports.
"""

from __future__ import annotations

import re

FUTURE, PAST = "future", "past"

# A clause ends at a mark or at a word that begins another.
BOUNDARY = re.compile(
    r"[.!?;:,()—–]"
    r"|\b(?:that|which|who|whom|whose|after|because|while|when|where|although|though|but|and)\b"
    r"|\b(?:що|який|яка|яке|які|коли|після|але|та|и|й|что|котор\w+|когда|после|но)\b",
    re.IGNORECASE,
)
BE = r"(?:is|are|am|be|[’']s|[’']re)(?: (?:not|also|still|now|only|currently))?"
ARRANGED = r"(?:due|set|expected|scheduled|planned|slated|supposed|likely|poised|bound)"
# What follows "be" is no verb of its own: "will be held", "is to be formally opened".
DONE = r"(?:(?: \w+){0,3}? be(?: \w+ly)? \w+\b)?"
# "Was due to" says nothing of whether it came to be; it hides the words inside it.
UNDECIDED = (
    rf"\b(?:was|were)(?: (?:not|also|still))? (?:{ARRANGED}|to be|to|going to)\b{DONE}"
    rf"|\b(?:be|been) {ARRANGED}\b"
)
# What had been expected was so before what is told.
OVERTAKEN = rf"\bhad(?: (?:not|also|long|once))? been {ARRANGED}\b(?: (?:for|on|to|in|by)\b)?"
# These tell of what is still to be done: "agreed to meet", "called on them to stop".
COMMISSIVE = (
    r"agree|decid|resolv|promis|pledg|vow|plan|intend|hop|expect|offer|threaten|order|urg|ask|call"
    r"|invit|want|propos|commit|undert|prepar|demand|request|requir|oblig|need|instruct|swor|swear"
    r"|told|tell|allow|permit|ready|willing|obligat"
)
TO_DO = (
    rf"\b(?:{COMMISSIVE})\w*(?: [\w’'-]+){{0,6}}? to"
    rf" (?!(?:the|a|an|his|her|its|their|this|that|each|all|any)\b)(?:be \w+|[a-z]{{2,}})"
)
TO_DO_CYRILLIC = (
    r"\b(?:домов|погод|виріш|обіця|договор|соглас|реш|обеща|намер|намір|план|готов|хоч|хот|закли"
    r"|призва|предлож|запропон|вимага|потреб|зобов|обяз|наказ|приказ)\w*(?: \w+){0,4}?"
    r" \w{2,}(?:ти|ть)(?:ся|сь)?\b"
)
# What is put off to a day is to be on it: "the vote was moved to Friday".
PUT_OFF = (
    r"\b(?:postpon\w+|adjourn\w+|reschedul\w+|deferr?\w*|delay\w*|moved?|moving|pushed|brought|put"
    r")\b(?: \w+){0,4}? (?:to|until|till|for)\s*$"
    r"|\b(?:перен[еоё]с|відкла|отлож)\w*(?: \w+){0,4}? (?:на|до)\s*$"
)
WILL = (
    rf"\b(?:will|shall|won[’']t|{BE} {ARRANGED}|{BE} (?:about )?to|{BE} going to"
    r"|ahead of|would|can|could|(?-i:may)|might|must|should|plans?|intends?|hopes?|aims?|wants?"
    r"|expects?|vows? to"
    rf"|prepar(?:es?|ing) to)\b(?! have\b(?! to\b)){DONE}|[’']ll\b{DONE}"
    rf"|\b{ARRANGED} (?:for|on|to|in|by)\b"
    rf"|\b{BE} (?:meeting|flying|travelling|traveling|arriving|leaving|returning|visiting|hosting"
    r"|holding|sending|coming|resuming|starting|beginning"
    r"|(?:being )?(?:held|hosted|convened|staged))\b"
)
# The timetable's present, where no other verb stands before it.
TIMETABLE = (
    r"\b(?:resumes?|starts?|begins?|opens?|meets?|arrives?|leaves?|expires?|returns?|travels?"
    r"|visits?|fl(?:y|ies)|takes? (?:place|effect)|ends?|goes|comes)\b"
)
WILL_CYRILLIC = (
    r"\b(?:бу(?:де|дуть|демо|ду|дет|дут|дем)|відбуд(?:е|у)ться|состо[ия]тся|пройд(?:е|ё)?(?:ть|т|уть|ут)?"
    r"|\w{2,}тим(?:е|уть|емо)(?:ся)?|провед(?:е|ё|у)ть?(?:ся)?|[зс]о?бер(?:е|ё|у)ть?ся"
    r"|(?:роз)?почн(?:е|уть)|начн(?:[её]т|ут)|обговор[ия]ть|обсуд[ия]т|продовж[иа]ть(?:ся)?"
    r"|продолж[иа]т(?:ся)?|заверш[иа]ть?(?:ся)?|обміня(?:є|ють)ся|обменя[ею]тся"
    r"|зв[иі]льн[ия]ть|освобод[ия]т|передад(?:уть|ут)|верн(?:[её]|у)т(?:ся)?|поверн(?:е|у)ть(?:ся)?"
    r"|набуде|вступ[ия]ть?|відкри(?:є|ють)(?:ся)?|откро[ею]т(?:ся)?"
    r"|ма(?:є|ють) \w+ти(?:ся)?|повин\w+ \w+ти(?:ся)?|долж(?:ен|на|но|ны) \w+ть(?:ся)?"
    r"|зустрі(?:не|ну)ться|встрет[ия]тся|відновл?[ия]ться|возобнов[ия]тся|поч(?:не|ну)ться"
    r"|начн(?:е|ё|у)тся|приб(?:уде|удуть|удет|удут)|при(?:ї|е)д(?:е|уть|ет|ут)"
    r"|п(?:і|о)дпиш(?:е|уть|ет|ут)|план(?:у|иру)\w+|намер(?:ен|ева)\w*|має намір|мають намір"
    r"|очіку\w+ся|ожида\w+ся|запланован\w+|запланирован\w+|призначен\w+|назначен\w+)\b"
)
# A participle after "will" is no verb of its own; these are, wherever they stand.
WAS = (
    r"\b(?:said|says|told|was|were|did|had|has|have|began|met|held|left|took|gave|came|went|spoke"
    r"|following|fell|broke|struck|hit|shot|sent|won|lost|fought|found|made|saw|sought|ran|wrote|rose|flew"
    r"|сказав|сказала|сказал|заявив|заявила|заявил|повідомив|сообщил|сообщила)\b"
)
WAS_PERHAPS = r"\b\w{2,}ed\b|\b\w{2,}(?:в|ла|ло|ли|вся|лася|лося|лися|лся|лась|лось|лись)\b"
MARK = re.compile(
    rf"(?P<overtaken>{OVERTAKEN})|(?P<undecided>{UNDECIDED})"
    rf"|(?P<future>{PUT_OFF}|{TO_DO}|{TO_DO_CYRILLIC}|{WILL}|{WILL_CYRILLIC})|(?P<timetable>{TIMETABLE})"
    rf"|(?P<past>{WAS})|(?P<perhaps>{WAS_PERHAPS})",
    re.IGNORECASE,
)
INFINITIVE = re.compile(rf"{TO_DO}|{TO_DO_CYRILLIC}", re.IGNORECASE)
# A bound is one to come, unless these stand by it: "lasted until Friday".
BOUND = re.compile(r"(?:by|until|till|no later than|до|к|не пізніше|не позднее)\b", re.IGNORECASE)
LASTED = re.compile(
    r"\b(?:had|was|were|lasted|continued|stayed|remained|went on|held|fought|ran|waited|talked"
    r"|worked|kept|тривал\w+|длил\w+|продолжал\w+|був|була|було|були|был|была|было|были)\b"
    r"(?! (?:given|told|allowed|extended|prolonged|ordered|set|due|expected|to)\b)",
    re.IGNORECASE,
)
# What is announced for a day is to be on it: "declared for 1 May", "объявлено с 1 по 3 мая".
ANNOUNCED = re.compile(
    r"\b(?:declar|announc|proclaim|call|agree|fix|book|pencil)\w*\b|\b(?:об[ъ]явл|об[ъ]яви|оголо[шс])\w*",
    re.IGNORECASE,
)
FOR = re.compile(r"\b(?:for|from|з|із|зі|с|від|от|на) (?:the )?$", re.IGNORECASE)
FROM = re.compile(r"(?:from|з|із|зі|с|від|от) (?=.*\d)|на ", re.IGNORECASE)
LEAD = re.compile(r"(?:на|до|until|till|by)\b", re.IGNORECASE)


def find_tense(text: str, start: int, end: int) -> str:
    """Tell the tense of the verb by which a date stands: in its clause, else in one beside it.

    The clause after it comes first ("On Thursday, the sides will meet"). Empty if no verb is known.
    """
    stops = [match.span() for match in BOUNDARY.finditer(text) if not start < match.end() <= end]
    begin = max((stop for _first, stop in stops if stop <= start), default=0)
    close = min((first for first, _stop in stops if first >= end), default=len(text))
    following = min((first for first, _ in stops if first > close), default=len(text))
    preceding = max((stop for _, stop in stops if stop < begin), default=0)
    if BOUND.match(text, start):
        return PAST if LASTED.search(text[begin:start] or text[end:close]) else FUTURE
    if (FOR.search(text[begin:start]) or FROM.match(text[start:end])) and ANNOUNCED.search(
        text[begin:close]
    ):
        return FUTURE
    lead = LEAD.match(text, start)
    clauses = (
        _last_tense(text[begin : lead.end() if lead else start]),
        _first_tense(text[end:close]),
        _first_tense(text[close + 1 : following]),
        _last_tense(text[preceding:begin]),
    )
    return next((tense for tense in clauses if tense is not None), "")


def find_verb(text: str, start: int, end: int, taken: list[tuple[int, int]]) -> str:
    """Find the words of the clause by which a date stands: up to it, or after it where it leads.

    ``taken`` are the places of the other dates: "agreed on Wednesday to meet on Friday".
    """
    stops = [match.span() for match in BOUNDARY.finditer(text)] + taken
    begin = max((stop for _first, stop in stops if stop <= start), default=0)
    close = min((first for first, _stop in stops if first >= end), default=len(text))
    words = text[begin:start]
    if re.search(r"\w{4}", words):
        return words
    return _without_infinitive(text[end:close])


def _without_infinitive(part: str) -> str:
    return INFINITIVE.sub(lambda match: match.group().split()[0], part)


def _last_tense(part: str) -> str | None:
    """The tense that a clause has at its end."""
    tense = None
    for match in MARK.finditer(part):
        kind = match.lastgroup
        if (kind == "perhaps" and tense == FUTURE) or (kind == "timetable" and tense is not None):
            continue
        tense = _tense(match)
    return tense


def _first_tense(part: str) -> str | None:
    # "On Friday they agreed to meet" tells when they agreed.
    match = MARK.search(_without_infinitive(part))
    return _tense(match) if match else None


def _tense(match: re.Match[str]) -> str:
    return {"future": FUTURE, "timetable": FUTURE, "undecided": ""}.get(str(match.lastgroup), PAST)
