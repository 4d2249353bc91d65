"""Speeds, oneway rules, islands and entrances of the street network, by hand."""

import math
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pytest
import shapely

from creative_nodes.streets.network import StreetNetwork, StreetTables, build_network, find_entrances, islands


def _build(towns: ModuleType, tables: Any, mode: str, **how: Any) -> StreetNetwork:
    travel = how.pop("travel", towns.travel())
    return build_network(StreetTables(*tables, towns.EPSG), mode=mode, travel=travel, country="VN", **how)


def _cost(network: StreetNetwork, u: int, v: int) -> float:
    """Return the cost from one OSM node straight to the other, infinite when closed."""
    a, b = np.searchsorted(network.node_ids, [u, v])
    found = network.forward[(network.u == a) & (network.v == b)].tolist()
    found += network.backward[(network.u == b) & (network.v == a)].tolist()
    return min(found, default=math.inf)


def _one_edge(towns: ModuleType, **columns: Any) -> Any:
    return towns.street_tables({1: (0, 0), 2: (300, 0)}, [(1, 2, columns)])


@pytest.mark.parametrize(
    ("mode", "highway", "kmh"),
    [
        ("walk", "residential", 4.8),
        ("walk", "primary", 4.8),
        ("bike", "cycleway", 12),
        ("motorbike", "primary", 28),
        ("motorbike", "residential", 18),
        ("motorbike", "service", 12),
        ("motorbike", "road", 15),
        ("car", "motorway", 70),
        ("car", "living_street", 10),
        ("car", "track", 12),
    ],
)
def test_speed_by_class(towns: ModuleType, mode: str, highway: str, kmh: float) -> None:
    network = _build(towns, _one_edge(towns, highway=highway), mode)
    assert _cost(network, 1, 2) == pytest.approx(0.3 / kmh * 60)
    assert network.unit == "min"


@pytest.mark.parametrize("parent", ["motorway", "trunk", "primary", "secondary", "tertiary"])
def test_a_link_road_is_as_fast_as_its_parent(towns: ModuleType, parent: str) -> None:
    speed = towns.config().travel.speeds_kmh["VN"]["car"][parent]
    network = _build(towns, _one_edge(towns, highway=f"{parent}_link"), "car")
    assert _cost(network, 1, 2) == pytest.approx(0.3 / speed * 60)


def test_a_link_road_named_in_the_table_has_its_own_speed(towns: ModuleType) -> None:
    table = {"walk": {"default": 4.8}, "car": {"trunk": 40, "trunk_link": 20, "default": 10}}
    travel = towns.travel(speeds_kmh={"VN": table})
    network = _build(towns, _one_edge(towns, highway="trunk_link"), "car", travel=travel)
    assert _cost(network, 1, 2) == pytest.approx(0.3 / 20 * 60)


@pytest.mark.parametrize(
    ("mode", "limit", "kmh"),
    [
        ("motorbike", 10.0, 10),
        ("car", 5.0, 5),
        ("motorbike", 60.0, 18),  # a limit does not make anyone faster
        ("motorbike", math.nan, 18),
        ("walk", 3.0, 4.8),  # people on foot have no limit
    ],
)
def test_maxspeed_caps_vehicles_only(towns: ModuleType, mode: str, limit: float, kmh: float) -> None:
    network = _build(towns, _one_edge(towns, maxspeed_kmh=limit), mode)
    assert _cost(network, 1, 2) == pytest.approx(0.3 / kmh * 60)


def test_in_metres_the_cost_is_the_length(towns: ModuleType) -> None:
    network = _build(towns, _one_edge(towns, maxspeed_kmh=5.0), "car", in_metres=True)
    assert _cost(network, 1, 2) == pytest.approx(300)
    assert (network.unit, network.leg_cost_per_m) == ("m", 1.0)


