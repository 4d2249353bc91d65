"""Isochrones of towns drawn by hand and of random networks, against networkx and against areas worked out on paper."""

import dataclasses
import math
from types import ModuleType
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.ops

from creative_nodes.common import tables
from creative_nodes.reach import isochrones
from creative_nodes.reach.settings import Isochrones
from creative_nodes.report.tables import TABLES
from creative_nodes.streets import times
from creative_nodes.streets.streets import PublicTransport


def _settings(**changes: Any) -> Isochrones:
    given = {"minutes": {"walk": [5]}, "cell_m": 10, "beside_street_m": 10, "fill_holes_m2": 0, "simplify_m": 0}
    return Isochrones.model_validate({**given, **changes})


def _draw(towns: ModuleType, streets: Any, *sites: Any, **settings: Any) -> gpd.GeoDataFrame:
    rows = [one if isinstance(one, dict) else {"geometry": one} for one in sites]
    found = isochrones.draw_isochrones(towns.sites(*rows), streets, _settings(**settings))
    tables.check(found, TABLES["isochrones"], where="test")
    assert found.geometry.is_valid.all()
    return found


def _metric(towns: ModuleType, found: gpd.GeoDataFrame) -> Any:
    """Return the outlines as drawings: metres from the origin."""
    moved = found.to_crs(towns.EPSG).geometry.to_numpy()
    return shapely.transform(moved, lambda xy: xy - towns.ORIGIN)


# ---------------------------------------------------------------- costs along the streets


