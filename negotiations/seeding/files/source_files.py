"""The text files of sources, byte for byte, and never from outside the seed file's own folder."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from negotiations.seeding.errors.diagnostics import Fault, SeedText
from negotiations.seeding.values import Unfit, nearest_of

from .nodes import Mapping, Node, Scalar
from .parsing import place

LARGEST = 16 * 1024 * 1024


class SourceText(NamedTuple):
    """A source's text and the file it came from, empty when it stood in the seed file itself."""

    text: str
    file: str = ""

    @property
    def plain(self) -> dict[str, str]:
        """What is remembered of it: not the text again, which the source holds."""
        return {"file": self.file, "sha256": digest(self.text)}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def source_text(node: Node, folder: Path, text: SeedText) -> SourceText:
    """The text that a row gives, from ``{file: "…"}`` or written out. Raises Unfit."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return SourceText(node.value)
    name = node.entries.get("file") if isinstance(node, Mapping) else None
    if isinstance(node, Mapping):
        for key in node.entries:
            if key != "file":
                message = f"a text has no {key}"
                help_ = nearest_of(key, ["file"]) or 'write {file: "sources/name.txt"}'
                raise Unfit(Fault("E013", message, place(node.keys[key], text), help=help_))
    if not isinstance(name, Scalar) or not isinstance(name.value, str):
        raise Unfit(
            Fault(
                "E014",
                "a source's text is text in double quotes or the name of its file",
                place(name or node, text),
                help='write {file: "sources/name.txt"}',
            )
        )
    return SourceText(_content(name, folder, text), name.value)


def _content(name: Scalar, folder: Path, text: SeedText) -> str:
    def refuse(message: str) -> Unfit:
        return Unfit(Fault("E026", message, place(name, text)))

    asked = PurePosixPath(name.written)
    try:
        path = (folder / asked).resolve()
        if asked.is_absolute() or not path.is_relative_to(folder.resolve()):
            raise refuse("the file lies outside the folder of the seed file")
        if not path.is_file():
            raise refuse("there is no such file")
        if path.stat().st_size > LARGEST:
            raise refuse(f"the file has more than {LARGEST:,} bytes")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as refusal:
        raise refuse(f"the file is not UTF-8: byte {refusal.start:,} begins no character") from None
    except (OSError, ValueError) as refusal:
        raise refuse(f"the file cannot be read: {refusal}") from None
