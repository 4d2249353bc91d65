"""Reading small maps written here, and the sample town, against lengths on the ellipsoid and known counts."""

import json
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
import shapely
import yaml
from pyproj import Geod

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.common.geo import projected
from creative_nodes.pull.read import read_osm
from creative_nodes.report.tables import TABLES
from creative_nodes.settings import load_config, load_settings

ROOT = Path(__file__).resolve().parents[3]
TOWN = ROOT / "tests" / "data" / "sample_town"
GEOD = Geod(ellps="WGS84")
EPSG = 32648
LON, LAT = 105.85, 21.03  # Hanoi
STREET = {"highway": "residential"}
CONFIG = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))
MODES = CONFIG.travel.modes


def at(east, north):
    """Return the position of a point some metres east and north of the middle of the map, on the ellipsoid."""
    lon, lat, _ = GEOD.fwd(LON, LAT, 90, east)
    lon, lat, _ = GEOD.fwd(lon, lat, 0, north)
    return round(lon, 7), round(lat, 7)


def reading(folder):
    """Return what reads a map: nodes {id: (east, north)}, ways {id: (refs, tags)}, relations {id: (tags, members)}."""

    def run(nodes, ways=None, relations=None, *, tagged=None, street=True):
        def inner(tags):
            return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())

        nodes, ways = dict(nodes), dict(ways or {})
        if street:  # every map needs one
            nodes |= {901: (5000, 5000), 902: (5100, 5000)}
            ways |= {900: ([901, 902], STREET)}
        lines = ['<osm version="0.6">']
        for node, place in sorted(nodes.items()):
            lon, lat = at(*place)
            lines += [
                f'<node id="{node}" version="1" lon="{lon}" lat="{lat}">{inner((tagged or {}).get(node, {}))}</node>'
            ]
        for way, (refs, tags) in sorted(ways.items()):
            body = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            lines += [f'<way id="{way}" version="1">{body}{inner(tags)}</way>']
        for relation, (tags, members) in sorted((relations or {}).items()):
            body = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
            lines += [f'<relation id="{relation}" version="1">{body}{inner(tags)}</relation>']
        path = folder / "map.osm"
        path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
        return read_osm(path, modes=MODES, epsg=EPSG)

    return run


@pytest.fixture
def read(tmp_path):
    return reading(tmp_path)


def pieces(extract, *, way=None):
    """Return the pieces as {(u, v): length}, without the street that every map has."""
    edges = extract.street_edges
    edges = edges[edges["way_id"] != 900] if way is None else edges[edges["way_id"] == way]
    return [(u, v, length) for u, v, length in zip(edges["u"], edges["v"], edges["length_m"], strict=True)]


def place(extract, osm_id):
    found = extract.places[extract.places["osm_id"] == osm_id]
    assert len(found) == 1, osm_id
    return found.iloc[0]


def ids(extract):
    return set(extract.places["osm_id"])


def counted(extract, *words):
    return [line for line in extract.counts.lines() if all(word in line for word in words)]


# ---------------------------------------------------------------- streets

CROSS = {1: (-300, 0), 2: (0, 0), 3: (200, 0), 4: (0, -100), 5: (0, 400)}


def test_a_crossing_cuts_both_streets_at_their_common_node(read):
    found = read(CROSS, {10: ([1, 2, 3], STREET), 11: ([4, 2, 5], STREET)})
    lengths = {(u, v): length for u, v, length in pieces(found)}
    assert lengths == {
        (1, 2): pytest.approx(300, rel=1e-3),
        (2, 3): pytest.approx(200, rel=1e-3),
        (4, 2): pytest.approx(100, rel=1e-3),
        (2, 5): pytest.approx(400, rel=1e-3),
    }
    assert set(found.street_nodes["node_id"]) == {1, 2, 3, 4, 5, 901, 902}


def test_a_bend_is_no_junction_and_stays_in_the_shape(read):
    found = read({1: (0, 0), 2: (300, 0), 3: (300, 400)}, {10: ([1, 2, 3], STREET)})
    assert pieces(found) == [(1, 3, pytest.approx(700, rel=1e-3))]
    shape = found.street_edges[found.street_edges["way_id"] == 10].geometry.iloc[0]
    np.testing.assert_allclose(shape.coords, [at(0, 0), at(300, 0), at(300, 400)], atol=1e-7)
    assert 2 not in set(found.street_nodes["node_id"])


