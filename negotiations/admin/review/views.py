"""The reviewer's pages: the queue, one record with its words, and what is decided about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from negotiations import history
from negotiations.admin.columns import translate_model_name
from negotiations.admin.history import wording
from negotiations.admin.passages import list_quote_contexts
from negotiations.analysis.wording.headings import name_record
from negotiations.analysis.wording.phrases import end_sentence
from negotiations.analysis.wording.sentences import format_sentence
from negotiations.history.diff import BOOKKEEPING_FIELDS, FieldDifference
from negotiations.models import COLLECTIONS, Record, Source
from negotiations.permissions import can_create, can_perform, get_review_action

from .actions import (
    decide,
    get_by_path,
    get_changes_since_approval,
    has_opened,
    list_last_decisions,
    list_opened_slugs,
    remember_decisions,
    remember_opened,
    undo_last,
)
from .queue import QueueFilterForm, ReviewQueue, may_decide
from .state_changes import (
    change_review_state,
    format_errors,
    get_reason,
    linkify_records,
    parse_form_number,
    was_moved,
)

PAGE_SIZE = 25
# A form has at most a thousand fields.
MAX_DRAFTS = 500
Review = Record.Review
# Of the record in full: what stands elsewhere on the page, or tells a reviewer nothing.
SKIPPED_FIELDS = BOOKKEEPING_FIELDS | {
    "slug",
    "review",
    "open_question",
    "note",
    "start",
    "sha256",
}


def queue_view(site: Any, request: Any) -> Any:
    """What waits, narrowed by the filters in the address."""
    require_analyst(request)
    if request.method == "POST":
        return send_all(request) if "send" in request.POST else approve_all(request)
    filters = QueueFilterForm(request.GET, request.user)
    queue = ReviewQueue(filters, request.user)
    counts = queue.counts()
    total = sum(count for _, count in counts)
    first = (
        min((parse_form_number(request.GET.get("p")) or 1) - 1, max(0, total - 1) // PAGE_SIZE)
        * PAGE_SIZE
    )
    shown = [
        (record, translate_model_name(record), format_sentence(record), has_opened(request, record))
        for record in queue.page(first, PAGE_SIZE)
    ]
    ready = list_opened_records(request, queue) if "source" in filters.chosen else []
    context = {
        **site.each_context(request),
        "title": _("Review"),
        "filters": filters,
        "counts": [(translate_model_name(model, count), count) for model, count in counts],
        "total": total,
        "shown": shown,
        "ready": ready,
        "mine": list_own_drafts(queue),
        "number": first // PAGE_SIZE + 1,
        "pages": max(1, -(-total // PAGE_SIZE)),
        "decided": list_last_decisions(request),
        "state": _(str(Review(filters.state_now).label)) if not filters.errors else "",
    }
    return TemplateResponse(request, "admin/negotiations/review_queue.html", context)


def require_analyst(request: Any) -> None:
    """Only who has a role reviews, or follows the review of what they wrote."""
    if not can_create(request.user):
        raise PermissionDenied


def list_opened_records(request: Any, queue: ReviewQueue) -> list[Record]:
    """Those of the queue that the reviewer has opened as they stand, and may approve."""
    found: list[Record] = []
    for model in COLLECTIONS.values():
        slugs, rows = list_opened_slugs(request, model), queue.ordered(model)
        found += rows.filter(slug__in=slugs).distinct() if slugs and rows is not None else ()
    return [r for r in found if has_opened(request, r) and may_decide(request.user, r)]


def approve_all(request: Any) -> Any:
    """Approve the records of one source that the page listed and the reviewer has opened."""
    filters = QueueFilterForm(request.POST, request.user)
    here = HttpResponseRedirect(f"{reverse('admin:review')}?{filters.query}")
    if "source" not in filters.chosen:
        messages.error(request, _("Choose a source: only its records are approved together."))
        return here
    ready = list_opened_records(request, ReviewQueue(filters, request.user))
    done = change_review_states(request, ready, Review.PUBLISHED)
    if done:
        messages.success(request, _("%(number)s approved.") % {"number": done})
    return here


def list_own_drafts(queue: ReviewQueue) -> list[Record]:
    """Drafts of the user's own that the filters leave, in the order of approval."""
    found: list[Record] = []
    if queue.filters.state_now == Review.DRAFT:
        for model in COLLECTIONS.values():
            rows = queue.ordered(model)
            found += rows.filter(created_by=queue.user).distinct() if rows is not None else ()
    return found[:MAX_DRAFTS]


def send_all(request: Any) -> Any:
    """Send the user's own drafts that the page listed to review."""
    filters = QueueFilterForm(request.POST, request.user)
    done = change_review_states(
        request, list_own_drafts(ReviewQueue(filters, request.user)), Review.IN_REVIEW
    )
    if done:
        messages.success(request, _("%(number)s sent to review.") % {"number": done})
    return HttpResponseRedirect(f"{reverse('admin:review')}?{filters.query}")


def change_review_states(request: Any, records: list[Record], state: Review) -> int:
    """How many of the records that the page listed, as it listed them, could be moved."""
    listed = set(request.POST.getlist("record"))
    done = []
    for record in records:
        if f"{record.address}:{record.version}" not in listed:
            continue
        was = record.review
        try:
            change_review_state(record, state, version=record.version, by=request.user)
            done.append((record, was))
        except ValidationError as error:
            messages.error(
                request, linkify_records(f"{record}: {format_errors(error, type(record))}")
            )
    if done:
        remember_decisions(request, done)
    return len(done)


