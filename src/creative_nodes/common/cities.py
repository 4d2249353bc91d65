"""The cities that are known: each a file `config/cities/<city>.yaml`, or a row of a table `config/cities/<name>.csv`.

Names are looked at for all of them, what a city says only when it is asked for.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from creative_nodes.common.csvs import values_bounded
from creative_nodes.common.errors import InputError, nearest
from creative_nodes.common.places import places
from creative_nodes.common.settings import read_yaml, yaml_value

FOLDER = Path("config/cities")
KEY = "city"  # the column that names a row's city
TABLE = ".csv"
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
# names that are rules or pages already
TAKEN = ("all", "comparison", "demo", "diff", "index", "maps", "report", "whatif")
_NAMES = (
    "in small letters a-z, digits and hyphens, beginning with a letter, such as {example}; "
    f"{', '.join(TAKEN)} are taken"
)

Row = tuple[int, dict[str, str]]


def _is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and name not in TAKEN


def _files(place: Path) -> list[Path]:
    """List the files of cities and the tables of one place; raise where one has a name that is no key."""
    folder = place / FOLDER
    kinds = (".yaml", ".yml", TABLE)
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    files = [path for path in found if path.suffix.lower() in kinds and not path.name.startswith(".")]
    for path in files:
        if path.suffix not in (".yaml", TABLE) or not _is_name(path.stem):
            named = _NAMES.format(example=f"ho-chi-minh{TABLE if path.suffix.lower() == TABLE else '.yaml'}")
            raise InputError(f"name it {named}", where=f"{FOLDER}/{path.name}")
    return files


def _checked_row(values: dict[Any, Any], where: str) -> dict[str, str]:
    """Return a row's values; raise where it has more of them than there are columns, or no key of a city."""
    if None in values:
        raise InputError(
            "has more values than there are columns; put a value that holds a comma in quotes", where=where
        )
    row = {column: (value or "").strip() for column, value in values.items()}
    if not _is_name(row[KEY]):
        named = _NAMES.format(example="ho-chi-minh")
        raise InputError(f"{KEY}: name the city {named}; got {row[KEY]!r}", where=where)
    return row


def _check_header(columns: list[str], where: str) -> None:
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if KEY not in columns:
        raise InputError(
            f"column {KEY} is missing, which holds each row's key; part the columns with commas. There are "
            f"{', '.join(columns) or 'none'}",
            where=where,
        )
    if twice:
        raise InputError(f"column {twice[0] or 'without a name'} stands twice; keep one of them", where=where)


@lru_cache(maxsize=64)
@values_bounded()
def _read_table(path: Path, shown: str, _as_it_is: tuple[int, int]) -> tuple[Row, ...]:
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_header(list(reader.fieldnames or []), shown)
            rows = []
            for values in reader:
                line = reader.line_num
                # a spreadsheet leaves lines of commas
                if any(values.values()):
                    rows.append((line, _checked_row(values, f"{shown}, line {line}")))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); it must be a file", where=shown) from None
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 (byte {error.start + 1}); save it as UTF-8", where=shown) from None
    except csv.Error as error:
        raise InputError(
            f"cannot be read ({error}); is a quote not closed, or a quote within a value not doubled?",
            where=f"{shown}, line {line + 1}",
        ) from None
    return tuple(rows)


def _rows(path: Path) -> tuple[Row, ...]:
    """Read the rows of a table with the line that each ends on, once as long as the file stays as it is."""
    status = path.stat()
    return _read_table(path, f"{FOLDER}/{path.name}", (status.st_mtime_ns, status.st_size))


def _keys_in(path: Path) -> list[str]:
    """List the keys that a file or a table holds."""
    return [row[KEY] for _, row in _rows(path)] if path.suffix == TABLE else [path.stem]


def _check_apart(files: list[Path], keys: Iterable[str]) -> None:
    """Raise where a table has the name of a city: `cities` would name both."""
    known = set(keys)
    if both := [path for path in files if path.suffix == TABLE and path.stem in known]:
        raise InputError(
            f"{both[0].stem} is the key of a city too; give the table another name", where=f"{FOLDER}/{both[0].name}"
        )


