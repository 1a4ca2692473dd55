"""One negotiation with one record of each kind, every field of each filled in.

What walks all collections starts here: a field that is added to a model is filled in by its type.
"""

import datetime

from django.db import models

from negotiations.api.urls import router
from negotiations.models import COLLECTIONS, RECORDS, Change, Record, UncertainDateField
from tests.factories import FACTORIES, PartyFactory
from tests.support.snapshot import take_snapshot, write_snapshot

VIEWSETS = {collection: viewset for collection, viewset, _ in router.registry}
WORDS = "the 19th of July"
TEXT = f"On {WORDS} the sides met. In Istanbul."
# What the type of a field does not tell; a quotation is found in TEXT.
VALUES_BY_NAME = {
    "aliases": ["Alias"],
    "archived_url": "https://archive.example/1",
    "country": "UA",
    "identifiers": {"wikidata": "Q212"},
    "language": "uk",
    "text": TEXT,
    "url": "https://news.example/1",
    "quote": "In Istanbul.",
    "before": "met. ",
    "field": "name",
}
VALUES_BY_TYPE = {
    UncertainDateField: "2025-07-19",
    models.DateField: datetime.date(2025, 7, 20),
    models.BooleanField: True,
    models.IntegerField: 3,
}
# The side that receives is another party than the one that gives.
OTHER_SIDE = {"addressed_to", "member_of", "obligee", "received_by"}

# Review state -> the rows of a scene and the records' keys: writing rows is ten times as fast.
SNAPSHOTS = {}


def get_api_url(collection, slug=""):
    return f"/api/v1/{collection}/{slug}/" if slug else f"/api/v1/{collection}/"


def build_scene(review="published", created_by=None):
    """The records by their collections."""
    if created_by is not None or Change.objects.exists():
        return make_scene(review, created_by)
    if review not in SNAPSHOTS:
        scene = make_scene(review, None)
        SNAPSHOTS[review] = take_snapshot(), {name: each.pk for name, each in scene.items()}
        return scene
    snapshot, keys = SNAPSHOTS[review]
    write_snapshot(snapshot)
    return {name: COLLECTIONS[name].objects.get(pk=key) for name, key in keys.items()}


def make_scene(review, created_by):
    """Make it record by record."""
    scene = {"other side": PartyFactory(review=review, created_by=created_by)}
    for model in RECORDS:
        values = build_values(model, scene)
        if hasattr(model, "citations"):
            values["citations"] = [build_citation(scene["sources"], created_by)]
        made = FACTORIES[model.resource_name](review=review, created_by=created_by, **values)
        scene[model.resource_name] = made
    del scene["other side"]
    return scene


def build_citation(source, created_by):
    return COLLECTIONS["citations"](source=source, quote=WORDS, created_by=created_by)


def build_values(model, scene):
    """A value other than the default for each field that can be written."""
    shared = {field.name for field in Record._meta.fields} - {"note", "open_question"}
    values = {}
    for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
        unset = field.name in shared or not field.editable or field.primary_key
        if not unset and field.name not in getattr(model, "KINDS", ()):
            values[field.name] = build_value(field, scene)
    if hasattr(model, "KINDS"):
        values["record"] = scene["people"]
    if "after" in values:
        values["after"] = ""
    return values


def build_value(field, scene):
    if field.is_relation:
        key = "other side" if field.name in OTHER_SIDE else field.related_model.resource_name
        review = scene["other side"].review
        made = scene.get(key) or FACTORIES[key](review=review, **build_related_values(field, scene))
        return [made] if field.many_to_many else made
    if field.name in VALUES_BY_NAME and (
        field.name != "text" or field.model is COLLECTIONS["sources"]
    ):
        return VALUES_BY_NAME[field.name]
    if field.choices:
        return [value for value, _ in field.choices if value != "other"][-1]
    for kind, value in VALUES_BY_TYPE.items():
        if isinstance(field, kind):
            return value
    return WORDS if field.name.endswith("_words") else f"A {field.name}."


def build_related_values(field, scene):
    """A wider incident is one of the same negotiation."""
    names = {field.name for field in field.related_model._meta.fields}
    return {"negotiation": scene["negotiations"]} if "negotiation" in names else {}
