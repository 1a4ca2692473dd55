"""Examples in the OpenAPI document: records of the first seed, as they are made and as they read.

``examples.json`` holds, for each collection, a body to create and the body that is read; the tests
send the one and ask for the other, on the seeds. What replaces and what changes follows from them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from negotiations.models import COLLECTIONS

Example = dict[str, Any]
EXAMPLES: dict[str, dict[str, Example]] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)


def iter_examples() -> Iterator[tuple[str, Example]]:
    """The component that an example is of, and the example."""
    for collection, bodies in EXAMPLES.items():
        name = COLLECTIONS[collection].__name__
        yield f"{name}Create", bodies["create"]
        whole = {key: value for key, value in bodies["create"].items() if key != "citations"}
        yield f"{name}Replace", {**whole, "version": 1}
        yield f"{name}Change", {"version": 1, "note": "Read again."}
        if "read" in bodies:
            yield name, bodies["read"]


def add_examples(result: dict[str, Any], generator: Any, **options: Any) -> dict[str, Any]:
    """The document with an example of each body; the last hook of drf-spectacular."""
    for name, example in iter_examples():
        result["components"]["schemas"][name]["examples"] = [example]
    return result