def test_streets_crossing_without_a_common_node_do_not_meet(read):
    """A bridge."""
    found = read({1: (-100, 0), 3: (100, 0), 4: (0, -100), 5: (0, 100)}, {10: ([1, 3], STREET), 11: ([4, 5], STREET)})
    assert {(u, v) for u, v, _ in pieces(found)} == {(1, 3), (4, 5)}


def test_a_node_on_a_building_is_no_junction(read):
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (150, 50)}
    found = read(nodes, {10: ([1, 2, 3], STREET), 11: ([2, 3, 4, 2], {"building": "yes"})})
    assert [(u, v) for u, v, _ in pieces(found)] == [(1, 3)]


def test_nodes_lie_where_the_map_says(read):
    found = read(CROSS, {10: ([1, 2, 3], STREET), 11: ([4, 2, 5], STREET)})
    for node, point in zip(found.street_nodes["node_id"], found.street_nodes.geometry, strict=True):
        if node in CROSS:
            assert (point.x, point.y) == pytest.approx(at(*CROSS[node]), abs=1e-7)


def test_a_ring_is_one_piece_from_its_node_to_itself(read):
    ring = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)}
    found = read(ring, {10: ([1, 2, 3, 4, 1], STREET)})
    assert pieces(found) == [(1, 1, pytest.approx(400, rel=1e-3))]


def test_a_ring_that_another_street_meets_is_cut_there(read):
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100), 5: (300, 100)}
    found = read(nodes, {10: ([1, 2, 3, 4, 1], {**STREET, "junction": "roundabout"}), 11: ([3, 5], STREET)})
    assert [(u, v) for u, v, _ in pieces(found, way=10)] == [(1, 3), (3, 1)]
    assert set(found.street_edges[found.street_edges["way_id"] == 10]["oneway_car"]) == {1}


def test_a_way_that_passes_a_node_twice_is_cut_there(read):
    """A lollipop: a stem and a loop in one way."""
    nodes = {1: (0, 0), 2: (200, 0), 3: (300, 0), 4: (300, 100)}
    found = read(nodes, {10: ([1, 2, 3, 4, 2], STREET)})
    assert pieces(found) == [
        (1, 2, pytest.approx(200, rel=1e-3)),
        (2, 2, pytest.approx(100 + 100 + 141.42, rel=1e-3)),
    ]


def test_a_node_named_twice_in_a_row_makes_no_empty_piece(read):
    found = read({1: (0, 0), 2: (100, 0), 3: (200, 0)}, {10: ([1, 2, 2, 3], STREET)})
    assert all(length > 0 for _, _, length in pieces(found))
    assert sum(length for _, _, length in pieces(found)) == pytest.approx(200, rel=1e-3)
    assert shapely.is_valid(found.street_edges.geometry.to_numpy()).all()


def test_total_length_is_kept_and_agrees_with_the_ellipsoid(read):
    rng = np.random.default_rng(80)
    nodes = {int(n): tuple(rng.uniform(-3000, 3000, 2)) for n in range(1, 61)}
    ways = {100 + w: ([int(n) for n in rng.choice(np.arange(1, 61), 9, replace=False)], STREET) for w in range(12)}
    found = read(nodes, ways)
    for way, (refs, _) in ways.items():
        lon, lat = zip(*(at(*nodes[ref]) for ref in refs), strict=True)
        assert sum(length for *_, length in pieces(found, way=way)) == pytest.approx(
            GEOD.line_length(lon, lat), rel=1e-3
        )
    used = Counter(ref for refs, _ in ways.values() for ref in refs)
    ends = {refs[0] for refs, _ in ways.values()} | {refs[-1] for refs, _ in ways.values()}
    junctions = {node for node, uses in used.items() if uses > 1} | ends | {901, 902}
    assert set(found.street_nodes["node_id"]) == junctions


