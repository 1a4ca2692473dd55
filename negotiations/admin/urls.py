"""Pages of the desk that belong to no single kind of record."""

from functools import partial
from typing import Any

from django.urls import URLPattern, path

from .history.trash import deleted_view
from .review.views import item_view, queue_view, undo_view


def get_urls(site: Any) -> list[URLPattern]:
    """Their addresses under ``/admin/``."""

    def page(view: Any) -> Any:
        return site.admin_view(partial(view, site))

    return [
        path("deleted/", page(deleted_view), name="deleted"),
        path("review/", page(queue_view), name="review"),
        path("review/undo/", page(undo_view), name="review_undo"),
        path("review/<slug:collection>/<slug:slug>/", page(item_view), name="review_item"),
    ]
