"""What is published of a position: its claim, and its stance beside the whole question alone.

Every output that people read is walked, over the forms that a question can take.
"""

import csv
import io
import re
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import icalendar
import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from negotiations.pages.pictures.svg import PICTURES
from negotiations.rest.http.response_cache import RESPONSE_CACHE
from tests.factories import (
    IssueFactory,
    NegotiationFactory,
    ParticipationFactory,
    PartyFactory,
    PositionFactory,
)

pytestmark = pytest.mark.django_db

PUBLIC = {"review": "published"}
FORMS = (
    "Should {} be lifted?",
    "Should {} be banned?",
    "Should {} be withdrawn before a truce?",
    "Should {} end?",
    "Should {} be delayed by a year?",
    "Should {} not be stopped?",
    "Should there be no {}?",
    "Should more {} be sent?",
    "Should fewer {} be kept?",
    "Should less be said of {} than of peace?",
    "Must {} stay?",
    "Is it right to give up {}?",
)
SUBJECTS = ("sanctions", "landmines", "heavy weapons", "grain exports", "the missile ban")
CLAIMS = (
    "It said “never” to {}.",
    "Nothing but {} matters",
    "No more of {} is wanted.",
    "Does anybody need {}?",
)
STANCES = {
    "supports": "yes",
    "open": "could say yes",
    "unclear": "no clear answer",
    "doubts": "leans to no",
    "opposes": "no",
}
# A page says "of the" by itself: a pair of such words proves nothing.
FUNCTION_WORDS = {"a", "be", "by", "is", "it", "no", "not", "of", "than", "the", "there", "to"}
VERBS = "supports?|opposes?|doubts?|(is|are) open to|(is|are) unclear on|backs?|answers (yes|no) to"
CASES = st.tuples(
    st.sampled_from(FORMS), st.sampled_from(SUBJECTS), st.sampled_from([*STANCES]),
    st.sampled_from(CLAIMS), st.sampled_from(["NATO countries", "United States", "The Elders"]),
)  # fmt: skip


class Texts(HTMLParser):
    """Every text of a page, and what its attributes say to people."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_data(self, data):
        self.found.append(data)

    def handle_starttag(self, tag, attrs):
        said = ("title", "alt", "aria-label", "content", "placeholder")
        self.found += [value for name, value in attrs if name in said and value]


def texts_of_page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return Texts(answer.content.decode()).found


def texts_of_picture(client, path):
    picture = ElementTree.fromstring(client.get(path).content)
    whole = [each for each in picture.iter() if each.tag.endswith(("}text", "}title"))]
    return ["".join(each.itertext()) for each in whole] + [picture.get("aria-label")]


def texts_of_timeline(client, path):
    feed = ElementTree.fromstring(client.get(f"{path}?format=atom").content)
    events = icalendar.Calendar.from_ical(client.get(f"{path}?format=ics").content).walk("VEVENT")
    cells = client.get(f"{path}?format=csv").content.decode("utf-8-sig")
    return [
        *(text for each in feed.iter() for text in [each.text] if text),
        *(str(each[name]) for each in events for name in ("SUMMARY", "DESCRIPTION")),
        *(cell for row in csv.reader(io.StringIO(cells)) for cell in row if "-" not in cell),
    ]


def published(talks, held, desk):
    """Every text that is shown of a position, by where it is shown."""
    client, here = Client(), f"/negotiations/{talks.slug}/"
    pages = (
        "/",
        here,
        f"{here}?since=2025-07-01&until=2025-07-20",
        f"/positions/{held.slug}/",
        f"/issues/{held.issue.slug}/",
        f"/parties/{held.party.slug}/",
        "/positions/",
    )
    found = {path: texts_of_page(client, path) for path in pages}
    for name in PICTURES:
        path = f"{here}{name}.svg"
        found[path] = texts_of_picture(client, path)
    timeline = f"/api/v1{here}timeline/"
    found[timeline] = texts_of_timeline(client, timeline)
    for form in ("bib", "json"):
        path = f"/positions/{held.slug}.{form}"
        found[path] = re.findall(r'title"?\s*[=:]\s*["{]+(.*?)["}]+,', client.get(path).text)
    waits = PositionFactory(
        party=held.party, issue=held.issue, negotiation=talks, stance=held.stance,
        claim=held.claim, review="in_review", citations=["Words."],
    )  # fmt: skip
    queue = desk.get("/admin/review/").context["shown"]
    found["queue"] = [words for record, _, words, _ in queue if record == waits]
    item = desk.get(f"/admin/review/positions/{waits.slug}/").content.decode()
    found["item"] = [re.search(r'<h1 class="said"[^>]*>(.*?)</h1>', item, re.DOTALL).group(1)]
    found["queue page"] = texts_of_page(desk, "/admin/review/")
    return found


def wrong(text, question, claim, title):
    """What a text says beyond the record: parts of the question, or a stance on the title."""
    text = " ".join(text.split())
    rest = text.replace(question, "¿").replace(claim, "§").replace(claim.rstrip("."), "§")
    words = question.rstrip("?").split()
    pairs = pairwise(words)
    parts = {" ".join(pair) for pair in pairs if not FUNCTION_WORDS.issuperset(pair)}
    if [part for part in parts if part not in title and re.search(rf"\b{re.escape(part)}\b", rest)]:
        return "a part of the question"
    subject = re.escape(title)
    if re.search(rf"\b({VERBS})\W+(the )?{subject}\b", rest, re.IGNORECASE):
        return "a stance on the title"
    if re.search(r"\bAnswer: ", rest) and "¿" not in rest:
        return "an answer without its question"
    return ""


def walk(reviewer_desk, case):
    """The texts of every output that shows one position."""
    form, title, stance, claim, name = case
    talks = NegotiationFactory(date="2026-01-01", date_certainty="stated", **PUBLIC)
    party = PartyFactory(name=name, **PUBLIC)
    ParticipationFactory(negotiation=talks, party=party, **PUBLIC)
    issue = IssueFactory(title=title, question=form.format(title), **PUBLIC)
    held = PositionFactory(
        negotiation=talks, party=party, issue=issue, stance=stance, claim=claim.format(title),
        date="2025-07-20", date_certainty="stated", **PUBLIC,
    )  # fmt: skip
    return published(talks, held, reviewer_desk), held


@pytest.mark.slow
@settings(
    max_examples=16, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(CASES)
def test_no_output_says_more_of_a_position_than_the_record(reviewer_desk, case):
    with transaction.atomic():
        RESPONSE_CACHE.clear()
        found, held = walk(reviewer_desk, case)
        transaction.set_rollback(True)
    question, claim, name = held.issue.question, held.claim, held.party.name

    faults = {
        (where, fault, text)
        for where, texts in found.items()
        for text in texts
        if (fault := wrong(text, question, claim, held.issue.title))
    }
    assert faults == set()
    ending = claim if claim.endswith(("?", ".")) else f"{claim}."
    said = f"{name}: {ending} Question: “{question}” Answer: {STANCES[held.stance]}"
    for place in ("queue", "item", f"/positions/{held.slug}/"):
        assert any(" ".join(text.split()).startswith(said) for text in found[place]), place
    here = f"/negotiations/{held.negotiation.slug}/"
    for place in (here, f"{here}matrix.svg", f"{here}movement.svg"):
        assert question in {" ".join(text.split()) for text in found[place]}, place
    for place in (here, f"{here}timeline.svg", f"/api/v1{here}timeline/"):
        assert f"{name}: {claim}" in found[place], place


@pytest.fixture
def reviewer_desk(reviewer_user):
    client = Client()
    client.force_login(reviewer_user)
    return client
