"""What review does to a record together with its words."""

import pytest

from tests.factories import PartyFactory

pytestmark = pytest.mark.django_db


def step(client, record, review):
    version = type(record).objects.get(pk=record.pk).version
    body = {"review": review, "version": version}
    return client.patch(f"/api/v1/{record.address}/", body).status_code


def test_words_leave_with_their_record_and_come_back_with_it(reader, reviewer):
    party = PartyFactory(review="published", citations=["Words."])

    def words():
        return len(reader.get("/api/v1/citations/").json()["results"])

    assert (words(), step(reviewer, party, "withdrawn"), words()) == (1, 200, 0)
    assert (step(reviewer, party, "published"), words()) == (200, 1)


def test_words_for_a_field_that_does_not_exist_are_refused(analyst, reviewer):
    source = PartyFactory(review="published", citations=["Words."]).citations.get().source
    body = {
        "name": "Party",
        "kind": "state",
        "citations": [{"source": source.slug, "quote": "Words.", "field": "naem"}],
    }

    answer = analyst.post("/api/v1/parties/", body)

    assert answer.json()["errors"] == [
        {
            "pointer": "/citations/0/field",
            "code": "unknown_field",
            "detail": "parties have no field of this name.",
        }
    ]
