"""The page of a record: its sentence, its words in their paragraph, its history, how to cite it."""

from contextlib import nullcontext
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from negotiations.analysis.event_rows import KINDS
from negotiations.analysis.wording.sentences import sentence, summary
from negotiations.models import COLLECTIONS, Record
from negotiations.pages.formatting import kind_name
from negotiations.pages.published import published
from negotiations.pages.responses import download, page

from .backlinks import relatives
from .bibliography import BIBTEX, CSL, Reference
from .facts import facts
from .gone import missing
from .links import address, link
from .quotes import MOST, quotation, quotations
from .source import reading
from .versions import as_of_version, editions, number_asked


@require_safe
def record(request: HttpRequest, collection: str, slug: str) -> HttpResponse:
    """A published record of any kind, as it is or, with ``?version=``, as it was."""
    model = COLLECTIONS[collection]
    found = published(model).filter(slug=slug).first()
    if found is None:
        return missing(request, model, slug)
    versions = editions(found)
    template = "pages/source.html" if collection == "sources" else "pages/record.html"
    with chosen(request, found) as shown:
        context = {
            **described(request, shown),
            "newest": found.version,
            "versions": versions,
        }
        return page(request, template, context)


def chosen(request: HttpRequest, found: Record) -> Any:
    """The version that the query names, to be read inside; without one, the record itself."""
    number = number_asked(request)
    if number is None or number == found.version:
        return nullcontext(found)
    return as_of_version(found, number)


def described(request: HttpRequest, shown: Any) -> dict[str, Any]:
    """What the page says of a record."""
    collection, cited_as = shown.collection(), reference(request, shown)
    told = {
        "record": shown,
        "title": cited_as.title,
        "name": summary(shown),
        "kind": kind_name(collection),
        "collection": collection,
        "address": address(collection, shown.slug),
        "negotiation": way_to_negotiation(shown),
        "facts": facts(shown),
        "relatives": relatives(shown),
        "reference": cited_as,
    }
    if hasattr(shown, "citations"):
        words = quotations(shown)
        told |= {"quotations": words[:MOST], "has_more_words": len(words) > MOST}
    elif hasattr(shown, "quote"):
        told["quotations"] = [quotation(shown)]
    elif hasattr(shown, "text"):
        told |= reading(shown)
    return told


def way_to_negotiation(shown: Any) -> dict[str, Any] | None:
    """The link to the negotiation that a record belongs to; None for what belongs to several."""
    path = next((kind.negotiation for kind in KINDS if isinstance(shown, kind.model)), "pk")
    if path == "pk":
        return None
    for step in path.split("__"):
        shown = getattr(shown, step)
    return link(shown)


def reference(request: HttpRequest, shown: Any) -> Reference:
    """The version at hand as something to be cited; its address does not change its content."""
    here = request.build_absolute_uri(address(shown.collection(), shown.slug))
    return Reference(
        kind=kind_name(shown.collection()),
        slug=shown.slug,
        title=sentence(shown),
        version=shown.version,
        at=shown.updated_at,
        url=f"{here}?version={shown.version}",
    )


@require_safe
def cited(request: HttpRequest, collection: str, slug: str, form: str) -> HttpResponse:
    """The reference to a record as a file: ``bib`` for BibTeX, ``json`` for CSL-JSON."""
    model = COLLECTIONS[collection]
    found = published(model).filter(slug=slug).first()
    if found is None:
        return missing(request, model, slug)
    with chosen(request, found) as shown:
        told = reference(request, shown)
    name = f"{slug}-v{told.version}.{form}"
    if form == "bib":
        return download(request, name, told.bibtex, BIBTEX)
    return download(request, name, told.csl, CSL)
