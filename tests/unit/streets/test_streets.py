"""Where streets and places lie is found once, and every network finds the entrances that it would find by itself."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.streets import ground
from creative_nodes.streets import network as net
from creative_nodes.streets.streets import PublicTransport, Streets

SPACING_M = 60.0
COLUMNS = ("place", "edge", "share", "leg_m", "gap_m")


def _streets(towns: ModuleType, seed: int = 4) -> Streets:
    """Draw a grid where some streets are closed to some modes, a ferry, a motorway and an island among them."""
    rng = np.random.default_rng(seed)
    nodes, edges = towns.grid_tables(14, 10, 100.0)
    for mode in ("walk", "bike", "motorbike", "car"):
        edges[mode] = rng.random(len(edges)) < 0.7
    edges["highway"] = rng.choice(["residential", "primary", "ferry", "motorway"], len(edges), p=[0.7, 0.2, 0.05, 0.05])
    stations = towns.stations(*({"geometry": towns.at(*xy)} for xy in ((230.0, 310.0), (940.0, 620.0))))
    services = pd.DataFrame(
        {
            **{"service_id": "line", "sequence": [1, 2], "station_id": stations["station_id"], "kind": "subway"},
            **{"headway_min": 6.0, "minutes": [0.0, 1.0], "boards": True, "alights": True},
        }
    )
    transport = PublicTransport(stations, services, towns.config().transit)
    return replace(towns.streets((nodes, edges), min_island_nodes=3), transport=transport)


def _places(towns: ModuleType, seed: int = 5) -> Any:
    """Draw points, points on junctions, and areas that streets run through."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-150, 1500, (300, 2))
    junctions = [(100.0 * column, 100.0 * row) for column in range(0, 14, 3) for row in range(0, 10, 3)]
    spots = [shapely.Point(one) for one in [*xy.tolist(), *junctions]]
    areas = [shapely.box(x, y, x + side, y + side) for x, y, side in rng.uniform(20, 900, (30, 3))]
    return towns.sites(*({"geometry": shape} for shape in [*spots, *areas]))


@pytest.mark.parametrize("within_m", [30.0, 200.0])
@pytest.mark.parametrize("mode", ["walk", "bike", "motorbike", "car", "transit"])
def test_a_network_finds_the_entrances_that_it_would_find_alone(towns: ModuleType, mode: Any, within_m: float) -> None:
    streets = _streets(towns)
    shapes = streets.shapes(_places(towns))
    network = streets.network(mode)
    assert network.ground is not None
    alone = replace(network, ground=None)
    how = {"within_m": within_m, "spacing_m": SPACING_M}
    mine, theirs = (net.find_entrances(one, shapes, **how) for one in (network, alone))
    for column in COLUMNS:
        if mode != "transit":
            np.testing.assert_array_equal(getattr(mine, column), getattr(theirs, column), err_msg=column)
    # pieces of street go to degrees and back, so a station's own way is right to a micrometre
    assert mine.n_places == theirs.n_places
    np.testing.assert_allclose(mine.gap_m, theirs.gap_m, atol=1e-6)


@pytest.mark.parametrize("mode", ["walk", "bike", "motorbike", "car"])
def test_the_street_is_the_nearest_of_all_that_are_open(towns: ModuleType, mode: Any) -> None:
    streets = _streets(towns)
    shapes = streets.shapes(_places(towns))
    network = streets.network(mode)
    away = shapely.distance(shapes[:, None], network.lines[None, network.enterable])
    found = streets.entrances(network, shapes, within_m=1e9)
    np.testing.assert_allclose(found.gap_m, away.min(axis=1), atol=1e-9)
    open_ = np.flatnonzero(network.enterable)
    points = np.flatnonzero(shapely.get_type_id(shapes) == 0)
    chosen = np.searchsorted(open_, found.edge[np.isin(found.place, points)])
    np.testing.assert_array_equal(away[points, chosen], away[points].min(axis=1))
    # the drawing has places that several streets are equally near to
    assert ((away[points] == away[points].min(axis=1)[:, None]).sum(axis=1) > 1).sum() >= 15


