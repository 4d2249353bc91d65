"""Walking and public transport as one network: by hand, and beside a graph of networkx built on its own."""

import itertools
from dataclasses import replace
from types import ModuleType
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.streets import times
from creative_nodes.streets.network import StreetNetwork, find_entrances
from creative_nodes.streets.transit import add_transit, joins_streets, split_edges

SNAP_M = 200.0


def _shape(points: Any) -> shapely.Geometry:
    if isinstance(points, shapely.Geometry):
        return points
    return shapely.MultiPoint(points) if isinstance(points, list) else shapely.Point(points)


def stations(towns: ModuleType, where: dict[str, Any]) -> gpd.GeoDataFrame:
    """Make rows of the table stations: {station_id: point or list of points}, drawn in metres."""
    rows = [
        {
            **{"station_id": key, "name": key, "name_en": "", "name_vi": "", "name_zh": "", "kinds": ["subway"]},
            **{"rapid": True, "n_services": 1, "n_entrances": 0, "source": "OSM", "osm_ids": []},
            "geometry": _shape(points),
        }
        for key, points in where.items()
    ]
    found: gpd.GeoDataFrame = towns.frame(rows, [key for key in rows[0] if key != "geometry"])
    return found


def services(*lines: tuple[str, str, float, list[tuple[str, float]]], **flags: Any) -> pd.DataFrame:
    """Make rows of the table services from (service_id, kind, headway, [(station, minutes), ...])."""
    return pd.DataFrame(
        [
            {
                **{"service_id": name, "ref": name, "name": "", "kind": kind, "sequence": sequence},
                **{"station_id": station, "minutes": float(ride), "boards": True, "alights": True},
                **{"headway_min": float(headway), "headway_source": "config", "reverse": False, "source": "OSM"},
                **{"osm_id": "", **flags},
            }
            for name, kind, headway, stops in lines
            for sequence, (station, ride) in enumerate(stops)
        ]
    )


def settings(towns: ModuleType, **access: float) -> Any:
    transit = towns.config().transit
    return transit.model_copy(update={"access_minutes": {**transit.access_minutes, **access}})


def cost(towns: ModuleType, network: StreetNetwork, start: tuple[float, float], end: tuple[float, float]) -> float:
    points = towns.to_metric(np.array([towns.at(*start), towns.at(*end)]))
    doors = find_entrances(network, points, within_m=SNAP_M, spacing_m=100)
    return float(times.costs_between(network, doors, doors)[0, 1])


@pytest.fixture
def walk(towns: ModuleType) -> StreetNetwork:
    """One street of 20 km along y = 0; 80 m take a minute."""
    network: StreetNetwork = towns.streets(towns.straight_street(20_000, step_m=1000)).network("walk")
    return network


# ---------------------------------------------------------------- by hand


def test_walk_wait_ride_walk(towns: ModuleType, walk: StreetNetwork) -> None:
    where = stations(towns, {"A": (400, 0), "B": (8400, 0)})
    lines = services(("1", "bus", 6, [("A", 0), ("B", 4)]))
    network = add_transit(walk, where, lines, settings(towns), snap_within_m=SNAP_M)
    # 5 to walk, 3 to wait, 4 to ride, 1 to walk
    assert cost(towns, network, (0, 0), (8480, 0)) == pytest.approx(13)
    # nobody rides back
    assert cost(towns, network, (8480, 0), (0, 0)) == pytest.approx(106)


def test_access_counts_getting_in_and_out_and_entrances_have_a_leg(towns: ModuleType, walk: StreetNetwork) -> None:
    where = stations(towns, {"A": (400, 40), "B": (8400, 0)})
    lines = services(("1", "subway", 6, [("A", 0), ("B", 4)]))
    network = add_transit(walk, where, lines, settings(towns, subway=2), snap_within_m=SNAP_M)
    # 5 along the street, half a minute to the entrance, 2 down, 3, 4, 2 up
    assert cost(towns, network, (0, 0), (8400, 0)) == pytest.approx(5 + 0.5 + 2 + 3 + 4 + 2)


