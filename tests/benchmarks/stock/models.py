"""The tables as plain models: no history, no feed, no search index."""

from django.db import models


class Named(models.Model):
    slug = models.SlugField(max_length=150, unique=True)

    class Meta:
        abstract = True
        managed = False

    def __str__(self):
        return self.slug


class Record(Named):
    version = models.PositiveIntegerField(default=1)
    review = models.CharField(max_length=10, default="published")
    open_question = models.TextField(blank=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(Named.Meta):
        abstract = True


class Dated(Record):
    date = models.CharField(max_length=64, blank=True)
    date_earliest = models.DateField(null=True)
    date_latest = models.DateField(null=True)
    date_words = models.CharField(max_length=200, blank=True)
    date_certainty = models.CharField(max_length=10, default="stated")
    date_anchor = models.DateField(null=True)

    class Meta(Record.Meta):
        abstract = True


def link(model, **options):
    return models.ForeignKey(model, models.PROTECT, **options)


class Party(Record):
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    aliases = models.JSONField(default=list)
    country = models.CharField(max_length=2, blank=True)
    identifiers = models.JSONField(default=dict)
    member_of = models.ManyToManyField("self", symmetrical=False, through="Membership")

    class Meta(Record.Meta):
        db_table = "negotiations_party"


class Membership(models.Model):
    from_party = link(Party, related_name="memberships")
    to_party = link(Party, related_name="+")

    class Meta:
        managed = False
        db_table = "negotiations_party_member_of"

    def __str__(self):
        return f"{self.from_party} in {self.to_party}"


class Person(Record):
    name = models.CharField(max_length=200)
    aliases = models.JSONField(default=list)
    identifiers = models.JSONField(default=dict)

    class Meta(Record.Meta):
        db_table = "negotiations_person"


class Issue(Record):
    title = models.CharField(max_length=500)
    question = models.CharField(max_length=300, blank=True)
    part_of = link("self", null=True)
    identifiers = models.JSONField(default=dict)

    class Meta(Record.Meta):
        db_table = "negotiations_issue"


class Negotiation(Dated):
    title = models.CharField(max_length=500)
    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=20)
    summary = models.TextField(blank=True)
    identifiers = models.JSONField(default=dict)

    class Meta(Dated.Meta):
        db_table = "negotiations_negotiation"


class Statement(Dated):
    negotiation = link(Negotiation)
    party = link(Party)
    speaker = link(Person, null=True)
    medium = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=200, blank=True)
    summary = models.TextField()

    class Meta(Dated.Meta):
        db_table = "negotiations_statement"


class Proposal(Named):
    class Meta(Named.Meta):
        db_table = "negotiations_proposal"


class Term(Named):
    class Meta(Named.Meta):
        db_table = "negotiations_term"


class Position(Dated):
    negotiation = link(Negotiation)
    party = link(Party)
    issue = link(Issue)
    stance = models.CharField(max_length=10)
    firmness = models.CharField(max_length=20, default="unspecified")
    basis = models.CharField(max_length=10, default="stated")
    claim = models.CharField(max_length=300)
    statement = link(Statement, null=True, related_name="positions")
    spoken_by = link(Person, null=True, related_name="+")
    relayed_by = link(Person, null=True, related_name="+")
    follows = link(Proposal, null=True)
    term = link(Term, null=True)

    class Meta(Dated.Meta):
        db_table = "negotiations_position"
