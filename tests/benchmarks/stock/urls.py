"""Serializers, viewsets and addresses of the stock app."""

from django.db.models import F, Prefetch, Q
from django.urls import include, path
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ModelViewSet, ReadOnlyModelViewSet

from .models import Issue, Negotiation, Party, Person, Position, Proposal, Statement, Term


def serializer_of(kind, *, omitted=("id",), **fields):
    meta = type("Meta", (), {"model": kind, "exclude": list(omitted)})
    return type(
        f"{kind.__name__}Serializer", (serializers.ModelSerializer,), {"Meta": meta, **fields}
    )


def slug_of(kind, **options):
    return serializers.SlugRelatedField("slug", queryset=kind.objects.all(), **options)


PartySerializer = serializer_of(
    Party, member_of=serializers.SlugRelatedField("slug", many=True, read_only=True)
)
IssueSerializer = serializer_of(Issue, part_of=slug_of(Issue))
NegotiationSerializer = serializer_of(Negotiation)
PersonSerializer = serializer_of(Person)
OTHERS = {
    "statement": Statement,
    "spoken_by": Person,
    "relayed_by": Person,
    "follows": Proposal,
    "term": Term,
}


def others():
    return {name: slug_of(kind, required=False, allow_null=True) for name, kind in OTHERS.items()}


PlainSerializer = serializer_of(
    Position,
    negotiation=slug_of(Negotiation),
    party=slug_of(Party),
    issue=slug_of(Issue),
    **others(),
)
NestedSerializer = serializer_of(
    Position,
    negotiation=NegotiationSerializer(),
    party=PartySerializer(),
    issue=IssueSerializer(),
    **others(),
)
ChildSerializer = serializer_of(
    Position,
    negotiation=slug_of(Negotiation),
    party=PartySerializer(),
    issue=IssueSerializer(),
    **others(),
)
StatementSerializer = serializer_of(
    Statement,
    negotiation=slug_of(Negotiation),
    party=slug_of(Party),
    speaker=slug_of(Person),
    positions=ChildSerializer(many=True),
)


class PositionFilter(filters.FilterSet):
    party = filters.CharFilter("party__slug")
    issue = filters.CharFilter("issue__slug")
    negotiation = filters.CharFilter("negotiation__slug")
    statement = filters.CharFilter("statement__slug")
    spoken_by = filters.CharFilter("spoken_by__slug")
    negotiation__kind = filters.CharFilter("negotiation__kind")
    party__kind = filters.CharFilter("party__kind")
    date_from = filters.DateFilter(method="end_on_or_after")
    date_to = filters.DateFilter(method="begin_on_or_before")
    updated_since = filters.IsoDateTimeFilter("updated_at", lookup_expr="gte")

    class Meta:
        model = Position
        fields = ["slug", "stance", "firmness", "basis", "date_certainty"]

    # A date that is open at a side reaches everywhere on that side.
    def end_on_or_after(self, rows, name, day):
        is_open = Q(date_latest=None) & ~Q(date="")
        return rows.filter(Q(date_latest__gte=day) | is_open)

    def begin_on_or_before(self, rows, name, day):
        is_open = Q(date_earliest=None) & ~Q(date="")
        return rows.filter(Q(date_earliest__lte=day) | is_open)


class NullsLastFilter(OrderingFilter):
    def get_ordering(self, request, queryset, view):
        terms = super().get_ordering(request, queryset, view)
        dated = {
            "date_earliest": F("date_earliest").asc(nulls_last=True),
            "-date_earliest": F("date_earliest").desc(nulls_last=True),
        }
        ordered = [dated.get(term, term) for term in terms]
        return ordered if "slug" in terms else [*ordered, "slug"]


class Pages(LimitOffsetPagination):
    default_limit, max_limit = 50, 500


class PositionViewSet(ModelViewSet):
    lookup_field = "slug"
    pagination_class = Pages
    filter_backends = [filters.DjangoFilterBackend, SearchFilter, NullsLastFilter]
    filterset_class = PositionFilter
    search_fields = ["claim", "note"]
    ordering_fields = ["date_earliest", "updated_at", "slug"]
    ordering = ["date_earliest", "slug"]

    @property
    def is_nested(self):
        return self.request.query_params.get("expand") == "all"

    def get_queryset(self):
        rows = Position.objects.filter(review="published").select_related(
            "negotiation", "party", "issue", *OTHERS
        )
        if self.is_nested:
            return rows.select_related("issue__part_of").prefetch_related("party__member_of")
        return rows

    def get_serializer_class(self):
        return NestedSerializer if self.is_nested else PlainSerializer

    def create(self, request, *args, **kwargs):
        if not isinstance(request.data, list):
            return super().create(request, *args, **kwargs)
        serializer = self.get_serializer(data=request.data, many=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data, status=201)

    @action(detail=False)
    def export(self, request):
        rows = self.filter_queryset(self.get_queryset())
        return Response(self.get_serializer(rows, many=True).data)


CHILDREN = (
    Position.objects.filter(review="published")
    .select_related("negotiation", "party", "issue", *OTHERS)
    .prefetch_related("party__member_of")
    .order_by("date_earliest", "slug")
)


class StatementViewSet(ReadOnlyModelViewSet):
    lookup_field = "slug"
    serializer_class = StatementSerializer
    queryset = (
        Statement.objects.filter(review="published")
        .select_related("negotiation", "party", "speaker")
        .prefetch_related(Prefetch("positions", CHILDREN))
    )


class PersonViewSet(ModelViewSet):
    lookup_field = "slug"
    serializer_class = PersonSerializer
    queryset = Person.objects.filter(review="published")
    pagination_class = Pages


router = SimpleRouter()
router.register("positions", PositionViewSet, "position")
router.register("statements", StatementViewSet)
router.register("people", PersonViewSet)
urlpatterns = [path("", include(router.urls))]
