"""Our workbooks in programs that are not ours: openpyxl, SheetJS and LibreOffice."""

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from tests.factories import IncidentFactory, PartyFactory
from tests.support.scene import VIEWSETS, build_scene, get_api_url

pytestmark = [pytest.mark.clients, pytest.mark.slow, pytest.mark.django_db]

FOLDER = Path(__file__).parent / "typescript"
NODE = Path(sys.executable).parent / "node"
# Comma, quotation mark, UTF-8, from row 1, no column formats, all texts in quotation marks.
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false"
TEXTS = [
    *("_x0041_", "_X0041_", "_x005F_", "_x0041", "<r>rich</r>", "<t>&amp;</t>", "]]>", '"', "a,b"),
    *(
        " a ",
        "a\n b",
        "a\tb",
        "x\u2028y",
        "Київ",
        "𝔸😀",
        "نص",
        "e\u0301",
        "0012",
        "2025-06",
        "TRUE",
    ),
    *("#N/A", "'quoted'", "1e5", "\u200bx", "a\u00a0"),
]
RUN = ["=1+1", "+1", "-1", "@x", "\tx", "\n=1", "＝1+1", "＋1", "－1", "＠x"]


def read_by_openpyxl(path):
    sheet = openpyxl.load_workbook(path).active
    rows = sheet.iter_rows(values_only=True)
    # The one of the three that leaves the escapes of the format to its caller.
    return [[unescape(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


def read_by_sheetjs(path):
    assert (FOLDER / "node_modules" / "xlsx").exists(), "Packages are missing: make test-clients"
    done = subprocess.run(
        [NODE, "read-workbook.mjs", path], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def read_by_libreoffice(path):
    office = shutil.which("soffice")
    assert office, "LibreOffice is missing: apt-get install libreoffice-calc-nogui"
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = [office, profile, "--headless", "--convert-to", AS_CSV, "--outdir", path.parent, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    made = path.with_suffix(".csv")
    assert made.exists(), done.stdout + done.stderr
    return list(csv.reader(io.StringIO(made.read_text("utf-8"), newline="")))


READERS = [read_by_openpyxl, read_by_sheetjs]


def export(reader, path, collection, query=""):
    response = reader.get(f"{get_api_url(collection)}export/?format=xlsx{query}")
    assert response.status_code == 200
    path.write_bytes(b"".join(response.streaming_content))
    return path


@pytest.mark.parametrize("read", [*READERS, read_by_libreoffice])
@pytest.mark.parametrize("texts", [TEXTS, RUN], ids=["plain", "run"])
def test_every_program_reads_each_text_as_it_is(reader, tmp_path, read, texts):
    for number, text in enumerate(texts):
        PartyFactory(slug=f"p-{number:02}", name="P", note=text, review="published")
    path = export(reader, tmp_path / "parties.xlsx", "parties", "&fields=note")

    rows = read(path)

    assert rows == [["note"], *([text] if texts is TEXTS else [f"'{text}"] for text in texts)]


@pytest.mark.parametrize("read", READERS)
def test_every_program_reads_numbers_and_truths_as_such(reader, tmp_path, read):
    IncidentFactory(killed_min=3, review="published")
    path = export(reader, tmp_path / "i.xlsx", "incidents", "&fields=killed_min,killed_max")

    assert read(path) == [["killed_min", "killed_max"], [3, None]]


@pytest.mark.parametrize("read", READERS)
def test_every_program_reads_the_workbook_of_every_resource(reader, tmp_path, read):
    build_scene()
    for collection in VIEWSETS:
        expected = reader.get(f"{get_api_url(collection)}?limit=500").json()["results"]

        head, *rows = read(export(reader, tmp_path / f"{collection}.xlsx", collection))

        assert (head, [row[0] for row in rows]) == (
            list(expected[0]),
            [body["slug"] for body in expected],
        )