def test_a_transfer_at_a_station_waits_again_and_staying_on_does_not(towns: ModuleType, walk: StreetNetwork) -> None:
    where = stations(towns, {"A": (0, 0), "B": (8000, 0), "C": (16_000, 0)})
    lines = services(
        ("1", "subway", 6, [("A", 0), ("B", 4)]),
        ("2", "subway", 10, [("B", 0), ("C", 5)]),
        ("slow", "subway", 10, [("A", 0), ("B", 11), ("C", 11)]),
    )
    network = add_transit(
        walk, where, lines.query("service_id != 'slow'"), settings(towns, subway=1), snap_within_m=SNAP_M
    )
    assert cost(towns, network, (0, 0), (16_000, 0)) == pytest.approx((1 + 3 + 4 + 1) + (1 + 5 + 5 + 1))
    through = add_transit(
        walk, where, lines.query("service_id == 'slow'"), settings(towns, subway=1), snap_within_m=SNAP_M
    )
    assert cost(towns, through, (0, 0), (16_000, 0)) == pytest.approx(1 + 5 + 22 + 1)
    together = add_transit(walk, where, lines, settings(towns, subway=1), snap_within_m=SNAP_M)
    assert cost(towns, together, (0, 0), (16_000, 0)) == pytest.approx(21)


def test_a_transfer_on_foot_between_stations(towns: ModuleType, walk: StreetNetwork) -> None:
    where = stations(towns, {"A": (0, 0), "B": (8000, 0), "B2": (8160, 0), "C": (16_000, 0)})
    lines = services(("1", "bus", 6, [("A", 0), ("B", 4)]), ("2", "bus", 10, [("B2", 0), ("C", 5)]))
    network = add_transit(walk, where, lines, settings(towns), snap_within_m=SNAP_M)
    assert cost(towns, network, (0, 0), (16_000, 0)) == pytest.approx(3 + 4 + 2 + 5 + 5)


def test_of_parallel_services_one_waits_for_the_one_taken(towns: ModuleType, walk: StreetNetwork) -> None:
    where = stations(towns, {"A": (0, 0), "B": (8000, 0)})
    stops = [("A", 0.0), ("B", 4.0)]
    lines = services(("1", "bus", 10, stops), ("2", "bus", 10, stops), ("express", "bus", 20, [("A", 0.0), ("B", 1.0)]))
    network = add_transit(walk, where, lines, settings(towns), snap_within_m=SNAP_M)
    # 5 + 4, not half of that wait; nor 10 + 1
    assert cost(towns, network, (0, 0), (8000, 0)) == pytest.approx(9)


def test_where_one_may_not_get_on_or_off(towns: ModuleType, walk: StreetNetwork) -> None:
    where = stations(towns, {"A": (0, 0), "B": (8000, 0), "C": (16_000, 0)})
    lines = services(("1", "bus", 4, [("A", 0), ("B", 3), ("C", 3)]))
    lines["alights"] = [True, False, True]
    network = add_transit(walk, where, lines, settings(towns), snap_within_m=SNAP_M)
    assert cost(towns, network, (0, 0), (8000, 0)) == pytest.approx(100)
    assert cost(towns, network, (8000, 0), (16_000, 0)) == pytest.approx(5)
    lines["alights"], lines["boards"] = True, [True, False, True]
    network = add_transit(walk, where, lines, settings(towns), snap_within_m=SNAP_M)
    assert cost(towns, network, (0, 0), (8000, 0)) == pytest.approx(5)
    assert cost(towns, network, (8000, 0), (16_000, 0)) == pytest.approx(100)


def test_a_station_with_several_entrances_is_no_shortcut_on_foot(towns: ModuleType, walk: StreetNetwork) -> None:
    where = stations(towns, {"A": [(0, 0), (4000, 0)], "B": (16_000, 0)})
    lines = services(("1", "subway", 6, [("A", 0), ("B", 4)]), ("2", "subway", 6, [("B", 0), ("A", 4)]))
    network = add_transit(walk, where, lines, settings(towns, subway=0), snap_within_m=SNAP_M)
    assert cost(towns, network, (0, 0), (4000, 0)) == pytest.approx(14)  # there and back by train: 3 + 4 + 3 + 4
    one_way = add_transit(walk, where, lines.query("service_id == '1'"), settings(towns), snap_within_m=SNAP_M)
    assert cost(towns, one_way, (0, 0), (4000, 0)) == pytest.approx(50)
    # nor does one get in at a stop on the way and straight out again
    passing = services(("1", "bus", 2, [("B", 0), ("A", 9), ("B", 9)]))
    network_of_it = add_transit(walk, where, passing, settings(towns), snap_within_m=SNAP_M)
    assert cost(towns, network_of_it, (0, 0), (4000, 0)) == pytest.approx(1 + 9 + 1 + 9)
    # but both let in to the platforms
    assert cost(towns, network, (4000, 0), (16_000, 0)) == cost(towns, network, (0, 0), (16_000, 0)) == pytest.approx(7)


