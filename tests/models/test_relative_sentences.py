"""Dates of whole sentences: each phrase and the reading that stands first, from 20 July 2025."""

from datetime import date

import pytest

from negotiations.dates.relative import find_date_phrases, interpret_phrase, sort_by_tense
from negotiations.dates.relative_tense import find_tense

SUNDAY = date(2025, 7, 20)


def read(text):
    """The readings of each phrase in its sentence, in the order in which they are offered."""
    found = [
        (words, find_tense(text, at, at + len(words))) for at, words in find_date_phrases(text)
    ]
    told = [sort_by_tense(interpret_phrase(words, SUNDAY), SUNDAY, tense) for words, tense in found]
    return [[reading.edtf for reading in each] for each in told]


@pytest.mark.parametrize(
    ("text", "firsts"),
    [
        # Several days, and stretches of them
        ("The union met the rail operator on 10 and 12 July.", ["2025-07-10"]),
        ("Judges heard the appeal on July 8, 10 and 15.", ["2025-07-08"]),
        ("The truce held from 30 June to 2 July.", ["2025-06-30/2025-07-02"]),
        ("Tariff talks ran from May 28 to June 3, 2025.", ["2025-05-28/2025-06-03"]),
        ("Delegates haggled over emissions between 11 and 13 June.", ["2025-06-11/2025-06-13"]),
        ("The final was played on 10–12 July.", ["2025-07-10/2025-07-12"]),
        ("The clubs talked from Monday to Wednesday.", ["2025-07-14/2025-07-16"]),
        ("Сторони зустрілися 10 і 12 липня.", ["2025-07-10"]),
        ("Стороны встретились 10 и 12 июля.", ["2025-07-10"]),
        ("Суд засідав 10, 12 та 14 липня.", ["2025-07-10"]),
        ("Переговори тривали з 10 до 12 липня.", ["2025-07-10/2025-07-12"]),
        ("Переговоры шли с 10 по 12 июля 2025 года.", ["2025-07-10/2025-07-12"]),
        ("Матчі пройшли 10–12 липня.", ["2025-07-10/2025-07-12"]),
        # No day of the calendar
        ("On 30 February the hostages came home.", []),
        ("The verdict fell on 31 June 2024.", []),
        ("The strike began on 29 February 2025.", []),
        ("The strike began on February 29.", ["2024-02-29"]),
        ("30 лютого вони зустрілися.", []),
        ("31 июня они встретились.", []),
        # Names
        ("The Second of May Movement claimed the kidnapping.", []),
        ("The 9 May parade passed without incident.", []),
        ("The 17 July Group rejected the wage offer.", []),
        ("The Treaty of 1975 bound both exporters.", []),
        ("The Treaty of 4 March 1975 still binds both clubs.", []),
        ("Resolution 2202 and the F-16 were discussed.", []),
        ("They discussed Agenda 2030 and the 2022 World Cup.", []),
        ("The March on Rome ended on 31 October 1922.", ["1922-10-31"]),
        ("It rained on the first and second of May.", []),
        ("The vote is two weeks after 5 May, as it is every Thursday.", []),
        ("Движение 2 мая отвергло сделку.", []),
        ("Парад 9 мая прошёл спокойно.", []),
        ("Договір 1975 року чинний.", []),
        # What is to come
        ("The bank has until Monday to answer the pay claim.", ["../2025-07-21"]),
        ("Until Thursday the border stays closed.", ["../2025-07-24"]),
        ("The court extended the stay until Friday.", ["../2025-07-25"]),
        ("The kidnappers gave the family until Tuesday.", ["../2025-07-22"]),
        ("The fighting lasted until Thursday.", ["../2025-07-17"]),
        ("The leagues agreed to meet again on Wednesday.", ["2025-07-23"]),
        ("Ministers decided to resume tariff talks on Thursday.", ["2025-07-24"]),
        ("The envoy promised to free the hostages on Friday.", ["2025-07-25"]),
        ("The judge flew to Geneva to meet them on Friday.", ["2025-07-18"]),
        ("The hearing was postponed to Tuesday.", ["2025-07-22"]),
        ("The vote was adjourned until Wednesday.", ["2025-07-23"]),
        ("They spoke ahead of Thursday’s climate summit.", ["2025-07-24"]),
        ("Hostages came home after Thursday’s talks.", ["2025-07-17"]),
        ("Профспілка домовилася зустрітися у середу.", ["2025-07-23"]),
        ("Стороны договорились встретиться в среду.", ["2025-07-23"]),
        ("Заседание суда перенесли на вторник.", ["2025-07-22"]),
        ("Засідання перенесли на вівторок.", ["2025-07-22"]),
        ("У компании есть время до понедельника.", ["../2025-07-21"]),
        ("Компанія має час до понеділка.", ["../2025-07-21"]),
        ("The summit will be held on 12 March.", ["2026-03-12"]),
        ("Elections are held on 12 May.", ["2026-05-12"]),
        ("The vote is to be held in February.", ["2026-02"]),
        ("Talks would be formally opened on Monday.", ["2025-07-21"]),
        ("Talks would have to be resumed on Monday.", ["2025-07-21"]),
        ("The clubs want the final to be held on Monday.", ["2025-07-21"]),
        ("Two rounds will be held in September-October.", ["2025-09/2025-10"]),
        ("Раунди відбудуться у вересні–жовтні.", ["2025-09/2025-10"]),
        ("Вибори проведуть у лютому.", ["2026-02"]),
        ("Голосуватимуть у понеділок.", ["2025-07-21"]),
        ("В понедельник проведут переговоры.", ["2025-07-21"]),
        ("A truce has been declared for 1 to 3 May.", ["2026-05-01/2026-05-03"]),
        ("A walkout was announced for Monday.", ["2025-07-21"]),
        ("С 1 по 3 мая объявлено перемирие.", ["2026-05-01/2026-05-03"]),
        ("Оголошено перемир'я з 1 по 3 травня.", ["2026-05-01/2026-05-03"]),
        ("Перемирие объявлено на понедельник.", ["2025-07-21"]),
        # What was
        ("A truce was announced on Monday.", ["2025-07-14"]),
        ("В понедельник объявлено перемирие.", ["2025-07-14"]),
        ("Talks would have been held on Monday.", ["2025-07-14"]),
        ("The envoy set to draft the text met them on Monday.", ["2025-07-14"]),
        ("The strikes ran in March-April.", ["2025-03/2025-04"]),
        ("The town was shelled on 12 March.", ["2025-03-12"]),
        ("The verdict had been expected on Friday.", ["2025-07-18"]),
        ("Shelling resumed on Friday night.", ["2025-07-18"]),
        ("The appeal will be heard on Monday morning.", ["2025-07-21"]),
        ("Обстрел возобновился в пятницу вечером.", ["2025-07-18"]),
        # Weekends, quarters, years and decades
        ("The unions meet again this weekend.", ["2025-07-19/2025-07-20"]),
        ("The unions met last weekend.", ["2025-07-12/2025-07-13"]),
        ("The final will be played next weekend.", ["2025-07-26/2025-07-27"]),
        ("Минулими вихідними сторони зустрілися.", ["2025-07-12/2025-07-13"]),
        ("The ministers will sign by the end of the month.", ["../2025-07-31"]),
        ("The pay deal expires at the end of the year.", ["2025-12"]),
        ("Emissions fell in mid-2024.", ["2024-05/2024-08"]),
        ("Trade grew in early 2023.", ["2023-01/2023-04"]),
        ("Barriers to trade rose in the 1990s.", ["199X"]),
        ("Exports fell in Q3 2024.", ["2024-07/2024-09"]),
        ("Exports fell in the second quarter of 2025.", ["2025-04/2025-06"]),
        ("The club joined the league in 2019.", ["2019"]),
        ("Sanctions applied from 2014 to 2016.", ["2014/2016"]),
        ("Експорт упав у 2024 році.", ["2024"]),
        ("Экспорт вырос в 2024 году.", ["2024"]),
        ("The club spent more in FY2025 and fiscal 2026.", []),
        # Seasons and fortnights
        ("The unions met last spring.", ["2025-03/2025-05"]),
        ("The clubs met last summer.", ["2024-06/2024-08"]),
        ("The strike began in the winter of 2022.", ["2022-12/2023-02"]),
        ("The unions will meet this autumn.", ["2025-09/2025-11"]),
        ("It came in the fall of the old mill.", []),
        ("Сторони зустрілися минулої весни.", ["2025-03/2025-05"]),
        ("Стороны встретились прошлым летом.", ["2024-06/2024-08"]),
        ("The club will reply in a fortnight.", ["2025-08-03"]),
        ("The troops leave within ten days of signing.", []),
        ("Послезавтра пройдут переговоры.", ["2025-07-22"]),
        # Beginnings
        ("The port has been shut since 1994.", ["1994/.."]),
        ("Since Tuesday, the strike has not stopped.", ["2025-07-15/.."]),
        ("The strike has not stopped since 1 March.", ["2025-03-01/.."]),
        ("З понеділка обстріли не вщухають.", ["2025-07-14/.."]),
        ("С понедельника обстрелы не прекращаются.", ["2025-07-14/.."]),
        ("Порт закрыт с 1994 года.", ["1994/.."]),
        ("Порт закрито з березня.", ["2025-03/.."]),
        ("The Friday Group rejected the offer.", []),
        # Digits
        ("1/2 of the hostages were freed.", []),
        ("The contract was signed on 12.07.2025.", ["2025-07-12"]),
        ("The contract was signed on 13/07/2025.", ["2025-07-13"]),
        ("The contract was signed on 07/13/2025.", ["2025-07-13"]),
        ("The contract was signed on 07/12/2025.", ["2025-07-12"]),
    ],
)
def test_the_first_readings_of_a_sentence_are_what_its_words_say(text, firsts):
    assert [each[0] for each in read(text)] == firsts


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("They met on 10 and 12 July 2025.", ["2025-07-10", "2025-07-12", "2025-07-10/2025-07-12"]),
        (
            "They met on July 10, 12 and 14, 2025.",
            ["2025-07-10", "2025-07-12", "2025-07-14", "2025-07-10/2025-07-14"],
        ),
        ("It was sent on 03/04/2025.", ["2025-04-03", "2025-03-04"]),
        ("Talks were put off until Friday.", ["2025-07-25", "2025-07-18"]),
    ],
)
def test_what_may_mean_several_days_offers_each(text, offered):
    (found, *more) = read(text)

    assert [*found[: len(offered)], *(each[0] for each in more)] == offered
