"""Records of all kinds by their words, as the API finds them."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from negotiations.api import search as finding
from negotiations.models import COLLECTIONS, Citation, SearchDocument
from negotiations.rest.http.feed_params import parse_kinds
from negotiations.rest.http.query_params import QueryParams

from .published import get_published
from .records.links import build_links
from .records.source import link_citations
from .responses import render_page

PAGE_SIZE = 20


@require_safe
def search_view(request: HttpRequest) -> HttpResponse:
    """The form and, once words are asked for, what was found; 400 with what cannot be read."""
    request.GET = drop_empty_params(request.GET)  # type: ignore[assignment]
    query = QueryParams(Request(request), ["q", "kind", "cursor"])
    context: dict[str, Any] = {
        "asked": request.GET.get("q", ""),
        "kind": request.GET.get("kind", ""),
        "kinds": COLLECTIONS,
        "faults": query.faults,
    }
    if request.GET:
        context |= find_results(request, query)
    return render_page(request, "pages/search.html", context, status=400 if query.faults else 200)


def drop_empty_params(sent: QueryDict) -> QueryDict:
    """The query without what a form sends empty."""
    kept = sent.copy()
    for name, values in sent.lists():
        if values == [""]:
            del kept[name]
    return kept


def find_results(request: HttpRequest, query: QueryParams) -> dict[str, Any]:
    """The results of one page, and where they go on; nothing when the query has faults."""
    wish, kinds = finding.parse_search_param(query), parse_kinds(query)
    asked = Request(request)
    start = finding.parse_cursor(asked, query)
    if query.faults:
        return {}
    rows = SearchDocument.objects.visible_to(AnonymousUser())
    if kinds:
        rows = rows.filter(kind__in=kinds)
    told = finding.build_page(
        asked, query, finding.rank_matches(rows, wish), wish, limit=PAGE_SIZE, start=start
    )
    return {"results": describe_results(told["results"]), "next": told["next"]}


def describe_results(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records that were found, each once, with the words that were found of it.

    A quotation leads to what it supports.
    """
    quoted = {each["slug"] for each in results if each["kind"] == "citations"}
    cited = get_published(Citation).filter(slug__in=quoted).order_by("slug")
    known = build_links((each["kind"], each["slug"]) for each in results)
    known |= {("citations", row["slug"]): row["link"] for row in link_citations(cited)}
    told: dict[str, dict[str, Any]] = {}
    for each in results:
        if link := known.get((each["kind"], each["slug"])):
            row = told.setdefault(link["url"], {"link": link, "name": None, "excerpts": []})
            # A name that has the words is told once.
            said = text_of(each["excerpt"])
            if said and said in link["words"]:
                before, _, after = link["words"].partition(said)
                start, end = ([{"text": text, "match": False}] for text in (before, after))
                row["name"] = highlight_matches([*start, *each["excerpt"], *end])
            else:
                words = highlight_matches(trim_excerpt(each["excerpt"]))
                row["excerpts"].append({"language": each["language"], "words": words})
    return list(told.values())


def text_of(parts: list[dict[str, Any]]) -> str:
    """The words of an excerpt."""
    return "".join(part["text"] for part in parts)


def highlight_matches(parts: list[dict[str, Any]]) -> SafeString:
    """The words that were found, as HTML; nothing stands before or after them."""
    forms = ("<mark>{}</mark>" if part["match"] else "{}" for part in parts)
    pieces = (format_html(form, part["text"]) for form, part in zip(forms, parts, strict=True))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def trim_excerpt(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """An excerpt without the half word at the end of a long one."""
    length = sum(len(part["text"]) for part in parts)
    if length < finding.EXCERPT_LENGTH or parts[-1]["match"]:
        return parts
    text = parts[-1]["text"]
    return [*parts[:-1], {**parts[-1], "text": f"{text.rpartition(' ')[0] or text} …"}]