def test_where_things_lie_is_found_once_for_every_speed(towns: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    streets, places = _streets(towns), _places(towns)
    searched = []

    def counted(plain: Any) -> Any:
        def search(tree: Any, shapes: Any) -> Any:
            searched.append(len(shapes))
            return plain(tree, shapes)

        return search

    for module, name in ((net, "nearest"), (ground, "_only_nearest")):
        monkeypatch.setattr(module, name, counted(getattr(module, name)))
    first = streets.entrances(streets.network("walk"), streets.shapes(places))
    everything, *rest = searched
    slow = {"VN": {**streets.travel.speeds_kmh["VN"], "walk": {"default": 2.0}}}
    slower = replace(streets, travel=streets.travel.model_copy(update={"speeds_kmh": slow}), _built={})
    again = slower.entrances(slower.network("walk"), slower.shapes(places))
    assert (
        everything not in searched[1:] and sum(rest) < everything
    )  # only where the nearest is closed to walkers, or not alone
    assert slower.network("walk").leg_cost_per_m > 2 * streets.network("walk").leg_cost_per_m
    for column in COLUMNS:
        np.testing.assert_array_equal(getattr(first, column), getattr(again, column))


@pytest.mark.parametrize("islands", [False, True])
@pytest.mark.parametrize("mode", ["walk", "bike", "motorbike", "car"])
def test_at_other_speeds_a_network_is_the_one_that_would_be_built(towns: ModuleType, mode: Any, islands: bool) -> None:
    streets = _streets(towns)
    streets.edges[f"oneway_{mode}"] = np.random.default_rng(6).choice([-1, 0, 1], len(streets.edges))
    today = streets.network(mode, islands=islands)
    speeds = {
        one: {name: kmh * (0.3 + k / 7) for k, (name, kmh) in enumerate(table.items())}
        for one, table in streets.travel.speeds_kmh["VN"].items()
    }
    changes: dict[str, Any] = {
        "speeds_kmh": {"VN": speeds},
        "peak_factor": {"VN": {mode: 1.7}},
        "ferry_wait_minutes": 9,
    }
    travel = streets.travel.model_copy(update=changes)
    found = streets.under(travel).network(mode, islands=islands)
    alone = replace(_streets(towns), edges=streets.edges, travel=travel).network(mode, islands=islands)
    assert found.streets is today.streets
    assert not np.array_equal(found.forward, today.forward)
    assert (found.leg_cost_per_m, found.unit, found.n_nodes) == (alone.leg_cost_per_m, "min", alone.n_nodes)
    for name in ("node_ids", "xy", "u", "v", "length_m", "forward", "backward", "streets", "enterable", "row"):
        np.testing.assert_array_equal(getattr(found, name), getattr(alone, name), err_msg=name)
    # smaller islands make other streets
    fewer = streets.under(travel.model_copy(update={"min_island_nodes": 90}))
    assert fewer.network(mode, islands=islands).streets is not today.streets


def test_another_snap_distance_joins_places_as_it_would_alone(towns: ModuleType) -> None:
    streets, places = _streets(towns), _places(towns)
    found = {}
    for snap in (200.0, 30.0, 90.0):
        near = streets.under(streets.travel.model_copy(update={"snap_within_m": snap}))
        found[snap] = near.entrances(near.network("walk"), near.shapes(places))
        alone = replace(_streets(towns), edges=streets.edges, travel=near.travel)
        for column in COLUMNS:
            own = alone.entrances(alone.network("walk"), alone.shapes(places))
            np.testing.assert_array_equal(getattr(found[snap], column), getattr(own, column), err_msg=column)
    # those that meet the streets alike are just those with all their entrances the same
    wide, narrow = found[200.0], found[30.0]
    met = [
        {
            k: [row[1:] for row in zip(one.place, one.edge, one.share, one.leg_m, strict=True) if row[0] == k]
            for k in range(one.n_places)
        }
        for one in (wide, narrow)
    ]
    alike = net.met_alike(wide, narrow)
    assert alike.tolist() == [met[0][k] == met[1][k] for k in range(wide.n_places)]
    assert 20 < alike.sum() < wide.n_places - 20
    moved = replace(narrow, share=np.where(narrow.place == narrow.place[0], 0.5, narrow.share))
    assert np.flatnonzero(~net.met_alike(narrow, moved)).tolist() == [narrow.place[0]]


def test_a_table_with_other_shapes_is_seen(towns: ModuleType) -> None:
    streets, places = _streets(towns), _places(towns)
    before = streets.shapes(places)
    assert streets.shapes(places) is before
    with pytest.raises(ValueError, match="read-only"):
        before[0] = None
    places.geometry = shapely.centroid(places.geometry.to_numpy())
    after = streets.shapes(places)
    assert after is not before
    assert (shapely.get_type_id(after) == 0).all()
    # and streets of another table are not taken for those of this one
    fewer = replace(streets, edges=streets.edges.iloc[:40].reset_index(drop=True), _built={})
    assert len(fewer.network("walk").lines) < len(streets.network("walk").lines)
    assert fewer.network("walk").ground is not streets.network("walk").ground
