"""Uploads that nobody may send, or that are too large, are refused before they are read."""

import pytest
from django.test import Client

from negotiations.models import Party, Source
from tests.conftest import create_user
from tests.support.admin_client import build_admin_client, get_admin_url

pytestmark = pytest.mark.django_db

MEGABYTE = 2**20
PATHS = [
    *("/admin/", "/admin/login/", "/admin/logout/", "/admin/jsi18n/", "/admin/no/such/page/"),
    *(
        f"{get_admin_url(Party, 'list')}import/",
        get_admin_url(Party, "add"),
        get_admin_url(Party, "list"),
    ),
    *(f"{get_admin_url(Source, 'list')}{page}/" for page in ("add", "import")),
]


class Body:
    """A body that tells whether anybody read it."""

    def __init__(self):
        self.is_read = False

    def read(self, *size):
        self.is_read = True
        return b""

    readline = read


def send(client, path, size=300 * MEGABYTE, **headers):
    """The status of the answer to an upload, and whether its body was read."""
    body = Body()
    answer = client.request(
        REQUEST_METHOD="POST",
        PATH_INFO=path,
        CONTENT_LENGTH=str(size),
        CONTENT_TYPE="multipart/form-data; boundary=x",
        **{"wsgi.input": body, **headers},
    )
    return answer, body.is_read


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cookies", ["", "csrf=" + "a" * 32, "session=none; csrf=" + "a" * 32])
@pytest.mark.parametrize("size", [2 * MEGABYTE, 300 * MEGABYTE])
def test_an_upload_of_nobody_is_refused_unread(path, cookies, size):
    client = Client(enforce_csrf_checks=True)

    answer, is_read = send(client, path, size, HTTP_COOKIE=cookies, HTTP_ACCEPT="text/html")

    assert (answer.status_code in {403, 404, 405, 413}, is_read) == (True, False)


@pytest.mark.parametrize("path", ["/", "/search/", "/api/docs/"])
def test_no_other_page_reads_an_upload(path):
    answer, is_read = send(Client(enforce_csrf_checks=True), path, HTTP_COOKIE="csrf=" + "a" * 32)

    assert (answer.status_code in {403, 404, 405, 413}, is_read) == (True, False)


def test_an_upload_of_nobody_is_answered_in_words():
    client = Client(enforce_csrf_checks=True)

    answer, _ = send(client, PATHS[5], 5 * MEGABYTE, HTTP_ACCEPT="text/html")

    assert answer.status_code == 403
    assert "Log in, then choose the file again." in answer.content.decode()


def test_an_upload_over_what_the_desk_takes_is_refused_unread(analyst_user):
    answer, is_read = send(build_admin_client(analyst_user), PATHS[5])

    assert (answer.status_code, is_read) == (413, False)


def test_an_upload_from_another_page_is_refused_unread(analyst_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(analyst_user)
    cookies = f"session={client.cookies['session'].value}; csrf={'a' * 32}"

    answer, is_read = send(
        client, PATHS[5], 5 * MEGABYTE, HTTP_COOKIE=cookies, HTTP_ORIGIN="https://example.org"
    )

    assert (answer.status_code, is_read) == (403, False)


def test_a_form_that_outlived_its_session_is_still_read():
    answer, is_read = send(Client(), PATHS[6], 20_000, HTTP_ACCEPT="text/html")

    assert is_read
    assert answer.status_code < 500


def test_an_upload_of_a_user_is_read(analyst_user):
    assert send(build_admin_client(analyst_user), PATHS[5], 5 * MEGABYTE)[1]
    assert send(build_admin_client(create_user("readers", "reader")), PATHS[5], 5 * MEGABYTE)[1]


@pytest.mark.parametrize("length", ["9" * 5000, "0" * 5000])
def test_lengths_of_thousands_of_digits_are_read(client, length):
    answer = client.generic("PATCH", "/api/v1/parties/x/", b"", CONTENT_LENGTH=length)

    assert answer.status_code in {400, 401, 404, 413, 415}
