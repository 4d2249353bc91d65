"""Make the fictional town "Sông Mây" and the truth that the project is tested against.

Run it from the project's root: `python tests/data/make_sample_town.py`. The same bytes come out every time.

Everything is laid out in metres in EPSG:32631, at sea in the Gulf of Guinea, so that nobody takes it for a place.
In this file a position is (x, y): metres east and north of the town's south-west corner. The truth is worked out
here, from these positions, with networkx; nothing of `creative_nodes` is imported.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx  # type: ignore[import-untyped]
import numpy as np
import osmium
import rasterio
import shapely
from pyproj import Transformer
from rasterio.transform import from_origin
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

EPSG = 32631
ORIGIN_E, ORIGIN_N = 498_000.0, 1_000.0  # metres, EPSG:32631, of position (0, 0)
SEED = 80
SNAPSHOT = "2026-01-01"
BLOCK_M = 100
# streets lie off the multiples of 100 m: no walk then ties with a limit, no cell is equally near to two streets
FIRST_X, FIRST_Y = 23, 37
COLUMNS, ROWS = range(-5, 45), range(-5, 35)
WALK_M = 1200.0  # 15 minutes at 4.8 km/h
CLUSTER_M = 300.0
CELL_M = 100
CELL_LINK_M = 500.0
SITE_SNAP_M = 200.0
EDGE_BUFFER_M = 500.0
RESIDENTS = 60_000
RASTER_WEST, RASTER_SOUTH, RASTER_EAST, RASTER_NORTH = -600, -600, 4600, 3600

XY = tuple[float, float]
Tags = dict[str, str]

NOT_ON_FOOT = {"motorway", "motorway_link", "construction", "proposed"}
TO_DEGREES = Transformer.from_crs(EPSG, 4326, always_xy=True)

BOUNDARY = ((0, 0), (4000, 0), (4000, 2575), (3612, 3000), (0, 3000))
RIVER = (
    *((1938, -520), (1961, 255), (1938, 900), (1962, 1500), (1936, 2300), (1958, 2900), (1940, 3480)),
    *((2108, 3480), (2086, 2850), (2110, 2200), (2088, 1450), (2112, 800), (2090, 200), (2108, -520)),
)
ESTATE = ((3130, 1345), (3716, 1345), (3716, 1930), (3130, 1930))
# rectangles (west, south, east, north) with no street inside
NO_STREETS = {
    "river": (1923, -600, 2123, 3600),
    "Kho Bến Cũ": (2123, 837, 2223, 1137),
    "industrial estate": (3123, 1337, 3723, 1937),
    "fields": (3323, 2337, 4600, 3600),
    "Công viên Hồ Gương": (1223, 1537, 1423, 1737),
    "Công viên Bờ Đông": (2323, 1237, 2523, 1437),
}
BRIDGES = {8: "Cầu Nắng", 20: "Cầu Gió"}


def on_column(i: int, y: float, off: float) -> XY:
    """Return the position beside the north-south street i, `off` metres east of it."""
    return (FIRST_X + BLOCK_M * i + off, y)


def on_row(j: int, x: float, off: float) -> XY:
    """Return the position beside the east-west street j, `off` metres north of it."""
    return (x, FIRST_Y + BLOCK_M * j + off)


def rectangle(west: float, south: float, east: float, north: float) -> list[XY]:
    """Return the corners of a rectangle."""
    return [(west, south), (east, south), (east, north), (west, north)]


def tilted(x: float, y: float, width: float, depth: float) -> list[XY]:
    """Return a small building turned by 10 degrees, so that one corner alone is nearest to the street."""
    c, s = math.cos(math.radians(10)), math.sin(math.radians(10))
    corners = rectangle(-width / 2, -depth / 2, width / 2, depth / 2)
    return [(round(x + c * a - s * b, 2), round(y + s * a + c * b, 2)) for a, b in corners]


# ---------------------------------------------------------------- writing OSM


@dataclass
class Way:
    """A way: node ids and tags."""

    nodes: list[int]
    tags: Tags


@dataclass
class Relation:
    """A relation: members (type, id, role) and tags."""

    members: list[tuple[str, int, str]]
    tags: Tags


@dataclass
class Map:
    """The town as OSM objects; ids count up and no two objects share one, whatever their type."""

    xy: dict[int, XY] = field(default_factory=dict)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: dict[int, Way] = field(default_factory=dict)
    relations: dict[int, Relation] = field(default_factory=dict)
    _at: dict[XY, int] = field(default_factory=dict)

    def point(self, position: XY) -> int:
        """Return the node at a position: things that meet there share it."""
        key = (round(float(position[0]), 2), round(float(position[1]), 2))
        if key not in self._at:
            self._at[key] = 1001 + len(self.xy)
            self.xy[self._at[key]] = key
        return self._at[key]

    def node(self, position: XY, tags: Tags) -> str:
        """Add a tagged node where there is none yet."""
        before = len(self.xy)
        node = self.point(position)
        if len(self.xy) == before:
            raise ValueError(f"there is a node at {position} already")
        self.node_tags[node] = tags
        return f"node/{node}"

    def way(self, positions: Iterable[XY], tags: Tags, *, closed: bool = False) -> str:
        """Add a way."""
        nodes = [self.point(position) for position in positions]
        number = 50_001 + len(self.ways)
        self.ways[number] = Way(nodes + nodes[:1] if closed else nodes, tags)
        return f"way/{number}"

    def relation(self, members: list[tuple[str, str]], tags: Tags) -> str:
        """Add a relation of (osm_id, role) members."""
        number = 90_001 + len(self.relations)
        split = [(osm_id.split("/")[0], int(osm_id.split("/")[1]), role) for osm_id, role in members]
        self.relations[number] = Relation(split, tags)
        return f"relation/{number}"

    def line(self, way: int) -> LineString:
        """Return a way's shape."""
        return LineString([self.xy[node] for node in self.ways[way].nodes])


def degrees(position: XY) -> tuple[float, float]:
    """Return (lon, lat) of a position, EPSG:4326, 7 decimals as OSM keeps them."""
    lon, lat = TO_DEGREES.transform(ORIGIN_E + position[0], ORIGIN_N + position[1])
    return round(lon, 7), round(lat, 7)


def write_pbf(town: Map, path: Path) -> None:
    """Write the map, uncompressed and without metadata: the bytes depend on nothing but the content."""
    header = osmium.io.Header()
    header.set("generator", "make_sample_town.py")
    header.set("osmosis_replication_timestamp", f"{SNAPSHOT}T00:00:00Z")
    file = osmium.io.File(str(path), "pbf,pbf_compression=none,add_metadata=false")
    make = osmium.osm.mutable
    short = {"node": "n", "way": "w", "relation": "r"}
    with osmium.SimpleWriter(file, header=header, overwrite=True) as writer:
        for number, position in town.xy.items():
            writer.add_node(make.Node(id=number, location=degrees(position), tags=town.node_tags.get(number, {})))
        for number, way in town.ways.items():
            writer.add_way(make.Way(id=number, nodes=way.nodes, tags=way.tags))
        for number, relation in town.relations.items():
            members = [(short[kind], ref, role) for kind, ref, role in relation.members]
            writer.add_relation(make.Relation(id=number, members=members, tags=relation.tags))


# ---------------------------------------------------------------- streets

