"""Parties, people and their posts."""

from typing import ClassVar

from negotiations.models import Party, Person, Post
from negotiations.rest.read.filtersets import RecordFilter
from negotiations.rest.representations.serializers import RecordSerializer, expand_date_field
from negotiations.rest.viewsets import RecordViewSet


class PartyFilter(RecordFilter):
    """For example ``?kind=state&member_of=nato-countries``."""

    class Meta:
        model = Party
        fields = ["kind", "country", "member_of"]


class PartySerializer(RecordSerializer):
    class Meta:
        model = Party
        fields = [
            *RecordSerializer.shared,
            "name",
            "kind",
            "aliases",
            "member_of",
            "country",
            "identifiers",
            *RecordSerializer.shared_notes,
        ]


class PartyViewSet(RecordViewSet):
    """Parties: whoever negotiates or weighs in."""

    queryset = Party.objects.all()
    filterset_class = PartyFilter
    serializer_class = PartySerializer


class PersonFilter(RecordFilter):
    """For example ``?has_open_question=true``."""

    class Meta:
        model = Person
        fields: ClassVar[list[str]] = []


class PersonSerializer(RecordSerializer):
    class Meta:
        model = Person
        fields = [
            *RecordSerializer.shared,
            "name",
            "aliases",
            "identifiers",
            *RecordSerializer.shared_notes,
        ]


class PersonViewSet(RecordViewSet):
    """People: who speaks or acts for a party."""

    queryset = Person.objects.all()
    filterset_class = PersonFilter
    serializer_class = PersonSerializer


class PostFilter(RecordFilter):
    """For example ``?party=ukraine&person=zelensky``."""

    class Meta:
        model = Post
        fields = ["person", "party", "date"]


class PostSerializer(RecordSerializer):
    class Meta:
        model = Post
        fields = [
            *RecordSerializer.shared,
            "person",
            "party",
            "title",
            *expand_date_field("date"),
            *RecordSerializer.shared_notes,
        ]


class PostViewSet(RecordViewSet):
    """Posts: what a person was, for whom, when."""

    queryset = Post.objects.all()
    filterset_class = PostFilter
    serializer_class = PostSerializer
