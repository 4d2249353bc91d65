"""The tables of a GTFS feed as they were meant: without blanks around values, commas at row ends and doubled rows."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from creative_nodes.common import InputError

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
BOMB_TIMES, BOMB_BYTES = 100, 200 << 20  # text packs to a tenth or twentieth


def write_tidied(path: Path, folder: Path) -> Counter[str]:
    """Write the tables of a feed that are read, tidied, into a folder.

    Parameters
    ----------
    path : zip file or folder of the feed.
    folder : folder to write to.

    Returns
    -------
    How many doubled rows were left out, by table.

    Raises
    ------
    InputError : a table is not UTF-8, or a row has more values than there are columns, or cannot be read.
    """
    doubled: Counter[str] = Counter()
    for name, data in _tables(path):
        if name in KEYS:
            where = f"{path.name}: {name}.txt"
            rows = _rows(_text(data, where), where)
            kept = _once(rows, KEYS[name])
            doubled[name] += len(rows) - len(kept)
            with (folder / f"{name}.txt").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(kept)
    return +doubled


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
            if Path(one.filename).stem in KEYS and "__MACOSX" not in one.filename:
                yield Path(one.filename).stem, feed.read(one)


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("is not UTF-8; save it as UTF-8", where=f"{where}, line {line}") from None


def _rows(text: str, where: str) -> list[list[str]]:
    """Return the header and the rows, each with as many values as the header; empty ones are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            values = [value.strip() for value in row]
            if any(values):
                rows.append(_fitted(values, rows[0] if rows else values, f"{where}, line {reader.line_num}"))
    except csv.Error as error:
        raise InputError(
            f"cannot be read ({error}); is a quote not closed?", where=f"{where}, line {reader.line_num}"
        ) from None
    return rows


def _fitted(values: list[str], header: list[str], where: str) -> list[str]:
    width = len(header)
    if any(values[width:]):
        raise InputError(
            f"has {len(values)} values for {width} columns; put a value that holds a comma in quotes", where=where
        )
    return [*values[:width], *[""] * (width - len(values))]


def _once(rows: list[list[str]], key: tuple[str, ...]) -> list[list[str]]:
    """Leave out the rows that stand twice; a table that lacks a part of its key has none."""
    header = rows[0] if rows else []
    if any(name not in header for name in key):
        return rows
    places = [header.index(name) for name in key]
    first: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        first.setdefault(tuple(row[place] for place in places), row)
    return list(first.values())
