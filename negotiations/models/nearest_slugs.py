"""Records that somebody may have meant by a slug that is none."""

from negotiations.text.did_you_mean import suggest_similar

from .base import Record


def suggest_slugs(model: type[Record], slug: str, user: object) -> list[str]:
    """Slugs like this one that the user may see, of 500 with the same beginning."""
    rows = model.objects.visible_to(user).filter(slug__startswith=slug[:2])
    return suggest_similar(slug, rows.values_list("slug", flat=True)[:500])
