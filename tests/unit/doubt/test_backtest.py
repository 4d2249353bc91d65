"""The back-test: nothing that a conversion brought may speak for it, and its figures beside scikit-learn's."""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.doubt import backtest
from creative_nodes.doubt.settings import Backtest
from creative_nodes.reach.reference import PositionRules, measure_reference
from creative_nodes.reach.survey import World
from creative_nodes.report.tables import TABLES
from creative_nodes.score.against import scales_by

MIDDLE = 1000.0  # of the street of the towns below, which are the same on either side of it


def _rules(towns: ModuleType, world: World, streets: Any, **changes: Any) -> backtest.BacktestRules:
    config = towns.config()
    positions = PositionRules(config.reach, config.network, "motorbike", 500)
    area = towns.to_degrees(shapely.box(-50, -50, 2050, 50))
    reference = measure_reference(area, world, streets, positions, places=200, h3_resolution=8, seed=1)
    return backtest.BacktestRules(
        backtest=Backtest.model_validate(changes),
        reach=config.reach,
        network=config.network,
        candidates=config.candidates,
        score=config.score,
        scales=scales_by(reference, config.score.anchors),
        main_mode="motorbike",
        link_within_m=500,
    )


def _both_sides(*distances: float) -> list[float]:
    return [MIDDLE + side * x for x in distances for side in (-1, 1)]


def _test(towns: ModuleType, converted: Any, rivals: Any, **how: Any) -> Any:
    """Test sites in a town whose people, spaces and amenities lie alike on either side, but for what is given."""
    spaces = [{"geometry": towns.at(x)} for x in _both_sides(100, 350, 900)] + how.pop("spaces", [])
    cafes = [{"geometry": towns.at(x)} for x in _both_sides(50, 600)] + how.pop("cafes", [])
    world = World(
        creative=towns.spaces(*spaces),
        amenities=towns.amenities(*cafes),
        people=towns.people(*({"geometry": towns.at(x), "residents": 10.0} for x in _both_sides(20, 300, 700, 980))),
        stations=towns.stations({"geometry": towns.at(MIDDLE)}),
    )
    streets = towns.one_street(step_m=50)
    centre = shapely.get_coordinates(towns.to_degrees(shapely.Point(how.pop("centre", MIDDLE), 0)))[0]
    found, pairs, summary = backtest.back_test(
        converted, rivals, world, streets, _rules(towns, world, streets, **how), centre=tuple(centre), seed=1
    )
    tables.check(found, TABLES["backtest"], where="test")
    tables.check(pairs, TABLES["backtest_pairs"], where="test")
    assert pairs.groupby("site_id")["beats"].mean().to_dict() == found.set_index("site_id")["percentile"].to_dict()
    tables.check(summary, TABLES["backtest_summary"], where="test")
    return found, summary.set_index("figure")


def _converted(towns: ModuleType, x: float) -> Any:
    return towns.sites({"site_id": "p", "geometry": towns.at(x, 10), "status": "converted", "listed": True})


def _brought(towns: ModuleType, x: float) -> dict[str, Any]:
    """Return a crowd of spaces, and cafés, that a conversion at x brought."""
    domains = ("books", "film", "music", "design_craft")
    return {
        "spaces": [{"geometry": towns.at(x + 15 * k, 20), "domain": d} for k, d in enumerate(domains)],
        "cafes": [{"geometry": towns.at(x - 10 * k, 5), "weight": 1.0} for k in range(5)],
    }


