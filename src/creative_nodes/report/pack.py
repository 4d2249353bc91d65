"""Pack the results for people who open tables: CSV files that spreadsheets read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from creative_nodes.common import PARTS, whole_file
from creative_nodes.report.gis.layers import flat, with_rank
from creative_nodes.report.tables import TABLES

DEGREE_DECIMALS = 6  # some 0.1 m
# what a spreadsheet takes for a formula, at the start of a text; some also as full-width signs, or after blanks
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\0"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _bare(text: str) -> str:
    """Return a text without the blanks and unseen signs before it, in whatever order."""
    while text and (text[0].isspace() or text[0] in UNSEEN):
        text = text[1:]
    return text


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet would run a text as a formula."""
    return (text.startswith(FORMULA) or _bare(text).startswith(FORMULA)) and not _is_number(text)


def _safe(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would run as a formula; names come from outside."""
    return f"'{value}" if isinstance(value, str) and is_formula(value) else value


def write_csv(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV that spreadsheets open with a double click: UTF-8 with a byte order mark, commas.

    Geometry becomes `lon` and `lat`, degrees of a point on it (EPSG:4326). Missing values are empty, lists one text.

    Parameters
    ----------
    frame : rows of a table.
    path : file to write, whole or not at all.
    """
    rows = pd.DataFrame(flat(frame).drop(columns="geometry", errors="ignore"))
    if isinstance(frame, gpd.GeoDataFrame):
        points = frame.geometry.representative_point()
        rows["lon"], rows["lat"] = points.x.round(DEGREE_DECIMALS), points.y.round(DEGREE_DECIMALS)
    for name in rows.columns:
        if not pd.api.types.is_numeric_dtype(rows[name]):
            rows[name] = rows[name].astype(object).map(_safe)
    with whole_file(path) as aside:
        rows.to_csv(aside, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def for_spreadsheets(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return tables as spreadsheets get them: candidates with their ranks and scores, the others as they are.

    Parameters
    ----------
    frames : by name, candidates and scores among them.
    """
    candidates = with_rank(gpd.GeoDataFrame(frames["candidates"]), frames["scores"])
    return {**frames, "candidates": candidates}


def about_tables(provenances: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Say where CSV files come from, a row a file.

    Parameters
    ----------
    provenances : what `tables.provenance` says of each table, by name.
    """
    known = ("source", "snapshot", *PARTS, "version")
    rows = [
        {"file": f"{name}.csv", "a_row_is": TABLES[name].row, **{key: str(note.get(key, "")) for key in known}}
        for name, note in provenances.items()
    ]
    return pd.DataFrame(rows).assign(licences="DATA_LICENSES.md", columns="docs/DATA_DICTIONARY.md")
