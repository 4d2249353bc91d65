"""The tables of a GTFS feed as they were meant: without blanks around values, commas at row ends and doubled rows.

Each value is checked against what its column may hold before anything is made of it, so that a slip is told with its
table, line and column. What is not read of a feed is not looked at either.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from creative_nodes.common import InputError, values_bounded


@dataclass(frozen=True)
class _Form:
    """What a value looks like, in words too, and the type of its column."""

    pattern: str
    words: str
    dtype: str = "string"


_TEXT = _Form("(?s:.*)", "a text")
_WHOLE = _Form("[0-9]{1,9}", "a whole number", "Int64")
_FLAG = _Form("[01]", "0 or 1", "Int64")
_DECIMAL = _Form(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?", "a number", "float64")
# the longest train rides take a week: up to 335 hours
_TIME = _Form("(?:[0-2]?[0-9]{1,2}|3[0-2][0-9]|33[0-5]):[0-5]?[0-9]:[0-5]?[0-9]", "a time HH:MM:SS")
_DATE = _Form("(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])", "a date YYYYMMDD")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# the columns that are read
COLUMNS: dict[str, dict[str, _Form]] = {
    "agency": {"agency_id": _TEXT, "agency_name": _TEXT},
    "stops": {
        **dict.fromkeys(("stop_id", "stop_name", "parent_station"), _TEXT),
        **{"stop_lat": _DECIMAL, "stop_lon": _DECIMAL, "location_type": _WHOLE},
    },
    "routes": {**dict.fromkeys(("route_id", "route_short_name", "route_long_name"), _TEXT), "route_type": _WHOLE},
    "trips": {**dict.fromkeys(("trip_id", "route_id", "service_id"), _TEXT), "direction_id": _WHOLE},
    "stop_times": {
        **{"trip_id": _TEXT, "stop_id": _TEXT, "arrival_time": _TIME, "departure_time": _TIME},
        **dict.fromkeys(("stop_sequence", "pickup_type", "drop_off_type"), _WHOLE),
        "shape_dist_traveled": _DECIMAL,
    },
    "calendar": {"service_id": _TEXT, **dict.fromkeys(WEEK, _FLAG), "start_date": _DATE, "end_date": _DATE},
    "calendar_dates": {"service_id": _TEXT, "date": _DATE, "exception_type": _WHOLE},
    "frequencies": {"trip_id": _TEXT, "start_time": _TIME, "end_time": _TIME, "headway_secs": _WHOLE},
}
# what tells the rows of a table apart; of several with the same the first counts
KEYS = {
    "agency": ("agency_id",),
    "stops": ("stop_id",),
    "routes": ("route_id",),
    "trips": ("trip_id",),
    "stop_times": ("trip_id", "stop_sequence"),
    "calendar": ("service_id",),
    "calendar_dates": ("service_id", "date"),
    "frequencies": ("trip_id", "start_time"),
}
# what rows name of other tables, those tables first
NAMED = (
    ("trips", "route_id", "routes"),
    ("stop_times", "trip_id", "trips"),
    ("stop_times", "stop_id", "stops"),
    ("frequencies", "trip_id", "trips"),
)
# rows that tell nothing without any of their values
WHOLE = ("calendar", "calendar_dates", "frequencies")
BOMB_TIMES, BOMB_BYTES = 100, 200 << 20  # text packs to a tenth or twentieth
Row = tuple[int, list[str]]


def read_tables(path: Path, found: Counter[str]) -> dict[str, pd.DataFrame]:
    """Read the tables of a feed that are used, tidied and checked.

    Parameters
    ----------
    path : zip file or folder of the feed.
    found : counts the rows that stand twice (doubled) and those without an id (nameless); both are left out.

    Returns
    -------
    The tables by name, with the columns of `COLUMNS` that they have; one without rows is left out.

    Raises
    ------
    InputError : a table is not UTF-8, or a row has more values than there are columns, or cannot be read, or a value is
        not what its column holds.
    """
    tables: dict[str, pd.DataFrame] = {}
    for name, data in _tables(path):
        if name in COLUMNS:
            where = f"{path.name}: {name}.txt"
            header, *rows = _rows(_text(data, where), where) or [(1, [])]
            kept = _once(rows, header[1], KEYS[name])
            found["doubled"] += len(rows) - len(kept)
            if kept:
                frame = _frame(header[1], kept, COLUMNS[name], where)
                if name in WHOLE:
                    _check_whole(frame, [line for line, _ in kept], where)
                tables[name] = _with_ids(frame, KEYS[name], found)
    return tables


def _check_whole(frame: pd.DataFrame, lines: list[int], where: str) -> None:
    """Raise where a value is missing."""
    for name in frame.columns:
        if (lacking := frame[name].isna()).any():
            first = int(lacking.to_numpy().argmax())
            raise InputError(f"{name} is missing ({int(lacking.sum()):,} such)", where=f"{where}, line {lines[first]}")


def _with_ids(frame: pd.DataFrame, key: tuple[str, ...], found: Counter[str]) -> pd.DataFrame:
    """Leave out the rows that lack a part of their key."""
    # an only agency may lack it
    there = [name for name in key if name in frame.columns and name != "agency_id"]
    nameless = frame[there].isna().any(axis=1)
    found["nameless"] += int(nameless.sum())
    return frame[~nameless].reset_index(drop=True)


def leave_out_orphans(tables: dict[str, pd.DataFrame], found: Counter[str]) -> None:
    """Leave out the rows that name a route, a trip or a stop that the feed lacks.

    Parameters
    ----------
    tables : by name, with the columns that they need; changed in place.
    found : counts what is left out (orphans).
    """
    for name, column, other in NAMED:
        if name in tables:
            known = tables[name][column].isin(tables[other][column])
            found["orphans"] += int((~known).sum())
            tables[name] = tables[name][known].reset_index(drop=True)


# ---------------------------------------------------------------- text


def _tables(path: Path) -> Iterator[tuple[str, bytes]]:
    """Go through the tables of a feed: name and content."""
    if path.is_dir():
        yield from ((file.stem, file.read_bytes()) for file in sorted(path.glob("*.txt")) if file.is_file())
        return
    with zipfile.ZipFile(path) as feed:
        most = BOMB_TIMES * path.stat().st_size + BOMB_BYTES
        wanted = [one for one in feed.infolist() if Path(one.filename).suffix == ".txt" and not one.is_dir()]
        if sum(one.file_size for one in wanted) > most:
            raise InputError(f"it unpacks to more than {BOMB_TIMES} times its size", where=path.name)
        for one in wanted:
            if Path(one.filename).stem in COLUMNS and "__MACOSX" not in one.filename:
                yield Path(one.filename).stem, feed.read(one)


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("is not UTF-8; save it as UTF-8", where=f"{where}, line {line}") from None


@values_bounded()
def _rows(text: str, where: str) -> list[Row]:
    """Return the header and the rows with their lines, each as wide as the header; empty ones are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    rows: list[Row] = []
    try:
        for row in reader:
            values = [value.strip() for value in row]
            if any(values):
                width = len(rows[0][1]) if rows else len(values)
                rows.append((reader.line_num, _fitted(values, width, f"{where}, line {reader.line_num}")))
    except csv.Error as error:
        raise InputError(
            f"cannot be read ({error}); is a quote not closed?", where=f"{where}, line {reader.line_num}"
        ) from None
    return rows


