"""Outcomes, commitments and deliveries."""

from negotiations.models import Commitment, Delivery, Outcome
from negotiations.rest.read.filtersets import RecordFilter
from negotiations.rest.representations.serializers import RecordSerializer, expand_date_field
from negotiations.rest.viewsets import RecordViewSet


class OutcomeFilter(RecordFilter):
    """For example ``?kind=prisoner_exchange&status=agreed``."""

    class Meta:
        model = Outcome
        fields = ["negotiation", "rounds", "kind", "agreed_by", "form", "status", "date"]


class OutcomeSerializer(RecordSerializer):
    class Meta:
        model = Outcome
        fields = [
            *RecordSerializer.shared,
            "negotiation",
            "rounds",
            "kind",
            "title",
            "agreed_by",
            "form",
            "status",
            *expand_date_field("date"),
            *RecordSerializer.shared_notes,
        ]


class OutcomeViewSet(RecordViewSet):
    """Outcomes: what came of the talks."""

    queryset = Outcome.objects.all()
    filterset_class = OutcomeFilter
    serializer_class = OutcomeSerializer


class CommitmentFilter(RecordFilter):
    """For example ``?obligor=united-states&kind=military_aid``."""

    class Meta:
        model = Commitment
        fields = [
            "negotiation",
            "outcome",
            "kind",
            "issue",
            "obligor",
            "obligee",
            "backed_by",
            "unit",
            "due",
            "according_to",
        ]


class CommitmentSerializer(RecordSerializer):
    class Meta:
        model = Commitment
        fields = [
            *RecordSerializer.shared,
            "negotiation",
            "outcome",
            "kind",
            "issue",
            "text",
            "obligor",
            "obligee",
            "backed_by",
            "quantity_min",
            "quantity_max",
            "unit",
            "category",
            *expand_date_field("due"),
            "according_to",
            *RecordSerializer.shared_notes,
        ]


class CommitmentViewSet(RecordViewSet):
    """Commitments: who owes what to whom."""

    queryset = Commitment.objects.all()
    filterset_class = CommitmentFilter
    serializer_class = CommitmentSerializer


class DeliveryFilter(RecordFilter):
    """For example ``?commitment__kind=hand_over_remains&verification=reported``."""

    class Meta:
        model = Delivery
        fields = [
            "commitment",
            "delivered_by",
            "received_by",
            "verification",
            "place",
            "facilitator",
            "date",
        ]


class DeliverySerializer(RecordSerializer):
    class Meta:
        model = Delivery
        fields = [
            *RecordSerializer.shared,
            "commitment",
            "delivered_by",
            "received_by",
            "quantity_min",
            "quantity_max",
            "verification",
            "place",
            "facilitator",
            *expand_date_field("date"),
            *RecordSerializer.shared_notes,
        ]


class DeliveryViewSet(RecordViewSet):
    """Deliveries: what was handed over or done under a commitment."""

    queryset = Delivery.objects.all()
    filterset_class = DeliveryFilter
    serializer_class = DeliverySerializer
