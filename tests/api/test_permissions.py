"""Who may do what: each role, action and state of review, on one's own records and on others'."""

import pytest

from negotiations import history
from negotiations.models import COLLECTIONS, Citation, Person
from tests.conftest import build_api_client
from tests.factories import FACTORIES, PartyFactory, PersonFactory, SourceFactory, UserFactory
from tests.support.scene import build_scene, get_api_url

pytestmark = pytest.mark.django_db

EDIT, DELETE = {"note": "Seen."}, None
SUBMIT, TAKE_BACK, PUBLISH, WITHDRAW = (
    {"review": review} for review in ("in_review", "draft", "published", "withdrawn")
)
# Each caller on their own record, then on another's.
CALLERS = ("reader", "analyst", "reviewer", "administrator")
EVERYBODY_BUT_READERS = (401, 401, 200, 404, 200, 200, 200, 200)
EDITORS = (401, 401, 403, 404, 200, 200, 200, 200)
OTHER_EDITORS = (401, 401, 403, 404, 403, 200, 403, 200)


def tell_gone(statuses):
    """To whom the record is hidden, it is gone: it was public."""
    return tuple(410 if status == 404 else status for status in statuses)


MATRIX = [
    ("draft", EDIT, EVERYBODY_BUT_READERS),
    ("draft", SUBMIT, EVERYBODY_BUT_READERS),
    ("draft", PUBLISH, OTHER_EDITORS),
    ("draft", DELETE, (401, 401, 204, 404, 204, 204, 204, 204)),
    ("in_review", EDIT, EDITORS),
    ("in_review", TAKE_BACK, EVERYBODY_BUT_READERS),
    ("in_review", PUBLISH, OTHER_EDITORS),
    ("in_review", DELETE, (401, 401, 403, 404, 204, 204, 204, 204)),
    ("published", EDIT, (401, 401, 403, 403, 403, 403, 403, 403)),
    ("published", WITHDRAW, (401, 401, 403, 403, 200, 200, 200, 200)),
    ("published", DELETE, (401, 401, 403, 403, 403, 403, 204, 204)),
    ("withdrawn", EDIT, tell_gone(EDITORS)),
    ("withdrawn", TAKE_BACK, tell_gone(EDITORS)),
    ("withdrawn", PUBLISH, tell_gone(OTHER_EDITORS)),
    ("withdrawn", DELETE, (401, 401, 403, 410, 403, 403, 204, 204)),
]


