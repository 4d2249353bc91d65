"""Cut an OSM file to areas, in a stream: ways stay complete, outlines of areas stay whole.

The file is gone through as often for many areas as for one. Memory grows with what is kept, not with the file.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import osmium
import shapely
from osmium import osm
from osmium.osm import mutable
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import InputError, __version__
from creative_nodes.pull.osm_file import (
    AREA_RELATION_TYPES,
    BATCH,
    NodePositions,
    among,
    readable,
    relations_of,
    way_batches,
    ways_of,
)

# a country's border or a whole coast has more: completing it would drag in data from hundreds of kilometres away
MAX_COMPLETED_WAYS = 500
NEAR_DEGREES = 1.0  # nobody maps ways that long across the edge of an area
EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)
WAY, NODE = map(ord, "wn")


@dataclass(frozen=True)
class Clipped:
    """What a clip kept."""

    nodes: int
    ways: int
    relations: int
    newest: dt.datetime | None


@dataclass(frozen=True)
class Piece:
    """What to cut out: an area (EPSG:4326), the .osm.pbf to write, and what looks at it before it is put in place."""

    area: BaseGeometry
    target: Path
    check: Callable[[Path], None] | None = None


def _empty() -> np.ndarray:
    return np.empty(0, dtype=np.int64)


@dataclass
class _Kept:
    """Sorted ids to keep; `inside` are the nodes in the area, `nodes` also those that kept ways need."""

    piece: Piece
    inside: np.ndarray
    nodes: np.ndarray = field(default_factory=_empty)
    ways: np.ndarray = field(default_factory=_empty)
    relations: np.ndarray = field(default_factory=_empty)
    far_from_origin: bool = True

    def at(self, lon: float, lat: float) -> bool:
        """Tell whether a position may be true; 0, 0 is what a lost one becomes, unless the area lies there."""
        return not self.far_from_origin or bool(lon or lat)


def _box(bounds: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{value:.4f}" for value in bounds) + ")"


def _united(some: Iterable[np.ndarray]) -> np.ndarray:
    """Return ids of several arrays, sorted, each once."""
    return np.unique(np.concatenate([_empty(), *some]))


def _inside(area: BaseGeometry, ids: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    west, south, east, north = area.bounds
    near = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    ids, lon, lat = ids[near], lon[near], lat[near]
    return ids[shapely.contains_xy(area, lon, lat)]


def _nodes_inside(positions: NodePositions, pieces: Sequence[Piece]) -> list[_Kept | InputError]:
    """Find the nodes in each area; for one without any say what the file covers. Raise where the file has none."""
    for piece in pieces:
        shapely.prepare(piece.area)
    found: list[list[np.ndarray]] = [[] for _ in pieces]
    extent = np.array([np.inf, np.inf, -np.inf, -np.inf])
    for ids, lon, lat in positions.batches():
        if not ids.size:
            continue
        extent[:2] = np.minimum(extent[:2], [lon.min(), lat.min()])
        extent[2:] = np.maximum(extent[2:], [lon.max(), lat.max()])
        for own, piece in zip(found, pieces, strict=True):
            own.append(_inside(piece.area, ids, lon, lat))
    if not np.isfinite(extent).all():
        raise InputError("the file holds no OSM nodes; get another extract", where=positions.name)
    return [
        _begun(piece, _united(own), covered=tuple(extent), name=positions.name)
        for own, piece in zip(found, pieces, strict=True)
    ]


def _begun(piece: Piece, inside: np.ndarray, *, covered: tuple[float, ...], name: str) -> _Kept | InputError:
    if inside.size:
        return _Kept(piece, inside, far_from_origin=piece.area.distance(shapely.Point(0, 0)) > NEAR_DEGREES)
    return InputError(
        f"nothing lies inside the study area: the file covers {_box(covered)}, the buffered study area "
        f"{_box(piece.area.bounds)} (west, south, east, north); check the city's boundary, or get that city's extract",
        where=name,
    )


def _touching(starts: np.ndarray, hit: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tell which ways (or relations) have a hit member; which members those have; and where each then starts."""
    lengths = np.diff(starts, append=len(hit))
    touched = np.logical_or.reduceat(hit, starts)
    kept = lengths[touched]
    return touched, np.repeat(touched, lengths), np.cumsum(kept) - kept


