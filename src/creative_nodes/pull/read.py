"""Read a .osm.pbf in one go into `places` (tagged objects) and `streets` (nodes and edges).

Broken relations, missing nodes and invalid geometries are repaired or set aside and counted, never fatal.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import shapely

from creative_nodes.common import STREET_MODES, WGS84_EPSG, InputError, Mode, reproject_xy
from creative_nodes.pull.access import allows, direction, duration_minutes, is_ferry, maxspeed_kmh, telling_keys
from creative_nodes.pull.kinds import FERRY, NOT_A_STREET, is_area, is_street, same_thing
from creative_nodes.pull.osm_file import on_earth
from creative_nodes.pull.settings import ModeAccess
from creative_nodes.pull.squares import Square, lines_of, squares_of

COORDINATE_SCALE = 1e7  # osmium keeps coordinates as integers of 1e-7 degrees
_as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode  # made once: an object's tags take less
OSM_BEGAN = "2004"  # an earlier date (1970-01-01) stands where the file has none


@dataclass
class Counts:
    """What was read, repaired and set aside."""

    objects: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """Say the counts in words, one line each."""
        return [f"{number} {what}" for what, number in sorted(self.objects.items())]


@dataclass
class _Streets:
    """Streets as they come: one row a way, one row a node of a way."""

    way_ids: list[int] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    nodes: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, way_id: int, tags: dict[str, str], nodes: list[tuple[int, int, int]]) -> None:
        """Add a street with its nodes: id and position in 1e-7 degrees."""
        self.way_ids.append(way_id)
        self.tags.append(tags)
        self.sizes.append(len(nodes))
        self.nodes.extend(nodes)


@dataclass
class _Places:
    """Tagged objects as they come."""

    osm_ids: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    wkb: list[bytes | None] = field(default_factory=list)


@dataclass(frozen=True)
class Extract:
    """What one reading gives: the three tables and the counts."""

    places: gpd.GeoDataFrame
    street_nodes: gpd.GeoDataFrame
    street_edges: gpd.GeoDataFrame
    counts: Counts


def _edited(item: Any) -> str:
    """Return the day an object was last edited (ISO date), or nothing when the file does not say."""
    stamp = item.timestamp
    day: str = stamp.date().isoformat() if stamp else ""
    return day if day >= OSM_BEGAN else ""


def _shared(squares: list[Square]) -> set[int]:
    """Return the nodes at which squares meet each other."""
    uses = Counter(node for square in squares for node in square.vertices)
    return {node for node, number in uses.items() if number > 1}


class _Scan:
    """Sorts the objects of a file into streets and places as they come."""

    def __init__(self) -> None:
        self.streets, self.places, self.counts = _Streets(), _Places(), Counts()
        self._factory = osmium.geom.WKBFactory()
        self.squares: list[Square] = []
        # outer ways of multipolygons that are buildings: the relations that name them
        self._outlines: dict[int, list[tuple[int, dict[str, str]]]] = {}
        self._made: set[int] = set()  # relations that became an area
        # what should become an area and has not yet
        self._closed_ways: set[int] = set()
        self._multipolygons: set[int] = set()

    def take(self, item: object) -> None:
        """Take in one object."""
        if isinstance(item, osmium.osm.Node):
            self._place(f"node/{item.id}", dict(item.tags), self._factory.create_point, item, _edited(item))
        elif isinstance(item, osmium.osm.Way):
            self._way(item, dict(item.tags))
        elif isinstance(item, osmium.osm.Area):
            self._area(item, dict(item.tags))
        elif isinstance(item, osmium.osm.Relation) and item.tags.get("type") in ("multipolygon", "boundary"):
            self._multipolygons.add(item.id)
            self._outline(item, dict(item.tags))

    def _outline(self, relation: osmium.osm.Relation, tags: dict[str, str]) -> None:
        for member in relation.members if "building" in tags else ():
            if member.type == "w" and member.role in ("outer", ""):
                self._outlines.setdefault(member.ref, []).append((relation.id, tags))

    def twice(self) -> set[str]:
        """Name the buildings that are the outline of a relation which is the same building: one thing, tagged twice."""
        found: dict[str, str] = {}
        for osm_id, text in zip(self.places.osm_ids, self.places.tags, strict=True):
            if osm_id.startswith("way/") and (named := self._outlines.get(int(osm_id[4:]))):
                tags = json.loads(text)
                same = [relation for relation, own in named if relation in self._made and same_thing(tags, own)]
                if same:
                    found[osm_id] = f"relation/{same[0]}"
        self._hand_over(found)
        return set(found)

    def _hand_over(self, twice: dict[str, str]) -> None:
        """Give relations the tags that only their outline has, such as its name."""
        row = {osm_id: number for number, osm_id in enumerate(self.places.osm_ids)}
        for way, relation in twice.items():
            tags = json.loads(self.places.tags[row[way]]) | json.loads(self.places.tags[row[relation]])
            self.places.tags[row[relation]] = _as_json(tags)

    def finish(self, path: Path) -> None:
        """Repair the outlines that cross themselves, and count what never became an area."""
        left = osmium.filter.IdFilter(self._closed_ways)
        for way in osmium.FileProcessor(path).with_locations().with_filter(left) if self._closed_ways else ():
            if isinstance(way, osmium.osm.Way) and all(node.location.valid() for node in way.nodes):
                self._closed_ways.discard(way.id)
                outline = shapely.Polygon([(node.lon, node.lat) for node in way.nodes])
                edited = _edited(way)
                self._place(
                    f"way/{way.id}", dict(way.tags), lambda polygon: shapely.to_wkb(polygon, hex=True), outline, edited
                )
        self._count("relations set aside: members missing or rings not closed", number=len(self._multipolygons))
        self._count("areas set aside: nodes missing", number=len(self._closed_ways))

    def _count(self, what: str, *, number: int = 1) -> None:
        if number:
            self.counts.objects[what] += number

    def _place(
        self, osm_id: str, tags: dict[str, str], create: Callable[[Any], str], item: object, edited: str
    ) -> None:
        try:
            wkb = bytes.fromhex(create(item))
        except (RuntimeError, osmium.InvalidLocationError):
            wkb = None
        self.places.osm_ids.append(osm_id)
        self.places.tags.append(_as_json(tags))
        self.places.edited.append(edited)
        self.places.wkb.append(wkb)

    def _way(self, way: osmium.osm.Way, tags: dict[str, str]) -> None:
        closed = way.is_closed() and len(way.nodes) >= 4
        if is_street(tags, closed=closed):
            self.street(way, tags)
        elif closed and is_area(tags):
            self._closed_ways.add(way.id)  # comes again as an area
        else:
            self._place(f"way/{way.id}", tags, self._factory.create_linestring, way, _edited(way))

    def _area(self, area: osmium.osm.Area, tags: dict[str, str]) -> None:
        kind = "way" if area.from_way() else "relation"
        if kind == "way" and (is_street(tags, closed=True) or not is_area(tags)):
            return
        if area.num_rings()[0] == 0:
            return  # an outline that crosses itself
        (self._closed_ways if kind == "way" else self._multipolygons).discard(area.orig_id())
        if kind == "relation":
            self._made.add(area.orig_id())
        self.squares += squares_of(area, tags)
        self._place(f"{kind}/{area.orig_id()}", tags, self._factory.create_multipolygon, area, _edited(area))

    def street(self, way: osmium.osm.Way, tags: dict[str, str]) -> None:
        """Take in a street."""
        if tags.get("highway") in NOT_A_STREET:
            return
        if is_ferry(tags):
            tags = {**tags, "highway": FERRY}
        self.streets.add(way.id, tags, [(node.ref, node.x, node.y) for node in way.nodes])

    def lay_squares(self) -> None:
        """Add the ways round squares and across them to the streets that meet them."""
        junctions = {node[0] for node in self.streets.nodes}
        junctions |= _shared(self.squares)
        for square in self.squares:
            for number, line in enumerate(lines_of(square, junctions)):
                self.streets.add(square.osm_id, square.tags, line)
                self._count("squares walked round and across", number=int(number == 0))


@dataclass(frozen=True)
class _Lines:
    """Streets as arrays, one row a node; `part` numbers the unbroken pieces, `way` their ways, never decreasing."""

    node_id: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    part: np.ndarray
    way: np.ndarray


def _lines(streets: _Streets, counts: Counts) -> _Lines:
    """Turn streets into arrays; a node without a place on Earth breaks its street: nobody knows the way between."""
    nodes = np.array(streets.nodes, dtype=np.int64).reshape(-1, 3)
    way = np.repeat(np.arange(len(streets.sizes)), np.array(streets.sizes, dtype=int))
    given = nodes[:, 1] != osmium.osm.Location().x
    there = given & on_earth(nodes[:, 1], nodes[:, 2])
    # the same node twice in a row is one
    again = np.append(False, (np.diff(nodes[:, 0]) == 0) & (np.diff(way) == 0))
    starts = np.append(True, np.diff(way) > 0) | np.append(False, ~there[:-1])
    part = np.cumsum(starts)
    kept = there & ~again
    kept &= (np.bincount(part[kept], minlength=part[-1] + 1) >= 2)[part] if len(part) else kept
    for what, ways in (
        ("streets broken at missing nodes", np.unique(way[~given])),
        ("streets broken at nodes with an impossible position", np.unique(way[given & ~there])),
        ("streets set aside: fewer than two nodes", np.setdiff1d(np.arange(len(streets.sizes)), way[kept])),
    ):
        if len(ways):
            counts.objects[what] += len(ways)
    lon, lat = nodes[kept, 1] / COORDINATE_SCALE, nodes[kept, 2] / COORDINATE_SCALE
    return _Lines(nodes[kept, 0], lon, lat, part[kept], way[kept])


def _places_frame(places: _Places, counts: Counts, twice: set[str]) -> gpd.GeoDataFrame:
    """Turn WKB into geometry, repair what is invalid and set aside what cannot be, or stands `twice`."""
    geometry = shapely.from_wkb(np.array(places.wkb, dtype=object), on_invalid="ignore")
    invalid = ~shapely.is_valid(geometry) & ~shapely.is_missing(geometry)
    if invalid.any():
        counts.objects["invalid geometries repaired"] += int(invalid.sum())
        geometry[invalid] = shapely.make_valid(geometry[invalid])
    # a multipolygon of one part is that part
    single = (shapely.get_type_id(geometry) == 6) & (shapely.get_num_geometries(geometry) == 1)
    geometry[single] = shapely.get_geometry(geometry[single], 0)
    usable = ~shapely.is_missing(geometry) & ~shapely.is_empty(geometry)
    if not usable.all():
        counts.objects["tagged objects set aside: no usable geometry"] += int((~usable).sum())
    columns = {"osm_id": places.osm_ids, "tags": places.tags, "edited": places.edited, "source": ""}
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=WGS84_EPSG)[usable]
    # a closed way and a relation can be assembled twice; keep the first
    frame = frame.drop_duplicates("osm_id")
    if twice:
        counts.objects["outlines left out: their relation is the same thing"] = len(twice)
        frame = frame[~frame["osm_id"].isin(twice)]
    counts.objects["places"] = len(frame)
    return frame.sort_values("osm_id", kind="stable").reset_index(drop=True)


def _way_columns(streets: _Streets, modes: dict[Mode, ModeAccess]) -> dict[str, np.ndarray]:
    """Return what the tags of each way say, one array a column of street_edges."""
    tags = streets.tags
    # a city has tens of thousands of streets, but a few hundred ways of telling who may use them
    keys = telling_keys(modes.values())
    told = [tuple(t.get(key) for key in keys) for t in tags]
    example = dict(zip(told, tags, strict=True))
    number = {one: k for k, one in enumerate(example)}
    kind, kinds = np.array([number[one] for one in told], dtype=np.int64), list(example.values())
    return {
        "way_id": np.array(streets.way_ids),
        "highway": np.array([t["highway"] for t in tags], dtype=object),
        "name": np.array([t.get("name", "") for t in tags], dtype=object),
        "maxspeed_kmh": np.array([maxspeed_kmh(t) if "maxspeed" in t else np.nan for t in tags]),
        **{mode: np.array([mode in modes and allows(t, modes[mode]) for t in kinds])[kind] for mode in STREET_MODES},
        **{
            f"oneway_{mode}": np.array([direction(t, modes[mode]) if mode in modes else 0 for t in kinds])[kind]
            for mode in STREET_MODES[1:]
        },
    }


def _crossing_minutes(edges: gpd.GeoDataFrame, duration: np.ndarray) -> np.ndarray:
    """Share the tagged duration of a ferry line among its pieces, by length; missing for streets."""
    share = edges["length_m"] / edges.groupby("way_id")["length_m"].transform("sum")
    return np.where(edges["highway"] == FERRY, duration * share, np.nan)


def _street_frames(
    streets: _Streets, counts: Counts, modes: dict[Mode, ModeAccess], epsg: int, where: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Cut ways at junctions into street pieces, measured in the metric CRS."""
    line = _lines(streets, counts)
    if not len(line.way):
        raise InputError("no street in the buffered study area; check the boundary and the source", where=where)
    x, y = reproject_xy(line.lon, line.lat, WGS84_EPSG, epsg)

    starts = np.append(True, np.diff(line.part) > 0)
    ends = np.append(starts[1:], True)
    _, index, uses = np.unique(line.node_id, return_inverse=True, return_counts=True)
    junction = (uses[index] > 1) | starts | ends

    step = np.append(np.hypot(np.diff(x), np.diff(y)), 0.0)
    step[ends] = 0.0
    travelled = np.concatenate([[0.0], np.cumsum(step)])
    stops = np.flatnonzero(junction)
    unbroken = line.part[stops[:-1]] == line.part[stops[1:]]
    start, end = stops[:-1][unbroken], stops[1:][unbroken]

    # every vertex between start and end, both included, belongs to that piece
    size = end - start + 1
    piece = np.repeat(np.arange(len(start)), size)
    vertex = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(start, size)
    lines = shapely.linestrings(np.column_stack([line.lon[vertex], line.lat[vertex]]), indices=piece)

    per_way = _way_columns(streets, modes)
    edges = gpd.GeoDataFrame(
        {
            "u": line.node_id[start],
            "v": line.node_id[end],
            "length_m": travelled[end] - travelled[start],
            **{name: values[line.way[start]] for name, values in per_way.items()},
        },
        geometry=lines,
        crs=WGS84_EPSG,
    )
    edges["crossing_min"] = _crossing_minutes(
        edges, np.array([duration_minutes(t) if "duration" in t else np.nan for t in streets.tags])[line.way[start]]
    )
    tips = np.concatenate([start, end])
    place = tips[np.unique(index[tips], return_index=True)[1]]
    points = gpd.GeoDataFrame(
        {"node_id": line.node_id[place]}, geometry=shapely.points(line.lon[place], line.lat[place]), crs=WGS84_EPSG
    )
    return points, edges


def read_osm(path: str | Path, *, modes: dict[Mode, ModeAccess], epsg: int) -> Extract:
    """Read places and streets from an OSM file.

    Parameters
    ----------
    path : .osm.pbf file, as the pull stage leaves it.
    modes : access rules of each mode.
    epsg : metric CRS in which streets are measured.

    Raises
    ------
    InputError : the file holds no street.
    """
    scan = _Scan()
    tagged = osmium.filter.EmptyTagFilter()
    for item in osmium.FileProcessor(path).with_areas(tagged).with_filter(tagged):
        scan.take(item)
    scan.finish(Path(path))
    scan.lay_squares()
    twice = scan.twice()
    places = _places_frame(scan.places, scan.counts, twice)
    nodes, edges = _street_frames(scan.streets, scan.counts, modes, epsg, str(path))
    scan.counts.objects["street nodes"], scan.counts.objects["street pieces"] = len(nodes), len(edges)
    return Extract(places, nodes, edges, scan.counts)
