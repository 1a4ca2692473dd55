"""The names of resources in URLs, the feed, seeds and OpenAPI tags: they never follow a label."""

from django.utils import translation

from negotiations.models import COLLECTIONS, RECORDS

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
