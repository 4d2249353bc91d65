"""Cross-K of heritage and creative spaces along streets, against hand, networkx, spaghetti and full enumeration."""

import itertools
import warnings
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pairs import near

from creative_nodes.common import tables
from creative_nodes.network import colocation
from creative_nodes.network.departure import Departure, departure
from creative_nodes.network.settings import ClusterSettings
from creative_nodes.report.tables import TABLES
from creative_nodes.streets import times

AREA = shapely.box(-50, -3000, 10_000, 3000)


def _settings(**changes: Any) -> ClusterSettings:
    return ClusterSettings.model_validate(changes)


def _colocate(towns: ModuleType, heritage: Any, creative: Any, *, drawn: Any = None, **changes: Any) -> pd.DataFrame:
    streets = towns.streets(drawn or towns.straight_street(5000))
    found = colocation.colocate(
        heritage,
        creative,
        streets,
        streets.network("walk", in_metres=True),
        area=towns.to_degrees(AREA),
        settings=_settings(**changes),
        seed=changes.pop("seed", 3),
    )
    tables.check(found, TABLES["colocation"], where="test")
    return found


def _sites(towns: ModuleType, *spots: float, **columns: Any) -> gpd.GeoDataFrame:
    return towns.sites(*({"geometry": towns.at(x), **columns} for x in spots))


def _spaces(towns: ModuleType, *spots: float, **columns: Any) -> gpd.GeoDataFrame:
    return towns.spaces(*({"geometry": towns.at(x), **columns} for x in spots))


def test_a_street_by_hand(towns: ModuleType) -> None:
    # sites at 0 and 1000; spaces at 90, 250, 1150 and 4000
    found = _colocate(towns, _sites(towns, 0, 1000), _spaces(towns, 90, 250, 1150, 4000)).set_index("distance_m")
    assert found.index.tolist() == list(range(100, 2001, 100))
    # pairs: 0-90, 0-250, 0-1150, 1000-910 (90), 1000-750 (250), 1000-1150 (150)
    by_hand = {100: 0.5, 200: 1, 300: 1.5, 700: 1.5, 800: 2, 900: 2, 1000: 2.5, 1100: 2.5, 1200: 3, 2000: 3}
    for metres, expected in by_hand.items():
        assert found.loc[metres, "k_observed"] == pytest.approx(expected)
    # of 30 ordered pairs of six points: within 100 m 0-90, within 200 m also 90-250 and 1000-1150; four spaces
    assert found.loc[100, "k_expected"] == pytest.approx(4 * 2 / 30)
    assert found.loc[200, "k_expected"] == pytest.approx(4 * 6 / 30)
    assert found.loc[2000, "k_expected"] == pytest.approx(4 * 20 / 30)
    assert (found[["n_heritage", "n_spaces", "n_same"]] == [2, 4, 0]).all(axis=None)
    assert found["p_value"].nunique() == 1


