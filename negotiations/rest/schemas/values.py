"""Values that many bodies share, as the OpenAPI document says them."""

from functools import cache
from typing import Any

from negotiations.models import CITABLE_MODELS, COLLECTIONS, Vocabulary
from negotiations.models.countries import COUNTRIES, validate_country_code
from negotiations.text.validators import validate_identifiers, validate_name_list

Schema = dict[str, Any]


def ref(name: str, **more: Any) -> Schema:
    """A reference to a component."""
    return {"$ref": f"#/components/schemas/{name}", **more}


# Text in a query: what cannot be seen is refused.
READABLE_TEXT: Schema = {
    "type": "string",
    "minLength": 1,
    "pattern": r"^[^\u0000-\u001f\u007f-\u009f\ufffd]*$",
}


def build_list_schema(item: Schema, description: str = "") -> Schema:
    """Values of a parameter, separated by commas."""
    schema = {"type": "array", "items": item, "minItems": 1}
    return {**schema, "description": description} if description else schema


def build_unique_list_schema(item: Schema) -> Schema:
    """Values of a parameter that may not be given twice."""
    return {**build_list_schema(item), "uniqueItems": True}


EMPTY = {"type": "string", "const": ""}

SLUG = "[a-z0-9]+(-[a-z0-9]+)*"
MONTH, DAY, SEASON = "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])", "2[1-4]"
# One date, one end of a span, and a span, which has a date at one end at least.
EDTF = f"([0-9]{{3}}X|[0-9]{{2}}XX|[0-9]{{4}}(-({SEASON}|XX(-XX)?|{MONTH}(-({DAY}|XX))?))?)[?~%]?"
EDTF_END = f"[0-9]{{4}}(-({SEASON}|{MONTH}(-{DAY})?))?[?~%]?"
OPEN = r"(\.\.)?"
EDTF_SPAN = f"{EDTF_END}/({EDTF_END}|{OPEN})|{OPEN}/{EDTF_END}"

# Controls, the marks that reorder what a reader sees, and what is no character.
_UNSEEN = r"\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff"
SHARED: dict[str, Schema] = {
    "Slug": {
        "type": "string",
        "description": "The public name of a record within its collection.",
        "pattern": f"^{SLUG}$",
        "maxLength": 150,
        "examples": ["ukraine-russia-2025"],
    },
    "Address": {
        "type": "string",
        "description": "The public name of a record of any kind that can be cited.",
        "pattern": "^({})/{}$".format(
            "|".join(n for n, m in COLLECTIONS.items() if m._meta.model_name in CITABLE_MODELS),
            SLUG,
        ),
        "examples": ["parties/ukraine"],
    },
    "UncertainDate": {
        "type": "string",
        "description": (
            "A date as EDTF (ISO 8601-2, levels 0 and 1), empty when unknown: a day, a month, a "
            "year, a season (21 to 24), with `~` about, `?` doubtful, `%` both, `X` for digits not "
            "known; two with a slash are a span within which it happened, `..` an open end."
        ),
        "pattern": f"^({EDTF}|{EDTF_SPAN})?$",
        "maxLength": 64,
        "examples": ["2025-07-19", "2025-06~", "2025-06-01/2025-06-10", "../2025-08-08", ""],
    },
    "Line": {
        "type": "string",
        "description": "One line of text, without control characters.",
        "pattern": f"^[^\\u0000-\\u001f{_UNSEEN}]*$",
    },
    "Text": {
        "type": "string",
        "description": "Text; lines end in LF.",
        "pattern": f"^[^\\u0000-\\u0008\\u000b-\\u001f{_UNSEEN}]*$",
    },
    "Country": {
        "type": "string",
        "description": "A country's code of two letters (ISO 3166-1).",
        "enum": sorted(COUNTRIES),
    },
    "Names": {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Line", "minLength": 1, "pattern": r"\S"},
        "uniqueItems": True,
    },
    "Identifiers": {
        "type": "object",
        "description": "Codes by scheme.",
        "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"},
        "additionalProperties": {"$ref": "#/components/schemas/Line", "minLength": 1},
        "examples": [{"wikidata": "Q212"}],
    },
}
# The rules of the models that a schema can say.
SCHEMA_BY_VALIDATOR = {
    validate_country_code: "Country",
    validate_name_list: "Names",
    validate_identifiers: "Identifiers",
}


@cache
def get_vocabulary(column: Any) -> type[Vocabulary]:
    """The coded values that a column is declared with, of its own kind where two are alike."""
    values = [value for value, _ in column.choices]
    alike = [kind for kind in Vocabulary.__subclasses__() if kind.values == values]
    owners = [owner.__name__ for owner in column.model.__mro__]
    own = [kind for kind in alike if kind.__qualname__.partition(".")[0] in owners]
    return (own or alike)[0]


def get_vocabulary_name(column: Any) -> str:
    """``PartyKind`` for ``Party.Kind``; what all kinds share has no prefix."""
    owner, _, name = get_vocabulary(column).__qualname__.rpartition(".")
    return name if owner in {"", "Record"} else owner + name


def build_vocabulary_schema(column: Any) -> Schema:
    """The values with their definitions."""
    kind: Any = get_vocabulary(column)
    about = next(iter((kind.__doc__ or "").split("\n")), "")
    about = "" if about.startswith("A closed list") else f"{about}\n\n"
    lines = [f"* `{value.value}`: {value.definition}" for value in kind]
    return {"type": "string", "enum": kind.values, "description": about + "\n".join(lines)}
