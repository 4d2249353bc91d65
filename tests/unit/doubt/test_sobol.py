"""Sobol' indices beside analytic ones."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scored import SCALES, candidates

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.common.words import CRITERIA, CRITERION_GROUPS
from creative_nodes.doubt import sobol
from creative_nodes.report.tables import TABLES
from creative_nodes.score.settings import Score

EVEN = dict.fromkeys(CRITERIA, 1 / len(CRITERIA))


def settings(**changes):
    return Score.model_validate({"weights": EVEN, "sobol_samples": 1024, **changes})


def measure(frame, chosen=None, *, seed=80):
    found = sobol.measure_sobol(frame, SCALES, chosen or settings(), seed=seed)
    tables.check(found, TABLES["sobol"], where="test")
    return found


def test_the_indices_of_ishigamis_function():
    from SALib.sample import sobol as sample
    from SALib.test_functions import Ishigami

    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-np.pi, np.pi]] * 3}
    found = sobol.indices(Ishigami.evaluate(sample.sample(problem, 4096, calc_second_order=False, seed=1)), 3, seed=1)
    # analytic, a = 7 and b = 0.1: Saltelli et al. 2008
    np.testing.assert_allclose(found["first_order"], [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(found["total"], [0.5576, 0.4424, 0.2437], atol=0.02)
    assert (found[["first_order_margin", "total_margin"]] > 0).all(axis=None)


def test_a_sum_of_gamma_draws_shares_out_its_variance_by_hand():
    alpha, slope = np.array([2.0, 10.0, 30.0]), np.array([3.0, 1.0, 0.5])
    drawn = sobol.draw(alpha, 2048, seed=3)
    assert drawn.shape == (2048 * 5, 3) and (drawn > 0).all()
    # the variance of a gamma draw is its shape parameter
    np.testing.assert_allclose(drawn.var(axis=0), alpha, rtol=0.05)
    expected = slope**2 * alpha / (slope**2 * alpha).sum()
    found = sobol.indices(drawn @ slope, 3, seed=3)
    np.testing.assert_allclose(found["first_order"], expected, atol=0.02)
    np.testing.assert_allclose(found["total"], expected, atol=0.02)


def test_the_draws_are_those_of_a_dirichlet_distribution():
    alpha = np.array([5.0, 10.0, 35.0])
    drawn = sobol.draw(alpha, 4096, seed=1)
    shares = drawn / drawn.sum(axis=1, keepdims=True)
    mean = alpha / 50
    np.testing.assert_allclose(shares.mean(axis=0), mean, atol=0.005)
    np.testing.assert_allclose(shares.var(axis=0), mean * (1 - mean) / 51, rtol=0.05)


def three_sites(**changes):
    """Make two sites, the first best by people, the second by the site, half the weight on each, and a last one."""
    weights = dict.fromkeys(CRITERIA, 0.0) | {"residents_walk_15": 0.5, "readiness": 0.5}
    frame = candidates(3, residents_walk_15=[1, 0, 0], readiness=[0, 1, 0])
    return frame, settings(weights=weights, sobol_samples=4096, **changes)


def test_a_rank_that_two_groups_decide_by_hand():
    # concentration 2 draws both from the exponential distribution: given its own draw g, a group wins with chance
    # 1 - exp(-g), which is uniform; so it explains (1/12) / (1/4) alone, and the rest only both together
    found = measure(*three_sites(concentration=2))
    assert found["group"].tolist() == ["people", "site"] * 3  # of three sites two count as the top
    assert found["output"].tolist() == ["rank_shift"] * 2 + ["rank"] * 4
    rank = found[found["output"] == "rank"]
    assert rank["variance"].tolist() == pytest.approx([0.25] * 4, abs=0.005)
    np.testing.assert_allclose(rank["first_order"].astype(float), 1 / 3, atol=0.04)
    np.testing.assert_allclose(rank["total"].astype(float), 2 / 3, atol=0.04)


def test_a_group_on_which_all_are_alike_has_no_part():
    alike = dict.fromkeys(CRITERION_GROUPS["spillover"], 0.0)
    found = measure(candidates(12, **alike), settings(sobol_samples=256)).set_index(["output", "group"])
    assert found.loc[("rank_shift", "spillover"), "total"] == 0
    assert found.loc[("rank_shift", "people"), "total"] > 0.05


def test_the_shift_and_the_rank_of_each_of_the_top():
    found = measure(candidates(30), settings(sobol_samples=256))
    counts = found.groupby("output")["site_id"].nunique()
    assert counts.to_dict() == {"rank": 10, "rank_shift": 1}
    assert set(found["samples"]) == {256 * 6}
    total = found[found["output"] == "rank_shift"]["total"].sum()
    assert total >= found[found["output"] == "rank_shift"]["first_order"].sum() - 0.05


def test_the_same_seed_gives_the_same_table():
    one, again, other = (measure(candidates(8), settings(sobol_samples=128), seed=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


def test_ranks_that_never_change_have_no_variance_to_share_out():
    found = measure(candidates(3, **dict.fromkeys(CRITERIA, 0.0)))
    assert set(found["variance"]) == {0}
    assert found[["first_order", "total", "first_order_margin", "total_margin"]].isna().all(axis=None)
    assert sobol.sobol_in_words(found) == "no weight moves a rank"


@pytest.mark.parametrize(("n", "reachable"), [(0, True), (2, True), (3, False)])
def test_nobody_to_rank_gives_no_rows(n, reachable):
    assert len(measure(candidates(n, reachable=reachable))) == 0


def test_without_samples_it_says_which_key_to_set():
    with pytest.raises(InputError, match=r"score\.sobol_samples: is 0.*1024"):
        measure(candidates(3), settings(sobol_samples=0))


@pytest.mark.parametrize("samples", [100, 32, -64])
def test_samples_are_none_or_a_power_of_two(samples):
    with pytest.raises(ValidationError, match=r"power of 2|greater than or equal"):
        settings(sobol_samples=samples)