@pytest.mark.parametrize("seed", range(4))
def test_counts_equal_networkx_on_a_random_network(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = towns.random_network(rng, n_nodes=25, n_edges=40, directed=False, metric=True)
    spots = towns.random_entrances(rng, network, 18, most=1)
    spots = towns.entrances(*((k, int(spots.edge[k]), float(spots.share[k]), 0.0) for k in range(len(spots.place))))
    n, m = spots.n_places, 4
    metres = towns.costs_by_networkx(network, spots, spots)
    distances = np.array([50.0, 150.0, 400.0])
    labels = np.arange(n) < m
    pairs = colocation.pairs_within(near(times.costs_between(network, spots, spots)), distances)
    expected = [np.mean([(metres[i, m:] <= d).sum() for i in range(m)]) for d in distances]
    assert expected[2] > 0
    assert colocation.cross_k(pairs, labels) == pytest.approx(expected)


@pytest.mark.parametrize("m", [1, 2, 5])
def test_the_expected_curve_is_the_mean_over_every_relabelling(m: int) -> None:
    rng = np.random.default_rng(m)
    xy = rng.uniform(0, 500, 7)
    distances = np.array([60.0, 150.0, 300.0])
    pairs = colocation.pairs_within(near(np.abs(xy[:, None] - xy)), distances)
    curves = [
        colocation.cross_k(pairs, np.isin(np.arange(7), chosen)) for chosen in itertools.combinations(range(7), m)
    ]
    assert np.ptp(curves, axis=0).max() > 0
    assert colocation.expected_k(pairs, m) == pytest.approx(np.mean(curves, axis=0))


def test_the_expected_curve_is_the_network_k_function_of_spaghetti(towns: ModuleType) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import spaghetti

        rng = np.random.default_rng(1)
        columns, block = 6, 100.0
        line, along = rng.integers(0, columns, 25) * block, rng.uniform(1, (columns - 1) * block - 1, 25)
        spots = [(a, b) if k % 2 else (b, a) for k, (a, b) in enumerate(zip(line, along, strict=True))]
        lines = [shapely.LineString([(0, r * block), (500, r * block)]) for r in range(columns)]
        lines += [shapely.LineString([(c * block, 0), (c * block, 500)]) for c in range(columns)]
        net = spaghetti.Network(in_data=gpd.GeoDataFrame(geometry=[p for one in lines for p in _blocks(one, block)]))
        net.snapobservations(gpd.GeoDataFrame(geometry=shapely.points(spots)), "spots")
        theirs = net.GlobalAutoK(net.pointpatterns["spots"], nsteps=11, permutations=1, upperbound=500)
    streets = towns.streets(towns.grid_tables(columns, columns, block))
    walk = streets.network("walk", in_metres=True)
    doors = streets.entrances(walk, towns.to_metric(shapely.points(spots)))
    metres = times.costs_between(walk, doors, doors)
    pairs = colocation.pairs_within(near(metres), theirs.xaxis[1:])
    m = 10
    # K = length / (n n) * pairs there; spaces * pairs / (n (n - 1)) here
    length = 2 * columns * (columns - 1) * block
    found = colocation.expected_k(pairs, m) * length / 15 * 24 / 25
    assert theirs.observed[-1] > theirs.observed[1] > 0
    np.testing.assert_allclose(found, theirs.observed[1:], rtol=1e-6)


def _blocks(line: shapely.LineString, block: float) -> list[shapely.LineString]:
    stops = [line.interpolate(x) for x in np.arange(0, line.length + 1, block)]
    return [shapely.LineString(two) for two in itertools.pairwise(stops)]


# ---------------------------------------------------------------- the test


def test_the_global_p_value_keeps_its_level_and_sees_attraction() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 20_000, 60)
    distances = np.arange(100.0, 2001, 100)
    pairs = colocation.pairs_within(near(np.abs(x[:, None] - x)), distances)
    labels = np.arange(60) < 20
    expected = colocation.expected_k(pairs, 20)

    def p_of(seed: int, marked: np.ndarray) -> float:
        inner = np.random.default_rng([seed, 1])
        curves = np.array([colocation.cross_k(pairs, inner.permutation(labels)) for _ in range(39)])
        return colocation.global_p(colocation.cross_k(pairs, marked), curves, expected)

    p_values = np.array([p_of(seed, np.random.default_rng([seed, 2]).permutation(labels)) for seed in range(200)])
    # 10 of 200 are expected at 5 %, 100 at 50 %
    assert 2 <= (p_values <= 0.05).sum() <= 20
    assert 75 <= (p_values <= 0.5).sum() <= 125
    # labels set apart: the first twenty along the street
    assert p_of(1, np.argsort(np.argsort(x)) < 20) == pytest.approx(1 / 40)


def test_the_global_p_value_by_hand() -> None:
    expected = np.zeros(2)
    # spread at the first distance 2 (sum of squares 4 * 4 of four curves), at the second 1
    curves = np.array([[2.0, 1.0], [-2.0, -1.0], [-2.0, 1.0]])
    assert colocation.global_p(np.array([2.0, 1.0]), curves, expected) == 1
    # spread 20 and 2: the observed one deviates by 1.94 spreads, the others by 0.4 to 0.6
    wide = np.array([[1.0, -1.0], [2.0, -1.0], [3.0, 2.0]])
    assert colocation.global_p(np.array([-40.0, 1.0]), wide, expected) == pytest.approx(1 / 4)
    assert colocation.global_p(expected, np.zeros((5, 2)), expected) == 1


def test_spaces_around_the_sites_stand_together_and_far_off_apart(towns: ModuleType) -> None:
    sites = _sites(towns, *range(0, 600, 60))
    near = _colocate(towns, sites, _spaces(towns, *range(30, 600, 60), *range(3500, 5000, 150)))
    apart = _colocate(towns, sites, _spaces(towns, *range(3500, 5000, 30)))
    assert (near["k_observed"] > near["k_expected"])[:5].all() and near["p_value"][0] <= 0.05
    assert (apart["k_observed"] < apart["k_low"]).all() and apart["p_value"][0] == 1 / 200


def test_the_envelope_holds_nineteen_in_twenty_relabellings(towns: ModuleType) -> None:
    rng = np.random.default_rng(5)
    spots = rng.uniform(0, 5000, 60)
    found = _colocate(towns, _sites(towns, *spots[:20]), _spaces(towns, *spots[20:]))
    pairs = colocation.pairs_within(near(np.abs(spots[:, None] - spots)), found["distance_m"].to_numpy())
    curves = np.array([colocation.cross_k(pairs, rng.permutation(np.arange(60) < 20)) for _ in range(1000)])
    low, high = found["k_low"].to_numpy(), found["k_high"].to_numpy()
    assert (low < found["k_expected"]).all() and (found["k_expected"] < high).all()
    held = ((curves >= low) & (curves <= high)).mean(axis=0)
    assert held.min() > 0.9 and held.mean() == pytest.approx(0.95, abs=0.025)


