"""The records of the benchmark, by the product's bulk path: ``python -m tests.benchmarks.dataset``.

The same size makes the same records. Parties and issues are drawn from skewed distributions, so
that some pairs have hundreds of positions and most a few; words follow Zipf's law. Nothing here is
shaped after the code that reads it.
"""

import os
import random
import sys
import time
from copy import copy
from datetime import date, timedelta
from itertools import accumulate, islice

import django

SIZE = int(os.environ.get("SIZE", "100000"))
PARTIES, ISSUES, NEGOTIATIONS, PEOPLE = 300, 80, 200, 120
CHUNK = 1000
FIRST_DAY, DAYS = date(2005, 1, 1), 20 * 365
# How many positions have a word, by the word: "lantern" is in every hundredth.
MARKS = {"samovar": 0.001, "lantern": 0.01, "harbour": 0.3}
SYLLABLES = [c + v + e for c in "bdfgklmnprstvz" for v in "aeiou" for e in ("", "n", "r", "s")]
REVIEWS = ["published"] * 93 + ["draft"] * 5 + ["in_review", "withdrawn"]


class Chance:
    """Everything that is drawn, from one seed."""

    def __init__(self, seed=1):
        self.random = random.Random(seed)
        self.words = [
            "".join(self.random.choices(SYLLABLES, k=1 + number % 3)) for number in range(6000)
        ]
        self.word_weights = self.weigh(len(self.words), 1.0)

    @staticmethod
    def weigh(number, exponent):
        return list(accumulate(1 / rank**exponent for rank in range(1, number + 1)))

    def pick(self, many, weights):
        return self.random.choices(many, cum_weights=weights)[0]

    def one_in(self, number):
        return self.random.random() < 1 / number

    def text(self, length):
        """Words up to this number of characters."""
        words = self.random.choices(self.words, cum_weights=self.word_weights, k=length // 4)
        return " ".join(words)[:length].rpartition(" ")[0].capitalize() + "."

    def date(self):
        """A date of any sort, most of them days."""
        day = FIRST_DAY + timedelta(days=self.random.randrange(DAYS))
        later = day + timedelta(days=self.random.randrange(1, 40))
        sorts = [*[f"{day}"] * 32, *[f"{day:%Y-%m}"] * 3, f"{day}/{later}", *[""] * 2]
        text = self.random.choice([*sorts, f"../{day}", f"{day}/.."])
        return {"date": text, "date_certainty": "stated" if text else "unknown"}


class Loader:
    """Writes the records, kind by kind."""

    def __init__(self, size, user):
        self.size, self.user, self.chance = size, user, Chance()

    def save(self, made):
        """Write records with what is beside them, some at a time."""
        from negotiations.history.bulk import bulk_save

        made = iter(made)
        while part := list(islice(made, CHUNK)):
            bulk_save(part, by=self.user, reason="Benchmark")
            yield from (record for record, _ in part)

    def keep(self, records, **related):
        return list(self.save((each, related) for each in records))

    def load(self):
        from negotiations.models import Issue, Negotiation, Party, Person

        chance = self.chance
        unions = self.keep(
            Party(slug=f"union-{n}", name=f"Union {n}", kind="coalition", review="published")
            for n in range(5)
        )
        made = (
            Party(slug=f"party-{n}", name=chance.text(30), kind=kind, review="published")
            for n, kind in zip(
                range(PARTIES), ["state", "non_state_armed_group"] * PARTIES, strict=False
            )
        )
        self.parties = list(
            self.save((p, {"member_of": [chance.random.choice(unions)]}) for p in made)
        )
        self.people = self.keep(
            Person(slug=f"person-{n}", name=chance.text(25), review="published")
            for n in range(PEOPLE)
        )
        self.issues = self.keep(
            Issue(
                slug=f"issue-{n}",
                title=chance.text(40),
                question=chance.text(90),
                review="published",
            )
            for n in range(ISSUES)
        )
        kinds = Negotiation.Kind.values
        self.talks = self.keep(
            Negotiation(
                slug=f"negotiation-{n}", title=chance.text(60), kind=kinds[n % len(kinds)],
                status="ongoing", summary=chance.text(400), review="published", **chance.date(),
            )
            for n in range(NEGOTIATIONS)
        )  # fmt: skip
        self.weights = {
            "party": chance.weigh(PARTIES, 0.7),
            "issue": chance.weigh(ISSUES, 0.7),
            "negotiation": chance.weigh(NEGOTIATIONS, 0.6),
        }
        self.load_sources()
        self.load_statements()
        self.load_positions()

    def load_sources(self):
        from negotiations.models import Source

        chance = self.chance
        made = (
            Source(
                slug=f"source-{n}", kind="news_article", title=chance.text(70),
                publisher=chance.text(20), text=chance.text(1200), review="published",
            )
            for n in range(max(20, self.size * 43 // 100))
        )  # fmt: skip
        self.sources = [(each.pk, each.text) for each in self.save((each, {}) for each in made)]

    def load_statements(self):
        from negotiations.models import Statement

        chance = self.chance
        self.statements = self.keep(
            Statement(
                slug=f"statement-{n}", negotiation=self.draw("negotiation"),
                party=self.draw("party"), speaker=chance.random.choice(self.people),
                medium="address", summary=chance.text(150), review="published", **chance.date(),
            )
            for n in range(max(20, self.size // 20))
        )  # fmt: skip

    def load_positions(self):
        made = ((self.position(n), {"citations": [self.citation()]}) for n in range(self.size))
        changed = []
        for record in self.save(made):
            if self.chance.one_in(10):
                changed.append(record)
            if len(changed) == CHUNK:
                self.change(changed)
                changed = []
        self.change(changed)

    def draw(self, kind):
        many = {"party": self.parties, "issue": self.issues, "negotiation": self.talks}[kind]
        return self.chance.pick(many, self.weights[kind])

    def position(self, number):
        from negotiations.models import Position

        chance = self.chance
        marks = [word for word, share in MARKS.items() if chance.random.random() < share]
        return Position(
            slug=f"position-{number:07}", review=chance.random.choice(REVIEWS),
            **{name: self.draw(name) for name in ("negotiation", "party", "issue")},
            stance=chance.random.choice(Position.Stance.values),
            firmness=chance.random.choice(Position.Firmness.values),
            basis="implied" if chance.one_in(5) else "stated",
            claim=" ".join([chance.text(260), *marks]), note=chance.text(60),
            open_question=chance.text(60) if chance.one_in(20) else "",
            statement=chance.random.choice(self.statements) if chance.one_in(2.5) else None,
            spoken_by=chance.random.choice(self.people) if chance.one_in(2) else None,
            **chance.date(),
        )  # fmt: skip

    def citation(self):
        from negotiations.models import Citation

        key, text = self.chance.random.choice(self.sources)
        start = self.chance.random.randrange(len(text) - 100)
        quote = text[start : start + 80].strip()
        return Citation(source_id=key, quote=quote, start=text.index(quote))

    def change(self, records, times=(1, 3)):
        """Versions beside the first: one for each, more for every third of them."""
        from negotiations.history.bulk import RecordUpdate, prepare_changed
        from negotiations.models import Position

        for which in times:
            changes = []
            for record in records[::which]:
                stored = copy(record)
                record.stance = self.chance.random.choice(Position.Stance.values)
                changes.append(RecordUpdate(stored, record, {}))
            reasons = ["Benchmark"] * len(changes)
            prepare_changed(changes, by=self.user, reasons=reasons).write()


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    django.setup()
    from django.contrib.auth import get_user_model
    from django.db import connection

    from negotiations.models import Token

    user = get_user_model().objects.create_superuser("bench", "bench@example.org", None)
    began = time.perf_counter()
    Loader(SIZE, user).load()
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        # As a database that has lived for a while knows its tables.
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    sys.stdout.write(f"{seconds:.1f} {Token.issue(user, 'bench', Token.Scope.WRITE)[1]}\n")


if __name__ == "__main__":
    main()
