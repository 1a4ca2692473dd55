"""The coding desk without script: every step is a page and a form, and nothing typed is lost."""

import re

import pytest

from negotiations import history
from negotiations.models import Citation, Dismissal, Issue, Party, Person, Position, Post
from tests.factories import (
    IssueFactory,
    NegotiationFactory,
    ParticipationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    SourceFactory,
    StatementFactory,
)
from tests.support.admin_client import build_admin_client, build_login_data
from tests.support.coding_client import (
    get_coding_url,
    get_form_data,
    get_form_errors,
    list_chip_labels,
    list_chips,
    list_suggestions,
    open_coding_form,
    save_coding_form,
)
from tests.support.seedfiles import SEEDS

pytestmark = pytest.mark.django_db

TEXT = (SEEDS / "sources" / "000_abbff991094584f6.txt").read_bytes().decode()
MOMENTUM = "The momentum of the negotiations must be stepped up."
TALKS = {"negotiation": "Talks"}
STATED = {"basis": "stated", "voice": "direct_speech", **TALKS}
PUBLIC = {"review": "published"}


@pytest.fixture
def article():
    return SourceFactory(title="", text=TEXT, published="2025-07-20", **PUBLIC)


@pytest.fixture
def talks():
    return NegotiationFactory(title="Talks", **PUBLIC)


@pytest.fixture
def ukraine(talks):
    party = PartyFactory(name="Ukraine", aliases=["Kyiv"], **PUBLIC)
    ParticipationFactory(negotiation=talks, party=party, role="side", **PUBLIC)
    return party


@pytest.fixture
def further_talks():
    return IssueFactory(title="Further talks", question="Should they go on?", **PUBLIC)


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


def test_a_sentence_is_coded_by_its_link_and_its_forms(desk, article, ukraine, further_talks):
    page = desk.get(get_coding_url(article), {"sentence": "S3"})
    assert page.context["passage"].quote == MOMENTUM

    form = open_coding_form(desk, article, "position", MOMENTUM)
    form |= {"party": "kyiv", "issue": "FURTHER talks", "stance": "supports", "claim": "Go on."}
    answer = save_coding_form(desk, article, form, **STATED)

    position = Position.objects.get()
    assert answer.headers["Location"] == f"{get_coding_url(article)}?saved=position-{position.pk}-1"
    words = position.citations.get()
    assert (position.party, position.issue, position.review) == (ukraine, further_talks, "draft")
    assert (words.quote, words.before, words.start) == (MOMENTUM, "", TEXT.index(MOMENTUM))
    assert [str(version.history_user) for version in history.list_versions(position)] == ["analyst"]
    assert desk.get(answer.headers["Location"]).context["reader"].meter == {
        "coded": 1,
        "dismissed": 0,
        "open": 19,
        "total": 20,
    }


def test_the_server_finds_the_words_by_itself(desk, article):
    # "next week" stands twice; what stands around it tells which one is meant.
    second = TEXT.rindex("next week")
    around = {"before": TEXT[second - 40 : second - 1], "after": TEXT[second + 9 : second + 49]}
    form = open_coding_form(desk, article, "dismissal", " next week", **around, start="3")
    assert (form["quote"], form["before"], form["after"]) == ("next week", "for ", "")

    save_coding_form(desk, article, form, reason="background", start="3")

    assert Dismissal.objects.get().start == second
    without = open_coding_form(desk, article, "dismissal", "next week")
    assert get_form_errors(save_coding_form(desk, article, without, reason="background")) == {
        "quote": ["These words stand 2 times in the source; add the words before or after them."]
    }


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(desk, article, ukraine):
    form = open_coding_form(desk, article, "position", "peace-lasting peace")
    form |= {"party": "Ukraine", "issue": "Leaders", "stance": "supports", "claim": "Meet."}
    form |= {"negotiation": ukraine.participations.get().negotiation.title, "basis": "stated"}

    answer = save_coding_form(desk, article, form, voice="direct_speech")

    assert get_form_errors(answer) == {
        "quote": [
            "These words are not in the source; the source writes them: peace\u2013lasting peace"
        ],
        "issue": ["No record that you can see is called “Leaders”."],
    }
    assert {n: get_form_data(answer)[n] for n in ("quote", "issue", "claim")} == {
        "quote": "peace-lasting peace",
        "issue": "Leaders",
        "claim": "Meet.",
    }
    assert not Position.objects.exists()