def _keep_ways(source: Path, kept: Sequence[_Kept]) -> None:
    """Keep the ways with a node inside, and all nodes of them."""
    anywhere = _united(one.inside for one in kept)
    found: list[list[np.ndarray]] = [[] for _ in kept]
    needed: list[list[np.ndarray]] = [[one.inside] for one in kept]
    for ways, starts, nodes in way_batches(source):
        touched, of_touched, begin = _touching(starts, among(nodes, anywhere))
        if not touched.any():
            continue
        some, refs = ways[touched], nodes[of_touched]
        for place, one in enumerate(kept):
            own, of_own, _ = _touching(begin, among(refs, one.inside))
            found[place].append(some[own])
            needed[place].append(refs[of_own])
    for one, ways_found, nodes_needed in zip(kept, found, needed, strict=True):
        one.ways, one.nodes = _united(ways_found), _united(nodes_needed)


@dataclass
class _Relations:
    """Relations one after the other: ids, where the members of each start, their kinds and ids, which are completed."""

    ids: array[int] = field(default_factory=lambda: array("q"))
    starts: array[int] = field(default_factory=lambda: array("q"))
    kinds: array[int] = field(default_factory=lambda: array("b"))
    refs: array[int] = field(default_factory=lambda: array("q"))
    completed: array[int] = field(default_factory=lambda: array("b"))

    def add(self, relation: osm.Relation) -> None:
        """Add one that has members."""
        self.ids.append(relation.id)
        self.starts.append(len(self.refs))
        self.kinds.extend([ord(member.type) for member in relation.members])
        self.refs.extend([member.ref for member in relation.members])
        ways = {member.ref for member in relation.members if member.type == "w"}
        is_area = relation.tags.get("type") in AREA_RELATION_TYPES
        self.completed.append(is_area and len(ways) <= MAX_COMPLETED_WAYS)

    def touching(self, kept: _Kept) -> tuple[np.ndarray, np.ndarray]:
        """Return the relations with a kept node or way, and the ways of those whose outlines are completed."""
        kinds, refs, starts = np.array(self.kinds), np.array(self.refs), np.array(self.starts)
        ways = kinds == WAY
        hit = (ways & among(refs, kept.ways)) | ((kinds == NODE) & among(refs, kept.nodes))
        touched, _, _ = _touching(starts, hit)
        completed = touched & np.array(self.completed, dtype=bool)
        lengths = np.diff(starts, append=len(refs))
        return np.array(self.ids)[touched], refs[ways & np.repeat(completed, lengths)]


def _relation_batches(source: Path, children: dict[int, list[int]]) -> Iterator[_Relations]:
    """Yield the relations that have members; note those that hold relations, with these."""
    batch = _Relations()
    for relation in relations_of(source):
        if inner := [member.ref for member in relation.members if member.type == "r"]:
            children[relation.id] = inner
        if len(relation.members):
            batch.add(relation)
        if len(batch.refs) >= BATCH:
            yield batch
            batch = _Relations()
    if batch.ids:
        yield batch


def _with_parents(relations: set[int], children: dict[int, list[int]]) -> np.ndarray:
    """Add the relations that hold a kept relation, and so on upwards."""
    grew = True
    while grew:
        found = {parent for parent, members in children.items() if not relations.isdisjoint(members)}
        grew = not found <= relations
        relations |= found
    return np.array(sorted(relations), dtype=np.int64)


def _keep_relations(source: Path, kept: Sequence[_Kept]) -> list[np.ndarray]:
    """Keep the relations with a kept member; return the ways that their outlines still need, for each area."""
    children: dict[int, list[int]] = {}
    found: list[list[np.ndarray]] = [[] for _ in kept]
    needed: list[list[np.ndarray]] = [[] for _ in kept]
    for batch in _relation_batches(source, children):
        for place, one in enumerate(kept):
            touched, ways = batch.touching(one)
            found[place].append(touched)
            needed[place].append(ways)
    for one, own in zip(kept, found, strict=True):
        one.relations = _with_parents(set(_united(own).tolist()), children)
    return [np.setdiff1d(_united(own), one.ways) for one, own in zip(kept, needed, strict=True)]


