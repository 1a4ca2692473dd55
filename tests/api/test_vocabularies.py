"""The coded values as the API tells them."""

from negotiations.models import RECORDS
from negotiations.models.crosswalks import MAPPINGS


def test_a_vocabulary_gives_each_value_with_its_definition_and_its_codes_elsewhere(reader):
    answer = reader.get("/api/v1/vocabularies/response_answer/")

    body = answer.json()
    assert answer.status_code == 200
    assert (body["name"], body["used_by"]) == ("response_answer", ["responses.answer"])
    assert body["values"][:2] == [
        {
            "value": "accepts",
            "label": "Accepts",
            "definition": "Agrees.",
            "mappings": {"plover": ["AGREE"]},
        },
        {
            "value": "accepts_in_part",
            "label": "Accepts in part",
            "definition": "Agrees to some of it.",
            "mappings": {},
        },
    ]


def test_the_list_holds_every_coded_column_of_every_kind_once(reader):
    results = reader.get("/api/v1/vocabularies/").json()["results"]

    coded = [
        f"{model.resource_name}.{column.name}"
        for model in RECORDS
        for column in model._meta.concrete_fields
        if column.choices
    ]
    told = [place for vocabulary in results for place in vocabulary["used_by"]]
    beside = ["me.role", "tokens.scope", "webhooks.disabled_reason", "webhooks.deliveries.status"]
    assert sorted(told) == sorted([*coded, *beside])


def test_values_that_are_shared_by_all_kinds_form_one_vocabulary(reader):
    body = reader.get("/api/v1/vocabularies/review/").json()

    assert len(body["used_by"]) == len(RECORDS)
    values = [row["value"] for row in body["values"]]
    assert values == ["draft", "in_review", "published", "withdrawn"]


def test_every_value_has_a_definition_and_every_mapping_a_value(reader):
    results = reader.get("/api/v1/vocabularies/").json()["results"]

    values = {body["name"]: {row["value"] for row in body["values"]} for body in results}
    assert all(row["definition"] for body in results for row in body["values"])
    assert all(set(rows) <= values[name] for name, rows in MAPPINGS.items())


def test_every_scheme_that_is_mapped_to_says_its_version(reader):
    body = reader.get("/api/v1/vocabularies/").json()

    named = {
        scheme
        for vocabulary in body["results"]
        for row in vocabulary["values"]
        for scheme in row["mappings"]
    }
    assert named
    assert named == body["schemes"].keys()
    assert all(scheme["version"] for scheme in body["schemes"].values())


def test_an_unknown_vocabulary_is_a_404_that_names_the_nearest(reader):
    answer = reader.get("/api/v1/vocabularies/position_stanse/")

    assert answer.status_code == 404
    assert answer.json()["errors"][0]["did_you_mean"][0] == "position_stance"


def test_vocabularies_take_no_parameters_and_are_asked_again_by_their_tag(reader):
    first = reader.get("/api/v1/vocabularies")
    again = reader.get("/api/v1/vocabularies/", headers={"If-None-Match": first["ETag"]})
    strange = reader.get("/api/v1/vocabularies/?q=stance")

    assert (first.status_code, again.status_code) == (200, 304)
    assert strange.json()["errors"][0]["code"] == "unknown_parameter"
