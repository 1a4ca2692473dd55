"""The reviewer's queue: what waits, what is shown, what is decided, and how it is taken back."""

import re

import pytest

from negotiations import history
from negotiations.models import Citation, Party, Person, Position
from tests.conftest import create_user
from tests.factories import (
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    SourceFactory,
)
from tests.support.admin_client import build_admin_client, list_messages

PUBLIC = {"review": "published"}
TEXT = "A heading\nUkraine wants talks. “We are ready,” Zelensky said on Saturday.\nThe end."


@pytest.fixture
def article(db):
    return SourceFactory(title="The article", slug="article", text=TEXT, language="uk", **PUBLIC)


def person_waits(author, article, name="Zelensky", quote="Zelensky", review="in_review", **more):
    words = Citation(source=article, quote=quote, created_by=author)
    return PersonFactory(name=name, review=review, created_by=author, citations=[words], **more)


@pytest.fixture
def waiting(analyst_user, article):
    return [
        person_waits(analyst_user, article),
        person_waits(analyst_user, article, name="Saturday", quote="Saturday"),
    ]


@pytest.fixture
def desk(reviewer_user):
    return build_admin_client(reviewer_user)


def item(record, query=""):
    return f"/admin/review/{record.address}/{query}"


def shown(client, **query):
    answer = client.get("/admin/review/", query)
    assert answer.status_code == 200
    return [words for _, _, words, _ in answer.context["shown"]]


def approve(client, record, query="", version=None):
    form = {"decision": "approve", "version": version or record.version}
    return client.post(item(record, query), form)


def state(record):
    return type(record).objects.get(pk=record.pk).review


# The queue


def test_what_waits_is_listed_in_the_order_of_approval(desk, analyst_user, article):
    talks, party = NegotiationFactory(**PUBLIC), PartyFactory(name="Ukraine", **PUBLIC)
    issue = IssueFactory(title="Further talks", question="Should further talks be held?", **PUBLIC)
    PositionFactory(
        party=party,
        issue=issue,
        stance="supports",
        claim="Talks go on.",
        review="in_review",
        created_by=analyst_user,
        negotiation=talks,
        citations=[Citation(source=article, quote="Ukraine wants talks.")],
    )
    person_waits(analyst_user, article)
    PartyFactory(name="A draft", created_by=analyst_user)

    assert shown(desk) == [
        "Zelensky",
        (
            "Ukraine: Talks go on. Question: “Should further talks be held?” Answer: yes; "
            "from the source's narration"
        ),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Zelensky", "Saturday"]),
        ({"kind": "people"}, ["Zelensky", "Saturday"]),
        ({"kind": "parties"}, []),
        ({"source": "article"}, ["Zelensky", "Saturday"]),
        ({"author": "analyst"}, ["Zelensky", "Saturday"]),
        ({"author": "reviewer"}, []),
        ({"state": "draft"}, []),
        ({"negotiation": "talks"}, []),
    ],
)
def test_filters_stand_in_the_address(desk, waiting, query, names):
    NegotiationFactory(slug="talks", **PUBLIC)

    assert shown(desk, **query) == names


def test_sources_without_a_title_are_told_apart_by_their_first_words(desk):
    for text in (" Kyiv agreed.\nThen more.", "Moscow refused."):
        SourceFactory(title="", kind="news_article", published="2025-07-20", text=text, **PUBLIC)

    page = desk.get("/admin/review/").content.decode()

    told = re.findall(r'<option value="news-article[^"]*">([^<]*)</option>', page)
    assert sorted(told) == [
        "News article 2025-07-20: Kyiv agreed. Then more.",
        "News article 2025-07-20: Moscow refused.",
    ]
    first = desk.get("/admin/").content.decode()
    assert "News article 2025-07-20: Moscow refused." in first
    assert '<a href="/admin/negotiations/source/take/">Bring a text</a>' in first


def test_a_filter_that_is_not_known_shows_nothing_and_says_so(desk, waiting):
    answer = desk.get("/admin/review/?source=nowhere&kind=persons")

    assert answer.context["shown"] == []
    assert sorted(answer.context["filters"].errors) == ["kind", "source"]