def _fitted(values: list[str], width: int, where: str) -> list[str]:
    if any(values[width:]):
        raise InputError(
            f"has {len(values)} values for {width} columns; put a value that holds a comma in quotes", where=where
        )
    return [*values[:width], *[""] * (width - len(values))]


def _once(rows: list[Row], header: list[str], key: tuple[str, ...]) -> list[Row]:
    """Leave out the rows that stand twice; a table that lacks a part of its key has none."""
    if any(name not in header for name in key):
        return rows
    places = [header.index(name) for name in key]
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        first.setdefault(tuple(row[1][place] for place in places), row)
    return list(first.values())


# ---------------------------------------------------------------- values


def _frame(header: list[str], rows: list[Row], columns: dict[str, _Form], where: str) -> pd.DataFrame:
    lines = [line for line, _ in rows]
    found = {}
    for name, form in columns.items():
        if header.count(name) > 1:
            raise InputError(f"the column {name} stands twice; keep one of them", where=where)
        if name in header:
            place = header.index(name)
            found[name] = _column([row[place] for _, row in rows], name, form, lines, where)
    return pd.DataFrame(found)


def _column(values: list[str], name: str, form: _Form, lines: list[int], where: str) -> pd.Series:
    """Turn the values of a column into its type; blanks are missing."""
    # a column says few things many times over: each is looked at once
    fits = re.compile(form.pattern).fullmatch
    wrong = {text for text in set(values) if text and not (fits(text) and (form is not _DATE or _is_day(text)))}
    if wrong:
        first = next(row for row, text in enumerate(values) if text in wrong)
        raise InputError(
            f"{name} is {values[first][:80]!r}, not {form.words} ({sum(text in wrong for text in values):,} such)",
            where=f"{where}, line {lines[first]}",
        )
    if form.dtype == "Int64":
        numbers = {text: int(text or 0) for text in set(values)}
        known = np.array([numbers[text] for text in values], dtype=np.int64)
        return pd.Series(pd.arrays.IntegerArray(known, np.array([not text for text in values], dtype=bool)))
    texts = pd.Series([text or None for text in values], dtype="string")
    return texts if form.dtype == "string" else pd.to_numeric(texts).astype("float64")


def _is_day(text: str) -> bool:
    """Tell whether eight digits YYYYMMDD are a day of the calendar."""
    try:
        dt.datetime.strptime(text, "%Y%m%d")
    except ValueError:
        return False
    return True
