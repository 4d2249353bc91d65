"""TOPSIS, VIKOR and MARCOS: by hand, against scikit-criteria's own pipelines, and where they break."""

import warnings

import numpy as np
import pandas as pd
import pytest
import skcriteria
from scipy import stats
from skcriteria.agg.topsis import TOPSIS
from skcriteria.agg.vikor import VIKOR
from skcriteria.preprocessing.invert_objectives import NegateMinimize
from skcriteria.preprocessing.scalers import MinMaxScaler

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.report.tables import TABLES
from creative_nodes.score import mcda
from creative_nodes.score.rank import prepare
from creative_nodes.score.settings import Score


def settings(weights, **changes):
    whole = dict.fromkeys(CRITERIA, 0.0) | weights
    return Score.model_validate({"weights": whole, "winsor_low": 0, "winsor_high": 1, **changes})


def candidates(n, *, seed=0, **columns):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"site_id": [f"h{k:03d}" for k in range(n)], "reachable": True})
    return frame.assign(**{name: rng.random(n) for name in CRITERIA}).assign(**columns)


EVEN = dict.fromkeys(CRITERIA, 1 / len(CRITERIA))


def test_vikors_mountain_climbers():
    # Opricovic and Tzeng 2004: risk 1, 2, 5 (less is better), altitude 3000, 3750, 4500, equal weights.
    # S = 0.5, 0.375, 0.5 and R = 0.5, 0.25, 0.5, so Q = 1, 0, 1
    frame = candidates(3, transit_minutes=[1.0, 2, 5], relay=[3000.0, 3750, 4500])
    prepared = prepare(frame, settings({"transit_minutes": 0.5, "relay": 0.5}))
    assert prepared.matrix.tolist() == [[1, 0], [0.75, 0.5], [0, 1]]
    assert mcda.vikor(prepared.matrix, prepared.weights) == pytest.approx([0, 1, 0])


def test_topsis_by_hand():
    # weighted: (0.5, 0), (0.375, 0.25), (0, 0.5); ideal (0.5, 0.5), worst (0, 0)
    found = mcda.topsis(np.array([[1, 0], [0.75, 0.5], [0, 1]]), np.array([0.5, 0.5]))
    near, far = np.hypot(0.125, 0.25), np.hypot(0.375, 0.25)
    assert found == pytest.approx([0.5, far / (near + far), 0.5])


def test_marcos_by_hand():
    # 5, 10 of 10 and a cost of 4, 2: turned round to 2 + 4 - x = 2, 4, so shares 0.5, 1 and 0.5, 1
    frame = candidates(2, relay=[5.0, 10], transit_minutes=[4.0, 2])
    prepared = prepare(frame, settings({"relay": 0.6, "transit_minutes": 0.4}))
    assert prepared.ratios.tolist() == [[0.5, 0.5], [1, 1]]
    assert mcda.marcos(prepared.ratios, prepared.weights) == pytest.approx([0.5, 1])


@pytest.mark.parametrize("seed", range(4))
def test_the_prepared_criteria_rank_as_scikit_criterias_own_pipeline(seed):
    frame = candidates(20, seed=seed)
    weights = {"transit_minutes": 0.3, "relay": 0.5, "exchange": 0.2}
    prepared = prepare(frame, settings(weights))
    raw = skcriteria.mkdm(
        frame[list(weights)].to_numpy(), [min, max, max], weights=list(weights.values()), criteria=list(weights)
    )
    whole = MinMaxScaler(target="matrix").transform(NegateMinimize().transform(raw))
    np.testing.assert_allclose(prepared.matrix, whole.matrix[prepared.names].to_numpy(), atol=1e-12)
    ranks = mcda.method_ranks(prepared)
    assert ranks["topsis"].tolist() == TOPSIS().evaluate(whole).rank_.tolist()
    assert ranks["vikor"].tolist() == VIKOR(use_compromise_set=False).evaluate(raw).rank_.tolist()


