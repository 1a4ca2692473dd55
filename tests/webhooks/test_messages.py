"""Webhooks: signed messages of what their owner may learn, each until it has arrived."""

import threading
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from negotiations import history
from negotiations.models import Change, Webhook, WebhookDelivery
from negotiations.webhooks import client as sending
from negotiations.webhooks import worker
from tests.conftest import build_api_client, create_user
from tests.factories import PartyFactory, PersonFactory, UserFactory
from tests.support.receiver import (
    build_answer,
    create_webhook,
    make_deliveries_due,
    receiver,
    run_worker,
)

pytestmark = pytest.mark.django_db
__all__ = ["receiver"]  # the fixture


def published(record, by):
    record.review = "published"
    history.save(record, by=by)


def waits():
    """In how many seconds each delivery is tried again, from its last attempt."""
    rows = WebhookDelivery.objects.order_by("pk").values_list("next_attempt_at", "attempted_at")
    return [round((then - last).total_seconds()) if then else None for then, last in rows]


# What is told


def test_a_change_is_told_as_the_feed_tells_it_and_its_signature_is_good(
    reviewer, reviewer_user, receiver, capsys
):
    webhook = create_webhook(reviewer, receiver)
    PartyFactory(slug="north", created_by=reviewer_user)

    assert run_worker(capsys) == "1 delivered, 0 to be repeated, 0 given up."

    event = reviewer.get("/api/v1/changes/").json()["results"][0]
    message = {"type": "parties.created", "timestamp": event["at"], "data": event}
    assert receiver.verified(webhook["secret"]) == [message]
    [(path, headers, _body)] = receiver.heard
    assert path == "/hook?key=1"
    assert headers["Content-Type"] == "application/json"
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert headers["webhook-id"] == WebhookDelivery.objects.get().message
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60


def test_messages_come_in_the_order_of_the_changes_and_each_once(reviewer, receiver, capsys):
    PartyFactory(slug="before")
    create_webhook(reviewer, receiver)
    for number in range(3):
        PartyFactory(slug=f"party-{number}")

    said = [run_worker(capsys), run_worker(capsys)]

    assert said == [
        "3 delivered, 0 to be repeated, 0 given up.",
        "0 delivered, 0 to be repeated, 0 given up.",
    ]
    assert receiver.told == [("parties.created", f"party-{number}") for number in range(3)]


def test_more_changes_than_are_laid_out_at_a_time_are_all_told(
    reviewer, receiver, capsys, monkeypatch
):
    monkeypatch.setattr(worker, "CHUNK", 2)
    create_webhook(reviewer, receiver, kinds=["parties"])
    for number in range(5):
        PersonFactory()
        PartyFactory(slug=f"party-{number}")

    assert run_worker(capsys) == "5 delivered, 0 to be repeated, 0 given up."
    assert [slug for _, slug in receiver.told] == [f"party-{number}" for number in range(5)]


def test_a_write_that_is_taken_back_is_told_to_nobody(reviewer, receiver, capsys):
    create_webhook(reviewer, receiver)
    with transaction.atomic():
        PartyFactory(slug="never")
        transaction.set_rollback(True)
    PartyFactory(slug="ever")

    run_worker(capsys)

    assert receiver.told == [("parties.created", "ever")]


def test_a_write_asks_nothing_of_the_database_for_webhooks(reviewer, receiver):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            PartyFactory()
        return len(asked)

    queries()
    without = queries()
    for _ in range(3):
        create_webhook(reviewer, receiver)

    assert queries() == without


def test_a_hidden_draft_is_told_to_its_author_and_to_reviewers_alone(
    analyst, reviewer, reviewer_user, receiver, capsys
):
    other = build_api_client(create_user("contributor", "other"))
    webhooks = [create_webhook(client, receiver)["slug"] for client in (analyst, reviewer, other)]
    person = PersonFactory(slug="ann", created_by=User.objects.get(username="analyst"))
    run_worker(capsys)
    person.note = "Seen by few."
    history.save(person)
    run_worker(capsys)

    def types():
        rows = WebhookDelivery.objects.order_by("pk")
        return [[row.type for row in rows.filter(webhook__slug=slug)] for slug in webhooks]

    hidden = ["people.created", "people.updated"]
    assert types() == [hidden, hidden, []]
    assert len(receiver.heard) == 4

    published(person, reviewer_user)
    run_worker(capsys)

    updated = [*hidden, "people.updated"]
    assert types() == [updated, updated, ["people.created"]]
    told = sorted(kind for kind, _ in receiver.told[4:])
    assert told == ["people.created", "people.updated", "people.updated"]


