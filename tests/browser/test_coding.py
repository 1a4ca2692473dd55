"""The coding desk in Chromium: words are selected, not typed, and saved as drafts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import expect

from negotiations.models import CITABLE_MODELS, Citation, Dismissal, Issue, Party, Position, Source
from negotiations.text.segmentation import split_sentences
from tests.conftest import create_user
from tests.factories import (
    DismissalFactory,
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PositionFactory,
    SourceFactory,
)
from tests.support.seedfiles import SEEDS, run_command

from .coding import CHIP, PICK, TAKE, TICK, ByKeys, ByMouse
from .conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TEXT = (SEEDS / "sources" / "000_abbff991094584f6.txt").read_bytes().decode()
RANGE = "2025-06-01/2025-07-19"
UNDATED = {"date": RANGE, "date_certainty": (PICK, "Assumed")}
MORE_TERRITORY = "Ukraine giving up more territory"
NO_AID = "rejecting all Western military aid"
DEMANDS = "Russia's list of demands of June 2025"
TERRITORY, AID = "Ukraine gives up more territory.", "Ukraine rejects all Western military aid."
LAST_MONTH = {"_": (TAKE, "date:2025-06|resolved|2025-07-20|Last month")}
SATURDAY = {"_": (TAKE, "date:2025-07-19|resolved|2025-07-20|Saturday (July 19)")}
NARRATOR, REPORTED = {"voice": (PICK, "Narrator")}, {"voice": (PICK, "Reported speech")}
STATED = {"basis": (PICK, "Stated")}
OCCASION = {"occasion": (CHIP, "Zelensky")}
UKRAINE, RUSSIA = (CHIP, "Ukraine"), (CHIP, "Russia")
PROPOSED = "Kyiv has proposed a new round of peace talks with Russia"
REJECTED = "Kyiv rejected the proposals outright"
MOMENTUM = "The momentum of the negotiations must be stepped up."
LEADERS = "A meeting at the leadership level is needed to truly ensure peace\u2013lasting peace."


def who_it_is_about(work):
    """S1, and the Kremlin of S9: the parties, the talks and the round that is proposed."""
    work.code(
        *("g", "negotiation", "negotiations came to a halt in early June"),
        title="Peace talks of Ukraine and Russia, 2025",
        kind=(PICK, "Peace"),
        status=(PICK, "Halted"),
        **NARRATOR,
        _=(TAKE, "date:2025-06-01/2025-06-10|resolved|2025-07-20|early June"),
    )
    state = {"kind": (PICK, "State")}
    work.code("y", "party", PROPOSED, name="Ukraine", **state, aliases="Kyiv", **NARRATOR)
    kremlin = "The Kremlin has said"
    work.code("y", "party", kremlin, name="Russia", **state, aliases="The Kremlin", **NARRATOR)
    side = {"role": (PICK, "Side"), **NARRATOR}
    work.code("w", "participation", PROPOSED, party=UKRAINE, **side)
    work.code("w", "participation", PROPOSED, party=RUSSIA, **side)
    zelensky = "Ukrainian President Volodymyr Zelensky"
    work.code("e", "person", zelensky, **president("Volodymyr Zelensky", "Ukraine"))
    work.code(
        *("r", "round", "a new round of peace talks with Russia next week"),
        title="The round that Ukraine proposed on 19 July 2025",
        status=(PICK, "Proposed"),
        **REPORTED,
        _=(TAKE, "date:2025-07-21/2025-07-27|resolved|2025-07-19|next week"),
    )


def president(name, party):
    offered = {"name": name, "post_title": "President", "post_party": party}
    return {**{box: (CHIP, label) for box, label in offered.items()}, **NARRATOR}


def the_evening_address(work):
    """S2 and S3."""
    work.code(
        *("s", "statement", "In his evening address, Zelensky said"),
        party=UKRAINE,
        speaker=(CHIP, "Zelensky"),
        medium=(PICK, "Address"),
        summary="Zelensky reports the proposal of a next meeting, asks for more momentum, and"
        " says again that he is willing to meet Putin.",
        **NARRATOR,
        **SATURDAY,
    )
    umerov = "Security Council Secretary Umerov"
    work.code(
        *("e", "person", umerov),
        name=(CHIP, "Umerov"),
        post_title=(CHIP, "Security Council Secretary"),
        post_party=UKRAINE,
    )
    work.code(
        *("o", "proposal", "he had proposed the next meeting with the Russian side for next week"),
        proposed_by=UKRAINE,
        addressed_to=RUSSIA,
        spoken_by=(CHIP, "Umerov"),
        title="Ukraine's proposal of a next meeting",
        kind=(PICK, "Meeting"),
        date="../2025-07-19",
        date_certainty=(PICK, "Resolved"),
        relayed_by=(CHIP, "Zelensky"),
        statement=(CHIP, "Zelensky reports"),
    )
    work.code(
        *("p", "position", MOMENTUM),
        **OCCASION,
        issue="Further talks",
        issue_make="Should further talks be held?",
        stance=(PICK, "Supports"),
        claim="The momentum of the negotiations must be stepped up.",
        **STATED,
    )


def sentence_four(work):
    meet = "his willingness to meet Russian President Vladimir Putin directly"
    question = "Should the two presidents meet?"
    work.code("q", "issue", meet, title="Leaders' meeting", question=question, **REPORTED)
    putin = "Russian President Vladimir Putin"
    work.code("e", "person", putin, **president("Vladimir Putin", "Russia"))
    work.code(
        *("o", "proposal"),
        "He also restated his willingness to meet Russian President Vladimir Putin directly",
        **OCCASION,
        addressed_to=RUSSIA,
        title="Zelensky's offer to meet Putin directly",
        kind=(PICK, "Meeting"),
        **REPORTED,
        restated=(TICK, ""),
    )
    work.code(
        *("p", "position", LEADERS),
        **OCCASION,
        issue=(CHIP, "Leaders' meeting"),
        stance=(PICK, "Supports"),
        claim="A meeting at the leadership level is needed to ensure lasting peace.",
        **STATED,
    )


def the_demands(work):
    """S7: the list, its two terms, and the positions that they show."""
    work.code(
        *("o", "proposal", "Last month, Russia presented a list of demands"),
        proposed_by=RUSSIA,
        addressed_to=UKRAINE,
        title=DEMANDS,
        kind=(PICK, "Demands"),
        **NARRATOR,
        status=(PICK, "Rejected"),
        **LAST_MONTH,
        complete=(PICK, "No"),
    )
    the_terms(work)
    the_positions_demanded(work)


def the_terms(work):
    for quote, text, issue, question in (
        (MORE_TERRITORY, TERRITORY, "Territory", "Should Ukraine give up more territory?"),
        (
            *(NO_AID, AID, "Western military aid"),
            "Should Western military aid to Ukraine continue?",
        ),
    ):
        work.code(
            *("t", "term", quote),
            proposal=(CHIP, DEMANDS),
            text=text,
            issue=issue,
            issue_make=question,
            obligor=UKRAINE,
            **NARRATOR,
        )


def the_positions_demanded(work):
    for quote, issue, stance, claim, term in (
        (
            MORE_TERRITORY,
            "Territory",
            "Supports",
            "Ukraine is to give up more territory.",
            TERRITORY,
        ),
        (
            NO_AID,
            "Western military aid",
            "Opposes",
            "Ukraine is to reject all Western military aid.",
            AID,
        ),
    ):
        work.code(
            "p",
            "position",
            quote,
            party=RUSSIA,
            issue=(CHIP, issue),
            stance=(PICK, stance),
            claim=claim,
            firmness=(PICK, "Demand"),
            **STATED,
            **NARRATOR,
            **LAST_MONTH,
            term=(CHIP, term),
        )


def the_answer(work):
    """S8."""
    outright = "Kyiv rejected the proposals outright, saying they were unacceptable"
    work.code(
        *("a", "response", outright),
        proposal=(CHIP, DEMANDS),
        party=UKRAINE,
        answer=(PICK, "Rejects"),
        **REPORTED,
        **UNDATED,
    )
    for issue, stance, claim, term in (
        ("Territory", "Opposes", "Ukraine does not give up more territory.", TERRITORY),
        ("Western military aid", "Supports", "Ukraine does not reject Western military aid.", AID),
    ):
        work.code(
            "p",
            "position",
            REJECTED,
            party=UKRAINE,
            issue=(CHIP, issue),
            stance=(PICK, stance),
            claim=claim,
            basis=(PICK, "Implied"),
            **NARRATOR,
            **UNDATED,
            follows=(CHIP, DEMANDS),
            term=(CHIP, term),
        )
    work.code(
        *("p", "position", "raised doubts about the purpose of further talks"),
        party=UKRAINE,
        issue=(CHIP, "Further talks"),
        stance=(PICK, "Doubts"),
        claim="Ukraine doubts the purpose of further talks.",
        **STATED,
        **REPORTED,
        **UNDATED,
        follows=(CHIP, DEMANDS),
    )


@pytest.fixture
def analyst_at_work(desk):
    user = create_user("contributor", "analyst")
    user.set_password(PASSWORD)
    user.save()
    desk.log_in(user)
    return desk


@pytest.mark.parametrize("way", [ByKeys, ByMouse])
def test_the_article_is_coded_from_nothing_as_the_seed_has_it(analyst_at_work, way):
    work = way(analyst_at_work)
    take_in(work)
    for part in (who_it_is_about, the_evening_address, sentence_four, the_demands, the_answer):
        part(work)

    work.tell()
    assert analyst_at_work.faults == []
    coded = facts()
    call_command("flush", interactive=False, verbosity=0)
    assert run_command(SEEDS)[0] == 0
    assert coded == facts()
    # The person, the proposal and the position of S4.
    counted = work.counted
    assert max(counted["person"][2], counted["proposal"][1], counted["position"][1]) <= 9


def take_in(work):
    """The source itself, pasted."""
    work.desk.visit("/admin/negotiations/source/take/")
    box = work.page.locator("#id_text")
    expect(box).to_be_focused()
    work.write(TEXT)
    with work.page.expect_response(lambda answer: "/take/" in answer.url):
        work.page.keyboard.press("Tab")
    expect(work.page.locator("[name=_take]").first).to_be_visible()
    work.arrow = "Tab"
    work.fill("_", (TAKE, "language:en"))
    work.fill("_", (TAKE, "published:2025-07-20|stated||date 2025-07-20"))
    work.fill("kind", (PICK, "News article"))
    work.fill("complete", (PICK, "No"))
    work.page.locator("[name=_save]").press("Enter")
    work.arrow = "ArrowRight"
    expect(work.page.locator("#coding-text")).to_be_focused()
    work.open_desk(Source.objects.get())


# What is compared: all that a record says, but for its slug and the remarks of analysts.
BESIDE = {"id", "slug", "version", "review", "open_question", "note", "created_by", "created_at"}
BESIDE |= {"updated_at", "field", *CITABLE_MODELS}
# S1 to S4, S7 and S8, as they are counted with the heading; and S9 for the party alone.
CODED, ONLY_A_PARTY = {0, 1, 2, 3, 7, 8}, 10


def facts():
    """The source, and every record with words in the sentences that were coded, with its words."""
    source = Source.objects.get()
    places = list(enumerate(split_sentences(source.text)))
    found = {("source", told(source))}
    for citation in Citation.objects.all():
        record = citation.record
        number = next(n for n, s in places if s.start <= citation.start < s.end)
        is_party = isinstance(record, Party) and number == ONLY_A_PARTY
        if isinstance(record, Issue) or not (number in CODED or is_party):
            continue
        found.add((record._meta.model_name, told(record), told(citation)))
        if issue := getattr(record, "issue", None):
            found.add(("issue", issue.title, issue.question))
    return found


def told(record):
    """What a record says, field by field; what it refers to by name."""
    singles = [field.name for field in record._meta.concrete_fields if field.name not in BESIDE]
    values = [(name, str(getattr(record, name))) for name in singles]
    many = [field.name for field in record._meta.many_to_many]
    return (*values, *((name, str(sorted(map(str, getattr(record, name).all())))) for name in many))


# What a person sees, and what is lost when something goes wrong: nothing


@pytest.fixture
def coding(analyst_at_work):
    """The desk over the article, with something coded already."""
    public = {"review": "published"}
    talks = NegotiationFactory(title="Peace talks of Ukraine and Russia, 2025", **public)
    ukraine = PartyFactory(name="Ukraine", aliases=["Kyiv"], **public)
    source = SourceFactory(title="", text=TEXT, published="2025-07-20", **public)
    issue = IssueFactory(title="Further talks", question="Should they go on?", **public)
    heading = "What happened at the last round of talks?"
    DismissalFactory(source=source, quote=heading, reason="heading", **public)
    words = Citation(source=source, quote="raised doubts about the purpose of further talks")
    PositionFactory(
        negotiation=talks,
        party=ukraine,
        issue=issue,
        claim="Ukraine doubts the purpose of further talks.",
        citations=[words],
        **public,
    )
    work = ByKeys(analyst_at_work)
    work.open_desk(source)
    return work


def test_the_desk_is_handsome_and_open_to_everybody(coding):
    page = coding.page
    found = {"text": faults_of(page)}
    coding.desk.pictures("coding-1-text")
    coding.open_desk(coding.source)
    coding.select(MOMENTUM)
    found["bar"] = faults_of(page)
    coding.desk.pictures("coding-2-bar")
    coding.press("p")
    expect(page.locator("[data-record=position]")).to_be_visible()
    coding.fill("party", "Ukraine")
    coding.fill("issue", "Further talks")
    expect(page.locator(".alike")).to_have_count(1)
    found["form"] = faults_of(page)
    coding.desk.pictures("coding-3-form")
    coding.press("Control+Enter")
    expect(page.locator(".row-stance .errorlist")).to_be_visible()
    found["faults"] = faults_of(page)
    coding.desk.pictures("coding-4-faults")
    page.keyboard.press("Escape")
    coding.press("?")
    expect(page.locator("#coding-keys")).to_be_visible()
    found["keys"] = faults_of(page)
    coding.desk.pictures("coding-5-keys")
    page.keyboard.press("Escape")
    page.set_extra_http_headers({"Accept-Language": "uk"})
    coding.desk.visit(f"/admin/negotiations/source/{coding.source.pk}/code/?record=position")
    expect(page.locator("[data-record=position] h2")).to_contain_text("Позиція")
    found["in Ukrainian"] = faults_of(page)
    coding.desk.pictures("coding-7-ukrainian")
    page.set_extra_http_headers({})
    coding.desk.visit("/admin/negotiations/source/take/")
    page.fill("#id_text", TEXT)
    page.keyboard.press("Tab")
    expect(page.locator("[name=_take]")).to_have_count(2)
    found["take"] = faults_of(page)
    coding.desk.pictures("coding-6-take")

    assert found == {name: [] for name in found}
    assert coding.desk.faults == []


def faults_of(page):
    """What axe finds, in both schemes of colours."""
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        # Links fade from one colour to the other.
        page.wait_for_timeout(300)
        violations = Axe().run(page).response["violations"]
        found += [(scheme, v["id"], [n["html"][:90] for n in v["nodes"]]) for v in violations]
    return found


def test_a_text_from_right_to_left_is_shown_and_selected_that_way(analyst_at_work):
    work, arabic = ByKeys(analyst_at_work), "قال الوزير إن المحادثات ستستمر.\nرفض الآخر."
    work.open_desk(SourceFactory(text=arabic, language="ar", review="published"))
    text = work.page.locator("#coding-text")

    work.press("ArrowDown", "Shift+ArrowLeft")

    expect(work.page.locator("#coding-bar q")).to_have_text("قال الوزير")
    assert text.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_chips_are_taken_by_digits_arrows_and_clicks_and_a_digit_is_typed_otherwise(coding):
    page = coding.page
    coding.open_form("p", "position", REJECTED)
    party, issue = page.locator("#id_party"), page.locator("#id_issue")
    expect(party).to_be_focused()
    expect(party).to_have_value("")

    coding.press("ArrowDown")
    expect(page.locator(".row-party .chips button").first).to_be_focused()
    coding.press("Escape")
    expect(party).to_be_focused()
    coding.press("9")
    expect(party).to_have_value("9")
    coding.press("1")
    expect(party).to_have_value("91")
    coding.press("Backspace", "Backspace", "1")
    expect(party).to_have_value("Ukraine")
    expect(issue).to_be_focused()
    page.locator(".row-issue .chips button").first.click()
    expect(issue).to_have_value("Further talks")
    sizes = page.locator(".chips button").evaluate_all(
        "all => all.filter((each) => each.offsetParent).map((each) => each.offsetHeight)"
    )
    assert min(sizes) >= 24
    assert coding.desk.faults == []


def test_a_number_is_asked_for_with_how_it_is_meant(coding):
    coding.open_form("v", "incident", "attacks killed at least three people")
    page = coding.page
    group = page.get_by_role("group", name="Killed")
    group.get_by_label("How exact").select_option(label="at least")
    group.get_by_label("Number", exact=True).fill("3")
    assert faults_of(page) == []
    coding.desk.pictures("coding-8-quantity")


def test_a_narrow_telephone_shows_all_of_it(coding):
    page = coding.page
    page.set_viewport_size({"width": 320, "height": 640})
    coding.open_form("p", "position", MOMENTUM)

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_saved_record_is_undone_within_ten_seconds(coding):
    before = Position.objects.count(), Dismissal.objects.count()
    coding.code("n", "dismissal", "What is Russia’s response?", reason=(PICK, "Heading"))
    assert Dismissal.objects.count() == before[1] + 1
    expect(coding.page.locator("#h2.dismissed")).to_be_visible()

    coding.press("z")
    expect(coding.page.locator("#coding-says")).to_contain_text("Undone")
    assert (Position.objects.count(), Dismissal.objects.count()) == before


def test_after_ten_seconds_no_key_undoes_what_was_saved(coding):
    coding.page.clock.install()
    coding.code("n", "dismissal", "What is Russia’s response?", reason=(PICK, "Heading"))
    coding.page.clock.fast_forward(11_000)
    expect(coding.page.locator("#coding-says button")).to_have_count(0)

    coding.press("z", "n")
    expect(coding.page.locator("[data-record=dismissal]")).to_be_visible()
    assert Dismissal.objects.filter(quote="What is Russia’s response?").count() == 1


def test_keys_choose_a_kind_whatever_alphabet_is_switched_on(coding):
    coding.select(MOMENTUM)
    coding.page.evaluate(
        """document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
        { key: "з", code: "KeyP", bubbles: true, cancelable: true }))"""
    )
    expect(coding.page.locator("#coding-panel [data-record=position]")).to_be_visible()


def test_what_was_saved_can_be_undone_from_the_next_form(coding):
    before = Dismissal.objects.count()
    coding.code("n", "dismissal", "What is Russia’s response?", reason=(PICK, "Heading"))
    coding.press("p")
    expect(coding.page.locator("[data-record=position]")).to_be_visible()
    coding.press("Escape", "z")

    expect(coding.page.locator("#coding-says")).to_contain_text("Undone")
    assert Dismissal.objects.count() == before


def test_a_refused_form_puts_the_cursor_where_the_fault_is(coding):
    page = coding.page
    coding.open_form("p", "position", MOMENTUM)
    for name, value in {"party": "Kyiv", "issue": "Further talks", "claim": "More."}.items():
        coding.fill(name, value)
    coding.save()
    expect(page.locator("#id_stance")).to_be_focused()

    coding.fill("stance", (PICK, "Supports"))
    coding.fill("basis", (PICK, "Stated"))
    coding.fill("date", "2025-13-01")
    coding.save()
    expect(page.locator(".date .errorlist")).to_be_visible()
    expect(page.locator("#id_date")).to_be_focused()
    # Both names are known: nothing is to be made.
    expect(page.locator("details.make[open]")).to_have_count(0)


def test_what_is_typed_survives_another_form_a_reload_and_a_lost_session(coding):
    page = coding.page
    coding.open_form("p", "position", MOMENTUM)
    coding.fill("claim", "More momentum.")
    coding.press("Escape", "s")
    expect(page.locator("[data-record=statement]")).to_be_visible()
    expect(page.locator("#coding-unfinished button")).to_have_count(1)

    page.reload()
    page.locator("#coding-unfinished button").click()
    expect(page.locator("#id_claim")).to_have_value("More momentum.")

    page.context.clear_cookies(name="session")
    page.locator("[name=_save]").click()
    page.fill("#id_username", "analyst")
    page.fill("#id_password", PASSWORD)
    page.click("input[type=submit]")
    expect(page.locator("#id_claim")).to_have_value("More momentum.")
    expect(page.locator("#coding-says")).to_contain_text("logged in again")
    coding.fill("party", "Kyiv")
    coding.fill("issue", "Further talks")
    coding.fill("stance", (PICK, "Supports"))
    coding.fill("basis", (PICK, "Stated"))
    coding.save()
    expect(page.locator("#coding-says [data-saved]")).to_be_visible()
    expect(page.locator("#coding-unfinished")).to_be_hidden()
    assert Position.objects.filter(claim="More momentum.").count() == 1


def test_two_tabs_and_a_new_login_in_one_of_them_lose_nothing(coding):
    first = coding.page
    coding.open_form("p", "position", MOMENTUM)
    for name, value in {"party": "Kyiv", "issue": "Further talks"}.items():
        coding.fill(name, value)
    coding.fill("stance", (PICK, "Supports"))
    coding.fill("claim", "More momentum.")
    coding.fill("basis", (PICK, "Stated"))
    second = first.context.new_page()
    second.goto(f"{coding.desk.url}/admin/")
    second.click("#logout-form button")
    second.goto(f"{coding.desk.url}/admin/login/?next=/admin/")
    second.fill("#id_username", "analyst")
    second.fill("#id_password", PASSWORD)
    second.click("input[type=submit]")
    expect(second.locator("#user-tools")).to_be_visible()

    coding.save()
    expect(first.locator("#coding-says [data-saved]")).to_be_visible()
    assert Position.objects.filter(claim="More momentum.").count() == 1
