"""A retry never doubles: the key of a request, and the first answer again."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from negotiations.models import Change, KeptAnswer, Party
from tests.conftest import build_api_client

ADDRESS = "/api/v1/parties/"
PARTY = {"name": "Ukraine", "kind": "state"}


def post(client, key, body=PARTY, address=ADDRESS, **headers):
    return client.post(address, body, headers={"Idempotency-Key": key, **headers})


def test_the_same_request_again_gets_the_first_answer(analyst):
    first, again = post(analyst, "one"), post(analyst, "one")

    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.content) == (201, first.content)
    for name in ("Location", "ETag", "Content-Type", "Cache-Control"):
        assert again[name] == first[name]
    assert Party.objects.count() == Change.objects.count() == 1


def test_white_space_and_the_order_of_members_do_not_matter(analyst):
    post(analyst, "one")
    text = '{ "kind": "state",\n "name": "Ukraine" }'

    again = analyst.generic(
        "POST", ADDRESS, text, "application/json", headers={"Idempotency-Key": "one"}
    )

    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "other",
    [
        {"body": {"name": "Russia", "kind": "state"}},
        {"address": "/api/v1/people/", "body": {"name": "Ukraine"}},
        {"Change-Reason": "Another"},
    ],
)
def test_the_key_of_another_request_is_422(analyst, other):
    post(analyst, "one")

    answer = post(analyst, "one", **other)

    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert Party.objects.count() == 1


def test_a_refused_request_burns_no_key(analyst):
    refused = post(analyst, "one", {"name": "Ukraine"})
    mended = post(analyst, "one")

    assert (refused.status_code, mended.status_code) == (400, 201)
    assert "Idempotency-Replayed" not in mended


def test_each_token_has_its_own_keys(analyst, reviewer):
    answers = [post(client, "one") for client in (analyst, reviewer)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert Party.objects.count() == 2


def test_a_repeated_change_is_not_stale(analyst):
    party = post(analyst, "one").json()
    address = f"{ADDRESS}{party['slug']}/"
    headers = {"Idempotency-Key": "two", "If-Match": '"1"'}

    first = analyst.patch(address, {"name": "Kyiv"}, headers=headers)
    again = analyst.patch(address, {"name": "Kyiv"}, headers=headers)

    assert (first.status_code, again.status_code) == (200, 200)
    assert (again["Idempotency-Replayed"], again.content) == ("true", first.content)
    assert Party.objects.get().version == 2


def test_a_repeated_replacement_and_deletion_get_their_first_answers(analyst):
    party = post(analyst, "one").json()
    address = f"{ADDRESS}{party['slug']}/"

    def twice(send, key, version, **more):
        headers = {"Idempotency-Key": key, "If-Match": f'"{version}"'}
        return [send(address, headers=headers, **more) for _ in range(2)]

    replaced = twice(analyst.put, "two", 1, data={**party, "name": "Kyiv"})
    deleted = twice(analyst.delete, "three", 2)

    for first, again in (replaced, deleted):
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert "Idempotency-Replayed" not in first
        assert again["Idempotency-Replayed"] == "true"
    assert [first.status_code for first, _ in (replaced, deleted)] == [200, 204]
    assert Change.objects.count() == 3


def test_an_array_is_made_once(analyst):
    bodies = [{**PARTY, "name": name} for name in ("Ukraine", "Russia")]

    first, again = post(analyst, "one", bodies), post(analyst, "one", bodies)

    assert again.content == first.content
    assert Party.objects.count() == 2


def test_a_rehearsal_keeps_nothing(analyst):
    rehearsed = post(analyst, "one", address=f"{ADDRESS}?dry_run=true")
    meant = post(analyst, "one")

    assert (rehearsed.status_code, meant.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in meant
    assert Party.objects.count() == 1


def test_an_answer_is_kept_for_a_day(analyst):
    post(analyst, "one")
    KeptAnswer.objects.update(at=timezone.now() - timedelta(hours=24, seconds=1))

    again = post(analyst, "one")

    assert "Idempotency-Replayed" not in again
    assert (Party.objects.count(), KeptAnswer.objects.count()) == (2, 1)


@pytest.mark.parametrize("key", ["", "x" * 256, "clé", "two words", 'a"b', '"'])
def test_a_malformed_key_is_400_in_a_rehearsal_too(analyst, key):
    for address in (ADDRESS, f"{ADDRESS}?dry_run=true"):
        answer = post(analyst, key, address=address)

        assert answer.status_code == 400
        assert [fault["header"] for fault in answer.json()["errors"]] == ["Idempotency-Key"]
    assert Party.objects.count() == 0


@pytest.mark.parametrize("key", ["x" * 255, '"a string of RFC 8941"', "~!#"])
def test_a_key_is_a_word_or_a_string(analyst, key):
    assert post(analyst, key).status_code == 201


def test_without_a_token_the_key_changes_nothing(reader):
    assert post(reader, "").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_with_one_key_make_one_record(analyst_user):
    clients = [build_api_client(analyst_user)] * 6
    answers = []

    def ask(client):
        answers.append(post(client, "one"))
        connection.close()

    threads = [Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert Party.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fifty_requests_sent_twelve_times_each_make_fifty_records(analyst_user):
    clients = [build_api_client(analyst_user)] * 12
    answers = {f"key-{number}": [] for number in range(50)}

    def ask(client):
        for key, given in answers.items():
            while True:
                answer = post(client, key, {**PARTY, "name": key})
                if answer.status_code != 409:
                    given.append((answer.status_code, answer.content))
                    break
        connection.close()

    threads = [Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {len(given) for given in answers.values()} == {12}
    assert {len(set(given)) for given in answers.values()} == {1}
    assert {status for given in answers.values() for status, _ in given} == {201}
    assert Party.objects.count() == Change.objects.count() == 50
