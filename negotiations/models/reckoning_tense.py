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
# "Was due to" says nothing of whether it came to be; it hides the words inside it.
UNDECIDED = (
    rf"\b(?:was|were|had been)(?: (?:not|also|still))? (?:{ARRANGED}|to be|to|going to)\b"
    rf"|\b(?:be|been) {ARRANGED}\b"
)
WILL = (
    rf"\b(?:will|shall|won[’']t|{BE} {ARRANGED}|{BE} (?:about )?to|{BE} going to"
    r"|would|can|could|may|might|must|should|plans?|intends?|hopes?|aims?|wants?|expects?|vows? to"
    r"|prepar(?:es?|ing) to)\b(?! have\b)|[’']ll\b"
    rf"|\b{ARRANGED} (?:for|on|to|in|by)\b"
    rf"|\b{BE} (?:meeting|flying|travelling|traveling|arriving|leaving|returning|visiting|hosting"
    r"|holding|sending|coming|resuming|starting|beginning)\b"
)
# The timetable's present, where no other verb stands before it.
TIMETABLE = (
    r"\b(?:resumes?|starts?|begins?|opens?|meets?|arrives?|leaves?|expires?|returns?|travels?"
    r"|visits?|fl(?:y|ies)|takes? place|ends?|goes|comes)\b"
)
WILL_CYRILLIC = (
    r"\b(?:бу(?:де|дуть|демо|ду|дет|дут|дем)|відбуд(?:е|у)ться|состо[ия]тся|пройд(?:е|ё)?(?:ть|т|уть|ут)?"
    r"|ма(?:є|ють) \w+ти(?:ся)?|повин\w+ \w+ти(?:ся)?|долж(?:ен|на|но|ны) \w+ть(?:ся)?"
    r"|зустрі(?:не|ну)ться|встрет[ия]тся|відновл?[ия]ться|возобнов[ия]тся|поч(?:не|ну)ться"
    r"|начн(?:е|ё|у)тся|приб(?:уде|удуть|удет|удут)|при(?:ї|е)д(?:е|уть|ет|ут)"
    r"|п(?:і|о)дпиш(?:е|уть|ет|ут)|план(?:у|иру)\w+|намер(?:ен|ева)\w*|має намір|мають намір"
    r"|очіку\w+ся|ожида\w+ся|запланован\w+|запланирован\w+|призначен\w+|назначен\w+)\b"
)
# A participle after "will" is no verb of its own; these are, wherever they stand.
WAS = (
    r"\b(?:said|says|told|was|were|did|had|has|have|began|met|held|left|took|gave|came|went|spoke"
    r"|fell|broke|struck|hit|shot|sent|won|lost|fought|found|made|saw|sought|ran|wrote|rose|flew"
    r"|сказав|сказала|сказал|заявив|заявила|заявил|повідомив|сообщил|сообщила)\b"
)
WAS_PERHAPS = r"\b\w{2,}ed\b|\b\w{2,}(?:в|ла|ло|ли|вся|лася|лося|лися|лся|лась|лось|лись)\b"
MARK = re.compile(
    rf"(?P<undecided>{UNDECIDED})|(?P<future>{WILL}|{WILL_CYRILLIC})|(?P<timetable>{TIMETABLE})"
    rf"|(?P<past>{WAS})|(?P<perhaps>{WAS_PERHAPS})",
    re.IGNORECASE,
)


def find_tense(text: str, start: int, end: int) -> str:
    """Tell the tense of the verb by which a date stands: in its clause, else in one beside it.

    The clause after it comes first ("On Thursday, the sides will meet"). Empty if no verb is known.
    """
    stops = [match.span() for match in BOUNDARY.finditer(text) if not start < match.end() <= end]
    begin = max((stop for _first, stop in stops if stop <= start), default=0)
    close = min((first for first, _stop in stops if first >= end), default=len(text))
    following = min((first for first, _ in stops if first > close), default=len(text))
    preceding = max((stop for _, stop in stops if stop < begin), default=0)
    clauses = (
        _last_tense(text[begin:start]),
        _first_tense(text[end:close]),
        _first_tense(text[close + 1 : following]),
        _last_tense(text[preceding:begin]),
    )
    return next((tense for tense in clauses if tense is not None), "")


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
    match = MARK.search(part)
    return _tense(match) if match else None


def _tense(match: re.Match[str]) -> str:
    return {"future": FUTURE, "timetable": FUTURE, "undecided": ""}.get(str(match.lastgroup), PAST)