@pytest.mark.parametrize("mode", ["walk", "bike", "motorbike", "car"])
def test_the_way_to_the_street_is_on_foot(towns: ModuleType, mode: str) -> None:
    network = _build(towns, _one_edge(towns), mode)
    assert network.leg_cost_per_m == pytest.approx(1 / towns.WALK_M_PER_MIN)


@pytest.mark.parametrize(("oneway", "there", "back"), [(0, True, True), (1, True, False), (-1, False, True)])
@pytest.mark.parametrize("mode", ["bike", "motorbike", "car"])
def test_oneway_binds_vehicles(towns: ModuleType, mode: str, oneway: int, there: bool, back: bool) -> None:
    # a ring around, so that the oneway street is not a dead end
    points = {1: (0, 0), 2: (300, 0), 3: (150, 200)}
    tables = towns.street_tables(points, [(1, 2, {"oneway": oneway}), (2, 3, {}), (3, 1, {})])
    network = _build(towns, tables, mode)
    assert math.isfinite(_cost(network, 1, 2)) is there
    assert math.isfinite(_cost(network, 2, 1)) is back
    on_foot = _build(towns, tables, "walk")
    assert _cost(on_foot, 1, 2) == _cost(on_foot, 2, 1) == pytest.approx(300 / towns.WALK_M_PER_MIN)


@pytest.mark.parametrize(("mode", "there", "back"), [("bike", True, True), ("motorbike", True, False)])
def test_a_oneway_street_may_be_open_both_ways_to_one_mode(
    towns: ModuleType, mode: str, there: bool, back: bool
) -> None:
    points = {1: (0, 0), 2: (300, 0), 3: (150, 200)}
    tables = towns.street_tables(points, [(1, 2, {"oneway": 1}), (2, 3, {}), (3, 1, {})])
    tables[1].loc[0, "oneway_bike"] = 0
    network = _build(towns, tables, mode)
    assert (math.isfinite(_cost(network, 1, 2)), math.isfinite(_cost(network, 2, 1))) == (there, back)


def test_stairs_are_slow_on_foot(towns: ModuleType) -> None:
    network = _build(towns, _one_edge(towns, highway="steps"), "walk")
    assert _cost(network, 1, 2) == pytest.approx(0.3 / 2.4 * 60)


@pytest.mark.parametrize(("mode", "factor"), [("walk", 1), ("motorbike", 1.5), ("car", 2)])
def test_the_rush_hour_slows_those_it_names(towns: ModuleType, mode: str, factor: float) -> None:
    plain, slow = towns.travel(), towns.travel(peak_factor={"VN": {"motorbike": 1.5, "car": 2.0}})
    street = _one_edge(towns, highway="primary")
    at_rest = _cost(_build(towns, street, mode, travel=plain), 1, 2)
    assert _cost(_build(towns, street, mode, travel=slow), 1, 2) == pytest.approx(factor * at_rest)


def _river(towns: ModuleType, **ferry: Any) -> Any:
    """Draw two streets with a ferry of 500 m between them, in two pieces that meet in mid-river."""
    points = {1: (0, 0), 2: (100, 0), 3: (350, 0), 4: (600, 0), 5: (700, 0)}
    crossing = {"highway": "ferry", **ferry}
    return towns.street_tables(points, [(1, 2, {}), (2, 3, crossing), (3, 4, crossing), (4, 5, {})])


def test_a_ferry_costs_its_wait_once_and_its_crossing(towns: ModuleType) -> None:
    timetable = _build(towns, _river(towns, crossing_min=4.0), "walk")
    # half of the 10 min wait at either bank, none in mid-river
    assert [_cost(timetable, 2, 3), _cost(timetable, 3, 4)] == pytest.approx([9, 9])
    untold = _build(towns, _river(towns), "walk", travel=towns.travel(peak_factor={"VN": {"walk": 3.0}}))
    # at 10 km/h, and the rush hour is on the streets alone
    assert _cost(untold, 2, 3) == pytest.approx(0.25 / 10 * 60 + 5)
    assert _cost(untold, 1, 2) == pytest.approx(3 * 100 / towns.WALK_M_PER_MIN)


