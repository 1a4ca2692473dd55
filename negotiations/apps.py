from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class NegotiationsConfig(AppConfig):
    name = "negotiations"
    verbose_name = gettext_lazy("Negotiations")

    def ready(self) -> None:
        """Connect the feed to the history."""
        from negotiations.history import change_feed  # noqa: F401, PLC0415 - it needs the models to be loaded