def test_marcos_ranks_as_its_final_utility():
    from skcriteria.agg.marcos import MARCOS

    ratios = np.random.default_rng(3).uniform(0.2, 1, size=(15, 4))
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    final = MARCOS().evaluate(skcriteria.mkdm(ratios, [max] * 4, weights=weights)).extra_["utility_scores"]
    assert stats.rankdata(mcda.marcos(ratios, weights)).tolist() == stats.rankdata(final).tolist()


def test_nothing_is_printed_and_nobody_is_warned(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mcda.method_scores(prepare(candidates(6), settings(EVEN)))
    assert capsys.readouterr().out == ""


def test_zero_as_the_worst_of_every_criterion_leaves_no_gap():
    frame = candidates(3, relay=[0.0, 1, 2], exchange=[2.0, 0, 1])
    found = mcda.method_scores(prepare(frame, settings({"relay": 0.5, "exchange": 0.5})))
    assert found.notna().all(axis=None)
    assert found["marcos"].tolist() == pytest.approx([0.5, 0.25, 0.75])


@pytest.mark.parametrize("n", [1, 2, 5])
def test_all_alike_are_all_first(n):
    found = mcda.method_ranks(prepare(candidates(n, **dict.fromkeys(CRITERIA, 3.0)), settings(EVEN)))
    assert (found == 1).all(axis=None)
    assert list(found) == list(mcda.METHODS)


def test_one_criterion_ranks_alike_by_every_method():
    prepared = prepare(candidates(8), settings({"relay": 1.0}))
    found = mcda.method_ranks(prepared)
    for name in mcda.METHODS[1:]:
        assert found[name].tolist() == found["weighted_sum"].tolist()


def test_who_is_best_at_everything_is_first_by_every_method():
    frame = candidates(10)
    for name in CRITERIA:
        frame.loc[4, name] = frame[name].min() / 2 if name == "transit_minutes" else 2.0
    assert mcda.method_ranks(prepare(frame, settings(EVEN))).loc[4].tolist() == [1] * 4


def test_missing_values_are_the_worst_by_every_method():
    frame = candidates(6)
    frame.loc[2, list(CRITERIA)] = np.nan
    found = mcda.method_ranks(prepare(frame, settings(EVEN)))
    assert (found.loc[2] == 6).all()


# ---------------------------------------------------------------- agreement


def test_agreement_by_hand():
    # 1234 against 2143: of six pairs two are turned round, so tau is (4 - 2) / 6; rho is 1 - 6 * 4 / (4 * 15)
    found = mcda.agreement(pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 1, 4, 3]}), top_n=1, kind="method").iloc[0]
    assert found["kendall_tau_b"] == pytest.approx(1 / 3)
    assert found["spearman"] == pytest.approx(0.6)
    assert (found["top_shared"], found["same_first"], found["n"]) == (0, False, 4)


def test_agreement_with_ties_and_reversed():
    frame = pd.DataFrame({"a": [1, 1, 3], "b": [1, 1, 3], "c": [3, 2, 1], "tied": [1, 1, 1]})
    found = mcda.agreement(frame, top_n=2, kind="scenario").set_index(["ranking", "other"])
    tables.check(found.reset_index(), TABLES["agreement"], where="test")
    assert found.loc[("a", "b"), "kendall_tau_b"] == pytest.approx(1)
    # pairs 13 and 23 are turned round, 12 is tied in one: -2 / sqrt(2 * 3)
    assert found.loc[("a", "c"), "kendall_tau_b"] == pytest.approx(-2 / np.sqrt(6))
    assert found.loc[("a", "c"), "top_shared"] == 1
    assert np.isnan(found.loc[("a", "tied"), "kendall_tau_b"])
    assert np.isnan(found.loc[("a", "tied"), "spearman"])
    assert found.loc[("a", "tied"), "same_first"]


def test_one_ranking_has_nobody_to_agree_with():
    found = mcda.agreement(pd.DataFrame({"a": [1, 2]}), top_n=1, kind="method")
    assert len(found) == 0
    tables.check(found, TABLES["agreement"], where="test")
