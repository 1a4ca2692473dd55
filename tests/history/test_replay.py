"""A random history of writes: each answer that was given meanwhile is given again as of then."""

import random
import time

import pytest
from django.core.management import call_command
from django.utils import timezone
from django.utils.http import parse_http_date_safe

from negotiations.models import COLLECTIONS
from negotiations.rest.read import filters
from negotiations.rest.read.aggregates import get_groups
from negotiations.rest.read.pagination import list_orderable_fields
from negotiations.rest.read.search_query import SearchFilter
from negotiations.rest.read.sparse_fields import list_expand_paths
from tests.factories import IssueFactory, NegotiationFactory, PartyFactory, SourceFactory
from tests.support.scene import VIEWSETS, get_api_url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WORDS = ["ceasefire", "Kyiv", "Київ", "обмін", "prisoners", "停火", "remains", "Ankara", "هدنة"]
DATES = ["", "2025-07-19", "2025-06~", "2024", "2025-06-01/2025-06-10"]
# Words for quotations, in the one source of all records.
TEXT = " ".join(WORDS)


class Writers:
    """Who writes, at random, through the API."""

    def __init__(self, chance, clients):
        self.chance, self.clients = chance, clients
        self.done = []

    def words(self, number=2):
        return " ".join(self.chance.sample(WORDS, number))

    def slugs(self, collection):
        return list(COLLECTIONS[collection].objects.order_by("pk").values_list("slug", flat=True))

    def pick(self, collection):
        return self.chance.choice(self.slugs(collection) or ["nothing"])

    def body(self, collection):
        """A new record of a kind."""
        chance = self.chance
        talks = {"negotiation": self.pick("negotiations")}
        by_kind = {
            "parties": lambda: {"name": self.words(1), "kind": "state", "aliases": [self.words(1)]},
            "people": lambda: {"name": self.words()},
            "sources": lambda: {"title": self.words(), "kind": "post", "text": self.words(4)},
            "rounds": lambda: {
                **talks,
                "title": self.words(),
                "format": chance.choice(["direct", "remote"]),
                "date": chance.choice(DATES),
            },
            "proposals": lambda: {
                **talks,
                "title": self.words(),
                "kind": chance.choice(["meeting", "ceasefire"]),
                "proposed_by": [self.pick("parties")],
                "date": chance.choice(DATES),
            },
            "terms": lambda: {
                "proposal": self.pick("proposals"),
                "text": self.words(),
                "obligor": chance.sample(self.slugs("parties"), 1),
            },
            "positions": lambda: {
                **talks,
                "party": self.pick("parties"),
                "issue": self.pick("issues"),
                "stance": chance.choice(["supports", "opposes"]),
                "claim": self.words(3),
                "date": chance.choice(DATES),
            },
            "citations": lambda: {
                "record": f"proposals/{self.pick('proposals')}",
                "source": "words",
                "quote": chance.choice(WORDS),
            },
        }
        made = by_kind[collection]()
        made["open_question"] = chance.choice(["", "", "Who?"])
        if collection not in {"sources", "citations"}:
            made["citations"] = [{"source": "words", "quote": chance.choice(WORDS)}]
        return made

    def write(self):
        """One write of some kind; a refused one changes nothing."""
        chance = self.chance
        action = chance.choice(["create", "create", "change", "review", "review", "end", "restore"])
        collection = chance.choice([kind for kind in KINDS if self.slugs(kind)])
        reason = {"if-match": "*", "change-reason": "Because."}
        slug = self.pick(collection)
        if action == "create":
            answer = self.create(chance.choice(KINDS))
        elif action == "change":
            new = self.body(collection)
            new.pop("citations", None)
            name = chance.choice(sorted(new))
            body = {name: new[name]}
            client = self.clients["administrator"]
            answer = client.patch(get_api_url(collection, slug), body, headers=reason)
        elif action == "review":
            body = {"review": chance.choice(["published", "published", "published", "withdrawn"])}
            client = chance.choice([self.clients["administrator"], self.clients["reviewer"]])
            answer = client.patch(get_api_url(collection, slug), body, headers=reason)
        elif action == "end":
            answer = self.clients["administrator"].delete(
                get_api_url(collection, slug), headers=reason
            )
        else:
            answer = self.restore(collection, reason)
        if answer.status_code < 300:
            self.done.append(action)

    def create(self, collection):
        """Make a record of a kind."""
        client = self.chance.choice([self.clients["analyst"], self.clients["reviewer"]])
        return client.post(get_api_url(collection), self.body(collection))

    def restore(self, collection, reason):
        """Bring an old version of a record back, of a deleted one if there is one."""
        versions = COLLECTIONS[collection].history.order_by("history_id")
        standing = COLLECTIONS[collection].objects.values("pk")
        gone = versions.filter(history_type="-").exclude(id__in=standing).last()
        found = list((gone and versions.filter(id=gone.id)) or versions.exclude(history_type="-"))
        version = self.chance.choice([v for v in found if v.history_type != "-"])
        here = f"{get_api_url(collection, version.slug)}history/"
        return self.clients["administrator"].post(
            here, {"restore": version.version}, headers=reason
        )


KINDS = ["parties", "people", "sources", "rounds", "proposals", "terms", "positions", "citations"]


