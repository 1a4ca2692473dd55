from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class NegotiationsConfig(AppConfig):
    name = "negotiations"
    verbose_name = gettext_lazy("Negotiations")

    def ready(self) -> None:
        """Connect the feed to the history, and register the API's serializers.

        Batches, expansions, the public pages and the admin look serializers up by model.
        """
        # These need the models to be loaded.
        from negotiations.api.urls import VIEWSETS  # noqa: PLC0415
        from negotiations.history import change_feed  # noqa: F401, PLC0415
        from negotiations.rest.viewsets import register_serializers  # noqa: PLC0415

        register_serializers(VIEWSETS)
