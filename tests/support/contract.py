"""Answers held against the OpenAPI document: what it does not say must not happen.

``ContractClient`` is the client of the whole suite's cast, so each of its requests is a test of the
document. Two things are stricter here than for a client that grows old: an answer has no member
that the document does not name, and what the server accepted the document accepts too.
"""

import json
import re
from functools import cache
from urllib.parse import parse_qsl, quote, urlsplit

from jsonschema_rs import Draft202012Validator, Registry
from rest_framework.test import APIClient

METHODS = ("get", "post", "put", "patch", "delete")
DOCUMENT = "urn:openapi"


@cache
def document():
    """The document as clients get it, from JSON."""
    # The server's own way, since drf-spectacular cannot make two at the same moment.
    from negotiations.rest.openapi.views import document

    return json.loads(document())


@cache
def closed_document():
    """The document for answers: objects have the members that it names, and no others."""
    return close_schemas(document())


def close_schemas(node):
    if isinstance(node, list):
        return [close_schemas(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: close_schemas(item) for name, item in node.items()}
    if node.get("type") == "object" and isinstance(node.get("properties"), dict):
        node.setdefault("additionalProperties", False)
    return node


@cache
def get_validator(place, *, strict=True):
    """The compiled schema at a place of the document, which is a tuple of names."""
    pointer = "/".join(
        quote(name.replace("~", "~0").replace("/", "~1"), safe="~") for name in place
    )
    schema = {"$ref": f"{DOCUMENT}#/{pointer}"}
    return Draft202012Validator(schema, registry=get_registry(strict), validate_formats=True)


@cache
def get_registry(strict):
    return Registry([(DOCUMENT, closed_document() if strict else document())])


def resolve_place(place):
    """What stands at a place, references followed; with the place it was found at."""
    node = document()
    for name in place:
        node = node[name]
    if "$ref" in node:
        return resolve_place(tuple(node["$ref"].removeprefix("#/").split("/")))
    return node, place


@cache
def get_path_patterns():
    """Each path of the document as an expression; those without a variable first."""
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(path, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))) for path in paths]


def find_path(address):
    """The path of the document that an address belongs to; its last slash may be left out."""
    for path, pattern in get_path_patterns():
        if pattern.fullmatch(address) or pattern.fullmatch(f"{address}/"):
            return path
    return None


def assert_matches_document(response, method, address, query="", body=None):
    """The status, the headers and the body of an answer are as the document says."""
    path, method = find_path(address), "get" if method == "HEAD" else method.lower()
    operation = document()["paths"].get(path, {}).get(method)
    if operation is None:
        # Nothing is promised there but a refusal.
        assert response.status_code in {401, 404, 405, 406}, (method, address, response.status_code)
        assert_valid(("components", "schemas", "Problem"), json.loads(response.content or b"null"))
        return
    known = operation["responses"]
    status = str(response.status_code)
    assert status in known, f"{method} {path} answers {status}, the document knows {sorted(known)}"
    promised, place = resolve_place(("paths", path, method, "responses", status))
    assert_headers(response, promised, place)
    if response.wsgi_request.method != "HEAD":
        assert_body(response, promised, place)
    if response.status_code < 400:
        assert_request(path, method, query, body)


def assert_headers(response, promised, place):
    """Each header that is promised is there, in its form."""
    for name in promised.get("headers", {}):
        header, where = resolve_place((*place, "headers", name))
        if name not in response.headers:
            assert not header.get("required"), f"{'/'.join(place)} promises the header {name}"
            continue
        value = response.headers[name]
        is_number = header["schema"].get("type") == "integer"
        assert_valid((*where, "schema"), int(value) if is_number else value)


def assert_body(response, promised, place):
    """The body has the promised type and form; where none is promised there is none."""
    content = promised.get("content", {})
    if not content:
        assert not response.content, f"{'/'.join(place)} promises no body"
        return
    kind = response.headers["Content-Type"].partition(";")[0]
    assert kind in content, f"{'/'.join(place)} promises {sorted(content)}, not {kind}"
    if kind == "application/json" or kind.endswith("+json"):
        assert_valid((*place, "content", kind, "schema"), json.loads(response.content))


def assert_request(path, method, query, body):
    """What was accepted is what the document accepts."""
    operation = document()["paths"][path][method]
    parameters = [resolve_reference(parameter) for parameter in operation.get("parameters", [])]
    names = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    strange = {name for name, _ in parse_qsl(query)} - names
    assert not strange, f"{method} {path} takes parameters that it does not name: {strange}"
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if schema and body:
        place = ("paths", path, method, "requestBody", "content", "application/json", "schema")
        assert_valid(place, json.loads(body), strict=False)


def resolve_reference(node):
    return (
        resolve_place(tuple(node["$ref"].removeprefix("#/").split("/")))[0]
        if "$ref" in node
        else node
    )


def assert_valid(place, instance, *, strict=True):
    """The instance is valid under the schema at a place."""
    faults = [
        f"{'/'.join(map(str, fault.instance_path))}: {fault.message[:500]}"
        for fault in get_validator(place, strict=strict).iter_errors(instance)
    ]
    assert not faults, f"{'/'.join(place)}: {faults}"


class ContractClient(APIClient):
    """A client that holds every answer under ``/api/`` against the document."""

    def generic(self, method, path, data="", content_type="application/octet-stream", **options):
        response = super().generic(method, path, data, content_type, **options)
        address = urlsplit(path)
        if f"{address.path}/".startswith("/api/"):
            query = response.wsgi_request.META.get("QUERY_STRING", "")
            assert_matches_document(response, method, address.path, query, data)
        return response
