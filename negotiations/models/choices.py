"""Coded values that carry the definition which the codebook prints."""

from django.db import models


class Vocabulary(models.TextChoices):
    """A closed list of coded values: ``SIDE = "side", "Negotiates for itself."``

    The text beside a value is its definition; the label that forms show is made from the name.
    """

    @property
    def label(self) -> str:
        """The name as forms show it: ``Red line``."""
        return self.name.replace("_", " ").capitalize()

    @property
    def definition(self) -> str:
        """What the value means, in one sentence."""
        return str(self._label_)
