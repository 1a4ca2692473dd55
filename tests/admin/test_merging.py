"""Merging and restoring at the desk: who may, what is shown before, what is said after."""

from negotiations import history
from negotiations.models import Change, Party, Person, Post, Record
from tests.factories import (
    CitationFactory,
    DelegationFactory,
    PartyFactory,
    PersonFactory,
    PostFactory,
)
from tests.support.admin_client import build_admin_client, get_admin_url, list_messages

PUBLIC = {"review": "published"}


def page_of(client, gone, **query):
    return client.get(get_admin_url(gone, "merge"), query)


def test_two_persons_are_merged_after_a_look_at_what_moves(reviewer_user):
    gone, kept = PersonFactory(name="Zelenskyy"), PersonFactory(name="Zelensky")
    PersonFactory(name="Erdoğan")
    PostFactory(person=gone, title="President", party__name="Ukraine")
    client = build_admin_client(reviewer_user)
    before = Change.objects.count()

    offered = page_of(client, gone)
    looked = page_of(client, gone, into=kept.pk)

    assert list(offered.context["candidates"]) == [kept]
    assert looked.context["moved"] == [
        ("Post", "Zelenskyy, President (Ukraine)", "person", ""),
    ]
    assert [tuple(line) for line in looked.context["lines"]] == [("Aliases", "empty", "Zelenskyy")]
    assert Change.objects.count() == before

    form = {"into": kept.pk, "gone_version": "1", "kept_version": "1"}
    bare = client.post(get_admin_url(gone, "merge"), form)
    stale = client.post(
        get_admin_url(gone, "merge"), form | {"kept_version": "2", "reason": "One man"}
    )
    assert (bare.status_code, stale.status_code, Person.objects.count()) == (422, 409, 3)

    done = client.post(get_admin_url(gone, "merge"), form | {"reason": "One man"})

    assert list_messages(done)[-1] == "“Zelenskyy” is now “Zelensky”: 1 records moved."
    assert done["Location"] == get_admin_url(kept)
    assert Post.objects.get().person == kept


def test_what_is_against_it_is_named_with_a_way_there(reviewer_user):
    gone, kept = PartyFactory(name="Turkey"), PartyFactory(name="Türkiye")
    theirs = DelegationFactory(party=gone, head=PersonFactory())
    DelegationFactory(party=kept, round=theirs.round)
    client = build_admin_client(reviewer_user)

    looked = page_of(client, gone, into=kept.pk)

    assert looked.context["faults"] == [
        (
            get_admin_url(theirs),
            f"Delegation “Türkiye: delegation to {theirs.round}”",
            "Party: This party already has a delegation at this round.",
        )
    ]
    form = {"into": kept.pk, "gone_version": "1", "kept_version": "1", "reason": "One"}
    assert client.post(get_admin_url(gone, "merge"), form).status_code == 409
    assert Party.objects.filter(name="Turkey").exists()


def test_what_is_against_it_is_told_in_the_language_of_the_desk(administrator_user):
    gone = PartyFactory(name="Turkey", country="TR", review="published")
    kept = PartyFactory(name="Türkiye", country="CY")
    client = build_admin_client(administrator_user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "uk"

    ((_url, _name, words),) = page_of(client, gone, into=kept.pk).context["faults"]

    assert words == (
        f"Спершу опублікуйте {kept.address}: другий запис опубліковано. Країни різні: CY і TR."
    )


def test_of_two_who_merge_the_same_the_second_is_led_to_what_stays(reviewer_user):
    gone, kept = PartyFactory(name="Turkey"), PartyFactory(name="Türkiye")
    client, page = build_admin_client(reviewer_user), get_admin_url(gone, "merge")
    form = {"into": kept.pk, "gone_version": "1", "kept_version": "1", "reason": "One"}
    client.post(page, form)

    again = client.post(page, form)

    assert list_messages(again)[-1] == "That record was merged into this one, “Türkiye”."
    assert again.headers["Location"] == client.get(get_admin_url(gone)).headers["Location"]
    assert again.headers["Location"] == get_admin_url(kept)
    assert Party.objects.get().version == 2


def test_a_contributor_does_not_merge(analyst_user):
    party = PartyFactory(created_by=analyst_user)
    client = build_admin_client(analyst_user)

    assert page_of(client, party).status_code == 403
    assert "/merge/" not in client.get(get_admin_url(party)).content.decode()


def test_a_name_is_searched_where_the_likeness_does_not_find_it(reviewer_user):
    gone, kept = PartyFactory(name="Ankara"), PartyFactory(name="Türkiye")
    client = build_admin_client(reviewer_user)

    assert list(page_of(client, gone).context["candidates"]) == []
    assert list(page_of(client, gone, q="Türk").context["candidates"]) == [kept]


# What was deleted


def test_a_deleted_record_comes_back_with_its_parts(analyst_user):
    person = PersonFactory(name="Putin", created_by=analyst_user)
    CitationFactory(record=person, created_by=analyst_user)
    PersonFactory(name="Stays", created_by=analyst_user)
    history.delete(person, by=analyst_user, reason="Twice")
    client = build_admin_client(analyst_user)

    listed = client.get("/admin/deleted/")
    shown = [(d.kind, d.noun, d.name, d.parts) for d in listed.context["deletions"]]
    done = client.post("/admin/deleted/", {"kind": "people", "slug": "putin", "reason": "Not so"})

    assert shown == [("people", "person", "Putin", "1 citation")]
    back = Person.objects.get(slug="putin")
    assert list_messages(done) == ["“Putin” is back, as a draft."]
    assert (back.review, back.citations.count()) == (Record.Review.DRAFT, 1)
    assert history.list_versions(back).first().history_change_reason == "Not so"
    assert client.get("/admin/deleted/").context["deletions"] == []


def test_what_others_deleted_is_not_shown_to_contributors(analyst_user, reviewer_user):
    party = PartyFactory(name="Canary", **PUBLIC)
    history.delete(party)
    client = build_admin_client(analyst_user)

    page = client.get("/admin/deleted/")
    refused = client.post("/admin/deleted/", {"kind": "parties", "slug": "canary"})

    assert ("Canary" in page.content.decode(), refused.status_code) == (False, 404)
    assert len(build_admin_client(reviewer_user).get("/admin/deleted/").context["deletions"]) == 1


def test_differences_name_relations_and_mark_words(reviewer_user):
    post = PostFactory(party=PartyFactory(name="Ukraine"), title="President of Ukraine")
    post.party, post.title = PartyFactory(name="Russia"), "President of Russia"
    history.save(post, by=reviewer_user)
    history.delete(Party.objects.get(name="Ukraine"))

    page = build_admin_client(reviewer_user).get(get_admin_url(post, "history")).content.decode()

    assert "President of <del>Ukraine</del><ins>Russia</ins>" in page
    assert "<del>ukraine (deleted)</del> <ins>Russia</ins>" in page
