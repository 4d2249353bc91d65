"""Scores against METHOD section 8: values, weights, ranks, and how sure they are."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scored import REFERENCE, SCALES, candidates, unreachable

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.common.words import CRITERIA
from creative_nodes.report.tables import TABLES
from creative_nodes.score import rank as score
from creative_nodes.score.against import scales_by, values_of
from creative_nodes.score.marks import verdict_of
from creative_nodes.score.settings import Score
from creative_nodes.score.values import DEFAULT_ANCHORS

WEIGHTS = dict.fromkeys(CRITERIA, 0.0) | {
    "residents_walk_15": 0.06,
    "residents_ride_30": 0.04,
    "transit_minutes": 0.06,
    "newly_served": 0.20,
    "exchange": 0.06,
    "neighbourhood": 0.08,
    "diversity": 0.05,
    "network_gain": 0.25,
    "site_capacity": 0.08,
    "heritage_value": 0.08,
    "readiness": 0.04,
}
COUNTED = {name: weight for name, weight in WEIGHTS.items() if weight}
SCORED = ["score", "rank", "rank_low", "rank_high", "p_top10", "top_n", "p_top"]
RANKS = SCORED[1:]


def _settings(**changes: Any) -> Score:
    return Score.model_validate({"weights": WEIGHTS, "draws": 2000, **changes})


def _score(frame: pd.DataFrame, settings: Score | None = None, *, seed: int = 80, scales: Any = SCALES) -> pd.DataFrame:
    found = score.score_candidates(frame, scales, settings or _settings(), seed=seed)
    tables.check(found, TABLES["scores"], where="test")
    assert sorted(found["site_id"]) == sorted(frame["site_id"])
    return found


def _without(name: str) -> dict[str, Any]:
    """Return the value functions of a city where nobody has a criterion."""
    return scales_by(REFERENCE.assign(**{name: np.nan}), DEFAULT_ANCHORS)


def test_an_infinite_figure_is_refused_by_name() -> None:
    frame = candidates(3)
    frame.loc[2, "network_gain"] = np.inf
    with pytest.raises(InputError, match="network_gain is infinite in row 2"):
        _score(frame)


def test_weights_may_be_given_by_groups() -> None:
    groups = {"people": 0.25, "spillover": 0.25, "network": 0.5, "site": 0}
    found = _settings(weights={"groups": groups}).weights
    assert (found["network_gain"], found["readiness"], found["residents_walk_15"]) == (0.5, 0, 0.0625)
    assert _settings(weights=found).weights == found


# ---------------------------------------------------------------- weights


def test_every_criterion_in_use_keeps_its_weight() -> None:
    prepared = score.prepare(candidates(4), SCALES, _settings())
    assert dict(zip(prepared.names, prepared.weights, strict=True)) == pytest.approx(COUNTED)
    assert prepared.names == [name for name in CRITERIA if name in COUNTED]  # the order in which they are added up


def test_the_weight_of_what_does_not_count_here_goes_to_the_others_in_proportion() -> None:
    prepared = score.prepare(candidates(4), _without("transit_minutes"), _settings())
    found = dict(zip(prepared.names, prepared.weights, strict=True))
    assert found == pytest.approx({k: w / (1 - 0.06) for k, w in COUNTED.items() if k != "transit_minutes"})


def test_what_no_candidate_has_still_counts_where_the_city_has_it() -> None:
    found = _score(candidates(4, transit_minutes=np.nan))
    assert (found["part_transit_minutes"] == 0).all()


# ---------------------------------------------------------------- score and rank


def test_score_by_hand() -> None:
    weights = dict.fromkeys(WEIGHTS, 0.0) | {"network_gain": 0.5, "transit_minutes": 0.3, "site_capacity": 0.2}
    frame = candidates(3, transit_minutes=[1, 0, 0.5], site_capacity=[0, 1, 0.5], network_gain=[0, 0.25, 1])
    found = _score(frame, _settings(weights=weights)).set_index("site_id")
    assert found.loc[frame["site_id"], "score"].tolist() == pytest.approx([0.3, 0.325, 0.75])
    assert found.index.tolist() == ["h002", "h001", "h000"]
    assert found["rank"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("seed", range(3))
def test_parts_sum_to_the_score(seed: int) -> None:
    found = _score(candidates(40, seed=seed), scales=_without("newly_served"))
    parts = found[[f"part_{name}" for name in CRITERIA]]
    assert parts["part_newly_served"].isna().all()
    np.testing.assert_allclose(parts.sum(axis=1), found["score"], atol=1e-12)
    assert found["score"].is_monotonic_decreasing
    assert found["rank"].tolist() == list(range(1, 41))


def test_a_trifle_stays_a_trifle() -> None:
    """The best of the candidates gets no full mark for being the best of them."""
    found = _score(candidates(5, network_gain=[0.0001, 0, 0, 0, 0])).set_index("site_id")
    assert found.loc["h000", "part_network_gain"] == pytest.approx(0.25 * 0.0001)


def test_ties_share_the_better_rank() -> None:
    assert score.ranks_of(np.array([[0.2], [0.9], [0.9], [0.5]]))[:, 0].tolist() == [4, 1, 1, 3]
    # what differs by rounding only is a tie
    assert score.ranks_of(np.array([[0.3], [0.1 + 0.2]]))[:, 0].tolist() == [1, 1]
    frame = pd.concat([candidates(5), candidates(5).assign(site_id=[f"twin{k}" for k in range(5)])])
    found = _score(frame.reset_index(drop=True))
    assert found["rank"].tolist() == [1, 1, 3, 3, 5, 5, 7, 7, 9, 9]


def test_ranks_are_taken_by_column() -> None:
    found = score.ranks_of(np.array([[1.0, 3], [2, 2], [3, 1]]))
    assert found.tolist() == [[3, 1], [2, 2], [1, 3]]


def test_who_has_all_there_is_to_have_is_first_and_scores_one() -> None:
    frame = pd.concat([candidates(19), candidates(1, **dict.fromkeys(CRITERIA, 2.0)).assign(site_id="best")])
    found = _score(frame.reset_index(drop=True)).iloc[0]
    assert (found["site_id"], found["rank"], found["rank_low"], found["rank_high"]) == ("best", 1, 1, 1)
    assert found["score"] == pytest.approx(1)
    assert (found["p_top"], found["priorities"]) == (1, "holds")


# ---------------------------------------------------------------- no candidate moves another


@pytest.mark.parametrize("seed", range(20))
def test_no_candidate_moves_another(seed: int) -> None:
    """Add, leave out and change candidates of random towns: nobody else's score or value changes by a bit."""
    rng = np.random.default_rng(seed)
    places = pd.DataFrame({name: rng.lognormal(size=300) for name in REFERENCE.columns[:-2]})
    scales, settings = scales_by(places, DEFAULT_ANCHORS), _settings(draws=100)
    town = candidates(int(rng.integers(4, 30)), seed=seed)
    town[list(CRITERIA)] = town[list(CRITERIA)].mask(rng.random((len(town), len(CRITERIA))) < 0.1)
    more = candidates(int(rng.integers(1, 20)), seed=seed + 99)
    more["site_id"] = [f"new{k}" for k in range(len(more))]
    other = pd.concat([town.iloc[1:], more, town.iloc[:1].assign(network_gain=7.5)]).sample(frac=1, random_state=seed)

    before, after = (
        score.score_candidates(frame, scales, settings, seed=1).set_index("site_id") for frame in (town, other)
    )
    same = town["site_id"].iloc[1:]
    told = ["score", *(f"part_{name}" for name in CRITERIA)]
    pd.testing.assert_frame_equal(after.loc[same, told], before.loc[same, told], check_exact=True)
    old, new = (values_of(frame, scales, settings).set_index(["site_id", "criterion"]) for frame in (town, other))
    pd.testing.assert_frame_equal(new.loc[same].sort_index(), old.loc[same].sort_index(), check_exact=True)
    alone = score.score_candidates(town.iloc[[1]], scales, settings, seed=1)
    assert alone["score"].tolist() == [before.loc[town["site_id"].iloc[1], "score"]]


