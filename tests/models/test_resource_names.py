"""The names of resources in URLs, the feed, seeds and OpenAPI tags: they never follow a label."""

from django.contrib import admin
from django.utils import translation

from negotiations.models import COLLECTIONS, RECORDS, Round
from tracker.admin_site import TrackerAdminSite

NAMES = [
    *("sources", "parties", "people", "posts", "negotiations", "participations", "rounds"),
    *("delegations", "issues", "statements", "proposals", "terms", "responses", "positions"),
    *("outcomes", "commitments", "deliveries", "incidents", "citations", "dismissals"),
]


def test_each_model_states_its_own_resource_name():
    assert {vars(model)["resource_name"] for model in RECORDS} == set(NAMES)
    assert set(COLLECTIONS) == set(NAMES)


def test_resource_names_are_the_same_in_every_language():
    with translation.override("uk"):
        assert {model.resource_name for model in RECORDS} == set(NAMES)


def test_building_the_admin_leaves_the_names_of_models_in_their_language():
    with translation.override("uk"):
        site = TrackerAdminSite()
        for model, model_admin in admin.site._registry.items():
            type(model_admin)(model, site)
        number = Round._meta.get_field("number")
        in_ukrainian = (str(number.verbose_name), str(number.help_text))

    assert (str(number.verbose_name), str(Round._meta.verbose_name)) == ("number", "round")
    assert str(number.help_text).isascii()
    assert not any(text.isascii() for text in in_ukrainian)
