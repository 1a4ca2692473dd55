from django.apps import AppConfig


class TrackerConfig(AppConfig):
    """The installation itself: it has no models, only the system checks."""

    name = "tracker"

    def ready(self) -> None:
        from tracker import checks  # noqa: F401, PLC0415 - importing registers; apps load first