def test_tags_of_a_street_are_read(read):
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0)}
    ways = {
        10: (
            [1, 2],
            {"highway": "primary", "name": "Phố Huế", "oneway": "yes", "oneway:bicycle": "no", "maxspeed": "30 mph"},
        ),
        11: ([2, 3], {"highway": "footway", "oneway": "-1", "maxspeed": "none"}),
        12: ([3, 4], {"highway": "motorway"}),
    }
    edges = read(nodes, ways).street_edges.set_index("way_id")
    assert list(edges.loc[[10, 11, 12], "highway"]) == ["primary", "footway", "motorway"]
    assert list(edges.loc[[10, 11, 12], "name"]) == ["Phố Huế", "", ""]
    assert list(edges.loc[[10, 11, 12], "oneway_car"]) == [1, -1, 1]
    assert list(edges.loc[10, ["oneway_bike", "oneway_motorbike", "oneway_car"]]) == [0, 1, 1]
    assert edges.loc[10, "maxspeed_kmh"] == pytest.approx(48.28, abs=0.01)
    assert np.isnan(edges.loc[11, "maxspeed_kmh"])
    assert list(edges.loc[10, ["walk", "bike", "motorbike", "car"]]) == [True] * 4
    assert list(edges.loc[11, ["walk", "bike", "motorbike", "car"]]) == [True, False, False, False]
    assert list(edges.loc[12, ["walk", "bike", "motorbike", "car"]]) == [False, False, False, True]


def test_a_ferry_is_a_street_of_its_own_kind_with_its_duration_shared_by_length(read):
    nodes = {1: (0, 0), 2: (100, 0), 3: (400, 0), 4: (400, 100), 5: (500, 0)}
    ways = {
        10: ([1, 2], STREET),
        11: ([2, 3, 5], {"route": "ferry", "name": "Phà", "duration": "0:20"}),
        12: ([3, 4], STREET),
        13: ([5, 4], {"route": "ferry", "highway": "path"}),
    }
    edges = read(nodes, ways).street_edges
    crossing = edges[edges["way_id"] == 11]
    assert list(crossing["highway"]) == ["ferry", "ferry"] and list(crossing["name"]) == ["Phà", "Phà"]
    assert list(crossing["crossing_min"]) == [pytest.approx(15, abs=0.01), pytest.approx(5, abs=0.01)]
    assert edges.set_index("way_id").loc[13, "highway"] == "ferry"
    assert edges[edges["way_id"] != 11]["crossing_min"].isna().all()


@pytest.mark.parametrize("highway", ["proposed", "construction", "platform", "razed", "disused", "bus_stop", "ruins"])
def test_what_is_no_street_is_left_out(read, highway):
    found = read({1: (0, 0), 2: (100, 0)}, {10: ([1, 2], {"highway": highway, "foot": "yes"})})
    assert pieces(found) == []


def test_a_street_with_a_missing_end_is_shortened_and_counted(read):
    found = read({1: (0, 0), 2: (100, 0), 3: (200, 0)}, {10: ([1, 2, 3, 77], STREET)})
    assert pieces(found) == [(1, 3, pytest.approx(200, rel=1e-3))]
    assert counted(found, "1 ", "missing")


