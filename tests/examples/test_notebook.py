"""The notebook, run from top to bottom in a kernel of its own."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.processes import ROOT

pytestmark = [
    pytest.mark.examples,
    pytest.mark.slow,
    # The kernel listens on this machine alone, and its libraries say what they will change.
    pytest.mark.filterwarnings("default"),
]

NOTEBOOK = ROOT / "examples" / "notebook.ipynb"


@pytest.fixture(scope="module")
def cells():
    return nbformat.read(NOTEBOOK, as_version=4).cells


def test_the_notebook_is_committed_without_what_it_printed(cells):
    code = [cell for cell in cells if cell.cell_type == "code"]

    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)


def test_the_notebook_runs_and_shows_tables_and_plots(server, monkeypatch):
    monkeypatch.setenv("TRACKER", server.url)
    notebook = nbformat.read(NOTEBOOK, as_version=4)

    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()

    outputs = [told for cell in notebook.cells for told in cell.get("outputs", ())]
    kinds = [sorted(told.get("data", {told["output_type"]: None})) for told in outputs]
    table, plot = ["text/html", "text/plain"], ["image/png", "text/plain"]
    assert kinds == [table, plot, plot, table]
    assert "Kyiv rejected the proposals outright" in outputs[-1]["data"]["text/plain"]