COLUMN_TAGS: dict[int, Tags] = {
    10: {"highway": "secondary", "name": "Đường Nhà Máy Dệt"},
    14: {"highway": "residential", "name": "Phố Hàng Sáo", "oneway": "yes"},
    15: {"highway": "residential", "name": "Phố Hàng Nhị", "oneway": "-1"},
    19: {"highway": "tertiary", "name": "Bờ Tây"},
    21: {"highway": "tertiary", "name": "Bờ Đông"},
    30: {"highway": "primary", "name": "Đường Mây Trắng", "maxspeed": "50"},
}
ROW_TAGS: dict[int, Tags] = {
    8: {"highway": "primary", "name": "Đại lộ Mây", "maxspeed": "50"},
    14: {"highway": "tertiary", "name": "Phố Cổ"},
    20: {"highway": "secondary", "name": "Đường Gió"},
}
# (column or row, its number, first and last crossing) -> tags of that stretch alone
STRETCHES: dict[tuple[str, int, int, int], Tags] = {
    ("row", 3, 24, 30): {"highway": "secondary", "name": "Đường Vành Đai", "foot": "no"},
    ("column", 33, 2, 7): {"highway": "residential", "name": "Ngõ Riêng", "access": "private"},
    ("column", 6, 2, 6): {"highway": "residential", "name": "Ngõ Chung", "access": "private", "foot": "yes"},
    ("column", 36, 9, 11): {"highway": "construction", "construction": "residential"},
    ("row", 7, 31, 32): {"highway": "residential", "name": "Đường Nhà Máy Sợi"},
}
# more streets: their ends lie on the grid, at crossings or between
ALLEYS: tuple[tuple[str, list[XY], Tags], ...] = (
    ("column", [(1623, 1271), (1723, 1271)], {"highway": "service", "service": "alley", "name": "Ngõ 1 Phố Cổ"}),
    ("column", [(1723, 1379), (1823, 1379)], {"highway": "service", "service": "alley", "name": "Ngõ 2 Phố Cổ"}),
    ("row", [(1661, 1437), (1661, 1537)], {"highway": "service", "service": "alley", "name": "Ngõ 3 Phố Cổ"}),
    ("row", [(2461, 637), (2461, 737)], {"highway": "service", "service": "alley"}),
    ("row", [(861, 637), (861, 737)], {"highway": "service", "service": "private"}),
    ("column", [(423, 1387), (523, 1387)], {"highway": "footway", "name": "Lối đi ga"}),
    ("row", [(1777, 1137), (1777, 1237)], {"highway": "steps"}),
    ("row", [(2777, 837), (2777, 937)], {"highway": "pedestrian", "name": "Phố Chợ Mây"}),
    ("row", [(3423, 1337), (3423, 1640)], {"highway": "service", "access": "private"}),
)
PATHS: tuple[list[XY], ...] = (
    [(1223, 1537), (1323, 1637), (1423, 1737)],
    [(1223, 1737), (1323, 1637), (1423, 1537)],
    [(2323, 1237), (2411, 1330), (2523, 1437)],
)


def has_street(a: XY, b: XY) -> bool:
    """Tell whether the grid has a street between two neighbouring crossings."""
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    for name, (west, south, east, north) in NO_STREETS.items():
        bridge = name == "river" and a[1] == b[1] and (a[1] - FIRST_Y) / BLOCK_M in BRIDGES
        if west < x < east and south < y < north and not bridge:
            return False
    return True


def grid_points(kind: str, number: int) -> list[XY]:
    """Return the points of a grid street: its crossings and the ends of alleys."""
    if kind == "column":
        x = FIRST_X + BLOCK_M * number
        fixed: list[XY] = [(x, FIRST_Y + BLOCK_M * j) for j in ROWS]
    else:
        y = FIRST_Y + BLOCK_M * number
        # over the river a bridge has no crossing
        fixed = [(FIRST_X + BLOCK_M * i, y) for i in COLUMNS if i != 20]
    ends = [p for across, points, _ in ALLEYS if across == kind for p in (points[0], points[-1])]
    axis = 0 if kind == "column" else 1
    more = [p for p in ends if p[axis] == fixed[0][axis] and p not in fixed]
    return sorted({*fixed, *more})


def stretch_tags(kind: str, number: int, a: XY, b: XY) -> Tags:
    """Return the tags of a grid street between two neighbouring points."""
    along, first = (1, FIRST_Y) if kind == "column" else (0, FIRST_X)
    middle = ((a[along] + b[along]) / 2 - first) / BLOCK_M
    for (of, which, start, end), tags in STRETCHES.items():
        if (of, which) == (kind, number) and start < middle < end:
            return tags
    tags = (COLUMN_TAGS if kind == "column" else ROW_TAGS).get(number, {"highway": "residential"})
    over_river = kind == "row" and a[0] < 2000 < b[0]
    return {**tags, "bridge": "yes", "layer": "1", "bridge:name": BRIDGES[number]} if over_river else tags


def draw_streets(town: Map) -> None:
    """Draw the grid, alleys, paths and the motorway."""
    for kind, number in [("column", i) for i in COLUMNS if i != 20] + [("row", j) for j in ROWS]:
        pieces = [(a, b) for a, b in itertools.pairwise(grid_points(kind, number)) if has_street(a, b)]
        run: list[XY] = []
        tags: Tags = {}
        for a, b in pieces:
            here = stretch_tags(kind, number, a, b)
            if run and (run[-1] != a or here != tags):
                town.way(run, tags)
                run = []
            run, tags = run or [a], here
            run.append(b)
        town.way(run, tags)
    for _, points, tags in ALLEYS:
        town.way(points, tags)
    for points in PATHS:
        town.way(points, {"highway": "footway"})
    # on a viaduct: it crosses the grid without meeting it, but for one slip road
    motorway: list[XY] = [(3770, -480), (3773, 700), (3768, 1650), (3772, 3450)]
    town.way(motorway, {"highway": "motorway", "bridge": "yes", "layer": "1", "oneway": "yes", "ref": "CT.01"})
    town.way([(3773, 700), (3790, 780), (3823, 837)], {"highway": "motorway_link", "oneway": "yes"})


def walkable(tags: Tags) -> bool:
    """Tell whether people may walk on a street: the class, then foot, then access."""
    if tags["highway"] in NOT_ON_FOOT or tags.get("service") == "private":
        return False
    return tags.get("foot", tags.get("access", "yes")) not in {"no", "private"}


# ---------------------------------------------------------------- the ground


def draw_ground(town: Map) -> str:
    """Draw boundary, river, parks, rail, metro and quarters; returns the metro's relation."""
    name = {"name": "Sông Mây", "name:vi": "Sông Mây", "name:en": "Cloud River", "name:zh": "云河"}
    fictional = {"fictional": "yes", "note": "made-up test data, not a real place"}
    ring = [*BOUNDARY, BOUNDARY[0]]
    halves = [town.way(ring[:4], {"boundary": "administrative"}), town.way(ring[3:], {"boundary": "administrative"})]
    centre = town.node((1800.5, 1210.5), {"place": "town", **name, **fictional})
    town.relation(
        [(halves[0], "outer"), (halves[1], "outer"), (centre, "admin_centre")],
        {"type": "boundary", "boundary": "administrative", "admin_level": "6", **name, **fictional},
    )
    town.way(RIVER, {"natural": "water", "water": "river", **name}, closed=True)
    town.way([(2023.5, -515), (2026, 1500), (2022, 3470)], {"waterway": "river", **name})

    town.way(rectangle(1229, 1543, 1417, 1731), {"leisure": "park", "name": "Công viên Hồ Gương"}, closed=True)
    outer = town.way(rectangle(2329, 1243, 2517, 1431), {}, closed=True)
    inner = town.way(rectangle(2440, 1270, 2480, 1310), {"natural": "water", "water": "pond"}, closed=True)
    park = {"type": "multipolygon", "leisure": "park", "name": "Công viên Bờ Đông"}
    town.relation([(outer, "outer"), (inner, "inner")], park)

    town.way([(470, -490), (472, 1500), (470, 3440)], {"railway": "rail", "name": "Đường sắt Duyên Hải"})
    town.node((471, 1520), {"railway": "station", "train": "yes", "name": "Ga Sông Mây", "name:en": "May River"})
    for x, y, quarter in QUARTERS:
        town.node((x, y), {"place": "quarter", "name": quarter})
    return draw_metro(town)