@pytest.fixture
def cast(request):
    """Each caller's client and user."""
    users = [request.getfixturevalue(f"{caller}_user") for caller in CALLERS[1:]]
    clients = [request.getfixturevalue(caller) for caller in CALLERS]
    return list(zip(clients, [UserFactory(), *users], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(("review", "change", "statuses"), MATRIX)
def test_a_role_may_do_what_the_table_says_and_nothing_else(cast, review, change, statuses):
    source, stranger = SourceFactory(text="Seen in Istanbul.", review="published"), UserFactory()

    found, kept = [], []
    for client, user in cast:
        for owner in (user, stranger):
            words = Citation(source=source, quote="Istanbul", created_by=owner)
            person = person_of(owner, review, words)
            before = versions(person)
            found.append(write(client, person, change).status_code)
            kept.append(versions(person) == before)

    assert tuple(found) == statuses
    # A refusal changes nothing, and what is allowed is done.
    assert kept == [status >= 400 for status in statuses]


def person_of(owner, review, words):
    """A withdrawn one was published before, as they all were."""
    was_public = review == "withdrawn"
    first = "published" if was_public else review
    person = PersonFactory(review=first, created_by=owner, citations=[words])
    if was_public:
        person.review = review
        person.validate()
        history.save(person)
    return person


def write(client, person, change):
    path, headers = get_api_url("people", person.slug), {"if-match": "*", "change-reason": "Wrong."}
    if change is DELETE:
        return client.delete(path, headers=headers)
    return client.patch(path, change, headers=headers)


def versions(person):
    stored = list(Person.objects.filter(pk=person.pk).values("version", "review", "note"))
    return stored, list(Person.history.filter(id=person.pk).values_list("history_id", flat=True))


def test_a_team_of_one_may_publish_its_own(reviewer, reviewer_user, settings):
    settings.TRACKER_ALLOW_SELF_REVIEW = True
    party = FACTORIES["issues"](created_by=reviewer_user)

    answer = reviewer.patch(get_api_url("issues", party.slug), PUBLISH, headers={"if-match": "*"})

    assert (answer.status_code, answer.json()["review"]) == (200, "published")


def test_a_published_record_is_deleted_with_a_reason(administrator):
    issue = FACTORIES["issues"](review="published")

    answer = administrator.delete(get_api_url("issues", issue.slug), headers={"if-match": "*"})

    fault = {"header": "Change-Reason", "code": "required", "detail": "Say why."}
    assert (answer.status_code, answer.json()["errors"]) == (400, [fault])


def test_whoever_has_a_role_makes_drafts(cast):
    strangers = [(build_api_client(UserFactory()), None)]

    answers = [c.post(get_api_url("issues"), {"title": "Land"}) for c, _ in [*cast, *strangers]]

    assert [a.status_code for a in answers] == [401, 201, 201, 201, 403]
    assert [a.json().get("review") for a in answers[1:4]] == ["draft"] * 3


@pytest.mark.parametrize("review", ["in_review", "published", "withdrawn"])
def test_a_new_record_is_a_draft(administrator, review):
    answer = administrator.post(get_api_url("issues"), {"title": "Land", "review": review})

    fault = {"pointer": "/review", "code": "review_step", "detail": "A new record is a draft."}
    assert (answer.status_code, answer.json()["errors"]) == (400, [fault])
    assert COLLECTIONS["issues"].objects.count() == 0


def test_one_request_may_not_do_more_than_its_caller_in_two(analyst, analyst_user):
    """Taken back, the record could be edited; while it waits, only reviewers edit it."""
    issue = FACTORIES["issues"](review="in_review", created_by=analyst_user)

    change = {"review": "draft", "note": "Seen."}
    answer = analyst.patch(get_api_url("issues", issue.slug), change, headers={"if-match": "*"})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "change", "headers"),
    [
        ("patch", {"review": "published"}, {}),
        ("patch", {"review": "published"}, {"if-match": '"7"'}),
        ("patch", {"review": "published", "kind": "no such kind", "strange": 1}, {"if-match": "*"}),
        ("patch", {"note": "Seen."}, {"if-match": '"7"'}),
        ("patch", {"note": 5}, {"if-match": "*"}),
        ("put", {"title": "Another", "review": "in_review"}, {}),
    ],
)
def test_what_is_not_allowed_is_told_before_what_is_wrong(
    analyst, analyst_user, method, change, headers
):
    issue = FACTORIES["issues"](review="in_review", created_by=analyst_user)

    answer = getattr(analyst, method)(get_api_url("issues", issue.slug), change, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_who_may_take_one_step_is_told_what_is_wrong_with_it(analyst, analyst_user):
    issue = FACTORIES["issues"](review="in_review", created_by=analyst_user)
    here = get_api_url("issues", issue.slug)
    body = analyst.get(here).json()

    answers = [
        analyst.patch(here, {"review": "draft"}),
        analyst.patch(here, {"review": "draft"}, headers={"if-match": '"7"'}),
        analyst.patch(here, {"review": "daft"}, headers={"if-match": "*"}),
        analyst.put(here, {**body, "review": "draft"}, headers={"if-match": "*"}),
    ]

    assert [answer.status_code for answer in answers] == [428, 412, 400, 200]


METHODS = ("get", "head", "patch", "put", "delete", "post", "options")


@pytest.mark.slow
@pytest.mark.parametrize("caller", ["reader", "analyst"])
def test_a_hidden_record_cannot_be_told_from_a_missing_one(request, caller):
    client = request.getfixturevalue(caller)
    scene = build_scene("draft")

    def answers(collection, slug):
        return [said(client, method, get_api_url(collection, slug)) for method in METHODS]

    hidden = {name: answers(name, record.slug) for name, record in scene.items()}

    assert hidden == {name: answers(name, "missing") for name in scene}
    statuses = [status for status, *_ in hidden["people"]]
    unsaid = 401 if caller == "reader" else 404
    assert statuses == [404, 404, unsaid, unsaid, unsaid, 405, 405]


def said(client, method, path):
    """All that an answer says, but for the id of its request."""
    body = {"note": "Seen."} if method in {"patch", "put", "post"} else None
    answer = getattr(client, method)(path, body, headers={"if-match": "*"})
    problem = answer.json() if answer.content else {}
    problem.pop("request_id", None)
    headers = {k: v for k, v in answer.headers.items() if k != "X-Request-ID"}
    return answer.status_code, problem, headers


@pytest.mark.slow
@pytest.mark.parametrize("caller", ["reader", "analyst"])
def test_hidden_records_change_no_byte_of_what_others_read(request, caller):
    client = request.getfixturevalue(caller)
    scene = build_scene()
    PartyFactory(slug="ukraine", review="published")
    queries = ["count=true", "count=true&cited=true", "cited=false", "review=draft", "slug=a-titl"]
    guesses = ["positions/?party=ukrain", "posts/?person=a-nam", "rounds/?negotiation=a-titel"]
    paths = [f"/api/v1/{path}" for path in guesses]
    for collection, record in scene.items():
        paths += [f"{get_api_url(collection)}?{query}" for query in queries]
        paths.append(get_api_url(collection, record.slug))

    before = {path: read(client, path) for path in paths}
    for review in ("draft", "in_review"):
        hidden = build_scene(review, created_by=UserFactory())
        PartyFactory(slug=f"ukrain-{review.replace('_', '-')}", review=review)
        # Words that only their author sees support a record that everybody sees.
        FACTORIES["citations"](record=scene["issues"], source=hidden["sources"], quote="sides")

    assert {path: read(client, path) for path in paths} == before


def read(client, path):
    answer = client.get(path)
    name = answer["X-Request-ID"].encode()
    return answer.status_code, answer.content.replace(name, b""), answer.get("ETag")


def test_what_was_perhaps_meant_is_only_what_the_caller_sees(reader, reviewer):
    PartyFactory(slug="ukraine")

    query = "/api/v1/positions/?party=ukrane"
    faults = [c.get(query).json()["errors"][0] for c in (reader, reviewer)]

    unknown = {"parameter": "party", "code": "unknown_reference"}
    unknown |= {"detail": "There is no 'ukrane' among parties."}
    assert faults == [unknown, unknown | {"did_you_mean": ["ukraine"]}]
