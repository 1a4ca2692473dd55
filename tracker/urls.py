"""Where everything stands."""

from django.contrib import admin
from django.urls import include, path, re_path

from negotiations.api.root import NotFoundView
from tracker import health

urlpatterns = [
    path("api/", include("negotiations.api.urls")),
    # Nothing stands at /api/; without this Django would redirect there.
    path("api", NotFoundView.as_view()),
    path("admin/", admin.site.urls),
    re_path("^livez/?$", health.livez),
    re_path("^readyz/?$", health.readyz),
    path("", include("negotiations.pages.urls")),
]

handler400 = "negotiations.rest.http.exception_handler.bad_request"
handler403 = "negotiations.rest.http.exception_handler.permission_denied"
handler404 = "negotiations.rest.http.exception_handler.page_not_found"
handler500 = "negotiations.rest.http.exception_handler.server_error"
