"""Newer versions of downloaded files: asked for, fetched where there is one, and what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from creative_nodes.common import InputError
from creative_nodes.pull.download import fetch
from creative_nodes.pull.osm_file import header_date
from creative_nodes.pull.progress import megabytes
from creative_nodes.pull.source import OSM_SUFFIXES, Wanted


def _date(path: Path) -> str:
    """Return the day that an OSM file gives itself; empty for other files and for files that do not say."""
    if not path.name.lower().endswith(OSM_SUFFIXES):
        return ""
    try:
        return header_date(path)
    except InputError:
        return ""


def _described(path: Path) -> str:
    day = _date(path)
    return f"{megabytes(path.stat().st_size)}" + (f", data of {day}" if day else "")


def _refreshed(path: Path, wanted: Wanted, how: Mapping[str, Any]) -> str:
    """Refresh one file; returns what changed."""
    before = _described(path)
    done = fetch(wanted, path, refresh=True, **how)
    checksum = path.with_name(f"{path.name}.sha256")
    if not done.changed:
        return f"{path.name}: unchanged ({before})"
    checksum.write_text(f"{done.sha256}  {path.name}\n", encoding="utf-8")
    return f"{path.name}: newer; {before} before, {_described(path)} now"


def refresh_downloads(wanted: Mapping[str, Wanted], folder: Path, **how: Any) -> Iterator[str]:
    """Ask for newer versions of the downloaded files that are there.

    Parameters
    ----------
    wanted : the files by name.
    folder : where they are.
    how : options of `download_file`.

    Yields
    ------
    A line for each file: what changed.

    Raises
    ------
    InputError : at the end, when a file could not be asked for; it stays as it was.
    """
    failed = []
    for name, one in wanted.items():
        if not (folder / name).is_file():
            continue
        try:
            yield _refreshed(folder / name, one, how)
        except InputError as error:
            failed.append(f"{name} stays as it was: {error}")
    if failed:
        raise InputError("\n".join(failed))
