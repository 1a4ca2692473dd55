"""What most projects would write, over the same tables: a ModelSerializer viewset."""

from django.urls import include, path
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.filters import SearchFilter
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ReadOnlyModelViewSet

from negotiations.models import Issue, Negotiation, Party, Position
from tracker.urls import urlpatterns as ours


class PartySerializer(serializers.ModelSerializer):
    class Meta:
        model = Party
        exclude = ["id", "created_by"]


class IssueSerializer(serializers.ModelSerializer):
    class Meta:
        model = Issue
        exclude = ["id", "created_by"]


class NegotiationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Negotiation
        exclude = ["id", "created_by"]


class PositionSerializer(serializers.ModelSerializer):
    party = PartySerializer()
    issue = IssueSerializer()
    negotiation = NegotiationSerializer()
    statement = serializers.SlugRelatedField("slug", read_only=True)
    spoken_by = serializers.SlugRelatedField("slug", read_only=True)
    relayed_by = serializers.SlugRelatedField("slug", read_only=True)
    follows = serializers.SlugRelatedField("slug", read_only=True)
    term = serializers.SlugRelatedField("slug", read_only=True)

    class Meta:
        model = Position
        exclude = ["id", "created_by"]


class PositionFilter(filters.FilterSet):
    class Meta:
        model = Position
        fields = ["negotiation", "party", "issue", "stance", "firmness", "basis", "review"]


class Pages(LimitOffsetPagination):
    default_limit = 50


class PositionViewSet(ReadOnlyModelViewSet):
    queryset = (
        Position.objects.filter(review="published")
        .select_related("negotiation", "issue", "statement", "spoken_by", "relayed_by")
        .select_related("party", "follows", "term")
        .prefetch_related("party__member_of")
    )
    serializer_class = PositionSerializer
    renderer_classes = [JSONRenderer]
    filter_backends = [filters.DjangoFilterBackend, SearchFilter]
    search_fields = ["claim"]
    filterset_class = PositionFilter
    pagination_class = Pages
    authentication_classes = ()


router = SimpleRouter()
router.register("positions", PositionViewSet)
urlpatterns = [path("stock/", include(router.urls)), *ours]