QUARTERS = (
    (1690.5, 1350.5, "Phố Cổ"),
    (2260.5, 1000.5, "Bến Cũ"),
    (3060.5, 860.5, "Vườn Bông"),
    (3400.5, 1960.5, "Tân Mây"),
    (380.5, 2440.5, "Đồng Gió"),
    (300.5, 450.5, "Xóm Lưới"),
    (2680.5, 2850.5, "Gò Nắng"),
    (1740.5, 2770.5, "Vườn Dâu"),
)
STATIONS = (
    (270, 1192, "Tây Mây", "West May"),
    (1110, 1188, "Trung Tâm", "Central"),
    (1670, 1185, "Phố Cổ", "Old Quarter"),
    (2290, 1187, "Chợ Mây", "May Market"),
    (3070, 1190, "Vườn Bông", "Cotton Garden"),
    (3950, 1186, "Đông Mây", "East May"),
)


def draw_metro(town: Map) -> str:
    """Draw the metro line in its tunnel under the grid: track, stops, stations, entrances, both directions."""
    stops = []
    for x, y, name, name_en in STATIONS:
        names = {"name": name, "name:en": name_en}
        stop = {"railway": "stop", "public_transport": "stop_position", "subway": "yes", **names}
        stops.append(town.node((x, y), stop))
        town.node((x + 4, y + 6), {"railway": "station", "station": "subway", "subway": "yes", **names})
        column = round((x - FIRST_X) / BLOCK_M)
        town.node(on_column(column, y + 15, 2), {"railway": "subway_entrance", "name": name})
    track = town.way(
        [(200, 1193), *((x, y) for x, y, *_ in STATIONS), (4010, 1186)],
        {"railway": "subway", "tunnel": "yes", "layer": "-2", "name": "Tuyến 1"},
    )
    line = {"type": "route", "route": "subway", "ref": "M1", "network": "Metro Sông Mây", "colour": "#0a7"}
    both = []
    for ordered in (stops, stops[::-1]):
        ends = [town.node_tags[int(stop.split("/")[1])]["name"] for stop in (ordered[0], ordered[-1])]
        tags = {**line, "name": f"M1: {ends[0]} → {ends[1]}", "from": ends[0], "to": ends[1]}
        both.append(town.relation([(stop, "stop") for stop in ordered] + [(track, "")], tags))
    town.relation(
        [(direction, "") for direction in both], {"type": "route_master", "route_master": "subway", "ref": "M1"}
    )
    return both[0]


def draw_broken(town: Map) -> dict[str, str]:
    """Draw what real extracts are full of: a member, a node and good sense missing."""
    half = town.way([(2640, 2440), (2700, 2440), (2700, 2500)], {})
    missing_member = town.relation(
        [(half, "outer"), ("way/59999", "outer")],
        {"type": "multipolygon", "leisure": "park", "name": "Công viên Thiếu"},
    )
    missing_node = town.way(rectangle(2835, 2445, 2860, 2470), {"building": "residential"}, closed=True)
    town.ways[int(missing_node.split("/")[1])].nodes.insert(2, 49_999)
    crossed = town.way(
        [(2940, 2445), (2960, 2465), (2960, 2445), (2940, 2465)], {"building": "residential"}, closed=True
    )
    return {"missing_member": missing_member, "missing_node": missing_node, "self_crossing": crossed}


# ---------------------------------------------------------------- industrial sites


@dataclass
class Thing:
    """A site or a creative space: what is drawn, and what should be made of it."""

    name: str
    shapes: list[tuple[XY | list[XY], Tags]]
    expected: dict[str, Any]
    osm_ids: list[str] = field(default_factory=list)
    registry_id: str = ""

    @property
    def geometry(self) -> BaseGeometry:
        """Union of its shapes."""
        return shapely.union_all([Polygon(s) if isinstance(s, list) else Point(s) for s, _ in self.shapes])

    @property
    def is_point(self) -> bool:
        """Whether it is a single point, which meets the streets in one place only."""
        return isinstance(self.geometry, Point)


def site(
    name: str,
    heritage_class: str,
    status: str,
    *shapes: tuple[XY | list[XY], Tags],
    candidate: bool = True,
    registry_id: str = "",
    **more: Any,
) -> Thing:
    """Describe an industrial site; the first shape carries the name."""
    expected = {"heritage_class": heritage_class, "status": status, "candidate": candidate, **more}
    first, *others = shapes
    named = [(first[0], {"name": name, **first[1]}), *others]
    return Thing(name, named, expected, registry_id=registry_id)


OLD_WHARF = {"building": "warehouse", "disused": "yes", "historic": "warehouse", "start_date": "1912"}
MILL = {
    "building": "industrial",
    "name:en": "Cotton Mill Arts",
    "old_name": "Nhà máy sợi Bông Mây",
    "historic": "industrial",
    "start_date": "1905",
}


def industrial_sites() -> list[Thing]:
    """Describe the town's industrial past and present."""
    wharf_names = {"name:en": "Old Wharf Godowns", "name:vi": "Kho Bến Cũ", "name:zh": "旧码头仓库"}
    listed = {"heritage": "2", "ownership": "municipal", "operator:type": "public"}
    sheds = [rectangle(2133, south, 2213, south + 65) for south in (850, 915, 980, 1045)]
    return [
        site(
            "Kho Bến Cũ",
            "warehouse",
            "vacated",
            (sheds[0], {**OLD_WHARF, **wharf_names, **listed, "disused:man_made": "works"}),
            *((shed, {**OLD_WHARF, "heritage": "2"}) for shed in sheds[1:]),
            registry_id="SM-02",
        ),
        site(
            "Vườn Bông 1905",
            "mill_factory",
            "converted",
            (rectangle(3034, 748, 3112, 826), MILL),
            candidate=False,
            registry_id="SM-01",
        ),
        site(
            "Nhà máy dệt Mây Xanh",
            "mill_factory",
            "lost",
            (
                rectangle(1040, 1745, 1110, 1825),
                {"razed:building": "factory", "razed:man_made": "works", "start_date": "1929", "end_date": "2011"},
            ),
            candidate=False,
            registry_id="SM-05",
        ),
        site(
            "Lò gạch cũ",
            "mine_kiln",
            "vacated",
            (
                rectangle(3685, 2635, 3715, 2660),
                {"historic": "kiln", "man_made": "kiln", "product": "brick", "disused": "yes", "start_date": "1938"},
            ),
            reachable=False,
        ),
        site(
            "Xưởng đầu máy Sông Mây",
            "railway_works",
            "not_known",
            (
                rectangle(533, 2150, 613, 2225),
                {
                    "building": "industrial",
                    "railway": "workshop",
                    "historic": "railway",
                    "start_date": "1928",
                    "name:en": "Locomotive Works",
                    "name:zh": "机车修理厂",
                },
            ),
        ),
        site(
            "Nhà máy điện cũ",
            "power_water",
            "vacated",
            (
                rectangle(1838, 2547, 1910, 2622),
                {"building": "industrial", "disused:power": "plant", "historic": "power_station", "start_date": "1925"},
            ),
        ),
        site(
            "Tháp nước Mây",
            "power_water",
            "not_known",
            (
                on_row(20, 1270, 14),
                {"man_made": "water_tower", "historic": "yes", "start_date": "1894", "name:zh": "云河水塔"},
            ),
        ),
        site(
            "Bể khí than",
            "power_water",
            "vacated",
            (
                on_column(28, 2262, 12),
                {"man_made": "gasometer", "historic": "yes", "disused": "yes", "start_date": "1910"},
            ),
        ),
        site(
            "Nhà máy bia Mây",
            "brewery_food",
            "not_known",
            (
                rectangle(732, 1545, 812, 1622),
                {"building": "industrial", "man_made": "works", "product": "beer", "start_date": "1930"},
            ),
        ),
        site(
            "Nhà máy xay Lúa Vàng",
            "brewery_food",
            "vacated",
            (
                rectangle(236, 248, 308, 324),
                {"abandoned:man_made": "works", "product": "rice", "start_date": "1922", "historic": "industrial"},
            ),
        ),
        site(
            "Xưởng in cũ",
            "printing",
            "brownfield",
            (
                rectangle(2537, 1748, 2608, 1824),
                {"landuse": "brownfield", "old_name": "Xí nghiệp in số 2", "start_date": "1936"},
            ),
        ),
        site(
            "Nhà in Bình Minh",
            "printing",
            "vacated",
            (
                rectangle(734, 648, 788, 718),
                {"building": "industrial", "disused:craft": "printer", "disused": "yes", "start_date": "1948"},
            ),
        ),
        site(
            "Xưởng đóng tàu Mây",
            "dock_shipyard",
            "vacated",
            (
                rectangle(2134, 2846, 2212, 2928),
                {
                    "historic": "shipyard",
                    "disused:industrial": "shipyard",
                    "landuse": "industrial",
                    "start_date": "1908",
                    "name:en": "May Shipyard",
                },
            ),
        ),
        site(
            "Ống khói Xí nghiệp Dệt kim",
            "mill_factory",
            "vacated",
            (
                on_column(27, 1290, 11),
                {"man_made": "chimney", "historic": "industrial", "disused": "yes", "start_date": "1921"},
            ),
        ),
        site(
            "Kho Muối",
            "warehouse",
            "vacated",
            (
                rectangle(3934, 52, 3990, 120),
                {"building": "warehouse", "historic": "warehouse", "disused": "yes", "start_date": "1940"},
            ),
        ),
        site(
            "Filature de soie (cũ)",
            "mill_factory",
            "vacated",
            (
                rectangle(3436, 948, 3514, 1026),
                {
                    "building": "manufacture",
                    "disused": "yes",
                    "historic": "industrial",
                    "start_date": "1911",
                    "name:fr": "Ancienne filature de soie",
                },
            ),
        ),
        site(
            "旧染厂",
            "mill_factory",
            "vacated",
            (
                rectangle(1237, 347, 1312, 426),
                {
                    "building": "factory",
                    "abandoned": "yes",
                    "historic": "industrial",
                    "start_date": "1934",
                    "name:zh": "旧染厂",
                    "name:vi": "Nhà máy nhuộm cũ",
                },
            ),
        ),
        site(
            "Lò vôi Đê Đông",
            "mine_kiln",
            "vacated",
            (
                rectangle(4235, 450, 4260, 475),
                {"historic": "kiln", "man_made": "kiln", "product": "lime", "disused": "yes", "start_date": "1931"},
            ),
            candidate=False,
        ),
    ]


