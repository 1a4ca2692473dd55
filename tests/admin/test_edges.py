"""The desk meets bad input, and hides what is hidden."""

import pytest

from negotiations.models import RECORDS, Negotiation, Person, Record, Round
from tests.factories import FACTORIES, NegotiationFactory, PartyFactory, PersonFactory, RoundFactory
from tests.support.admin_client import (
    build_admin_client,
    get_admin_url,
    list_form_errors,
    open_admin_form,
)

QUERIES = {
    "?q=%00": 400,
    "?slug=%00": 400,
    "?%00=1": 400,
    "?o=99999": 200,
    "?o=-%27": 200,
    "?p=99999": 200,
    "?p=x": 200,
    "?e=1": 200,
    "?all=": 200,
    "?review__exact=nonsense": 200,
    "?unknown=1": 400,
    "?created_by__password__startswith=x": 400,
    "?history__id=1": 400,
    "?citations__quote__startswith=a": 400,
    "?negotiation__title__startswith=a": 400,
    "?negotiation__id__exact=99999999999999999999": 200,
    "?negotiation__id__exact=x": 302,
    "?date_earliest__year=99999": 302,
    "?date_earliest__year=2025&date_earliest__month=77": 302,
    "?q=" + "a%20" * 900: 200,
    "?_to_field=created_by__password": 400,
    "?_facets=x": 200,
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_list_answers_every_query_without_a_fault(query, reviewer_user):
    RoundFactory()
    client = build_admin_client(reviewer_user)

    assert client.get(get_admin_url(Round, "list") + query).status_code == QUERIES[query]


def test_a_search_of_many_words_is_refused_in_words(reviewer_user):
    RoundFactory(title="a")
    client = build_admin_client(reviewer_user)

    few = client.get(get_admin_url(Round, "list"), {"q": "a " * 20})
    many = client.get(get_admin_url(Round, "list"), {"q": "a " * 21})

    assert [page.context["cl"].result_count for page in (few, many)] == [1, 0]
    assert "Search for 20 words at most." in many.content.decode()


@pytest.mark.parametrize("key", ["0", "x", "99999999999999999999", "%00", "_2D", "1.5", "%FF"])
@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_a_record_that_is_none_leads_back_to_the_index(key, page, reviewer_user):
    url = f"/admin/negotiations/round/{key}/{page}/"

    answer = build_admin_client(reviewer_user).get(url)

    assert (answer.status_code, answer.headers.get("Location")) == (302, "/admin/")


@pytest.mark.slow
@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_an_empty_form_is_refused_without_a_fault(kind, reviewer_user):
    record = FACTORIES[kind.resource_name]()
    client = build_admin_client(reviewer_user)

    for url in (get_admin_url(kind, "add"), get_admin_url(record)):
        answer = client.post(url, {})
        assert answer.status_code == 200
        assert list_form_errors(answer)


@pytest.mark.slow
@pytest.mark.parametrize(
    "values",
    [
        {"name": "a\0b"},
        {"name": "\u202eabc"},
        {"name": "x" * 5000},
        {"read_version": "9" * 5000},
        {"seen_version": "x"},
        {"citations-TOTAL_FORMS": "999999999"},
        {"citations-TOTAL_FORMS": "x"},
        {"citations-0-id": "x", "citations-INITIAL_FORMS": "1", "citations-TOTAL_FORMS": "1"},
        {"citations-0-source": "0", "citations-0-quote": "a", "citations-TOTAL_FORMS": "1"},
        {"review": "nonsense"},
        {"aliases": "a\na"},
        {"identifiers": "no colon"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_tampered_form_is_refused_and_saves_nothing(values, reviewer_user):
    person = PersonFactory(name="Putin")
    client = build_admin_client(reviewer_user)

    answer = client.post(
        get_admin_url(person), open_admin_form(client, get_admin_url(person)) | values
    )

    assert answer.status_code == 200
    person.refresh_from_db()
    assert (person.name, person.version) == ("Putin", 1)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 400, "1.0"])
def test_a_button_without_a_true_version_moves_nothing(version, reviewer_user):
    person = PersonFactory()
    client = build_admin_client(reviewer_user)

    for page in ("review", "delete"):
        form = {"state": "in_review", "version": version, "post": "yes", "reason": "a\0b"}
        assert client.post(get_admin_url(person, page), form).status_code == 302

    person.refresh_from_db()
    assert (person.review, person.version) == ("draft", 1)


def autocomplete(client, field, term, model="round"):
    query = {"app_label": "negotiations", "model_name": model, "field_name": field, "term": term}
    return client.get("/admin/autocomplete/", query)


def test_autocomplete_offers_what_its_user_may_see(analyst_user, reviewer_user):
    NegotiationFactory(title="Canary talks")
    NegotiationFactory(title="Public talks", review="published")

    def offered(user):
        answer = autocomplete(build_admin_client(user), "negotiation", "talks")
        return sorted(result["text"] for result in answer.json()["results"])

    assert offered(analyst_user) == ["Public talks"]
    assert offered(reviewer_user) == ["Canary talks", "Public talks"]


def test_autocomplete_refuses_what_is_no_relation_of_a_record(analyst_user):
    client = build_admin_client(analyst_user)

    assert autocomplete(client, "negotiation", "\0").status_code == 400
    assert autocomplete(client, "created_by", "a").status_code == 403
    assert autocomplete(client, "user", "a", model="token").status_code == 403
    assert autocomplete(client, "nonsense", "a").status_code == 403


def test_a_hidden_record_is_chosen_by_nobody_who_guesses_its_key(analyst_user):
    hidden = NegotiationFactory()
    client = build_admin_client(analyst_user)
    form = open_admin_form(client, get_admin_url(Round, "add")) | {"title": "Round"}

    answers = [
        list_form_errors(client.post(get_admin_url(Round, "add"), form | {"negotiation": key}))
        for key in (hidden.pk, 987654)
    ]

    assert answers[0] == answers[1]
    assert not Round.objects.exists()


def test_hidden_records_change_no_byte_of_lists_and_filters(analyst_user):
    NegotiationFactory(title="Public talks", review="published")
    client = build_admin_client(analyst_user)
    urls = [get_admin_url(kind, "list") for kind in (Negotiation, Round, Person)] + ["/admin/"]

    def pages():
        return [strip_tokens(client.get(url).content.decode()) for url in urls]

    before = pages()
    RoundFactory(title="Canary", negotiation__title="Canary talks", date="1999-01-01")
    PartyFactory(name="Canary")

    assert pages() == before


def strip_tokens(page):
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


@pytest.mark.parametrize("state", Record.Review.values)
def test_what_is_seen_without_a_query_is_what_the_query_shows(
    state, analyst_user, reviewer_user, administrator_user
):
    from negotiations.permissions import can_view

    users = (analyst_user, reviewer_user, administrator_user)
    for author in (None, analyst_user):
        person = PersonFactory(review=state, created_by=author)
        for user in users:
            visible = Person.objects.visible_to(user).filter(pk=person.pk).exists()
            assert can_view(user, person) == visible


def test_every_kind_has_autocomplete_inlines_search_and_dates():
    from django.contrib import admin

    for kind in RECORDS:
        desk = admin.site.get_model_admin(kind)
        assert desk.search_fields
        assert desk.search_help_text
        dates = [f.name for f in kind._meta.fields if f.name.endswith("_earliest")]
        assert (desk.date_hierarchy in dates) if dates else desk.date_hierarchy is None
        if hasattr(kind, "citations"):
            assert desk.inlines[0].fk_name == kind._meta.model_name
