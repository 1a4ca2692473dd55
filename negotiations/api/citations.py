"""The words that support a record, and those that support none."""

from negotiations.models import Citation, Dismissal
from negotiations.rest.read.filters import CitedRecordFilter
from negotiations.rest.read.filtersets import RecordFilter
from negotiations.rest.representations.relation_fields import ResourcePathField
from negotiations.rest.representations.serializers import RecordSerializer
from negotiations.rest.viewsets import RecordViewSet


class CitationFilter(RecordFilter):
    """For example ``?record=parties/ukraine&voice=direct_speech``."""

    record = CitedRecordFilter()

    class Meta:
        model = Citation
        fields = ["source", "field", "voice", "relation", "credibility"]


class CitationSerializer(RecordSerializer):
    record = ResourcePathField(help_text="The record that the words support: proposals/<slug>.")

    class Meta:
        model = Citation
        fields = [
            *RecordSerializer.shared,
            "record",
            "source",
            "field",
            "quote",
            "start",
            "before",
            "after",
            "voice",
            "relation",
            "credibility",
            *RecordSerializer.shared_notes,
        ]


class CitationViewSet(RecordViewSet):
    """Citations: the words that support a record.

    `start` counts characters of the source's text from 0.
    """

    queryset = Citation.objects.all()
    filterset_class = CitationFilter
    serializer_class = CitationSerializer


class DismissalFilter(RecordFilter):
    """For example ``?reason=heading``."""

    class Meta:
        model = Dismissal
        fields = ["source", "reason"]


class DismissalSerializer(RecordSerializer):
    class Meta:
        model = Dismissal
        fields = [
            *RecordSerializer.shared,
            "source",
            "quote",
            "start",
            "before",
            "after",
            "reason",
            *RecordSerializer.shared_notes,
        ]


class DismissalViewSet(RecordViewSet):
    """Dismissals: passages read and found to hold nothing to record."""

    queryset = Dismissal.objects.all()
    filterset_class = DismissalFilter
    serializer_class = DismissalSerializer
