"""Scores against METHOD section 8: normalising, weights, ranks, and how sure they are."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.common.words import CRITERIA
from creative_nodes.report.tables import TABLES
from creative_nodes.score import rank as score
from creative_nodes.score.settings import Score

WEIGHTS = {
    "residents_walk_15": 0.12,
    "residents_ride_30": 0.06,
    "transit_minutes": 0.06,
    "newly_served": 0.08,
    "exchange": 0.10,
    "neighbourhood": 0.10,
    "diversity": 0.08,
    "network_gain": 0.15,
    "site_capacity": 0.08,
    "heritage_value": 0.12,
    "readiness": 0.05,
}


def _settings(**changes: Any) -> Score:
    return Score.model_validate({"weights": WEIGHTS, "draws": 2000, **changes})


def _candidates(n: int, *, seed: int = 0, **columns: Any) -> pd.DataFrame:
    """Make n reachable candidates with random criteria."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"site_id": [f"h{k:03d}" for k in range(n)], "reachable": True})
    for name in CRITERIA:
        frame[name] = rng.random(n) * (10_000 if name.startswith("res") or name == "site_capacity" else 1)
    return frame.assign(**columns)


def _unreachable(frame: pd.DataFrame, *rows: int) -> pd.DataFrame:
    out = frame.copy()
    out.loc[list(rows), "reachable"] = False
    out.loc[list(rows), list(CRITERIA)] = np.nan
    return out


def _score(frame: pd.DataFrame, settings: Score | None = None, *, seed: int = 80) -> pd.DataFrame:
    found = score.score_candidates(frame, settings or _settings(), seed=seed)
    tables.check(found, TABLES["scores"], where="test")
    assert sorted(found["site_id"]) == sorted(frame["site_id"])
    return found


# ---------------------------------------------------------------- normalising


def _normalise(values: list[float], *, cost: bool = False, log: bool = False, low: float = 0, high: float = 1) -> Any:
    return score.normalise(np.array(values, dtype=float), cost=cost, logarithmic=log, low=low, high=high)


def test_the_best_is_one_and_the_worst_is_zero() -> None:
    assert _normalise([3, 1, 5]).tolist() == pytest.approx([0.5, 0, 1])


def test_less_of_a_cost_is_better() -> None:
    assert _normalise([3, 1, 5], cost=True).tolist() == pytest.approx([0.5, 1, 0])


def test_ends_are_cut_at_the_quantiles() -> None:
    # of 0..10 the quantiles 0.1 and 0.8 are 1 and 8
    found = _normalise(list(range(11)), low=0.1, high=0.8)
    assert found.tolist() == pytest.approx([0, *(k / 7 for k in range(8)), 1, 1])


def test_a_cost_is_turned_round_before_its_ends_are_cut() -> None:
    # turned round, the quantile 0.8 lies among the small values (2) and 0.1 among the large (9)
    found = _normalise(list(range(11)), cost=True, low=0.1, high=0.8)
    assert found.tolist() == pytest.approx([1, 1, *((9 - k) / 7 for k in range(2, 10)), 0])


def test_a_cost_winsorised_on_one_side_only() -> None:
    # nothing is cut from the worst end, a fifth from the best
    found = _normalise(list(range(11)), cost=True, low=0.0, high=0.8)
    assert found[[0, 1, 2]].tolist() == [1, 1, 1]
    assert found[9] > found[10] == 0


def test_on_a_log_scale_ten_times_as_much_is_one_step() -> None:
    assert _normalise([1e3, 1e4, 1e5, 1e6], log=True).tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1], abs=1e-3)
    assert _normalise([0, 99], log=True).tolist() == [0, 1]


@pytest.mark.parametrize("cost", [False, True])
@pytest.mark.parametrize("log", [False, True])
def test_a_criterion_on_which_all_are_equal_says_nothing(cost: bool, log: bool) -> None:
    assert _normalise([7, 7, 7], cost=cost, log=log).tolist() == [0, 0, 0]
    assert _normalise([7, math.nan, 7], cost=cost, log=log).tolist() == [0, 0, 0]