def test_contributors_see_their_own_and_decide_nothing(analyst_user, article):
    own = person_waits(analyst_user, article)
    other = person_waits(create_user("contributor", "other"), article, name="Canary")
    client = build_admin_client(analyst_user)

    page = client.get(item(own))
    approve(client, own)

    assert shown(client) == ["Zelensky"]
    assert (page.context["may_approve"], page.context["is_own"]) == (False, True)
    assert client.get(item(other)).status_code == 404
    assert state(own) == "in_review"


# One record


def test_the_words_stand_marked_in_their_paragraph(desk, waiting):
    page = desk.get(item(waiting[0]))

    (passage,) = page.context["passages"]
    assert (passage.before, passage.words, passage.after) == (
        "Ukraine wants talks. “We are ready,” ",
        "Zelensky",
        " said on Saturday.",
    )
    assert (
        '<blockquote lang="uk" dir="auto">Ukraine wants talks. “We are ready,” '
        "<mark>Zelensky</mark> said on Saturday.</blockquote>"
    ) in page.content.decode()
    assert page.context["sentence"] == "Zelensky."
    assert [tuple(line) for line in page.context["facts"]] == [("Name", "empty", "Zelensky")]


def test_what_changed_since_the_last_approval_is_shown(desk, reviewer_user, article):
    person = PersonFactory(name="Zelenskyy", citations=[cite(article)], **PUBLIC)
    for change in ({"review": "withdrawn"}, {"review": "draft", "name": "Zelensky"}):
        for name, value in change.items():
            setattr(person, name, value)
        history.save(person)

    page = desk.get(item(person, "?state=draft"))

    assert page.context["approved"].version == 1
    assert [tuple(line) for line in page.context["lines"]] == [("Name", "Zelenskyy", "Zelensky")]


def cite(source, quote="Zelensky"):
    return Citation(source=source, quote=quote)


# Deciding


def test_approving_leads_to_the_next_and_at_the_end_to_the_queue(desk, waiting):
    first, second = waiting

    on = approve(desk, first, "?source=article")
    end = approve(desk, second, "?source=article")

    assert on["Location"] == item(second, "?source=article")
    assert end["Location"] == "/admin/review/?source=article"
    assert [state(record) for record in waiting] == ["published", "published"]
    assert set(Citation.objects.values_list("review", flat=True)) == {"published"}


def test_nobody_approves_their_own_and_the_next_is_never_ones_own(reviewer_user, waiting, article):
    own = person_waits(reviewer_user, article, name="Own", quote="Ukraine")
    client = build_admin_client(reviewer_user)

    refused = approve(client, own)
    approve(client, waiting[0])
    last = approve(client, waiting[1])

    assert list_messages(refused) == [
        "You wrote part of what this would publish: another reviewer publishes it."
    ]
    assert (state(own), last["Location"]) == ("in_review", "/admin/review/")


def test_what_was_changed_after_it_was_opened_is_not_approved(desk, waiting):
    answer = approve(desk, waiting[0], version=7)

    assert list_messages(answer) == [
        "Somebody saved it after you opened this page; look at it again."
    ]
    assert (answer.status_code, state(waiting[0])) == (200, "in_review")
    assert answer.context["record"] == waiting[0]


def test_a_record_is_sent_back_with_a_reason_that_its_author_finds(desk, waiting, analyst_user):
    form = {"decision": "back", "version": 1}

    silent = desk.post(item(waiting[0]), form)
    told = desk.post(item(waiting[0]), form | {"reason": "Give the first name"})

    assert list_messages(silent)[:1] == ["Say what is to be mended."]
    assert told["Location"] == item(waiting[1])
    page = build_admin_client(analyst_user).get("/admin/")
    assert [(each.record, each.by.username, each.reason) for each in page.context["sent_back"]] == [
        (waiting[0], "reviewer", "Give the first name")
    ]


def test_a_decision_is_taken_back(desk, waiting):
    approve(desk, waiting[0])
    undone = desk.post("/admin/review/undo/")
    desk.post(item(waiting[1]), {"decision": "back", "version": 1, "reason": "No"})
    again = desk.post("/admin/review/undo/")
    nothing = desk.post("/admin/review/undo/")

    assert undone["Location"] == item(waiting[0])
    assert again["Location"] == item(waiting[1])
    assert nothing["Location"].startswith("/admin/review/?")
    assert [state(record) for record in waiting] == ["in_review", "in_review"]
    reasons = [v.history_change_reason for v in history.list_versions(waiting[0])]
    assert reasons == ["A decision was taken back"] * 3 + [None, None]


