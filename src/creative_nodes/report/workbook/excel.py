"""Sheets as a file of Excel's format (.xlsx), the same bytes for the same sheets.

openpyxl is loaded when a workbook is written, and not before.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creative_nodes.common import whole_file
from creative_nodes.report.pack import is_formula
from creative_nodes.report.workbook.sheets import Cell, Head, Sheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

THEN = datetime(2000, 1, 1)  # in every workbook: what it is made of stands in the sheet of sources
OLDEST = (1980, 1, 1, 0, 0, 0)  # what a zip file can tell
CHANGED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # in XML
HEAD_FILL, HEAD_INK, RULE_INK = "FFF0ECE4", "FF23211E", "FFD9D3C7"
FONT, LINE = "Calibri", 15.0  # points from line to line
MOST_LINES = 20
A3, A4, MOST_ON_A4 = "8", "9", 12  # numbers of kinds of paper; columns on the smaller
WRAPS_EARLY = 1.15  # lines break between words
MOST_LETTERS = 32_767  # in a cell


def _write_cell(sheet: Worksheet, place: tuple[int, int], value: Cell, head: Head) -> None:
    """Write a value; a text stays text, whatever it begins with."""
    from openpyxl.styles import Alignment

    if value is None or value == "":
        return
    cell: Any = sheet.cell(*place)
    if isinstance(value, str):
        text = UNWRITABLE.sub("", value)[:MOST_LETTERS]
        cell.value, cell.data_type = text, "s"
        cell.quotePrefix = is_formula(text)
        if text.startswith("https://www.openstreetmap.org/"):
            cell.hyperlink = text
    else:
        cell.value = value
        cell.number_format = head.shown or "General"
    cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))


def _lines(value: Cell, width: float) -> int:
    """Count the lines that a text takes in a column; signs of Chinese are as wide as two letters."""
    if not isinstance(value, str):
        return 1
    letters = sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in value)
    return max(1, math.ceil(WRAPS_EARLY * letters / width))


def _height(values: Sequence[Cell], heads: Sequence[Head]) -> float:
    """Return the height of a row: not every program finds it out when it opens a file."""
    lines = max(_lines(value, head.width) for value, head in zip(values, heads, strict=True))
    return LINE * min(lines, MOST_LINES)


def _write_heads(sheet: Worksheet, heads: Sequence[Head]) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    for i, head in enumerate(heads, start=1):
        cell: Any = sheet.cell(1, i)
        cell.value, cell.data_type = head.words, "s"
        cell.font = Font(name=FONT, bold=True, color=HEAD_INK)
        cell.fill = PatternFill("solid", fgColor=HEAD_FILL)
        cell.border = Border(bottom=Side("thin", color=RULE_INK))
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        sheet.column_dimensions[get_column_letter(i)].width = head.width
    sheet.row_dimensions[1].height = _height([head.words for head in heads], heads)


def _write_sheet(sheet: Worksheet, told: Sheet) -> None:
    _write_heads(sheet, told.heads)
    for i, row in enumerate(told.rows, start=2):
        for j, (value, head) in enumerate(zip(row, told.heads, strict=True), start=1):
            _write_cell(sheet, (i, j), value, head)
        sheet.row_dimensions[i].height = _height(row, told.heads)
    sheet.freeze_panes = sheet.cell(2, told.kept + 1)
    sheet.auto_filter.ref = sheet.dimensions
    # a printed sheet is as wide as the paper, with its head on every page
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A3 if len(told.heads) > MOST_ON_A4 else A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = (1 if len(told.heads) <= MOST_ON_A4 else 2), 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _with_fixed_dates(packed: bytes) -> bytes:
    """Pack a workbook anew, with one date for all that is in it."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(found, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = CHANGED.sub(rb"\g<1>" + THEN.isoformat().encode() + b"Z", content)
            new.writestr(zipfile.ZipInfo(name, OLDEST), content, zipfile.ZIP_DEFLATED)
    return found.getvalue()


def workbook(sheets: Sequence[Sheet], *, title: str) -> bytes:
    """Write sheets as the bytes of a workbook.

    Parameters
    ----------
    sheets : in their order.
    title : of the workbook, in its properties.
    """
    import openpyxl
    from openpyxl.worksheet.properties import PageSetupProperties

    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator, book.properties.created = title, "creative-nodes", THEN
    for told in sheets:
        sheet = book.create_sheet(told.name)
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties()
        _write_sheet(sheet, told)
    packed = io.BytesIO()
    book.save(packed)
    return _with_fixed_dates(packed.getvalue())


def write_workbook(sheets: Sequence[Sheet], path: str | Path, *, title: str) -> None:
    """Write a workbook, whole or not at all.

    Parameters
    ----------
    sheets, title : as for `workbook`.
    path : file to write.
    """
    with whole_file(path) as aside:
        aside.write_bytes(workbook(sheets, title=title))
