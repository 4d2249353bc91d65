"""Read an OSM file of any size: its nodes' positions, its ways and relations, the day that it names.

Memory does not grow with the file: node positions go to a scratch file that is read back in batches.
`osmium.IdTracker` would be shorter, but its bit sets take over a gigabyte on today's node ids.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import osmium
from osmium import osm

from creative_nodes.common import InputError

AREA_RELATION_TYPES = ("multipolygon", "boundary")
BATCH = 1_000_000
DEGREES_PER_UNIT = 1e-7
# how libosmium's `sparse_file_array` lies on disk
_NODE = np.dtype([("id", "u8"), ("x", "i4"), ("y", "i4")])
_UNDEFINED = np.iinfo("i4").max


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn libosmium's complaints about a broken file into an InputError that names it.

    Raises
    ------
    InputError : libosmium complains.
    """
    try:
        yield
    except InputError:
        raise
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise InputError(
            f"not a readable OSM file ({error}); it may be cut off or of another format: delete it and get it again",
            where=path.name,
        ) from None


def ways_of(source: Path) -> Iterable[osm.Way]:
    """Go through the ways of an OSM file."""
    return cast("Iterable[osm.Way]", osmium.FileProcessor(source, osm.WAY))


def relations_of(source: Path) -> Iterable[osm.Relation]:
    """Go through the relations of an OSM file."""
    return cast("Iterable[osm.Relation]", osmium.FileProcessor(source, osm.RELATION))


def on_earth(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Tell which positions (1e-7 degrees) are possible.

    Parameters
    ----------
    x, y : longitude and latitude.
    """
    # in long numbers: the absolute value of the least is beyond an i4
    return (np.abs(x.astype(np.int64)) <= 1_800_000_000) & (np.abs(y.astype(np.int64)) <= 900_000_000)


def among(values: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Tell which values are among ids.

    Parameters
    ----------
    values : any.
    ids : sorted.
    """
    if not ids.size:
        return np.zeros(values.shape, dtype=bool)
    found: np.ndarray = ids[np.searchsorted(ids, values).clip(0, ids.size - 1)] == values
    return found


@dataclass(frozen=True)
class NodePositions:
    """Positions of all nodes of an OSM file, kept in a scratch file.

    `from_ways`: some come from its ways, unsorted. `name`: of the file that was given, where this is a copy put right.
    """

    source: Path
    scratch: Path
    from_ways: bool = False
    name: str = ""

    def _given(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the nodes that have a position, and whether it is one on Earth."""
        with self.scratch.open("rb") as file:
            while (batch := np.fromfile(file, dtype=_NODE, count=BATCH)).size:
                batch = batch[batch["x"] != _UNDEFINED]
                yield batch, on_earth(batch["x"], batch["y"])

    def batches(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield node ids, longitudes and latitudes (degrees, EPSG:4326), a million nodes at a time.

        Nodes with an impossible position are left out, and so missing where they are used.
        """
        for batch, possible in self._given():
            batch = batch[possible]
            ids = batch["id"].astype(np.int64)
            yield ids, batch["x"] * DEGREES_PER_UNIT, batch["y"] * DEGREES_PER_UNIT

    def misplaced(self) -> int:
        """Count the nodes with an impossible position."""
        return sum(int((~possible).sum()) for _, possible in self._given())

    def find(self, wanted: Iterable[int]) -> Iterator[tuple[int, float, float]]:
        """Yield (id, longitude, latitude) of those of the wanted nodes that the file has, each once, by id."""
        ids, lon, lat = self.find_all(np.fromiter(wanted, dtype=np.int64))
        yield from zip(ids.tolist(), lon.tolist(), lat.tolist(), strict=True)

    def find_all(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return ids, longitudes and latitudes of those of the wanted nodes that the file has, each once, by id."""
        sought = np.unique(wanted)
        found, places = [np.empty(0, dtype=np.int64)], [np.empty((0, 2))]
        for ids, lon, lat in self.batches():
            hit = among(ids, sought)
            found.append(ids[hit])
            places.append(np.column_stack([lon[hit], lat[hit]]))
        ids, first = np.unique(np.concatenate(found), return_index=True)
        lon, lat = np.concatenate(places)[first].T
        return ids, lon, lat


@contextmanager
def node_positions(source: Path, *, scratch: Path, name: str = "") -> Iterator[NodePositions]:
    """Read the position of every node of an OSM file.

    Parameters
    ----------
    source : .osm.pbf, .osm or .osm.bz2 file.
    scratch : folder for the scratch file, 16 bytes a node.
    name : of the file for errors, where `source` is a copy of it.
    """
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".nodes-") as folder:
        path = Path(folder) / "positions"
        # relative, since a comma in a folder's name above would end the path for libosmium
        index = osmium.index.create_map(f"sparse_file_array,{os.path.relpath(path)}")
        with readable(source), osmium.io.Reader(source, osm.NODE) as reader:
            on_ways = _keeps_on_ways(reader.header())
            osmium.apply(reader, osmium.NodeLocationsForWays(index))
        if on_ways:
            _add_from_ways(source, path)
        yield NodePositions(source, path, on_ways, name or source.name)


def _keeps_on_ways(header: osmium.io.Header) -> bool:
    """Tell whether a file keeps positions on its ways and not on nodes, as osmium add-locations-to-ways writes it."""
    features = [header.get(f"pbf_optional_feature_{number}") for number in range(10)]
    return "LocationsOnWays" in features


def _add_from_ways(source: Path, scratch: Path) -> None:
    """Add the positions that ways keep to those of nodes."""
    with readable(source), scratch.open("ab") as file:
        for way in ways_of(source):
            nodes = [(node.ref, node.x, node.y) for node in way.nodes if node.location.valid()]
            np.array(nodes, dtype=_NODE).tofile(file)


def way_batches(source: Path) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield way ids, where each way's nodes start, and the node ids one after the other.

    Parameters
    ----------
    source : OSM file.
    """
    ways, starts, nodes = array("q"), array("q"), array("q")
    for way in ways_of(source):
        if not len(way.nodes):
            continue
        ways.append(way.id)
        starts.append(len(nodes))
        nodes.extend([node.ref for node in way.nodes])
        if len(nodes) >= BATCH:
            yield np.array(ways), np.array(starts), np.array(nodes)
            ways, starts, nodes = array("q"), array("q"), array("q")
    if ways:
        yield np.array(ways), np.array(starts), np.array(nodes)


def header_date(source: Path) -> str:
    """Return the day that the file's header names (YYYY-MM-DD), or an empty text."""
    with readable(source), osmium.io.Reader(source, osm.NOTHING) as reader:
        header = reader.header()
        stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    return stamp[:10]