def _complete_outlines(source: Path, needed: Sequence[np.ndarray], kept: Sequence[_Kept]) -> None:
    """Keep the ways an outline needs; those that the file lacks stay missing."""
    wanted = defaultdict(list)
    for place, ways in enumerate(needed):
        for way in ways.tolist():
            wanted[way].append(place)
    found: list[tuple[array[int], array[int]]] = [(array("q"), array("q")) for _ in kept]
    for item in ways_of(source) if wanted else ():
        for place in wanted.get(item.id, ()):
            found[place][0].append(item.id)
            found[place][1].extend([node.ref for node in item.nodes])
    for one, (more, nodes) in zip(kept, found, strict=True):
        one.ways = _united([one.ways, np.array(more, dtype=np.int64)])
        one.nodes = _united([one.nodes, np.array(nodes, dtype=np.int64)])


def _choose(positions: NodePositions, pieces: Sequence[Piece]) -> list[_Kept | InputError]:
    begun = _nodes_inside(positions, pieces)
    kept = [one for one in begun if isinstance(one, _Kept)]
    _keep_ways(positions.source, kept)
    _complete_outlines(positions.source, _keep_relations(positions.source, kept), kept)
    return begun


class _Owners:
    """Which areas keep an object, by its id."""

    def __init__(self, ids: Sequence[np.ndarray]) -> None:
        """Take the ids that each area keeps."""
        every = np.concatenate([_empty(), *ids])
        place = np.repeat(np.arange(len(ids), dtype=np.int32), [len(own) for own in ids])
        order = np.argsort(every, kind="stable")
        # an array of Python's own is searched faster, one id at a time
        self.ids, self.places = array("q", every[order].tobytes()), array("i", place[order].tobytes())

    def of(self, number: int) -> Iterator[int]:
        """Yield the areas that keep this object."""
        at = bisect_left(self.ids, number)
        while at < len(self.ids) and self.ids[at] == number:
            yield self.places[at]
            at += 1


@dataclass
class _Bare:
    """Nodes without tags that are not written yet, by id."""

    ids: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    written: int = 0

    def before(self, number: int | None) -> Iterator[Any]:
        """Yield those before an id, or all that are left, once."""
        end = len(self.ids) if number is None else int(np.searchsorted(self.ids, number))
        rows = slice(self.written, end)
        self.written = max(self.written, end)
        places = zip(self.ids[rows].tolist(), self.lon[rows].tolist(), self.lat[rows].tolist(), strict=True)
        return (mutable.Node(id=node, location=(lon, lat)) for node, lon, lat in places)


@dataclass
class _Part:
    """One area's file in the making, and how much is in it."""

    kept: _Kept
    path: Path
    writer: osmium.SimpleWriter
    counts: dict[str, int] = field(default_factory=lambda: {"nodes": 0, "ways": 0, "relations": 0})
    newest: dt.datetime = EPOCH

    def add(self, kind: str, item: Any) -> None:
        """Write one object."""
        self.writer.add(item)
        self.newest = max(self.newest, item.timestamp or EPOCH)
        self.counts[kind] += 1


def _tagged_nodes(source: Path) -> Iterable[osm.Node]:
    tagged = osmium.FileProcessor(source, osm.NODE).with_filter(osmium.filter.EmptyTagFilter())
    return cast("Iterable[osm.Node]", tagged)


def _tagged(source: Path, kept: Sequence[_Kept]) -> list[np.ndarray]:
    """Return the kept nodes with tags of each area, by id."""
    owners = _Owners([one.nodes for one in kept])
    found = [array("q") for _ in kept]
    for node in _tagged_nodes(source):
        for place in owners.of(node.id):
            if kept[place].at(node.location.x, node.location.y):
                found[place].append(node.id)
    return [np.unique(np.array(own, dtype=np.int64)) for own in found]


def _bare(positions: NodePositions, kept: Sequence[_Kept], tagged: Sequence[np.ndarray]) -> list[_Bare]:
    """Look up the positions of the nodes without tags.

    They are bare corners of ways and nearly all there are: to visit a whole country's in Python takes minutes.
    """
    wanted = [np.setdiff1d(one.nodes, own, assume_unique=True) for one, own in zip(kept, tagged, strict=True)]
    ids, lon, lat = positions.find_all(_united(wanted))
    found = []
    for one, own in zip(kept, wanted, strict=True):
        rows = among(ids, own)
        if one.far_from_origin:
            rows &= (lon != 0) | (lat != 0)
        found.append(_Bare(ids[rows], lon[rows], lat[rows]))
    return found


