"""The reviewer's pages: the queue, one record with its words, and what is decided about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from negotiations import history
from negotiations.admin.history import wording
from negotiations.admin.passages import passages
from negotiations.admin.spoken import noun
from negotiations.analysis.wording.headings import name_record
from negotiations.analysis.wording.sentences import sentence
from negotiations.history import Difference
from negotiations.models import COLLECTIONS, Record, Source
from negotiations.permissions import may, may_create, step

from .actions import (
    decide,
    has_opened,
    last_decided,
    named,
    note_decided,
    note_opened,
    opened_slugs,
    since_approval,
    take_back,
)
from .queue import Filters, Queue, may_decide
from .state_changes import linked, move, number, reason_in, was_moved, words_of

PAGE = 25
# A form has at most a thousand fields.
MOST_TOGETHER = 500
Review = Record.Review
# Of the record in full: what stands elsewhere on the page, or tells a reviewer nothing.
BESIDE = history.BOOKKEEPING | {"slug", "review", "open_question", "note", "start", "sha256"}


def queue_view(site: Any, request: Any) -> Any:
    """What waits, narrowed by the filters in the address."""
    require_analyst(request)
    if request.method == "POST":
        return send_all(request) if "send" in request.POST else approve_all(request)
    filters = Filters(request.GET, request.user)
    queue = Queue(filters, request.user)
    counts = queue.counts()
    total = sum(count for _, count in counts)
    first = min((number(request.GET.get("p")) or 1) - 1, max(0, total - 1) // PAGE) * PAGE
    shown = [
        (record, noun(record), sentence(record), has_opened(request, record))
        for record in queue.page(first, PAGE)
    ]
    ready = opened_of(request, queue) if "source" in filters.chosen else []
    context = {
        **site.each_context(request),
        "title": _("Review"),
        "filters": filters,
        "counts": [(noun(model, count), count) for model, count in counts],
        "total": total,
        "shown": shown,
        "ready": ready,
        "mine": own_drafts(queue),
        "number": first // PAGE + 1,
        "pages": max(1, -(-total // PAGE)),
        "decided": last_decided(request),
        "state": _(str(Review(filters.state_now).label)) if not filters.errors else "",
    }
    return TemplateResponse(request, "admin/negotiations/review_queue.html", context)


def require_analyst(request: Any) -> None:
    """Only who has a role reviews, or follows the review of what they wrote."""
    if not may_create(request.user):
        raise PermissionDenied


def opened_of(request: Any, queue: Queue) -> list[Record]:
    """Those of the queue that the reviewer has opened as they stand, and may approve."""
    found: list[Record] = []
    for model in COLLECTIONS.values():
        slugs, rows = opened_slugs(request, model), queue.ordered(model)
        found += rows.filter(slug__in=slugs).distinct() if slugs and rows is not None else ()
    return [r for r in found if has_opened(request, r) and may_decide(request.user, r)]


def approve_all(request: Any) -> Any:
    """Approve the records of one source that the page listed and the reviewer has opened."""
    filters = Filters(request.POST, request.user)
    here = HttpResponseRedirect(f"{reverse('admin:review')}?{filters.query}")
    if "source" not in filters.chosen:
        messages.error(request, _("Choose a source: only its records are approved together."))
        return here
    ready = opened_of(request, Queue(filters, request.user))
    done = move_all(request, ready, Review.PUBLISHED)
    if done:
        messages.success(request, _("%(number)s approved.") % {"number": done})
    return here


def own_drafts(queue: Queue) -> list[Record]:
    """Drafts of the user's own that the filters leave, in the order of approval."""
    found: list[Record] = []
    if queue.filters.state_now == Review.DRAFT:
        for model in COLLECTIONS.values():
            rows = queue.ordered(model)
            found += rows.filter(created_by=queue.user).distinct() if rows is not None else ()
    return found[:MOST_TOGETHER]


def send_all(request: Any) -> Any:
    """Send the user's own drafts that the page listed to review."""
    filters = Filters(request.POST, request.user)
    done = move_all(request, own_drafts(Queue(filters, request.user)), Review.IN_REVIEW)
    if done:
        messages.success(request, _("%(number)s sent to review.") % {"number": done})
    return HttpResponseRedirect(f"{reverse('admin:review')}?{filters.query}")


def move_all(request: Any, records: list[Record], state: Review) -> int:
    """How many of the records that the page listed, as it listed them, could be moved."""
    listed = set(request.POST.getlist("record"))
    done = []
    for record in records:
        if f"{record.address}:{record.version}" not in listed:
            continue
        was = record.review
        try:
            move(record, state, version=record.version, by=request.user)
            done.append((record, was))
        except ValidationError as error:
            messages.error(request, linked(f"{record}: {words_of(error, type(record))}"))
    if done:
        note_decided(request, done)
    return len(done)