def test_who_and_what_is_named_first_here_is_made_in_place(desk, article, talks):
    form = open_coding_form(desk, article, "position", MOMENTUM)
    form |= {"party": "Ukraine", "party_make": "state", "stance": "supports", "claim": "Go on."}
    form |= {"issue": "Further talks", "issue_make": "Should they go on?"}
    form |= {"spoken_by": "Zelensky", "spoken_by_make": "on", **STATED}

    answer = save_coding_form(desk, article, form)
    assert answer.status_code == 302, get_form_errors(answer)

    position = Position.objects.get()
    made = [position, position.party, position.issue, position.spoken_by]
    assert [str(each) for each in made] == ["Go on.", "Ukraine", "Further talks", "Zelensky"]
    assert {c.quote for each in made for c in each.citations.all()} == {MOMENTUM}
    # Undoing takes back all of it.
    marks = answer.headers["Location"].partition("saved=")[2]
    desk.post(f"{get_coding_url(article)}undo/", {"made": marks})
    kinds = (Position, Party, Issue, Person)
    assert [kind.objects.exists() for kind in kinds] == [False] * 4
    assert not Citation.objects.filter(source=article).exists()


def test_a_fault_anywhere_makes_nothing(desk, article, talks):
    form = open_coding_form(desk, article, "position", MOMENTUM)
    form |= {"party": "Ukraine", "party_make": "state", "issue": "No such issue"}

    assert save_coding_form(desk, article, form).status_code == 200

    assert not Party.objects.exists()


def test_a_person_is_coded_with_the_office(desk, article, ukraine):
    quote = "Ukrainian President Volodymyr Zelensky"
    form = open_coding_form(desk, article, "person", quote)
    offered = list_chips(desk, article, "person", quote)
    assert [offered[name][0] for name in ("name", "post_title", "post_party")] == [
        ("Volodymyr Zelensky", '{"name": "Volodymyr Zelensky"}'),
        ("President", '{"post_title": "President"}'),
        ("Ukraine", '{"post_party": "Ukraine"}'),
    ]
    assert {form.get(name, "") for name in ("name", "post_title", "post_party")} == {""}

    form |= {"name": "Volodymyr Zelensky", "voice": "narrator"}
    save_coding_form(desk, article, form, post_title="President", post_party="Kyiv")

    post = Post.objects.get()
    assert (str(post), post.citations.get().quote) == (
        "Volodymyr Zelensky, President (Ukraine)",
        "Ukrainian President Volodymyr Zelensky",
    )
    halves = save_coding_form(
        desk, article, {**form, "form_key": "other", "post_title": "President"}
    )
    assert get_form_errors(halves) == {"post_party": ["Say for whom the person holds this office."]}
    assert Person.objects.count() == 1


def test_names_that_several_have_are_told_apart_by_their_slugs(desk, article, talks):
    one, other = (PersonFactory(name="Ivanov", **PUBLIC) for _ in range(2))
    hidden = PersonFactory(name="Ivanova")
    names = "/admin/negotiations/source/code/names"

    found = desk.get(f"{names}/people/", {"q": "ivan"}).json()
    assert found == {
        "found": [{"label": f"Ivanov [{each.slug}]", "hint": ""} for each in (one, other)]
    }
    assert hidden.slug not in str(found)

    umerov = "Security Council Secretary Umerov"
    assert list_chip_labels(desk, article, "person", umerov, "name") == ["Umerov"]
    assert list_chip_labels(desk, article, "person", umerov, "post_title") == [
        "Security Council Secretary"
    ]
    form = open_coding_form(desk, article, "statement", "In his evening address, Zelensky said")
    form |= {"party": "Nobody", "summary": "Talks.", "voice": "narrator", **TALKS}
    wrong = get_form_errors(save_coding_form(desk, article, form, speaker="Ivanov"))
    assert wrong["speaker"] == [
        f"Several have this name; write one of: Ivanov [{one.slug}]; Ivanov [{other.slug}]"
    ]
    right = get_form_errors(save_coding_form(desk, article, form, speaker=f"Ivanov [{other.slug}]"))
    assert list(right) == ["party"]