class Readers:
    """What is asked, at random: every kind of address, parameter and filter."""

    def __init__(self, chance, instants):
        self.chance, self.instants = chance, instants

    def question(self):
        """An address and its query."""
        chance = self.chance
        collection = chance.choice(KINDS)
        model = COLLECTIONS[collection]
        form = chance.choice(["list", "list", "list", "record", "stats", "export", "search"])
        if form == "search":
            return "/api/v1/search/", {"q": self.wish(), "limit": "50"}
        if form == "record":
            slugs = model.history.order_by("history_id").values_list("slug", flat=True)
            slug = chance.choice([*slugs] or ["nothing"])
            return get_api_url(collection, slug), self.expansion(model)
        query = self.filters(model, VIEWSETS[collection].filterset_class.base_filters)
        if form == "stats":
            return f"{get_api_url(collection)}stats/", {
                **query,
                "group": chance.choice([*get_groups(model)]),
            }
        order = chance.choice(["", "-"]) + chance.choice(list_orderable_fields(model))
        query = {**query, **self.expansion(model), "ordering": order}
        if form == "export":
            format_of = [kind for kind in (query.pop("format", None), "ndjson") if kind]
            return f"{get_api_url(collection)}export/", {**query, "format": ",".join(format_of)}
        return get_api_url(collection), {
            **query,
            "limit": str(chance.choice([2, 50])),
            "count": "true",
        }

    def expansion(self, model):
        return {"expand": ",".join(self.chance.sample([*list_expand_paths(model)], 2))}

    def wish(self):
        chance = self.chance
        one, other = chance.sample(WORDS, 2)
        return chance.choice(
            [one, one[:4], f"{one} {other}", f"{one} OR {other}", f"{one} -{other}"]
        )

    def filters(self, model, known):
        """Some filters with values; ``q`` more often than the others."""
        names = self.chance.sample(sorted(known), 1) + ["q"] * self.chance.choice([0, 1])
        return {name: self.value(model, known[name]) for name in names}

    def value(self, model, one):
        """A value that a filter takes, or once took."""
        by_type = {
            SearchFilter: self.wish,
            filters.HasCitationFilter: lambda: self.chance.choice(["true", "false"]),
            filters.BooleanFilter: lambda: self.chance.choice(["true", "false"]),
            filters.UpdatedSinceFilter: lambda: self.chance.choice(self.instants).isoformat(),
            filters.DateBoundFilter: lambda: self.chance.choice(["2024-12-31", "2025-06-05"]),
            filters.ChoiceFilter: lambda: self.chance.choice(one.values),
            filters.CitedRecordFilter: lambda: f"proposals/{self.known(COLLECTIONS['proposals'])}",
            filters.SlugFilter: lambda: self.known(one.target),
            filters.TextFilter: lambda: self.known(model) if one.field_name == "slug" else "words",
            filters.IntegerFilter: lambda: "1",
        }
        return next(value() for kind, value in by_type.items() if isinstance(one, kind))

    def known(self, model):
        """The slug of a record that stands or stood."""
        slugs = model.history.order_by("history_id").values_list("slug", flat=True)
        return self.chance.choice([*slugs] or ["nothing"])


def answer(client, path, query):
    """All that a client gets, but for the addresses of other pages, which name the instant.

    With the seconds of ``Last-Modified`` apart: it is rounded up only once its second is over.
    """
    response = client.get(path, query)
    return content(response), parse_http_date_safe(response.headers.get("Last-Modified", ""))


def content(response):
    headers = [response.headers.get(name) for name in ("Feed-Position", "Total-Count")]
    if response.streaming:
        return response.status_code, headers, b"".join(response.streaming_content)
    return response.status_code, headers, without_addresses(response.json())


def without_addresses(body):
    if isinstance(body, list):
        return [without_addresses(each) for each in body]
    if not isinstance(body, dict):
        return body
    return {
        name: bool(value) if name in {"next", "previous"} else without_addresses(value)
        for name, value in body.items()
        if name != "request_id"
    }


def instant_between_writes():
    time.sleep(0.001)
    instant = timezone.now()
    time.sleep(0.001)
    return instant


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_was_answered_is_answered_again_as_of_then(
    seed, reader, analyst, reviewer, administrator
):
    chance = random.Random(seed)
    clients = {"reader": reader, "analyst": analyst, "reviewer": reviewer}
    SourceFactory(slug="words", title="Words", text=TEXT, review="published")
    for factory in (PartyFactory, PartyFactory, NegotiationFactory, IssueFactory):
        factory(review="published")
    writers = Writers(chance, {**clients, "administrator": administrator})
    instants, asked = [instant_between_writes()], []
    readers = Readers(chance, instants)
    for kind in KINDS:
        writers.create(kind)
    while len(writers.done) < 30:
        writers.write()
        instants.append(instant_between_writes())
        for _ in range(3):
            path, query = readers.question()
            client = clients[chance.choice([*clients])]
            asked.append((client, path, query, instants[-1], answer(client, path, query)))

    for client, path, query, instant, (content_then, modified_then) in asked:
        again, modified = answer(client, path, {**query, "as_of": instant.isoformat()})
        assert again == content_then, (path, query)
        assert (modified is None) == (modified_then is None), (path, query)
        assert modified is None or abs(modified - modified_then) <= 1, (path, query)
    # What was written step by step is what is made anew from the versions.
    call_command("rebuildsearch", check=True)
    assert set(writers.done) == {"create", "change", "review", "end", "restore"}
    assert sum(given[0][0] == 200 for *_, given in asked) > len(asked) / 2
