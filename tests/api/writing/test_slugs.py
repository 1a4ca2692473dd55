"""Slugs made from the content: whatever the content is, they have the form of a slug."""

import re

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from negotiations.history import delete, save
from negotiations.history.bulk import bulk_save
from negotiations.models import Issue, Party
from negotiations.models.slugs import number_slug
from negotiations.text.validators import validate_slug_format
from tests.factories import PersonFactory


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("The Kremlin", "the-kremlin"),
        ("A _ B", "a-b"),
        ("talks_in - _Istanbul_", "talks-in-istanbul"),
        ("Київ", "kiiv"),
        ("_", "party"),
    ],
)
def test_a_slug_is_made_from_the_words(name, slug):
    assert Party(name=name).slug_stem() == slug


@given(st.text(max_size=300))
def test_any_name_makes_a_slug(name):
    validate_slug_format(Party(name=name).slug_stem())


def slugs_taken(numbers):
    """Issues that have the slugs of the stem ``land`` with these numbers."""
    bulk_save([(Issue(title="Land", slug=number_slug("land", n)), {}) for n in numbers])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("taken", "free"),
    [
        ([], "land"),
        ([2, 3], "land"),
        ([1], "land-2"),
        ([*range(1, 40)], "land-40"),
        ([*range(1, 401)], "land-401"),
    ],
)
def test_a_free_slug_follows_those_that_are_taken(taken, free):
    slugs_taken(taken)
    assert Issue(title="Land").free_slug() == free


@pytest.mark.django_db
@pytest.mark.parametrize("taken", [[1, 2, 5, 6, 7, 8, 30], [1, 4], [1, 2, 3, 1000], [1, 16, 17]])
def test_slugs_between_gaps_are_free_and_differ(taken):
    slugs_taken(taken)

    made = [Issue(title="Land") for _ in range(40)]
    bulk_save([(record, {}) for record in made])

    slugs = [record.slug for record in made]
    assert len(set(slugs)) == 40
    assert not set(slugs) & {number_slug("land", n) for n in taken}
    assert all(re.fullmatch(r"land(-[0-9]+)?", slug) for slug in slugs)


@pytest.mark.django_db
def test_a_stem_that_ends_in_a_number_takes_no_slug_of_another_stem():
    made = [Issue(title=title) for title in ("Land 2", "Land", "Land", "Land 2", "Land")]

    bulk_save([(record, {}) for record in made])

    assert len({record.slug for record in made}) == 5


@pytest.mark.django_db
def test_a_deleted_record_keeps_its_slug():
    save(Issue(title="Land"))
    delete(Issue.objects.get())
    assert Issue(title="Land").free_slug() == "land-2"


@pytest.mark.django_db
@pytest.mark.parametrize("taken", [10, 600])
def test_a_slug_costs_the_same_in_a_larger_table(taken, django_assert_max_num_queries):
    slugs_taken(range(1, taken))
    other = Issue(title="Sea")

    with django_assert_max_num_queries(2) as asked:
        assert other.free_slug() == "sea"
    with django_assert_max_num_queries(10):
        assert Issue(title="Land").free_slug() == f"land-{taken}"

    for query in asked.captured_queries:
        plan = plan_of(query["sql"])
        # The slugs that are asked for are a list of JSON, read from its beginning.
        assert "SCAN" not in plan.replace("SCAN json_each", ""), plan


def plan_of(sql):
    """How SQLite finds the rows; PostgreSQL reads small tables whole, whatever their indexes."""
    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(row[3] for row in cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["one", "array", "batch"])
def test_a_contributor_is_not_told_what_they_may_not_see_has_a_slug(
    analyst, analyst_user, reviewer, way
):
    PersonFactory(slug="draft-of-another")
    delete(PersonFactory(slug="deleted-draft"))
    PersonFactory(slug="own", created_by=analyst_user)
    PersonFactory(slug="public", review="published")

    def refused(client, slug):
        body = {"name": "Somebody", "slug": slug}
        if way == "batch":
            operation = {"op": "create", "collection": "people", "body": body}
            answer = client.post("/api/v1/batch/", {"operations": [operation]})
        else:
            answer = client.post("/api/v1/people/", [body] if way == "array" else body)
        assert answer.status_code == 400, answer.content
        return [(fault["code"], fault["detail"]) for fault in answer.json()["errors"]]

    hidden = [("slug_not_free", "This name is not free; choose another, or leave it out.")]
    taken = [("unique", "Another record of this kind has this slug.")]
    assert refused(analyst, "draft-of-another") == refused(analyst, "deleted-draft") == hidden
    assert refused(analyst, "own") == refused(analyst, "public") == taken
    assert refused(reviewer, "draft-of-another") == taken
    put = {"name": "Somebody", "version": 1}
    missing = analyst.put("/api/v1/people/nobody/", put).json()
    of_another = analyst.put("/api/v1/people/draft-of-another/", put).json()
    assert {**missing, "request_id": 0} == {**of_another, "request_id": 0}