@pytest.mark.parametrize("seed", range(12))
def test_costs_of_samples_are_those_of_networkx(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = towns.random_network(rng)
    doors = towns.random_entrances(rng, network, 5, at_ends=True)
    samples = isochrones.sample_streets(network, 40.0)
    # each sample as a place of its own, without a leg
    spots = towns.entrances(*((k, e, s, 0.0) for k, (e, s) in enumerate(zip(samples.edge, samples.share, strict=True))))
    expected = towns.costs_by_networkx(network, doors, spots)
    limit = float(np.median(expected[np.isfinite(expected)]))
    checked = 0
    for rows, at_nodes in times.node_costs(network, doors, limit=limit):
        for place, at_node in zip(rows, at_nodes, strict=True):
            found = isochrones.sample_costs(network, samples, doors, place, at_node)
            reached = expected[place] <= limit - 1e-6
            np.testing.assert_allclose(found[reached], expected[place][reached], rtol=1e-9, atol=1e-9)
            assert (found[expected[place] > limit + 1e-6] > limit).all()
            checked += reached.sum()
    assert checked > 10


def test_samples_stand_in_the_middle_of_equal_pieces(towns: ModuleType) -> None:
    network = towns.network([(0, 0), (100, 0), (100, 30)], [0, 1], [1, 2], [100.0, 30], [100.0, 30])
    samples = isochrones.sample_streets(network, 25.0)
    assert samples.edge.tolist() == [0, 0, 0, 0, 1, 1]
    assert samples.share == pytest.approx([0.125, 0.375, 0.625, 0.875, 0.25, 0.75])
    np.testing.assert_allclose(
        samples.xy - towns.ORIGIN, [(12.5, 0), (37.5, 0), (62.5, 0), (87.5, 0), (100, 7.5), (100, 22.5)], atol=1e-3
    )


# ---------------------------------------------------------------- towns drawn by hand


def test_a_street_is_reached_as_far_as_the_time_goes(towns: ModuleType) -> None:
    # junctions 1,000 m apart: 400 m either way from the middle of a piece, whose ends are out of reach
    streets = towns.streets(towns.straight_street(2000, step_m=1000))
    (shape,) = _metric(towns, _draw(towns, streets, towns.at(1480)))
    west, south, east, north = shape.bounds
    # a cell of 10 m to hold the last sample and one beside it
    assert 1080 - 20 <= west <= 1080 + 5
    assert 1880 - 5 <= east <= 1880 + 20
    assert south >= -20 and north <= 20
    assert shape.geom_type == "MultiPolygon" and len(shape.geoms) == 1


def test_the_way_to_the_street_takes_time_and_is_drawn(towns: ModuleType) -> None:
    streets = towns.streets(towns.straight_street(2000, step_m=1000))
    (shape,) = _metric(towns, _draw(towns, streets, towns.at(1480, 160)))
    west, _, east, north = shape.bounds
    assert 1480 - 240 - 20 <= west <= 1480 - 240 + 5
    assert 1480 + 240 - 5 <= east <= 1480 + 240 + 20
    assert 160 <= north <= 180
    assert shape.buffer(1e-6).covers(shapely.LineString([(1480, 160), (1480, 0)]))


def test_a_leg_longer_than_the_time_is_drawn_as_far_as_it_goes(towns: ModuleType) -> None:
    streets = towns.streets(towns.straight_street())
    (shape,) = _metric(towns, _draw(towns, streets, towns.at(1000, 190), minutes={"walk": [1]}))
    assert 190 - 80 - 20 <= shape.bounds[1] <= 190 - 80 + 5
    assert not shape.intersects(shapely.LineString([(0, 0), (2000, 0)]))


def test_one_way_streets_are_reached_along_their_direction_only(towns: ModuleType) -> None:
    points = {1: (0.0, 0.0), 2: (3000.0, 0.0), 3: (3000.0, 3000.0), 4: (0.0, 3000.0)}
    one_way = dict.fromkeys(("oneway", "oneway_bike", "oneway_motorbike", "oneway_car"), 1)
    tables_ = towns.street_tables(points, [(a, b, one_way) for a, b in ((1, 2), (2, 3), (3, 4), (4, 1))])
    found = _draw(towns, towns.streets(tables_), towns.at(1000), minutes={"walk": [5], "bike": [5]})
    walk, bike = _metric(towns, found)
    assert found["mode"].tolist() == ["walk", "bike"]
    assert walk.bounds[0] < 700
    # 12 km/h: 1,000 m in 5 minutes, eastward
    assert bike.bounds[0] >= 1000 - 20
    assert 2000 - 5 <= bike.bounds[2] <= 2000 + 20


def _river_town(towns: ModuleType, *, bridge_x: float | None, width: float = 200.0) -> Any:
    """Draw a quay on either bank of a river between y = 0 and y = width, 3 km long, and a bridge."""
    xs = list(range(0, 3001, 100))
    points = {k: (float(x), 0.0) for k, x in enumerate(xs)} | {100 + k: (float(x), width) for k, x in enumerate(xs)}
    pieces = [(base + k, base + k + 1, {}) for base in (0, 100) for k in range(len(xs) - 1)]
    if bridge_x is not None:
        pieces.append((xs.index(int(bridge_x)), 100 + xs.index(int(bridge_x)), {}))
    return towns.streets(towns.street_tables(points, pieces))


SHIPPED = {"cell_m": 25, "beside_street_m": 25, "fill_holes_m2": 50_000, "simplify_m": 20}


def test_without_a_bridge_the_other_bank_is_not_reached(towns: ModuleType) -> None:
    (shape,) = _metric(
        towns, _draw(towns, _river_town(towns, bridge_x=None), towns.at(1500), minutes={"walk": [15]}, **SHIPPED)
    )
    assert not shape.intersects(shapely.box(-100, 100, 3100, 400))


def test_a_reached_bridge_joins_the_banks_and_the_water_beside_it_stays_open(towns: ModuleType) -> None:
    streets = _river_town(towns, bridge_x=1500)
    (shape,) = _metric(towns, _draw(towns, streets, towns.at(1500), minutes={"walk": [15]}, **SHIPPED))
    # 1,200 m: 200 over the bridge and 1,000 either way on the far bank
    assert len(shape.geoms) == 1
    assert shape.covers(shapely.Point(2400, 200)) and shape.covers(shapely.Point(600, 200))
    assert not shape.covers(shapely.Point(2600, 200))
    assert shape.covers(shapely.LineString([(1500, 0), (1500, 200)]))
    middle = shapely.LineString([(0, 100), (3000, 100)]).intersection(shape)
    assert middle.length < 100  # the bridge's own width, of 1,200 m on either side
    assert not shape.intersects(shapely.box(1600, 90, 3000, 110))


def test_a_bridge_out_of_reach_does_not_help(towns: ModuleType) -> None:
    streets = _river_town(towns, bridge_x=2900)
    (shape,) = _metric(towns, _draw(towns, streets, towns.at(1500), minutes={"walk": [15]}, **SHIPPED))
    assert not shape.intersects(shapely.box(-100, 100, 3100, 400))
    assert shape.covers(shapely.Point(2600, 0))


@pytest.mark.parametrize("turn", [0.0, 0.3, math.pi / 4])
def test_water_wider_than_the_stated_limit_stays_open_however_it_lies(towns: ModuleType, turn: float) -> None:
    settings = _settings(**SHIPPED)
    width = settings.joins_banks_m + 1
    assert width < 175  # narrower than the rivers of the three cities
    along = np.arange(0, 2000, 10.0)
    banks = np.concatenate([np.column_stack([along, np.zeros(200)]), np.column_stack([along, np.full(200, width)])])
    turned = banks @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    for shift in (0.0, 7.3, 12.5):
        shape = isochrones.outline(turned + shift + 5000, settings)
        assert len(shape.geoms) == 2
        assert min(part.area for part in shape.geoms) > 2000 * 25


def test_nobody_gets_off_a_ferry_in_mid_river(towns: ModuleType) -> None:
    points = {1: (0.0, 0.0), 2: (300.0, 0.0), 3: (300.0, 900.0), 4: (0.0, 900.0)}
    pieces = [(1, 2, {}), (2, 3, {"highway": "ferry"}), (3, 4, {})]
    streets = towns.streets(towns.street_tables(points, pieces))
    (shape,) = _metric(towns, _draw(towns, streets, towns.at(100), minutes={"walk": [30]}))
    assert shape.intersects(shapely.box(0, 880, 300, 920))
    assert not shape.intersects(shapely.box(0, 30, 400, 870))
    assert len(shape.geoms) == 2


def test_a_site_that_no_street_of_a_mode_reaches_has_no_row_of_it(towns: ModuleType) -> None:
    points = {1: (0.0, 0.0), 2: (500.0, 0.0), 3: (1500.0, 0.0)}
    streets = towns.streets(towns.street_tables(points, [(1, 2, {}), (2, 3, {"car": False})]))
    found = _draw(
        towns, streets, towns.at(100), towns.at(1400), towns.at(0, 5000), minutes={"walk": [5, 15], "car": [15]}
    )
    rows = list(found[["site_id", "mode", "minutes"]].itertuples(index=False, name=None))
    assert rows == [
        *[("h1", "walk", 5.0), ("h1", "walk", 15.0), ("h1", "car", 15.0)],
        *[("h2", "walk", 5.0), ("h2", "walk", 15.0)],
    ]


def test_without_sites_or_transit_there_is_an_empty_table(towns: ModuleType) -> None:
    streets = towns.streets(towns.straight_street())
    assert _draw(towns, streets, minutes={"walk": [5]}).empty
    assert _draw(towns, streets, towns.at(0), minutes={"transit": [30]}).empty


def test_more_time_reaches_more_and_the_area_is_that_of_the_outline(towns: ModuleType) -> None:
    streets = towns.streets(towns.grid_tables(30, 30))
    found = _draw(towns, streets, towns.at(1450, 1450), minutes={"walk": [3, 6, 12]})
    small, middle, large = _metric(towns, found)
    assert large.buffer(1e-3).covers(middle) and middle.buffer(1e-3).covers(small)
    assert found["area_km2"].to_numpy() == pytest.approx([one.area / 1e6 for one in (small, middle, large)])


def test_a_walk_on_a_grid_is_a_square_on_its_corner(towns: ModuleType) -> None:
    # 800 m along streets 100 m apart, blocks filled: |x| + |y| <= 800, and one cell and the one beside it around
    streets = towns.streets(towns.grid_tables(31, 31))
    found = _draw(towns, streets, towns.at(1500, 1500), minutes={"walk": [10]}, fill_holes_m2=10_000)
    (shape,) = _metric(towns, found)
    inner = shapely.Polygon([(1500 + 690, 1500), (1500, 2190), (810, 1500), (1500, 810)])
    outer = shapely.Polygon([(1500 + 840, 1500), (1500, 2340), (660, 1500), (1500, 660)])
    assert shape.covers(inner) and outer.covers(shape)


def _nx_reach(streets: Any, start: int, minutes: float) -> list[shapely.LineString]:
    """Return the parts of the streets within minutes of a junction, cut exactly, by networkx."""
    network = streets.network("walk")
    graph = nx.Graph()
    for u, v, cost in zip(network.u, network.v, network.forward, strict=True):
        graph.add_edge(int(u), int(v), weight=float(cost))
    at = nx.single_source_dijkstra_path_length(graph, start, cutoff=minutes)
    parts = []
    for u, v, cost, line in zip(network.u, network.v, network.forward, network.lines, strict=True):
        for node, way in ((int(u), line), (int(v), line.reverse())):
            if (left := minutes - at.get(node, math.inf)) > 0:
                parts.append(shapely.ops.substring(way, 0, min(1.0, left / cost), normalized=True))
    return parts


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_outline_holds_what_networkx_reaches_and_no_ground_far_from_it(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes, edges = towns.grid_tables(14, 14, block_m=170)
    kept = edges[rng.random(len(edges)) > 0.25].reset_index(drop=True)
    streets = towns.streets((nodes, kept), min_island_nodes=100)
    network = streets.network("walk")
    start = int(np.argmin(np.hypot(*(network.xy - towns.ORIGIN - 1100).T)))
    site = towns.at(*(network.xy[start] - towns.ORIGIN))
    settings = {"cell_m": 12, "beside_street_m": 12, "simplify_m": 0, "fill_holes_m2": 0}
    (shape,) = _draw(towns, streets, site, minutes={"walk": [9]}, **settings).to_crs(towns.EPSG).geometry
    reached = shapely.union_all(_nx_reach(streets, start, 9))
    assert reached.length > 2000
    # all but the last half piece (a quarter of a cell) of each street that is cut
    assert reached.difference(shape.buffer(0.01)).length < 0.005 * reached.length
    # a sample's cell, the cell beside it, and the half piece it stands for
    assert shape.difference(reached.buffer(12 * 2**0.5 + 12 + 3)).area == pytest.approx(0, abs=1)


# ---------------------------------------------------------------- outlines


@pytest.mark.parametrize("seed", range(6))
def test_outlines_are_the_marked_cells(seed: int) -> None:
    # cells picked at random, against their union drawn one by one
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 25, (150, 2)) * 20.0 + 10 + 1000
    shape = isochrones.outline(xy, _settings(cell_m=20, beside_street_m=1))
    offsets = [(0, 0), (20, 0), (-20, 0), (0, 20), (0, -20)]
    cells = shapely.union_all(
        [shapely.box(x + a - 10, y + b - 10, x + a + 10, y + b + 10) for x, y in xy for a, b in offsets]
    )
    assert shape.symmetric_difference(cells).area == pytest.approx(0, abs=1e-6)
    assert shape.is_valid


def test_small_holes_are_filled_and_large_ones_stay() -> None:
    ring = [(x, y) for x in range(0, 200, 10) for y in range(0, 200, 10) if x in (0, 190) or y in (0, 190)]
    xy = np.array(ring, dtype=float) + 1005
    # the ring of 20 cells is one cell thicker on its inner side: a hole of 16 by 16 cells
    hole = (16 * 10) ** 2
    open_ = isochrones.outline(xy, _settings(fill_holes_m2=hole))
    shut = isochrones.outline(xy, _settings(fill_holes_m2=hole + 1))
    assert shut.area - open_.area == pytest.approx(hole)
    assert [len(one.geoms[0].interiors) for one in (open_, shut)] == [1, 0]


def test_a_bay_is_no_hole() -> None:
    ring = [(x, y) for x in range(0, 200, 10) for y in range(0, 200, 10) if x == 0 or y in (0, 190)]
    xy = np.array(ring, dtype=float) + 1005
    settings = _settings(fill_holes_m2=1e6)
    assert isochrones.outline(xy, settings).area < 60 * 3 * 100 + 1000


def test_no_points_make_an_empty_outline() -> None:
    assert isochrones.outline(np.empty((0, 2)), _settings()).is_empty


def test_simplified_outlines_move_by_no_more_than_they_may() -> None:
    angle = np.linspace(0, 2 * math.pi, 4000)
    xy = np.column_stack([np.cos(angle), np.sin(angle)]) * 700 + 5000
    plain = isochrones.outline(xy, _settings(fill_holes_m2=1e7))
    simple = isochrones.outline(xy, _settings(fill_holes_m2=1e7, simplify_m=12))
    assert shapely.get_num_coordinates(simple) < shapely.get_num_coordinates(plain) / 5
    assert shapely.hausdorff_distance(plain.boundary, simple.boundary, densify=0.1) <= 12 + 1e-6


def test_wrong_times_are_refused() -> None:
    for minutes in ([], [5, 5]):
        with pytest.raises(ValueError, match="one or more different times"):
            _settings(minutes={"walk": minutes})


def test_public_transport_reaches_the_streets_around_its_stations_and_none_between(towns: ModuleType) -> None:
    rows = [
        {
            **{"station_id": key, "name": key, "name_en": "", "name_vi": "", "name_zh": "", "kinds": ["subway"]},
            **{"rapid": True, "n_services": 1, "n_entrances": 0, "source": "OSM", "osm_ids": []},
            "geometry": towns.at(x),
        }
        for key, x in (("A", 400), ("B", 8400))
    ]
    stations = towns.frame(rows, [key for key in rows[0] if key != "geometry"])
    services = pd.DataFrame(
        [
            {
                **{"service_id": "1", "ref": "1", "name": "", "kind": "subway", "sequence": k, "station_id": key},
                **{"minutes": 4.0 * k, "boards": True, "alights": True, "headway_min": 6.0, "headway_source": "config"},
                **{"reverse": False, "source": "OSM", "osm_id": ""},
            }
            for k, key in enumerate("AB")
        ]
    )
    transit = towns.config().transit
    settings = transit.model_copy(update={"access_minutes": {**transit.access_minutes, "subway": 1}})
    streets = dataclasses.replace(
        towns.streets(towns.straight_street(20_000, step_m=1000)),
        transport=PublicTransport(stations, services, settings),
    )
    found = _draw(towns, streets, towns.at(0), minutes={"walk": [20], "transit": [20]})
    walk, ride = _metric(towns, found)
    assert walk.bounds[2] == pytest.approx(1600, abs=25)
    # 5 to walk, 1 in, 3 to wait, 4 to ride, 1 out: 6 are left, 480 m on either side
    near, far = sorted(ride.geoms, key=lambda part: part.bounds[0])
    # but for the row of cells that a street on the edge of two may fall in
    assert near.buffer(11).covers(walk) and walk.buffer(11).covers(near)
    assert (far.bounds[0], far.bounds[2]) == pytest.approx((7920, 8880), abs=25)
