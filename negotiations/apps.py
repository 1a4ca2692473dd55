from django.apps import AppConfig


class NegotiationsConfig(AppConfig):
    name = "negotiations"

    def ready(self) -> None:
        """Connect the feed to the history."""
        from negotiations import feed  # noqa: F401, PLC0415 - it needs the models to be loaded
