"""The page of a negotiation: what everybody may read of it, in pictures and in words."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from django.db import transaction
from django.test import Client

from negotiations.analysis.date_spans import DateSpan
from negotiations.analysis.quantities import Bounds, Share
from negotiations.pages.formatting import format_share, format_uncertain_date
from negotiations.pages.pictures.lettering import wrap_text
from negotiations.pages.pictures.scale import Stretch, build_scale, build_stretch, find_longest
from negotiations.pages.pictures.svg import PICTURES
from tests.factories import (
    CommitmentFactory,
    IssueFactory,
    NegotiationFactory,
    OutcomeFactory,
    PartyFactory,
    PositionFactory,
)
from tests.support.scene import build_scene
from tests.support.seedfiles import SEEDS, run_command

pytestmark = pytest.mark.django_db

HERE = "/negotiations/ukraine-russia-2025/"


@pytest.fixture(scope="module")
def seeds(django_db_setup, django_db_blocker):
    """The seeds, loaded once: the tests that use them only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert run_command(SEEDS)[0] == 0
        yield
        transaction.set_rollback(True)


class Words(HTMLParser):
    """The text of a page, and where its links lead."""

    def __init__(self, page):
        super().__init__()
        self.words, self.links, self.ids = [], [], []
        self.feed(page)
        self.text = " ".join(" ".join(self.words).split())

    def handle_data(self, data):
        self.words.append(data)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.links += [given["href"]] if "href" in given and tag == "a" else []
        self.ids += [given["id"]] if "id" in given else []


def read(path, status=200):
    answer = Client().get(path)
    assert answer.status_code == status, path
    return Words(answer.content.decode())


def test_the_page_of_the_seed_says_what_its_pictures_show(seeds):
    page = read(HERE)

    for words in (
        "Halted",
        "Further talks Should further talks be held? Leaders' meeting Should the two presidents",
        "nothing found Yes between 1 and 19 July 2025 (order not proved) Could say yes",
        "Yes date unknown, told by 20 July 2025",
        "on or before 7 September 2025, counted from the source's words",
        "round The later of the two Istanbul rounds (held) between 1 and 10 June 2025, assumed",
        "round The round that Ukraine proposed on 19 July 2025 (proposed) between 21 and 27 July",
        "position Russia (demand): Ukraine is to reject all Western military aid. between 1 and 30",
        "negotiation Peace talks of Ukraine and Russia, 2025 (halted)",
        "proposal Deadline – United States → Russia: Trump's warning to Russia to reach a deal",
        "within 50 days (status: open) on or before 7 September",
        "response Ukraine, on “Russia's list of demands of June 2025”: rejected",
        "Without a date commitment Russia ↔ Ukraine: Both sides are to carry out prisoner",
        "outcome A ceasefire was not reached (status: not reached)",
        "A deadline passed and no result is recorded United States → Russia: Trump's warning to",
        "50 days (status: open) On or before 7 September 2025; passed at least",
        "No answer recorded: Russia; made",
        "Resting on one source: 39",
        "2 positions in all",
        "Sources with more than the text at hand: 1 News article 2025-07-20 No title,",
        "News article 2025-07-20 20 of 20 sentences are coded, by 52 quotations.",
        "Hand over remains, Russia ↔ Ukraine. Promised number not given Reported",
        "Reported number not given, in 1 delivery Confirmed no delivery is confirmed",
        "The text is not the whole document.",
        "“Nothing found”: no answer is recorded from 1 source; it",
    ):
        assert words in page.text


@pytest.mark.slow
def test_every_link_of_a_page_leads_somewhere(seeds):
    page = read(HERE)
    own = {link for link in page.links if link.startswith("/") and not link.startswith("/admin/")}

    assert len(own) > 40
    assert {link: Client().get(link, follow=True).status_code for link in own} == dict.fromkeys(
        own, 200
    )
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_other_sites_are_told_what_the_page_shows(seeds):
    head = " ".join(Client().get(HERE).content.decode().partition("</head>")[0].split())

    for name, words in {
        "title": "Peace talks of Ukraine and Russia, 2025",
        "description": "Who holds what, what happened, who moved, what was promised and delivered",
        "url": f"http://testserver{HERE}",
        "type": "article",
    }.items():
        assert f'<meta property="og:{name}" content="{words}' in head