# known from the registry alone, with a position good enough to stand for the site
REGISTRY_SITE = Thing(
    "Xưởng cơ khí Hòa An",
    [(on_column(15, 2280, 9), {})],
    {"heritage_class": "mill_factory", "status": "vacated", "candidate": True},
    registry_id="SM-03",
)
REGISTRY_SPACE_AT = on_row(27, 330, 5)


# ---------------------------------------------------------------- creative spaces

# what a tag says of a space: tags, domain, tier
KINDS: dict[str, tuple[Tags, str, str]] = {
    "gallery": ({"tourism": "gallery"}, "visual_arts", "intermediate"),
    "art shop": ({"shop": "art"}, "visual_arts", "intermediate"),
    "museum": ({"tourism": "museum"}, "museum_heritage", "intermediate"),
    "arts centre": ({"amenity": "arts_centre"}, "visual_arts", "core"),
    "hub": ({"tourism": "attraction"}, "creative_hub", "core"),
    "coworking": ({"office": "coworking"}, "creative_hub", "core"),
    "hackerspace": ({"leisure": "hackerspace"}, "creative_hub", "core"),
    "theatre": ({"amenity": "theatre"}, "performance_music", "intermediate"),
    "music venue": ({"amenity": "music_venue"}, "performance_music", "intermediate"),
    "cinema": ({"amenity": "cinema"}, "film_digital", "intermediate"),
    "studio": ({"amenity": "studio"}, "film_digital", "core"),
    "library": ({"amenity": "library"}, "books_press", "intermediate"),
    "bookshop": ({"shop": "books"}, "books_press", "supporting"),
    "pottery": ({"craft": "pottery"}, "design_craft", "core"),
    "handicraft": ({"craft": "handicraft"}, "design_craft", "core"),
    "craft shop": ({"shop": "craft"}, "design_craft", "supporting"),
}
HACK = "<script>alert(1)</script>"


def space(
    kind: str, name: str, where: XY | list[XY], *, cluster: str = "", registry_id: str = "", **names: str
) -> Thing:
    """Describe a creative space of a kind; a polygon is a building."""
    tags, domain, tier = KINDS[kind]
    tags = {**tags, "name": name, **{f"name:{language}": text for language, text in names.items()}}
    if isinstance(where, list):
        tags = {"building": "yes", **tags}
    return Thing(name, [(where, tags)], {"domain": domain, "tier": tier, "cluster": cluster}, registry_id=registry_id)


def creative_spaces() -> list[Thing]:
    """Describe the creative spaces: two clusters, a few loose groups, two lone ones."""
    museum = space("museum", "Bảo tàng Phố Cổ", tilted(1748, 1310, 20, 16), cluster="Phố Cổ", en="Old Quarter Museum")
    # mapped twice, as happens: the building and a node in it are one space
    museum.shapes.append(((1747.3, 1311.2), {"tourism": "museum", "name": "Bảo tàng Phố Cổ"}))
    return [
        # the old town
        museum,
        space("gallery", "Phòng tranh Mây", on_column(17, 1300, 6), cluster="Phố Cổ", en="Cloud Gallery"),
        space("gallery", "云画廊", on_row(13, 1690, -5), cluster="Phố Cổ", zh="云画廊", vi="Phòng tranh Vân"),
        space("gallery", HACK, on_column(17, 1402, -4), cluster="Phố Cổ"),
        space("studio", "Studio Gió", on_row(13, 1760, 7), cluster="Phố Cổ"),
        space("studio", "Phòng vẽ Ngõ Ba", (1664, 1470), cluster="Phố Cổ"),
        space("pottery", "Gốm Phố Cổ", on_row(13, 1655, 6), cluster="Phố Cổ"),
        space("art shop", "Giấy và Màu", on_column(17, 1252, -6), cluster="Phố Cổ"),
        space("theatre", "Nhà hát Trăng", on_row(13, 1800, -6), cluster="Phố Cổ", en="Moon Theatre"),
        space("bookshop", "Hiệu sách Đèn Lồng", on_column(17, 1362, 5), cluster="Phố Cổ"),
        # in and around the converted mill
        space("arts centre", "Trung tâm Nghệ thuật Vườn Bông", (3050, 800), cluster="Vườn Bông", registry_id="SM-01"),
        space("gallery", "Phòng trưng bày Bông", on_row(8, 3075, 6), cluster="Vườn Bông"),
        space("studio", "Hãng phim Mây Trắng", on_column(30, 770, -6), cluster="Vườn Bông"),
        space("handicraft", "Dệt tay Nắng", on_row(7, 3075, -6), cluster="Vườn Bông"),
        space("coworking", "Khung Cửi Coworking", on_column(31, 790, 5), cluster="Vườn Bông"),
        space("craft shop", "Thủ công Bông", on_column(31, 868, -5), cluster="Vườn Bông"),
        space("bookshop", "Sách Thoi", on_column(30, 884, 5), cluster="Vườn Bông"),
        space("gallery", "Phòng tranh Guồng", on_row(7, 3001, 6), cluster="Vườn Bông"),
        # 8 m from a street that people may not walk on
        space("gallery", "Phòng tranh Vành Đai", (2655, 345)),
        # the east bank
        space("hub", "Không gian sáng tạo Bờ Sông", on_column(21, 1720, 7), registry_id="SM-06", en="Riverside Hub"),
        space("coworking", "Gác Mây Coworking", on_column(22, 1760, -5)),
        space("library", "Thư viện Bờ Đông", tilted(2345, 1690, 22, 18)),
        # the southern west bank
        space("cinema", "Rạp Sao Mai", on_row(0, 1860, -6)),
        space("music venue", "Đĩa Than", on_row(0, 1895, 6)),
        space("studio", "Phim Ngắn", on_column(19, 60, -5)),
        # Đồng Gió, north-west
        space("gallery", "Phòng tranh Đồng Gió", on_row(23, 130, 5)),
        space("library", "Thư viện Đồng Gió", on_row(26, 130, -5)),
        space("theatre", "Sân khấu Rơm", on_column(4, 2480, 6)),
        space("museum", "Bảo tàng Gốm", on_column(2, 2900, 5)),
        space("handicraft", "Mây Tre Ba Làng", on_row(23, 485, 6)),
        space("bookshop", "Sách Cũ Cô Lan", on_column(0, 2870, 6)),
        # Xóm Lưới, south-west
        space("gallery", "Phòng tranh Lưới", on_row(1, 60, 5)),
        space("bookshop", "Tiệm sách Sóng", on_column(4, 610, -6)),
        space("pottery", "Gốm Xóm Lưới", on_row(5, 90, 6)),
        space("cinema", "Rạp Hải Âu", on_column(3, 90, 5)),
        space("coworking", "Phao Coworking", on_row(3, 440, 5)),
        # on a private street that is open on foot
        space("theatre", "Kịch Ngõ Chung", on_column(6, 420, 5)),
        # Gò Nắng, north-east
        space("gallery", "Phòng tranh Gò Nắng", on_row(28, 2560, 5)),
        space("museum", "Bảo tàng Nắng", tilted(2850, 2895, 22, 16)),
        space("hackerspace", "Mạch Mở", on_row(29, 2560, -5)),
        space("craft shop", "Thủ công Gò Nắng", on_column(30, 2690, -5)),
        # Vườn Dâu, north
        space("arts centre", "Nhà Dâu", on_column(17, 2790, 5)),
        space("handicraft", "Tơ Tằm", on_row(28, 1655, -6)),
        space("library", "Thư viện Vườn Dâu", on_column(18, 2890, 6)),
        # alone
        space("gallery", "Phòng tranh Cuối Phố", on_row(21, 3940, -6)),
        space("museum", "Bảo tàng Muối", on_row(2, 3905, 5)),
        # outside the boundary, inside the buffer
        space("gallery", "Phòng tranh Ngoại Ô", on_row(31, 2600, 5)),
    ]


