"""Reference places, hexagons and clusters on drawn towns: beside candidates, networkx and figures by hand."""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import shapely

from creative_nodes.common import POSITION_CRITERIA, reproject, tables
from creative_nodes.reach.reference import (
    PositionRules,
    draw_places,
    measure_clusters,
    measure_positions,
    measure_reference,
)
from creative_nodes.reach.survey import Survey, World
from creative_nodes.report.tables import TABLES


def _world(towns: ModuleType, rng: np.random.Generator | None = None, **given: Any) -> World:
    """Return what is given, and otherwise nothing, or a random town on the grid of `_grid`."""
    made = {name: getattr(towns, name)() for name in ("amenities", "people", "stations")} | {"creative": towns.spaces()}
    if rng is not None:

        def spots(n: int) -> list[Any]:
            return [towns.at(*(rng.integers(0, (2900, 1900)) * 1.0)) for _ in range(n)]

        made["creative"] = towns.spaces(
            *(
                {"geometry": spot, "tier": ("core", "intermediate", "supporting")[k % 3], "domain": "ab"[k % 2]}
                for k, spot in enumerate(spots(12))
            )
        )
        made["amenities"] = towns.amenities(*({"geometry": spot, "weight": 0.2} for spot in spots(20)))
        made["people"] = towns.people(*({"geometry": spot, "residents": 10.0 + k} for k, spot in enumerate(spots(60))))
        made["stations"] = towns.stations({"geometry": towns.at(500, 500), "rapid": True})
    return World(**(made | given))


def _rules(towns: ModuleType, **changes: Any) -> PositionRules:
    config = towns.config()
    given = {"reach": config.reach, "network": config.network, "main_mode": "motorbike", "link_within_m": 500.0}
    return PositionRules(**(given | changes))


def _area(towns: ModuleType, *bounds: float) -> shapely.Geometry:
    return towns.to_degrees(shapely.box(*bounds))