def test_a_place_on_the_edge_of_the_station_walks_straight_to_it(towns: ModuleType, walk: StreetNetwork) -> None:
    where = stations(towns, {"A": (400, 0), "B": (8400, 0)})
    lines = services(("1", "bus", 6, [("A", 0), ("B", 4)]))
    network = add_transit(walk, where, lines, settings(towns), snap_within_m=SNAP_M)
    # both on the street between the junctions at 0 and 1000: 80 m, not to a junction and back
    assert cost(towns, network, (320, 0), (8400, 0)) == pytest.approx(1 + 3 + 4)
    assert cost(towns, network, (480, 0), (8400, 0)) == pytest.approx(1 + 3 + 4)
    assert cost(towns, network, (320, 0), (480, 0)) == pytest.approx(2)


def test_stations_beyond_the_snap_distance_or_without_service_are_not_joined(
    towns: ModuleType, walk: StreetNetwork
) -> None:
    where = stations(towns, {"A": (400, 0), "B": (8400, 201), "C": (12_000, 0)})
    lines = services(("1", "bus", 6, [("A", 0), ("B", 4)]))
    network = add_transit(walk, where, lines, settings(towns), snap_within_m=SNAP_M)
    assert cost(towns, network, (0, 0), (8400, 0)) == pytest.approx(105)
    # C has no service: nothing was cut there
    assert len(network.u) == len(walk.u) + 1
    assert joins_streets(walk, where, snap_within_m=SNAP_M).tolist() == [True, False, True]


def test_without_services_the_network_is_the_walking_network(towns: ModuleType, walk: StreetNetwork) -> None:
    none = services(("1", "bus", 6, [("A", 0)])).iloc[:0]
    assert add_transit(walk, stations(towns, {"A": (0, 0)}), none, settings(towns), snap_within_m=SNAP_M) is walk


def test_metres_are_refused(towns: ModuleType) -> None:
    network = towns.streets(towns.straight_street()).network("walk", in_metres=True)
    with pytest.raises(ValueError, match="minutes"):
        add_transit(network, stations(towns, {"A": (0, 0)}), services(), settings(towns), snap_within_m=SNAP_M)


# ---------------------------------------------------------------- splitting


def test_splitting_keeps_lengths_costs_and_shapes(towns: ModuleType) -> None:
    points = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (100.0, 100.0)}
    walk = towns.streets(towns.street_tables(points, [(1, 2, {}), (2, 3, {})])).network("walk")
    walk = replace(walk, backward=np.array([np.inf, 2.0]), forward=np.array([1.0, 4.0]))
    edge, share = np.array([0, 0, 0, 1, 0]), np.array([0.75, 0.25, 0.0, 1.0, 0.25])
    network, node = split_edges(walk, edge, share)
    assert network.n_nodes == 5
    assert network.node_ids.tolist() == [1, 2, 3, -1, -2]
    # ends of edges are the junctions, and two points on one spot are one
    assert node.tolist() == [4, 3, 0, 2, 3]
    assert list(zip(network.u, network.v, strict=True)) == [(1, 2), (0, 3), (3, 4), (4, 1)]
    assert network.length_m.tolist() == pytest.approx([100, 25, 50, 25])
    assert network.forward.tolist() == pytest.approx([4, 0.25, 0.5, 0.25])
    assert network.backward.tolist() == pytest.approx([2, np.inf, np.inf, np.inf])
    assert (network.xy[3:] - towns.ORIGIN).tolist() == [
        pytest.approx([25, 0], abs=1e-6),
        pytest.approx([75, 0], abs=1e-6),
    ]
    assert shapely.length(network.lines).tolist() == pytest.approx([100, 25, 50, 25], abs=1e-6)
    for row in range(4):
        ends = shapely.get_coordinates(network.lines[row])[[0, -1]]
        np.testing.assert_allclose(ends, network.xy[[network.u[row], network.v[row]]], atol=1e-6)