# ---------------------------------------------------------------- traps

NOT_HERITAGE: tuple[tuple[XY | list[XY], Tags, str], ...] = (
    (on_row(11, 1350, 7), {"amenity": "cafe", "name": "Xưởng Cafe"}, "a café named workshop"),
    (on_row(9, 2740, 7), {"shop": "clothes", "name": "Factory outlet"}, "a clothes shop"),
    (
        on_column(12, 950, 7),
        {"amenity": "bank", "name": "Kho bạc Nhà nước"},
        "the State Treasury: kho, but no warehouse",
    ),
    (on_column(10, 1790, -5), {"highway": "bus_stop", "name": "Nhà máy dệt"}, "a stop named after a factory"),
    (on_row(17, 890, 7), {"amenity": "karaoke_box", "name": "Kho Karaoke"}, "a karaoke bar"),
    (
        rectangle(1337, 1147, 1357, 1165),
        {"building": "detached", "historic": "castle", "name": "Biệt thự Mây"},
        "a villa; hobby mappers tag villas as castles",
    ),
    (
        rectangle(2340, 950, 2380, 985),
        {"building": "school", "amenity": "school", "name": "Khoa Dược"},
        "a school of pharmacy: khoa, not kho",
    ),
    (
        rectangle(2940, 1950, 2985, 1990),
        {"building": "data_center", "telecom": "data_center", "name": "Trung tâm dữ liệu Mây"},
        "a new data centre",
    ),
    (on_row(16, 320, 9), {"amenity": "fuel", "name": "Kho xăng Mây"}, "a petrol station"),
)
NOT_CREATIVE: tuple[tuple[XY, Tags, str], ...] = (
    (on_row(12, 1750, 8), {"tourism": "artwork", "artwork_type": "mural", "name": "Tường Cá"}, "a mural is no venue"),
    (on_row(12, 960, 7), {"amenity": "community_centre", "name": "Nhà sinh hoạt khu phố 3"}, "no cultural production"),
    (on_row(18, 2640, 7), {"amenity": "bar", "name": "Gallery Bar"}, "a bar"),
    (on_row(10, 2860, 6), {"shop": "hairdresser", "name": "Art Hair Studio"}, "a hairdresser"),
)


# ---------------------------------------------------------------- drawing all of it


def draw_shape(town: Map, shape: XY | list[XY], tags: Tags) -> str:
    """Draw a point or a polygon."""
    return town.way(shape, tags, closed=True) if isinstance(shape, list) else town.node(shape, tags)


def draw_things(town: Map, things: list[Thing]) -> None:
    """Draw sites or spaces and note their ids."""
    for thing in things:
        thing.osm_ids = [draw_shape(town, shape, tags) for shape, tags in thing.shapes]


def draw_estate(town: Map) -> list[str]:
    """Draw the modern industrial estate: weak evidence of heritage, however large."""
    halls = [(3150 + 130 * i, 1380 + 180 * j) for i in range(4) for j in range(3) if (i, j) != (2, 0)]
    tags = {"landuse": "industrial", "name": "Khu công nghiệp Tân Mây", "name:en": "Tan May Industrial Park"}
    return [
        town.way(ESTATE, tags, closed=True),
        *(town.way(rectangle(x, y, x + 90, y + 120), {"building": "industrial"}, closed=True) for x, y in halls),
    ]


def density(x: float, y: float) -> float:
    """Return residents per hectare at a position, before scaling: most live around the old wharf."""
    hills = ((2250, 950, 650, 10.0), (1700, 1350, 500, 5.0), (3050, 800, 450, 4.0), (450, 1500, 900, 1.5))
    return 0.8 + sum(h * math.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * r * r)) for a, b, r, h in hills)


def draw_buildings(town: Map, keep_free: BaseGeometry) -> None:
    """Draw homes with their storeys, one or two a block, taller where more people live."""
    rng = random.Random(SEED)
    shapely.prepare(keep_free)
    for i, j in itertools.product(range(-2, 42), range(-2, 32)):
        west, south = FIRST_X + BLOCK_M * i, FIRST_Y + BLOCK_M * j
        crowd = density(west + 50, south + 50)
        for slot in range(2 if crowd > 5 else 1):
            width, depth = 20 + round(20 * rng.random()), 24 + round(40 * rng.random())
            x, y = west + 9 + 45 * slot, south + 9 + round(15 * rng.random())
            home = rectangle(x, y, x + width, y + depth)
            levels = max(1, round(crowd * (0.3 + 0.5 * rng.random())))
            if not keep_free.intersects(Polygon(home)):
                kind = "apartments" if levels > 4 else "house"
                town.way(home, {"building": kind, "building:levels": str(levels)}, closed=True)


def draw_amenities(town: Map) -> None:
    """Draw cafés along the streets, most of them around the old wharf, and a few larger amenities."""
    rng = random.Random(SEED + 1)
    near_wharf: list[XY] = [(2130, 845), (2216, 905), (2217, 972), (2218, 1040), (2150, 1145), (2190, 829)]
    spots = near_wharf + [
        on_row(int(2 + 27 * rng.random()), round(100 + 3000 * rng.random()) + 0.5, 4.5) for _ in range(50)
    ]
    for number, spot in enumerate(spots, start=1):
        if not 1915 < spot[0] < 2125:
            town.node(spot, {"amenity": "cafe", "name": f"Cà phê {number}"})
    university = {"amenity": "university", "name": "Đại học Sông Mây", "name:en": "May University"}
    town.way(rectangle(2232, 1046, 2314, 1128), university, closed=True)
    town.way(rectangle(2232, 746, 2314, 828), {"amenity": "marketplace", "name": "Chợ Mây"}, closed=True)
    town.way(rectangle(2232, 846, 2314, 870), {"place": "square", "name": "Quảng trường Mây"}, closed=True)