def test_dates_in_words_are_offered_and_taken_with_one_click(desk, article, talks):
    form = open_coding_form(
        desk, article, "round", "a new round of peace talks with Russia next week"
    )
    look = desk.post(get_coding_url(article), {**form, "_look": "1"})

    assert list_suggestions(look) == [
        "date:2025-07-21/2025-07-27|resolved|2025-07-19|next week",
        "date:2025-07-20/2025-07-26|resolved|2025-07-19|next week",
        "date:2025-07-21/2025-07-27|resolved|2025-07-20|next week",
        "date:2025-06-01/2025-06-10|resolved|2025-07-19|early June",
        "date:2026-06-01/2026-06-10|resolved|2025-07-19|early June",
        "date:2025-06-01/2025-06-10|resolved|2025-07-20|early June",
        "date:2026-06-01/2026-06-10|resolved|2025-07-20|early June",
        "date:2025-07-20|stated||date 2025-07-20",
    ]
    taken = get_form_data(
        desk.post(get_coding_url(article), {**form, "_take": list_suggestions(look)[0]})
    )
    dated = {name: taken[name] for name in taken if name.startswith("date")}
    assert dated == {
        "date": "2025-07-21/2025-07-27",
        "date_words": "next week",
        "date_certainty": "resolved",
        "date_anchor": "2025-07-19",
    }


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("uk", "У суботу сторони домовились. Раунд буде наступного тижня.", "наступного тижня"),
        ("ru", "Раунд состоится на следующей неделе, сказал он.", "на следующей неделе"),
    ],
)
def test_dates_in_the_language_of_the_source_are_offered(desk, talks, language, text, words):
    source = SourceFactory(text=text, language=language, published="2025-07-20", **PUBLIC)
    form = open_coding_form(desk, source, "round", "Раунд")
    look = desk.post(get_coding_url(source), {**form, "_look": "1"})

    assert list_suggestions(look)[0] == f"date:2025-07-21/2025-07-27|resolved|2025-07-20|{words}"


def test_how_a_date_comes_about_is_told_in_the_language_of_the_desk(desk, article, talks):
    form = open_coding_form(
        desk, article, "round", "a new round of peace talks with Russia next week"
    )
    asked = {**form, "_look": "1", "date_words": "in June"}
    page = desk.post(
        get_coding_url(article), asked, headers={"Accept-Language": "uk"}
    ).content.decode()

    told = re.findall(r"<b>([^<]*)</b>\s*“in June”: ([^,<]*)", page)
    assert {edtf for edtf, _how in told} == {"2025-06", "2026-06"}
    assert not re.search("[a-z]", " ".join(how for _edtf, how in told))


def test_a_bound_is_offered_as_a_bound_and_is_no_day_to_count_from(desk, talks):
    text = "Russia is to leave by 7 September, then talks go on."
    source = SourceFactory(text=text, published="2025-07-20", **PUBLIC)
    form = open_coding_form(desk, source, "round", "talks go on")
    look = desk.post(get_coding_url(source), {**form, "_look": "1"})

    assert list_suggestions(look) == [
        "date:../2025-09-07|resolved|2025-07-20|by 7 September",
        "date:../2024-09-07|resolved|2025-07-20|by 7 September",
    ]


def test_an_occasion_tells_who_speaks_and_when(desk, analyst_user, article, talks, ukraine):
    zelensky = PersonFactory(name="Volodymyr Zelensky", **PUBLIC)
    words = Citation(source=article, quote="In his evening address, Zelensky said")
    StatementFactory(
        negotiation=talks,
        party=ukraine,
        speaker=zelensky,
        date="2025-07-19",
        date_certainty="resolved",
        summary="Evening address.",
        citations=[words],
        **PUBLIC,
    )

    names = ("party", "spoken_by", "statement", "date", "date_certainty")
    form = open_coding_form(desk, article, "position", MOMENTUM)
    assert [form.get(name, "") for name in names] == ["", "", "", "", "unknown"]
    ((label, value),) = list_chips(desk, article, "position", MOMENTUM)["occasion"]
    assert label == "Ukraine, Volodymyr Zelensky, 2025-07-19"

    filled = get_form_data(desk.post(get_coding_url(article), {**form, "_fill": value}))
    assert [filled[name] for name in names] == [
        "Ukraine",
        "Volodymyr Zelensky",
        "Evening address.",
        "2025-07-19",
        "resolved",
    ]
    # In another paragraph there is no occasion.
    later = list_chips(desk, article, "position", "Kyiv rejected the proposals outright")
    assert ("occasion" in later, later["party"][0][0]) == (False, "Ukraine")


@pytest.mark.slow
def test_what_is_alike_is_told_while_the_form_is_filled_in(desk, article, ukraine, further_talks):
    form = open_coding_form(desk, article, "position", MOMENTUM)
    form |= {"party": "Kyiv", "issue": "Further talks", "stance": "supports", "claim": "Go on."}
    form |= {"date": "2025-07", "date_certainty": "assumed", **STATED}
    form["negotiation"] = ukraine.participations.get().negotiation.title
    save_coding_form(desk, article, form)
    hidden = PositionFactory(party=ukraine, issue=further_talks)

    def alike(**values):
        answer = desk.post(get_coding_url(article), {**form, **values, "_look": "1"})
        return [(each.what, str(each.record)) for each in answer.context["alike"]]

    elsewhere = "Kyiv rejected the proposals outright"
    overlapping = "The same party on the same issue, at a time that overlaps"
    assert alike() == [(overlapping, "Go on.")]
    assert alike(issue="") == [("The same words support: Position", "Go on.")]
    assert alike(quote=elsewhere, date="2025-07-31") == [(overlapping, "Go on.")]
    assert alike(quote=elsewhere, date="") == [(overlapping, "Go on.")]
    assert alike(quote=elsewhere, date="2025-08") == []
    assert hidden.claim not in str(alike())


