"""Issues, statements and positions."""

from negotiations.models import Issue, Position, Statement
from negotiations.rest.read.filtersets import RecordFilter
from negotiations.rest.representations.serializers import RecordSerializer, expand_date_field
from negotiations.rest.viewsets import RecordViewSet


class IssueFilter(RecordFilter):
    """For example ``?part_of=humanitarian``."""

    class Meta:
        model = Issue
        fields = ["part_of"]


class IssueSerializer(RecordSerializer):
    class Meta:
        model = Issue
        fields = [
            *RecordSerializer.shared,
            "title",
            "question",
            "part_of",
            "identifiers",
            *RecordSerializer.shared_notes,
        ]


class IssueViewSet(RecordViewSet):
    """Issues: questions that divide the sides."""

    queryset = Issue.objects.all()
    filterset_class = IssueFilter
    serializer_class = IssueSerializer


class StatementFilter(RecordFilter):
    """For example ``?speaker=zelensky&medium=address``."""

    class Meta:
        model = Statement
        fields = ["negotiation", "party", "speaker", "medium", "place", "date"]


class StatementSerializer(RecordSerializer):
    class Meta:
        model = Statement
        fields = [
            *RecordSerializer.shared,
            "negotiation",
            "party",
            "speaker",
            "medium",
            "place",
            *expand_date_field("date"),
            "summary",
            *RecordSerializer.shared_notes,
        ]


class StatementViewSet(RecordViewSet):
    """Statements: what was said on an occasion."""

    queryset = Statement.objects.all()
    filterset_class = StatementFilter
    serializer_class = StatementSerializer


class PositionFilter(RecordFilter):
    """For example ``?issue=territory&party=ukraine,russia&stance=opposes``."""

    class Meta:
        model = Position
        fields = [
            "negotiation",
            "party",
            "issue",
            "stance",
            "firmness",
            "basis",
            "statement",
            "spoken_by",
            "relayed_by",
            "follows",
            "term",
            "date",
        ]


class PositionSerializer(RecordSerializer):
    class Meta:
        model = Position
        fields = [
            *RecordSerializer.shared,
            "negotiation",
            "party",
            "issue",
            "stance",
            "firmness",
            "basis",
            "claim",
            "statement",
            "spoken_by",
            "relayed_by",
            "follows",
            "term",
            *expand_date_field("date"),
            *RecordSerializer.shared_notes,
        ]


class PositionViewSet(RecordViewSet):
    """Positions: a party's answers to an issue's question, oldest first."""

    queryset = Position.objects.all()
    filterset_class = PositionFilter
    serializer_class = PositionSerializer