def things_to_keep_free(town: Map, things: list[Thing]) -> BaseGeometry:
    """Return the ground on which no home stands: sites, parks, water, lanes and all that lies without streets."""
    ground = [thing.geometry.buffer(3) for thing in things]
    ground += [shapely.box(*box) for box in NO_STREETS.values()]
    ground += [Polygon(shape) for shape, *_ in NOT_HERITAGE if isinstance(shape, list)]
    ground += [shapely.box(2228, 742, 2318, 1132), LineString([(3770, -500), (3770, 3500)]).buffer(25)]
    ground += [LineString([(471, -500), (471, 3500)]).buffer(12)]
    ground += [town.line(number).buffer(3) for number, way in town.ways.items() if "highway" in way.tags]
    ground += [shapely.box(2630, 2430, 2970, 2510)]
    return shapely.union_all(ground)


# ---------------------------------------------------------------- the truth: walking


@dataclass
class Streets:
    """The streets open to people on foot: straight pieces between neighbouring nodes."""

    ends: list[tuple[int, int]]
    lines: np.ndarray
    tree: shapely.STRtree


def walking_streets(town: Map) -> Streets:
    """Collect the pieces of all streets that people may walk on."""
    ends = [
        pair
        for way in town.ways.values()
        if "highway" in way.tags and walkable(way.tags)
        for pair in itertools.pairwise(way.nodes)
    ]
    lines = np.array([LineString([town.xy[a], town.xy[b]]) for a, b in ends])
    return Streets(ends, lines, shapely.STRtree(lines))


def meet(streets: Streets, shape: BaseGeometry) -> tuple[int, float, float]:
    """Find where a place meets the streets: piece, metres along it, metres of leg. Doubtful cases are refused."""
    outline = shape if isinstance(shape, Point) else shape.boundary
    near = streets.tree.query(outline.buffer(700))
    gaps = shapely.distance(streets.lines[near], outline)
    least = float(gaps.min())
    touches = [
        (int(k), shapely.get_point(shapely.shortest_line(streets.lines[k], outline), 0))
        for k in near[gaps < least + 0.03]
    ]
    if any(point.distance(touches[0][1]) > 0.01 for _, point in touches):
        raise ValueError(f"two streets are equally near to {shape.wkt[:60]}: move it")
    piece, point = touches[0]
    return piece, float(streets.lines[piece].project(point)), least


def walking_graph(streets: Streets, places: dict[str, BaseGeometry]) -> nx.Graph:
    """Build the graph of street nodes and places: pieces are split where places meet them, legs join the places."""
    joints: dict[int, list[tuple[float, str]]] = {}
    graph = nx.Graph()
    for key, shape in places.items():
        piece, along, leg = meet(streets, shape)
        joints.setdefault(piece, []).append((along, f"joint {key}"))
        graph.add_edge(key, f"joint {key}", weight=leg)
    for piece, (a, b) in enumerate(streets.ends):
        length = float(streets.lines[piece].length)
        chain: list[tuple[float, Any]] = [(0.0, a), *sorted(joints.get(piece, [])), (length, b)]
        for (start, one), (end, other) in itertools.pairwise(chain):
            # two pieces between the same nodes: the shorter counts
            weight = min(end - start, graph.get_edge_data(one, other, {"weight": math.inf})["weight"])
            graph.add_edge(one, other, weight=weight)
    return graph


def walks_from(graph: nx.Graph, source: Any, places: Iterable[str], limit: float | None = None) -> dict[str, float]:
    """Return metres from a node of the graph to places; through another place nobody walks."""
    wanted = set(places)
    reached = nx.single_source_dijkstra_path_length(graph, source, cutoff=limit)
    return {place: metres for place, metres in reached.items() if place in wanted and place != source}


def refuse_near_ties(metres: Iterable[float], limit: float, margin: float, what: str) -> None:
    """Refuse a layout where an error of centimetres would change a count."""
    for value in metres:
        if abs(value - limit) < margin:
            raise ValueError(f"{what}: {value:.2f} m is too near to the limit of {limit:g} m; move something")


def pair_walks(graph: nx.Graph, spaces: dict[str, Thing]) -> dict[tuple[str, str], float]:
    """Return metres between all pairs of spaces."""
    found = {}
    for name in spaces:
        for other, metres in walks_from(graph, name, spaces).items():
            if name < other:
                found[name, other] = metres
    # a building of 80 m outline may get a second entrance, which shortens a walk by less than its outline
    for (a, b), metres in found.items():
        margin = 5 + 45 * (not spaces[a].is_point) + 45 * (not spaces[b].is_point)
        refuse_near_ties([metres], WALK_M, margin, f"{a} - {b}")
    return found


def sizes_of(graph: nx.Graph) -> list[int]:
    """Return the sizes of a graph's components, largest first."""
    return sorted((len(part) for part in nx.connected_components(graph)), reverse=True)


def links_of(walks: dict[tuple[str, str], float], names: Sequence[str]) -> nx.Graph:
    """Link the spaces that are at most 15 minutes' walk apart."""
    graph, kept = nx.Graph(), set(names)
    graph.add_nodes_from(names)
    graph.add_edges_from(pair for pair, metres in walks.items() if metres <= WALK_M and kept.issuperset(pair))
    return graph


def connectivity(walks: dict[tuple[str, str], float], names: Sequence[str]) -> dict[str, Any]:
    """Return C = sum (n_c / N)^2 over the components that walks of at most 15 minutes make."""
    graph = links_of(walks, names)
    sizes = sizes_of(graph)
    return {
        "spaces": len(names),
        "links": graph.number_of_edges(),
        "component_sizes": sizes,
        "isolated": sizes.count(1),
        "C": round(sum(n * n for n in sizes) / len(names) ** 2, 6),
    }


def relay(
    graph: nx.Graph, site: Thing, walks: dict[tuple[str, str], float], spaces: dict[str, Thing], names: Sequence[str]
) -> float:
    """Return the rise in C when a site joins as a relay: it links what is in walking reach of it, N unchanged."""
    found = walks_from(graph, site.name, names)
    today = sum(n * n for n in sizes_of(links_of(walks, names)))
    rises = set()
    # a second entrance of a building must not decide it
    for doubt in (-45, 0, 45):
        linked = links_of(walks, names)
        nx.add_star(linked, [n for n, metres in found.items() if metres + doubt * (not spaces[n].is_point) <= WALK_M])
        rises.add(round((sum(n * n for n in sizes_of(linked)) - today) / len(names) ** 2, 6))
    refuse_near_ties((m for n, m in found.items() if spaces[n].is_point), WALK_M, 3, site.name)
    if len(rises) > 1:
        raise ValueError(f"the relay of {site.name} hangs on one entrance: move it")
    return rises.pop()


# ---------------------------------------------------------------- the truth: people


@dataclass(frozen=True)
class Cell:
    """A cell of the population raster."""

    row: int
    column: int
    centre: XY
    residents: int


