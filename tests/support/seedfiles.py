"""Seed files for tests: a small one to change, and the command with its exit code and output."""

import io
from pathlib import Path

from django.core.management import call_command

from negotiations.models import RECORDS, SeedEntry

SEEDS = Path(__file__).resolve().parents[2] / "seeds"

TEXT = """The north has proposed talks. The south has said it is open to talks.

The talks – held in a tent – ended. Talks are due."""

SMALL = """format: negotiation-seed/1

sources:
  - {key: report, kind: news_article, text: {file: "sources/report.txt"}}

parties:
  - {key: north, name: "North", kind: state, quote: "The north has proposed talks."}
  - {key: south, name: "South", kind: state, quote: "The south has said it is open to talks."}

negotiation:
  key: talks
  title: "Talks of north and south"
  kind: peace
  status: ongoing
  quote: "The north has proposed talks."

proposals:
  - key: meeting
    title: "To meet"
    kind: meeting
    proposed_by: [north]
    addressed_to: [south]
    status: open
    quote: "has proposed talks"
    open_question: "No day is given."
"""

# What SMALL holds: one source, two parties, a negotiation, a proposal; four quotations.
SMALL_SUMMARY = "+ 5 records, 4 quotations, 1 open question"

SMALL_ROWS = {
    "sources": 1,
    "parties": 2,
    "negotiations": 1,
    "proposals": 1,
    "citations": 4,
    "entries": 9,
}

# To be added to SMALL: a term without a key.
TERM = '    terms:\n      - {text: "To meet soon.", quote: "Talks are due."}\n'


def write_seed_file(folder, content=SMALL, name="talks.yaml"):
    """Write a seed file with the text of its source beside it; its path."""
    (folder / "sources").mkdir(exist_ok=True)
    (folder / "sources" / "report.txt").write_bytes(TEXT.encode())
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def run_command(*arguments, command="loadseeds"):
    """The exit code, the output and the complaints of a command."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(command, *map(str, arguments), stdout=out, stderr=err, no_color=True)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue(), err.getvalue()


def count_rows():
    """How many rows there are of each kind that has any, and what is remembered of the files."""
    counts = {model.resource_name: model.objects.count() for model in RECORDS}
    counts["entries"] = SeedEntry.objects.count()
    return {kind: count for kind, count in counts.items() if count}


def delete_all_records():
    """Delete all records as nobody may, and forget the files; parts before wholes."""
    for model in reversed(RECORDS):
        for name in model.acyclic:
            model.objects.update(**{name: None})
        model.objects.all().delete()
    SeedEntry.objects.all().delete()


def count_versions():
    """How many versions the history holds."""
    return sum(model.history.count() for model in RECORDS)
