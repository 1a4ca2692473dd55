"""The feed of changes: in the order of commits, each once, and to each reader what is theirs."""

import itertools
import json
import random
import threading
import time
from functools import partial

import pytest
from django.db import connection, transaction

from negotiations import history
from negotiations.history.visible_changes import ChangeFeed
from negotiations.models import Change, Party
from negotiations.rest.changes import views
from negotiations.rest.http.client_slots import SlotPool
from negotiations.rest.http.problem_details import ProblemError
from tests.conftest import create_user
from tests.factories import PartyFactory, PersonFactory, ProposalFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/changes/"


def seen(client, **query):
    answer = client.get(ADDRESS, query)
    assert answer.status_code == 200, answer.content
    return [(e["action"], e["slug"], e["version"], e["changed"]) for e in answer.json()["results"]]


def published(record, by):
    record.review = "published"
    history.save(record, by=by)


def test_every_write_is_told_with_who_when_and_why(reviewer, reviewer_user):
    party = PartyFactory(slug="north", name="North", created_by=reviewer_user)
    party.name = "The North"
    history.save(party, by=reviewer_user, reason="Its full name")
    history.delete(party, by=reviewer_user, reason="Recorded twice")

    body = reviewer.get(ADDRESS).json()

    versions = list(Party.history.order_by("history_id"))
    assert body == {
        "next": "http://testserver/api/v1/changes/?after=3",
        "position": 3,
        "more": False,
        "results": [
            {
                "sequence": number,
                "kind": "parties",
                "slug": "north",
                "version": version.version,
                "action": action,
                "changed": changed,
                "by": "reviewer",
                "reason": reason,
                "merged_into": None,
                "at": version.history_date.isoformat().replace("+00:00", "Z"),
            }
            for number, version, action, changed, reason in zip(
                (1, 2, 3),
                versions,
                ("created", "updated", "deleted"),
                ([], ["name"], []),
                ("", "Its full name", "Recorded twice"),
                strict=True,
            )
        ],
    }


def test_a_record_appears_when_it_is_published_and_goes_when_it_is_withdrawn(
    reader, analyst, analyst_user, reviewer, reviewer_user
):
    party = PersonFactory(slug="ann", created_by=analyst_user)
    party.note = "Seen by few."
    history.save(party, by=analyst_user)
    hidden = [("created", "ann", 1, []), ("updated", "ann", 2, ["note"])]
    assert (seen(reader), seen(analyst), seen(reviewer)) == ([], hidden, hidden)

    party.validate()
    published(party, reviewer_user)
    party.name = "Anna"
    history.save(party, by=reviewer_user)
    party.review = "withdrawn"
    history.save(party, by=reviewer_user)

    shown = [("updated", "ann", 3, ["review"]), ("updated", "ann", 4, ["name"])]
    assert seen(reader) == [
        ("created", "ann", 3, []),
        ("updated", "ann", 4, ["name"]),
        ("deleted", "ann", 5, []),
    ]
    assert seen(reviewer) == [*hidden, *shown, ("updated", "ann", 5, ["review"])]
    assert seen(analyst) == seen(reviewer)


def test_another_contributor_sees_what_the_public_sees(analyst, reviewer_user):
    party = PersonFactory(slug="ann", created_by=reviewer_user)
    published(party, reviewer_user)

    assert seen(analyst) == [("created", "ann", 2, [])]


def test_names_of_people_are_not_told_without_a_token(reader, reviewer, reviewer_user):
    PartyFactory(review="published", created_by=reviewer_user)

    assert [e["by"] for e in reader.get(ADDRESS).json()["results"]] == [None, None, None]
    assert {e["by"] for e in reviewer.get(ADDRESS).json()["results"]} == {"reviewer"}


