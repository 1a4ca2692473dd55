"""The whole API on one page."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from negotiations.rest.changes import history_views
from negotiations.rest.changes import views as following
from negotiations.rest.openapi import views as documentation
from negotiations.rest.viewsets import RecordViewSet
from negotiations.rest.write import batch_views
from negotiations.webhooks import delivery_views
from negotiations.webhooks import views as webhooks

from . import (
    actors,
    analyses,
    citations,
    incidents,
    issues,
    me,
    outcomes,
    proposals,
    root,
    search,
    sources,
    talks,
    timelines,
    tokens,
    vocabularies,
)

VIEWSETS: tuple[type[RecordViewSet], ...] = (
    actors.PartyViewSet,
    actors.PersonViewSet,
    actors.PostViewSet,
    talks.NegotiationViewSet,
    talks.ParticipationViewSet,
    talks.RoundViewSet,
    talks.DelegationViewSet,
    issues.IssueViewSet,
    issues.StatementViewSet,
    issues.PositionViewSet,
    proposals.ProposalViewSet,
    proposals.TermViewSet,
    proposals.ResponseViewSet,
    outcomes.OutcomeViewSet,
    outcomes.CommitmentViewSet,
    outcomes.DeliveryViewSet,
    incidents.IncidentViewSet,
    sources.SourceViewSet,
    citations.CitationViewSet,
    citations.DismissalViewSet,
)

router = SimpleRouter()
router.trailing_slash = "/?"
for viewset in VIEWSETS:
    router.register(viewset.queryset.model.resource_name, viewset)

RECORD = f"(?P<collection>{history_views.COLLECTION_PATTERN})/(?P<slug>[^/]+)"
WEBHOOK = "webhooks/(?P<slug>[^/]+)"
DELIVERY = f"{WEBHOOK}/deliveries/(?P<message>[^/]+)"
TALKS = "negotiations/(?P<slug>[^/]+)"

urlpatterns = [
    re_path(r"^v1/?$", root.RootView.as_view(), name="collections"),
    path("v1/", include(router.urls)),
    re_path(f"^v1/{RECORD}/history/?$", history_views.HistoryView.as_view()),
    re_path(
        f"^v1/{RECORD}/history/(?P<number>[0-9]{{1,9}})/?$", history_views.VersionView.as_view()
    ),
    re_path(f"^v1/{TALKS}/timeline/?$", timelines.TimelineView.as_view()),
    re_path(f"^v1/{TALKS}/matrix/?$", analyses.MatrixView.as_view()),
    re_path(f"^v1/{TALKS}/movement/?$", analyses.MovementView.as_view()),
    re_path(f"^v1/{TALKS}/fulfilment/?$", analyses.FulfilmentView.as_view()),
    re_path(f"^v1/{TALKS}/attention/?$", analyses.AttentionView.as_view()),
    re_path(f"^v1/{TALKS}/coverage/?$", analyses.CoverageView.as_view()),
    re_path(r"^v1/sources/(?P<slug>[^/]+)/coverage/?$", analyses.SourceCoverageView.as_view()),
    re_path(r"^v1/vocabularies/?$", vocabularies.VocabularyListView.as_view()),
    re_path(r"^v1/vocabularies/(?P<name>[^/]+)/?$", vocabularies.VocabularyView.as_view()),
    re_path(r"^v1/me/?$", me.MeView.as_view()),
    re_path(r"^v1/tokens/?$", tokens.TokenListView.as_view()),
    re_path(r"^v1/tokens/(?P<slug>[^/]+)/?$", tokens.TokenView.as_view()),
    re_path(r"^v1/webhooks/?$", webhooks.WebhookListView.as_view()),
    re_path(f"^v1/{WEBHOOK}/?$", webhooks.WebhookView.as_view()),
    re_path(f"^v1/{WEBHOOK}/rotate/?$", webhooks.SecretRotationView.as_view()),
    re_path(f"^v1/{WEBHOOK}/test/?$", delivery_views.WebhookTestView.as_view()),
    re_path(f"^v1/{WEBHOOK}/deliveries/?$", delivery_views.DeliveryListView.as_view()),
    re_path(f"^v1/{DELIVERY}/?$", delivery_views.DeliveryView.as_view()),
    re_path(f"^v1/{DELIVERY}/redeliver/?$", delivery_views.RedeliveryView.as_view()),
    re_path(r"^v1/search/?$", search.SearchView.as_view()),
    re_path(r"^v1/batch/?$", batch_views.BatchView.as_view()),
    re_path(r"^v1/changes/?$", following.ChangesView.as_view(), name="changes"),
    re_path(r"^problems/?$", root.ProblemView.as_view()),
    re_path(r"^problems/(?P<code>[a-z_]+)/?$", root.ProblemView.as_view()),
    re_path(r"^openapi\.json/?$", documentation.DocumentView.as_view(), name="openapi"),
    re_path(r"^docs/?$", documentation.DocumentationView.as_view(), name="docs"),
    re_path(r"", root.NotFoundView.as_view()),
]