@pytest.mark.parametrize("cost", [False, True])
def test_a_missing_value_is_the_worst_and_moves_nobody_else(cost: bool) -> None:
    with_gap = _normalise([3, math.nan, 1, 5], cost=cost)
    assert with_gap[1] == 0
    assert with_gap[[0, 2, 3]].tolist() == _normalise([3, 1, 5], cost=cost).tolist()
    assert _normalise([math.nan, math.nan], cost=cost).tolist() == [0, 0]


def test_an_outlier_does_not_squeeze_the_others() -> None:
    values = [*np.linspace(0, 1, 199), 1e9]
    found = _normalise(values, low=0.01, high=0.99)
    assert found[-1] == 1
    assert found[100] == pytest.approx(0.5, abs=0.02)


def test_what_only_a_few_have_is_not_cut_away() -> None:
    # two in three hundred: the quantile 0.99 is still 0, and cutting there would leave them nothing
    found = _normalise([0.0] * 298 + [0.02, 0.01], low=0.01, high=0.99)
    assert found[-2:].tolist() == [1, 0.5]
    assert found[:-2].max() == 0
    far = _normalise([5.0] * 298 + [90, 60], cost=True, low=0.01, high=0.99)
    assert far[-2:].tolist() == pytest.approx([0, 30 / 85])
    assert far[0] == 1


def test_shares_of_the_best() -> None:
    options: dict[str, Any] = {"logarithmic": False, "low": 0, "high": 1}
    assert score.share_of_best(np.array([5.0, 10, np.nan]), cost=False, **options).tolist() == [0.5, 1, 0.5]
    # a cost x becomes least + most - x: 10 + 40 - x = 40, 10, and the worst where it is missing
    found = score.share_of_best(np.array([10.0, 40, np.nan]), cost=True, **options)
    assert found.tolist() == [1, 0.25, 0.25]
    assert score.share_of_best(np.array([7.0, 7]), cost=False, **options).tolist() == [0, 0]
    assert score.share_of_best(np.array([0.0, 30]), cost=True, **options).tolist() == [1, 0]


def test_an_infinite_value_is_refused_by_name() -> None:
    frame = _candidates(3)
    frame.loc[2, "network_gain"] = np.inf
    with pytest.raises(InputError, match="network_gain is infinite for h002"):
        _score(frame)


def test_weights_may_be_given_by_groups() -> None:
    groups = {"people": 0.25, "spillover": 0.25, "network": 0.5, "site": 0}
    found = _settings(weights={"groups": groups}).weights
    assert (found["network_gain"], found["readiness"], found["residents_walk_15"]) == (0.5, 0, 0.0625)
    assert _settings(weights=found).weights == found


@pytest.mark.parametrize("seed", range(3))
def test_normalised_values_lie_between_0_and_1_in_the_given_order(seed: int) -> None:
    values = np.random.default_rng(seed).lognormal(size=60)
    found = score.normalise(values, cost=False, logarithmic=False, low=0.01, high=0.99)
    assert found.min() == 0
    assert found.max() == 1
    assert (np.diff(found[np.argsort(values)]) >= 0).all()


def test_transit_is_the_cost_and_capacity_the_log() -> None:
    frame = _candidates(3).assign(
        transit_minutes=[5.0, 20, 10], site_capacity=[100.0, 10_000, 1000], network_gain=[0, 0.1, 0.4]
    )
    settings = _settings(winsor_low=0, winsor_high=1)
    found = score.normalised(frame, ["transit_minutes", "site_capacity", "network_gain"], settings)
    expected = [[1, 0, 0], [0, 1, 0.25], [2 / 3, 0.5, 1]]
    np.testing.assert_allclose(found, expected, atol=2e-3)


