"""Writers at the same moment, in real threads: one wins, nobody is lost, nothing is orphaned."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from negotiations import history
from negotiations.history.merge import merge
from negotiations.models import Citation, Issue, Party, Person
from negotiations.models.system.locks import serialize_writers
from tests.conftest import build_api_client, create_user
from tests.factories import IssueFactory, PartyFactory, PersonFactory, SourceFactory
from tests.support.scene import get_api_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WRITERS = 16
ROUNDS = 5


def at_once(*calls):
    """What the calls give, each in a thread with a connection of its own, begun together."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            barrier.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def clients():
    """One for each thread, of one administrator."""
    user = create_user("administrator", "administrator")
    made = [build_api_client(user) for _ in range(WRITERS)]
    for client in made:
        # The first use of a token is written down.
        client.get("/api/v1/issues/?limit=1")
    return made


def one_winner(clients, rounds):
    issue = IssueFactory(slug="land")
    path = get_api_url("issues", issue.slug)
    for version in range(1, rounds + 1):
        answers = at_once(*(writer(client, path, version) for client in clients))

        statuses = Counter(answer.status_code for answer in answers)
        assert statuses == {200: 1, 412: WRITERS - 1}
        winner = next(answer for answer in answers if answer.status_code == 200)
        assert clients[0].get(path).json() == winner.json()
        losers = [answer.json() for answer in answers if answer.status_code == 412]
        told = {(p["current_version"], p["changed_by"], str(p["changed"])) for p in losers}
        assert told == {(version + 1, "administrator", "['note']")}
    assert issue.history.count() == rounds + 1


def writer(client, path, version):
    note, tag = f"{id(client)} on {version}", f'"{version}"'
    return lambda: client.patch(path, {"note": note}, headers={"if-match": tag})


def test_of_sixteen_writers_of_a_version_one_wins(clients):
    one_winner(clients, 10)


# Long, and so kept with the fuzzing, out of the quick suite.
@pytest.mark.fuzz
def test_of_sixteen_writers_of_a_version_one_wins_a_hundred_times(clients):
    one_winner(clients, 90)


def test_no_acknowledged_increment_is_lost(clients):
    path = get_api_url("people", PersonFactory(aliases=[], slug="known").slug)

    def count(client, writer):
        acknowledged = 0
        while acknowledged < 5:
            read = client.get(path)
            aliases = [*read.json()["aliases"], f"{writer} {acknowledged}"]
            answer = client.patch(path, {"aliases": aliases}, headers={"if-match": read["ETag"]})
            assert answer.status_code in {200, 412}, answer.content
            acknowledged += answer.status_code == 200
        return acknowledged

    written = at_once(*(lambda c=c, n=n: count(c, n) for n, c in enumerate(clients[:6])))

    person = Person.objects.get()
    assert written == [5] * 6
    assert len(person.aliases) == len(set(person.aliases)) == 30
    assert (person.version, person.history.count()) == (31, 31)


@pytest.mark.parametrize("body", [{"title": "Land", "slug": "land"}, {"title": "Land"}])
def test_of_records_with_one_name_one_is_made(clients, body):
    answers = at_once(*(lambda c=c: c.post(get_api_url("issues"), body) for c in clients[:8]))

    statuses = Counter(answer.status_code for answer in answers)
    slugs = sorted(answer.json()["slug"] for answer in answers if answer.status_code == 201)
    assert set(statuses) <= {201, 400, 409}
    assert sorted(Issue.objects.values_list("slug", flat=True)) == slugs
    assert len(slugs) == 1 if "slug" in body else len(slugs) >= 1
    assert Issue.history.count() == len(slugs)


@pytest.mark.parametrize("attempt", range(4))
def test_a_citation_never_outlives_the_record_it_is_made_for(clients, attempt):
    person = PersonFactory(slug="known")
    SourceFactory(slug="report", text="They met.")
    words = {"record": "people/known", "source": "report", "quote": "They met."}
    deleter, *writers = clients[:5]

    gone, *answers = at_once(
        lambda: deleter.delete(get_api_url("people", "known"), headers={"if-match": "*"}),
        *(lambda c=c: c.post(get_api_url("citations"), words) for c in writers),
    )

    statuses = {answer.status_code for answer in answers}
    assert gone.status_code in {204, 409}
    assert statuses <= {201, 400, 409}
    assert Person.objects.filter(pk=person.pk).exists() == (gone.status_code == 409)
    if gone.status_code == 204:
        assert Citation.objects.count() == 0
    assert {citation.record for citation in Citation.objects.all()} <= {person}
    connection.check_constraints()