def test_a_gap_in_a_street_is_not_bridged(read):
    """A way that leaves the extract and comes back is two streets, not a straight line between them."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (3000, 0), 4: (3100, 0)}
    found = read(nodes, {10: ([1, 2, 77, 78, 3, 4], STREET)})
    assert sum(length for *_, length in pieces(found)) == pytest.approx(200, rel=1e-2)


def test_a_street_of_one_node_is_set_aside_and_counted(read):
    found = read({1: (0, 0)}, {10: ([1, 77], STREET)})
    assert pieces(found) == []
    assert counted(found, "fewer than two")


def test_no_street_is_an_error_that_says_what_to_do(read):
    with pytest.raises(InputError, match=r"map\.osm.*no street.*boundary"):
        read({1: (0, 0)}, tagged={1: {"amenity": "cafe"}}, street=False)


# ---------------------------------------------------------------- beside OSMnx


def test_walkable_streets_are_those_of_osmnx(tmp_path):
    """OSMnx's own filter picks the ways, OSMnx's own reader measures them (on a sphere, hence 0.6 %)."""
    import networkx as nx
    import osmnx

    from creative_nodes.pull.access import allows

    # one street of each kind beside the other, joined by a residential street along their ends
    kinds = [
        *({"highway": h} for h in ("residential", "footway", "steps", "path", "pedestrian", "service", "motorway")),
        *({"highway": h} for h in ("trunk", "motorway_link", "track", "raceway", "bus_guideway", "construction")),
        *({"highway": "residential", **t} for t in ({"foot": "no"}, {"access": "private"}, {"oneway": "yes"})),
        {"highway": "service", "service": "private"},
        {"highway": "service", "service": "driveway"},
        {"highway": "pedestrian", "area": "yes"},
    ]
    nodes, ways = {}, {}
    for number, tags in enumerate(kinds):
        nodes |= {1000 + number: at(number * 50, 0), 2000 + number: at(number * 50, 90 + 7 * number)}
        ways[number + 1] = ([1000 + number, 2000 + number], tags)
    ways[500] = ([1000 + number for number in range(len(kinds))], STREET)
    everything, taken = tmp_path / "all.osm", tmp_path / "taken.osm"

    def write(path, chosen):
        lines = ['<osm version="0.6">']
        used = {ref for refs, _ in chosen.values() for ref in refs}
        lines += [f'<node id="{n}" version="1" lon="{nodes[n][0]}" lat="{nodes[n][1]}"/>' for n in sorted(used)]
        for way, (refs, tags) in chosen.items():
            body = "".join(f'<nd ref="{r}"/>' for r in refs) + "".join(
                f'<tag k="{k}" v="{v}"/>' for k, v in tags.items()
            )
            lines += [f'<way id="{way}" version="1">{body}</way>']
        path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")

    closed_by_osmnx = {"motorway", "motorway_link", "raceway", "bus_guideway", "construction"}
    picked = {
        way: (refs, tags)
        for way, (refs, tags) in ways.items()
        if tags["highway"] not in closed_by_osmnx
        and tags.get("area") != "yes"
        and tags.get("access") != "private"
        and tags.get("foot") != "no"
        and tags.get("service") != "private"
    }
    write(everything, ways)
    write(taken, picked)
    edges = read_osm(everything, modes=MODES, epsg=EPSG).street_edges
    ours = edges[edges["walk"]]
    assert set(ours["way_id"]) == set(picked)
    assert all(allows(tags, MODES["walk"]) for _, tags in picked.values())

    graph = osmnx.graph_from_xml(taken, bidirectional=True, simplify=False, retain_all=True).to_undirected()
    theirs = sum(length for *_, length in graph.edges(data="length"))
    assert ours["length_m"].sum() == pytest.approx(theirs, rel=6e-3)
    mine = nx.Graph(zip(ours["u"], ours["v"], strict=True))
    assert nx.number_connected_components(mine) == nx.number_connected_components(graph)
    # where three or more of its pieces meet, ours has a junction too
    assert {node for node, degree in graph.degree() if degree > 2} <= set(mine.nodes)


# ---------------------------------------------------------------- places

SQUARE = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)}
RING = [1, 2, 3, 4, 1]


def square_metres(extract, osm_id):
    shape = place(extract, osm_id).geometry
    return abs(GEOD.geometry_area_perimeter(shape)[0])


def test_a_tagged_node_is_a_point_with_all_its_tags(read):
    tags = {"amenity": "cafe", "name": 'Cà phê "Đê" <1>'}
    found = read({1: (10, 20), 2: (0, 0)}, tagged={1: tags})
    row = place(found, "node/1")
    assert json.loads(row["tags"]) == tags
    assert (row.geometry.x, row.geometry.y) == pytest.approx(at(10, 20), abs=1e-7)
    assert ids(found) == {"node/1"}


def test_a_building_is_an_area(read):
    found = read(SQUARE, {10: (RING, {"building": "warehouse"})})
    assert place(found, "way/10").geometry.geom_type == "Polygon"
    assert square_metres(found, "way/10") == pytest.approx(10_000, rel=2e-3)


def test_an_open_line_is_a_line(read):
    found = read(SQUARE, {10: ([1, 2, 3], {"railway": "disused"})})
    assert place(found, "way/10").geometry.geom_type == "LineString"


CLOSED = [
    ({"barrier": "wall"}, "LineString"),
    ({"waterway": "canal"}, "LineString"),
    ({"barrier": "wall", "area": "yes"}, "Polygon"),
    ({"barrier": "fence", "landuse": "industrial"}, "Polygon"),
    ({"landuse": "industrial", "area": "no"}, "LineString"),
    ({"landuse": "brownfield"}, "Polygon"),
    # tracks and streams that end where they begin
    ({"railway": "rail"}, "LineString"),
    ({"railway": "monorail", "name": "Loop"}, "LineString"),
    ({"railway": "narrow_gauge", "tourism": "attraction", "heritage": "2"}, "LineString"),
    ({"railway": "disused", "historic": "railway"}, "LineString"),
    ({"waterway": "stream"}, "LineString"),
    ({"waterway": "canal", "historic": "yes"}, "LineString"),
    ({"route": "road"}, "LineString"),
    ({"natural": "coastline"}, "LineString"),
    ({"natural": "tree_row"}, "LineString"),
    ({"man_made": "pipeline"}, "LineString"),
    ({"power": "minor_line"}, "LineString"),
    ({"leisure": "track"}, "LineString"),
    ({"aeroway": "taxiway"}, "LineString"),
    # ground beside water and tracks
    *(({"waterway": value}, "Polygon") for value in ("dock", "boatyard", "riverbank", "basin", "dam")),
    *(
        ({"railway": value}, "Polygon")
        for value in ("station", "platform", "roundhouse", "turntable", "traverser", "yard", "workshop", "depot")
    ),
    ({"waterway": "canal", "natural": "water"}, "Polygon"),
    ({"railway": "rail", "landuse": "railway"}, "Polygon"),
    ({"barrier": "fence", "military": "base"}, "Polygon"),
    ({"barrier": "wall", "historic": "castle"}, "Polygon"),
    ({"aeroway": "runway"}, "Polygon"),
    ({"aeroway": "hangar"}, "Polygon"),
    ({"power": "plant"}, "Polygon"),
    ({"leisure": "track", "landuse": "recreation_ground"}, "Polygon"),
    ({"highway": "rest_area"}, "Polygon"),
    ({"name": "of no kind"}, "Polygon"),
]


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """One map with a closed way for each set of tags, all around one square."""
    ways = {10 + number: (RING, tags) for number, (tags, _) in enumerate(CLOSED)}
    return reading(tmp_path_factory.mktemp("closed"))(SQUARE, ways)


@pytest.mark.parametrize("number", range(len(CLOSED)), ids=[str(tags) for tags, _ in CLOSED])
def test_a_closed_way_is_area_or_line_by_its_tags(closed, number):
    tags, kind = CLOSED[number]
    found = place(closed, f"way/{10 + number}")
    assert json.loads(found["tags"]) == tags and found.geometry.geom_type == kind


def test_a_roundabout_is_a_street(read):
    found = read(SQUARE, {10: (RING, {"highway": "residential", "junction": "roundabout", "name": "Vòng xuyến"})})
    assert ids(found) == set()
    assert len(pieces(found)) == 1


def test_a_closed_street_is_no_place(read):
    found = read(SQUARE, {10: (RING, {"highway": "pedestrian", "name": "Vòng xuyến"})})
    assert ids(found) == set()
    assert len(pieces(found)) == 1


@pytest.mark.parametrize(
    "tags",
    [
        *({"waterway": value} for value in ("dock", "boatyard")),
        *({"railway": value} for value in ("roundhouse", "workshop", "yard", "turntable")),
        {"railway": "depot;workshop"},
    ],
)
def test_docks_and_depots_drawn_closed_are_areas(read, tags):
    found = read(SQUARE, {10: (RING, tags), 11: (RING[:-1], tags)})
    assert square_metres(found, "way/10") == pytest.approx(10_000, rel=2e-3)
    assert place(found, "way/11").geometry.geom_type == "LineString"


@pytest.mark.parametrize("tags", [{"railway": "rail"}, {"waterway": "river"}, {"barrier": "wall"}])
def test_lines_drawn_closed_stay_lines(read, tags):
    assert place(read(SQUARE, {10: (RING, tags)}), "way/10").geometry.geom_type == "LineString"


PLAZA = {"highway": "pedestrian", "area": "yes", "name": "Quảng trường"}


def way_between(extract, start, end):
    """Return metres on foot, by networkx."""
    import networkx as nx

    edges = extract.street_edges[extract.street_edges["walk"]]
    graph = nx.MultiGraph()
    for u, v, length in zip(edges["u"], edges["v"], edges["length_m"], strict=True):
        graph.add_edge(u, v, weight=length)
    return nx.shortest_path_length(graph, start, end, weight="weight")


def test_a_pedestrian_square_is_a_place_and_walked_across(read):
    """Streets meet it at two opposite corners: across is the diagonal, round it are two sides."""
    nodes = {**SQUARE, 5: (-100, -100), 6: (200, 200)}
    found = read(nodes, {10: (RING, PLAZA), 11: ([5, 1], STREET), 12: ([3, 6], STREET)})
    assert place(found, "way/10").geometry.geom_type == "Polygon"
    assert way_between(found, 5, 6) == pytest.approx(3 * 100 * 2**0.5, rel=1e-3)
    round_it = sorted(length for u, v, length in pieces(found, way=10) if {u, v} == {1, 3})
    assert round_it == [pytest.approx(100 * 2**0.5, rel=1e-3), *[pytest.approx(200, rel=1e-3)] * 2]
    square = found.street_edges[found.street_edges["way_id"] == 10]
    assert square["walk"].all() and not square["car"].any()
    assert counted(found, "1 squares walked")


def test_a_square_that_no_street_meets_is_a_place_alone(read):
    found = read(SQUARE, {10: (RING, PLAZA)})
    assert place(found, "way/10").geometry.geom_type == "Polygon" and pieces(found) == []


def test_nobody_walks_through_the_hole_of_a_square(read):
    """A square of 100 metres with a pond of 40 in its middle, as a multipolygon: the way bends at the pond's corner."""
    nodes = {**SQUARE, 5: (30, 30), 6: (70, 30), 7: (70, 70), 8: (30, 70), 11: (-50, 0), 12: (150, 100)}
    relation = {50: ({"type": "multipolygon", "highway": "pedestrian"}, [(10, "outer"), (13, "inner")])}
    ways = {10: (RING, {}), 13: ([5, 6, 7, 8, 5], {}), 14: ([11, 1], STREET), 15: ([3, 12], STREET)}
    found = read(nodes, ways, relation)
    around = 2 * (70**2 + 30**2) ** 0.5
    assert way_between(found, 11, 12) == pytest.approx(50 + around + 50, rel=1e-3)


