"""What was deleted lately, and the way back."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from negotiations import history
from negotiations.admin.columns import translate_model_name
from negotiations.admin.review.state_changes import format_errors, get_reason
from negotiations.analysis.wording.headings import name_record
from negotiations.history.as_of import query_as_of
from negotiations.models import COLLECTIONS, Change, Erasure, MovedSlug
from negotiations.models.system.roles import is_editor
from negotiations.permissions import can_create
from negotiations.rest.changes.history_views import can_restore
from negotiations.rest.http.gone import find_deletion

PAGE_SIZE = 30


class Deletion(NamedTuple):
    """A record that is gone, with what went as a part of it."""

    version: Any
    parts: str

    @property
    def kind(self) -> str:
        """The collection of the record."""
        return str(self.version.instance_type.resource_name)

    @property
    def noun(self) -> str:
        """What one of its kind is called."""
        return translate_model_name(self.version.instance_type)

    @property
    def name(self) -> str:
        """What the record was called."""
        model, version = self.version.instance_type, self.version
        # With all that it was called after, some of which may be gone as well.
        try:
            with query_as_of(version.history_date - timedelta(microseconds=1)):
                return name_record(model._base_manager.get(pk=version.id))
        except models.ObjectDoesNotExist:
            return str(version.slug)


def deleted_view(site: Any, request: Any) -> Any:
    """The records that are gone and that the user may bring back, the newest first."""
    if not can_create(request.user):
        raise PermissionDenied
    if request.method == "POST":
        return _restore(request)
    acts = _filter_deletions(request.user).order_by("-at").values_list("at", flat=True).distinct()
    page = Paginator(acts, PAGE_SIZE).get_page(request.GET.get("p"))
    context = {
        **site.each_context(request),
        "title": _("Recently deleted"),
        "page": page,
        "deletions": list_deletions(request.user, list(page.object_list)),
    }
    return TemplateResponse(request, "admin/negotiations/deleted.html", context)


def _filter_deletions(user: Any) -> Any:
    """The deletions that the user may learn of: all, or those of their own records."""
    rows = Change.objects.filter(action=Change.Action.DELETED)
    return rows if is_editor(user) else rows.filter(author=user)


def list_deletions(user: Any, acts: list[Any]) -> list[Deletion]:
    """What was deleted at these instants and is still gone, parts under what they were part of."""
    slugs = defaultdict(set)
    for kind, slug in _filter_deletions(user).filter(at__in=acts).values_list("kind", "slug"):
        slugs[kind].add(slug)
    gone = [
        version
        for kind, those in slugs.items()
        for version in _still_gone(COLLECTIONS[kind], those)
        if version.history_date in acts and can_restore(user, version)
    ]
    wholes = {(version.instance_type, version.id): version for version in gone}
    parts: dict[Any, list[Any]] = defaultdict(list)
    for version in gone:
        for key in _list_cascade_targets(version):
            if key in wholes and wholes[key].history_date == version.history_date:
                parts[key].append(version)
    hidden = {(v.instance_type, v.id) for those in parts.values() for v in those}
    found = [
        Deletion(version, format_counts(parts[key]))
        for key, version in wholes.items()
        if key not in hidden
    ]
    return sorted(found, key=lambda one: one.version.history_date, reverse=True)


def _still_gone(model: Any, slugs: Iterable[str]) -> Iterable[Any]:
    """The last versions of these slugs, where they are deletions; merged ones lead elsewhere."""
    standing = set(model._base_manager.filter(slug__in=slugs).values_list("slug", flat=True))
    moved = MovedSlug.objects.filter(kind=model.resource_name, slug__in=slugs)
    erased = Erasure.objects.filter(kind=model.resource_name, slug__in=slugs)
    elsewhere = {*moved.values_list("slug", flat=True), *erased.values_list("slug", flat=True)}
    rest = set(slugs) - standing - elsewhere
    rows = model.history.filter(slug__in=rest).select_related("history_user")
    newest: dict[str, Any] = {}
    for version in rows.order_by("history_id"):
        newest[version.slug] = version
    return [version for version in newest.values() if version.history_type == "-"]


def _list_cascade_targets(version: Any) -> Iterable[tuple[type[models.Model], Any]]:
    """What the record would go with: the targets of its cascading relations."""
    for field in version.instance_type._meta.concrete_fields:
        if field.remote_field and field.remote_field.on_delete is models.CASCADE:
            yield field.related_model, getattr(version, field.attname)


def format_counts(versions: Iterable[Any]) -> str:
    """For example “2 citations, 1 post”."""
    kinds = Counter(version.instance_type for version in versions)
    return ", ".join(
        f"{number} {translate_model_name(kind, number)}" for kind, number in kinds.items()
    )


def _restore(request: Any) -> Any:
    """Bring one back as a draft, with the parts that went with it."""
    here = HttpResponseRedirect(reverse("admin:deleted"))
    model = COLLECTIONS.get(request.POST.get("kind", ""))
    slug = request.POST.get("slug", "").replace("\0", "")
    deletion = find_deletion(model, slug, request.user) if model else None
    if model is None or deletion is None or not can_restore(request.user, deletion):
        raise Http404(_("There is no such deletion."))
    last = history.list_versions(deletion.instance).exclude(history_type="-").first()
    try:
        record = history.restore(last, by=request.user, reason=get_reason(request))
    except ValidationError as error:
        words = _("Not restored. %(why)s") % {"why": format_errors(error, model)}
        messages.error(request, words)
        return here
    except IntegrityError:
        words = _("Not restored: somebody was faster; load the page again.")
        messages.error(request, words)
        return here
    messages.success(request, _("“%(name)s” is back, as a draft.") % {"name": name_record(record)})
    url = f"admin:negotiations_{model._meta.model_name}_change"
    return HttpResponseRedirect(reverse(url, args=[record.pk]))
