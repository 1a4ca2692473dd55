"""Proposals, their terms and the answers to them."""

from negotiations.models import Proposal, Response, Term
from negotiations.rest.read.filtersets import RecordFilter
from negotiations.rest.representations.serializers import RecordSerializer, expand_date_field
from negotiations.rest.viewsets import RecordViewSet


class ProposalFilter(RecordFilter):
    """For example ``?proposed_by=ukraine&status=open``."""

    class Meta:
        model = Proposal
        fields = [
            "negotiation",
            "round",
            "kind",
            "proposed_by",
            "addressed_to",
            "spoken_by",
            "relayed_by",
            "statement",
            "responds_to",
            "restated",
            "complete",
            "status",
            "date",
            "deadline",
        ]


class ProposalSerializer(RecordSerializer):
    class Meta:
        model = Proposal
        fields = [
            *RecordSerializer.shared,
            "negotiation",
            "round",
            "title",
            "kind",
            "proposed_by",
            "addressed_to",
            "spoken_by",
            "relayed_by",
            "statement",
            "responds_to",
            "restated",
            "complete",
            "status",
            "consequence",
            *expand_date_field("date"),
            *expand_date_field("deadline"),
            *RecordSerializer.shared_notes,
        ]


class ProposalViewSet(RecordViewSet):
    """Proposals: what was put to the other side, oldest first."""

    queryset = Proposal.objects.all()
    filterset_class = ProposalFilter
    serializer_class = ProposalSerializer


class TermFilter(RecordFilter):
    """For example ``?proposal__negotiation=ukraine-russia-2025&issue=territory``."""

    class Meta:
        model = Term
        fields = ["proposal", "number", "issue", "obligor", "obligee"]


class TermSerializer(RecordSerializer):
    class Meta:
        model = Term
        fields = [
            *RecordSerializer.shared,
            "proposal",
            "number",
            "issue",
            "text",
            "obligor",
            "obligee",
            *RecordSerializer.shared_notes,
        ]


class TermViewSet(RecordViewSet):
    """Terms: the items of a proposal."""

    queryset = Term.objects.all()
    filterset_class = TermFilter
    serializer_class = TermSerializer


class ResponseFilter(RecordFilter):
    """For example ``?party=ukraine&answer=rejects``."""

    class Meta:
        model = Response
        fields = ["proposal", "term", "party", "answer", "spoken_by", "date"]


class ResponseSerializer(RecordSerializer):
    class Meta:
        model = Response
        fields = [
            *RecordSerializer.shared,
            "proposal",
            "term",
            "party",
            "answer",
            "spoken_by",
            *expand_date_field("date"),
            *RecordSerializer.shared_notes,
        ]


class ResponseViewSet(RecordViewSet):
    """Responses: answers to a proposal or one of its terms."""

    queryset = Response.objects.all()
    filterset_class = ResponseFilter
    serializer_class = ResponseSerializer