@pytest.mark.parametrize("seed", range(3))
def test_a_place_is_measured_as_a_candidate_that_stands_there(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng(seed)
    streets, world, rules = towns.grid(30, 20), _world(towns, rng), _rules(towns)
    sites = towns.sites(*({"geometry": towns.at(x * 1.0, y * 1.0)} for x, y in rng.integers(0, (2900, 1900), (9, 2))))
    measured = towns.measured(sites, world, streets).candidates
    found = measure_positions(Survey(sites, world, streets, 500), rules)
    assert list(found) == list(POSITION_CRITERIA)
    assert (found["network_gain"] > 0).any() and found["newly_served"].max() > 0
    for name in POSITION_CRITERIA:
        np.testing.assert_allclose(found[name], measured[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_places_lie_along_the_streets_of_the_study_area_uniformly_by_length(towns: ModuleType) -> None:
    from scipy.stats import kstest

    # one street of 2 km, of which 250 m to 1850 m lie in the study area, in pieces of 100 m and two of 50
    streets = towns.streets(towns.straight_street(2000))
    points = draw_places(streets, _area(towns, 250, -50, 1850, 50), 4000, seed=80)
    x, y = shapely.get_coordinates(points).T - towns.ORIGIN[:, None]
    assert len(points) == 4000
    assert np.abs(y).max() < 0.01
    assert kstest(x, "uniform", args=(250, 1600)).pvalue > 0.01
    again, other = (draw_places(streets, _area(towns, 250, -50, 1850, 50), 4000, seed=seed) for seed in (80, 81))
    assert shapely.to_wkb(points).tolist() == shapely.to_wkb(again).tolist() != shapely.to_wkb(other).tolist()


def test_no_place_lies_on_a_ferry_or_an_island_of_streets(towns: ModuleType) -> None:
    points = {1: (0, 0), 2: (500, 0), 3: (1000, 0), 4: (1500, 0), 5: (0, 900), 6: (100, 900)}
    pieces = [(1, 2, {}), (2, 3, {"highway": "ferry"}), (3, 4, {}), (5, 6, {})]
    streets = towns.streets(towns.street_tables(points, pieces), min_island_nodes=3)
    x, y = shapely.get_coordinates(draw_places(streets, _area(towns, -50, -50, 1600, 950), 500, seed=1)).T
    x, y = x - towns.EAST, y - towns.NORTH
    assert y.max() < 0.01
    assert not ((x > 500.01) & (x < 999.99)).any()
    assert 180 < (x < 500.01).sum() < 320


def test_the_table_holds_places_then_hexagons_with_network_gain_alone(towns: ModuleType) -> None:
    rng = np.random.default_rng(5)
    streets, world = towns.grid(30, 20), _world(towns, rng)
    area = _area(towns, 0, 0, 2900, 1900)
    found = measure_reference(area, world, streets, _rules(towns), places=120, h3_resolution=9, seed=80)
    tables.check(found, TABLES["reference"], where="test")
    places, hexagons = (found[found["kind"] == kind] for kind in ("place", "hexagon"))
    assert len(places) == 120 and places["place_id"].is_unique
    assert len(hexagons) > 40
    assert hexagons[[name for name in POSITION_CRITERIA if name != "network_gain"]].isna().all(axis=None)
    # the gain of a hexagon is that of a point site on the street nearest to its middle
    inside = shapely.box(0, 0, 2900, 1900)
    walk = streets.network("walk")
    for row in hexagons.itertuples():
        cell = reproject(np.array([row.geometry]), 4326, towns.EPSG)[0]
        part = shapely.intersection(cell, towns.to_metric(inside))
        line = shapely.STRtree(walk.lines).nearest(shapely.centroid(part))
        on_street = shapely.line_interpolate_point(
            walk.lines[line], shapely.line_locate_point(walk.lines[line], shapely.centroid(part))
        )
        if row.Index % 7 == 0:
            spot = reproject(np.array([on_street]), towns.EPSG, 4326)
            alone = towns.sites({"geometry": towns.at(0)}).set_geometry(spot, crs=4326)
            expected = measure_positions(Survey(alone, world, streets, 500), _rules(towns))["network_gain"].iloc[0]
            assert row.network_gain == pytest.approx(expected, abs=1e-5)


def test_a_hexagon_without_a_street_has_no_gain(towns: ModuleType) -> None:
    streets = towns.streets(towns.straight_street(500))
    area = _area(towns, 0, -50, 500, 3000)
    found = measure_reference(area, _world(towns), streets, _rules(towns), places=100, h3_resolution=9, seed=1)
    gains = found.loc[found["kind"] == "hexagon", "network_gain"]
    assert gains.isna().any() and (gains.dropna() == 0).all()


def test_a_town_without_streets_has_no_reference(towns: ModuleType) -> None:
    # the only street lies outside the study area
    streets = towns.streets(towns.straight_street(500))
    area = _area(towns, 0, 2000, 500, 3000)
    found = measure_reference(area, _world(towns), streets, _rules(towns), places=100, h3_resolution=9, seed=1)
    assert found.empty
    tables.check(found, TABLES["reference"], where="test")


def test_what_is_not_known_is_missing_and_not_nothing(towns: ModuleType) -> None:
    found = measure_positions(
        Survey(
            towns.sites({"geometry": towns.at(500)}, {"geometry": towns.at(500, 5000)}),
            _world(towns),
            towns.streets(towns.straight_street()),
            500,
        ),
        _rules(towns),
    )
    unknown = ["residents_walk_15", "residents_ride_30", "transit_minutes", "newly_served"]
    assert found.loc[0, unknown].isna().all()
    assert found.loc[0, ["exchange", "neighbourhood", "diversity", "network_gain"]].tolist() == [0] * 4
    assert found.loc[1].isna().all()  # no street near


def test_a_cluster_is_measured_from_the_nearest_of_its_members(towns: ModuleType) -> None:
    # members at 0 and 400, another space 100 m beyond the second, and 1000 people 300 m beyond the first
    creative = towns.spaces(
        {"geometry": towns.at(400), "cluster_id": "k1"},
        {"geometry": towns.at(800), "cluster_id": "k1"},
        {"geometry": towns.at(900), "tier": "supporting"},
    )
    people = towns.people({"geometry": towns.at(100), "residents": 1000.0})
    clusters = towns.frame(
        [
            {"cluster_id": one, "n_spaces": 2, "kept": kept, "geometry": shapely.box(0, 0, 1, 1)}
            for one, kept in (("k1", True), ("k2", False))
        ],
        ["cluster_id", "n_spaces", "kept"],
    )
    world = _world(towns, creative=creative, people=people)
    found = measure_clusters(clusters, world, towns.streets(towns.straight_street()), _rules(towns))
    tables.check(found, TABLES["cluster_reach"], where="test")
    assert found["cluster_id"].tolist() == ["k1"]
    row = found.iloc[0]
    # both members are at no distance
    assert row["exchange"] == pytest.approx(2 + 0.3 * math.exp(-0.016 * 100), rel=1e-4)
    assert (row["residents_walk_15"], row["newly_served"]) == (1000, 0)

    def p(metres: float) -> float:
        return (1 + math.exp(-5)) / (1 + math.exp((metres / 80 - 15) / 3))

    # best chains: 400 to 800 directly, on to 900 over 800 or directly
    far = max(p(500), p(400) * p(100))
    sizes = 1 + p(400) + far, 1 + p(400) + p(100)
    assert row["typical_network"] == pytest.approx(math.sqrt(math.prod(sizes)), rel=1e-5)
    # as a stepping stone at no distance from either it makes one place of its members
    today, then = (*sizes, 1 + p(100) + far), (2 + p(100), 2 + p(100), 1 + 2 * p(100))
    gain = math.prod(then) ** (1 / 3) - math.prod(today) ** (1 / 3)
    assert row["network_gain"] == pytest.approx(gain, rel=1e-4)


def test_without_kept_clusters_the_table_is_empty(towns: ModuleType) -> None:
    none = towns.frame([], ["cluster_id", "n_spaces", "kept"], kept="bool", n_spaces="int64")
    found = measure_clusters(none, _world(towns), towns.streets(towns.straight_street()), _rules(towns))
    tables.check(found, TABLES["cluster_reach"], where="test")
