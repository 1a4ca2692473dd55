"""Days, places, distances and full stops as the pages say them."""

import html
import re

import pytest
from django.test import Client

from negotiations.models import Citation
from tests.factories import (
    DelegationFactory,
    IssueFactory,
    NegotiationFactory,
    ParticipationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    PostFactory,
    RoundFactory,
    SourceFactory,
)

pytestmark = pytest.mark.django_db

PUBLIC = {"review": "published"}
HERE = "/negotiations/talks/"


@pytest.fixture
def talks():
    return NegotiationFactory(
        slug="talks", title="Talks", status="halted", date="2025-06",
        date_words="early June", date_certainty="resolved",
        citations=["They stopped in early June."], **PUBLIC,
    )  # fmt: skip


def read(path):
    text = Client().get(path).content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


@pytest.mark.parametrize(
    "place", ["Near the Hague", "West of Kyiv", "Off the coast", "On board HMS X", "over the sea"]
)
def test_place_is_named_without_a_preposition(place, talks):
    held = RoundFactory(negotiation=talks, title="R", status="held", place=place, **PUBLIC)

    assert f"R: held; place: {place}." in read(f"/rounds/{held.slug}/")


def test_status_on_an_earlier_day_is_that_of_the_latest_source(talks):
    head = read(f"{HERE}?on=2025-05-01").partition("On this page")[0]

    assert "By the latest source: Halted in June 2025 (“early June”, resolved)." in head
    assert "Halted (“early June”)" in read(HERE)
    banner = "A status, such as “open” or “held”, has no day of its own"
    assert (banner in read(f"{HERE}?on=2025-05-01"), banner in read(HERE)) == (True, False)


def test_distance_names_who_has_no_known_stance(talks):
    sides = [PartyFactory(name=name, slug=name.lower(), **PUBLIC) for name in ("North", "South")]
    for side in sides:
        ParticipationFactory(negotiation=talks, party=side, role="side", **PUBLIC)
    issue = IssueFactory(title="Arms", question="Should arms go?", **PUBLIC)
    PositionFactory(negotiation=talks, party=sides[1], issue=issue, stance="opposes",
                    date="2025-06-10", date_certainty="stated", **PUBLIC)  # fmt: skip

    page = read(f"{HERE}?since=2025-06-01&until=2025-07-01")

    assert "Before neither has a known stance After no known stance: North" in page


def test_day_without_known_beginning_reads_alike_everywhere(talks):
    held = RoundFactory(negotiation=talks, title="R", status="held", date="../2024-05-03",
                        date_certainty="stated", **PUBLIC)  # fmt: skip

    assert "R: held on or before 3 May 2024" in read(f"/rounds/{held.slug}/")
    assert "R (held) on or before 3 May 2024" in read(HERE)


def test_title_with_a_full_stop_in_quotation_marks_gets_no_other(talks):
    round_ = RoundFactory(negotiation=talks, title="“No delay.”", status="unknown", **PUBLIC)
    asked = PositionFactory(negotiation=talks, claim="They say: “No delay.”", **PUBLIC)

    assert "”.." not in read(f"/rounds/{round_.slug}/")
    assert "They say: “No delay.” Question:" in read(f"/positions/{asked.slug}/")


def test_feed_names_no_certainty_that_is_not_known(talks):
    RoundFactory(negotiation=talks, title="R", date="2024-05-03", date_certainty="unknown",
                 **PUBLIC)  # fmt: skip

    feed = Client().get(f"/api/v1{HERE}timeline/?format=atom&kind=rounds").content.decode()

    assert "On 2024-05-03." in feed


def test_delegation_says_that_its_round_was_cancelled(talks):
    round_ = RoundFactory(negotiation=talks, title="Utrecht round", status="cancelled", **PUBLIC)
    nurses, state = (PartyFactory(name=name, **PUBLIC) for name in ("Nurses", "Netherlands"))
    head = PersonFactory(name="Ann", slug="ann", **PUBLIC)
    sent = DelegationFactory(round=round_, party=nurses, head=head, **PUBLIC)
    DelegationFactory(round=round_, party=state, role="host", **PUBLIC)

    named = "Nurses: delegation to “Utrecht round” (cancelled; side)"
    assert f"{named}; led by: Ann." in read(f"/delegations/{sent.slug}/")
    assert named in read("/people/ann/")
    assert named in read(f"/rounds/{round_.slug}/")
    row = "Utrecht round (cancelled; delegations: Nurses; host: Netherlands)"
    assert row in read(HERE)
    assert "Nurses: Utrecht round" not in read(HERE)


def find_titles(words):
    results = Client().get(f"/api/v1/search/?q={words}").json()["results"]
    return {row["title"] for row in results if row["kind"] != "sources"}


def test_post_has_one_name_everywhere(talks):
    source = SourceFactory(text="Minister of Health Bo said no.", published="2025-07-20",
                           published_certainty="stated", **PUBLIC)  # fmt: skip
    post = PostFactory(
        person=PersonFactory(name="Bo", slug="bo", **PUBLIC), title="Minister of Health",
        party=PartyFactory(name="Utrecht", slug="utrecht", **PUBLIC),
        citations=[Citation(source=source, quote="Minister of Health Bo")], **PUBLIC,
    )  # fmt: skip

    named = "Bo: Minister of Health (Utrecht), in a text published on 20 July 2025"
    paths = (f"/posts/{post.slug}/", "/posts/", "/parties/utrecht/", "/people/bo/",
             "/search/?q=minister")  # fmt: skip
    assert [path for path in paths if named not in read(path)] == []
    assert named in find_titles("minister")


def test_search_says_that_a_round_was_cancelled(talks):
    round_ = RoundFactory(negotiation=talks, title="Utrecht round", status="cancelled", **PUBLIC)
    DelegationFactory(round=round_, party=PartyFactory(name="Nurses", **PUBLIC), **PUBLIC)

    assert find_titles("utrecht") == {
        "Utrecht round (cancelled)",
        "Nurses: delegation to “Utrecht round” (cancelled; side)",
    }