def test_nobody_gets_on_in_mid_river_nor_walks_it_in_metres(towns: ModuleType) -> None:
    boat = towns.to_metric(np.array([shapely.Point(350, 20)]))
    afloat = _build(towns, _river(towns), "walk")
    found = find_entrances(afloat, boat, within_m=300, spacing_m=100)
    assert {(int(afloat.node_ids[afloat.u[e]]), int(afloat.node_ids[afloat.v[e]])) for e in found.edge} <= {
        (1, 2),
        (4, 5),
    }
    assert found.gap_m[0] == pytest.approx(math.hypot(250, 20), abs=0.01)
    ashore = _build(towns, _river(towns), "walk", in_metres=True)
    assert _cost(ashore, 2, 3) == math.inf and _cost(ashore, 1, 2) == pytest.approx(100)


def test_a_motorway_is_not_a_place_to_start_from(towns: ModuleType) -> None:
    points = {1: (0, 0), 2: (1000, 0), 3: (500, 300)}
    tables = towns.street_tables(points, [(1, 2, {"highway": "motorway"}), (2, 3, {}), (3, 1, {})])
    network = _build(towns, tables, "car")
    beside = towns.to_metric(np.array([shapely.Point(500, 10)]))
    found = find_entrances(network, beside, within_m=300, spacing_m=100)
    assert "motorway" not in {tables[1]["highway"][e] for e in found.edge} and len(found.edge) > 0


def test_only_streets_open_to_the_mode_count(towns: ModuleType) -> None:
    points = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    tables = towns.street_tables(points, [(1, 2, {"car": False}), (2, 3, {})])
    assert _build(towns, tables, "car").node_ids.tolist() == [2, 3]
    assert _build(towns, tables, "walk").node_ids.tolist() == [1, 2, 3]


def test_a_mode_that_no_street_is_open_to_has_an_empty_network(towns: ModuleType) -> None:
    network = _build(towns, _one_edge(towns, car=False), "car")
    assert network.n_nodes == 0
    doors = find_entrances(network, towns.to_metric(np.array([towns.at(0), towns.at(50)])), within_m=200, spacing_m=100)
    assert doors.has_entrance().tolist() == [False, False]
    assert np.isinf(doors.gap_m).all()


def test_lines_and_junctions_lie_where_they_were_drawn(towns: ModuleType) -> None:
    points = {7: (0, 0), 3: (120, 50), 5: (200, -30)}
    network = _build(towns, towns.street_tables(points, [(7, 3, {}), (3, 5, {})]), "walk")
    assert network.node_ids.tolist() == [3, 5, 7]
    expected = np.array([points[i] for i in (3, 5, 7)]) + towns.ORIGIN
    np.testing.assert_allclose(network.xy, expected, atol=1e-4)
    for edge, line in enumerate(network.lines):
        ends = network.xy[[network.u[edge], network.v[edge]]]
        np.testing.assert_allclose(shapely.get_coordinates(line), ends, atol=1e-9)


def test_of_parallel_edges_the_cheapest_counts_and_loops_do_not(towns: ModuleType) -> None:
    points = {1: (0, 0), 2: (100, 0)}
    pieces = [(1, 2, {"length_m": 250.0}), (2, 1, {"length_m": 130.0}), (1, 2, {"length_m": 180.0}), (1, 1, {})]
    graph = _build(towns, towns.street_tables(points, pieces), "walk", in_metres=True).graph().toarray()
    np.testing.assert_allclose(graph, [[0, 130], [130, 0]])


def test_an_edge_without_length_still_joins(towns: ModuleType) -> None:
    tables = towns.street_tables({1: (0, 0), 2: (0, 0), 3: (50, 0)}, [(1, 2, {}), (2, 3, {})])
    network = _build(towns, tables, "walk")
    assert len(islands(network)[1]) == 1
    assert network.graph().nnz == 4


