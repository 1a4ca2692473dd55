"""Webhooks at the desk: whether they arrive, and once more."""

import pytest
from django.contrib.auth.models import User

from negotiations.models import Webhook, WebhookDelivery
from tests.factories import PartyFactory
from tests.support.admin_client import build_admin_client, get_admin_url, list_messages
from tests.support.receiver import build_answer, create_webhook, receiver, run_worker

pytestmark = pytest.mark.django_db
__all__ = ["receiver"]  # the fixture


def act(user, kind, action, rows):
    form = {"action": action, "_selected_action": [row.pk for row in rows]}
    return build_admin_client(user).post(get_admin_url(kind, "list"), form)


def pages(user, record):
    """The status of the list and the page of a record, and whether the list names it."""
    client = build_admin_client(user)
    listed = client.get(get_admin_url(type(record), "list"))
    return (
        listed.status_code,
        str(record) in listed.content.decode(),
        client.get(get_admin_url(record)).status_code,
    )


def test_everybody_sees_their_own_and_administrators_all(
    analyst, analyst_user, reviewer_user, administrator_user, receiver
):
    webhook = create_webhook(analyst, receiver)
    analyst.post(f"/api/v1/webhooks/{webhook['slug']}/test/")
    nobody = User.objects.create_user("nobody", is_staff=True)

    for record in (Webhook.objects.get(), WebhookDelivery.objects.get()):
        found = [pages(user, record) for user in (analyst_user, administrator_user)]
        assert found == [(200, True, 200)] * 2
        # Django leads from a page that is not there to the start.
        assert pages(reviewer_user, record) == (200, False, 302)
        assert pages(nobody, record)[0] == 403


def test_no_secret_is_shown_and_nothing_is_typed_in(administrator_user, analyst, receiver):
    secret = create_webhook(analyst, receiver)["secret"]
    client = build_admin_client(administrator_user)
    record = Webhook.objects.get()

    page = client.get(get_admin_url(record)).content.decode()

    assert secret not in page
    assert 'name="url"' not in page
    assert client.get(get_admin_url(Webhook, "add")).status_code == 403
    assert client.get(get_admin_url(record, "delete")).status_code == 403


def test_a_message_is_delivered_again(analyst, analyst_user, reviewer_user, receiver, capsys):
    create_webhook(analyst, receiver, kinds=["parties"])
    PartyFactory(review="published")
    receiver.answer = build_answer(410)
    run_worker(capsys)
    rows = [WebhookDelivery.objects.get()]
    off = act(analyst_user, WebhookDelivery, "deliver_again", rows)
    assert list_messages(off) == [
        "0 are delivered again.",
        "1 belong to webhooks that are switched off; switch those on first.",
    ]

    on = act(analyst_user, Webhook, "switch_on", Webhook.objects.all())
    act(reviewer_user, WebhookDelivery, "deliver_again", rows)
    assert WebhookDelivery.objects.get().status == "failed"
    again = act(analyst_user, WebhookDelivery, "deliver_again", rows)
    receiver.answer = build_answer(200)

    assert (list_messages(on), list_messages(again)) == (
        ["1 switched on."],
        ["1 are delivered again."],
    )
    assert run_worker(capsys) == "1 delivered, 0 to be repeated, 0 given up."


def test_an_administrator_switches_a_webhook_off(administrator_user, analyst, receiver, capsys):
    webhook = create_webhook(analyst, receiver)

    answer = act(administrator_user, Webhook, "switch_off", Webhook.objects.all())

    body = analyst.get(f"/api/v1/webhooks/{webhook['slug']}/").json()
    assert list_messages(answer) == ["1 switched off."]
    assert (body["enabled"], body["disabled_reason"]) == (False, "switched_off")
    page = (
        build_admin_client(administrator_user).get(get_admin_url(Webhook, "list")).content.decode()
    )
    assert "Its owner or an administrator switched it off." in page
