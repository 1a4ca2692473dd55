"""Dates in words: what they mean from a day, by the rules that the module states."""

from datetime import date

import pytest

from negotiations.dates.relative import find_date_phrases, interpret_phrase, sort_by_tense
from negotiations.dates.relative_tense import find_tense

SATURDAY, SUNDAY = date(2025, 7, 19), date(2025, 7, 20)


@pytest.mark.parametrize(
    ("words", "anchor", "meant"),
    [
        ("next week", SATURDAY, ["2025-07-21/2025-07-27", "2025-07-20/2025-07-26"]),
        ("next week", SUNDAY, ["2025-07-21/2025-07-27", "2025-07-21/2025-07-27"]),
        ("this week", SUNDAY, ["2025-07-14/2025-07-20"]),
        ("last week", SUNDAY, ["2025-07-07/2025-07-13", "2025-07-13/2025-07-19"]),
        ("earlier this week", SUNDAY, ["2025-07-14/2025-07-19", "2025-07-14/2025-07-20"]),
        ("early June", SUNDAY, ["2025-06-01/2025-06-10", "2026-06-01/2026-06-10"]),
        ("mid-June 2024", SUNDAY, ["2024-06-11/2024-06-20"]),
        ("late February", date(2024, 7, 1), ["2024-02-21/2024-02-29", "2025-02-21/2025-02-28"]),
        ("the end of June 2025", SUNDAY, ["2025-06-21/2025-06-30", "2025-06-30"]),
        ("Last month", SUNDAY, ["2025-06", "2025-06-20/2025-07-19"]),
        ("next month", SUNDAY, ["2025-08", "2025-07-21/2025-08-19"]),
        ("Earlier this month", SUNDAY, ["2025-07-01/2025-07-19", "2025-07"]),
        ("last year", SUNDAY, ["2024"]),
        ("on Saturday", SUNDAY, ["2025-07-19", "2025-07-26"]),
        ("On Saturday", SATURDAY, ["2025-07-19", "2025-07-26", "2025-07-12"]),
        ("next Saturday", SATURDAY, ["2025-07-26"]),
        ("next Tuesday", SATURDAY, ["2025-07-22"]),
        ("last Tuesday", SATURDAY, ["2025-07-15", "2025-07-08"]),
        ("Saturday (July 19)", SUNDAY, ["2025-07-19", "2026-07-19"]),
        ("19 July", date(2025, 7, 18), ["2024-07-19", "2025-07-19"]),
        ("July 19, 2025", SUNDAY, ["2025-07-19"]),
        ("date 2025-07-20", SATURDAY, ["2025-07-20"]),
        ("in June", SUNDAY, ["2025-06", "2026-06"]),
        ("yesterday", SUNDAY, ["2025-07-19"]),
        ("overnight", SATURDAY, ["2025-07-18/2025-07-19", "2025-07-19/2025-07-20"]),
        ("within 50 days", SATURDAY, ["../2025-09-07", "2025-07-19/2025-09-07", "2025-09-07"]),
        ("within a month", date(2025, 1, 31), ["../2025-02-28", "2025-01-31/2025-02-28"]),
        ("by the end of August", SUNDAY, ["../2025-08-31"]),
        ("two weeks ago", SUNDAY, ["2025-07-06", "2025-06-30/2025-07-06"]),
        ("in three months", SUNDAY, ["2025-10-20", "2025-10"]),
        ("30 February 2025", SUNDAY, []),
        ("in 9999 years", SUNDAY, []),
        ("soon", SUNDAY, []),
    ],
)
def test_words_mean_these_spans_the_likeliest_first(words, anchor, meant):
    found = [reading.edtf for reading in interpret_phrase(words, anchor)]

    assert found[: len(meant)] == list(dict.fromkeys(meant))
    assert bool(found) == bool(meant)


@pytest.mark.parametrize(
    ("english", "ukrainian", "russian"),
    [
        ("next week", "наступного тижня", "на следующей неделе"),
        ("earlier this month", "раніше цього місяця", "ранее в этом месяце"),
        ("last year", "торік", "в прошлом году"),
        ("early June", "на початку червня", "в начале июня"),
        ("mid June 2024", "у середині червня 2024 року", "в середине июня 2024 г."),
        ("the end of next month", "наприкінці наступного місяця", "в конце следующего месяца"),
        ("in May", "у травні", "в мае"),
        ("19 July", "19 липня", "19 июля"),
        ("20 July 2025", "20.07.2025", "20 июля 2025 года"),
        ("20 July 2025", "20. 7. 2025", "20.7.2025"),
        ("on Tuesday", "у вівторок", "во вторник"),
        ("last Friday", "минулої п’ятниці", "в прошлую пятницу"),
        ("yesterday", "вчора", "вчера"),
        ("overnight", "вночі", "ночью"),
        ("three days ago", "три дні тому", "три дня назад"),
        ("a week ago", "тиждень тому", "неделю назад"),
        ("in two weeks", "через два тижні", "через две недели"),
        ("within 50 days", "протягом 50 днів", "в течение 50 дней"),
        ("by 1 September", "до 1 вересня", "не позднее 1 сентября"),
        ("by the end of August", "до кінця серпня", "до конца августа"),
        ("by Monday", "до понеділка", "до понедельника"),
    ],
)
def test_ukrainian_and_russian_words_mean_what_english_ones_do(english, ukrainian, russian):
    meant = interpret_phrase(english, SUNDAY)

    assert meant
    assert interpret_phrase(ukrainian, SUNDAY) == meant
    assert interpret_phrase(russian.capitalize(), SUNDAY) == meant


