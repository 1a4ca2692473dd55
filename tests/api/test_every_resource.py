"""What all twenty collections promise, held for each line of the URL map."""

import json

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from negotiations.models import COLLECTIONS, Record
from negotiations.rest.http.renderers import dump_json
from tests.factories import PartyFactory
from tests.support.scene import VIEWSETS, build_scene, get_api_url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

REASON = "Heard it again."
# Two records of these kinds differ in more than their slugs.
UNIQUE_PARTS = {"delegations": "party", "participations": "party", "dismissals": "start"}


def each(answer):
    """For each collection what the function gives, to be compared with what is promised."""
    return {collection: answer(collection) for collection in COLLECTIONS}


def promised(value):
    return dict.fromkeys(COLLECTIONS, value)


def test_everybody_reads_what_is_published(reader):
    scene = build_scene()

    def read(collection):
        slug = scene[collection].slug
        listed = reader.get(f"{get_api_url(collection)}?slug={slug}")
        one = reader.get(get_api_url(collection, slug))
        return listed.status_code, one.status_code, listed.json()["results"] == [one.json()]

    assert each(read) == promised((200, 200, True))


def test_readers_see_no_drafts_but_authors_and_reviewers_do(
    reader, analyst, analyst_user, reviewer, administrator
):
    scene = build_scene("draft", created_by=analyst_user)

    def read(collection):
        path = get_api_url(collection, scene[collection].slug)
        return [c.get(path).status_code for c in (reader, analyst, reviewer, administrator)]

    assert each(read) == promised([404, 200, 200, 200])


def test_an_analyst_sees_no_drafts_of_others(analyst):
    scene = build_scene("draft")

    def read(collection):
        one = analyst.get(get_api_url(collection, scene[collection].slug))
        return one.status_code, analyst.get(get_api_url(collection)).json()["results"]

    assert each(read) == promised((404, []))


def test_a_path_answers_the_same_with_and_without_its_last_slash(reader):
    scene = build_scene()

    def read(collection):
        paths = (get_api_url(collection), get_api_url(collection, scene[collection].slug))
        pairs = [(reader.get(path), reader.get(path.rstrip("/"))) for path in paths]
        return [(a.status_code, a.content == b.content, a["ETag"] == b["ETag"]) for a, b in pairs]

    assert each(read) == promised([(200, True, True)] * 2)


def test_an_address_that_is_none_is_none_without_its_last_slash_too(reader):
    def told(path):
        answer = reader.get(path, headers={"Accept": "text/html", "Origin": "https://map.example"})
        told = {name: value for name, value in answer.json().items() if name != "request_id"}
        allowed = answer.headers.get("Access-Control-Allow-Origin")
        return answer.status_code, allowed, told

    for path in ("/api", "/api/v2", "/api/nothing"):
        status, allowed, problem = told(path)
        assert (status, allowed, problem["code"]) == (404, "*", "not_found")
        assert told(f"{path}/") == (status, allowed, problem)


def test_a_client_that_has_a_record_or_list_is_answered_304(reader):
    scene = build_scene()

    def read(collection):
        answers = []
        for path in (get_api_url(collection), get_api_url(collection, scene[collection].slug)):
            first = reader.get(path)
            again = reader.get(path, headers={"if-none-match": first["ETag"]})
            other = reader.get(path, headers={"if-none-match": '"another"'})
            same = again["ETag"] == first["ETag"]
            answers.append((again.status_code, again.content, same, other.status_code))
        return answers

    assert each(read) == promised([(304, b"", True, 200)] * 2)


def test_lists_cost_the_same_queries_for_one_and_for_thirty_rows(reviewer):
    scene = build_scene("draft")
    # The first use of a token is kept.
    reviewer.get(get_api_url("parties"))

    def cost(collection):
        path = f"{get_api_url(collection)}?limit=100"
        with CaptureQueriesContext(
            connection,
        ) as few:
            before = len(reviewer.get(path).json()["results"])
        multiply(scene[collection], 30)
        with CaptureQueriesContext(connection) as many:
            after = len(reviewer.get(path).json()["results"])
        return after - before, len(many) - len(few)

    assert each(cost) == promised((30, 0))


def multiply(record, times):
    """As many more rows like the record, with its many-to-many relations."""
    model, own = type(record), UNIQUE_PARTS.get(record.resource_name)
    values = {f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields}
    copies = [model(**values | {"id": None, "slug": f"copy-{n}"}) for n in range(times)]
    for number, copy in enumerate(copies):
        copy.number = None
        if own == "party":
            copy.party = PartyFactory()
        elif own:
            copy.start = number
    model._base_manager.bulk_create(copies)
    for field in model._meta.many_to_many:
        targets = getattr(record, field.name).all()
        name, target = field.m2m_field_name(), field.m2m_reverse_field_name()
        field.remote_field.through._default_manager.bulk_create(
            field.remote_field.through(**{name: copy, target: t})
            for copy in copies
            for t in targets
        )


