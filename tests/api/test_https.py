"""Plain HTTP: reading is redirected, writing is refused before anything of it is used."""

import pytest

from negotiations.models import Party
from tests.factories import PartyFactory

pytestmark = pytest.mark.django_db

WRITING = ("post", "put", "patch", "delete")
PATHS = (
    "/api/v1/parties/",
    "/api/v1/parties/north/",
    "/api/v1/batch/",
    "/admin/login/",
    "/nowhere",
)


@pytest.fixture(autouse=True)
def https(settings):
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", WRITING)
def test_writing_by_plain_http_is_403(client, path, method):
    answer = getattr(client, method)(path, {"name": "North"}, content_type="application/json")

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "https_required"
    assert answer["X-Request-ID"] == answer.json()["request_id"]
    assert "Location" not in answer


def test_nothing_is_written_by_plain_http(administrator):
    party = PartyFactory(slug="north", name="North")
    match = {"if-match": "*"}

    answers = [
        administrator.post("/api/v1/parties/", {"name": "South"}),
        administrator.patch("/api/v1/parties/north/", {"name": "South"}, headers=match),
        administrator.delete("/api/v1/parties/north", headers=match),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert [p.name for p in Party.objects.all()] == [party.name]


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("path", ["/api/v1/parties/?limit=1", "/"])
def test_reading_by_plain_http_is_redirected(client, path, method):
    answer = getattr(client, method)(path)

    assert (answer.status_code, answer["Location"]) == (301, f"https://testserver{path}")


def test_a_browser_that_sends_a_form_gets_a_page(client):
    answer = client.post("/admin/login/", {}, headers={"accept": "text/html"})

    assert answer.status_code == 403
    assert "HTTPS is required" in answer.content.decode()


@pytest.mark.parametrize(("sent", "status"), [("https", 201), ("http", 403), (None, 403)])
def test_a_proxy_says_how_the_client_came(settings, administrator, sent, status):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    headers = {"x-forwarded-proto": sent} if sent else {}

    answer = administrator.post(
        "/api/v1/parties/", {"name": "South", "kind": "state"}, headers=headers
    )

    assert answer.status_code == status, answer.content


def test_health_is_told_by_plain_http(client):
    assert client.get("/livez").status_code == 200