def test_a_page_runs_no_script_and_styles_nothing_by_itself(seeds):
    content = Client().get(HERE).content.decode()

    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", content)


def test_each_picture_is_a_file_of_its_own(seeds):
    for name in PICTURES:
        answer = Client().get(f"{HERE}{name}.svg")
        picture = ElementTree.fromstring(answer.content)

        assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
        assert picture.tag == "{http://www.w3.org/2000/svg}svg"
        assert (picture.get("width"), picture.get("viewBox").split()[2]) == (
            picture.get("width"),
        ) * 2
        assert "Peace talks of Ukraine and Russia, 2025" in picture.get("aria-label")
        assert re.findall(r"(?:src|href)=", answer.content.decode()) == []
    assert Client().get(f"{HERE}nothing.svg").status_code == 404


MOMENT = "on=2025-07-20"


@pytest.mark.parametrize(
    ("name", "query", "says"),
    [
        ("timeline", "", "what happened"),
        ("matrix", MOMENT, "who held what on 2025-07-20"),
        ("movement", f"{MOMENT}&since=2025-06-30", "who moved from 2025-06-30 to 2025-07-20"),
        ("fulfilment", MOMENT, "promised and delivered by 2025-07-20"),
        ("attention", MOMENT, "what waited on 2025-07-20"),
        ("coverage", "", "how far its sources were read"),
    ],
)
def test_a_picture_says_by_itself_what_it_shows_and_of_which_day(name, query, says, seeds):
    picture = ElementTree.fromstring(Client().get(f"{HERE}{name}.svg?{query}").content)

    title = f"Peace talks of Ukraine and Russia, 2025: {says}"
    assert picture.get("aria-label") == picture.find(f"{SVG}title").text == title
    drawn = ["".join(each.itertext()) for each in picture.findall(f"{SVG}text")]
    assert drawn[:2] == ["Peace talks of Ukraine and Russia, 2025", f"{says[0].upper()}{says[1:]}"]


SVG = "{http://www.w3.org/2000/svg}"


def words_of(address):
    """The texts of a picture, each whole, however many lines it takes."""
    picture = ElementTree.fromstring(Client().get(address).content)
    return ["".join(each.itertext()) for each in picture.iter(f"{SVG}text")]


def test_what_a_picture_has_no_room_for_is_told(seeds):
    about = {"negotiation": NegotiationFactory(slug="talks", review="published")}
    about |= {"party": PartyFactory(review="published"), "issue": IssueFactory(review="published")}
    for stance in ("supports", "open", "opposes"):
        PositionFactory(stance=stance, review="published", **about)

    happened = words_of(f"{HERE}timeline.svg")
    warning = "United States → Russia: Trump's warning to Russia to reach a deal within 50 days"
    assert f"Deadline – {warning} (status: open)" in happened
    assert "The round that Ukraine proposed on 19 July 2025 (proposed)" in happened
    assert "News article 2025-07-20" in words_of(f"{HERE}coverage.svg")
    held = words_of(f"{HERE}matrix.svg")
    assert len([words for words in held if words.endswith(", implied")]) == 2
    assert len([words for words in held if words.endswith(", demand")]) == 3
    assert "Should Ukraine give up more territory?" in held
    assert words_of("/negotiations/talks/movement.svg").count("and 1 more: could say yes (1)") == 2


