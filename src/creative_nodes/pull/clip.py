"""Cut an OSM file to an area, in a stream: ways stay complete, outlines of areas stay whole.

Memory grows with what is kept, not with the file: node positions of the source go to a scratch file that is read
back in batches. `osmium.IdTracker` would be shorter, but its bit sets take over a gigabyte on today's node ids.
"""

from __future__ import annotations

import datetime as dt
import heapq
import os
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

import numpy as np
import osmium
import shapely
from osmium import osm
from osmium.osm import mutable
from shapely.geometry.base import BaseGeometry

from creative_nodes import __version__
from creative_nodes.common import InputError

AREA_RELATION_TYPES = ("multipolygon", "boundary")
# a country's border or a whole coast has more: completing it would drag in data from hundreds of kilometres away
MAX_COMPLETED_WAYS = 500
BATCH = 1_000_000
NEAR_DEGREES = 1.0  # nobody maps ways that long across the edge of an area
EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)
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
        sought = np.unique(np.fromiter(wanted, dtype=np.int64))
        found, places = [np.empty(0, dtype=np.int64)], [np.empty((0, 2))]
        for ids, lon, lat in self.batches():
            hit = np.isin(ids, sought)
            found.append(ids[hit])
            places.append(np.column_stack([lon[hit], lat[hit]]))
        ids, first = np.unique(np.concatenate(found), return_index=True)
        lon, lat = np.concatenate(places)[first].T
        yield from zip(ids.tolist(), lon.tolist(), lat.tolist(), strict=True)


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


@dataclass(frozen=True)
class Clipped:
    """What a clip kept."""

    nodes: int
    ways: int
    relations: int
    newest: dt.datetime | None


@dataclass
class _Kept:
    """Ids to keep; `inside` are the nodes in the area, `nodes` also those that kept ways need."""

    inside: np.ndarray
    nodes: set[int] = field(default_factory=set)
    ways: set[int] = field(default_factory=set)
    relations: set[int] = field(default_factory=set)
    far_from_origin: bool = True

    def at(self, lon: float, lat: float) -> bool:
        """Tell whether a position may be true; 0, 0 is what a lost one becomes, unless the area lies there."""
        return not self.far_from_origin or bool(lon or lat)


def _box(bounds: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{value:.4f}" for value in bounds) + ")"


def _nodes_inside(positions: NodePositions, area: BaseGeometry) -> np.ndarray:
    """Return the sorted ids of the nodes in the area; raise when there are none."""
    west, south, east, north = area.bounds
    shapely.prepare(area)
    found: list[np.ndarray] = []
    extent = np.array([np.inf, np.inf, -np.inf, -np.inf])
    for ids, lon, lat in positions.batches():
        if not ids.size:
            continue
        extent[:2] = np.minimum(extent[:2], [lon.min(), lat.min()])
        extent[2:] = np.maximum(extent[2:], [lon.max(), lat.max()])
        near = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        ids, lon, lat = ids[near], lon[near], lat[near]
        found.append(ids[shapely.contains_xy(area, lon, lat)])
    if not np.isfinite(extent).all():
        raise InputError("the file holds no OSM nodes; get another extract", where=positions.name)
    inside = np.unique(np.concatenate(found))
    if not inside.size:
        raise InputError(
            f"nothing lies inside the study area: the file covers {_box(tuple(extent))}, the buffered study area "
            f"{_box(area.bounds)} (west, south, east, north); check the city's boundary, or get that city's extract",
            where=positions.name,
        )
    return inside


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


def _keep_ways(source: Path, kept: _Kept) -> None:
    """Keep the ways with a node inside, and all nodes of them."""
    for ways, starts, nodes in way_batches(source):
        hit = np.logical_or.reduceat(np.isin(nodes, kept.inside), starts)
        lengths = np.diff(starts, append=len(nodes))
        kept.ways.update(ways[hit].tolist())
        kept.nodes.update(nodes[np.repeat(hit, lengths)].tolist())


def _keep_parents(children: dict[int, list[int]], kept: _Kept) -> None:
    """Keep the relations that hold a kept relation, and so on upwards."""
    grew = True
    while grew:
        found = {parent for parent, members in children.items() if not kept.relations.isdisjoint(members)}
        grew = not found <= kept.relations
        kept.relations |= found


def _keep_relations(source: Path, kept: _Kept) -> set[int]:
    """Keep the relations with a kept member; return the ways that their outlines still need."""
    needed: set[int] = set()
    children: dict[int, list[int]] = {}
    for relation in relations_of(source):
        members = [(member.type, member.ref) for member in relation.members]
        ways = {ref for kind, ref in members if kind == "w"}
        if inner := [ref for kind, ref in members if kind == "r"]:
            children[relation.id] = inner
        touched = not ways.isdisjoint(kept.ways) or any(kind == "n" and ref in kept.nodes for kind, ref in members)
        if not touched:
            continue
        kept.relations.add(relation.id)
        if relation.tags.get("type") in AREA_RELATION_TYPES and len(ways) <= MAX_COMPLETED_WAYS:
            needed |= ways
    _keep_parents(children, kept)
    return needed - kept.ways


