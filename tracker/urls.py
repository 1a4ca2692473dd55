"""Where everything stands."""

from django.contrib import admin
from django.urls import include, path

from negotiations.pages.icon import icon
from negotiations.pages.start import start
from tracker import health

urlpatterns = [
    path("", start, name="start"),
    path("api/", include("negotiations.api.urls")),
    path("admin/", admin.site.urls),
    path("favicon.ico", icon),
    path("livez", health.livez),
    path("readyz", health.readyz),
]

handler400 = "negotiations.protocol.errors.bad_request"
handler403 = "negotiations.protocol.errors.permission_denied"
handler404 = "negotiations.protocol.errors.page_not_found"
handler500 = "negotiations.protocol.errors.server_error"