# ---------------------------------------------------------------- islands


def _chain(first: int, count: int, y: float) -> tuple[dict[int, tuple[float, float]], list[Any]]:
    points = {first + k: (50.0 * k, y) for k in range(count)}
    return points, [(first + k, first + k + 1, {}) for k in range(count - 1)]


@pytest.fixture
def three_chains(towns: ModuleType) -> Any:
    """Streets of 8, 5 and 3 junctions that do not meet."""
    chains = [_chain(100, 8, 0.0), _chain(200, 5, 500.0), _chain(300, 3, 900.0)]
    points = {k: xy for one, _ in chains for k, xy in one.items()}
    return towns.street_tables(points, [piece for _, pieces in chains for piece in pieces])


@pytest.mark.parametrize(("least", "left"), [(1, {1, 2, 3}), (4, {1, 2}), (5, {1, 2}), (6, {1}), (50, {1})])
def test_islands_go_but_the_largest_stays(towns: ModuleType, three_chains: Any, least: int, left: set[int]) -> None:
    network = _build(towns, three_chains, "walk", travel=towns.travel(min_island_nodes=least))
    assert set((network.node_ids // 100).tolist()) == left
    sizes = {1: 8, 2: 5, 3: 3}
    assert network.n_nodes == sum(sizes[one] for one in left)
    assert len(network.u) == sum(sizes[one] - 1 for one in left)
    # the numbers of the ends still point at the right junctions
    for edge, line in enumerate(network.lines):
        ends = network.xy[[network.u[edge], network.v[edge]]]
        np.testing.assert_allclose(shapely.get_coordinates(line), ends, atol=1e-9)
    whole = _build(towns, three_chains, "walk", travel=towns.travel(min_island_nodes=least), islands=True)
    assert whole.n_nodes == 16


def test_a_street_one_can_enter_but_not_leave_is_left_out_for_vehicles(towns: ModuleType) -> None:
    points, pieces = _chain(100, 6, 0.0)
    tables = towns.street_tables({**points, 900: (250.0, 80.0)}, [*pieces, (105, 900, {"oneway": 1})])
    travel = towns.travel(min_island_nodes=3)
    assert 900 not in _build(towns, tables, "car", travel=travel).node_ids
    assert 900 in _build(towns, tables, "walk", travel=travel).node_ids


@pytest.mark.parametrize("seed", range(6))
def test_islands_are_the_strong_components(towns: ModuleType, seed: int) -> None:
    network = towns.random_network(np.random.default_rng(seed), n_nodes=25, n_edges=30)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(25))
    graph.add_edges_from((u, v) for u, v, c in zip(network.u, network.v, network.forward, strict=True) if c < np.inf)
    graph.add_edges_from((v, u) for u, v, c in zip(network.u, network.v, network.backward, strict=True) if c < np.inf)
    label, sizes = islands(network)
    found = {frozenset(np.flatnonzero(label == one).tolist()) for one in range(len(sizes))}
    assert found == {frozenset(one) for one in nx.strongly_connected_components(graph)}
    assert sizes[label].tolist() == [int((label == one).sum()) for one in label]


# ---------------------------------------------------------------- entrances


@pytest.fixture
def street(towns: ModuleType) -> StreetNetwork:
    """One street along y = 0 from x = 0 to 1000, junctions every 100 m."""
    return _build(towns, towns.straight_street(1000), "walk")


def _enter(
    towns: ModuleType, network: StreetNetwork, *shapes: Any, within_m: float = 200, spacing_m: float = 100
) -> Any:
    geometry = towns.to_metric(np.array(shapes, dtype=object))
    return find_entrances(network, geometry, within_m=within_m, spacing_m=spacing_m)


def _doors(towns: ModuleType, network: StreetNetwork, entrances: Any) -> list[tuple[int, float, float]]:
    """Return (place, x on the drawing, leg) of each entrance, sorted and rounded to a millimetre."""
    spots = shapely.line_interpolate_point(network.lines[entrances.edge], entrances.share, normalized=True)
    x = shapely.get_x(spots) - towns.EAST
    rows = zip(entrances.place.tolist(), x.round(3).tolist(), entrances.leg_m.round(3).tolist(), strict=True)
    return sorted(set(rows))


def test_a_point_has_one_entrance_at_the_nearest_street(towns: ModuleType, street: StreetNetwork) -> None:
    found = _enter(towns, street, towns.at(130, 40))
    assert _doors(towns, street, found) == [(0, 130.0, 40.0)]
    assert len(found.place) == 1
    assert found.gap_m == pytest.approx([40], abs=1e-3)


def test_a_point_on_the_street_has_no_leg(towns: ModuleType, street: StreetNetwork) -> None:
    found = _enter(towns, street, towns.at(333, 0))
    assert found.leg_m == pytest.approx([0], abs=1e-3)
    assert _doors(towns, street, found)[0][1] == pytest.approx(333, abs=0.01)


def test_share_counts_from_u(towns: ModuleType) -> None:
    points = {1: (0, 0), 2: (200, 0)}
    for u, v, share in ((1, 2, 0.25), (2, 1, 0.75)):
        network = _build(towns, towns.street_tables(points, [(u, v, {})]), "walk")
        # u and v are numbered by OSM node, the line runs from u to v as drawn
        assert _enter(towns, network, towns.at(50, 10)).share == pytest.approx([share], abs=1e-5)


def test_an_area_meets_the_street_at_its_boundary_not_its_centre(towns: ModuleType, street: StreetNetwork) -> None:
    # 80 m by 400 m, its centre 220 m away, its south side 20 m
    found = _enter(towns, street, shapely.box(300, 20, 380, 420))
    assert found.gap_m == pytest.approx([20], abs=1e-3)
    assert found.leg_m.min() == pytest.approx(20, abs=1e-3)
    x = [x for _, x, leg in _doors(towns, street, found) if leg == pytest.approx(20, abs=0.01)]
    assert all(300 - 0.01 <= one <= 380 + 0.01 for one in x)


def test_an_area_has_more_entrances_along_its_boundary(towns: ModuleType, street: StreetNetwork) -> None:
    # a works 600 m long beside the street: one can enter at both ends
    found = _enter(towns, street, shapely.box(200, 10, 800, 60))
    x = sorted({x for _, x, leg in _doors(towns, street, found) if leg < 15})
    assert x[0] == pytest.approx(200, abs=1)
    assert x[-1] == pytest.approx(800, abs=1)
    assert max(np.diff(x)) <= 101
    assert (found.leg_m <= 200).all()


def test_finer_spacing_gives_more_entrances(towns: ModuleType, street: StreetNetwork) -> None:
    works = shapely.box(200, 10, 800, 60)
    coarse = _doors(towns, street, _enter(towns, street, works, spacing_m=200))
    fine = _doors(towns, street, _enter(towns, street, works, spacing_m=25))
    assert len(fine) > len(coarse)


def test_a_touching_area_has_an_entrance_without_leg(towns: ModuleType, street: StreetNetwork) -> None:
    found = _enter(towns, street, shapely.box(420, 0, 480, 70))
    assert found.gap_m == pytest.approx([0], abs=1e-3)
    assert found.leg_m.min() == pytest.approx(0, abs=1e-3)


def test_the_hole_of_an_area_counts_as_boundary(towns: ModuleType, street: StreetNetwork) -> None:
    # a ring around the street: the street runs in the yard, 50 m from the inner wall
    ring = shapely.box(-300, -300, 1300, 300).difference(shapely.box(-50, -50, 1050, 50))
    found = _enter(towns, street, ring)
    assert found.gap_m == pytest.approx([50], abs=1e-3)


def test_a_line_is_entered_along_its_length(towns: ModuleType, street: StreetNetwork) -> None:
    quay = shapely.LineString([(100, 30), (700, 30)])
    doors = _doors(towns, street, _enter(towns, street, quay))
    assert {leg for _, _, leg in doors} == {30.0}
    x = sorted(x for _, x, _ in doors)
    assert len(x) >= 6
    assert 100 - 1 <= x[0] <= x[-1] <= 700 + 1


def test_every_part_of_a_scattered_site_is_entered(towns: ModuleType, street: StreetNetwork) -> None:
    halls = shapely.MultiPolygon([shapely.box(100, 20, 150, 60), shapely.box(800, 40, 850, 90)])
    doors = _doors(towns, street, _enter(towns, street, halls))
    assert {leg for _, x, leg in doors if 99 <= x <= 151} >= {20.0}
    assert {leg for _, x, leg in doors if 799 <= x <= 851} >= {40.0}


def test_a_site_of_an_area_and_a_point_is_entered_along_the_area(towns: ModuleType, street: StreetNetwork) -> None:
    # the union of a grouped site: halls mapped as an area, a chimney as a point
    works = shapely.box(200, 10, 800, 60)
    alone = _doors(towns, street, _enter(towns, street, works))
    both = _doors(towns, street, _enter(towns, street, shapely.GeometryCollection([works, towns.at(500, 90)])))
    assert set(alone) <= set(both)


def test_beyond_the_distance_there_is_no_entrance_but_a_gap(towns: ModuleType, street: StreetNetwork) -> None:
    found = _enter(towns, street, towns.at(500, 150), towns.at(500, 199.9), towns.at(500, 200.1), towns.at(1400, 300))
    assert found.has_entrance().tolist() == [True, True, False, False]
    assert found.gap_m == pytest.approx([150, 199.9, 200.1, 500], abs=1e-3)
    assert found.n_places == 4


def test_only_the_near_side_of_a_large_area_is_entered(towns: ModuleType, street: StreetNetwork) -> None:
    found = _enter(towns, street, shapely.box(400, 150, 500, 900))
    assert found.has_entrance().tolist() == [True]
    assert found.leg_m.max() <= 200
    assert found.leg_m.min() == pytest.approx(150, abs=1e-3)


def test_places_keep_their_numbers(towns: ModuleType, street: StreetNetwork) -> None:
    found = _enter(towns, street, towns.at(0, 900), shapely.box(100, 5, 300, 50), towns.at(600, 5))
    assert set(found.place.tolist()) == {1, 2}
    assert (np.diff(found.place) >= 0).all()
    assert found.n_places == len(found.gap_m) == 3


def test_no_places_no_entrances(towns: ModuleType, street: StreetNetwork) -> None:
    found = find_entrances(street, np.array([], dtype=object), within_m=200, spacing_m=100)
    assert len(found.place) == found.n_places == len(found.gap_m) == 0


@pytest.mark.parametrize("seed", range(4))
def test_the_nearest_entrance_is_as_near_as_any_street(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = _build(towns, towns.grid_tables(6, 5), "walk")
    corners = rng.uniform(-100, 500, size=(20, 2))
    shapes = [
        shapely.box(x, y, x + w, y + h) for (x, y), w, h in zip(corners, *rng.uniform(5, 60, (2, 20)), strict=True)
    ]
    found = _enter(towns, network, *shapes)
    streets = shapely.union_all(network.lines)
    gap = shapely.distance(towns.to_metric(np.array(shapes)), streets)
    np.testing.assert_allclose(found.gap_m, gap, atol=1e-6)
    for place in range(20):
        mine = found.place == place
        assert found.leg_m[mine].min() == pytest.approx(gap[place], abs=1e-6)
    # the entrance really lies on its street, and its leg is the straight line to the site
    spots = shapely.line_interpolate_point(network.lines[found.edge], found.share, normalized=True)
    reach = shapely.distance(towns.to_metric(np.array(shapes))[found.place], spots)
    assert (found.leg_m >= reach - 1e-6).all()