def _write_nodes(positions: NodePositions, parts: Sequence[_Part]) -> None:
    """Write the kept nodes by id: those with tags as they are in the source, the others from their positions."""
    kept = [part.kept for part in parts]
    tagged = _tagged(positions.source, kept)
    bare, owners = _bare(positions, kept, tagged), _Owners(tagged)
    for node in _tagged_nodes(positions.source):
        for place in owners.of(node.id):
            for one in bare[place].before(node.id):
                parts[place].add("nodes", one)
            parts[place].add("nodes", node)
    for part, rest in zip(parts, bare, strict=True):
        for one in rest.before(None):
            part.add("nodes", one)


def _write(positions: NodePositions, parts: Sequence[_Part]) -> None:
    """Write the kept objects: nodes, then ways, then relations, whatever the order in the source."""
    _write_nodes(positions, parts)
    rest = (
        ("ways", ways_of(positions.source), [part.kept.ways for part in parts]),
        ("relations", relations_of(positions.source), [part.kept.relations for part in parts]),
    )
    for kind, items, ids in rest:
        owners = _Owners(ids)
        for item in items:
            for place in owners.of(item.id):
                parts[place].add(kind, item)


def _header(area: BaseGeometry) -> osmium.io.Header:
    header = osmium.io.Header()
    header.set("generator", f"creative-nodes/{__version__}")
    west, south, east, north = area.bounds
    header.add_box(osm.Box(west, south, east, north))
    return header


def _opened(kept: _Kept, stack: ExitStack) -> _Part:
    folder = stack.enter_context(tempfile.TemporaryDirectory(dir=kept.piece.target.parent, prefix=".clip-"))
    path = Path(folder) / "part.osm.pbf"
    return _Part(kept, path, osmium.SimpleWriter(path, header=_header(kept.piece.area)))


def _put(part: _Part) -> Clipped | InputError:
    """Put a part in place once it was looked at; return what is wrong with it otherwise."""
    piece = part.kept.piece
    try:
        if piece.check:
            piece.check(part.path)
    except InputError as error:
        return error
    part.path.replace(piece.target)
    return Clipped(**part.counts, newest=part.newest if part.newest > EPOCH else None)


def clip_all(positions: NodePositions, pieces: Sequence[Piece]) -> list[Clipped | InputError]:
    """Cut an OSM file to areas and write each as .osm.pbf, whole or not at all.

    Kept are the nodes inside; the ways with a node inside, with all their nodes; the relations with a kept member,
    and their parents; and all ways of a kept multipolygon or boundary, unless there are more than
    `MAX_COMPLETED_WAYS`. References to objects that the source lacks stay as they are. Nodes without tags lose their
    version and time stamp.

    Parameters
    ----------
    positions : the source's nodes, from `node_positions`.
    pieces : what to cut out. The same source and area give the same bytes, whatever else is cut out beside it.

    Returns
    -------
    What was kept of each, or why it was not written: nothing lies inside, or its check refuses it.

    Raises
    ------
    InputError : the source is empty or broken.
    """
    with ExitStack() as stack, readable(positions.source):
        chosen = _choose(positions, pieces)
        parts = [_opened(one, stack) for one in chosen if isinstance(one, _Kept)]
        try:
            _write(positions, parts)
        finally:
            for part in parts:
                part.writer.close()
        done = iter([_put(part) for part in parts])
        return [next(done) if isinstance(one, _Kept) else one for one in chosen]


def clip(
    positions: NodePositions, area: BaseGeometry, target: Path, *, check: Callable[[Path], None] | None = None
) -> Clipped:
    """Cut an OSM file to one area, as `clip_all` does to several.

    Parameters
    ----------
    positions : the source's nodes, from `node_positions`.
    area : polygon or multipolygon, EPSG:4326.
    target : .osm.pbf file to write.
    check : looks at the cut before it is put in place, and raises where it is not right.

    Raises
    ------
    InputError : the source is empty or broken, nothing lies inside the area, or `check` raises.
    """
    found = clip_all(positions, [Piece(area, target, check)])[0]
    if isinstance(found, InputError):
        raise found
    return found