def test_a_site_whose_only_merit_is_its_own_conversion_scores_like_its_twin(towns: ModuleType) -> None:
    twin = towns.sites(
        {"site_id": "twin", "geometry": towns.at(MIDDLE + 500, 10)},
        {"site_id": "better", "geometry": towns.at(MIDDLE + 600, 10)},  # bridges the gap between 350 and 900
        {"site_id": "worse", "geometry": towns.at(MIDDLE + 990, 10)},
    )
    planted = _brought(towns, MIDDLE - 500)
    found, summary = _test(towns, _converted(towns, MIDDLE - 500), twin, **planted)
    row = found.iloc[0]
    assert (row["hidden_spaces"], row["hidden_amenities"]) == (4, 5)
    # it beats the worse, ties with its twin, loses to the better
    assert row["percentile"] == pytest.approx((1 + 0.5) / 3)
    assert summary.loc["auc", "value"] == pytest.approx(0.5)
    # and the proof can fail: left in place, what it brought puts it before its twin
    seen, _ = _test(towns, _converted(towns, MIDDLE - 500), twin, **_brought(towns, MIDDLE - 500), hide_within_m=0)
    assert seen.iloc[0]["percentile"] == pytest.approx(2 / 3)


def test_what_is_known_of_the_site_itself_does_not_speak_for_it(towns: ModuleType) -> None:
    plain = {"geometry": towns.at(MIDDLE - 500, 10), "status": "converted", "confidence": 0.5, "area_m2": 10.0}
    grand = {**plain, "confidence": 1.0, "area_m2": 90_000.0, "listed": True, "start_year": 1900, "public_land": True}
    rivals = towns.sites(*({"site_id": f"r{x}", "geometry": towns.at(MIDDLE + x, 10)} for x in (100, 400, 900)))
    one, two = (_test(towns, towns.sites({"site_id": "p", **kind}), rivals)[0] for kind in (plain, grand))
    pd.testing.assert_frame_equal(one, two)


def test_rivals_near_a_conversion_lose_what_it_brought_too(towns: ModuleType) -> None:
    # a rival next door would profit from the crowd; with it hidden both stand alike
    x = MIDDLE - 500
    rivals = towns.sites(
        {"site_id": "near", "geometry": towns.at(x, 10)}, {"site_id": "far", "geometry": towns.at(1990, 10)}
    )
    found, _ = _test(towns, _converted(towns, x), rivals, **_brought(towns, x))
    assert found.iloc[0]["percentile"] == pytest.approx((0.5 + 1) / 2)


def test_the_plain_rule_ranks_by_distance_to_the_centre(towns: ModuleType) -> None:
    rivals = towns.sites(*({"site_id": f"r{x}", "geometry": towns.at(x, 10)} for x in (100, 300, 1500, 1900)))
    found, summary = _test(towns, _converted(towns, 700), rivals, centre=0)
    assert found.iloc[0]["percentile_by_centre"] == 0.5
    assert summary.loc["auc_by_centre", "value"] == 0.5
    assert summary.loc["auc_lift", "value"] == pytest.approx(summary.loc["auc", "value"] - 0.5)


def test_sites_out_of_reach_are_counted_not_scored(towns: ModuleType) -> None:
    converted = towns.sites(
        {"site_id": "p", "geometry": towns.at(700, 10), "status": "converted"},
        {"site_id": "q", "geometry": towns.at(700, 900), "status": "converted"},
    )
    rivals = towns.sites(
        {"site_id": "r", "geometry": towns.at(300, 10)}, {"site_id": "far", "geometry": towns.at(0, 999)}
    )
    found, summary = _test(towns, converted, rivals)
    assert found["site_id"].tolist() == ["p"]
    assert summary["value"][["converted_sites", "tested_sites", "rivals"]].tolist() == [2, 1, 1]


@pytest.mark.parametrize("empty", ["converted", "rivals"])
def test_without_converted_sites_or_rivals_there_is_nothing_to_tell(towns: ModuleType, empty: str) -> None:
    site = _converted(towns, 700)
    groups = {"converted": site, "rivals": towns.sites({"geometry": towns.at(300)})}
    groups[empty] = groups[empty].iloc[:0]
    found, summary = _test(towns, groups["converted"], groups["rivals"])
    assert len(found) == 0
    assert "auc" not in summary.index


