"""The house rules that a program can check, so that every addition keeps them."""

import ast
import re

import pytest
from django.contrib import admin
from django.db import models

import negotiations.admin
from negotiations.models import COLLECTIONS, RECORDS, Record, Vocabulary
from tests.factories import FACTORIES
from tests.support.processes import ROOT
from tests.support.scene import VIEWSETS

SOURCES = sorted((ROOT / "negotiations").rglob("*.py")) + sorted((ROOT / "tracker").glob("*.py"))
OWN = [path for path in SOURCES if "migrations" not in path.parts]
CONCEPTS = set(negotiations.admin.__all__) - {"users", "webhooks"}


def vocabularies():
    return [v for v in all_subclasses(Vocabulary) if v.__module__.startswith("negotiations.")]


def all_subclasses(cls):
    return [c for sub in cls.__subclasses__() for c in (sub, *all_subclasses(sub))]


def test_every_field_says_what_stands_in_it():
    silent = [
        f"{model.__name__}.{field.name}"
        for model in RECORDS
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
        if not field.help_text
        and not field.primary_key
        and field.name != "created_by"
        # Which of them supports what is one question: the citation's record.
        and field.name not in getattr(model, "KINDS", ())
    ]

    assert silent == []


def test_every_kind_and_every_address_says_what_it_is():
    classes = [*RECORDS, *VIEWSETS.values()]
    # Django and Python write a docstring where a class has none.
    bare = [c.__name__ for c in classes if not c.__doc__ or c.__doc__.startswith(f"{c.__name__}(")]
    inherited = [c.__name__ for c in classes if c.__doc__ == c.__mro__[1].__doc__]

    assert (bare, inherited) == ([], [])


def test_every_code_has_a_definition_of_its_own():
    wrong = [
        f"{vocabulary.__qualname__}.{code.name}"
        for vocabulary in vocabularies()
        for code in vocabulary
        if not re.fullmatch(r"[A-ZÄ“].*[.?]", code.definition) or code.definition == code.label
    ]

    assert len(vocabularies()) > 30
    assert wrong == []


def test_every_choice_is_one_of_a_vocabulary():
    codes = {code.value for vocabulary in vocabularies() for code in vocabulary}
    loose = [
        f"{model.__name__}.{field.name}"
        for model in RECORDS
        for field in model._meta.concrete_fields
        if field.choices and not {value for value, _ in field.choices} <= codes
    ]

    assert loose == []


def test_every_collection_has_its_address_its_factory_and_its_desk():
    assert {name: view.queryset.model for name, view in VIEWSETS.items()} == COLLECTIONS
    assert {name: factory._meta.model for name, factory in FACTORIES.items()} == COLLECTIONS
    assert [model for model in RECORDS if not admin.site.is_registered(model)] == []


@pytest.mark.parametrize("layer", ["models", "api", "admin"])
def test_each_layer_names_its_modules_after_the_concepts(layer):
    names = {path.stem for path in (ROOT / "negotiations" / layer).glob("*.py")}

    assert names >= CONCEPTS


def test_a_concept_lives_in_the_same_module_of_each_layer():
    def place(cls):
        return cls.__module__.rpartition(".")[2]

    homes = {
        name: {
            place(model),
            place(VIEWSETS[name]),
            place(VIEWSETS[name].filterset_class),
            place(VIEWSETS[name].serializer_class),
            place(type(admin.site.get_model_admin(model))),
        }
        for name, model in COLLECTIONS.items()
    }

    assert {name: len(modules) for name, modules in homes.items()} == dict.fromkeys(COLLECTIONS, 1)
    assert set().union(*homes.values()) == CONCEPTS


def test_classes_are_named_after_their_model():
    wrong = [
        cls.__name__
        for name, model in COLLECTIONS.items()
        for ending, cls in (
            ("ViewSet", VIEWSETS[name]),
            ("Filter", VIEWSETS[name].filterset_class),
            ("Serializer", VIEWSETS[name].serializer_class),
            ("Factory", FACTORIES[name]),
            ("Admin", type(admin.site.get_model_admin(model))),
        )
        if cls.__name__ != f"{model.__name__}{ending}"
    ]

    assert wrong == []


def test_the_whole_api_stands_on_one_page():
    urls = (ROOT / "negotiations" / "api" / "urls.py").read_text()

    assert len(urls.splitlines()) <= 120
    assert all(f".{VIEWSETS[name].__name__},\n" in urls for name in COLLECTIONS)


# Who writes past ``save()``, and what.
BEHIND_SAVE = {
    "negotiations/admin/users.py": "A token is revoked, once.",
    "negotiations/erasing/marks.py": "Erased versions say nothing any more.",
    "negotiations/erasing/repetitions.py": "Nor do versions that repeat them.",
    "negotiations/history/__init__.py": "The day a record was first known.",
    "negotiations/rest/http/authentication.py": "The last use of a token.",
    "negotiations/models/system/webhooks.py": "Webhooks are switched, deliveries asked for again.",
    "negotiations/api/tokens.py": "A token is revoked, once.",
    "negotiations/webhooks/worker.py": "How far webhooks are told, and what came of it.",
    "negotiations/webhooks/views.py": "Webhooks, beside the workers that write to them.",
    "negotiations/seeding/load.py": "What seed files said.",
    "negotiations/serialization/records.py": "What a fixture set on unchanged records is set back.",
    "tracker/login_throttle.py": "Counted passwords.",
}


def test_nothing_writes_records_behind_the_rules_and_the_history():
    """``update()`` and its kin call neither ``validate`` nor ``save``: no rule, no version."""
    found = {
        (str(path.relative_to(ROOT)), ast.unparse(node))
        for path in OWN
        for node in ast.walk(ast.parse(path.read_text()))
        if is_bulk_write(node)
    }

    assert {name for name, _ in found} == set(BEHIND_SAVE)
    written = {
        word for _, call in found for word in re.findall(r"[A-Z][A-Za-z]+(?=\.objects)", call)
    }
    assert written
    assert written & {model.__name__ for model in RECORDS} == set()


BULK = {"bulk_create", "bulk_update", "update_or_create", "_raw_delete", "raw"}


def is_bulk_write(node):
    """A call of a bulk method, or of ``update`` with keywords or on a queryset."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr in BULK:
        return True
    named = node.keywords and all(keyword.arg for keyword in node.keywords)
    of_call = isinstance(node.func.value, ast.Call)
    return node.func.attr == "update" and not node.args and (bool(named) or of_call)


def test_no_file_and_no_function_outgrows_a_reader():
    long_files = {
        str(path.relative_to(ROOT)): lines
        for path in OWN
        if (lines := len(path.read_text().splitlines())) > 500
    }
    long_functions = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in OWN
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
    ]

    assert (long_files, long_functions) == ({}, [])


FORBIDDEN_NAMES = {"common", "helper", "helpers", "misc", "services", "util", "utils"}


def test_no_module_is_named_for_nothing():
    assert [path for path in OWN if path.stem in FORBIDDEN_NAMES] == []


def test_lists_of_every_kind_have_an_order_that_ends_in_something_unique():
    loose = [
        model.__name__
        for model in RECORDS
        if model._meta.ordering[-1] != "slug" or not model._meta.get_field("slug").unique
    ]

    assert loose == []


def test_every_relation_says_what_deleting_does():
    """What is cited is protected, parts go with their whole; nothing is emptied silently."""
    silent = [
        f"{model.__name__}.{field.name}"
        for model in RECORDS
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and issubclass(field.related_model, Record)
        and field.remote_field.on_delete not in {models.PROTECT, models.CASCADE}
    ]

    assert silent == []
