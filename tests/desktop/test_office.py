"""The workbooks as LibreOffice opens them: apt-get install --no-install-recommends libreoffice-calc."""

import csv
import os
import shutil
import subprocess

import openpyxl
import pytest

# where somebody says that it must run, a missing LibreOffice is an error; it is too large to be asked for by default
REQUIRED = os.environ.get("OFFICE") == "required"
pytestmark = pytest.mark.skipif(
    not shutil.which("soffice") and not REQUIRED, reason="no LibreOffice here: apt-get install libreoffice-calc"
)
# commas, UTF-8, every sheet a file, numbers as they are and not as they are shown
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
FILES = ("sample.xlsx", "sample.vi.xlsx", "sample.zh.xlsx")


def converted(file, kind, folder):
    """Have LibreOffice write a file as another kind, with a profile of its own."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", FILES)
def test_every_sheet_comes_out_with_its_rows_and_letters(sample, tmp_path, file):
    converted(sample / file, EVERY_SHEET, tmp_path)
    for sheet in openpyxl.load_workbook(sample / file):
        path = tmp_path / f"{file.removesuffix('.xlsx')}-{sheet.title}.csv"
        with path.open(encoding="utf-8", newline="") as written:
            rows = list(csv.reader(written))
        assert len(rows) == sheet.max_row
        texts = [[cell for cell in row if isinstance(cell, str)] for row in sheet.values]
        assert all(set(some) <= set(row) for some, row in zip(texts, rows, strict=True)), sheet.title


@pytest.mark.parametrize("file", FILES)
def test_it_is_printed(sample, tmp_path, file):
    converted(sample / file, "pdf", tmp_path)
    assert (tmp_path / file).with_suffix(".pdf").read_bytes().startswith(b"%PDF")
