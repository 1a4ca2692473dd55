"""The page of a record: its sentence, its words in their paragraph, its history, how to cite it."""

from contextlib import nullcontext
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from negotiations.analysis.event_rows import EVENT_SPECS
from negotiations.analysis.wording.phrases import end_sentence
from negotiations.analysis.wording.sentences import format_sentence, summarize_record
from negotiations.models import COLLECTIONS, Record
from negotiations.pages.formatting import get_singular_name
from negotiations.pages.published import get_published
from negotiations.pages.responses import render_download, render_page

from .backlinks import list_backlinks
from .bibliography import BIBTEX, CSL, BibliographyEntry
from .facts import list_facts
from .gone import respond_to_missing
from .links import build_link, get_record_url
from .quotes import MAX_QUOTATIONS, get_quotation, list_quotations
from .source import get_source_context
from .versions import as_of_version, list_public_versions, parse_version_param


@require_safe
def record_view(request: HttpRequest, collection: str, slug: str) -> HttpResponse:
    """A published record of any kind, as it is or, with ``?version=``, as it was."""
    model = COLLECTIONS[collection]
    found = get_published(model).filter(slug=slug).first()
    if found is None:
        return respond_to_missing(request, model, slug)
    versions = list_public_versions(found)
    template = "pages/source.html" if collection == "sources" else "pages/record.html"
    with select_version(request, found) as shown:
        context = {
            **describe_record(request, shown),
            "newest": found.version,
            "versions": versions,
        }
        return render_page(request, template, context)


def select_version(request: HttpRequest, found: Record) -> Any:
    """The version that the query names, to be read inside; without one, the record itself."""
    number = parse_version_param(request)
    if number is None or number == found.version:
        return nullcontext(found)
    return as_of_version(found, number)


def describe_record(request: HttpRequest, shown: Any) -> dict[str, Any]:
    """What the page says of a record."""
    collection, cited_as = shown.resource_name, build_reference(request, shown)
    told = {
        "record": shown,
        "title": cited_as.title,
        "sentence": end_sentence(cited_as.title),
        "name": summarize_record(shown),
        "kind": get_singular_name(collection),
        "collection": collection,
        "address": get_record_url(collection, shown.slug),
        "negotiation": get_negotiation_link(shown),
        "facts": list_facts(shown),
        "relatives": list_backlinks(shown),
        "reference": cited_as,
    }
    if hasattr(shown, "citations"):
        words = list_quotations(shown)
        told |= {
            "quotations": words[:MAX_QUOTATIONS],
            "has_more_words": len(words) > MAX_QUOTATIONS,
        }
    elif hasattr(shown, "quote"):
        told["quotations"] = [get_quotation(shown)]
    elif hasattr(shown, "text"):
        told |= get_source_context(shown)
    return told


def get_negotiation_link(shown: Any) -> dict[str, Any] | None:
    """The link to the negotiation that a record belongs to; None for what belongs to several."""
    path = next((kind.negotiation for kind in EVENT_SPECS if isinstance(shown, kind.model)), "pk")
    if path == "pk":
        return None
    for step in path.split("__"):
        shown = getattr(shown, step)
    return build_link(shown)


def build_reference(request: HttpRequest, shown: Any) -> BibliographyEntry:
    """The version at hand as something to be cited; its address does not change its content."""
    here = request.build_absolute_uri(get_record_url(shown.resource_name, shown.slug))
    return BibliographyEntry(
        kind=get_singular_name(shown.resource_name),
        slug=shown.slug,
        title=format_sentence(shown),
        version=shown.version,
        at=shown.updated_at,
        url=f"{here}?version={shown.version}",
    )


@require_safe
def reference_view(request: HttpRequest, collection: str, slug: str, form: str) -> HttpResponse:
    """The reference to a record as a file: ``bib`` for BibTeX, ``json`` for CSL-JSON."""
    model = COLLECTIONS[collection]
    found = get_published(model).filter(slug=slug).first()
    if found is None:
        return respond_to_missing(request, model, slug)
    with select_version(request, found) as shown:
        told = build_reference(request, shown)
    name = f"{slug}-v{told.version}.{form}"
    if form == "bib":
        return render_download(request, name, told.bibtex, BIBTEX)
    return render_download(request, name, told.csl, CSL)