# ---------------------------------------------------------------- networkx


def _reference(
    towns: ModuleType, walk: StreetNetwork, where: Any, lines: pd.DataFrame, access: float, *places: Any
) -> nx.DiGraph:
    """Build the graph by hand: streets split at places and stations, then services on top."""
    shapes = towns.to_metric(np.array(list(where.values())))
    points, owner = shapely.get_parts(shapes, return_index=True)
    doors = find_entrances(walk, points, within_m=SNAP_M, spacing_m=1)
    doors = replace(doors, place=owner[doors.place], n_places=len(shapes))
    graph = towns.split_graph(walk, *places, doors)
    number = {key: row for row, key in enumerate(where)}
    for name, stops in lines.groupby("service_id"):
        calls = list(stops.sort_values("sequence").itertuples())
        for call in calls:
            there, away = (name, call.sequence, "arrives"), (name, call.sequence, "departs")
            graph.add_edge(there, away, weight=0.0)
            graph.add_edge(
                ("place", len(places), number[call.station_id], "in"), away, weight=call.headway_min / 2 + access
            )
            graph.add_edge(there, ("place", len(places), number[call.station_id], "out"), weight=access)
        for one, other in itertools.pairwise(calls):
            graph.add_edge((name, one.sequence, "departs"), (name, other.sequence, "arrives"), weight=other.minutes)
    for row in range(len(where)):
        graph.add_edge(("place", len(places), row, "out"), ("place", len(places), row, "in"), weight=0.0)
    return graph


@pytest.mark.parametrize("seed", range(8))
def test_random_towns_equal_networkx(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng([seed, 77])
    walk = towns.streets(towns.grid_tables(5, 5, 400.0)).network("walk")
    closed = rng.random((2, len(walk.u))) < 0.1
    walk = replace(
        walk, forward=np.where(closed[0], np.inf, walk.forward), backward=np.where(closed[1], np.inf, walk.backward)
    )
    middle = (
        shapely.get_coordinates(shapely.line_interpolate_point(walk.lines[0], 0.3, normalized=True))[0] - towns.ORIGIN
    )
    where: dict[str, Any] = {f"s{k}": shapely.Point(*rng.uniform(0, 1600, 2)) for k in range(7)}
    where["s7"] = shapely.MultiPoint(rng.uniform(0, 1600, (3, 2)))
    where["s8"], where["s9"] = shapely.Point(*middle), shapely.Point(middle[0] + 40, middle[1])
    keys = list(where)
    lines = services(
        *(
            (
                f"l{k}",
                "subway",
                float(rng.integers(2, 9)),
                [(str(s), float(rng.uniform(0.5, 3))) for s in rng.choice(keys, 5)],
            )
            for k in range(5)
        )
    )
    access = 0.5
    frame = stations(towns, where)
    network = add_transit(walk, frame, lines, settings(towns, subway=access), snap_within_m=SNAP_M)
    spots = towns.to_metric(
        np.array(
            [*(shapely.Point(*xy) for xy in rng.uniform(0, 1600, (12, 2))), shapely.Point(middle[0] - 5, middle[1] + 1)]
        )
    )
    on_walk = find_entrances(walk, spots, within_m=SNAP_M, spacing_m=100)
    on_both = find_entrances(network, spots, within_m=SNAP_M, spacing_m=100)
    found = times.costs_between(network, on_both, on_both)
    graph = _reference(towns, walk, where, lines, access, on_walk, on_walk)
    on_foot = towns.costs_by_networkx(walk, on_walk, on_walk)
    rode = 0
    for i, j in itertools.permutations(range(len(spots)), 2):
        try:
            best = nx.dijkstra_path_length(graph, ("place", 0, i, "out"), ("place", 1, j, "in"))
        except nx.NetworkXNoPath:
            best = np.inf
        assert found[i, j] == pytest.approx(best, rel=1e-6, abs=1e-6)
        rode += best < on_foot[i, j] - 1e-6
    # the services matter in every one of these towns
    assert rode > 10
