from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class TrackerConfig(AppConfig):
    """The installation itself: it has no models, only the system checks."""

    name = "tracker"

    def ready(self) -> None:
        from tracker import checks, login_throttle, older_data  # noqa: F401, PLC0415 - importing registers; apps load first


class TrackerAdminConfig(AdminConfig):
    """Django's admin, behind the tracker's own door."""

    default_site = "tracker.admin_site.TrackerAdminSite"
