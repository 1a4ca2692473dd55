"""Webhooks at the API's door: own ones are made, changed, tried, looked after and deleted."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from negotiations.models import Token, Webhook, WebhookDelivery
from tests.conftest import build_api_client, create_user
from tests.factories import PartyFactory
from tests.support.receiver import (
    WEBHOOKS_URL,
    build_answer,
    create_webhook,
    make_deliveries_due,
    receiver,
    run_worker,
)

pytestmark = pytest.mark.django_db
__all__ = ["receiver"]  # the fixture

MEMBERS = [
    *("slug", "url", "kinds", "enabled", "disabled_at", "disabled_reason"),
    *("failing_since", "old_secret_until", "created_at"),
]


def of(webhook, *path):
    return "/".join([f"{WEBHOOKS_URL}{webhook['slug']}", *path, ""])


def reading(user):
    client = build_api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {Token.issue(user, 'reads')[1]}")
    return client


def test_a_webhook_is_made_with_a_secret_that_is_shown_once(analyst, receiver):
    made = analyst.post(WEBHOOKS_URL, {"url": receiver.url, "kinds": ["parties"]})

    body = made.json()
    secret = body.pop("secret")
    assert made.status_code == 201
    assert made["Location"] == f"http://testserver{of(body)}"
    assert made["Cache-Control"] == "private, no-store"
    assert body == {
        "slug": body["slug"],
        "url": receiver.url,
        "kinds": ["parties"],
        "enabled": True,
        "disabled_at": None,
        "disabled_reason": "",
        "failing_since": None,
        "old_secret_until": None,
        "created_at": body["created_at"],
    }
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert analyst.get(of(body)).json() == body
    assert analyst.get(WEBHOOKS_URL).json() == {"results": [body]}


def test_no_secret_is_stored(analyst, receiver):
    secret = create_webhook(analyst, receiver)["secret"]
    key = base64.b64decode(secret.removeprefix("whsec_"))

    stored = str(list(Webhook.objects.values()))

    assert not any(text in stored for text in (secret[6:20], key.hex(), repr(key)[2:10]))


def test_two_webhooks_have_two_secrets(analyst, receiver):
    secrets = {create_webhook(analyst, receiver)["secret"] for _ in range(3)}

    assert len(secrets) == 3


def test_others_webhooks_are_not_there(analyst, reviewer, reader, receiver, capsys):
    webhook = create_webhook(reviewer, receiver)
    PartyFactory(review="published")
    run_worker(capsys)
    message = WebhookDelivery.objects.first().message
    paths = [(), ("deliveries",), ("deliveries", message)]
    acts = [("rotate",), ("test",), ("deliveries", message, "redeliver")]

    assert {analyst.get(of(webhook, *path)).status_code for path in paths} == {404}
    assert {analyst.post(of(webhook, *path)).status_code for path in acts} == {404}
    assert analyst.patch(of(webhook), {"enabled": False}).status_code == 404
    assert analyst.delete(of(webhook)).status_code == 404
    assert analyst.get(WEBHOOKS_URL).json() == {"results": []}
    assert analyst.get(f"{WEBHOOKS_URL}%00/").status_code == 404
    own = create_webhook(analyst, receiver)
    assert analyst.get(of(own, "deliveries", message)).status_code == 404
    assert {reader.get(of(webhook, *path)).status_code for path in paths} == {401}
    assert {reader.post(of(webhook, *path)).status_code for path in acts} == {401}
    assert reader.post(WEBHOOKS_URL, {"url": receiver.url}).status_code == 401


def test_a_token_that_only_reads_looks_and_changes_nothing(analyst, analyst_user, receiver):
    webhook = create_webhook(analyst, receiver)
    message = analyst.post(of(webhook, "test")).json()["id"]
    client = reading(analyst_user)

    assert client.get(WEBHOOKS_URL).status_code == client.get(of(webhook, "deliveries")).status_code
    refused = [
        client.post(WEBHOOKS_URL, {"url": receiver.url}),
        client.patch(of(webhook), {"enabled": False}),
        client.post(of(webhook, "rotate")),
        client.post(of(webhook, "test")),
        client.post(of(webhook, "deliveries", message, "redeliver")),
        client.delete(of(webhook)),
    ]
    assert [answer.status_code for answer in refused] == [403] * 6


def test_who_has_no_role_makes_no_webhook(receiver, analyst_user, analyst):
    analyst_user.groups.clear()

    answer = analyst.post(WEBHOOKS_URL, {"url": receiver.url})

    assert (answer.status_code, answer.json()["detail"]) == (403, "Your role has no webhooks.")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"url": None}, "/url", "null"),
        ({"url": ""}, "/url", "blank"),
        ({"url": 5}, "/url", "invalid"),
        ({"kinds": "parties"}, "/kinds", "invalid"),
        ({"kinds": ["partys"]}, "/kinds/0", "unknown_value"),
        ({"kinds": ["parties", "parties"]}, "/kinds/1", "repeated"),
        ({"kinds": [["parties"]]}, "/kinds/0", "unknown_value"),
        ({"enabled": "yes"}, "/enabled", "invalid"),
        ({"enable": True}, "/enable", "unknown_member"),
        ({"secret": "whsec_mine"}, "/secret", "unknown_member"),
        ({"slug": "mine"}, "/slug", "read_only"),
        ({"failing_since": "2025-07-19T20:00:00Z"}, "/failing_since", "read_only"),
    ],
)
def test_a_faulty_body_is_refused_by_name(analyst, receiver, body, pointer, code):
    webhook = create_webhook(analyst, receiver)
    answers = [
        analyst.post(WEBHOOKS_URL, {"url": receiver.url, **body}),
        analyst.patch(of(webhook), body),
    ]

    for answer in answers:
        faults = [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
        assert (answer.status_code, faults) == (400, [(pointer, code)])


def test_the_nearest_words_are_named(analyst, receiver):
    body = {"url": receiver.url, "kinds": ["partys"], "enable": True}

    answer = analyst.post(WEBHOOKS_URL, body)

    meant = {fault["pointer"]: fault["did_you_mean"] for fault in answer.json()["errors"]}
    assert meant == {"/enable": ["enabled"], "/kinds/0": ["parties"]}
    query = analyst.get(WEBHOOKS_URL, {"limit": 5}).json()["errors"]
    assert [(fault["parameter"], fault["code"]) for fault in query] == [
        ("limit", "unknown_parameter")
    ]


def test_methods_that_are_not_there_are_told_before_who_asks(reader):
    answers = [
        (reader.put(WEBHOOKS_URL, {}), "GET, HEAD, POST"),
        (reader.put(f"{WEBHOOKS_URL}x/", {}), "GET, HEAD, PATCH, DELETE"),
        (reader.get(f"{WEBHOOKS_URL}x/rotate/"), "POST"),
        (reader.get(f"{WEBHOOKS_URL}x/deliveries/y/redeliver/"), "POST"),
        (reader.delete(f"{WEBHOOKS_URL}x/deliveries/y/"), "GET, HEAD"),
    ]

    assert [(a.status_code, a["Allow"]) for a, _ in answers] == [(405, m) for _, m in answers]


@pytest.mark.parametrize("act", ["rotate", "test"])
def test_an_act_takes_neither_body_nor_parameters(analyst, receiver, act):
    webhook = create_webhook(analyst, receiver)

    assert analyst.post(of(webhook, act), {"now": True}).status_code == 400
    assert analyst.post(f"{of(webhook, act)}?now=true").status_code == 400
    assert analyst.delete(f"{of(webhook)}?now=true").status_code == 400


def test_a_webhook_is_changed_switched_off_and_goes_on_where_it_stopped(analyst, receiver, capsys):
    webhook = create_webhook(analyst, receiver)
    off = analyst.patch(of(webhook), {"enabled": False, "kinds": ["parties"]}).json()
    assert (off["enabled"], off["disabled_reason"], off["kinds"]) == (
        False,
        "switched_off",
        ["parties"],
    )
    PartyFactory(slug="meanwhile", review="published")
    run_worker(capsys)
    assert receiver.heard == []

    url = f"http://127.0.0.1:{receiver.port}/new"
    media = "application/merge-patch+json"
    on = analyst.patch(of(webhook), f'{{"url": "{url}", "enabled": true}}', content_type=media)
    assert (on.status_code, on.json()["url"], on.json()["enabled"]) == (200, url, True)
    run_worker(capsys)

    assert [path for path, _, _ in receiver.heard] == ["/new"]
    assert receiver.told == [("parties.created", "meanwhile")]


def test_what_was_read_is_sent_back_and_a_state_that_is_gone_is_not_written(analyst, receiver):
    read = analyst.get(of(create_webhook(analyst, receiver)))
    webhook, seen = read.json(), {"if-match": read["ETag"]}

    changed = analyst.patch(of(webhook), {**webhook, "kinds": ["terms"]}, headers=seen)
    later = analyst.patch(of(webhook), {"kinds": ["rounds"]}, headers=seen)
    gone = analyst.delete(of(webhook), headers=seen)
    other = analyst.patch(of(webhook), {**webhook, "created_at": "2025-07-19T20:00:00Z"})

    assert (changed.status_code, changed.json()["kinds"]) == (200, ["terms"])
    assert [(answer.status_code, answer.json()["code"]) for answer in (later, gone)] == (
        [(412, "stale")] * 2
    )
    assert [fault["pointer"] for fault in other.json()["errors"]] == ["/created_at"]
    assert analyst.get(of(webhook)).json() == changed.json()
    assert analyst.delete(of(webhook), headers={"if-match": changed["ETag"]}).status_code == 204


def test_a_new_address_begins_without_the_failures_of_the_old_one(analyst, receiver, capsys):
    webhook = create_webhook(analyst, receiver)
    analyst.post(of(webhook, "test"))
    receiver.answer = build_answer(500)
    run_worker(capsys)
    assert analyst.get(of(webhook)).json()["failing_since"] is not None

    body = analyst.patch(of(webhook), {"url": receiver.url.replace("hook", "new")}).json()

    assert body["failing_since"] is None


def test_a_deleted_webhook_is_gone_with_its_log(analyst, receiver, capsys):
    webhook = create_webhook(analyst, receiver)
    PartyFactory(review="published")

    deleted = analyst.delete(of(webhook))
    run_worker(capsys)

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert analyst.get(of(webhook)).status_code == 404
    assert receiver.heard == []


def test_a_user_has_no_more_than_twenty_webhooks(analyst, analyst_user, receiver):
    Webhook.objects.bulk_create(
        Webhook(user=analyst_user, url=receiver.url, position=0) for _ in range(20)
    )

    assert analyst.post(WEBHOOKS_URL, {"url": receiver.url}).status_code == 409


# Secrets


def is_good(secret, heard):
    _, headers, body = heard
    try:
        Verifier(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def test_for_a_day_after_a_new_secret_both_are_good(analyst, receiver, capsys):
    webhook = create_webhook(analyst, receiver)

    rotated = analyst.post(of(webhook, "rotate")).json()
    analyst.post(of(webhook, "test"))
    run_worker(capsys)

    old, new = webhook["secret"], rotated["secret"]
    assert old != new
    assert sorted(rotated) == sorted([*MEMBERS, "secret"])
    assert rotated["old_secret_until"] > timezone.now().isoformat()
    assert [is_good(secret, receiver.heard[0]) for secret in (old, new)] == [True, True]

    Webhook.objects.update(rotated_at=timezone.now() - timedelta(days=1))
    analyst.post(of(webhook, "test"))
    run_worker(capsys)
    assert [is_good(secret, receiver.heard[1]) for secret in (old, new)] == [False, True]
    assert analyst.get(of(webhook)).json()["old_secret_until"] is None


def test_a_message_that_was_touched_is_not_good(analyst, receiver, capsys):
    webhook = create_webhook(analyst, receiver)
    analyst.post(of(webhook, "test"))
    run_worker(capsys)
    [(path, headers, body)] = receiver.heard

    assert is_good(webhook["secret"], (path, headers, body))
    assert not is_good(webhook["secret"], (path, headers, body + b" "))
    assert not is_good(webhook["secret"], (path, {**headers, "webhook-id": "msg_other"}, body))


# The log


def test_a_trial_arrives_and_is_logged(analyst, receiver, capsys):
    webhook = create_webhook(analyst, receiver)

    made = analyst.post(of(webhook, "test"))
    run_worker(capsys)

    body = made.json()
    assert made.status_code == 201
    assert made["Location"] == f"http://testserver{of(webhook, 'deliveries', body['id'])}"
    [message] = receiver.verified(webhook["secret"])
    assert (message["type"], message["data"]) == ("webhook.test", {"webhook": webhook["slug"]})
    done = analyst.get(made["Location"]).json()
    assert done == {
        "id": body["id"],
        "sequence": None,
        "type": "webhook.test",
        "status": "delivered",
        "attempts": 1,
        "created_at": body["created_at"],
        "attempted_at": done["attempted_at"],
        "next_attempt_at": None,
        "response_status": 200,
        "error": "",
    }


def test_the_log_comes_in_pages_newest_first_and_by_status(reviewer, receiver, capsys):
    webhook = create_webhook(reviewer, receiver)
    for _ in range(3):
        PartyFactory()
    run_worker(capsys)
    receiver.answer = build_answer(500)
    PartyFactory()
    run_worker(capsys)
    log = of(webhook, "deliveries")

    first = reviewer.get(log, {"limit": 3}).json()
    second = reviewer.get(first["next"]).json()
    failing = reviewer.get(log, {"status": "pending,failed"}).json()

    assert [row["sequence"] for row in first["results"]] == [4, 3, 2]
    assert [row["sequence"] for row in second["results"]] == [1]
    assert second["next"] is None
    assert [(row["sequence"], row["status"]) for row in failing["results"]] == [(4, "pending")]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"status": "lost"}, ("status", "unknown_value")),
        ({"limit": "0"}, ("limit", "out_of_range")),
        ({"before": "msg_none"}, ("before", "unknown_reference")),
        ({"state": "failed"}, ("state", "unknown_parameter")),
    ],
)
def test_a_query_of_the_log_that_cannot_be_meant_is_refused(analyst, receiver, query, fault):
    answer = analyst.get(of(create_webhook(analyst, receiver), "deliveries"), query)

    assert answer.status_code == 400
    assert [(e["parameter"], e["code"]) for e in answer.json()["errors"]] == [fault]


def test_a_message_is_delivered_again_under_the_same_name(reviewer, receiver, capsys):
    webhook = create_webhook(reviewer, receiver)
    PartyFactory()
    receiver.answer = build_answer(500)
    for _ in range(10):
        run_worker(capsys)
        make_deliveries_due()
    receiver.answer = build_answer(200)
    [given_up] = reviewer.get(of(webhook, "deliveries"), {"status": "failed"}).json()["results"]

    again = reviewer.post(of(webhook, "deliveries", given_up["id"], "redeliver"))
    assert run_worker(capsys) == "1 delivered, 0 to be repeated, 0 given up."

    assert again.status_code == 200
    assert (again.json()["status"], again.json()["attempts"]) == ("pending", 0)
    assert {headers["webhook-id"] for _, headers, _ in receiver.heard} == {given_up["id"]}


def test_to_a_webhook_that_is_off_nothing_is_delivered_again(reviewer, receiver):
    webhook = create_webhook(reviewer, receiver)
    message = reviewer.post(of(webhook, "test")).json()["id"]
    reviewer.patch(of(webhook), {"enabled": False})

    answers = [
        reviewer.post(of(webhook, "test")),
        reviewer.post(of(webhook, "deliveries", message, "redeliver")),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]


def test_an_administrator_sees_but_their_own_by_the_api(administrator, analyst, receiver):
    webhook = create_webhook(analyst, receiver)

    assert administrator.get(of(webhook)).status_code == 404
    assert build_api_client(create_user("reviewer", "x")).get(of(webhook)).status_code == 404


def test_writes_are_rehearsed_and_repeated_as_everywhere(analyst, receiver):
    rehearsed = analyst.post(f"{WEBHOOKS_URL}?dry_run=true", {"url": receiver.url})
    webhook = create_webhook(analyst, receiver)
    kept = analyst.post(WEBHOOKS_URL, {"url": receiver.url}, headers={"idempotency-key": "1"})
    twice = [analyst.post(of(webhook, "test"), headers={"idempotency-key": "2"}) for _ in "ab"]
    analyst.patch(f"{of(webhook)}?dry_run=true", {"enabled": False})
    analyst.delete(f"{of(webhook)}?dry_run=true")

    assert (rehearsed.status_code, analyst.get(rehearsed["Location"]).status_code) == (201, 404)
    assert (kept.status_code, kept.json()["errors"][0]["code"]) == (400, "unsupported")
    assert twice[0].json() == twice[1].json()
    assert twice[1]["Idempotency-Replayed"] == "true"
    assert [each["enabled"] for each in analyst.get(WEBHOOKS_URL).json()["results"]] == [True]
    assert len(analyst.get(of(webhook, "deliveries")).json()["results"]) == 1
