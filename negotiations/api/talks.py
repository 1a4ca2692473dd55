"""Negotiations, who takes part, the rounds and their delegations."""

from negotiations.models import Delegation, Negotiation, Participation, Round
from negotiations.rest.read.filtersets import RecordFilter
from negotiations.rest.representations.serializers import RecordSerializer, expand_date_field
from negotiations.rest.viewsets import RecordViewSet


class NegotiationFilter(RecordFilter):
    """For example ``?status=ongoing,halted``."""

    class Meta:
        model = Negotiation
        fields = ["kind", "status", "date"]


class NegotiationSerializer(RecordSerializer):
    class Meta:
        model = Negotiation
        fields = [
            *RecordSerializer.shared,
            "title",
            "kind",
            "status",
            *expand_date_field("date"),
            "summary",
            "identifiers",
            *RecordSerializer.shared_notes,
        ]


class NegotiationViewSet(RecordViewSet):
    """Negotiations: attempts to settle something."""

    queryset = Negotiation.objects.all()
    filterset_class = NegotiationFilter
    serializer_class = NegotiationSerializer


class ParticipationFilter(RecordFilter):
    """For example ``?negotiation=ukraine-russia-2025&role=side``."""

    class Meta:
        model = Participation
        fields = ["negotiation", "party", "role"]


class ParticipationSerializer(RecordSerializer):
    class Meta:
        model = Participation
        fields = [
            *RecordSerializer.shared,
            "negotiation",
            "party",
            "role",
            *RecordSerializer.shared_notes,
        ]


class ParticipationViewSet(RecordViewSet):
    """Participations: a party's part in a negotiation."""

    queryset = Participation.objects.all()
    filterset_class = ParticipationFilter
    serializer_class = ParticipationSerializer


class RoundFilter(RecordFilter):
    """For example ``?negotiation=ukraine-russia-2025&status=held&date_from=2025-06-01``."""

    class Meta:
        model = Round
        fields = [
            "negotiation",
            "number",
            "place",
            "country",
            "format",
            "level",
            "status",
            "result",
            "date",
        ]


class RoundSerializer(RecordSerializer):
    class Meta:
        model = Round
        fields = [
            *RecordSerializer.shared,
            "negotiation",
            "number",
            "title",
            "place",
            "country",
            "format",
            "level",
            "status",
            "result",
            *expand_date_field("date"),
            *RecordSerializer.shared_notes,
        ]


class RoundViewSet(RecordViewSet):
    """Rounds of talks, oldest first, also proposed, refused and cancelled ones."""

    queryset = Round.objects.all()
    filterset_class = RoundFilter
    serializer_class = RoundSerializer


class DelegationFilter(RecordFilter):
    """For example ``?round__negotiation=ukraine-russia-2025&party=russia``."""

    class Meta:
        model = Delegation
        fields = ["round", "party", "role", "head", "members"]


class DelegationSerializer(RecordSerializer):
    class Meta:
        model = Delegation
        fields = [
            *RecordSerializer.shared,
            "round",
            "party",
            "role",
            "head",
            "members",
            *RecordSerializer.shared_notes,
        ]


class DelegationViewSet(RecordViewSet):
    """Delegations: who a party sent to a round."""

    queryset = Delegation.objects.all()
    filterset_class = DelegationFilter
    serializer_class = DelegationSerializer