def test_a_decision_that_others_built_on_is_not_taken_back(desk, waiting):
    approve(desk, waiting[0])
    person = Person.objects.get(pk=waiting[0].pk)
    PositionFactory(spoken_by=person, **PUBLIC)

    answer = desk.post("/admin/review/undo/")

    assert list_messages(answer)[-1].startswith("Not taken back. Published records refer to it")
    assert state(person) == "published"


def test_only_what_was_opened_of_one_source_is_approved_together(desk, waiting, analyst_user):
    elsewhere = person_waits(
        analyst_user, SourceFactory(text="Putin", **PUBLIC), name="Putin", quote="Putin"
    )
    desk.get(item(waiting[0]))
    desk.get(item(elsewhere))
    listed = desk.get("/admin/review/?source=article").context["ready"]
    everything = [f"{record.address}:{record.version}" for record in (*waiting, elsewhere)]

    bare = desk.post("/admin/review/", {"record": everything})
    done = desk.post("/admin/review/", {"record": everything, "source": "article"})

    assert listed == [waiting[0]]
    assert list_messages(bare)[0].startswith("Choose a source")
    assert list_messages(done)[-1] == "1 approved."
    assert [state(record) for record in (*waiting, elsewhere)] == [
        "published",
        "in_review",
        "in_review",
    ]
    desk.post("/admin/review/undo/")
    assert state(waiting[0]) == "in_review"


def test_what_was_opened_before_it_changed_is_not_approved_together(desk, waiting):
    desk.get(item(waiting[0]))
    record = Person.objects.get(pk=waiting[0].pk)
    history.save(record)

    assert desk.get("/admin/review/?source=article").context["ready"] == []


def test_ones_own_drafts_of_one_source_are_sent_to_review_together(analyst_user, article):
    desk, other = build_admin_client(analyst_user), create_user("contributor", "other")
    drafts = [
        person_waits(analyst_user, article, review="draft"),
        person_waits(analyst_user, article, name="Saturday", quote="Saturday", review="draft"),
    ]
    elsewhere = PartyFactory(name="Elsewhere", created_by=analyst_user)
    theirs = person_waits(other, article, name="The end", quote="The end", review="draft")
    asked = {"state": "draft", "source": "article"}

    listed = desk.get("/admin/review/", asked).context["mine"]
    everything = [f"{each.address}:{each.version}" for each in (*drafts, elsewhere, theirs)]
    done = desk.post("/admin/review/", {**asked, "record": everything, "send": "1"})

    assert listed == drafts
    assert list_messages(done) == ["2 sent to review."]
    assert [state(each) for each in (*drafts, elsewhere, theirs)] == [
        "in_review",
        "in_review",
        "draft",
        "draft",
    ]
    desk.post("/admin/review/undo/")
    assert [state(each) for each in drafts] == ["draft", "draft"]


def test_a_source_is_reviewed_with_its_whole_text(desk, analyst_user):
    text = "  First.\n\nПотім: “so”.\n"
    source = SourceFactory(text=text, language="uk", review="in_review", created_by=analyst_user)

    page = desk.get(item(source)).content.decode()

    assert f'<blockquote lang="uk" dir="auto">{text}</blockquote>' in page
    assert source.sha256 in page


# The first page


def test_the_first_page_says_what_is_to_do(analyst_user, reviewer_user, waiting, article):
    draft = PartyFactory(name="A draft", created_by=analyst_user)

    own = build_admin_client(analyst_user).get("/admin/").context
    theirs = build_admin_client(reviewer_user).get("/admin/").context

    assert (own["drafts"], own["draft_count"]) == ([draft], 1)
    assert (own["waiting_count"], own["to_review"]) == (2, 0)
    assert (theirs["draft_count"], theirs["to_review"]) == (0, 2)
    assert [(each.source, each.open, each.of) for each in own["uncoded"]] == [(article, 3, 4)]


def test_pages_without_a_role_show_nothing(db):
    client = build_admin_client(create_user("readers", "reader"))

    assert client.get("/admin/review/").status_code == 403
    assert "draft_count" not in client.get("/admin/").context


@pytest.mark.parametrize("kind", [Party, Person, Position])
def test_a_record_that_is_not_there_is_not_found(desk, kind):
    assert desk.get(f"/admin/review/{kind.resource_name}/nobody/").status_code == 404
