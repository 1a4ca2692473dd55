"""Every page of the desk, for each kind of record and each role."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations.models import RECORDS
from tests.factories import FACTORIES
from tests.support.admin_client import build_admin_client, get_admin_url, open_admin_form

pytestmark = pytest.mark.slow

KINDS = pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
PAGES = ("change", "history", "delete")


@KINDS
def test_each_role_opens_every_page_of_what_it_may_write(
    kind, analyst_user, reviewer_user, administrator_user
):
    record = FACTORIES[kind.resource_name](created_by=analyst_user)

    for user in (analyst_user, reviewer_user, administrator_user):
        client = build_admin_client(user)
        urls = [get_admin_url(kind, "list"), get_admin_url(kind, "add")]
        urls += [get_admin_url(record, page) for page in PAGES]
        assert [client.get(url).status_code for url in urls] == [200] * 5


@KINDS
def test_the_form_of_a_record_sent_unchanged_changes_nothing(kind, reviewer_user):
    record = FACTORIES[kind.resource_name]()
    client = build_admin_client(reviewer_user)

    answer = client.post(get_admin_url(record), open_admin_form(client, get_admin_url(record)))

    assert answer.status_code == 302
    record.refresh_from_db()
    assert record.version == 1
    assert kind.history.filter(id=record.pk).count() == 1


@KINDS
def test_a_list_costs_the_same_for_one_row_and_for_thirty(kind, reviewer_user):
    client = build_admin_client(reviewer_user)

    def cost(url):
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    factory = FACTORIES[kind.resource_name]
    factory()
    lone = cost(get_admin_url(kind, "list"))
    factory.create_batch(29)

    assert cost(get_admin_url(kind, "list")) == lone


@KINDS
def test_a_published_record_is_read_only_for_a_contributor(kind, analyst_user):
    record = FACTORIES[kind.resource_name](review="published")
    client = build_admin_client(analyst_user)

    assert client.get(get_admin_url(record)).status_code == 200
    assert client.get(get_admin_url(record, "history")).status_code == 200
    assert client.get(get_admin_url(record, "delete")).status_code == 403
    assert client.post(get_admin_url(record), {}).status_code == 403


@KINDS
def test_a_hidden_record_answers_like_none(kind, analyst_user):
    record = FACTORIES[kind.resource_name]()
    client = build_admin_client(analyst_user)

    for page in PAGES:
        hidden = client.get(get_admin_url(record, page))
        absent = client.get(get_admin_url(record, page).replace(f"/{record.pk}/", "/987654/"))
        assert (hidden.status_code, hidden.url) == (absent.status_code, absent.url)
    assert str(record).encode() not in client.get(get_admin_url(kind, "list")).content


@KINDS
def test_nobody_without_a_role_opens_a_page(kind, django_user_model):
    record = FACTORIES[kind.resource_name](review="published")
    stranger = django_user_model.objects.create_user("stranger", is_staff=True)
    client = build_admin_client(stranger)

    for url in (get_admin_url(kind, "list"), get_admin_url(kind, "add"), get_admin_url(record)):
        assert client.get(url).status_code == 403