# ---------------------------------------------------------------- weights


def test_all_known_criteria_keep_their_weights() -> None:
    assert score.criteria_in_use(_candidates(4), _settings()) == pytest.approx(WEIGHTS)


def test_the_weight_of_unknown_criteria_goes_to_the_others_in_proportion() -> None:
    frame = _candidates(4, transit_minutes=np.nan, residents_walk_15=np.nan)
    found = score.criteria_in_use(frame, _settings())
    assert "transit_minutes" not in found
    assert "residents_walk_15" not in found
    assert sum(found.values()) == pytest.approx(1)
    assert found == pytest.approx({k: w / (1 - 0.06 - 0.12) for k, w in WEIGHTS.items() if k in found})


def test_a_criterion_known_for_one_candidate_counts() -> None:
    frame = _candidates(4)
    frame.loc[1:, "transit_minutes"] = np.nan
    assert score.criteria_in_use(frame, _settings()) == pytest.approx(WEIGHTS)


def test_what_only_unreachable_sites_know_does_not_count() -> None:
    frame = _candidates(4, network_gain=[0.5, np.nan, np.nan, np.nan], reachable=[False, True, True, True])
    assert "network_gain" not in score.criteria_in_use(frame, _settings())


# ---------------------------------------------------------------- score and rank


def test_score_by_hand() -> None:
    weights = dict.fromkeys(WEIGHTS, 0.0) | {"network_gain": 0.5, "transit_minutes": 0.3, "site_capacity": 0.2}
    frame = _candidates(3).assign(
        transit_minutes=[5.0, 20, 10], site_capacity=[99.0, 9999, 999], network_gain=[0, 0.1, 0.4]
    )
    found = _score(frame, _settings(weights=weights, winsor_low=0, winsor_high=1)).set_index("site_id")
    expected = [0.3, 0.5 * 0.25 + 0.2, 0.5 + 0.3 * 2 / 3 + 0.2 * 0.5]
    assert found.loc[frame["site_id"], "score"].tolist() == pytest.approx(expected)
    assert found.loc[frame["site_id"], "rank"].tolist() == [3, 2, 1]
    assert found.index.tolist() == ["h002", "h001", "h000"]


@pytest.mark.parametrize("seed", range(3))
def test_parts_sum_to_the_score(seed: int) -> None:
    found = _score(_candidates(40, seed=seed, newly_served=np.nan))
    parts = found[[f"part_{name}" for name in CRITERIA]]
    assert parts["part_newly_served"].isna().all()
    np.testing.assert_allclose(parts.sum(axis=1), found["score"], atol=1e-12)
    assert found["score"].is_monotonic_decreasing
    assert found["rank"].tolist() == list(range(1, 41))


def test_no_part_is_larger_than_its_weight() -> None:
    found = _score(_candidates(40))
    for name, weight in WEIGHTS.items():
        assert found[f"part_{name}"].max() == pytest.approx(weight)
        assert found[f"part_{name}"].min() == 0


def test_ties_share_the_better_rank() -> None:
    assert score.ranks_of(np.array([[0.2], [0.9], [0.9], [0.5]]))[:, 0].tolist() == [4, 1, 1, 3]
    # what differs by rounding only is a tie
    assert score.ranks_of(np.array([[0.3], [0.1 + 0.2]]))[:, 0].tolist() == [1, 1]
    frame = pd.concat([_candidates(5), _candidates(5).assign(site_id=[f"twin{k}" for k in range(5)])])
    found = _score(frame.reset_index(drop=True))
    assert found["rank"].tolist() == [1, 1, 3, 3, 5, 5, 7, 7, 9, 9]


def test_ranks_are_taken_by_column() -> None:
    found = score.ranks_of(np.array([[1.0, 3], [2, 2], [3, 1]]))
    assert found.tolist() == [[3, 1], [2, 2], [1, 3]]


