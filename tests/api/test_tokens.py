"""Who asks: tokens that open the door, and all that does not."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from negotiations.models import Token
from tests.conftest import PASSWORD, create_user
from tests.factories import IssueFactory, UserFactory

pytestmark = pytest.mark.django_db

PATH = "/api/v1/issues/"
BAD = "The token is unknown, expired or revoked."
UNREADABLE = "Send the header as Authorization: Bearer and the token."


@pytest.fixture
def issued(reviewer_user):
    IssueFactory(slug="draft")
    return Token.issue(reviewer_user, "app", Token.Scope.WRITE)


def ask(header, method="get", **options):
    return getattr(Client(), method)(PATH, headers={"authorization": header}, **options)


def test_a_token_shows_what_its_user_may_see(issued):
    _token, text = issued

    answers = [ask(f"{scheme} {text}") for scheme in ("Bearer", "bearer", "BEARER")]

    assert [a.status_code for a in answers] == [200] * 3
    assert [[r["slug"] for r in a.json()["results"]] for a in answers] == [["draft"]] * 3


def mistyped(text):
    return text[:10] + ("a" if text[10] != "a" else "b") + text[11:]


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("", UNREADABLE),
        ("Bearer", UNREADABLE),
        ("{text}", UNREADABLE),
        ("Basic {text}", UNREADABLE),
        ("Token {text}", UNREADABLE),
        ("Bearer {text} {text}", UNREADABLE),
        ("Bearer {mistyped}", BAD),
        ("Bearer {short}", BAD),
        ("Bearer {loud}", BAD),
        ("Bearer nt_x_8cdc1683", BAD),
        ("Bearer Ünïcode", BAD),
        ("Bearer null", BAD),
        ("Bearer {long}", BAD),
    ],
)
def test_what_is_no_token_is_refused_and_never_nobody(issued, header, detail):
    text = issued[1]
    variants = {"mistyped": mistyped(text), "short": text[:-1], "loud": text.upper()}

    answer = ask(header.format(text=text, long="x" * 100_000, **variants))

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    assert answer.json() == {
        "type": "/api/problems/bad_token/",
        "title": "The token is not valid",
        "status": 401,
        "code": "bad_token",
        "detail": detail,
        "request_id": answer["X-Request-ID"],
    }


def expire(token):
    token.expires_at = timezone.now() - timedelta(seconds=1)
    token.save()


def revoke(token):
    token.revoked_at = timezone.now()
    token.save()


def disable(token):
    token.user.is_active = False
    token.user.save()


@pytest.mark.parametrize("end", [expire, revoke, disable, Token.delete])
def test_a_token_that_ended_is_answered_like_one_that_never_was(issued, end):
    token, text = issued
    end(token)

    answer = ask(f"Bearer {text}")

    seen = answer.status_code, answer.json()["detail"], answer["WWW-Authenticate"]
    assert seen == (401, BAD, 'Bearer realm="api"')


def test_a_token_of_a_later_pepper_opens_nothing(issued, settings):
    settings.TRACKER_TOKEN_PEPPER = "another pepper of some length"

    assert ask(f"Bearer {issued[1]}").status_code == 401


def test_the_database_keeps_no_token(issued):
    token, text = issued
    kept = json.dumps(list(Token.objects.values()), default=str)
    secret = text.split("_")[1]

    assert secret not in kept
    assert (len(token.digest), token.digest in text) == (64, False)


def test_a_reading_token_reads_and_does_not_write(reviewer_user):
    issue = IssueFactory()
    _token, text = Token.issue(reviewer_user, "app")
    client, body = Client(headers={"authorization": f"Bearer {text}"}), {"title": "Land"}

    path, options = f"{PATH}{issue.slug}/", {"content_type": "application/json"}
    writes = [
        client.post(PATH, body, **options),
        client.put(path, body, **options),
        client.patch(path, body, **options),
        client.delete(path),
    ]

    assert client.get(path).status_code == 200
    assert [(a.status_code, a.json()["detail"]) for a in writes] == [
        (403, "This token only reads.")
    ] * 4


def test_a_session_of_the_admin_is_nobody_to_the_api(administrator_user):
    IssueFactory(slug="draft")
    client = Client()
    assert client.login(username="administrator", password=PASSWORD)

    read = client.get(f"{PATH}draft/")
    written = client.post(PATH, {"title": "Land"}, content_type="application/json")

    assert (read.status_code, written.status_code) == (404, 401)


def test_a_write_without_a_token_asks_for_one():
    answer = Client().post(PATH, {"title": "Land"}, content_type="application/json")

    seen = answer.status_code, answer.json()["code"], answer["WWW-Authenticate"]
    assert seen == (401, "unauthenticated", 'Bearer realm="api"')


def test_the_last_use_of_a_token_is_kept_now_and_then(issued):
    token, text = issued
    ask(f"Bearer {text}")
    token.refresh_from_db()
    first = token.last_used_at
    ask(f"Bearer {text}")
    token.refresh_from_db()
    again = token.last_used_at
    token.last_used_at = first - timedelta(minutes=6)
    token.save()
    ask(f"Bearer {text}")
    token.refresh_from_db()

    assert first is not None
    assert again == first
    assert token.last_used_at > first


def test_a_token_that_is_never_shown_again_is_made_from_the_command_line(capsys):
    user = create_user("reviewer", "zoe")
    IssueFactory(slug="draft")

    call_command("createtoken", "zoe", "--name", "notebook", "--scope", "write", "--days", "7")

    shown = capsys.readouterr()
    token = Token.objects.get()
    assert (token.user, token.name, token.scope) == (user, "notebook", "write")
    assert timedelta(days=6) < token.expires_at - timezone.now() <= timedelta(days=7)
    assert f"Write access for zoe, until {token.expires_at:%Y-%m-%d}" in shown.err
    assert ask(f"Bearer {shown.out.strip()}").json()["results"][0]["slug"] == "draft"


def test_a_token_without_more_reads_for_ninety_days_or_for_ever(capsys):
    UserFactory(username="zoe")

    call_command("createtoken", "zoe")
    call_command("createtoken", "zoe", "--days", "0")

    first, second = Token.objects.order_by("id")
    assert {first.scope, second.scope} == {"read"}
    assert (first.expires_at - timezone.now()).days == 89
    assert second.expires_at is None


@pytest.mark.parametrize(
    "arguments", [["nobody"], ["zoe", "--days", "-1"], ["zoe", "--days", "3651"]]
)
def test_a_token_is_made_for_a_user_and_a_time_only(arguments):
    UserFactory(username="zoe")

    with pytest.raises(CommandError):
        call_command("createtoken", *arguments)

    assert (Token.objects.count(), User.objects.count()) == (0, 1)


def test_making_and_revoking_a_token_can_be_rehearsed(analyst):
    rehearsed = analyst.post("/api/v1/tokens/?dry_run=true", {"name": "App"})
    slug = analyst.get("/api/v1/tokens/").json()["results"][0]["slug"]
    revoked = analyst.delete(f"/api/v1/tokens/{slug}/?dry_run=true")

    assert (rehearsed.status_code, revoked.status_code) == (201, 204)
    assert [t["name"] for t in analyst.get("/api/v1/tokens/").json()["results"]] == ["test"]


def test_a_token_is_made_anew_by_each_request(analyst):
    answer = analyst.post("/api/v1/tokens/", {"name": "App"}, headers={"Idempotency-Key": "one"})

    assert answer.status_code == 400
    assert [fault["header"] for fault in answer.json()["errors"]] == ["Idempotency-Key"]
