"""How sure a rank is: other weights, methods and priorities, and what would change it."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata
from scored import REFERENCE, SCALES, candidates

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.doubt import priorities
from creative_nodes.report.tables import TABLES
from creative_nodes.score.rank import score_candidates
from creative_nodes.score.scenarios import Basis, score_scenarios
from creative_nodes.score.settings import Scenario, Score

WEIGHTS = dict.fromkeys(CRITERIA, 0.8 / (len(CRITERIA) - 1)) | {"network_gain": 0.2}
SCENARIOS = {
    "balanced": Scenario(label="Balanced"),
    "stones": Scenario(label="Stones", weights=dict.fromkeys(CRITERIA, 0) | {"network_gain": 1}),
    "walk": Scenario(label="Walk", weights=dict.fromkeys(CRITERIA, 0) | {"residents_walk_15": 1}),
}


def settings(**changes):
    return Score.model_validate({"weights": WEIGHTS, "draws": 1000, **changes})


def swept(*rows):
    """Make the table sweeps of rows (site_id, parameter, value, rank_today, rank)."""
    frame = pd.DataFrame(rows, columns=["site_id", "parameter", "value", "rank_today", "rank"])
    frame["number"] = pd.to_numeric(frame["value"], errors="coerce")
    frame["move"] = frame["rank"].astype("Int64") - frame["rank_today"].astype("Int64")
    return tables.in_order(frame, TABLES["sweeps"])


def measure(frame, chosen=None, *, scenarios=None, sweeps=None, seed=80):
    chosen = chosen or settings()
    table = score_scenarios(Basis(frame, REFERENCE), chosen, SCENARIOS if scenarios is None else scenarios)
    moves = tables.empty(TABLES["sweeps"]) if sweeps is None else sweeps
    found = priorities.doubt_priorities(frame, SCALES, table, moves, chosen, seed=seed)
    for name, part in zip(("priorities_doubt", "rank_acceptability", "agreement"), found, strict=True):
        tables.check(part, TABLES[name], where="test")
    assert sorted(found[0]["site_id"]) == sorted(frame["site_id"])
    return found


# ---------------------------------------------------------------- what would change a rank


@pytest.mark.parametrize("seed", range(3))
def test_dominance_equals_a_plain_loop(seed):
    matrix = np.random.default_rng(seed).integers(0, 3, size=(30, 3)) / 2
    expected = [sum((o >= m).all() and (o > m).any() for o in matrix) for m in matrix]
    assert priorities.dominated_by(matrix).tolist() == expected


def moved(weights, c, t):
    """Give criterion c the weight t and let the others keep their proportions."""
    new = weights * (1 - t) / (1 - weights[c])
    new[c] = t
    return new


def first_at(matrix, weights):
    scores = matrix @ weights
    return scores >= scores.max() - 1e-12


@pytest.mark.parametrize("seed", range(4))
def test_the_nearest_weight_that_puts_a_site_first_equals_a_fine_search(seed):
    rng = np.random.default_rng(seed)
    matrix, weights = rng.random((15, 4)), rng.dirichlet(np.ones(4))
    which, needed = priorities.first_if(matrix, weights)
    steps = np.linspace(0, 1, 4001)
    nearest = np.full(15, np.inf)
    for c in range(4):
        scores = np.array([moved(weights, c, t) for t in steps]) @ matrix.T
        winners = scores >= scores.max(axis=1, keepdims=True) - 1e-12
        gaps = np.where(winners, abs(steps - weights[c])[:, None], np.inf)
        nearest = np.minimum(nearest, gaps.min(axis=0))
    already = first_at(matrix, weights)
    for site in range(15):
        if already[site]:
            assert (which[site], np.isnan(needed[site])) == (-1, True)
        elif which[site] < 0:
            assert nearest[site] == np.inf
        else:
            gap = abs(needed[site] - weights[which[site]])
            assert nearest[site] == pytest.approx(gap, abs=1 / 2000)
            assert first_at(matrix, moved(weights, which[site], needed[site]))[site]
    assert (which >= 0).sum() >= 2


def test_by_hand_the_weight_that_overtakes():
    # 0.6 against 0.4 in favour of a; b is first once its criterion weighs half
    which, needed = priorities.first_if(np.array([[1.0, 0], [0, 1]]), np.array([0.6, 0.4]))
    assert which.tolist() in ([-1, 0], [-1, 1])
    assert needed[1] == pytest.approx(0.5)


def test_a_tie_of_all_is_no_way_to_be_first():
    # both are full on the first criterion: at weight 1 they tie, but b is never ahead
    which, needed = priorities.first_if(np.array([[1.0, 1], [1, 0]]), np.array([0.5, 0.5]))
    assert which.tolist() == [-1, -1]
    assert np.isnan(needed).all()


def test_one_criterion_cannot_be_moved():
    which, _ = priorities.first_if(np.array([[1.0], [0.5]]), np.array([1.0]))
    assert which.tolist() == [-1, -1]
    left_out, ranks = priorities.when_left_out(np.array([[1.0], [0.5]]), np.array([1.0]))
    assert (left_out.tolist(), ranks.tolist()) == ([-1, -1], [1, 2])


def test_leaving_a_criterion_out_by_hand():
    matrix = np.array([[1, 0, 0], [0.4, 1, 0.5], [0.2, 0, 1]])
    left_out, ranks = priorities.when_left_out(matrix, np.array([0.5, 0.3, 0.2]))
    # scores 0.5, 0.6, 0.3; without the first 0, 0.8, 0.4: the first site falls to 3, the third rises to 2
    assert (left_out[0], ranks[0]) == (0, 3)
    assert (left_out[2], ranks[2]) == (0, 2)
    # without the second 0.5, 0.3, 0.3: the second site falls to 2
    assert (left_out[1], ranks[1]) == (1, 2)


# ---------------------------------------------------------------- the tables


def test_draws_around_the_weights_are_those_of_the_table_scores():
    frame = candidates(40)
    found = measure(frame)[0].set_index("site_id")
    scores = score_candidates(frame, SCALES, settings(), seed=80).set_index("site_id")
    for name in ("rank", "rank_low", "rank_high", "p_top10", "top_n", "p_top"):
        assert found[name].tolist() == scores.loc[found.index, name].tolist()


def test_flat_draws_spread_wider_than_those_around_the_weights():
    found = measure(candidates(40))[0]
    around, flat = found["rank_high"] - found["rank_low"], found["flat_rank_high"] - found["flat_rank_low"]
    assert flat.mean() > 1.3 * around.mean()


def test_flat_chances_equal_an_independent_simulation():
    frame = candidates(15, seed=3)
    found = measure(frame, settings(draws=10_000))[0].set_index("site_id")
    matrix = np.random.default_rng(3).random((len(CRITERIA), 15)).T
    # a flat Dirichlet draw is exponential draws divided by their sum
    raw = np.random.default_rng(4).exponential(size=(10_000, len(CRITERIA)))
    weights = raw / raw.sum(axis=1, keepdims=True)
    ranks = rankdata(-(matrix @ weights.T), method="min", axis=0)
    found = found.loc[frame["site_id"]]
    np.testing.assert_allclose(found["flat_p_first"], (ranks == 1).mean(axis=1), atol=0.02)
    np.testing.assert_allclose(found["flat_p_top10"], (ranks <= 10).mean(axis=1), atol=0.02)
    often = np.flatnonzero((ranks == 1).mean(axis=1) > 0.1)
    assert len(often) >= 2
    for site in often:
        central = found.iloc[site][[f"central_{name}" for name in CRITERIA]].astype(float)
        np.testing.assert_allclose(central, weights[ranks[site] == 1].mean(axis=0), atol=0.01)


def test_central_weights_sum_to_one_and_are_missing_for_who_is_never_first():
    found = measure(candidates(60))[0]
    central = found[[f"central_{name}" for name in CRITERIA]].astype(float)
    ever = found["flat_p_first"] > 0
    assert ever.any() and not ever.all()
    np.testing.assert_allclose(central[ever].sum(axis=1), 1)
    assert central[~ever].isna().all(axis=None)


def test_a_criterion_that_does_not_count_has_no_central_weight():
    weights = dict.fromkeys(CRITERIA, 1 / (len(CRITERIA) - 1)) | {"network_gain": 0.0}
    found = measure(candidates(9), settings(weights=weights))[0]
    assert found["central_network_gain"].isna().all()
    assert found["central_exchange"].notna().any()


def test_acceptability_sums_to_one_a_site_and_agrees_with_the_chances():
    frame = candidates(20)
    found, shares, _ = measure(frame)
    assert set(shares["draws"]) == {"around", "flat"}
    np.testing.assert_allclose(shares.groupby(["draws", "site_id"])["share"].sum(), 1)
    assert (shares["share"] > 0).all()
    first = shares[(shares["rank"] == 1) & (shares["draws"] == "flat")].set_index("site_id")["share"]
    expected = found.set_index("site_id")["flat_p_first"]
    np.testing.assert_allclose(first.reindex(expected.index, fill_value=0), expected)


def test_scenarios_are_summed_up():
    frame = candidates(12)
    found = measure(frame)[0].set_index("site_id")
    table = score_scenarios(Basis(frame, REFERENCE), settings(), SCENARIOS)
    ranks = table.pivot(index="site_id", columns="scenario", values="rank").loc[found.index]
    assert found["scenario_best_rank"].tolist() == ranks.min(axis=1).tolist()
    assert found["scenario_worst_rank"].tolist() == ranks.max(axis=1).tolist()
    assert found["scenarios_first"].tolist() == (ranks == 1).sum(axis=1).tolist()
    assert found["scenarios_top"].tolist() == (ranks <= 5).sum(axis=1).tolist()
    assert set(found["scenarios_ranked"]) == {3}


def test_agreement_compares_methods_and_scenarios():
    agreed = measure(candidates(12))[2]
    assert agreed["kind"].value_counts().to_dict() == {"method": 3, "scenario": 3}
    assert set(agreed[agreed["kind"] == "scenario"]["ranking"]) == {"balanced", "stones"}


def test_without_scenarios_the_rest_stands():
    found, _, agreed = measure(candidates(6), scenarios={})
    assert set(found["scenarios_ranked"]) == {0}
    assert found["scenario_best_rank"].isna().all()
    assert set(agreed["kind"]) == {"method"}


WALK, PEOPLE = ("reach.walk_minutes", "10"), ("people", "a table")


def test_the_largest_move_names_its_cause():
    sweeps = swept(
        *[("h000", *WALK, 1, 2), ("h000", "reach.walk_minutes", "20", 1, 4), ("h000", *PEOPLE, 1, 3)],
        *[("h001", *WALK, 2, 1), ("h001", *PEOPLE, 2, 3)],  # as far both ways: the first named
        *[("h002", *WALK, 3, None), ("h002", *PEOPLE, 3, 3)],  # no candidate under one, unmoved by the other
        *[("h003", *WALK, 4, None)],
    )
    found = priorities.largest_moves(sweeps, np.array(["h003", "h000", "h001", "h002", "h004"]))
    rows = found.astype(object).where(found.notna(), None).to_numpy().tolist()
    assert rows == [
        [0, 1, None, "", ""],
        [3, 0, 3, "reach.walk_minutes", "20"],
        [2, 0, -1, *WALK],
        [1, 1, 0, "", ""],
        [0, 0, None, "", ""],
    ]


def test_the_largest_move_stands_beside_the_rank_of_its_own_site():
    frame = candidates(5)
    today = measure(frame)[0].set_index("site_id")["rank"]
    sweeps = swept(*((site, "people", f"source {site}", rank, 6 - rank) for site, rank in today.items()))
    found = measure(frame, sweeps=sweeps)[0]
    assert found["largest_move"].tolist() == [4, 2, 0, -2, -4]
    named = [
        "" if move == 0 else f"source {site}" for site, move in zip(found["site_id"], [4, 2, 0, -2, -4], strict=True)
    ]
    assert found["moved_by_value"].tolist() == named
    assert found["swept"].tolist() == [1] * 5


def test_what_carries_and_what_holds_back():
    frame = candidates(10)
    frame.loc[3, "network_gain"] = 5.0  # as good as 1
    found = measure(frame)[0].set_index("site_id")
    assert found.loc["h003", "carried_by"] == "network_gain"
    scores = score_candidates(frame, SCALES, settings(), seed=80).set_index("site_id").loc[found.index]
    parts = scores[[f"part_{name}" for name in CRITERIA]].to_numpy()
    lost = np.array([WEIGHTS[name] for name in CRITERIA]) - parts
    assert found["held_back_points"].tolist() == pytest.approx(lost.max(axis=1).tolist())
    assert found["held_back_by"].tolist() == [list(CRITERIA)[k] for k in lost.argmax(axis=1)]


def test_the_same_seed_gives_the_same_tables_and_another_does_not():
    frame = candidates(20)
    first = measure(frame, seed=5)
    for one, other in zip(first, measure(frame, seed=5), strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert not first[0]["flat_p_top"].equals(measure(frame, seed=6)[0]["flat_p_top"])


# ---------------------------------------------------------------- rims

NEVER_MISSING = ["rank", "p_first", "rank_low", "flat_rank_low", "rank_topsis", "rank_vikor"]


def test_three_candidates():
    found, shares, agreed = measure(candidates(3))
    assert found[NEVER_MISSING].notna().all(axis=None)
    assert found["rank"].tolist() == [1, 2, 3]
    assert len(shares) >= 2
    assert agreed["n"].tolist() == [3] * len(agreed)


@pytest.mark.parametrize("n", [1, 2])
def test_too_few_to_rank(n):
    found, shares, agreed = measure(candidates(n))
    assert found[NEVER_MISSING].isna().all(axis=None)
    assert (len(found), len(shares), len(agreed)) == (n, 0, 0)


def test_all_alike_share_the_first_rank_everywhere():
    found, shares, agreed = measure(candidates(4, **dict.fromkeys(CRITERIA, 0.0)))
    for name in ("rank", "rank_low", "rank_high", "flat_rank_high", "rank_topsis", "rank_vikor"):
        assert found[name].tolist() == [1] * 4
    assert found["carried_by"].tolist() == [""] * 4
    assert set(shares["rank"]) == {1}
    assert agreed["kendall_tau_b"].isna().all()
    assert agreed["same_first"].all()


def test_unreachable_sites_stand_last_without_figures():
    frame = candidates(6)
    frame.loc[2, "reachable"] = False
    frame.loc[2, list(CRITERIA)] = np.nan
    found, shares, _ = measure(frame)
    assert found["site_id"].tolist()[-1] == "h002"
    assert found.iloc[-1][NEVER_MISSING].isna().all()
    assert "h002" not in set(shares["site_id"])


@pytest.mark.parametrize("n", [0, 3])
def test_nobody_to_rank(n):
    frame = candidates(n, reachable=False)
    found, shares, agreed = measure(frame)
    assert found[NEVER_MISSING].isna().all(axis=None)
    assert (len(found), len(shares), len(agreed)) == (n, 0, 0)


def test_tables_written_and_read_are_the_same(tmp_path):
    for name, frame in zip(
        ("priorities_doubt", "rank_acceptability", "agreement"), measure(candidates(5)), strict=True
    ):
        tables.write(frame, TABLES[name], tmp_path / f"{name}.parquet", provenance={})
        assert len(tables.read(TABLES[name], tmp_path / f"{name}.parquet")) == len(frame)