@pytest.mark.parametrize("words", ["31 червня 2025", "незабаром", "следующие недели", "99 мая"])
def test_words_that_tell_no_day_of_the_calendar_mean_nothing(words):
    assert interpret_phrase(words, SUNDAY) == []


def test_words_that_make_a_bound_belong_to_the_date():
    text = "It has until Friday; weapons go by 7 September, prisoners no later than late July."

    found = [words for _, words in find_date_phrases(text)]

    assert found == ["until Friday", "by 7 September", "no later than late July"]
    assert [interpret_phrase(words, SUNDAY)[0].edtf for words in found] == [
        "../2025-07-25",
        "../2025-09-07",
        "../2025-07-31",
    ]


def test_a_text_gives_its_words_for_dates_once_each_without_prepositions():
    text = "Kyiv said on Saturday (July 19) that talks, halted in early June, may go on next week."

    assert [(text.index(words), words) for _, words in find_date_phrases(text)] == [
        (13, "Saturday (July 19)"),
        (54, "early June"),
        (76, "next week"),
    ]
    assert [start for start, _ in find_date_phrases(text)] == [13, 54, 76]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In May 20 prisoners were freed.", ["May"]),
        ("Since March 3 people died.", ["Since March"]),
        ("By May 20,000 soldiers had left.", ["By May"]),
        ("On 20 July 1200 prisoners came home.", ["20 July"]),
        ("On 5 May 2000 soldiers left.", ["5 May"]),
        ("On 5 May 2000 the sides met.", ["5 May 2000"]),
        ("On 19 July 2025 Russian soldiers attacked.", ["19 July 2025"]),
        ("Article 5 may apply, and they may 20 times.", []),
        ("After two days of talks they left.", []),
        ("It came within two weeks of the vote.", []),
        ("It fell in the last week of May.", ["May"]),
        ("They met from 5 to 7 June.", ["from 5 to 7 June"]),
        ("They met on June 5-7, 2025.", ["June 5-7, 2025"]),
        ("They met on 5 and 7 June.", ["5 and 7 June"]),
        ("The sides meet in two weeks.", ["in two weeks"]),
        ("20 липня 1200 полонених повернулися.", ["20 липня"]),
        ("20 липня 2025 року вони зустрілися.", ["20 липня 2025 року"]),
    ],
)
def test_words_that_do_not_belong_together_make_no_date(text, found):
    assert [words for _start, words in find_date_phrases(text)] == found


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("from 5 to 7 June", ["2025-06-05/2025-06-07", "2026-06-05/2026-06-07"]),
        ("5–7 June 2024", ["2024-06-05/2024-06-07"]),
        ("between June 5 and 7, 2024", ["2024-06-05/2024-06-07"]),
        ("7 to 5 June", []),
        ("in two weeks", ["2025-08-03", "2025-07-28/2025-08-03"]),
    ],
)
def test_days_of_a_month_are_one_stretch(words, meant):
    assert [reading.edtf for reading in interpret_phrase(words, SUNDAY)] == meant


@pytest.mark.parametrize(
    ("text", "tense"),
    [
        ("He is due to fly home on Thursday.", "future"),
        ("Talks began on Thursday.", "past"),
        ("On Thursday, the sides will meet.", "future"),
        ("On Thursday the sides met.", "past"),
        ("He said on Thursday that talks will resume.", "past"),
        ("He said talks will resume on Thursday.", "future"),
        ("They will hold proposed talks on Thursday.", "future"),
        ("They will resume talks that stalled on Thursday.", "past"),
        ("Talks resume Thursday.", "future"),
        ("Putin was due to arrive on Thursday.", ""),
        ("They may have died on Thursday.", "past"),
        ("The two are to meet on Thursday.", "future"),
        ("The talks scheduled for Thursday are in Istanbul.", "future"),
        ("A meeting on Thursday.", ""),
        ("Зустріч відбудеться у четвер.", "future"),
        ("Встреча состоялась в четверг.", "past"),
        ("Переговоры пройдут в четверг.", "future"),
    ],
)
def test_the_verb_by_a_date_has_a_tense(text, tense):
    ((start, words),) = find_date_phrases(text)

    assert find_tense(text, start, start + len(words)) == tense


@pytest.mark.parametrize(
    ("words", "tense", "first"),
    [
        ("Thursday", "future", "2025-07-24"),
        ("Thursday", "past", "2025-07-17"),
        ("Thursday", "", "2025-07-17"),
        ("Sunday", "future", "2025-07-20"),
        ("in June", "future", "2026-06"),
        ("19 July", "future", "2026-07-19"),
        ("by 7 September", "future", "../2025-09-07"),
        ("by 7 September", "past", "../2024-09-07"),
        ("next week", "past", "2025-07-21/2025-07-27"),
    ],
)
def test_the_first_reading_agrees_with_the_tense(words, tense, first):
    assert sort_by_tense(interpret_phrase(words, SUNDAY), SUNDAY, tense)[0].edtf == first
