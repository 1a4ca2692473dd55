"""Sources."""

from negotiations.models import Source
from negotiations.rest.read.filtersets import RecordFilter
from negotiations.rest.representations.serializers import RecordSerializer, expand_date_field
from negotiations.rest.viewsets import RecordViewSet


class SourceFilter(RecordFilter):
    """For example ``?language=en&published_from=2025-07-01``."""

    class Meta:
        model = Source
        fields = ["kind", "publisher", "language", "complete", "reliability", "sha256", "published"]


class SourceSerializer(RecordSerializer):
    class Meta:
        model = Source
        fields = [
            *RecordSerializer.shared,
            "title",
            "publisher",
            "author",
            "url",
            "archived_url",
            "kind",
            "language",
            *expand_date_field("published"),
            "complete",
            "text",
            "sha256",
            "reliability",
            *RecordSerializer.shared_notes,
        ]


class SourceViewSet(RecordViewSet):
    """Sources: documents with their text, kept to the character."""

    queryset = Source.objects.all()
    filterset_class = SourceFilter
    serializer_class = SourceSerializer
