"""Records that exist already are said once by the forms for new ones, with links."""

import pytest

from negotiations.models import Issue, Negotiation, Party, Person, Position, Source
from tests.factories import (
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    SourceFactory,
)
from tests.support.admin_client import (
    build_admin_client,
    get_admin_url,
    list_form_errors,
    open_admin_form,
    parse_form_values,
)

pytestmark = pytest.mark.django_db

PUBLIC = {"review": "published"}


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


def post_new(desk, model, **values):
    form = open_admin_form(desk, get_admin_url(model, "add"))
    return desk.post(get_admin_url(model, "add"), {**form, **values})


CASES = [
    (PartyFactory, {"name": "Ukraine", "kind": "state"}, "A party named “Ukraine” exists"),
    (PersonFactory, {"name": "Sergey Lavrov"}, "A person named “Sergey Lavrov” exists"),
    (IssueFactory, {"title": "Land"}, "An issue named “Land” exists"),
    (NegotiationFactory, {"title": "Talks"}, "A negotiation named “Talks” exists"),
]


@pytest.mark.parametrize(("factory", "values", "words"), CASES)
def test_a_name_that_is_taken_is_said_once(desk, factory, values, words):
    record = factory(**values, **PUBLIC)
    model = type(record)
    more = {"kind": "peace"} if model is Negotiation else {}

    refused = post_new(desk, model, **more, **values)

    link = f'<a href="{get_admin_url(record)}">{record}</a>'
    assert list_form_errors(refused) == [
        ("__all__", f"{words}: {link}. Save again to add another.")
    ]
    assert link in refused.content.decode()
    assert model.objects.count() == 1
    again = desk.post(get_admin_url(model, "add"), parse_form_values(refused))
    assert again.status_code == 302, list_form_errors(again)
    assert model.objects.count() == 2


@pytest.mark.parametrize("name", ["UKRAINE", "  ukraïne ", "Kyiv", "Ukra\u00adine"])
def test_other_spellings_and_other_names_are_the_same_name(desk, name):
    PartyFactory(name="Ukraine", aliases=["Kyiv"], **PUBLIC)

    refused = post_new(desk, Party, name=name, kind="state")

    assert len(list_form_errors(refused)) == 1
    assert Party.objects.count() == 1


def test_another_name_typed_after_the_warning_is_looked_at_anew(desk):
    PartyFactory(name="Ukraine", **PUBLIC)
    PartyFactory(name="Russia", **PUBLIC)
    refused = post_new(desk, Party, name="Ukraine", kind="state")

    other = desk.post(get_admin_url(Party, "add"), {**parse_form_values(refused), "name": "Russia"})

    assert "A party named “Russia” exists" in str(list_form_errors(other))
    assert Party.objects.count() == 2


def test_a_record_that_the_user_does_not_see_is_not_told(desk):
    PartyFactory(name="Ukraine")

    assert post_new(desk, Party, name="Ukraine", kind="state").status_code == 302


def test_a_renamed_record_is_warned_of_and_an_unchanged_name_is_not(desk, analyst_user):
    PartyFactory(name="Ukraine", **PUBLIC)
    party = PartyFactory(name="Ukrain", kind="state", created_by=analyst_user)
    form = open_admin_form(desk, get_admin_url(party))

    refused = desk.post(get_admin_url(party), {**form, "name": "Ukraine"})

    assert "Save again to change this one all the same." in str(list_form_errors(refused))
    form = parse_form_values(refused)
    assert desk.post(get_admin_url(party), form).status_code == 302
    form = open_admin_form(desk, get_admin_url(party))
    assert desk.post(get_admin_url(party), {**form, "country": "UA"}).status_code == 302


def test_a_position_that_is_recorded_already_is_said_once(desk, analyst_user):
    position = PositionFactory(created_by=analyst_user)
    values = {
        name: getattr(position, field.attname)
        for field in Position._meta.fields
        for name in [field.name]
        if name in {"negotiation", "party", "issue", "stance", "firmness", "basis", "claim", "date"}
    }

    refused = post_new(desk, Position, **values)

    link = f'<a href="{get_admin_url(position)}">'
    assert f"The same is recorded already: {link}" in str(list_form_errors(refused))
    other = post_new(desk, Position, **values | {"claim": "Something else."})
    assert other.status_code == 302, list_form_errors(other)


def test_a_source_with_the_same_text_is_said_once(desk):
    source = SourceFactory(text="They met in Istanbul.", **PUBLIC)

    refused = post_new(
        desk, Source, text=source.text, kind="post", language="en", title="Another title"
    )

    assert "The same is recorded already" in str(list_form_errors(refused))
    again = desk.post(get_admin_url(Source, "add"), parse_form_values(refused))
    assert again.status_code == 302


def test_a_name_with_markup_is_escaped(desk):
    PersonFactory(name="<b>A</b>", **PUBLIC)

    refused = post_new(desk, Person, name="<b>A</b>")

    assert "<b>A</b>" not in str(list_form_errors(refused))
    assert Issue.objects.count() == 0