def test_drafts_change_no_byte_of_what_the_public_reads(reader, analyst_user):
    PartyFactory(review="published")
    addresses = (ADDRESS, "/api/v1/parties/", "/api/v1/changes/?after=2")

    before = [(answer.content, answer.headers["ETag"]) for answer in map(reader.get, addresses)]
    positions = [reader.get("/api/v1/parties/").headers["Feed-Position"]]
    ProposalFactory(created_by=analyst_user)
    after = [(answer.content, answer.headers["ETag"]) for answer in map(reader.get, addresses)]
    positions.append(reader.get("/api/v1/parties/").headers["Feed-Position"])
    PartyFactory(review="published")

    assert before == after
    assert positions == ["3", "3"]
    numbers = [e["sequence"] for e in reader.get(ADDRESS).json()["results"]]
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_who_loads_a_list_follows_from_its_position(reviewer):
    PartyFactory()
    position = reviewer.get("/api/v1/parties/").headers["Feed-Position"]
    PartyFactory(slug="new")

    assert seen(reviewer, after=position) == [("created", "new", 1, [])]


def test_parts_follow_one_another_and_kinds_are_chosen(reviewer):
    for number in range(3):
        PartyFactory(slug=f"party-{number}")
        PersonFactory(slug=f"person-{number}")

    first = reviewer.get(ADDRESS, {"kind": "people", "limit": 2}).json()
    second = reviewer.get(first["next"]).json()

    assert [e["slug"] for e in first["results"]] == ["person-0", "person-1"]
    assert (first["more"], first["position"]) == (True, 4)
    assert first["next"] == "http://testserver/api/v1/changes/?after=4&kind=people&limit=2"
    assert [e["slug"] for e in second["results"]] == ["person-2"]
    assert (second["more"], second["position"]) == (False, 6)


def test_what_goes_with_a_deleted_record_is_told_beside_it(reviewer, reviewer_user):
    proposal = ProposalFactory(slug="offer", review="published")
    citation = proposal.citations.get()
    position = ChangeFeed(reviewer_user).position()

    history.delete(proposal, by=reviewer_user, reason="An error")

    results = reviewer.get(ADDRESS, {"after": position}).json()["results"]
    assert sorted((e["kind"], e["slug"], e["action"]) for e in results) == [
        ("citations", citation.slug, "deleted"),
        ("proposals", "offer", "deleted"),
    ]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"after": "7"}, ("after", "out_of_range")),
        ({"after": "-1"}, ("after", "out_of_range")),
        ({"after": "9" * 19}, ("after", "out_of_range")),
        ({"limit": "501"}, ("limit", "out_of_range")),
        ({"wait": "26"}, ("wait", "out_of_range")),
        ({"wait": "0"}, ("wait", "out_of_range")),
        ({"kind": "partys"}, ("kind", "unknown_value")),
        ({"since": "1"}, ("since", "unknown_parameter")),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(reader, query, fault):
    answer = reader.get(ADDRESS, query)

    assert answer.status_code == 400
    assert [(e["parameter"], e["code"]) for e in answer.json()["errors"]] == [fault]


def test_waiting_ends_without_events_when_nothing_happens(reader):
    started = time.monotonic()
    body = reader.get(ADDRESS, {"wait": 1}).json()

    assert (body["results"], body["position"]) == ([], 0)
    assert time.monotonic() - started >= 1


# Streams


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(views, "LIFETIME", 0.1)
    monkeypatch.setattr(views, "PAUSE", 0.05)


def stream(client, query=None, **headers):
    answer = client.get(ADDRESS, query, HTTP_ACCEPT="text/event-stream", **headers)
    assert answer.status_code == 200, answer.content
    return answer, answer.getvalue().decode().split("\n\n")


def test_an_empty_last_event_id_is_none(reader, short):
    answer, _ = stream(reader, HTTP_LAST_EVENT_ID="")

    assert answer.status_code == 200


def test_a_stream_tells_each_change_and_ends(reviewer, short):
    PartyFactory(slug="north")

    answer, parts = stream(reviewer)

    event = reviewer.get(ADDRESS).json()["results"][0]
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (parts[0], parts[2]) == ("retry: 2000", "")
    lines = parts[1].split("\n")
    assert lines[:2] == ["id: 1", "event: change"]
    assert json.loads(lines[2].removeprefix("data: ")) == event