def item_view(site: Any, request: Any, collection: str, slug: str) -> Any:
    """One record as a reviewer needs it, and the decision about it."""
    require_analyst(request)
    filters = QueueFilterForm(request.GET, request.user)
    queue = ReviewQueue(filters, request.user)
    record = visible_record(request, collection, slug)
    if request.method == "POST":
        if onward := handle_decision(request, record, queue):
            return onward
        record = visible_record(request, collection, slug)
    remember_opened(request, record)
    approved, changes = get_changes_since_approval(record)
    place = queue.place(record)
    context = {
        **site.each_context(request),
        "title": _("Review %(kind)s") % {"kind": translate_model_name(record)},
        "record": record,
        "noun": translate_model_name(record),
        "sentence": end_sentence(format_sentence(record)),
        "passages": list_quote_contexts(record),
        "text": record.text if isinstance(record, Source) else "",
        "approved": approved,
        "lines": wording.describe_changes(type(record), changes, request.user),
        "facts": wording.describe_changes(type(record), list_filled_fields(record), request.user),
        "newest": history.list_versions(record).first(),
        "place": place,
        "before": get_item_url(place.before, filters),
        "after": get_item_url(place.after, filters),
        "query": filters.query,
        "state": _(str(Review(filters.state_now).label)),
        "may_approve": may_decide(request.user, record),
        "may_send_back": may_send_back(request.user, record),
        "is_own": record.created_by_id == request.user.pk,
        "change_url": get_change_url(record),
        "decided": list_last_decisions(request),
        "reason": get_reason(request),
    }
    return TemplateResponse(request, "admin/negotiations/review_item.html", context)


def visible_record(request: Any, collection: str, slug: str) -> Any:
    """Return the record of this address; one that the user may not see is not found."""
    model = COLLECTIONS.get(collection)
    rows = model.objects.visible_to(request.user) if model else None
    record = rows.filter(slug=slug).first() if rows is not None else None
    if record is None:
        raise Http404(_("There is no such record."))
    return record


def list_filled_fields(record: Record) -> list[FieldDifference]:
    """Every field that is filled in, as a difference from nothing."""
    found = []
    for field in record._meta.concrete_fields:
        value = getattr(record, field.attname)
        if field.name in SKIPPED_FIELDS or field.primary_key or value in (None, "", [], {}):
            continue
        if field.name.endswith(("_earliest", "_latest")) or field.name == "text":
            continue
        if field.is_relation:
            value = getattr(record, field.name).slug
        found.append(FieldDifference(field.name, None, value))
    for many in record._meta.many_to_many:
        slugs = sorted(getattr(record, many.name).values_list("slug", flat=True))
        if slugs:
            found.append(FieldDifference(many.name, [], slugs))
    return found


def may_send_back(user: Any, record: Record) -> bool:
    """Whether the record waits, and the user may return it to its author."""
    waits = record.review == Review.IN_REVIEW
    return waits and can_perform(user, get_review_action(record.review, Review.DRAFT), record)


def get_item_url(record: Record | None, filters: QueueFilterForm) -> str:
    """The review page of a record under the same filters; none without a record."""
    if record is None:
        return ""
    url = reverse("admin:review_item", args=[record.resource_name, record.slug])
    return f"{url}?{filters.query}" if filters.query else url


def get_change_url(record: Record) -> str:
    """The form of a record."""
    return reverse(f"admin:negotiations_{record._meta.model_name}_change", args=[record.pk])


def handle_decision(request: Any, record: Record, queue: ReviewQueue) -> Any:
    """Approve or send back, and lead on to the next; None for a refusal, whose words wait."""
    reason = get_reason(request)
    approves = request.POST.get("decision") == "approve"
    if not approves and not reason:
        messages.error(request, _("Say what is to be mended."))
        return None
    following = queue.next_after(record)
    version = parse_form_number(request.POST.get("version"))
    state = Review.PUBLISHED if approves else Review.DRAFT
    try:
        decide(request, record, state, version=version, reason=reason)
    except ValidationError as error:
        if not was_moved(record, state, version=version, by=request.user, reason=reason):
            messages.error(request, linkify_records(format_errors(error, type(record))))
            return None
    if following is None:
        messages.success(request, _("Nothing else waits here."))
        query = queue.filters.query
        return HttpResponseRedirect(f"{reverse('admin:review')}{'?' + query if query else ''}")
    return HttpResponseRedirect(get_item_url(following, queue.filters))


def undo_view(site: Any, request: Any) -> Any:
    """Take back what was decided last, and return to it."""
    require_analyst(request)
    if request.method != "POST":
        raise Http404
    filters = QueueFilterForm(request.GET, request.user)
    try:
        back = undo_last(request)
    except ValidationError as error:
        words = _("Not taken back. %(why)s") % {"why": " ".join(error.messages)}
        messages.error(request, words)
        back = []
    if not back:
        return HttpResponseRedirect(f"{reverse('admin:review')}?{filters.query}")
    one, several = _("Taken back: “%(name)s”."), _("Taken back: %(number)s decisions.")
    told = {"name": name_record(back[0]), "number": len(back)}
    messages.success(request, (one if len(back) == 1 else several) % told)
    target = get_by_path(back[-1].address)
    return HttpResponseRedirect(get_item_url(target, filters))
