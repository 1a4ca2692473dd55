"""Conditional requests and what caches may keep."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from django.db.models import F
from django.utils import timezone

from negotiations import history
from negotiations.models import Change
from tests.factories import IssueFactory, NegotiationFactory, PartyFactory, PersonFactory
from tests.support.scene import get_api_url

pytestmark = pytest.mark.django_db


def changed(client, tag):
    issue = IssueFactory()
    return client.patch(
        get_api_url("issues", issue.slug), {"note": "Seen."}, headers={"if-match": tag}
    )


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"7", "1"', ' "1" ', "*", '"1-0a"'])
def test_a_tag_of_the_stored_version_is_taken(reviewer, tag):
    answer = changed(reviewer, tag)

    assert (answer.status_code, answer["ETag"], answer.json()["note"]) == (200, '"2"', "Seen.")


@pytest.mark.parametrize(
    "tag", ['"2"', '"abc"', '""', '"01"', f'"{"9" * 5000}"', '"2", "3"', '"-1"']
)
def test_a_foreign_tag_is_stale(reviewer, tag):
    answer = changed(reviewer, tag)

    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


@pytest.mark.parametrize("tag", ["1", '"1', "'1'", "", " ", '"1" "2"', 'w/"1"', '*, "1"', "\x80"])
def test_a_malformed_tag_is_told_so(reviewer, tag):
    answer = changed(reviewer, tag)

    fault = {"header": "If-Match", "code": "malformed", "detail": 'Write it as "7".'}
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert answer.json()["errors"] == [fault]


@pytest.mark.parametrize("version", ["1", 1.5, True, None, [1], {}, -1, 10**30])
def test_a_version_in_the_body_is_a_whole_number(reviewer, version):
    issue = IssueFactory()

    answer = reviewer.patch(
        get_api_url("issues", issue.slug), {"note": "Seen.", "version": version}
    )

    is_number = isinstance(version, int) and not isinstance(version, bool)
    assert answer.status_code == (412 if is_number else 400)


def test_a_whole_number_may_be_written_with_a_fraction_of_zero(reviewer):
    """JSON has one kind of number: 1.0 is 1."""
    issue = IssueFactory()
    path = get_api_url("issues", issue.slug)
    update = {"op": "update", "collection": "issues", "slug": issue.slug}

    changed = reviewer.patch(path, {"note": "Seen.", "version": 1.0})
    stale = reviewer.patch(path, {"note": "Once more.", "version": 1.0})
    operation = {**update, "version": 2.0, "body": {"note": "In a batch.", "version": 2.0}}
    in_batch = reviewer.post("/api/v1/batch/", {"operations": [operation]})
    restored = reviewer.post(f"{path}history/", {"restore": 1.0, "version": 3.0})

    answers = [changed, stale, in_batch, restored]
    assert [answer.status_code for answer in answers] == [200, 412, 200, 200]
    assert reviewer.get(path).json()["version"] == 4


def test_a_stale_change_is_told_what_changed_since_by_whom(analyst, analyst_user, reviewer):
    issue = IssueFactory(title="Land", created_by=analyst_user)
    path = get_api_url("issues", issue.slug)
    analyst.patch(path, {"title": "Territory", "note": "Seen."}, headers={"if-match": '"1"'})

    answer = reviewer.patch(path, {"question": "Is it so?"}, headers={"if-match": '"1"'})

    problem = answer.json()
    stored = reviewer.get(path).json()
    assert problem == {
        "type": "/api/problems/stale/",
        "title": "The record was changed meanwhile",
        "status": 412,
        "code": "stale",
        "detail": "The record is at version 2.",
        "request_id": answer["X-Request-ID"],
        "current_version": 2,
        "changed_by": "analyst",
        "changed_at": problem["changed_at"],
        "changed": ["note", "title"] if problem["changed"][0] == "note" else ["title", "note"],
    }
    assert problem["changed_at"][:19] == stored["updated_at"][:19]


def test_a_write_without_a_version_is_refused(reviewer):
    path = get_api_url("issues", IssueFactory().slug)

    answers = [reviewer.put(path, {"title": "X"}), reviewer.patch(path, {}), reviewer.delete(path)]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(428, "version_required")] * 3


def test_a_change_that_changes_nothing_makes_no_version(reviewer):
    issue = IssueFactory(note="Same.")

    answer = reviewer.patch(get_api_url("issues", issue.slug), {"note": "Same.", "version": 1})

    assert (answer.status_code, answer["ETag"], issue.history.count()) == (200, '"1"', 1)


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"0", "1"', "*"])
def test_a_reader_that_has_the_version_is_answered_304(reader, tag):
    path = get_api_url("issues", IssueFactory(review="published").slug)

    answer = reader.get(path, headers={"if-none-match": tag})

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", '"1"')
    assert "Content-Type" not in answer
    assert answer["Last-Modified"] == reader.get(path)["Last-Modified"]


def test_a_list_tells_when_something_that_the_reader_may_see_changed(reader, analyst, analyst_user):
    path = get_api_url("issues")
    nothing = reader.get(path)
    IssueFactory(review="published")
    Change.objects.update(at=F("at") - timedelta(minutes=1))
    public = reader.get(path)["Last-Modified"]
    Change.objects.update(at=F("at") - timedelta(days=1))
    yesterday = reader.get(path)["Last-Modified"]
    IssueFactory(created_by=analyst_user)

    assert nothing["Last-Modified"] == reader.get("/api/v1/vocabularies/")["Last-Modified"]
    told = [
        parsedate_to_datetime(client.get(path)["Last-Modified"]) for client in (reader, analyst)
    ]
    day = timedelta(days=1)
    assert parsedate_to_datetime(public) - parsedate_to_datetime(yesterday) == day
    assert told[0] == parsedate_to_datetime(yesterday)
    assert told[1] - told[0] >= day


def test_head_answers_what_get_does_without_the_body(reader):
    PersonFactory(slug="known", review="published")
    for path in (get_api_url("people"), get_api_url("people", "known")):
        got, headed = reader.get(path), reader.head(path)
        names = ("ETag", "Content-Type", "Cache-Control", "Vary", "Allow")
        assert [headed[n] for n in names] == [got[n] for n in names]
        assert (headed.status_code, headed.content) == (200, b"")


def test_caches_may_share_what_needed_no_token_and_nothing_else(reader, reviewer):
    PersonFactory(slug="known", review="published")
    paths = [get_api_url("people"), get_api_url("people", "known"), "/api/v1/"]

    public = [reader.get(path) for path in paths]
    private = [reviewer.get(path) for path in paths[:2]]

    assert {a["Cache-Control"] for a in public} == {"public, no-cache"}
    assert {a["Cache-Control"] for a in private} == {"private, no-store"}
    for answer in [*public, *private]:
        varied = {name.strip() for name in answer["Vary"].split(",")}
        assert {"Authorization", "Accept", "Accept-Encoding"} <= varied
    assert reader.get("/api/v1/people/?x=1")["Cache-Control"] == "no-store"


def test_a_record_changes_its_tag_and_time_with_each_version(reviewer, self_review):
    issue = IssueFactory(review="published")
    path = get_api_url("issues", issue.slug)
    before = reviewer.get(path), reviewer.get(get_api_url("issues"))

    made = reviewer.patch(path, {"note": "Seen."}, headers={"if-match": before[0]["ETag"]})

    after = reviewer.get(path), reviewer.get(get_api_url("issues"))
    assert (made["ETag"], after[0]["ETag"], before[0]["ETag"]) == ('"2"', '"2"', '"1"')
    assert before[1]["ETag"] != after[1]["ETag"]


def test_who_writes_a_record_is_told_its_tag_and_time_as_who_reads_it(reviewer):
    made = reviewer.post(get_api_url("issues"), {"title": "Land"}, headers={"idempotency-key": "1"})
    path = made["Location"].removeprefix("http://testserver")
    body = {**made.json(), "note": "Put."}
    writes = [
        lambda: made,
        lambda: reviewer.post(
            get_api_url("issues"), {"title": "Land"}, headers={"idempotency-key": "1"}
        ),
        lambda: reviewer.put(path, body),
        lambda: reviewer.patch(path, {"note": "Patched."}, headers={"if-match": '"2"'}),
        lambda: reviewer.post(f"{path}history/", {"restore": 1, "version": 3}),
        lambda: reviewer.patch(path, {"note": ""}, headers={"if-match": "*", "if-none-match": "*"}),
    ]

    told = []
    for write in writes:
        answer, read = write(), reviewer.get(path)
        # Rounded up to the next second, once that has begun.
        written, known = (parsedate_to_datetime(each["Last-Modified"]) for each in (answer, read))
        is_same_time = timedelta(0) <= known - written <= timedelta(seconds=1)
        told.append((answer.status_code, answer["ETag"] == read["ETag"] and is_same_time))

    assert told == [(201, True)] * 2 + [(200, True)] * 4


def test_the_feed_tells_when_what_it_has_told_so_far_happened(reader):
    PartyFactory(review="published")
    now = timezone.now()
    for change in Change.objects.all():
        Change.objects.filter(pk=change.pk).update(at=now - timedelta(days=10 - change.pk))

    def days_ago(query=""):
        answer = reader.get(f"/api/v1/changes/{query}")
        changed = parsedate_to_datetime(answer["Last-Modified"])
        return round((now - changed) / timedelta(days=1))

    # A party comes with a source and the words that support it.
    assert [days_ago(f"?limit=1&after={after}") for after in range(4)] == [9, 8, 7, 7]
    assert days_ago() == days_ago("?kind=people") == 7


def test_nothing_is_said_to_have_changed_later_than_now(reader):
    PartyFactory(review="published")
    Change.objects.update(at=F("at") + timedelta(days=1))

    answer = reader.get(get_api_url("parties"))

    assert parsedate_to_datetime(answer["Last-Modified"]) <= timezone.now()


@pytest.mark.parametrize(
    "path",
    ["parties/stats/", "search/?q=land", "parties/land/history/", "negotiations/talks/matrix/"],
)
def test_what_rests_on_records_tells_when_they_last_changed(reader, path):
    NegotiationFactory(slug="talks", review="published")
    PartyFactory(slug="land", name="Land", review="published")
    Change.objects.update(at=F("at") - timedelta(minutes=1))

    changed = reader.get("/api/v1/parties/")["Last-Modified"]

    assert reader.get(f"/api/v1/{path}")["Last-Modified"] == changed


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/api/openapi.json", "/api/v1/parties"])
def test_an_address_answers_the_same_with_a_slash_at_its_end(client, db, path):
    assert client.get(path).content == client.get(f"{path}/").content


@pytest.mark.parametrize(
    "tag", ['"1",', ',"1"', '"7", ,"1" , ', ' ,, "1"', '"1-gzip"', 'W/"1-br",']
)
def test_a_list_of_tags_may_have_empty_elements_and_encodings(reviewer, tag):
    party = PartyFactory(review="draft")

    answer = reviewer.patch(
        get_api_url("parties", party.slug), {"note": "x"}, headers={"if-match": tag}
    )

    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("tag", [",", ", ,", '"1" "2"', '"1";', '"1", *', "1,"])
def test_a_list_without_a_tag_or_with_more_is_malformed(reviewer, tag):
    party = PartyFactory(review="draft")

    answer = reviewer.patch(
        get_api_url("parties", party.slug), {"note": "x"}, headers={"if-match": tag}
    )

    assert answer.status_code == 400, answer.content


@pytest.mark.parametrize(
    "path",
    ["parties/north/", "parties/north/?fields=name", "parties/", "changes/", "vocabularies/"],
)
@pytest.mark.parametrize("form", ['"{}-gzip"', 'W/"{}-gzip"', '"x", ,"{}-br",'])
def test_our_tag_as_apache_writes_it_gives_304(reader, path, form):
    PartyFactory(slug="north", review="published")
    first = reader.get(f"/api/v1/{path}")
    tag = form.format(first["ETag"].strip('"'))

    assert reader.get(f"/api/v1/{path}", headers={"if-none-match": tag}).status_code == 304


BY_TIME = [
    "parties/north/",
    "parties/",
    "parties/?limit=1",
    "parties/export/?format=csv",
    "changes/",
]


def write_earlier(monkeypatch, record, seconds):
    """Write the record as it was written so many seconds before now."""
    at = timezone.now() - timedelta(seconds=seconds)
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: at)
        history.save(record)


@pytest.mark.parametrize("path", BY_TIME)
def test_the_time_of_an_answer_gives_304_until_something_changes(reader, monkeypatch, path):
    party = PartyFactory(slug="north", review="published")
    write_earlier(monkeypatch, party, 60)
    first = reader.get(f"/api/v1/{path}")
    time = first["Last-Modified"]

    known = reader.get(f"/api/v1/{path}", headers={"if-modified-since": time})
    by_tag = reader.get(
        f"/api/v1/{path}", headers={"if-modified-since": time, "if-none-match": '"other"'}
    )
    odd = reader.get(f"/api/v1/{path}", headers={"if-modified-since": "yesterday"})
    party.name = "Northland"
    history.save(party)
    changed = reader.get(f"/api/v1/{path}", headers={"if-modified-since": time})

    statuses = [answer.status_code for answer in (first, known, by_tag, odd, changed)]
    assert statuses == [200, 304, 200, 200, 200]
    assert known["Last-Modified"] == time


@pytest.mark.parametrize("path", BY_TIME)
def test_two_states_of_one_second_are_not_taken_for_one(reader, path):
    party = PartyFactory(slug="north", review="published")
    for number in range(30):
        first = reader.get(f"/api/v1/{path}")
        list(getattr(first, "streaming_content", ()))
        party.name = f"North {number}"
        history.save(party)
        headers = {"if-modified-since": first["Last-Modified"]}
        again = reader.get(f"/api/v1/{path}", headers=headers)
        list(getattr(again, "streaming_content", ()))
        assert again.status_code == 200


def test_a_record_with_others_beside_it_is_not_known_by_its_time(reader, monkeypatch):
    party = PartyFactory(slug="north", review="published")
    write_earlier(monkeypatch, party, 60)
    path = "/api/v1/parties/north/?expand=citations"
    headers = {"if-modified-since": reader.get(path)["Last-Modified"]}
    citation = party.citations.get()
    citation.note = "Checked"
    history.save(citation)

    assert reader.get(path, headers=headers).status_code == 200