def test_registry_rows_tell_which_sites_were_converted(towns: ModuleType) -> None:
    heritage = towns.sites(
        *(
            {"site_id": f"h{k}", "geometry": towns.at(0), "status": s}
            for k, s in enumerate(["converted"] * 3 + ["lost"])
        )
    )
    registry = pd.DataFrame(
        {
            "site_id": ["h0", "h1", "h3", ""],
            "status": ["converted", "in_use", "converted", "converted"],
            "kind": ["both", "heritage", "heritage", "creative"],
        }
    )
    assert backtest.converted_sites(heritage, registry)["site_id"].tolist() == ["h0"]


# ---------------------------------------------------------------- figures


def _random_scores(seed: int, tested: int = 7, rivals: int = 23) -> np.ndarray:
    rng = np.random.default_rng(seed)
    same = np.round(rng.random(rivals), 1)  # with ties
    return np.column_stack([np.round(rng.random(tested) + 0.1, 1), np.tile(same, (tested, 1))])


@pytest.mark.parametrize("seed", range(4))
def test_auc_is_that_of_scikit_learn(seed: int) -> None:
    from sklearn.metrics import roc_auc_score  # heavy: not for every process that collects these tests

    scores = _random_scores(seed)
    summary = backtest.summarise(scores, scores, 7, Backtest.model_validate({}), seed=1).set_index("figure")
    labels = np.r_[np.ones(7), np.zeros(23)]
    expected = roc_auc_score(labels, np.r_[scores[:, 0], scores[0, 1:]])
    assert summary.loc["auc", "value"] == pytest.approx(expected, abs=1e-12)
    assert summary.loc["auc_lift", ["value", "low", "high"]].tolist() == [0, 0, 0]


def test_the_interval_is_that_of_drawing_sites_by_hand() -> None:
    scores = _random_scores(2)
    row = backtest.summarise(scores, scores, 7, Backtest(bootstrap=4000), seed=1).set_index("figure").loc["auc"]
    won, rng = backtest.beaten(scores), np.random.default_rng(9)
    means = [won[np.ix_(rng.integers(0, 7, 7), rng.integers(0, 23, 23))].mean() for _ in range(4000)]
    assert [row["low"], row["high"]] == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.02)
    assert row["low"] < row["value"] < row["high"]


def test_one_site_has_no_interval() -> None:
    row = backtest.summarise(_random_scores(0, tested=1), _random_scores(0, tested=1), 1, Backtest(), seed=1)
    auc = row.set_index("figure").loc["auc"]
    assert math.isnan(auc["low"]) and math.isnan(auc["high"]) and 0 <= auc["value"] <= 1


def test_precision_at_ten_by_hand() -> None:
    # rivals 0.1 to 1.5 (the mean over both runs), tested 1.25 and 0.2: one among the first ten
    rivals = np.arange(1, 16) / 10
    scores = np.array([[1.25, *(rivals - 0.01)], [0.2, *(rivals + 0.01)]])
    assert backtest.precision_at([scores], 10) == pytest.approx(0.1)
    assert backtest.precision_at([scores], 3) == 0
    tie = np.array([[1.0, 1.0, 0.5]])
    assert backtest.precision_at([tie], 1) == 0


# ---------------------------------------------------------------- cities together


def _pairs(tested: dict[str, tuple[list[float], float]], near: dict[str, float]) -> pd.DataFrame:
    """Make backtest_pairs of scores (own first) and distance to the centre by tested site, and rivals' distances."""
    rows = []
    for site, ((own, *rivals), away) in tested.items():
        for (rival, away_too), score in zip(near.items(), rivals, strict=True):
            beats = (own > score) + 0.5 * (own == score)
            nearer = (away < away_too) + 0.5 * (away == away_too)
            rows.append((site, rival, own, score, beats, nearer, away, away_too))
    return pd.DataFrame(rows, columns=[column.name for column in TABLES["backtest_pairs"].columns])


def _summary(converted: int, tested: int, rivals: int) -> pd.DataFrame:
    names = ["converted_sites", "tested_sites", "rivals"]
    return pd.DataFrame({"figure": names, "value": [converted, tested, rivals], "low": np.nan, "high": np.nan})


