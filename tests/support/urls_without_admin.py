"""The API and the pages, without the admin."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("negotiations.api.urls")),
    path("", include("negotiations.pages.urls")),
]
