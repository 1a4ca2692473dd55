"""A negotiation that nobody held: by default 12 rounds, 6 parties and 400 positions.

For tests of scale and of pictures. The same arguments make the same records, which keep the rules
that all records keep: each is published and rests on words of a source. The dates are of every
sort: days, months, spans, open at one side, and none. Nothing here is loaded by a running server.
"""

import random
from datetime import date, timedelta

from negotiations.history.bulk import bulk_save
from negotiations.models import (
    Citation,
    Commitment,
    Delivery,
    Incident,
    Issue,
    Negotiation,
    Outcome,
    Participation,
    Party,
    Position,
    Proposal,
    Response,
    Round,
    Source,
)

ROLES = ("side", "side", "mediator", "host", "observer", "outside")
FIRST_DAY = date(2020, 1, 6)


class Synthetic:
    """The records as they are made; ``negotiation`` is the one they belong to."""

    def __init__(self, rounds=12, parties=6, positions=400, issues=8, seed=1):
        self.chance, self.number = random.Random(seed), 0
        self.days = 30 * rounds
        total = positions + 10 * rounds + parties + 20
        text = "".join(f"Words {number}.\n" for number in range(total))
        self.source = Source(
            slug="synthetic", kind="report", title="A source of all", text=text, review="published"
        )
        self.source.published = (FIRST_DAY + timedelta(days=self.days + 30)).isoformat()
        bulk_save([(self.source, {})])
        self.parties = self.write([Party(name=f"Party {n}", kind="state") for n in range(parties)])
        self.negotiation = Negotiation(
            title="Synthetic talks", slug="synthetic", kind="peace", status="ongoing"
        )
        self.write([self.negotiation])
        self.write(
            [
                Participation(party=party, role=ROLES[n % len(ROLES)], negotiation=self.negotiation)
                for n, party in enumerate(self.parties)
            ]
        )
        questions = [f"Should question {n} be answered with yes?" for n in range(issues)]
        self.issues = self.write(
            [Issue(title=f"Issue {n}", question=text) for n, text in enumerate(questions)]
        )
        self.talk(rounds)
        self.hold(positions)

    def write(self, records, **related):
        """Write records of one kind, each with words of its own; relations are shared by all."""
        for record in records:
            record.review = "published"
        bulk_save([(record, {**related, "citations": self.words(record)}) for record in records])
        return records

    def words(self, record):
        if not hasattr(record, "citations"):
            return []
        quote = f"Words {self.number}."
        self.number += 1
        start = self.source.text.index(f"{quote}\n")
        return [Citation(source=self.source, quote=quote, start=start)]

    def talk(self, rounds):
        """Rounds, each with a proposal, an answer, an outcome, a commitment and a delivery."""
        of = {"negotiation": self.negotiation}
        starts = [FIRST_DAY + timedelta(days=30 * n) for n in range(rounds)]
        self.rounds = self.write(
            [
                Round(**of, number=n + 1, title=f"Round {n + 1}", status="held", **self.on(day))
                for n, day in enumerate(starts)
            ]
        )
        first, second = self.parties[0], self.parties[1]
        proposals = [
            Proposal(
                **of, title=f"Proposal {n}", kind="package", **self.some_date(),
                deadline=(day + timedelta(days=20)).isoformat(), deadline_certainty="stated",
            )
            for n, day in enumerate(starts)
        ]  # fmt: skip
        self.write(proposals, proposed_by=[first], addressed_to=[second])
        self.write(
            [
                Response(proposal=proposal, party=second, answer="rejects", **self.some_date())
                for proposal in proposals[::2]
            ]
        )
        outcomes = [
            Outcome(
                **of, kind="prisoner_exchange", title=f"Exchange {n}", status="agreed",
                **self.on(day),
            )
            for n, day in enumerate(starts)
        ]  # fmt: skip
        self.write(outcomes, agreed_by=[first, second])
        commitments = [
            Commitment(
                **of, outcome=outcome, kind="hand_over_prisoners", text=f"Exchange {n} is done.",
                quantity_min=100, quantity_max=100, unit="persons",
            )
            for n, outcome in enumerate(outcomes)
        ]  # fmt: skip
        self.write(commitments, obligor=[first], obligee=[second])
        self.write(
            [
                Delivery(commitment=c, quantity_min=10 * n, quantity_max=10 * n, **self.some_date())
                for n, c in enumerate(commitments)
            ]
        )
        self.write(
            [
                Incident(**of, kind="attack", title=f"Incident {n}", **self.some_date())
                for n in range(rounds)
            ],
            by=[second],
        )

    def hold(self, positions):
        """Positions of all parties on all issues, at any time."""
        self.positions = self.write(
            [
                Position(
                    negotiation=self.negotiation,
                    party=self.chance.choice(self.parties),
                    issue=self.chance.choice(self.issues),
                    stance=self.chance.choice(Position.Stance.values),
                    firmness=self.chance.choice(Position.Firmness.values),
                    basis=self.chance.choice(Position.Basis.values),
                    claim=f"Position {number} is held.",
                    **self.some_date(),
                )
                for number in range(positions)
            ]
        )

    def on(self, day):
        return {"date": day.isoformat(), "date_certainty": "stated"}

    def some_date(self):
        """A date of any sort."""
        day = FIRST_DAY + timedelta(days=self.chance.randrange(self.days))
        later = day + timedelta(days=self.chance.randrange(1, 20))
        text = self.chance.choice(
            [
                *[day.isoformat()] * 5,
                f"{day:%Y-%m}",
                f"{day}/{later}",
                f"../{day}",
                f"{day}/..",
                "",
            ]
        )
        return {"date": text, "date_certainty": "stated" if text else "unknown"}