def test_a_stream_goes_on_after_the_last_event_that_was_heard(reviewer, short):
    PartyFactory(slug="north")
    PartyFactory(slug="south")

    _answer, parts = stream(reviewer, {"after": 0}, HTTP_LAST_EVENT_ID="1")

    assert [part.split("\n")[0] for part in parts] == ["retry: 2000", "id: 2", ""]


def test_a_silent_stream_shows_that_it_lives(reviewer, short, monkeypatch):
    monkeypatch.setattr(views, "HEARTBEAT", 0)

    _answer, parts = stream(reviewer)

    assert ": still here" in parts


def test_a_malformed_last_event_id_is_refused(reader):
    answer = reader.get(ADDRESS, HTTP_ACCEPT="text/event-stream", HTTP_LAST_EVENT_ID="the last one")

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"header": "Last-Event-ID", "code": "malformed", "detail": "Write a position."}
    ]


def test_a_client_has_its_share_of_streams_and_others_have_theirs(reader, short, monkeypatch):
    monkeypatch.setattr(views.FOLLOWER_SLOTS, "most_each", 1)
    first = reader.get(ADDRESS, HTTP_ACCEPT="text/event-stream")
    second = reader.get(ADDRESS, HTTP_ACCEPT="text/event-stream")
    other = reader.get(ADDRESS, HTTP_ACCEPT="text/event-stream", REMOTE_ADDR="198.51.100.7")
    first.getvalue()
    third = reader.get(ADDRESS, HTTP_ACCEPT="text/event-stream")

    statuses = [answer.status_code for answer in (first, second, other, third)]
    assert statuses == [200, 429, 200, 200]
    assert (second.json()["code"], second["Retry-After"]) == ("too_many_at_once", "5")
    for answer in (other, third):
        answer.getvalue()


def test_a_wait_without_a_place_is_refused_and_never_answered_at_once(reader, monkeypatch):
    monkeypatch.setattr(views.FOLLOWER_SLOTS, "most", 0)
    PartyFactory(review="published")

    position = reader.get(ADDRESS).json()["position"]
    refused = reader.get(ADDRESS, {"after": position, "wait": 25})
    news = reader.get(ADDRESS, {"after": 0, "wait": 25})

    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert news.json()["results"]


def test_when_all_places_are_taken_the_client_with_the_most_leaves_one():
    places, left = SlotPool("streams", most=4, most_each=4), []
    greedy = [places.take("greedy", leave=partial(left.append, n)) for n in range(4)]

    others = [places.take(client) for client in ("modest", "other", "fourth")]

    assert left == [0, 1, 2]
    assert {client: len(held) for client, held in places.held.items()} == {
        "greedy": 1,
        "modest": 1,
        "other": 1,
        "fourth": 1,
    }
    # All have a fair share now.
    with pytest.raises(ProblemError) as refused:
        places.take("fifth")
    assert refused.value.status_code == 503
    for place in (*greedy, *others):
        place.release()
    assert places.held == {}


# Many at once


WRITERS, WRITES = 8, 12


def keep_writing(name, faults):
    """Writes that last, nested ones that are taken back, and whole ones that fail."""
    try:
        chance = random.Random(name)
        for number in range(WRITES):
            with transaction.atomic():
                history.save(Party(name=f"{name} {number}", kind="state"))
                time.sleep(chance.random() / 100)
                with transaction.atomic():
                    history.save(Party(name=f"{name} {number} again", kind="state"))
                    transaction.set_rollback(chance.random() < 0.3)
                transaction.set_rollback(chance.random() < 0.2)
    except Exception as error:
        faults.append(error)
    finally:
        connection.close()


