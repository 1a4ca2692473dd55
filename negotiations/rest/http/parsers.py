"""JSON in, strictly: what two programs could read differently is refused."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from .exception_handler import escape_pointer_token
from .problem_details import ProblemError

MAX_DEPTH = 32
MAX_BULK_BYTES = 16 * 1024 * 1024
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def refuse_constant(name: str) -> NoReturn:
    """NaN and the infinities are not JSON."""
    raise ParseError(f"{name} is not JSON.")


def parse_json_number(text: str) -> int | float:
    """A number with a fraction or an exponent; 5.0 is the whole number 5, as JSON has one kind."""
    value = float(text)
    return int(value) if value.is_integer() else value


def refuse_duplicate_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, each of whose members stands once."""
    members = dict(pairs)
    if len(members) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ParseError(f"The member {json.dumps(twice)} stands twice.")
    return members


def measure_depth(value: Any) -> int:
    """How many objects and lists stand inside one another, counted to one more than allowed."""
    level, deepest = [value], 0
    while (level := [v for v in level if isinstance(v, (dict, list))]) and deepest <= MAX_DEPTH:
        level = [v for nested in level for v in _inside(nested)]
        deepest += 1
    return deepest


def _inside(nested: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return nested.values() if isinstance(nested, dict) else nested


def parse_json(body: bytes) -> Any:
    """The value of a JSON text; raises ``ParseError`` with what is wrong with it."""
    if body.startswith(b"\xef\xbb\xbf"):
        raise ParseError("The body starts with a byte order mark.")
    if not body.strip():
        raise ParseError("The body is empty.")
    try:
        text = body.decode()
        value = json.loads(
            text,
            object_pairs_hook=refuse_duplicate_names,
            parse_constant=refuse_constant,
            parse_float=parse_json_number,
        )
        if measure_depth(value) > MAX_DEPTH:
            raise ParseError(f"The body is nested deeper than {MAX_DEPTH}.")
        # Escaped lone surrogates and 1e999 are texts and numbers to Python and to nobody else.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeDecodeError as error:
        raise ParseError("The body is not UTF-8.") from error
    except UnicodeEncodeError as error:
        raise build_lone_surrogate_problem(value) from error
    except RecursionError as error:
        raise ParseError("The body is nested too deeply.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ParseError(f"The body is not JSON: {error.msg} at {place}.") from error
    except ValueError as error:
        raise ParseError("A number is too large.") from error
    return value


def build_lone_surrogate_problem(value: Any) -> ProblemError:
    """400 with the pointer of the first text that holds half of a surrogate pair."""
    pointer, found = next(
        (pointer, found)
        for pointer, text in walk_texts(value)
        if (found := LONE_SURROGATE.search(text))
    )
    detail = (
        f"Character {found.start() + 1} of this text is \\u{ord(found[0]):04x}, half of a "
        "surrogate pair. Write both halves, or the character itself in UTF-8."
    )
    error = {"pointer": LONE_SURROGATE.sub("\ufffd", pointer), "code": "malformed"}
    return ProblemError(
        "malformed",
        "A text holds half of a surrogate pair.",
        errors=[{**error, "detail": detail}],
    )


def walk_texts(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a JSON value, names included, with its pointer."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from walk_texts(item, f"{pointer}/{number}")
    elif isinstance(value, dict):
        for name, item in value.items():
            place = f"{pointer}/{escape_pointer_token(name[:100])}"
            yield place, name
            yield from walk_texts(item, place)


def build_too_large_problem(limit: int) -> ProblemError:
    """413 with the limit."""
    return ProblemError("too_large", f"The body is over {limit} bytes.")


class StrictJSONParser(BaseParser):
    """``application/json`` in UTF-8, not compressed, within the size limit."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {})["request"]
        charset = request.content_params.get("charset", "utf-8")
        if charset.lower() not in {"utf-8", "utf8"}:
            raise UnsupportedMediaType(media_type or "", f"Send UTF-8, not {charset[:40]!r}.")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise UnsupportedMediaType(media_type or "", "Send the body without compression.")
        limit = self.limit
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise build_too_large_problem(limit)
        return self.value_of(body)

    def value_of(self, body: bytes) -> Any:
        """The value of a body within the limit."""
        return parse_json(body)

    @property
    def limit(self) -> int:
        """The most bytes that a body may have."""
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


class MergePatchParser(StrictJSONParser):
    """The same under the name of RFC 7396, for PATCH."""

    media_type = "application/merge-patch+json"


def is_bulk_body(value: Any) -> bool:
    """Whether a body brings an array, or the operations of a batch."""
    return isinstance(value, list) or (isinstance(value, dict) and "operations" in value)


class BulkJSONParser(StrictJSONParser):
    """The same for addresses that take many records; a single one has the usual limit."""

    def value_of(self, body: bytes) -> Any:
        value = super().value_of(body)
        usual = super().limit
        if len(body) > usual and not is_bulk_body(value):
            raise build_too_large_problem(usual)
        return value

    @property
    def limit(self) -> int:
        return MAX_BULK_BYTES
