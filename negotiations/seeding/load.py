"""A load from beginning to end: read, resolve, plan, write, remember; all files or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction

from negotiations.history.bulk import Watch
from negotiations.models import SeedEntry
from negotiations.models.system.locks import serialize_writers

from .apply import Progress, Writer
from .errors.diagnostics import Diagnostic, Location, SeedText
from .files.folders import find_seed_files
from .files.reading import SeedDocument, read_seed_file
from .interpreting import Interpreter
from .planning import Action, FieldDisagreement, PlanStep, Take, build_plan, force_file_values
from .prepare import REFUSALS, PreparedWriter, can_be_prepared
from .pruning import Leftovers, find_leftovers, prune
from .references import Registry
from .stored_values import serialize_value


@dataclass
class LoadOptions:
    check: bool = False
    prune: bool = False
    take: Take | None = None
    as_draft: bool = False


@dataclass
class LoadResult:
    """What a load found and did; ``written`` says whether anything was kept."""

    documents: list[SeedDocument]
    # Those of no file; the others are with their documents.
    general: list[Diagnostic] = field(default_factory=list)
    # Files and folders that are not loaded, as a person would type them, and why.
    left_out: list[tuple[str, str]] = field(default_factory=list)
    steps: list[PlanStep] = field(default_factory=list)
    leftovers: Leftovers = field(default_factory=Leftovers)
    written: bool = False

    @property
    def faults(self) -> list[Diagnostic]:
        return self.general + [fault for each in self.documents for fault in each.faults]

    @property
    def conflicts(self) -> list[FieldDisagreement]:
        return [conflict for step in self.steps for conflict in step.conflicts]

    @property
    def kept(self) -> list[FieldDisagreement]:
        return [kept for step in self.steps for kept in step.kept]

    @property
    def work(self) -> list[PlanStep]:
        return [step for step in self.steps if step.action in (Action.CREATE, Action.UPDATE)]


def get_seeds_folder() -> Path:
    """Where the seeds of this installation lie: SEEDS_DIR, else ``seeds/`` beside the project."""
    return Path(getattr(settings, "SEEDS_DIR", None) or Path(settings.BASE_DIR) / "seeds")


def ignore_progress(done: int, total: int) -> None:
    """Say nothing."""


def load(
    paths: Sequence[Path], options: LoadOptions | None = None, progress: Progress = ignore_progress
) -> LoadResult:
    """Load seed files or folders of them in one transaction.

    Nothing is written when any file has a fault, when an edit in the database and a change of a
    file conflict, or when ``options.check`` asks for the plan alone.
    """
    options = options or LoadOptions()
    result = _read_documents(paths)
    if _load_prepared(result, options, progress):
        return result
    # Rows and documents know the faults that were found in them: they are read again.
    result = _read_documents(paths)
    with transaction.atomic():
        _run(result, options, progress)
        result.written = not (options.check or result.faults or result.conflicts)
        if not result.written:
            transaction.set_rollback(True)
    return result


def _read_documents(paths: Sequence[Path]) -> LoadResult:
    result = LoadResult([])
    for path in paths:
        result.documents += _documents(path, result)
    return result


def _load_prepared(result: LoadResult, options: LoadOptions, progress: Progress) -> bool:
    """Load what has no fault while other writers wait only for the statements.

    False when the rows have to be written one by one; then nothing is written.
    """
    watch = Watch()
    registry = _plan(result, options)
    if result.faults or not can_be_prepared(result.steps):
        return False
    writer = PreparedWriter(registry, result.steps, progress, watch)
    writer.write()
    _find_leftovers(result, registry)
    if result.faults or (options.prune and result.leftovers.unedited):
        return False
    try:
        prepared = writer.prepare()
        with transaction.atomic():
            serialize_writers()
            if writer.is_overtaken():
                return False
            for writes in prepared:
                writes.write()
            result.written = not (options.check or result.conflicts)
            if result.written:
                _remember(result)
            transaction.set_rollback(not result.written)
    except REFUSALS:
        return False
    return True


def _plan(result: LoadResult, options: LoadOptions) -> Registry:
    registry = Registry()
    for document in result.documents:
        registry.add(Interpreter(document))
    registry.resolve()
    result.steps = build_plan(registry, options.take, options.as_draft)
    if result.conflicts:
        force_file_values(result.steps)
    return registry


def _find_leftovers(result: LoadResult, registry: Registry) -> dict[str, SeedText]:
    files = {document.entry_name: document.text for document in result.documents}
    result.leftovers = find_leftovers(files, registry.rows)
    return files


def _run(result: LoadResult, options: LoadOptions, progress: Progress) -> None:
    registry = _plan(result, options)
    Writer(registry, result.steps, progress).write()
    files = _find_leftovers(result, registry)
    if options.prune:
        result.general += prune(result.leftovers, files)
    if not (options.check or result.faults):
        _remember(result)


def _remember(result: LoadResult) -> None:
    """Keep what the files said, for the comparison at the next load."""
    new, changed = [], []
    for step in result.steps:
        row = step.row
        said = {
            "file": row.document.entry_name,
            "position": row.position,
            "values": {name: serialize_value(value) for name, value in row.values.items()},
            "version": step.record.version if step.record else 0,
        }
        entry = step.entry
        if entry is None:
            new.append(SeedEntry(kind=row.kind, slug=row.slug, **said))
        elif any(getattr(entry, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(entry, name, value)
            changed.append(entry)
    SeedEntry.objects.bulk_create(new, batch_size=500)
    fields = ["file", "position", "values", "version"]
    SeedEntry.objects.bulk_update(changed, fields, batch_size=500)
    for entry in result.leftovers.forgotten:
        entry.delete()


def _documents(path: Path, result: LoadResult) -> Iterable[SeedDocument]:
    """The file, or those of a folder and of all folders below it, in the order of their paths."""
    if not path.is_dir():
        return [_document(path, path.parent)]
    found, left = find_seed_files(path)
    result.left_out += [(format_path(each.path), each.reason) for each in left]
    if not found:
        place = Location(SeedText(format_path(path)))
        result.general.append(Diagnostic("E011", "there is no seed file in this folder", place))
    return [_document(each, path) for each in found]


def _document(path: Path, folder: Path) -> SeedDocument:
    document = read_seed_file(path, format_path(path))
    # The name of a link, not of the file that it leads to, which may lie in any folder.
    full, home = path.parent.resolve() / path.name, get_seeds_folder().resolve()
    roots = (home, folder.resolve(), full.parent)
    root = next(each for each in roots if full.is_relative_to(each))
    document.entry_name = full.relative_to(root).as_posix()
    return document


def format_path(path: Path) -> str:
    """The path as a person at this prompt would type it."""
    full, here = path.parent.resolve() / path.name, Path.cwd()
    name = str(full.relative_to(here)) if full.is_relative_to(here) else str(path)
    return name if name.isprintable() and name == name.strip() else repr(name)