def test_reading_and_the_serializer_of_writing_give_the_same_body(reviewer):
    scene = build_scene()

    def differing(collection):
        record = scene[collection]
        body = reviewer.get(get_api_url(collection, record.slug)).json()
        written = json.loads(dump_json(VIEWSETS[collection].serializer_class(record).data))
        return {name for name in body if body[name] != written[name]}

    assert each(differing) == promised(set())


def test_what_was_read_is_written_back_and_changes_nothing(reviewer):
    scene = build_scene()

    def write_back(collection):
        path = get_api_url(collection, scene[collection].slug)
        read = reviewer.get(path).json()
        written = reviewer.put(path, read)
        versions = type(scene[collection]).history.filter(id=scene[collection].pk).count()
        unchanged = written.json() == read == reviewer.get(path).json()
        return written.status_code, written["ETag"], unchanged, versions

    assert each(write_back) == promised((200, '"1"', True, 1))


def test_what_was_read_can_be_made_anew_under_another_name(reviewer):
    scene = build_scene("draft")
    others = {"number": 4, "quote": "sides", "before": "", "party": PartyFactory().slug}

    def make(collection):
        fields = VIEWSETS[collection].serializer_class().fields
        read = reviewer.get(get_api_url(collection, scene[collection].slug)).json()
        sent = {name: value for name, value in read.items() if not fields[name].read_only}
        sent |= {name: value for name, value in others.items() if name in sent} | {"slug": "anew"}
        made = reviewer.post(get_api_url(collection), sent)
        got = reviewer.get(get_api_url(collection, "anew"))
        kept = {name: got.json().get(name) for name in sent} == sent
        place = made.get("Location", "").removeprefix("http://testserver")
        return made.status_code, place, made.json() == got.json(), made.get("ETag"), kept

    assert each(make) == each(lambda name: (201, get_api_url(name, "anew"), True, '"1"', True))


VERSION_SOURCES = [
    ({"note": "Seen."}, {"if-match": '"1"'}, 200),
    ({"note": "Seen.", "version": 1}, {}, 200),
    ({"note": "Seen.", "version": 1}, {"if-match": '"1"'}, 200),
    ({"note": "Seen."}, {"if-match": "*"}, 200),
    ({"note": "Seen."}, {}, 428),
    ({"note": "Seen.", "version": 2}, {}, 412),
    ({"note": "Seen."}, {"if-match": '"2"'}, 412),
    ({"note": "Seen.", "version": 2}, {"if-match": '"1"'}, 412),
]


@pytest.mark.parametrize(("body", "headers", "status"), VERSION_SOURCES)
def test_a_change_names_the_version_it_is_based_on(reviewer, body, headers, status):
    scene = build_scene("draft")

    def change(collection):
        path = get_api_url(collection, scene[collection].slug)
        answer = reviewer.patch(path, body, headers=headers)
        stored = reviewer.get(path).json()
        return answer.status_code, stored["note"], stored["version"]

    expected = (200, "Seen.", 2) if status == 200 else (status, "A note.", 1)
    assert each(change) == promised(expected)


def test_every_write_leaves_a_version_with_who_and_why(administrator, administrator_user):
    scene = build_scene("draft")
    headers = {"change-reason": REASON, "if-match": "*"}

    def write(collection):
        path = get_api_url(collection, scene[collection].slug)
        return administrator.patch(path, {"note": "Seen."}, headers=headers).status_code

    def remove(collection):
        path = get_api_url(collection, scene[collection].slug)
        status = administrator.delete(path, headers=headers).status_code
        # The wider ones of the same kind.
        COLLECTIONS[collection].objects.all().delete()
        return status

    def versions(collection):
        rows = COLLECTIONS[collection].history.filter(id=scene[collection].pk)
        rows = rows.exclude(history_type="+").order_by("history_id")
        return [(v.history_type, v.history_user, v.history_change_reason) for v in rows]

    assert each(write) == promised(200)
    # What others refer to goes last.
    removed = {collection: remove(collection) for collection in reversed(COLLECTIONS)}
    assert removed == promised(204)
    assert each(versions) == promised([(k, administrator_user, REASON) for k in "~-"])


def test_every_relation_and_every_choice_is_a_filter():
    def missing(collection):
        filters = VIEWSETS[collection].filterset_class.base_filters
        model = COLLECTIONS[collection]
        named = [
            field.name
            for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
            if (is_record(field) or field.choices) and field.name not in getattr(model, "KINDS", ())
        ]
        return [name for name in named if name not in filters]

    assert each(missing) == promised([])


def is_record(field):
    kinds = (models.ForeignKey, models.ManyToManyField)
    return isinstance(field, kinds) and issubclass(field.related_model, Record)