def test_the_same_seed_gives_the_same_curve(towns: ModuleType) -> None:
    sites, spaces = _sites(towns, 0, 700, 900), _spaces(towns, 100, 800, 1900, 3000)
    pd.testing.assert_frame_equal(_colocate(towns, sites, spaces), _colocate(towns, sites, spaces))


# ---------------------------------------------------------------- who counts


def test_lost_doubtful_and_outside_sites_and_spaces_of_the_buffer_do_not_count(towns: ModuleType) -> None:
    sites = towns.sites(
        {"geometry": towns.at(0), "status": "converted"},
        {"geometry": towns.at(0), "status": "in_use", "tier": "medium"},
        {"geometry": towns.at(0), "status": "lost"},
        {"geometry": towns.at(0), "tier": "low"},
        {"geometry": towns.at(-500)},
    )
    spaces = towns.spaces({"geometry": towns.at(50)}, {"geometry": towns.at(60), "inside": False})
    found = _colocate(towns, sites, spaces)
    assert (found["n_heritage"][0], found["n_spaces"][0]) == (2, 1)
    assert found["k_observed"][0] == 1


def test_a_site_that_is_a_creative_space_counts_once(towns: ModuleType) -> None:
    sites = towns.sites(
        {"geometry": towns.at(0), "osm_ids": ["way/1", "way/2"]}, {"geometry": towns.at(1000), "registry_id": "R1"}
    )
    spaces = towns.spaces(
        {"geometry": towns.at(0), "osm_ids": ["way/2"]},
        {"geometry": towns.at(1000), "registry_id": "R1"},
        {"geometry": towns.at(1010), "osm_ids": ["way/3"]},
    )
    found = _colocate(towns, sites, spaces)
    assert (found["n_heritage"][0], found["n_spaces"][0], found["n_same"][0]) == (2, 1, 2)
    assert found["k_observed"][0] == 0.5


def test_a_large_yard_counts_as_a_point(towns: ModuleType) -> None:
    # 400 m of frontage, set back by 50 m; its middle faces 1000
    yard = towns.sites({"geometry": shapely.box(800, 50, 1200, 300)})
    found = _colocate(towns, yard, _spaces(towns, 790, 990, 1240)).set_index("distance_m")
    assert found.loc[[100, 200, 300], "k_observed"].tolist() == [1, 1, 3]


def test_places_no_street_comes_near_do_not_count(towns: ModuleType) -> None:
    sites = towns.sites({"geometry": towns.at(0)}, {"geometry": towns.at(0, 900)})
    found = _colocate(towns, sites, towns.spaces({"geometry": towns.at(50)}, {"geometry": towns.at(50, -900)}))
    assert (found["n_heritage"][0], found["n_spaces"][0]) == (1, 1)
    assert found["p_value"][0] == 1


@pytest.mark.parametrize(("m", "n"), [(0, 0), (0, 3), (3, 0)])
def test_without_both_kinds_there_is_no_curve(towns: ModuleType, m: int, n: int) -> None:
    assert len(_colocate(towns, _sites(towns, *range(m)), _spaces(towns, *range(n)))) == 0


def test_all_on_one_spot_says_nothing(towns: ModuleType) -> None:
    found = _colocate(towns, _sites(towns, 500, 500), _spaces(towns, 500, 500, 500))
    assert found["k_observed"].tolist() == found["k_low"].tolist() == found["k_high"].tolist() == [3] * 20
    assert found["p_value"][0] == 1


# ---------------------------------------------------------------- what the curve says


def _judged(p_value: float, *seen: float) -> Departure:
    """Judge a curve of so many spaces by distance (100 m, 200 m, ...) against an envelope of 1 to 2."""
    curve = pd.DataFrame({"k_observed": seen}).assign(k_low=1.0, k_high=2.0, p_value=p_value)
    return departure(curve.assign(distance_m=100.0 * (curve.index + 1)), max_p_value=0.05)


def test_a_curve_departs_from_chance_in_runs_of_distances() -> None:
    assert _judged(0.06, 9, 9) == Departure(by_chance=True)
    assert _judged(0.05, 9, 9, 1.5, 9, 0) == Departure(False, ((100, 200), (400, 400)), ((500, 500),))
    assert _judged(0.01, 9, 9, 9) == Departure(False, more=((100, 300),), throughout=True)
    assert _judged(0.01, 0, 0) == Departure(False, less=((100, 200),), throughout=True)
    # on the envelope is within it: the whole curve may differ where no distance does
    assert _judged(0.01, 1, 2) == Departure(False)
