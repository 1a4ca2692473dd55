"""Which files of a folder are seed files, and why each of the others is left out."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

ENDINGS = (".yaml", ".yml", ".json")
# Below a folder of this name are the texts of sources, which may have any ending.
TEXTS = "sources"
LOOKS_LIKE_SEED = re.compile(r"\.(ya?ml|json)", re.IGNORECASE)
# What programs and people put beside seed files, and nobody takes for one.
PASSED_OVER = re.compile(
    r"\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|\.git(ignore|keep|attributes)|\.editorconfig"
    r"|(README|LICENSE|CHANGELOG)(\.(md|rst|txt))?",
    re.IGNORECASE,
)


class LeftOut(NamedTuple):
    """A file or folder that is not loaded, and why."""

    path: Path
    reason: str


def find_seed_files(folder: Path) -> tuple[list[Path], list[LeftOut]]:
    """Return the seed files of a folder and of those below it, and what is left out, by path."""
    found: list[Path] = []
    left: list[LeftOut] = []

    def note_unreadable(error: OSError) -> None:
        left.append(LeftOut(Path(error.filename), f"it cannot be read: {error.strerror}".lower()))

    for place, folders, files in os.walk(folder, onerror=note_unreadable):
        for name in folders:
            path = Path(place, name)
            if path.is_symlink():
                left.append(LeftOut(path, "a link to a folder: name that folder to load it"))
        for name in files:
            path = Path(place, name)
            reason = _reason_against(path.relative_to(folder))
            if reason is None:
                found.append(path)
            elif reason:
                left.append(LeftOut(path, reason))
    return sorted(found), sorted(left)


def _reason_against(path: Path) -> str | None:
    """Why a file is no seed file; None if it is one, empty if nobody takes it for one."""
    *folders, name = path.parts
    is_among_texts = TEXTS in folders
    is_below_hidden = any(part.startswith(".") for part in folders)
    if PASSED_OVER.fullmatch(name):
        return ""
    if (is_among_texts or is_below_hidden) and not LOOKS_LIKE_SEED.search(name):
        return ""
    if is_among_texts:
        return f"among the texts in {TEXTS}/"
    if is_below_hidden or name.startswith("."):
        return "hidden"
    if path.suffix.lower() not in ENDINGS:
        return f"its name does not end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
    return None
