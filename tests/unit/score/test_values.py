"""Values against the city: anchors by hand, no site moves another, TOPSIS and VIKOR against scikit-criteria."""

import math

import numpy as np
import pandas as pd
import pytest
import scipy

from creative_nodes.common import InputError
from creative_nodes.score.values import (
    ANCHORING,
    Anchoring,
    Scale,
    follow,
    lay_scales,
    rank_correlations,
    spread_weights,
    topsis,
    value_of,
    vikor,
    weighted_sum,
)

PLACE_CRITERIA = [name for name, how in ANCHORING.items() if how.by_place]
EVEN = dict.fromkeys(ANCHORING, 1 / len(ANCHORING))
METHODS = (weighted_sum, topsis, vikor)


def reference(seed=0, n=400, **columns):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: rng.lognormal(size=n) for name in PLACE_CRITERIA} | columns)


def sites(seed, n):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.lognormal(size=n) for name in ANCHORING})
    frame["site_capacity"] = rng.uniform(100, 300_000, n)
    return frame.mask(rng.random(frame.shape) < 0.1)


def test_anchors_are_percentiles_of_the_places():
    ladder = np.arange(101.0)
    scales = lay_scales(reference(n=101, neighbourhood=ladder, network_gain=ladder, transit_minutes=ladder))
    known = {name: (scale.zero, scale.one) for name, scale in scales.items()}
    assert known["neighbourhood"] == pytest.approx((10, 99))
    assert known["network_gain"] == pytest.approx((0, 99))
    assert known["transit_minutes"] == pytest.approx((90, 1))
    assert (known["exchange"], known["heritage_value"]) == ((0, 1), (0, 1))
    assert known["site_capacity"] == (500, 100_000)
    assert scales["neighbourhood"].median == 50
    assert math.isnan(scales["site_capacity"].median)
    assert scales["transit_minutes"].value(np.array([0, 1, 45.5, 90, 120])) == pytest.approx([1, 1, 0.5, 0, 0])
    assert scales["network_gain"].value(np.array([-1, 0, 49.5, 99, 500])) == pytest.approx([0, 0, 0.5, 1, 1])


def test_area_is_even_in_the_logarithm():
    scale = lay_scales(reference())["site_capacity"]
    middle = math.sqrt(500 * 100_000)
    found = scale.value(np.array([0, 499, 500, middle, 100_000, 1e6, np.nan]))
    assert found == pytest.approx([0, 0, 0, 0.5, 1, 1, 0])


def test_percentiles_are_over_the_places_that_have_a_value():
    half = np.where(np.arange(202) % 2, np.nan, np.arange(202) / 2)
    scale = lay_scales(reference(n=202, transit_minutes=half))["transit_minutes"]
    assert (scale.zero, scale.one, scale.median, scale.share) == pytest.approx((90, 1, 50, 0.5))


@pytest.mark.parametrize(("have", "in_use"), [(0, False), (39, False), (40, True), (400, True)])
def test_a_tenth_of_the_places_must_have_a_criterion(have, in_use):
    some = np.where(np.arange(400) < have, np.linspace(5, 60, 400), np.nan)
    assert lay_scales(reference(transit_minutes=some))["transit_minutes"].in_use is in_use


@pytest.mark.parametrize("name", ["neighbourhood", "network_gain", "transit_minutes"])
def test_a_criterion_that_separates_nobody_is_not_in_use(name):
    scale = lay_scales(reference(**{name: np.zeros(400)}))[name]
    assert not scale.in_use
    assert scale.value(np.array([0.0, 5.0])).tolist() == [0, 0]


def test_the_weight_of_what_is_not_in_use_is_spread_in_proportion():
    scales = lay_scales(reference(network_gain=np.zeros(400)))
    weights = {"network_gain": 0.5, "neighbourhood": 0.3, "readiness": 0.2, "exchange": 0.0}
    assert spread_weights(weights, scales) == pytest.approx({"neighbourhood": 0.6, "readiness": 0.4})
    assert spread_weights({"network_gain": 1.0}, scales) == {}


def test_no_places_leave_the_sites_own_criteria():
    assert set(spread_weights(EVEN, lay_scales(reference(n=0)))) == {"site_capacity", "heritage_value", "readiness"}


def test_what_is_missing_counts_as_nothing_and_is_marked():
    scales = lay_scales(reference())
    found = value_of(pd.DataFrame({"neighbourhood": [np.nan, 50.0]}), scales, {"neighbourhood": 1.0})
    assert found.matrix.tolist() == [[0], [1]]
    assert found.lacking.tolist() == [[True], [False]]
    assert value_of(sites(1, 0), scales, EVEN).matrix.shape == (0, len(ANCHORING))