def test_of_a_deletion_and_a_change_one_wins(clients):
    path = get_api_url("issues", IssueFactory(slug="land").slug)
    remove, *change = (c for c in clients[:6])

    gone, *changed = at_once(
        lambda: remove.delete(path, {"version": 1}),
        *(lambda c=c: c.patch(path, {"note": str(id(c)), "version": 1}) for c in change),
    )

    statuses = Counter(answer.status_code for answer in changed)
    if gone.status_code == 204:
        assert set(statuses) <= {404, 410, 412}
        assert not Issue.objects.exists()
    else:
        assert (gone.status_code, statuses) == (412, {200: 1, 412: 4})
        assert Issue.objects.get().version == 2


def write_until_refused(client, method, path, body):
    """Write a record again and again, whatever its version; the answer that ends it."""
    for number in range(200):
        body = {**body, "note": f"{id(client)} {number}"}
        answer = getattr(client, method)(path, body, headers={"if-match": "*"})
        if answer.status_code != 200:
            return answer.status_code, answer.json().get("code") if answer.content else None
    return None


def delete_by(client):
    """Delete a party as another client does, who tries until it works."""
    headers = {"change-reason": "Wrong.", "if-match": "*"}

    def delete_party(party):
        status = 412
        while status == 412:
            status = client.delete(get_api_url("parties", party.slug), headers=headers).status_code
        return status

    return delete_party


def merge_by(user):
    """Merge a party into another as a reviewer does at the desk."""
    into = PartyFactory(slug="kept", review="published", identifiers={})

    def merge_party(party):
        with transaction.atomic():
            serialize_writers()
            merge(Party.objects.get(pk=party.pk), Party.objects.get(pk=into.pk), by=user)
        return 204

    return merge_party


@pytest.mark.parametrize("method", ["patch", "put"])
@pytest.mark.parametrize(("way", "answer"), [("deleted", (410, "gone")), ("merged", (308, None))])
def test_write_overtaken_by_removal_is_410_or_308(clients, self_review, method, way, answer):
    remover, *writers = clients[:3]
    remove = delete_by(remover) if way == "deleted" else merge_by(create_user("reviewer", "merger"))

    outcomes = Counter()
    for number in range(ROUNDS):
        party = PartyFactory(slug=f"party-{number}", review="published", identifiers={})
        path = get_api_url("parties", party.slug)
        body = writers[0].get(path).json() if method == "put" else {}
        body = {name: body[name] for name in body if name not in {"version", "updated_at"}}
        removed, *refused = at_once(
            lambda party=party: remove(party),
            *(
                lambda c=c, path=path, body=body: write_until_refused(c, method, path, body)
                for c in writers
            ),
        )
        outcomes.update([removed, *refused])

    assert outcomes == {204: ROUNDS, answer: ROUNDS * len(writers)}


def write_for_a_while(number, rounds=12):
    """Make, rename and delete parties, as one writer among several."""
    for turn in range(rounds):
        party = PartyFactory(slug=f"made-{number}-{turn}", review="published", identifiers={})
        old = Party.objects.filter(slug=f"old-{turn * 3 + number}").first()
        if old is None:
            continue
        if turn % 4 == 3:
            history.delete(old)
        else:
            old.name = f"Renamed {number} {turn}"
            history.save(old)
        party.name = f"Made {turn}"
        history.save(party)


def load_and_follow(client):
    """Walk all pages while others write, then apply the changes after the last page's position."""
    known, pages = {}, []
    path = "/api/v1/parties/?limit=4&ordering=-updated_at"
    while path:
        answer = client.get(path)
        known |= {row["slug"]: row["version"] for row in answer.json()["results"]}
        pages.append(answer["Feed-Position"])
        path = answer.json()["next"]
    return known, pages


@pytest.mark.parametrize("attempt", range(3))
def test_follower_of_a_list_misses_nothing_that_writers_did_meanwhile(clients, attempt):
    for number in range(30):
        PartyFactory(slug=f"old-{number}", review="published", identifiers={})

    (known, pages), *_ = at_once(
        lambda: load_and_follow(clients[0]),
        *(lambda n=n: write_for_a_while(n) for n in range(3)),
    )

    assert len(set(pages)) == 1
    position, more = pages[-1], True
    while more:
        body = clients[0].get("/api/v1/changes/", {"after": position, "limit": 500}).json()
        position, more = body["position"], body["more"]
        for event in body["results"]:
            if event["kind"] != "parties":
                continue
            known[event["slug"]] = event["version"]
            if event["action"] == "deleted":
                del known[event["slug"]]
    assert known == dict(Party.objects.values_list("slug", "version"))
