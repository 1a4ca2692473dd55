"""The text files of sources, byte for byte, and never from outside the seed file's own folder."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from negotiations.seeding.errors.diagnostics import Diagnostic, SeedText
from negotiations.seeding.values import SeedValueError, suggest_nearest

from .nodes import Mapping, Node, Scalar
from .parsing import locate_node

MAX_BYTES = 16 * 1024 * 1024


class SourceText(NamedTuple):
    """A source's text and the file it came from, empty when it stood in the seed file itself."""

    text: str
    file: str = ""

    @property
    def plain(self) -> dict[str, str]:
        """What is remembered of it: not the text again, which the source holds."""
        return {"file": self.file, "sha256": hash_text(self.text)}


def hash_text(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_source_text(node: Node, folder: Path, text: SeedText) -> SourceText:
    """The text that a row gives, from ``{file: "…"}`` or written out. Raises SeedValueError."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return SourceText(node.value)
    name = node.entries.get("file") if isinstance(node, Mapping) else None
    if isinstance(node, Mapping):
        for key in node.entries:
            if key != "file":
                message = f"a text has no {key}"
                help_ = suggest_nearest(key, ["file"]) or 'write {file: "sources/name.txt"}'
                raise SeedValueError(
                    Diagnostic("E013", message, locate_node(node.keys[key], text), help=help_)
                )
    if not isinstance(name, Scalar) or not isinstance(name.value, str):
        raise SeedValueError(
            Diagnostic(
                "E014",
                "a source's text is text in double quotes or the name of its file",
                locate_node(name or node, text),
                help='write {file: "sources/name.txt"}',
            )
        )
    return SourceText(_content(name, folder, text), name.value)


def _content(name: Scalar, folder: Path, text: SeedText) -> str:
    def refuse(message: str) -> SeedValueError:
        return SeedValueError(Diagnostic("E026", message, locate_node(name, text)))

    asked = PurePosixPath(name.written)
    try:
        path = (folder / asked).resolve()
        if asked.is_absolute() or not path.is_relative_to(folder.resolve()):
            raise refuse("the file lies outside the folder of the seed file")
        if not path.is_file():
            raise refuse("there is no such file")
        if path.stat().st_size > MAX_BYTES:
            raise refuse(f"the file has more than {MAX_BYTES:,} bytes")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as refusal:
        raise refuse(f"the file is not UTF-8: byte {refusal.start:,} begins no character") from None
    except (OSError, ValueError) as refusal:
        raise refuse(f"the file cannot be read: {refusal}") from None
