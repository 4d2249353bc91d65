"""The back-test: nothing that a conversion brought may speak for it, and its figures beside scikit-learn's."""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from sklearn.metrics import roc_auc_score

from creative_nodes import backtest, tables
from creative_nodes.config import Backtest
from creative_nodes.reach import World

MIDDLE = 1000.0  # of the street of the towns below, which are the same on either side of it


def _rules(towns: ModuleType, **changes: Any) -> backtest.Rules:
    config = towns.config()
    return backtest.Rules(
        backtest=Backtest.model_validate(changes),
        reach=config.reach,
        network=config.network,
        candidates=config.candidates,
        score=config.score,
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
    streets = towns.streets(towns.straight_street(2000, step_m=50))
    centre = shapely.get_coordinates(towns.to_degrees(shapely.Point(how.pop("centre", MIDDLE), 0)))[0]
    found, summary = backtest.back_test(
        converted, rivals, world, streets, _rules(towns, **how), centre=tuple(centre), seed=1
    )
    tables.check(found, tables.TABLES["backtest"], where="test")
    tables.check(summary, tables.TABLES["backtest_summary"], where="test")
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
        {"site_id": "better", "geometry": towns.at(MIDDLE + 120, 10)},
        {"site_id": "worse", "geometry": towns.at(MIDDLE + 990, 10)},
    )
    planted = _brought(towns, MIDDLE - 500)
    found, summary = _test(towns, _converted(towns, MIDDLE - 500), twin, **planted)
    row = found.iloc[0]
    assert (row["hidden_spaces"], row["hidden_amenities"]) == (4, 5)
    # it beats the worse, ties with its twin, loses to the better
    assert row["percentile"] == pytest.approx((1 + 0.5) / 3)
    assert summary.loc["auc", "value"] == pytest.approx(0.5)
    # and the proof can fail: left in place, what it brought makes it the best of all
    seen, _ = _test(towns, _converted(towns, MIDDLE - 500), twin, **_brought(towns, MIDDLE - 500), hide_within_m=0)
    assert seen.iloc[0]["percentile"] == 1


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
            "status": ["converted", "active", "converted", "converted"],
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
    assert backtest.precision_at(scores, 10) == pytest.approx(0.1)
    assert backtest.precision_at(scores, 3) == 0
    tie = np.array([[1.0, 1.0, 0.5]])
    assert backtest.precision_at(tie, 1) == 0