def test_what_its_owner_may_not_learn_of_any_more_is_withheld(
    reviewer, reviewer_user, receiver, capsys
):
    webhook = create_webhook(reviewer, receiver)
    receiver.answer = build_answer(500)
    PersonFactory(slug="hidden", created_by=UserFactory())
    run_worker(capsys)
    receiver.heard.clear()
    reviewer_user.groups.set([create_user("contributor", "other").groups.get()])
    make_deliveries_due()

    run_worker(capsys)

    delivery = WebhookDelivery.objects.get()
    assert receiver.heard == []
    assert (delivery.status, delivery.error) == (
        "failed",
        "Its owner may not learn of this any more.",
    )
    log = reviewer.get(f"/api/v1/webhooks/{webhook['slug']}/deliveries/")
    assert log.json()["results"] == []


@pytest.mark.parametrize("loss", ["role", "account"])
def test_who_has_no_role_any_more_has_no_webhooks(reviewer, reviewer_user, receiver, capsys, loss):
    create_webhook(reviewer, receiver)
    PartyFactory(review="published")
    if loss == "role":
        reviewer_user.groups.clear()
    else:
        reviewer_user.is_active = False
        reviewer_user.save()

    run_worker(capsys)

    assert receiver.heard == []
    assert Webhook.objects.get().disabled_reason == "owner"


# What does not arrive


def test_a_message_that_fails_is_repeated_under_its_name_and_later_ones_pass(
    reviewer, receiver, capsys
):
    webhook = create_webhook(reviewer, receiver)
    PartyFactory(slug="first")
    receiver.answer = build_answer(503)
    assert run_worker(capsys) == "0 delivered, 1 to be repeated, 0 given up."
    assert Webhook.objects.get().failing_since is not None
    # The webhook rests for a moment: nothing is due.
    PartyFactory(slug="second")
    assert run_worker(capsys) == "0 delivered, 0 to be repeated, 0 given up."

    receiver.answer = build_answer(204)
    Webhook.objects.update(next_turn_at=timezone.now())
    assert run_worker(capsys) == "1 delivered, 0 to be repeated, 0 given up."
    make_deliveries_due()
    assert run_worker(capsys) == "1 delivered, 0 to be repeated, 0 given up."

    assert [slug for _, slug in receiver.told] == ["first", "second", "first"]
    ids = [headers["webhook-id"] for _, headers, _ in receiver.heard]
    assert (ids[0], len(set(ids))) == (ids[2], 2)
    assert len(receiver.verified(webhook["secret"])) == 3
    assert Webhook.objects.get().failing_since is None


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ((429, "60"), 60),
        ((503, "999999999"), 3600),
        ((503, "Fri, 31 Dec 9999 23:59:59 GMT"), 3600),
        ((503, "Mon, 01 Jan 0001 00:00:00 -0000"), 5),
        ((429, "soon"), 5),
        ((500, "60"), 5),
    ],
)
def test_a_receiver_that_has_too_much_to_do_is_left_alone_as_it_asks(
    reviewer, receiver, capsys, wish, seconds
):
    create_webhook(reviewer, receiver)
    PartyFactory()
    receiver.answer = build_answer(wish[0], **{"Retry-After": wish[1]})

    run_worker(capsys)
    # Neither this message nor another one.
    [wait], rest = waits(), Webhook.objects.get().next_turn_at - timezone.now()

    assert seconds <= wait <= seconds * 1.2 + 1
    assert seconds - 3 <= rest.total_seconds() <= seconds


def test_the_waits_grow_to_a_day_and_after_ten_attempts_a_message_is_given_up(
    reviewer, receiver, capsys
):
    create_webhook(reviewer, receiver)
    PartyFactory()
    receiver.answer = build_answer(500)

    found = []
    for _ in range(10):
        run_worker(capsys)
        found += waits()
        make_deliveries_due()
    run_worker(capsys)

    hour = 3600
    least = [5, 300, 1800, *(hours * hour for hours in (2, 5, 10, 14, 20, 24))]
    assert found[-1] is None
    assert all(low <= wait <= low * 1.2 + 1 for low, wait in zip(least, found[:-1], strict=True))
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.response_status, delivery.error) == (
        "failed",
        10,
        500,
        "It answered 500.",
    )
    assert len(receiver.heard) == 10


def test_a_webhook_at_which_nothing_arrived_for_five_days_is_switched_off(
    reviewer, receiver, capsys
):
    webhook = create_webhook(reviewer, receiver)
    PartyFactory()
    receiver.answer = build_answer(500)
    run_worker(capsys)
    now = timezone.now()
    Webhook.objects.update(failing_since=now - timedelta(days=4, hours=23))
    make_deliveries_due()
    run_worker(capsys)
    assert Webhook.objects.get().enabled

    Webhook.objects.update(failing_since=now - timedelta(days=5, seconds=1))
    make_deliveries_due()
    run_worker(capsys)

    address = f"/api/v1/webhooks/{webhook['slug']}/"
    body = reviewer.get(address).json()
    assert (body["enabled"], body["disabled_reason"]) == (False, "failing")
    PartyFactory(slug="meanwhile")
    make_deliveries_due()
    assert run_worker(capsys) == "0 delivered, 0 to be repeated, 0 given up."

    receiver.answer = build_answer(200)
    again = reviewer.patch(address, {"enabled": True}).json()
    assert (again["enabled"], again["failing_since"], again["disabled_reason"]) == (True, None, "")
    assert run_worker(capsys) == "2 delivered, 0 to be repeated, 0 given up."