def known_cities(*, root: Path = Path()) -> list[str]:
    """List the cities that have a file or a row in a table, sorted.

    Parameters
    ----------
    root : the working folder; cities of the workflow's own folder are known too.

    Raises
    ------
    InputError : a file or a row has a name that is no key of a city, or a table cannot be read.
    """
    files = [path for place in places(root=root) for path in _files(place)]
    keys = {key for path in files for key in _keys_in(path)}
    _check_apart(files, keys)
    return sorted(keys)


def new_city_file(city: str, *, root: Path = Path()) -> Path:
    """Return where the file of a new city belongs.

    Parameters
    ----------
    city : its key.
    root : the working folder.

    Raises
    ------
    InputError : it is no key of a city, or there is such a city already.
    """
    path = root / FOLDER / f"{city}.yaml"
    if not _is_name(city):
        raise InputError(f"name the city {_NAMES.format(example='ho-chi-minh')}; got {city!r}", where="key")
    if city in known_cities(root=root) or path.exists():
        raise InputError(
            "is there already and stays as it is; give another key, such as key=" + f"{city}-2",
            where=where_of(city, root=root),
        )
    return path


def cities_named(names: Iterable[str], *, root: Path = Path()) -> list[str]:
    """List the cities that keys and names of tables stand for, each once, in this order.

    Parameters
    ----------
    names : keys of cities, and names of tables, which stand for all their rows.
    root : the working folder.
    """
    tables: dict[str, Path] = {}
    for place in reversed(places(root=root)):
        tables |= {path.stem: path for path in _files(place) if path.suffix == TABLE}
    found = [key for name in names for key in (_keys_in(tables[name]) if name in tables else [name])]
    return list(dict.fromkeys(found))


def _standing(city: str, root: Path) -> list[tuple[Path, Row | None]]:
    """List where a city stands, in the first place that has it: a file, or a table with the row."""
    for place in places(root=root):
        own = place / FOLDER / f"{city}.yaml"
        found: list[tuple[Path, Row | None]] = [(own, None)] if own.exists() else []
        tables = sorted((place / FOLDER).glob(f"*{TABLE}"))
        found += [(path, row) for path in tables if _is_name(path.stem) for row in _rows(path) if row[1][KEY] == city]
        if found:
            return found
    return []


def _shown(path: Path, row: Row | None) -> str:
    return f"{FOLDER}/{path.name}" if row is None else f"{FOLDER}/{path.name}, line {row[0]} ({row[1][KEY]})"


def where_of(city: str, *, root: Path = Path()) -> str:
    """Return what errors call the place where a city stands: its file, or a table and the line of its row.

    Parameters
    ----------
    city : its key.
    root : the working folder.
    """
    found = _standing(city, root)
    return _shown(*found[0]) if found else f"{FOLDER}/{city}.yaml"


def _cell(text: str, where: str) -> Any:
    """Read a value as a city's file would have it: lists, mappings and quoted texts as there, numbers, flags, texts."""
    if text[0] in '[{"':
        return yaml_value(text, where)
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _mapping(row: dict[str, str], where: str) -> dict[str, Any]:
    """Make of a row the mapping that a file would hold; dots in the name of a column lead into sections."""
    whole: dict[str, Any] = {}
    for column, text in row.items():
        if column == KEY or not text:
            continue
        at, parts = whole, column.split(".")
        for part in parts[:-1]:
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                raise InputError(f"{column}: {part} has a value of its own beside it; keep one of them", where=where)
        if parts[-1] in at:
            raise InputError(f"{column}: parts of it have columns of their own; keep one of them", where=where)
        at[parts[-1]] = _cell(text, f"{where}: {column}")
    return whole


def read_city(city: str, *, root: Path = Path()) -> tuple[dict[str, Any], str]:
    """Read what one city's file or row says.

    Parameters
    ----------
    city : its key.
    root : the working folder, which goes before the workflow's own.

    Returns
    -------
    The mapping, not checked yet, and what errors call where it stands.

    Raises
    ------
    InputError : no such city, it stands twice, or what stands there cannot be read.
    """
    found = _standing(city, root)
    if not found:
        known = known_cities(root=root)
        raise InputError(f"no such city file; {nearest(city, known)}", where=f"{FOLDER}/{city}.yaml")
    if len(found) > 1:
        first, second = (_shown(*one) for one in found[:2])
        raise InputError(f"the city stands in {second} as well; keep one of them", where=first)
    path, row = found[0]
    if row is None:
        return read_yaml(path), _shown(path, row)
    return _mapping(row[1], _shown(path, row)), _shown(path, row)
