"""An OSM file of any making as one that can be read: looked through, put right where that is possible, else refused."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import osmium
from osmium import osm

from creative_nodes.common import InputError
from creative_nodes.pull.blocks import check_blocks
from creative_nodes.pull.editor_files import look_through, write_tidied
from creative_nodes.pull.osm_file import NodePositions, node_positions, readable, relations_of, ways_of

LARGEST_SORTED = 300 << 20  # bytes that are sorted here: it takes some twenty times as much memory as the file has


def _silent(_: str) -> None:
    pass


def _broken_order(ids: np.ndarray, last: int) -> bool:
    """Tell whether ids do not rise, after the last of those before them."""
    return bool(ids.size) and bool((np.diff(ids, prepend=last) <= 0).any())


def _out_of_order(positions: NodePositions) -> list[str]:
    """Name the kinds of objects whose ids do not rise: unsorted, or doubled."""
    found, last = [], 0
    for ids, _, _ in () if positions.from_ways else positions.batches():
        if _broken_order(ids, last):
            found.append("nodes")
            break
        last = int(ids[-1]) if ids.size else last
    kinds: tuple[tuple[str, Iterable[osm.Way] | Iterable[osm.Relation]], ...] = (
        ("ways", ways_of(positions.source)),
        ("relations", relations_of(positions.source)),
    )
    with readable(positions.source):
        for name, items in kinds:
            ids = np.fromiter((item.id for item in items), dtype=np.int64)
            if ids.size and (ids < 0).any():
                raise _negative(positions.source)
            if _broken_order(ids, 0):
                found.append(name)
    return found


def _negative(source: Path) -> InputError:
    return InputError(
        "it holds objects with negative ids, which are not uploaded yet; open it as .osm, which is read as it is, or "
        "give them ids with `osmium renumber`",
        where=source.name,
    )


def _sorted(source: Path, target: Path, kinds: list[str]) -> None:
    """Write a file sorted and each object once, the newest version of it."""
    what = f"its {' and '.join(kinds)} are unsorted or there twice (a joined file?)"
    if source.stat().st_size > LARGEST_SORTED:
        raise InputError(
            f"{what}; sort it with `osmium sort` and join files with `osmium merge`, not `osmium cat`",
            where=source.name,
        )
    merging = osmium.MergeInputReader()
    with readable(source), osmium.SimpleWriter(target) as writer:
        merging.add_file(str(source))
        merging.apply(writer, simplify=True)


def _check_header(source: Path) -> None:
    with readable(source), osmium.io.Reader(source, osm.NOTHING) as reader:
        history = reader.header().has_multiple_object_versions
    if history:
        raise InputError(
            "it is a history file, with deleted objects and old versions; make a map of one day of it with "
            "`osmium time-filter`",
            where=source.name,
        )


@contextmanager
def sound(source: Path, *, scratch: Path, report: Callable[[str], None] = _silent) -> Iterator[NodePositions]:
    """Look through an OSM file and yield the positions of its nodes; what can be put right is, in a copy.

    Deleted objects of editors and histories are left out, new ones get ids of their own, unsorted and doubled objects
    are sorted and kept once, positions that a file keeps on its ways are taken from there.

    Parameters
    ----------
    source : .osm.pbf, .osm or .osm.bz2 file.
    scratch : folder for what is written meanwhile.
    report : is told what was put right.

    Raises
    ------
    InputError : the file is broken, holds texts that cannot be read, or is of a making that is not read; with the cure.
    """
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".sound-") as folder:
        usable = _looked_through(source, Path(folder) / source.name.removesuffix(".bz2"), report)
        _check_header(usable)
        with node_positions(usable, scratch=scratch) as positions:
            if lost := positions.misplaced():
                report(f"{source.name}: {lost:,} nodes with an impossible position counted as missing")
            kinds = _out_of_order(positions)
            if not kinds:
                yield positions
                return
        report(f"{source.name}: its {' and '.join(kinds)} are unsorted or there twice; sorted, each read once")
        target = Path(folder) / f"{source.name.split('.osm')[0]}.sorted.osm.pbf"
        _sorted(usable, target, kinds)
        with node_positions(target, scratch=scratch, name=source.name) as positions:
            yield positions


def _looked_through(source: Path, copy: Path, report: Callable[[str], None]) -> Path:
    """Return the file, or a copy in which what an editor left is put right."""
    if not source.is_file():
        raise InputError("it is a folder or not there; give a .osm.pbf, .osm or .osm.bz2 file", where=str(source))
    if source.name.endswith(".pbf"):
        check_blocks(source)
        return source
    lines = look_through(source).lines()
    if not lines:
        return source
    for line in lines:
        report(f"{source.name}: {line}")
    write_tidied(source, copy)
    return copy