# ---------------------------------------------------------------- how sure


def test_the_same_seed_gives_the_same_table_and_another_does_not() -> None:
    frame = candidates(30)
    pd.testing.assert_frame_equal(_score(frame, seed=1), _score(frame, seed=1))
    one, other = _score(frame, seed=1), _score(frame, seed=2)
    assert not one["p_top"].equals(other["p_top"])
    pd.testing.assert_series_equal(one["score"], other["score"])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [3, 15, 60])
def test_the_rank_lies_in_its_interval(seed: int, n: int) -> None:
    found = _score(candidates(n, seed=seed))
    assert (found["rank_low"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_high"]).all()
    assert found["rank_low"].min() >= 1
    assert found["rank_high"].max() <= n


def test_chances_equal_an_independent_simulation() -> None:
    frame = candidates(40, seed=3)
    settings = _settings(draws=10_000)
    found = _score(frame, settings).set_index("site_id").loc[frame["site_id"]]
    matrix = np.column_stack([np.random.default_rng(3).random((len(CRITERIA), 40))[k] for k in range(len(CRITERIA))])
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
    found = _score(candidates(12), _settings(weights=weights))
    assert found["rank_low"].tolist() == found["rank"].tolist() == found["rank_high"].tolist()


def test_higher_concentration_stays_closer() -> None:
    frame = candidates(40)
    wide, narrow = (_score(frame, _settings(concentration=c)) for c in (10, 1000))
    spread = [(one["rank_high"] - one["rank_low"]).astype(float).mean() for one in (wide, narrow)]
    assert spread[0] > 2 * spread[1]


@pytest.mark.parametrize(("n", "top"), [(3, 2), (10, 4), (29, 10), (30, 10), (500, 10)])
def test_few_candidates_do_not_all_count_as_the_top(n: int, top: int) -> None:
    # no more than 34 % of them, rounded up, and ten at most
    assert score.top_of(n, _settings()) == top
    assert _score(candidates(n), _settings(draws=100))["top_n"].tolist() == [top] * n


def test_the_mark_on_priorities_follows_from_the_chance_of_the_top() -> None:
    found = _score(candidates(60))
    assert set(found["priorities"]) == {"holds", "open", "does_not_hold"}
    assert found["priorities"].tolist() == [verdict_of(p, _settings().draws) for p in found["p_top"]]
    assert found["p_top"].tolist() == found["p_top10"].tolist()  # the top of sixty is ten


# ---------------------------------------------------------------- lists


def test_evidence_tells_the_list_where_no_column_does() -> None:
    assert score.lists_of(candidates(3).assign(confidence=[0.7, 0.4, 0.95])).tolist() == ["known", "likely", "known"]
    said = candidates(3).assign(list=["survey", "known", "likely"])
    assert score.lists_of(said).tolist() == ["survey", "known", "likely"]


def test_survey_sites_are_ranked_among_themselves() -> None:
    frame = candidates(9).assign(list=["known", "survey", "likely"] * 3)
    found = _score(frame)
    assert found["rank"].tolist() == [1, 2, 3, 4, 5, 6, 1, 2, 3]
    assert found["list"].tolist()[6:] == ["survey"] * 3
    alone = _score(frame[frame["list"] != "survey"].reset_index(drop=True))
    pd.testing.assert_frame_equal(found.iloc[:6], alone, check_dtype=False)


# ---------------------------------------------------------------- rims


def test_unreachable_sites_stand_last_and_are_not_scored() -> None:
    frame = unreachable(candidates(8), 2, 5)
    found = _score(frame)
    assert found["site_id"].tolist()[-2:] == ["h002", "h005"]
    assert found.iloc[:6][SCORED].notna().all(axis=None)
    assert found.iloc[6:][SCORED].isna().all(axis=None)
    assert found["priorities"].tolist()[-2:] == ["not_ranked"] * 2
    # nor do they move anybody
    alone = _score(frame[frame["reachable"]].reset_index(drop=True))
    pd.testing.assert_frame_equal(found.iloc[:6], alone, check_dtype=False)


@pytest.mark.parametrize("n", [1, 2])
def test_below_three_nobody_is_ranked_though_scored(n: int) -> None:
    found = _score(candidates(n))
    assert found["score"].between(0, 1).all()
    assert found[RANKS].isna().all(axis=None)
    assert found["priorities"].tolist() == ["not_ranked"] * n


def test_no_reachable_candidate() -> None:
    found = _score(unreachable(candidates(3), 0, 1, 2))
    assert found["priorities"].tolist() == ["not_ranked"] * 3
    assert found[SCORED].isna().all(axis=None)


def test_no_candidate_at_all() -> None:
    assert len(_score(candidates(3).iloc[:0])) == 0


def test_where_nothing_with_a_weight_counts_nobody_is_ranked() -> None:
    # all the weight on the walk to a station, and no station
    weights = dict.fromkeys(WEIGHTS, 0.0) | {"transit_minutes": 1.0}
    found = _score(candidates(3), _settings(weights=weights), scales=_without("transit_minutes"))
    assert found["priorities"].tolist() == ["not_ranked"] * 3
    assert found[SCORED].isna().all(axis=None)


def test_all_alike_share_the_first_rank() -> None:
    found = _score(candidates(4, **dict.fromkeys(CRITERIA, 0.5)))
    assert found["rank"].tolist() == [1] * 4
    assert found["score"].tolist() == pytest.approx([0.5] * 4)


def test_missing_figures_leave_no_gap_in_the_table() -> None:
    frame = candidates(12)
    frame.loc[[1, 4], "site_capacity"] = np.nan
    frame.loc[3, "transit_minutes"] = np.nan
    found = _score(frame)
    assert found[SCORED + [f"part_{name}" for name in COUNTED]].notna().all(axis=None)
    assert found.set_index("site_id").loc[["h001", "h004"], "part_site_capacity"].tolist() == [0, 0]


def test_a_table_written_and_read_is_the_same(tmp_path: Any) -> None:
    found = _score(unreachable(candidates(8), 2))
    tables.write(found, TABLES["scores"], tmp_path / "scores.parquet", provenance={})
    back = tables.read(TABLES["scores"], tmp_path / "scores.parquet")
    pd.testing.assert_frame_equal(found, back, check_dtype=False)