def test_a_receiver_that_is_gone_is_left_alone_at_once(reviewer, receiver, capsys):
    webhook = create_webhook(reviewer, receiver)
    PartyFactory()
    PartyFactory()
    receiver.answer = build_answer(410)

    assert run_worker(capsys) == "0 delivered, 0 to be repeated, 1 given up."
    make_deliveries_due()
    run_worker(capsys)

    body = reviewer.get(f"/api/v1/webhooks/{webhook['slug']}/").json()
    assert (body["enabled"], body["disabled_reason"]) == (False, "gone")
    assert len(receiver.heard) == 1


def test_a_redirect_is_not_followed(reviewer, receiver, capsys):
    create_webhook(reviewer, receiver)
    PartyFactory()
    elsewhere = f"http://127.0.0.1:{receiver.port}/inside"
    receiver.answer = build_answer(302, Location=elsewhere)

    run_worker(capsys)

    assert [path for path, _, _ in receiver.heard] == ["/hook?key=1"]
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.error) == ("pending", "It answered 302.")


def dripping(handler):
    """A byte every tenth of a second: no time-out between two of them is ever reached."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(100):
        time.sleep(0.1)
        handler.wfile.write(b"x")
        handler.wfile.flush()


def silent(_handler):
    time.sleep(3)


@pytest.mark.parametrize("slowness", [dripping, silent])
def test_a_slow_receiver_is_cut_off(reviewer, receiver, capsys, monkeypatch, slowness):
    monkeypatch.setattr(sending, "TOTAL_TIME", 0.4)
    create_webhook(reviewer, receiver)
    PartyFactory()
    receiver.answer = slowness

    started = time.monotonic()
    run_worker(capsys)

    assert time.monotonic() - started < 2
    assert WebhookDelivery.objects.get().error == "It did not answer within 0.4 seconds."


def test_of_a_huge_answer_nothing_is_read(reviewer, receiver, capsys):
    create_webhook(reviewer, receiver)
    PartyFactory()
    sent = []
    done = threading.Event()

    def huge(handler):
        try:
            handler.send_response(200)
            handler.end_headers()
            for _ in range(1000):
                handler.wfile.write(b"x" * 1_000_000)
                sent.append(1)
        finally:
            done.set()

    receiver.answer = huge

    assert run_worker(capsys) == "1 delivered, 0 to be repeated, 0 given up."
    assert done.wait(5)
    # What the buffers of both sides took, and no more.
    assert len(sent) < 50


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda handler: handler.wfile.write(b"hello\r\n\r\n"), "It did not answer in HTTP."),
        (lambda handler: handler.connection.close(), "It did not answer in HTTP."),
    ],
)
def test_what_is_no_answer_is_told_in_the_log(reviewer, receiver, capsys, answer, error):
    create_webhook(reviewer, receiver)
    PartyFactory()
    receiver.answer = answer

    run_worker(capsys)

    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.response_status, delivery.error) == ("pending", None, error)


def test_a_receiver_that_is_not_there_is_told_in_the_log(reviewer, receiver, capsys):
    create_webhook(reviewer, receiver)
    Webhook.objects.update(url="http://127.0.0.1:1/")
    Webhook.objects.update(url=f"http://127.0.0.1:{closed_port()}/")
    PartyFactory()

    run_worker(capsys)

    assert WebhookDelivery.objects.get().error == "There was no connection."


def closed_port():
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


# The log


def test_with_many_waiting_further_changes_stay_in_the_feed(
    reviewer, receiver, capsys, monkeypatch
):
    monkeypatch.setattr(worker, "MOST_WAITING", 1)
    monkeypatch.setattr(worker, "CHUNK", 1)
    create_webhook(reviewer, receiver)
    PartyFactory()
    PartyFactory()
    receiver.answer = build_answer(500)
    for _ in range(3):
        run_worker(capsys)
        make_deliveries_due()
    assert WebhookDelivery.objects.count() == 1

    receiver.answer = build_answer(200)

    assert run_worker(capsys) == "2 delivered, 0 to be repeated, 0 given up."
    assert Webhook.objects.get().position == Change.objects.last_number()


def test_what_is_done_is_forgotten_after_thirty_days(reviewer, receiver, capsys):
    create_webhook(reviewer, receiver)
    PartyFactory()
    run_worker(capsys)
    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    PartyFactory(slug="new")

    run_worker(capsys)

    assert WebhookDelivery.objects.count() == 1
    assert len(receiver.heard) == 2