def test_a_better_site_never_ranks_lower() -> None:
    frame = _candidates(20)
    for name in CRITERIA:
        best = frame[name].min() / 2 if name == "transit_minutes" else frame[name].max() * 2
        frame.loc[7, name] = best
    found = _score(frame).iloc[0]
    assert (found["site_id"], found["rank"], found["rank_low"], found["rank_high"]) == ("h007", 1, 1, 1)
    assert found["score"] == pytest.approx(1)
    assert (found["p_top"], found["certainty"]) == (1, "robust")


# ---------------------------------------------------------------- how sure


def test_the_same_seed_gives_the_same_table_and_another_does_not() -> None:
    frame = _candidates(30)
    pd.testing.assert_frame_equal(_score(frame, seed=1), _score(frame, seed=1))
    one, other = _score(frame, seed=1), _score(frame, seed=2)
    assert not one["p_top"].equals(other["p_top"])
    pd.testing.assert_series_equal(one["score"], other["score"])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [3, 15, 60])
def test_the_rank_lies_in_its_interval(seed: int, n: int) -> None:
    found = _score(_candidates(n, seed=seed))
    assert (found["rank_low"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_high"]).all()
    assert found["rank_low"].min() >= 1
    assert found["rank_high"].max() <= n


def test_chances_equal_an_independent_simulation() -> None:
    frame = _candidates(40, seed=3)
    settings = _settings(draws=10_000, winsor_low=0, winsor_high=1)
    found = _score(frame, settings).set_index("site_id").loc[frame["site_id"]]
    matrix = np.empty((40, len(CRITERIA)))
    for column, name in enumerate(CRITERIA):
        values = frame[name].to_numpy()
        values = np.log10(1 + values) if name == "site_capacity" else values
        values = -values if name == "transit_minutes" else values
        matrix[:, column] = (values - values.min()) / (values.max() - values.min())
    # a Dirichlet draw is gamma draws divided by their sum
    rng = np.random.default_rng(12345)
    gamma = rng.gamma([WEIGHTS[name] * settings.concentration for name in CRITERIA], size=(10_000, len(CRITERIA)))
    scores = matrix @ (gamma / gamma.sum(axis=1, keepdims=True)).T
    ranks = 1 + (scores[None] > scores[:, None]).sum(axis=1)
    np.testing.assert_allclose(found["p_top10"], (ranks <= 10).mean(axis=1), atol=0.03)
    np.testing.assert_allclose(found["rank_low"].astype(float), np.quantile(ranks, 0.05, axis=1), atol=1)
    np.testing.assert_allclose(found["rank_high"].astype(float), np.quantile(ranks, 0.95, axis=1), atol=1)
    # every draw puts ten in the top ten
    assert found["p_top10"].sum() == pytest.approx(10, abs=0.01)


def test_a_criterion_without_weight_never_moves_a_rank() -> None:
    weights = dict.fromkeys(WEIGHTS, 0.0) | {"network_gain": 1.0}
    found = _score(_candidates(12), _settings(weights=weights))
    assert found["rank_low"].tolist() == found["rank"].tolist() == found["rank_high"].tolist()


def test_higher_concentration_stays_closer() -> None:
    frame = _candidates(40)
    wide, narrow = (_score(frame, _settings(concentration=c)) for c in (10, 1000))
    spread = [(one["rank_high"] - one["rank_low"]).astype(float).mean() for one in (wide, narrow)]
    assert spread[0] > 2 * spread[1]


@pytest.mark.parametrize(("n", "top"), [(1, 1), (2, 1), (3, 2), (10, 4), (29, 10), (30, 10), (500, 10)])
def test_few_candidates_do_not_all_count_as_the_top(n: int, top: int) -> None:
    # no more than 34 % of them, rounded up, and ten at most
    assert score.top_of(n, _settings()) == top
    assert _score(_candidates(n), _settings(draws=100))["top_n"].tolist() == [top] * n


@pytest.mark.parametrize(
    ("p", "word"),
    [
        (1.0, "robust"),
        (0.8, "robust"),
        (0.799, "depends on priorities"),
        (0.2, "depends on priorities"),
        (0.199, "weak"),
        (0.0, "weak"),
    ],
)
def test_one_word_for_readers(p: float, word: str) -> None:
    assert score.certainty(p) == word


def test_certainty_follows_from_the_chance_of_the_top() -> None:
    found = _score(_candidates(60))
    assert set(found["certainty"]) == {"robust", "depends on priorities", "weak"}
    assert found["certainty"].tolist() == [score.certainty(p) for p in found["p_top"]]
    assert found["p_top"].tolist() == found["p_top10"].tolist()  # the top of sixty is ten


# ---------------------------------------------------------------- rims

SCORED = ["score", "rank", "rank_low", "rank_high", "p_top10", "top_n", "p_top"]


def test_unreachable_sites_stand_last_and_are_not_scored() -> None:
    frame = _unreachable(_candidates(8), 2, 5)
    found = _score(frame)
    assert found["site_id"].tolist()[-2:] == ["h002", "h005"]
    assert found.iloc[:6][SCORED].notna().all(axis=None)
    assert found.iloc[6:][SCORED].isna().all(axis=None)
    assert found["certainty"].tolist()[-2:] == ["not scored"] * 2
    # nor do they move anybody
    alone = _score(frame[frame["reachable"]].reset_index(drop=True))
    pd.testing.assert_frame_equal(found.iloc[:6], alone, check_dtype=False)


def test_one_candidate() -> None:
    found = _score(_candidates(1)).iloc[0]
    assert found[SCORED].notna().all()
    assert [found[name] for name in ("rank", "rank_low", "rank_high", "p_top10", "p_top")] == [1] * 5
    assert 0 <= found["score"] <= 1


def test_no_reachable_candidate() -> None:
    found = _score(_unreachable(_candidates(3), 0, 1, 2))
    assert found["certainty"].tolist() == ["not scored"] * 3
    assert found[SCORED].isna().all(axis=None)


def test_no_candidate_at_all() -> None:
    assert len(_score(_candidates(3).iloc[:0])) == 0


def test_when_nothing_with_a_weight_is_known_nobody_is_ranked() -> None:
    # all the weight on the walk to a station, and no station
    weights = dict.fromkeys(WEIGHTS, 0.0) | {"transit_minutes": 1.0}
    found = _score(_candidates(3, transit_minutes=np.nan), _settings(weights=weights))
    assert found["certainty"].tolist() == ["not scored"] * 3
    assert found[SCORED].isna().all(axis=None)


def test_all_alike_share_the_first_rank() -> None:
    found = _score(_candidates(4, **dict.fromkeys(CRITERIA, 3.0)))
    assert found["rank"].tolist() == [1] * 4
    assert found["score"].tolist() == [0] * 4
    assert found[SCORED].notna().all(axis=None)


def test_missing_values_leave_no_gap_in_the_table() -> None:
    frame = _candidates(12)
    frame.loc[[1, 4], "site_capacity"] = np.nan
    frame.loc[3, "transit_minutes"] = np.nan
    found = _score(frame)
    assert found[SCORED + [f"part_{name}" for name in CRITERIA]].notna().all(axis=None)
    assert found.set_index("site_id").loc[["h001", "h004"], "part_site_capacity"].tolist() == [0, 0]


def test_a_table_written_and_read_is_the_same(tmp_path: Any) -> None:
    found = _score(_unreachable(_candidates(8), 2))
    tables.write(found, TABLES["scores"], tmp_path / "scores.parquet", provenance={})
    back = tables.read(TABLES["scores"], tmp_path / "scores.parquet")
    assert back["rank"].tolist()[:-1] == found["rank"].tolist()[:-1]
    assert back["site_id"].tolist() == found["site_id"].tolist()