def test_nobody_leaves_an_l_shaped_square(read):
    """The way bends at its inner corner."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 40), 4: (40, 40), 5: (40, 100), 6: (0, 100), 7: (200, 40), 8: (40, 200)}
    ways = {10: ([1, 2, 3, 4, 5, 6, 1], PLAZA), 11: ([7, 3], STREET), 12: ([5, 8], STREET)}
    assert way_between(read(nodes, ways), 7, 8) == pytest.approx(100 + 60 + 60 + 100, rel=1e-3)


def test_two_squares_that_meet_are_walked_over(read):
    nodes = {**SQUARE, 5: (200, 0), 6: (200, 100), 7: (-50, 0), 8: (250, 100)}
    ways = {10: (RING, PLAZA), 11: ([2, 5, 6, 3, 2], PLAZA), 12: ([7, 1], STREET), 13: ([6, 8], STREET)}
    assert way_between(read(nodes, ways), 7, 8) == pytest.approx(100 + 100 + 100 * 2**0.5, rel=1e-3)


def test_a_building_named_on_its_relation_and_its_outline_is_one(read):
    relation = {50: ({"type": "multipolygon", "building": "industrial"}, [(10, "outer"), (11, "inner")])}
    found = read(HOLE, {10: (RING, {"building": "yes", "name": "Kho"}), 11: (INNER, {})}, relation)
    assert ids(found) == {"relation/50"}
    # what only the outline says is not lost
    tags = json.loads(place(found, "relation/50")["tags"])
    assert (tags["building"], tags["name"]) == ("industrial", "Kho")
    assert counted(found, "1 outlines left out")


def test_an_outline_stays_where_its_relation_makes_no_area(read):
    relation = {50: ({"type": "multipolygon", "building": "yes"}, [(10, "outer"), (77, "outer")])}
    assert ids(read(SQUARE, {10: (RING, {"building": "yes"})}, relation)) >= {"way/10"}


HOLE = {**SQUARE, 5: (20, 20), 6: (60, 20), 7: (60, 60), 8: (20, 60)}
INNER = [5, 6, 7, 8, 5]


def test_a_multipolygon_leaves_its_hole_out(read):
    relation = {50: ({"type": "multipolygon", "landuse": "industrial"}, [(10, "outer"), (11, "inner")])}
    found = read(HOLE, {10: (RING, {}), 11: (INNER, {})}, relation)
    assert square_metres(found, "relation/50") == pytest.approx(10_000 - 1_600, rel=2e-3)
    assert ids(found) == {"relation/50"}


def test_a_multipolygon_of_two_parts_and_an_outline_in_pieces(read):
    nodes = {**SQUARE, 5: (200, 0), 6: (250, 0), 7: (250, 50), 8: (200, 50)}
    ways = {10: ([1, 2, 3], {}), 11: ([3, 4, 1], {}), 12: (INNER, {})}
    relation = {50: ({"type": "multipolygon", "landuse": "industrial"}, [(10, "outer"), (11, "outer"), (12, "outer")])}
    found = read(nodes, ways, relation)
    assert place(found, "relation/50").geometry.geom_type == "MultiPolygon"
    assert square_metres(found, "relation/50") == pytest.approx(12_500, rel=2e-3)


def test_an_outline_with_tags_of_its_own_is_a_place_too(read):
    relation = {50: ({"type": "multipolygon", "building": "industrial"}, [(10, "outer"), (11, "inner")])}
    found = read(HOLE, {10: (RING, {"landuse": "industrial"}), 11: (INNER, {})}, relation)
    assert ids(found) == {"relation/50", "way/10"}


def test_a_relation_with_a_missing_member_is_set_aside_and_counted(read):
    relation = {50: ({"type": "multipolygon", "landuse": "industrial"}, [(10, "outer"), (77, "outer")])}
    found = read(SQUARE, {10: ([1, 2, 3], {})}, relation)
    assert ids(found) == set()
    assert counted(found, "1 ", "relations set aside")


def test_other_relations_are_no_places(read):
    found = read(SQUARE, {10: ([1, 2, 3], STREET)}, {50: ({"type": "route", "route": "bus"}, [(10, "")])})
    assert ids(found) == set()
    assert not counted(found, "relations set aside")


def test_a_building_with_a_missing_node_is_set_aside_or_mended_and_counted(read):
    found = read(SQUARE, {10: ([1, 2, 77, 4, 1], {"building": "industrial"})})
    if "way/10" in ids(found):
        assert place(found, "way/10").geometry.is_valid
    assert counted(found, "missing")


def test_a_building_crossing_itself_is_repaired_and_counted(read):
    # a bow tie: two triangles of 100 by 50 metres that meet in its crossing
    found = read(SQUARE, {10: ([1, 3, 2, 4, 1], {"building": "industrial"})})
    assert counted(found, "1 ")
    assert ids(found) == {"way/10"}, found.counts.lines()
    assert place(found, "way/10").geometry.is_valid
    assert square_metres(found, "way/10") == pytest.approx(5_000, rel=2e-3)


def test_untagged_things_are_no_places(read):
    assert ids(read(SQUARE, {10: (RING, {})})) == set()


def test_every_table_passes_its_door(read):
    relation = {50: ({"type": "multipolygon", "landuse": "industrial"}, [(10, "outer"), (11, "inner")])}
    found = read(HOLE, {10: (RING, {}), 11: (INNER, {}), 12: ([1, 3], STREET)}, relation, tagged={2: {"shop": "art"}})
    for name in ("places", "street_nodes", "street_edges"):
        tables.check(getattr(found, name), TABLES[name], where=name)


def test_counts_add_up(read):
    found = read(
        {**SQUARE, 5: (-50, 0)}, {10: (RING, {"building": "yes"}), 11: ([5, 1], STREET)}, tagged={2: {"a": "b"}}
    )
    numbers = {line.split(" ", 1)[1]: int(line.split(" ", 1)[0]) for line in found.counts.lines()}
    assert numbers["places"] == len(found.places) == 2
    assert numbers["street pieces"] == len(found.street_edges) == 2
    assert numbers["street nodes"] == len(found.street_nodes) == 4


def test_projected_shapes_are_in_metres(read):
    found = read(SQUARE, {10: (RING, {"building": "yes"})})
    assert shapely.area(projected(found.places, EPSG))[0] == pytest.approx(10_000, rel=2e-3)


# ---------------------------------------------------------------- the sample town


@pytest.fixture(scope="module")
def truth():
    return json.loads((TOWN / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def town(truth):
    modes = load_settings(CONFIG, "sample", root=ROOT).analysis.travel.modes
    return read_osm(TOWN / "sample.osm.pbf", modes=modes, epsg=truth["town"]["epsg"])


def test_walkable_length_of_the_sample_town(town, truth):
    edges = town.street_edges
    assert edges[edges["walk"]]["length_m"].sum() / 1000 == pytest.approx(truth["streets"]["walk_km"], abs=0.001)


def test_streets_of_the_sample_town_closed_on_foot(town, truth):
    edges = town.street_edges
    closed = {f"way/{way}" for way in edges[~edges["walk"]]["way_id"]}
    absent = {osm_id for osm_id in truth["streets"]["not_on_foot"] if int(osm_id[4:]) not in set(edges["way_id"])}
    assert closed | absent == set(truth["streets"]["not_on_foot"])
    assert len(absent) <= 1  # under construction


def test_every_site_of_the_sample_town_is_read_with_its_area(town, truth):
    shapes = dict(zip(town.places["osm_id"], projected(town.places, truth["town"]["epsg"]), strict=True))
    for site in truth["heritage"]:
        if site["osm_ids"]:
            total = shapely.area(shapely.union_all([shapes[osm_id] for osm_id in site["osm_ids"]]))
            assert total == pytest.approx(site["area_m2"], rel=1e-3), site["name"]


def test_broken_objects_of_the_sample_town_are_counted(town, truth):
    assert truth["broken"]["missing_member"] not in ids(town)
    assert counted(town, "1 ", "relations set aside")
    for key in ("missing_node", "self_crossing"):
        osm_id = truth["broken"][key]
        if osm_id in ids(town):
            assert place(town, osm_id).geometry.is_valid
    left = sum(
        osm_id not in ids(town) for osm_id in (truth["broken"]["missing_node"], truth["broken"]["self_crossing"])
    )
    numbers = {line.split(" ", 1)[1]: int(line.split(" ", 1)[0]) for line in town.counts.lines()}
    told = sum(number for what, number in numbers.items() if "areas set aside" in what or "no usable" in what)
    assert told == left
    assert numbers.get("invalid geometries repaired", 0) == 2 - left


def test_reading_twice_gives_the_same(town, truth):
    again = read_osm(TOWN / "sample.osm.pbf", modes=MODES, epsg=truth["town"]["epsg"])
    for name in ("places", "street_nodes", "street_edges"):
        assert getattr(again, name).equals(getattr(town, name)), name


def test_every_place_keeps_the_day_of_its_last_edit(tmp_path):
    """Nodes, open ways, outlines, an outline that crosses itself, and a multipolygon; none is what is before OSM."""
    square = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)}
    points = {**square, 5: (50, 50), 6: (60, 50), 7: (70, 50), 901: (500, 500), 902: (600, 500)}
    stamps = {5: "2019-12-31T23:59:59Z", 6: "1970-01-01T00:00:00Z"}
    lines = ['<osm version="0.6">']
    for node, place in points.items():
        lon, lat = at(*place)
        stamp = f' timestamp="{stamps[node]}"' if node in stamps else ""
        tag = '<tag k="shop" v="books"/>' if node in (5, 6, 7) else ""
        lines.append(f'<node id="{node}" version="1"{stamp} lon="{lon}" lat="{lat}">{tag}</node>')
    ways = {
        10: ([1, 2, 3, 4, 1], "2020-01-02", "building"),
        11: ([1, 2], "2020-02-03", "barrier"),
        12: ([1, 2, 4, 3, 1], "2020-03-04", "building"),
        13: ([1, 2, 3, 4, 1], "2020-04-05", ""),
        900: ([901, 902], "2020-05-06", "highway"),
    }
    for way, (refs, day, key) in ways.items():
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs) + (f'<tag k="{key}" v="yes"/>' if key else "")
        lines.append(f'<way id="{way}" version="1" timestamp="{day}T12:00:00Z">{inner}</way>')
    body = '<member type="way" ref="13" role="outer"/><tag k="type" v="multipolygon"/><tag k="landuse" v="industrial"/>'
    lines.append(f'<relation id="20" version="1" timestamp="2021-06-07T00:00:00Z">{body}</relation>')
    path = tmp_path / "dated.osm"
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    found = read_osm(path, modes=MODES, epsg=EPSG).places.set_index("osm_id")["edited"].to_dict()
    assert found == {
        "node/5": "2019-12-31",
        "node/6": "",
        "node/7": "",
        "way/10": "2020-01-02",
        "way/11": "2020-02-03",
        "way/12": "2020-03-04",
        "relation/20": "2021-06-07",
    }