def luminance(colour):
    """How bright a colour is, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, brighter = sorted((luminance(one), luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


def test_pictures_have_colours_for_day_and_night_that_stand_out(seeds):
    for name in PICTURES:
        first = Client().get(f"{HERE}{name}.svg")
        again = Client().get(f"{HERE}{name}.svg", HTTP_IF_NONE_MATCH=first["ETag"])
        picture = ElementTree.fromstring(first.content)
        style = picture.find("{http://www.w3.org/2000/svg}style").text

        # The rest of the picture names no colour.
        assert set(re.findall("#[0-9a-f]{6}", first.text)) == set(re.findall("#[0-9a-f]{6}", style))
        assert {"style-src 'unsafe-inline'"} == {
            answer["Content-Security-Policy"].split("; ")[1] for answer in (first, again)
        }
        for scheme in style.split("@media (prefers-color-scheme: dark)"):
            rules = re.findall(r"\.(\w+)[^{}]*\{[^{}]*?(#\w+)", scheme)
            colours = dict(rules)
            against = {sign: contrast(colours[sign], colours["ground"]) for sign in colours}
            assert min(against["ink"], against["quiet"], against["sign"]) >= 4.5
            assert min(against["bar"], against["perhaps"]) >= 3


def test_nobody_sees_what_is_not_published(reviewer_user):
    talks = build_scene("draft")["negotiations"]
    client = Client()
    client.force_login(reviewer_user)
    for path in (f"/negotiations/{talks.slug}/", f"/negotiations/{talks.slug}/matrix.svg"):
        assert [Client().get(path).status_code, client.get(path).status_code] == [404, 404]


def test_drafts_change_no_byte_of_a_page(seeds):
    from negotiations.models import Negotiation
    from tests.factories import PositionFactory, RoundFactory

    talks = Negotiation.objects.get()
    paths = [HERE, *(f"{HERE}{name}.svg" for name in PICTURES)]
    before = [Client().get(path).content for path in paths]
    PositionFactory(negotiation=talks, date="2025-07-19")
    RoundFactory(negotiation=talks, date="2025-07-19")

    assert [Client().get(path).content for path in paths] == before


@pytest.mark.parametrize(
    "query",
    [
        "?from=July",
        "?page=0",
        "?page=x",
        "?page=999999",
        "?to=2025-13-01",
        "?on=tomorrow",
        "?as_of=July",
        "?as_of=2999-01-01",
        "?as_of=2999-01-01T00:00:00Z",
        "?since=2025-07-20&until=2025-07-19",
        "?since=2025-07-20&until=2025-07-20",
        "?until=0001-01-01",
    ],
)
def test_a_query_that_means_nothing_is_refused(query, seeds):
    assert Client().get(f"{HERE}{query}").status_code == 400


def test_the_sides_versions_of_one_promise_are_drawn_on_one_scale():
    outcome = OutcomeFactory(review="published")
    sides = [PartyFactory(name=name, review="published") for name in ("North", "South")]
    about = {"negotiation": outcome.negotiation, "outcome": outcome, "unit": "persons"}
    about |= {"obligor": sides[:1], "obligee": sides[1:], "review": "published"}
    for side, many in zip(sides, (1000, 1200), strict=True):
        CommitmentFactory(according_to=side, quantity_min=many, quantity_max=many, **about)
    CommitmentFactory(**{**about, "outcome": None}, quantity_min=5, quantity_max=5)
    here = f"/negotiations/{outcome.negotiation.slug}/"

    part = Client().get(here).text.partition('id="fulfilment"')[2].partition("</section>")[0]

    drawn = re.findall(r'class="span" x="0" y="1" width="([0-9.]+)%"', part)
    assert sorted(float(width) for width in drawn if float(width)) == [83.33, 100, 100]
    assert "North → South, according to: South." in part
    assert any("according to: South" in words for words in words_of(f"{here}fulfilment.svg"))


def test_a_page_speaks_of_the_day_that_is_asked_about(seeds):
    before, later = (read(f"{HERE}?on={day}") for day in ("2025-07-20", "2026-11-22"))
    passed = "A date passed and whether the round was held is not recorded"

    assert (
        "This is how things stood on 20 July 2025 . That holds for positions, who moved,"
        in before.text
    )
    assert (
        "By the latest source: Halted between 1 and 10 June 2025 (“early June”, resolved)."
        in before.text
    )
    assert (passed in before.text, passed in later.text) == (False, True)
    assert "made 1 day ago " in before.text
    assert "made at least 1 day ago " in before.text
    assert "Days up to 20 July 2025." in before.text
    assert "The upright line is 20 July 2025." in before.text
    # Everything that the page leads to is asked the same.
    data = {link for link in before.links if link.endswith("?on=2025-07-20")}
    assert {link.split("/")[-2] for link in data} >= {"matrix", "timeline", "attention"}
    assert {Client().get(link).status_code for link in data} == {200}
    assert "How things stood" not in read(HERE).text.partition("Look at another day")[0]


def test_a_page_knows_what_was_known_at_the_instant_that_is_asked_about():
    talks = NegotiationFactory(slug="talks", title="Talks", review="published")
    about = {"negotiation": talks, "review": "published"}
    first = PositionFactory(claim="The first claim.", date="2025-07-01", **about)
    instant = first.updated_at.isoformat().replace("+00:00", "Z")
    PositionFactory(claim="The second claim.", date="2025-07-02", **about)

    now, then = (read(f"/negotiations/talks/{query}") for query in ("", f"?as_of={instant}"))

    told = [("first" in page.text, "The second claim" in page.text) for page in (now, then)]
    assert told == [(True, True), (True, False)]
    assert "as far as this record knew it on" in then.text
    coverage = next(link for link in then.links if "/coverage/?as_of=" in link)
    assert Client().get(coverage).status_code == 200
    assert read(f"/negotiations/talks/?as_of={instant[:10]}").text == now.text
    assert Client().get("/negotiations/talks/?as_of=2020-01-01").status_code == 404


def test_a_window_of_the_timeline_has_what_can_lie_in_it(seeds):
    page = read(f"{HERE}?from=2025-07-21&to=2025-07-27")

    assert "The round that Ukraine proposed on 19 July 2025" in page.text
    assert "Drone strike on Odesa" not in page.text.partition("Who moved From")[0]
    assert "Show all of it" in page.text


def test_moves_are_compared_between_the_days_asked_for(seeds):
    page = read(f"{HERE}?since=2025-06-30&until=2025-07-20")

    for words in (
        "Before 30 June 2025 After 20 July 2025 Change",
        "Russia Territory Should Ukraine give up more territory? Yes between 1 and 30 June 2025",
        "June 2025 (demand) Yes between 1 and 30 June 2025 (demand) nothing recorded since",
        "Perhaps: leans to no between 1 June and 19 July 2025 (no date proves it by then) Leans",
        "order not proved) changed or first recorded The dates do not say which.",
        "Should the two presidents meet? nothing found Yes 19 July 2025 first recorded",
        "Should further talks be held? Russia and Ukraine Before perhaps 2 steps After perhaps 0",
        "Should the two presidents meet? Russia and Ukraine Before neither has a known stance",
    ):
        assert words in page.text
    # Without days it is the time since the last round.
    assert 'value="2025-05-31"' in Client().get(HERE).content.decode()


def test_days_are_drawn_in_percent_and_open_sides_run_to_the_edge():
    from datetime import date

    first, last = date(2025, 1, 1), date(2025, 4, 10)
    scale = build_scale([DateSpan(first, first), DateSpan(last, None)])

    assert (scale.first, scale.last, scale.days) == (first, last, 100)
    bar = scale.bar(DateSpan(date(2025, 1, 11), date(2025, 1, 20)))
    assert (bar.left, bar.width, bar.opens_before, bar.opens_after) == (10, 10, False, False)
    open_bar = scale.bar(DateSpan(None, date(2025, 1, 10)))
    assert (open_bar.left, open_bar.width, open_bar.opens_before) == (0, 10, True)
    assert [tick.day for tick in scale.ticks] == [first, date(2025, 2, 20), last]
    assert build_scale([]).days == 15


def test_shares_and_days_in_words():
    from datetime import date

    shares = [(None, None), (0.5, 0.5), (0.42, 0.72), (0.5, None), (None, 0.5)]
    assert [format_share(Share(*each)) for each in shares] == [
        *("", "50%", "42% to 72%", "at least 50%", "at most 50%"),
    ]
    day, later = date(2025, 7, 9), date(2025, 7, 20)
    spans = [(None, None), (day, day), (None, day), (day, None), (day, later)]
    assert [format_uncertain_date("", *each) for each in spans] == [
        "date unknown",
        "9 July 2025",
        "on or before 9 July 2025",
        "on or after 9 July 2025",
        "between 9 and 20 July 2025",
    ]


def test_words_of_a_picture_are_broken_into_lines_and_never_cut():
    assert wrap_text("short", 5) == ["short"]
    assert wrap_text("too long a name", 8) == ["too long", "a name"]
    assert wrap_text("abcdefgh i", 5) == ["abcde", "fgh i"]
    assert wrap_text("和平会谈", 5) == ["和平", "会谈"]
    assert wrap_text("", 5) == [""]


def test_a_bar_whose_end_is_open_reaches_beyond_what_is_certain():
    known = [Bounds(400, 400), Bounds(440, None), Bounds(10, 50), Bounds(None, None)]

    most = find_longest(known)

    assert most == 484
    assert [build_stretch(each, most) for each in known] == [
        Stretch(82.64, 0),
        Stretch(90.91, 9.09),
        Stretch(2.07, 8.26),
        None,
    ]
    assert (find_longest([Bounds(5, 7)]), find_longest([])) == (7, 0)
