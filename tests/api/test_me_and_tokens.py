"""Who am I, what may I do; and the tokens with which client apps say who they are."""

from datetime import timedelta

import pytest
from django.utils import timezone

from negotiations.models import Token
from negotiations.models.system.tokens import hash_token
from tests.conftest import build_api_client
from tests.factories import UserFactory

ALL = ("draft", "in_review", "published", "withdrawn")


def states(*values):
    return dict(zip(ALL, values, strict=True))


def reading(user):
    """A client with a token of this user that only reads."""
    client = build_api_client()
    _token, text = Token.issue(user, "reads")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def test_without_a_token_one_is_anonymous_and_reads_what_is_published(reader):
    answer = reader.get("/api/v1/me/")

    nothing = states("none", "none", "none", "none")
    assert answer.status_code == 200
    assert answer.json() == {
        "user": None,
        "role": "anonymous",
        "token": None,
        "may": {
            "create": False,
            "read": states("none", "none", "all", "none"),
            **dict.fromkeys(("edit", "delete", "submit", "publish", "withdraw"), nothing),
        },
    }


def test_a_contributor_is_told_what_the_policy_allows(analyst):
    body = analyst.get("/api/v1/me/").json()

    assert (body["user"], body["role"]) == ("analyst", "contributor")
    assert (body["token"]["name"], body["token"]["scope"]) == ("test", "write")
    assert body["may"] == {
        "create": True,
        "read": states("own", "own", "all", "own"),
        "edit": states("own", "none", "none", "none"),
        "delete": states("own", "none", "none", "none"),
        "submit": states("own", "own", "none", "none"),
        "publish": states("none", "none", "none", "none"),
        "withdraw": states("none", "none", "none", "none"),
    }


def test_reviewers_publish_what_others_wrote_and_their_own_if_the_team_is_one_person(
    reviewer, settings
):
    others = reviewer.get("/api/v1/me/").json()["may"]["publish"]["draft"]
    settings.TRACKER_ALLOW_SELF_REVIEW = True
    everything = reviewer.get("/api/v1/me/").json()["may"]["publish"]["draft"]

    assert (others, everything) == ("others", "all")


def test_a_token_that_only_reads_may_only_read(administrator_user):
    may = reading(administrator_user).get("/api/v1/me/").json()["may"]

    assert may["create"] is False
    assert may["read"] == states("all", "all", "all", "all")
    assert may["edit"] == states("none", "none", "none", "none")


def test_a_new_token_is_shown_once_and_opens_the_door(analyst, analyst_user):
    made = analyst.post("/api/v1/tokens/", {"name": "Map of talks", "scope": "read"})

    body = made.json()
    stored = Token.objects.get(name="Map of talks")
    assert made.status_code == 201
    assert made["Location"] == f"http://testserver/api/v1/tokens/{stored.slug}/"
    assert made["Cache-Control"] == "private, no-store"
    assert sorted(body) == sorted(
        ["slug", "name", "scope", "created_at", "expires_at", "last_used_at", "current", "token"]
    )
    assert body["token"] not in str(vars(stored))
    assert stored.expires_at - stored.created_at > timedelta(days=89)
    client = build_api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['token']}")
    assert client.get("/api/v1/me/").json()["token"]["slug"] == stored.slug


def test_what_is_kept_of_tokens_is_listed_and_never_their_texts(analyst, analyst_user):
    text = analyst.post("/api/v1/tokens/", {"name": "One", "expires_at": None}).json()["token"]
    Token.issue(UserFactory(), "of somebody else")

    answer = analyst.get("/api/v1/tokens/")

    rows = answer.json()["results"]
    assert [(row["name"], row["current"]) for row in rows] == [("One", False), ("test", True)]
    assert rows[0]["expires_at"] is None
    assert analyst.get(f"/api/v1/tokens/{rows[0]['slug']}").json() == rows[0]
    for secret in (text, hash_token(text)):
        assert secret not in answer.content.decode()


def test_a_revoked_token_is_gone_and_opens_nothing(analyst):
    made = analyst.post("/api/v1/tokens/", {"name": "Lost phone"}).json()
    phone = build_api_client()
    phone.credentials(HTTP_AUTHORIZATION=f"Bearer {made['token']}")

    revoked = analyst.delete(f"/api/v1/tokens/{made['slug']}/")

    assert (revoked.status_code, revoked.content) == (204, b"")
    assert phone.get("/api/v1/me/").status_code == 401
    assert analyst.get(f"/api/v1/tokens/{made['slug']}/").status_code == 404
    assert analyst.delete(f"/api/v1/tokens/{made['slug']}/").status_code == 404


def test_a_token_that_only_reads_makes_none_and_revokes_itself_alone(analyst, analyst_user):
    client = reading(analyst_user)
    tokens = {row["name"]: row["slug"] for row in client.get("/api/v1/tokens/").json()["results"]}

    refused = client.post("/api/v1/tokens/", {"name": "More", "scope": "write"})
    other = client.delete(f"/api/v1/tokens/{tokens['test']}/")
    itself = client.delete(f"/api/v1/tokens/{tokens['reads']}/")

    assert [a.status_code for a in (refused, other, itself)] == [403, 403, 204]
    assert sorted(Token.objects.live().values_list("name", flat=True)) == ["test"]


def test_tokens_of_others_and_without_a_token_are_not_there(analyst, reader):
    foreign, _text = Token.issue(UserFactory(), "of somebody else")

    assert analyst.get(f"/api/v1/tokens/{foreign.slug}/").status_code == 404
    assert analyst.delete(f"/api/v1/tokens/{foreign.slug}/").status_code == 404
    assert analyst.get("/api/v1/tokens/%00/").status_code == 404
    assert reader.get("/api/v1/tokens/").status_code == 401
    assert reader.post("/api/v1/tokens/", {"name": "x"}).status_code == 401


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/name", "required"),
        ({"name": ""}, "/name", "blank"),
        ({"name": "x" * 101}, "/name", "max_length"),
        ({"name": "a\u202eb"}, "/name", "control_character"),
        ({"name": 5}, "/name", "invalid"),
        ({"name": "x", "scope": "admin"}, "/scope", "unknown_value"),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "out_of_range"),
        ({"name": "x", "expires_at": "2026-12-01"}, "/expires_at", "invalid"),
        ({"name": "x", "expires_at": "9999-12-31T23:59:59-12:00"}, "/expires_at", "out_of_range"),
        ({"name": "x", "digest": "0"}, "/digest", "unknown_member"),
        ({"name": "x", "slug": "mine"}, "/slug", "read_only"),
    ],
)
def test_a_faulty_request_for_a_token_is_refused_by_name(analyst, body, pointer, code):
    answer = analyst.post("/api/v1/tokens/", body)

    faults = [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
    assert (answer.status_code, faults) == (400, [(pointer, code)])


def test_a_user_has_no_more_than_a_hundred_live_tokens(analyst, analyst_user):
    for number in range(99):
        Token.issue(analyst_user, f"token {number}")
    Token.issue(analyst_user, "old", expires_at=timezone.now() - timedelta(days=1))

    assert analyst.post("/api/v1/tokens/", {"name": "One more"}).status_code == 409