@pytest.mark.parametrize("seed", range(20))
def test_no_site_moves_another(seed):
    """Add, leave out, change or reorder sites of random towns: nobody else's value or score changes by a bit."""
    rng = np.random.default_rng(1000 + seed)
    scales, weights = (
        lay_scales(reference(seed)),
        dict(zip(ANCHORING, rng.dirichlet(np.ones(len(ANCHORING))), strict=True)),
    )
    town = sites(seed, int(rng.integers(2, 60)))
    before = value_of(town, scales, weights)
    scores = [method(before.matrix, before.weights) for method in METHODS]
    changed = pd.concat([town, sites(seed + 500, int(rng.integers(1, 40)))], ignore_index=True)
    changed.iloc[0] = changed.iloc[-1] * 7
    order = rng.permutation(len(changed))
    after = value_of(changed.iloc[order], scales, weights)
    back = np.argsort(order)[1 : len(town)]
    assert (after.matrix[back] == before.matrix[1:]).all()
    for method, score in zip(METHODS, scores, strict=True):
        assert method(after.matrix, after.weights)[back].tolist() == score[1:].tolist()
        assert method(before.matrix[1:2], before.weights).tolist() == score[1:2].tolist()


def with_ends(matrix):
    """Add the ideal and its opposite as sites, which is how a library without fixed ends can be given them."""
    n = matrix.shape[1]
    return np.vstack([matrix, np.ones(n), np.zeros(n)])


@pytest.mark.parametrize("seed", range(5))
def test_topsis_and_vikor_as_scikit_criteria_with_the_ends_as_sites(seed):
    from skcriteria import mkdm
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.agg.vikor import VIKOR

    rng = np.random.default_rng(seed)
    matrix, weights = rng.random((15, 6)), rng.dirichlet(np.ones(6))
    decision = mkdm(with_ends(matrix), [max] * 6, weights=weights)
    closeness = TOPSIS().evaluate(decision).extra_["similarity"][:-2]
    regret = VIKOR(use_compromise_set=False).evaluate(decision).extra_["q_k"][:-2]
    assert topsis(matrix, weights) == pytest.approx(np.asarray(closeness))
    assert vikor(matrix, weights) == pytest.approx(1 - np.asarray(regret))


def test_the_ideal_is_worth_one_and_its_opposite_nothing():
    weights = np.array([0.7, 0.2, 0.1])
    for method in METHODS:
        assert method(np.array([[1.0, 1, 1], [0, 0, 0]]), weights) == pytest.approx([1, 0])


def test_the_sums_by_hand():
    matrix, weights = np.array([[1.0, 0.5]]), np.array([0.6, 0.4])
    assert weighted_sum(matrix, weights) == pytest.approx([0.8])
    assert topsis(matrix, weights) == pytest.approx([math.hypot(0.6, 0.2) / (0.2 + math.hypot(0.6, 0.2))])
    assert vikor(matrix, weights) == pytest.approx([1 - 0.5 * (0.2 + 0.2 / 0.6)])


def test_rank_correlations_are_spearmans_over_the_places():
    frame = reference(3)
    found = rank_correlations(frame, ["exchange", "diversity"])
    assert found.loc["exchange", "diversity"] == pytest.approx(
        scipy.stats.spearmanr(frame["exchange"], frame["diversity"]).statistic
    )


def test_wrong_tables_are_named():
    with pytest.raises(InputError, match=r"reference: the column diversity is missing"):
        lay_scales(reference().drop(columns="diversity"))
    with pytest.raises(InputError, match=r"reference: exchange is infinite in row 2"):
        lay_scales(reference(n=3, exchange=[0, 1, np.inf]))
    with pytest.raises(InputError, match="no value function is known for charm"):
        lay_scales(reference(), criteria=["charm"])
    with pytest.raises(InputError, match="candidates: the column readiness is missing"):
        value_of(sites(0, 3).drop(columns="readiness"), lay_scales(reference()), EVEN)


def test_a_scale_of_ones_own():
    own = {"noise": Anchoring("cost")}
    scale = lay_scales(pd.DataFrame({"noise": np.arange(101.0)}), criteria=["noise"], anchoring=own)["noise"]
    assert scale == Scale("noise", 90.0, 1.0, False, True, 50.0, 1.0)


def test_anchors_follow_those_of_a_sample_in_proportion():
    whole, some = lay_scales(reference(2, n=2000)), lay_scales(reference(9, n=200))
    for name, scale in follow(whole, some, some).items():
        assert (scale.zero, scale.one) == pytest.approx((whole[name].zero, whole[name].one), rel=1e-12)
    twice = lay_scales(reference(9, n=200) * 2)
    moved = follow(whole, some, twice)
    assert moved["neighbourhood"].one == pytest.approx(2 * whole["neighbourhood"].one)
    assert moved["network_gain"].zero == 0
    assert moved["site_capacity"] == whole["site_capacity"]
    # where the sample had nothing there is no proportion to keep
    none = lay_scales(reference(9, n=200, network_gain=np.zeros(200)))
    assert follow(whole, none, some)["network_gain"].one == some["network_gain"].one
    assert not follow(whole, some, none)["network_gain"].in_use
