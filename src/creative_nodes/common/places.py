"""Where the files of a project are: in the working folder, else in the folder of the workflow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# the folder of the workflow; its Snakefile sets it, so that scripts find the same files
HOME = "CREATIVE_NODES_HOME"
LISTS = "city.imports.*.file"
# where settings name files that others made, whose bytes are inputs of rules: what they are called means nothing
UNNAMED = (
    *(f"analysis.locate.{kind}_taxonomy" for kind in ("heritage", "creative", "amenity")),
    *("city.registry", "city.source.file", "city.boundary.polygon", "city.gtfs.file"),
    LISTS,
)
# the names of rasters tell which one was found
NAMED = ("city.people.raster.file", "city.people.older_raster.file", "city.people.table.file")


def places(*, root: Path = Path()) -> list[Path]:
    """List the folders that relative paths are looked for in, in this order.

    Parameters
    ----------
    root : the working folder.
    """
    home = os.environ.get(HOME)
    return [root, *([Path(home)] if home else [])]


def is_stored(path: str | Path) -> bool:
    """Say whether a file lies in object storage: its address has a scheme, such as s3://bucket/town.osm.pbf.

    Parameters
    ----------
    path : as settings name it.
    """
    return "://" in str(path)


def found(path: str | Path, *, root: Path = Path()) -> Path:
    """Return where a file of the project is; in the working folder where it is nowhere.

    Parameters
    ----------
    path : relative to the working folder, or absolute.
    root : the working folder.
    """
    return next((place / path for place in places(root=root) if (place / path).exists()), root / path)


def _named(whole: Any, key: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield where settings name files: a mapping, and its key there; what is not set is passed over."""
    first, _, rest = key.partition(".")
    if not whole:
        return
    if first == "*":
        for one in whole:
            yield from _named(one, rest)
    elif rest:
        yield from _named(whole.get(first), rest)
    elif whole.get(first):
        yield whole, first


def at_hand(whole: dict[str, Any], *, root: Path = Path()) -> dict[str, Any]:
    """Name the files that the working folder lacks where the workflow's own folder has them.

    Parameters
    ----------
    whole : settings of a city as JSON has them, which are changed.
    root : the working folder.
    """
    for key in (*UNNAMED, *NAMED):
        for at, name in _named(whole, key):
            if not (root / at[name]).exists() and (path := found(at[name], root=root)).exists():
                at[name] = str(path)
    return whole


def by_bytes(whole: dict[str, Any]) -> dict[str, Any]:
    """Leave out of the settings of a city, which are changed, what files are called; of some the name stays.

    Lists are numbered, and how their names end stays, so that what is left is a city's settings still.
    """
    for key in UNNAMED:
        for number, (at, name) in enumerate(_named(whole, key)):
            at[name] = f"{name}{number}{Path(at[name]).suffix}" if key == LISTS else name
    for key in NAMED:
        for at, name in _named(whole, key):
            at[name] = Path(at[name]).name
    return whole
