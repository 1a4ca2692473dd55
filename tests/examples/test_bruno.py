"""The Bruno collection, request by request as a person clicks through it."""

import pytest

from tests.examples.bruno import BLOCKS, failures, requests, send

pytestmark = [pytest.mark.examples, pytest.mark.slow]


def test_every_request_of_the_collection_is_answered_as_it_asserts(server):
    values, found = {"tracker": server.url, "token": server.token}, {}

    for name, blocks in requests():
        found[name] = failures(send(blocks, values), blocks["assert"])

    assert found == {name: [] for name in found}
    assert len(found) == 9


def test_nothing_stands_in_the_collection_that_is_not_tried():
    assert [(name, blocks.keys() - BLOCKS) for name, blocks in requests()] == [
        (name, set()) for name, _ in requests()
    ]