def test_a_double_click_makes_one_record(desk, article):
    form = open_coding_form(desk, article, "dismissal", "What is Russia’s response?")
    assert "reason" not in form
    form["reason"] = "heading"

    first, second = save_coding_form(desk, article, form), save_coding_form(desk, article, form)

    assert first.headers["Location"] == second.headers["Location"]
    assert Dismissal.objects.count() == 1


def test_a_session_that_ended_gives_the_form_back_after_logging_in(desk, analyst_user, article):
    form = open_coding_form(desk, article, "person", "Security Council Secretary Umerov")
    form |= {"name": " Umerov", "note": "First line\nsecond line", "voice": "narrator"}
    desk.logout()

    asked = save_coding_form(desk, article, form)
    assert (asked.status_code, Person.objects.count()) == (200, 0)
    carried = dict(asked.context["sent"])
    wrong = desk.post(get_coding_url(article), {**carried, **build_login_data("wrong")})
    assert dict(wrong.context["sent"]) == carried

    back = desk.post(get_coding_url(article), {**carried, **build_login_data()})
    assert (back.context["resumed"], get_form_errors(back)) == (True, {})
    again = get_form_data(back)
    assert {name: again[name] for name in ("name", "note", "quote")} == {
        "name": " Umerov",
        "note": "First line\nsecond line",
        "quote": "Security Council Secretary Umerov",
    }
    assert save_coding_form(desk, article, {**again, "record": "person"}).status_code == 302
    assert Person.objects.get().created_by == analyst_user


def test_undo_takes_back_only_what_nobody_changed_and_only_ones_own(desk, article, reviewer_user):
    form = open_coding_form(desk, article, "person", "Security Council Secretary Umerov")
    save_coding_form(desk, article, form, name="Umerov", voice="narrator")
    person = Person.objects.get()
    marks = {"made": f"person-{person.pk}-1"}
    person.note = "Looked at."
    history.save(person, by=reviewer_user)

    desk.post(f"{get_coding_url(article)}undo/", marks)
    desk.post(f"{get_coding_url(article)}undo/", {"made": f"source-{article.pk}-1,nothing-1-1"})

    assert Person.objects.exists()


def test_nobody_codes_what_they_may_not_see(desk, article, reader, client):
    hidden = SourceFactory()

    assert desk.get(get_coding_url(hidden)).status_code == 404
    assert desk.post(f"{get_coding_url(hidden)}undo/").status_code == 404
    assert client.get(get_coding_url(article)).status_code == 302
    names = "/admin/negotiations/source/code/names"
    assert client.get(f"{names}/parties/", {"q": "u"}).status_code == 302
    assert desk.get(f"{names}/secrets/", {"q": "u"}).status_code == 404


def test_words_keep_the_language_and_direction_of_their_source(desk):
    source = SourceFactory(text="قال الرئيس إن المفاوضات ستستمر.", language="ar", **PUBLIC)

    page = desk.get(get_coding_url(source), {"sentence": "S1", "record": "statement"})

    text, quote = re.findall(r'<(?:div id="coding-text"|textarea name="quote")[^>]*>', html(page))
    assert ('lang="ar"' in text, 'dir="auto"' in text) == (True, True)
    assert ('lang="ar"' in quote, 'dir="auto"' in quote) == (True, True)


def html(answer):
    return answer.content.decode()


@pytest.mark.parametrize(
    "values",
    [
        {"date_words": "by " * 300 + "May"},
        {"date_words": "next week", "date_anchor": "9999-12-31"},
        {"date_words": "last week", "date_anchor": "0001-01-01"},
        {"party": "\0", "issue": "x" * 5000, "date": "9999"},
        {"quote": "\0", "before": "x" * 5000, "_take": "date:||"},
        {"record": "nothing"},
        {"_take": "nothing:a|b|c|d"},
        {"_fill": '{"party": 1, "nothing": "x", "stance": "x"}'},
        {"_fill": "[" * 100_000},
        {"_fill": '{"party": "\\ud800"}'},
    ],
)
def test_nonsense_gets_the_form_back(desk, article, talks, values):
    form = open_coding_form(desk, article, "position", MOMENTUM)

    assert desk.post(get_coding_url(article), {**form, "_look": "1", **values}).status_code == 200
    assert save_coding_form(desk, article, form, **values).status_code == 200
    assert not Position.objects.exists()
