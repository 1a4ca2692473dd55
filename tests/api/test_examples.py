"""Every example of the OpenAPI document: valid as it says, and true on the seeds."""

import pytest
from django.core.management import call_command

from negotiations.api.examples import EXAMPLES
from negotiations.models import COLLECTIONS
from tests.conftest import build_api_client, create_user
from tests.support.contract import document, get_validator

# What an example says of the moment at which it was written down.
OF_THE_MOMENT = ("version", "created_at", "updated_at")
# There once for a negotiation or a place: the seeded one makes way.
ONCE = {
    "dismissals": "000-abbff991094584f6-aerial-attacks",
    "participations": "ukraine-russia-2025-nato-countries-outside",
}


def examples(node, place=()):
    """Each example with the place of its schema."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from examples(item, (*place, str(number)))
    elif isinstance(node, dict):
        listed = node.get("examples")
        # A member may be called examples; then it is a schema.
        for example in listed if isinstance(listed, list) else ():
            yield place, example
        for name, item in node.items():
            yield from examples(item, (*place, name)) if name != "examples" else ()


def test_every_example_is_valid_by_its_schema():
    found = [*examples({key: document()[key] for key in ("components", "paths")})]

    assert len(found) > 80
    assert [
        place for place, one in found if not get_validator(place, strict=False).is_valid(one)
    ] == []


@pytest.fixture
def chief(db):
    call_command("loadseeds", verbosity=0)
    return build_api_client(create_user("administrator", "chief"))


def example_of(name):
    return document()["components"]["schemas"][name]["examples"][0]


@pytest.mark.slow
def test_every_body_that_is_an_example_is_accepted(chief):
    refused = {}
    for collection, model in COLLECTIONS.items():
        address, name = f"/api/v1/{collection}/", model.__name__
        if slug := ONCE.get(collection):
            headers = {"If-Match": "*", "Change-Reason": "It makes way."}
            chief.delete(f"{address}{slug}/", headers=headers)
        made = chief.post(address, example_of(f"{name}Create"))
        if made.status_code != 201:
            refused[f"{name}Create"] = made.json()
            continue
        own = f"{address}{made.json()['slug']}/"
        for ending, write in (("Replace", chief.put), ("Change", chief.patch)):
            answer = write(f"{own}?dry_run=true", example_of(name + ending))
            if answer.status_code != 200:
                refused[name + ending] = answer.json()

    assert refused == {}


@pytest.mark.slow
def test_the_batch_and_the_token_that_are_examples_are_made(chief):
    batch = chief.post("/api/v1/batch/", example_of("Batch"))
    token = chief.post("/api/v1/tokens/", example_of("TokenCreate"))

    assert (batch.status_code, token.status_code) == (200, 201), batch.json()


@pytest.mark.slow
def test_every_record_that_is_an_example_reads_so(chief):
    told, found = {}, {}
    for collection, bodies in EXAMPLES.items():
        if "read" in bodies:
            slug = bodies["read"]["slug"]
            found[slug] = chief.get(f"/api/v1/{collection}/{slug}/").json()
            told[slug] = bodies["read"] | {name: found[slug][name] for name in OF_THE_MOMENT}

    assert found == told


def test_every_collection_has_examples():
    assert EXAMPLES.keys() == COLLECTIONS.keys()
