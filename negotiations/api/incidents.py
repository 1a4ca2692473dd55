"""Incidents."""

from negotiations.models import Incident
from negotiations.rest.read.filtersets import RecordFilter
from negotiations.rest.representations.serializers import RecordSerializer, expand_date_field
from negotiations.rest.viewsets import RecordViewSet


class IncidentFilter(RecordFilter):
    """For example ``?by=russia&means=drones,missiles``."""

    class Meta:
        model = Incident
        fields = ["negotiation", "kind", "by", "place", "means", "part_of", "date"]


class IncidentSerializer(RecordSerializer):
    class Meta:
        model = Incident
        fields = [
            *RecordSerializer.shared,
            "negotiation",
            "kind",
            "title",
            "by",
            "place",
            "means",
            "part_of",
            "killed_min",
            "killed_max",
            "injured_min",
            "injured_max",
            "effect",
            *expand_date_field("date"),
            *RecordSerializer.shared_notes,
        ]


class IncidentViewSet(RecordViewSet):
    """Incidents: violence or pressure beside the talks.

    Counts of a part are contained in those of the whole.
    """

    queryset = Incident.objects.all()
    filterset_class = IncidentFilter
    serializer_class = IncidentSerializer
