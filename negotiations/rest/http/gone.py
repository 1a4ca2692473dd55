"""What was deleted or withdrawn: told to those who could see it, missing to all others."""

import re
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from negotiations.history.as_of import get_as_of_instant, query_as_of
from negotiations.models import Erasure, MovedSlug, Record, Role, get_role
from negotiations.permissions import can_view

from .conditional import set_cache_control
from .problem_details import ProblemError
from .query_params import is_readable


def find_deletion(model: type[Record], slug: str, user: Any) -> Any | None:
    """The deletion of a record of this name, if it is deleted and the user could see it then."""
    if not is_readable(slug):
        return None
    erasure = Erasure.objects.find(model.resource_name, slug)
    rows, instant = model.history.filter(slug=slug), get_as_of_instant()
    if erasure:
        # What was erased is gone at every instant.
        rows = model.history.filter(slug=erasure.slug)
    elif instant:
        rows = rows.filter(history_date__lte=instant)
    last = rows.select_related("history_user").order_by("-history_id").first()
    is_known = last is not None and last.history_type == "-" and can_view(user, last)
    return last if is_known else None


def find_departure(model: type[Record], slug: str, user: Any) -> Any | None:
    """The version by which a record that the user could see was deleted or withdrawn.

    What became of it since, out of their sight, is not told.
    """
    deletion = find_deletion(model, slug, user)
    if deletion is not None or not is_readable(slug):
        return deletion
    if model.objects.visible_to(user).filter(slug=slug).exists():
        return None
    rows, instant = model.history.filter(slug=slug), get_as_of_instant()
    if instant:
        rows = rows.filter(history_date__lte=instant)
    last_seen = rows.filter(review=Record.Review.PUBLISHED).exclude(history_type="-")
    last = last_seen.order_by("-history_id").values_list("history_id", flat=True).first()
    if last is None:
        return None
    return rows.filter(history_id__gt=last).order_by("history_id").first()


def build_gone_problem(departure: Any, user: Any) -> ProblemError:
    """410 with when and, of a deletion, why and, for those who have a role, by whom."""
    if departure.history_type != "-":
        day = departure.history_date.date().isoformat()
        detail = f"The record was withdrawn on {day}."
        return ProblemError("gone", detail, withdrawn_at=departure.history_date)
    deletion = departure
    by = deletion.history_user if get_role(user) != Role.ANONYMOUS else None
    what = "erased, and cannot be restored" if is_erased(deletion) else "deleted"
    return ProblemError(
        "gone",
        f"The record was {what}.",
        deleted_at=deletion.history_date,
        deleted_by=by.get_username() if by else None,
        reason=deletion.history_change_reason or "",
    )


def is_erased(deletion: Any) -> bool:
    """Whether a deleted record was erased, with all its versions."""
    kind = deletion.instance_type.resource_name
    return Erasure.objects.filter(kind=kind, slug=deletion.slug).exists()


def find_redirect_slug(model: type[Record], slug: str, user: Any) -> str | None:
    """The slug that a merged record has now, if the user may know of it."""
    if not model.can_be_merged or not is_readable(slug):
        return None
    now = MovedSlug.objects.end(model.resource_name, slug)
    if now is None:
        return None
    is_there = model.objects.visible_to(user).filter(slug=now).exists()
    is_known = is_there or find_departure(model, now, user) is not None
    return now if is_known else None


def build_redirect_response(request: Request, collection: str, slug: str) -> HttpResponse:
    """308 to the same address of another record: the method and the body go along."""
    start, _, rest = request.get_full_path().partition(f"/{collection}/")
    rest = rest[re.match("[^/?]*", rest).end() :]  # type: ignore[union-attr]
    url = request.build_absolute_uri(f"{start}/{collection}/{slug}{rest}")
    return set_cache_control(HttpResponse(status=308, headers={"Location": url}), request)


class GoneMixin(APIView):
    """For views of one record, named by ``slug``: 410 in place of 404 where there was one.

    Where the record was merged into another, the way to that one.
    """

    model: Any
    # The instant that is asked about; None is now.
    instant: datetime | None = None

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, Http404) and "slug" in self.kwargs:
            user = self.request.user
            with query_as_of(self.instant):
                target = find_redirect_slug(self.model, self.kwargs["slug"], user)
                departure = find_departure(self.model, self.kwargs["slug"], user)
            if target is not None:
                return build_redirect_response(self.request, self.model.resource_name, target)
            if departure is not None:
                return super().handle_exception(build_gone_problem(departure, user))
        return super().handle_exception(exc)