def keep_following(user, done, heard):
    try:
        feed, position = ChangeFeed(user), 0
        while True:
            is_last = done.is_set()
            part = feed.part(position, 7)
            heard += [event["sequence"] for event in part.events]
            position = part.position
            if is_last and not part.more:
                return
            time.sleep(0.001)
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_followers_hear_every_change_of_eight_writers_once_and_in_order():
    done, faults, heard = threading.Event(), [], []
    follower = threading.Thread(
        target=keep_following, args=(create_user("reviewer", "follower"), done, heard)
    )
    writers = [
        threading.Thread(target=keep_writing, args=(f"Writer {number}", faults))
        for number in range(WRITERS)
    ]
    follower.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    follower.join()

    assert faults == []
    assert heard == list(range(1, len(heard) + 1))
    assert len(heard) == Party.objects.count() == Change.objects.count() > WRITERS


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_waits_hears_of_a_write_at_once(reviewer):
    def write():
        try:
            time.sleep(0.7)
            history.save(Party(slug="late", name="Late", kind="state"))
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    started = time.monotonic()
    found = seen(reviewer, wait=20)
    writer.join()

    assert found == [("created", "late", 1, [])]
    assert time.monotonic() - started < 10


def walk(client, path, write_between):
    """The slugs and the positions of all pages of a list; others write between the pages."""
    slugs, positions = [], []
    while path:
        answer = client.get(path)
        slugs += [row["slug"] for row in answer.json()["results"]]
        positions.append(answer["Feed-Position"])
        path = answer.json()["next"]
        write_between()
    return slugs, positions


def follow(client, position):
    """The parties that changed after a position, each with its last action."""
    body = client.get(ADDRESS, {"after": position, "kind": "parties", "limit": 500}).json()
    assert not body["more"]
    return {event["slug"]: event["action"] for event in body["results"]}


@pytest.mark.parametrize("ordering", ["slug", "-slug", "-updated_at", "name"])
@pytest.mark.parametrize("who", ["reader", "reviewer"])
def test_any_page_of_a_list_leads_to_all_that_changed_since_the_first(request, who, ordering):
    client = request.getfixturevalue(who)
    for number in range(7):
        PartyFactory(slug=f"party-{number}", review="published", identifiers={})
    steps = itertools.count()

    def write_between():
        if (number := next(steps)) > 3:
            return
        PersonFactory(slug=f"draft-{number}")
        party = Party.objects.get(slug=f"party-{number}")
        if number == 3:
            history.delete(party)
        else:
            party.name = f"Renamed {number}"
            history.save(party)
        PartyFactory(slug=f"a-new-{number}", review="published", identifiers={})

    start = client.get("/api/v1/parties/")["Feed-Position"]
    _, positions = walk(client, f"/api/v1/parties/?limit=2&ordering={ordering}", write_between)

    assert len(positions) >= 3
    assert set(positions) == {start}
    changed = follow(client, positions[-1])
    written = range(min(len(positions), 4))
    assert {slug: changed[slug] for slug in changed if slug.startswith("party")} == {
        f"party-{n}": "deleted" if n == 3 else "updated" for n in written
    }
    assert {f"a-new-{n}" for n in written} <= set(changed)


def test_the_way_back_and_another_page_size_keep_the_position_of_the_first_page(reviewer):
    for number in range(6):
        PartyFactory(slug=f"party-{number}")
    first = reviewer.get("/api/v1/parties/?limit=2")
    PartyFactory(slug="later")
    second = reviewer.get(first.json()["next"].replace("limit=2", "limit=3"))
    PartyFactory(slug="latest")
    back = reviewer.get(second.json()["previous"])
    known = reviewer.get(first.json()["next"], headers={"if-none-match": "*"})

    positions = [page["Feed-Position"] for page in (first, second, back, known)]
    assert positions == ["6", "6", "6", "6"]
    assert known.status_code == 304


def test_a_cursor_read_with_another_token_leads_to_no_later_position(reader, reviewer):
    for number in range(3):
        PersonFactory(slug=f"draft-{number}")
        PartyFactory(slug=f"party-{number}", review="published")
    public, own = reader.get("/api/v1/parties/?limit=1"), reviewer.get("/api/v1/parties/?limit=1")
    PartyFactory(slug="later", review="published")

    as_reviewer = reviewer.get(public.json()["next"])
    as_reader = reader.get(own.json()["next"])

    assert as_reader["Feed-Position"] == public["Feed-Position"]
    assert as_reviewer["Feed-Position"] == own["Feed-Position"]
    assert "later" in {slug for _, slug, *_ in seen(reader, after=as_reader["Feed-Position"])}