def populate() -> list[Cell]:
    """Spread the residents: whole persons, none in the river or on the estate, few in the fields."""
    empty = shapely.union_all([Polygon(RIVER), Polygon(ESTATE)])
    town_area = Polygon(BOUNDARY)
    rng = random.Random(SEED + 2)
    raw: list[tuple[int, int, XY, float]] = []
    for row, y in enumerate(range(RASTER_NORTH - CELL_M // 2, RASTER_SOUTH, -CELL_M)):
        for column, x in enumerate(range(RASTER_WEST + CELL_M // 2, RASTER_EAST, CELL_M)):
            centre = Point(x, y)
            if min(centre.distance(empty.boundary), centre.distance(town_area.boundary)) < 0.2:
                raise ValueError(f"the cell at {x}, {y} has its centre on an edge")
            west, south, _, _ = NO_STREETS["fields"]
            share = 0.08 if x > west and y > south else density(x, y) * (0.7 + 0.6 * rng.random())
            raw.append((row, column, (x, y), 0.0 if centre.within(empty) else share))
    scale = RESIDENTS / sum(share for *_, xy, share in raw if Point(xy).within(town_area))
    return [Cell(row, column, xy, round(share * scale)) for row, column, xy, share in raw]


def write_raster(cells: list[Cell], path: Path) -> None:
    """Write persons per cell as a GeoTIFF, uncompressed."""
    height, width = max(c.row for c in cells) + 1, max(c.column for c in cells) + 1
    band = np.zeros((height, width), dtype="float32")
    for cell in cells:
        band[cell.row, cell.column] = cell.residents
    corner = from_origin(ORIGIN_E + RASTER_WEST, ORIGIN_N + RASTER_NORTH, CELL_M, CELL_M)
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=1, dtype="float32", crs=EPSG, transform=corner
    ) as file:
        file.write(band, 1)
        file.set_band_description(1, "persons per cell")


# street nodes to count residents from: beside the old wharf, in the old town, at the mill, north-west, by the fields
COUNT_FROM = ((2123, 837), (1723, 1337), (3023, 837), (923, 2137), (3123, 2137))


def residents_within(town: Map, streets: Streets, cells: list[Cell], position: XY) -> dict[str, Any]:
    """Count residents within 15 minutes' walk of a street node, cell by cell."""
    node = town._at[position]
    graph = nx.Graph()
    graph.add_weighted_edges_from((a, b, line.length) for (a, b), line in zip(streets.ends, streets.lines, strict=True))
    reached = nx.single_source_dijkstra_path_length(graph, node, cutoff=2 * WALK_M)
    analysed = Polygon(BOUNDARY).buffer(EDGE_BUFFER_M - CELL_M)
    total, counted = 0, 0
    for cell in cells:
        if cell.residents == 0 or math.dist(cell.centre, position) > WALK_M + 50:
            continue
        piece, along, leg = meet(streets, Point(cell.centre))
        a, b = streets.ends[piece]
        rest = float(streets.lines[piece].length) - along
        metres = leg + min(reached.get(a, math.inf) + along, reached.get(b, math.inf) + rest)
        refuse_near_ties([metres], WALK_M, 0.5, f"cell {cell.centre} from {position}")
        if leg <= CELL_LINK_M and metres <= WALK_M:
            if not Point(cell.centre).within(analysed):
                raise ValueError(f"the reach of {position} leaves the ground that is read")
            total, counted = total + cell.residents, counted + 1
    lon, lat = degrees(position)
    return {"node_id": node, "lon": lon, "lat": lat, "residents": total, "cells": counted}


# ---------------------------------------------------------------- the truth, put together

# sites that are points, and spaces that are: walks between them have one answer
WALKS = (
    ("Tháp nước Mây", "Phòng tranh Mây"),
    ("Tháp nước Mây", "Nhà Dâu"),
    ("Tháp nước Mây", "Không gian sáng tạo Bờ Sông"),
    ("Ống khói Xí nghiệp Dệt kim", "Phòng trưng bày Bông"),
    ("Ống khói Xí nghiệp Dệt kim", "Gác Mây Coworking"),
    ("Ống khói Xí nghiệp Dệt kim", "Phòng tranh Vành Đai"),
    ("Bể khí than", "Phòng tranh Gò Nắng"),
    ("Bể khí than", "Không gian sáng tạo Bờ Sông"),
    ("Bể khí than", "Tơ Tằm"),
    ("Xưởng cơ khí Hòa An", HACK),
    ("Xưởng cơ khí Hòa An", "Thư viện Vườn Dâu"),
    ("Xưởng cơ khí Hòa An", "Kịch Ngõ Chung"),
)


def inside(thing: Thing) -> bool:
    """Tell whether a thing lies in the study area."""
    return bool(thing.geometry.within(Polygon(BOUNDARY)))


def registry_space() -> Thing:
    """Return the creative space that the registry alone knows."""
    expected = {"domain": "performance_music", "tier": "core", "cluster": ""}
    return Thing("Studio Mưa", [(REGISTRY_SPACE_AT, {})], expected, registry_id="SM-07")


def describe(thing: Thing, **more: Any) -> dict[str, Any]:
    """Write a thing as the truth lists it."""
    return {
        "name": thing.name,
        **thing.expected,
        "in_osm": bool(thing.osm_ids),
        "osm_ids": sorted(thing.osm_ids),
        "registry_id": thing.registry_id,
        "inside": inside(thing),
        **more,
    }


def describe_site(thing: Thing, streets: Streets) -> dict[str, Any]:
    """Write a site, and whether a street lies near enough."""
    gap = float(shapely.distance(streets.lines, thing.geometry).min())
    reachable = gap <= SITE_SNAP_M
    if reachable != thing.expected.get("reachable", True):
        raise ValueError(f"{thing.name} is {gap:.0f} m from the nearest street")
    return describe(thing, reachable=reachable, gap_m=round(gap, 2), area_m2=round(thing.geometry.area, 1))


def describe_cluster(name: str, spaces: list[Thing], walks: dict[tuple[str, str], float]) -> dict[str, Any]:
    """Write a planted cluster: its members and the longest walk inside it."""
    members = sorted(thing.name for thing in spaces if thing.expected["cluster"] == name)
    widest = max(walks[pair] for pair in itertools.combinations(members, 2))
    refuse_near_ties([widest], CLUSTER_M, 5, name)
    ids = sorted(osm_id for thing in spaces if thing.name in members for osm_id in thing.osm_ids)
    return {"quarter": name, "members": members, "osm_ids": ids, "n_spaces": len(members), "widest_m": round(widest, 2)}


def describe_walks(graph: nx.Graph, places: dict[str, Thing]) -> list[dict[str, Any]]:
    """Write the walks that have one exact answer."""
    found = []
    for a, b in WALKS:
        metres = walks_from(graph, a, [b])[b]
        ends = {
            side: {"name": name, "osm_ids": places[name].osm_ids, "registry_id": places[name].registry_id}
            for side, name in (("from", a), ("to", b))
        }
        found.append({**ends, "metres": round(metres, 2), "minutes": round(metres / 80, 4)})
    return found


def describe_first(wharf: Thing, spaces: dict[str, Thing], streets: Streets) -> dict[str, Any]:
    """Write why the old wharf comes first: the spaces in walking reach, joined by one hop (nearest entrance only)."""
    # one entrance: the middle of its river side; more entrances only bring more spaces
    graph = walking_graph(streets, {"": Point(2133, 987), **{name: thing.geometry for name, thing in spaces.items()}})
    near = {name: m for name, m in walks_from(graph, "", spaces).items() if m <= WALK_M}
    return {"name": wharf.name, "osm_ids": sorted(wharf.osm_ids), "spaces_in_walking_reach_at_least": sorted(near)}


def make_truth(
    town: Map, sites: list[Thing], spaces: list[Thing], cells: list[Cell], lists: dict[str, Any]
) -> dict[str, Any]:
    """Work out the truth from the layout."""
    streets = walking_streets(town)
    only_registry = registry_space()
    named = {thing.name: thing for thing in [*spaces, only_registry]}
    points = {thing.name: thing for thing in [*sites, REGISTRY_SITE] if thing.is_point}
    space_graph = walking_graph(streets, {name: thing.geometry for name, thing in named.items()})
    if not nx.is_connected(space_graph):
        raise ValueError("some streets cannot be reached on foot from the others")
    walks = pair_walks(space_graph, named)
    places = {**named, **points}
    graph = walking_graph(streets, {name: thing.geometry for name, thing in places.items()})
    in_area = [name for name, thing in named.items() if inside(thing)]
    cell_total = sum(cell.residents for cell in cells if Point(cell.centre).within(Polygon(BOUNDARY)))
    return {
        "town": {
            "name": "Sông Mây",
            "fictional": True,
            "epsg": EPSG,
            "snapshot": SNAPSHOT,
            "boundary": "relation/90001",
            "area_km2": round(Polygon(BOUNDARY).area / 1e6, 6),
            "tolerance_m": 0.05,
        },
        "heritage": [describe_site(thing, streets) for thing in [*sites, REGISTRY_SITE]],
        "creative": [describe(thing) for thing in named.values()],
        "clusters": [describe_cluster(name, spaces, walks) for name in ("Phố Cổ", "Vườn Bông")],
        "first": describe_first(sites[0], named, streets),
        "walks": describe_walks(graph, places),
        "residents": {
            "inside": cell_total,
            "raster": sum(cell.residents for cell in cells),
            "walk_15": [residents_within(town, streets, cells, position) for position in COUNT_FROM],
        },
        "connectivity": {
            "link_m": WALK_M,
            "study_area": connectivity(walks, in_area),
            "with_buffer": connectivity(walks, list(named)),
            "relay": [
                {
                    "name": point.name,
                    "osm_ids": point.osm_ids,
                    "study_area": relay(graph, point, walks, named, in_area),
                    "with_buffer": relay(graph, point, walks, named, list(named)),
                }
                for point in points.values()
            ],
        },
        **lists,
        "streets": {
            "walk_km": round(float(shapely.length(streets.lines).sum()) / 1000, 3),
            "not_on_foot": [
                f"way/{number}" for number, way in town.ways.items() if "highway" in way.tags and not walkable(way.tags)
            ],
        },
        "counts": {"nodes": len(town.xy), "ways": len(town.ways), "relations": len(town.relations)},
    }


# ---------------------------------------------------------------- registry

REGISTRY_COLUMNS = (
    *("registry_id", "name", "name_en", "name_vi", "name_zh", "aliases", "kind", "heritage_class", "domain", "tier"),
    *("former_use", "present_use", "status", "year_converted", "lon", "lat", "precision", "source", "note"),
)


def registry_rows(wharf: str, mill: list[str], razed: str, hub: str) -> list[tuple[dict[str, Any], str, list[str]]]:
    """List the registry rows, each with the outcome expected of it and the OSM objects it matches."""
    rows: list[tuple[dict[str, Any], XY, str, list[str]]] = [
        (
            {
                "name": "Nhà máy sợi cũ",
                "name_en": "Old spinning mill",
                "aliases": "Nhà máy sợi Bông Mây;Trung tâm Nghệ thuật Vườn Bông",
                "kind": "both",
                "heritage_class": "mill_factory",
                "domain": "visual_arts",
                "tier": "core",
                "former_use": "cotton spinning mill",
                "present_use": "arts centre",
                "status": "converted",
                "year_converted": 2016,
                "note": "matches the mill by its old name and the arts centre in it by its name, both aliases",
            },
            (3080, 795),
            "in OSM",
            mill,
        ),
        (
            {
                "name": "Kho Bến Cũ",
                "name_en": "Old Wharf Godowns",
                "name_zh": "旧码头仓库",
                "kind": "heritage",
                "heritage_class": "warehouse",
                "former_use": "river port warehouses",
                "status": "vacated",
                "note": "matches the warehouse row by its name",
            },
            (2160, 990),
            "in OSM",
            [wharf],
        ),
        (
            {
                "name": REGISTRY_SITE.name,
                "kind": "heritage",
                "heritage_class": "mill_factory",
                "former_use": "machine works of 1955",
                "status": "vacated",
                "note": "not mapped: becomes a site of its own",
            },
            REGISTRY_SITE.shapes[0][0],  # type: ignore[list-item]
            "not in OSM",
            [],
        ),
        (
            {
                "name": "Lò gốm Xóm Lưới",
                "kind": "heritage",
                "heritage_class": "mine_kiln",
                "former_use": "pottery kiln",
                "status": "vacated",
                "precision": "ward",
                "note": "only the ward is known: not located",
            },
            (350, 450),
            "not located",
            [],
        ),
        (
            {
                "name": "Nhà máy dệt Mây Xanh",
                "kind": "heritage",
                "heritage_class": "mill_factory",
                "former_use": "weaving mill",
                "present_use": "empty land",
                "status": "lost",
                "note": "pulled down in 2011: never a candidate",
            },
            (1075, 1790),
            "in OSM",
            [razed],
        ),
        (
            {
                "name": "Không gian sáng tạo Bờ Sông",
                "name_en": "Riverside Hub",
                "kind": "creative",
                "domain": "creative_hub",
                "tier": "core",
                "present_use": "creative hub",
                "status": "in_use",
                "note": "matches the hub by its name",
            },
            (2140, 1730),
            "in OSM",
            [hub],
        ),
        (
            {
                "name": "Studio Mưa",
                "kind": "creative",
                "domain": "performance_music",
                "tier": "core",
                "present_use": "rehearsal studio",
                "status": "in_use",
                "note": "not mapped: becomes a creative space of its own",
            },
            REGISTRY_SPACE_AT,
            "not in OSM",
            [],
        ),
    ]
    listed = []
    for number, (given, position, outcome, ids) in enumerate(rows, start=1):
        lon, lat = degrees(position)
        fixed = {
            "registry_id": f"SM-{number:02}",
            "name_vi": given["name"],
            "precision": "site",
            "lon": lon,
            "lat": lat,
        }
        listed.append(({**fixed, "source": "made up for the sample town", **given}, outcome, ids))
    return listed


def write_registry(rows: list[dict[str, Any]], path: Path) -> None:
    """Write the registry."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, REGISTRY_COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# ---------------------------------------------------------------- all of it


def make(folder: Path, registry: Path) -> None:
    """Make the town.

    Parameters
    ----------
    folder : where sample.osm.pbf, population.tif and truth.json go.
    registry : the registry file to write.
    """
    town = Map()
    sites, spaces = industrial_sites(), creative_spaces()
    draw_streets(town)
    metro = draw_ground(town)
    draw_things(town, sites)
    draw_things(town, spaces)
    estate = draw_estate(town)
    traps = [
        {"osm_id": draw_shape(town, shape, tags), "name": tags["name"], "why": why} for shape, tags, why in NOT_HERITAGE
    ]
    traps += [
        {"osm_id": f"way/{number}", "name": way.tags["name"], "why": "a street named after a factory"}
        for number, way in town.ways.items()
        if "highway" in way.tags and "Nhà Máy" in way.tags.get("name", "")
    ]
    not_creative = [
        {"osm_id": draw_shape(town, shape, tags), "name": tags["name"], "why": why} for shape, tags, why in NOT_CREATIVE
    ]
    broken = draw_broken(town)
    draw_amenities(town)
    draw_buildings(town, things_to_keep_free(town, [*sites, *spaces]))

    by_name = {thing.name: thing.osm_ids for thing in [*sites, *spaces]}
    mill = by_name["Vườn Bông 1905"] + by_name["Trung tâm Nghệ thuật Vườn Bông"]
    rows = registry_rows(
        by_name["Kho Bến Cũ"][0],
        mill,
        by_name["Nhà máy dệt Mây Xanh"][0],
        by_name["Không gian sáng tạo Bờ Sông"][0],
    )
    lists = {
        "estate": {"name": "Khu công nghiệp Tân Mây", "tier": "low", "candidate": False, "osm_ids": estate},
        "not_heritage": traps,
        "not_creative": not_creative,
        "escape": {"name": HACK, "osm_id": by_name[HACK][0]},
        "broken": broken,
        "metro": {"relation": metro, "stops": [name for _, _, name, _ in STATIONS]},
        "registry": [
            {"registry_id": row["registry_id"], "name": row["name"], "outcome": outcome, "osm_ids": ids}
            for row, outcome, ids in rows
        ],
    }
    cells = populate()
    truth = make_truth(town, sites, spaces, cells, lists)

    folder.mkdir(parents=True, exist_ok=True)
    write_pbf(town, folder / "sample.osm.pbf")
    write_raster(cells, folder / "population.tif")
    write_registry([row for row, *_ in rows], registry)
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        make(Path(sys.argv[1]), Path(sys.argv[1]) / "sample.csv")
    else:
        make(HERE / "sample_town", ROOT / "config" / "registry" / "sample.csv")