def _complete_outlines(source: Path, needed: set[int], kept: _Kept) -> None:
    """Keep the ways an outline needs; those that the file lacks stay missing."""
    if not needed:
        return
    for way in ways_of(source):
        if way.id in needed:
            kept.ways.add(way.id)
            kept.nodes.update([node.ref for node in way.nodes])


def _choose(positions: NodePositions, area: BaseGeometry) -> _Kept:
    source = positions.source
    kept = _Kept(_nodes_inside(positions, area), far_from_origin=area.distance(shapely.Point(0, 0)) > NEAR_DEGREES)
    kept.nodes.update(kept.inside.tolist())
    _keep_ways(source, kept)
    _complete_outlines(source, _keep_relations(source, kept), kept)
    return kept


def _header(area: BaseGeometry) -> osmium.io.Header:
    header = osmium.io.Header()
    header.set("generator", f"creative-nodes/{__version__}")
    west, south, east, north = area.bounds
    header.add_box(osm.Box(west, south, east, north))
    return header


def _tagged_nodes(source: Path, kept: _Kept) -> Iterator[osm.Node]:
    tagged = osmium.FileProcessor(source, osm.NODE).with_filter(osmium.filter.EmptyTagFilter())
    return (
        node
        for node in cast("Iterable[osm.Node]", tagged)
        if node.id in kept.nodes and kept.at(node.location.x, node.location.y)
    )


def _nodes(positions: NodePositions, kept: _Kept) -> Iterator[Any]:
    """Go through the kept nodes by id: those with tags as they are in the source, the others from their positions.

    The others are bare corners of ways and nearly all there are: to visit a whole country's in Python takes minutes.
    """
    tagged = {node.id for node in _tagged_nodes(positions.source, kept)}
    found = positions.find(kept.nodes - tagged)
    bare = (mutable.Node(id=node, location=(lon, lat)) for node, lon, lat in found if kept.at(lon, lat))
    return heapq.merge(bare, _tagged_nodes(positions.source, kept), key=attrgetter("id"))


def _write(positions: NodePositions, kept: _Kept, writer: osmium.SimpleWriter) -> Clipped:
    """Write the kept objects: nodes, then ways, then relations, whatever the order in the source."""
    counts: dict[str, int] = {}
    newest = EPOCH
    chosen: dict[str, Iterator[Any]] = {
        "nodes": _nodes(positions, kept),
        "ways": (way for way in ways_of(positions.source) if way.id in kept.ways),
        "relations": (item for item in relations_of(positions.source) if item.id in kept.relations),
    }
    for name, items in chosen.items():
        counts[name] = 0
        for item in items:
            writer.add(item)
            newest = max(newest, item.timestamp or EPOCH)
            counts[name] += 1
    return Clipped(**counts, newest=newest if newest > EPOCH else None)


def clip(
    positions: NodePositions, area: BaseGeometry, target: Path, *, check: Callable[[Path], None] | None = None
) -> Clipped:
    """Cut an OSM file to an area and write it as .osm.pbf, whole or not at all.

    Kept are the nodes inside; the ways with a node inside, with all their nodes; the relations with a kept member,
    and their parents; and all ways of a kept multipolygon or boundary, unless there are more than
    `MAX_COMPLETED_WAYS`. References to objects that the source lacks stay as they are. Nodes without tags lose their
    version and time stamp.

    Parameters
    ----------
    positions : the source's nodes, from `node_positions`.
    area : polygon or multipolygon, EPSG:4326.
    target : .osm.pbf file to write. The same source and area give the same bytes.
    check : looks at the cut before it is put in place, and raises where it is not right.

    Raises
    ------
    InputError : the source is empty or broken, or nothing lies inside the area.
    """
    source = positions.source
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".clip-") as folder, readable(source):
        part = Path(folder) / "part.osm.pbf"
        kept = _choose(positions, area)
        with osmium.SimpleWriter(part, header=_header(area)) as writer:
            clipped = _write(positions, kept, writer)
        if check:
            check(part)
        part.replace(target)
    return clipped


def header_date(source: Path) -> str:
    """Return the day that the file's header names (YYYY-MM-DD), or an empty text."""
    with readable(source), osmium.io.Reader(source, osm.NOTHING) as reader:
        header = reader.header()
        stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    return stamp[:10]