def item_view(site: Any, request: Any, collection: str, slug: str) -> Any:
    """One record as a reviewer needs it, and the decision about it."""
    require_analyst(request)
    filters = Filters(request.GET, request.user)
    queue = Queue(filters, request.user)
    record = visible_record(request, collection, slug)
    if request.method == "POST":
        if onward := decided(request, record, queue):
            return onward
        record = visible_record(request, collection, slug)
    note_opened(request, record)
    approved, changes = since_approval(record)
    place = queue.place(record)
    context = {
        **site.each_context(request),
        "title": _("Review %(kind)s") % {"kind": noun(record)},
        "record": record,
        "noun": noun(record),
        "sentence": sentence(record),
        "passages": passages(record),
        "text": record.text if isinstance(record, Source) else "",
        "approved": approved,
        "lines": wording.lines(type(record), changes, request.user),
        "facts": wording.lines(type(record), facts(record), request.user),
        "newest": history.versions(record).first(),
        "place": place,
        "before": item_url(place.before, filters),
        "after": item_url(place.after, filters),
        "query": filters.query,
        "state": _(str(Review(filters.state_now).label)),
        "may_approve": may_decide(request.user, record),
        "may_send_back": may_send_back(request.user, record),
        "is_own": record.created_by_id == request.user.pk,
        "change_url": change_url(record),
        "decided": last_decided(request),
        "reason": reason_in(request),
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


def facts(record: Record) -> list[Difference]:
    """Every field that is filled in, as a difference from nothing."""
    found = []
    for field in record._meta.concrete_fields:
        value = getattr(record, field.attname)
        if field.name in BESIDE or field.primary_key or value in (None, "", [], {}):
            continue
        if field.name.endswith(("_earliest", "_latest")) or field.name == "text":
            continue
        if field.is_relation:
            value = getattr(record, field.name).slug
        found.append(Difference(field.name, None, value))
    for many in record._meta.many_to_many:
        slugs = sorted(getattr(record, many.name).values_list("slug", flat=True))
        if slugs:
            found.append(Difference(many.name, [], slugs))
    return found


def may_send_back(user: Any, record: Record) -> bool:
    """Whether the record waits, and the user may return it to its author."""
    waits = record.review == Review.IN_REVIEW
    return waits and may(user, step(record.review, Review.DRAFT), record)


def item_url(record: Record | None, filters: Filters) -> str:
    """The review page of a record under the same filters; none without a record."""
    if record is None:
        return ""
    url = reverse("admin:review_item", args=[record.collection(), record.slug])
    return f"{url}?{filters.query}" if filters.query else url


def change_url(record: Record) -> str:
    """The form of a record."""
    return reverse(f"admin:negotiations_{record._meta.model_name}_change", args=[record.pk])


def decided(request: Any, record: Record, queue: Queue) -> Any:
    """Approve or send back, and lead on to the next; None for a refusal, whose words wait."""
    reason = reason_in(request)
    approves = request.POST.get("decision") == "approve"
    if not approves and not reason:
        messages.error(request, _("Say what is to be mended."))
        return None
    following = queue.next_after(record)
    version = number(request.POST.get("version"))
    state = Review.PUBLISHED if approves else Review.DRAFT
    try:
        decide(request, record, state, version=version, reason=reason)
    except ValidationError as error:
        if not was_moved(record, state, version=version, by=request.user, reason=reason):
            messages.error(request, linked(words_of(error, type(record))))
            return None
    if following is None:
        messages.success(request, _("Nothing else waits here."))
        query = queue.filters.query
        return HttpResponseRedirect(f"{reverse('admin:review')}{'?' + query if query else ''}")
    return HttpResponseRedirect(item_url(following, queue.filters))


def undo_view(site: Any, request: Any) -> Any:
    """Take back what was decided last, and return to it."""
    require_analyst(request)
    if request.method != "POST":
        raise Http404
    filters = Filters(request.GET, request.user)
    try:
        back = take_back(request)
    except ValidationError as error:
        words = _("Not taken back. %(why)s") % {"why": " ".join(error.messages)}
        messages.error(request, words)
        back = []
    if not back:
        return HttpResponseRedirect(f"{reverse('admin:review')}?{filters.query}")
    one, several = _("Taken back: “%(name)s”."), _("Taken back: %(number)s decisions.")
    told = {"name": name_record(back[0]), "number": len(back)}
    messages.success(request, (one if len(back) == 1 else several) % told)
    target = named(back[-1].address)
    return HttpResponseRedirect(item_url(target, filters))