NORTH = _pairs(
    {"a": ([0.9, 0.8, 0.5, 0.1], 300.0), "b": ([0.5, 0.8, 0.5, 0.1], 100.0)}, {"r": 200.0, "s": 400.0, "t": 500.0}
)
SOUTH = _pairs({"c": ([0.2, 0.1, 0.3], 50.0)}, {"u": 60.0, "v": 10.0})
CITIES = {
    "north": (_summary(3, 2, 3), NORTH),
    "south": (_summary(1, 1, 2), SOUTH),
    "west": (_summary(0, 0, 9), tables.empty(TABLES["backtest_pairs"])),
}


def test_cities_together_by_hand() -> None:
    found = backtest.pool_backtests(CITIES, Backtest(), seed=1)
    tables.check(found, TABLES["backtest_pooled"], where="test")
    together = found[found["city"] == "all"].set_index("figure")["value"]
    counts = ["cities", "cities_tested", "converted_sites", "tested_sites", "rivals"]
    assert together[counts].tolist() == [3, 2, 4, 3, 5]
    # a beats 3 of 3, b 1.5 of 3, c 1 of 2; by distance a 2 of 3, b 3 of 3, c 1 of 2
    assert together["auc"] == together["mean_percentile"] == pytest.approx((1 + 0.5 + 0.5) / 3)
    assert together["auc_by_centre"] == pytest.approx((2 / 3 + 1 + 0.5) / 3)
    assert together["auc_lift"] == pytest.approx((1 / 3 - 1 / 2) / 3)
    assert together["precision_at_10"] == together["precision_by_chance"] == pytest.approx(3 / 8)
    west = found[found["city"] == "west"].set_index("figure")["value"]
    assert west.to_dict() == {"converted_sites": 0, "tested_sites": 0, "rivals": 9}


def test_a_site_counts_by_its_place_in_its_own_city() -> None:
    north, south = (backtest._matrices(pairs)[0] for pairs in (NORTH, SOUTH))
    # north: a 1, r 0.75, b and s 0.375, t 0; south: v 1, c 0.5, u 0. Of equal places the rival stands first
    expected = {1: 0, 2: 1 / 2, 3: 1 / 3, 4: 2 / 4, 5: 2 / 5, 6: 3 / 6}
    assert {k: backtest.precision_at([north, south], k) for k in expected} == pytest.approx(expected)


def test_the_pool_of_one_city_is_that_city() -> None:
    scores, near = _random_scores(1), -_random_scores(5)
    ids = [np.array([f"{kind}{k}" for k in range(n)], dtype=object) for kind, n in (("p", 7), ("r", 23))]
    summary = backtest.summarise(scores, near, 7, Backtest(), seed=1)
    pooled = backtest.pool_backtests({"one": (summary, backtest._pairs(*ids, scores, near))}, Backtest(), seed=1)
    together = pooled[pooled["city"] == "all"].set_index("figure").drop(columns="city").iloc[2:]
    pd.testing.assert_frame_equal(together, summary.set_index("figure"))


def test_the_interval_of_cities_together_is_that_of_drawing_by_hand() -> None:
    won = [backtest.beaten(_random_scores(2)), backtest.beaten(_random_scores(3, tested=2, rivals=8))]
    low, high = backtest._interval(won, 4000, np.random.default_rng(1))
    rng, means = np.random.default_rng(9), []
    for _ in range(4000):
        columns = [rng.integers(0, one.shape[1], one.shape[1]) for one in won]
        drawn = rng.integers(0, 9, 9)
        means.append(np.mean([won[int(k >= 7)][k % 7, columns[int(k >= 7)]].mean() for k in drawn]))
    assert [low, high] == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.02)


def test_nothing_tested_anywhere_leaves_the_counts() -> None:
    found = backtest.pool_backtests({"west": CITIES["west"]}, Backtest(), seed=1)
    assert found[found["city"] == "all"]["value"].tolist() == [1, 0, 0, 0, 0]
    assert found["value"].notna().all()
