"""Rankings by other methods from the same values, and how far rankings agree."""

import numpy as np
import pandas as pd
import pytest
from scored import SCALES, candidates

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.report.tables import TABLES
from creative_nodes.score import mcda
from creative_nodes.score.rank import prepare
from creative_nodes.score.settings import Score

EVEN = dict.fromkeys(CRITERIA, 1 / len(CRITERIA))


def prepared(frame, weights=EVEN):
    whole = dict.fromkeys(CRITERIA, 0.0) | weights
    return prepare(frame, SCALES, Score.model_validate({"weights": whole}))


def test_three_sites_by_hand():
    # values (1, 0), (0.75, 0.5), (0, 1) at equal weights. TOPSIS: (0.5, 0), (0.375, 0.25), (0, 0.5), ideal (0.5, 0.5).
    # VIKOR: S = 0.5, 0.375, 0.5 and R = 0.5, 0.25, 0.5 of 0.5, so 1 - Q = 1 - (0.5 + 1) / 2, 1 - (0.375 + 0.5) / 2
    frame = candidates(3, transit_minutes=[1, 0.75, 0], network_gain=[0, 0.5, 1])
    found = mcda.method_scores(prepared(frame, {"transit_minutes": 0.5, "network_gain": 0.5}))
    near, far = np.hypot(0.125, 0.25), np.hypot(0.375, 0.25)
    assert found["weighted_sum"].tolist() == pytest.approx([0.5, 0.625, 0.5])
    assert found["topsis"].tolist() == pytest.approx([0.5, far / (near + far), 0.5])
    assert found["vikor"].tolist() == pytest.approx([0.25, 0.5625, 0.25])


@pytest.mark.parametrize("seed", range(5))
def test_no_site_moves_another_by_any_method(seed):
    town = candidates(12, seed=seed)
    all_, few = mcda.method_scores(prepared(town)), mcda.method_scores(prepared(town.iloc[3:7]))
    assert all_.iloc[3:7].to_numpy().tolist() == few.to_numpy().tolist()


@pytest.mark.parametrize("n", [1, 2, 5])
def test_all_alike_are_all_first(n):
    found = mcda.method_ranks(prepared(candidates(n, **dict.fromkeys(CRITERIA, 0.4))))
    assert (found == 1).all(axis=None)
    assert list(found) == list(mcda.METHODS)


def test_one_criterion_ranks_alike_by_every_method():
    found = mcda.method_ranks(prepared(candidates(8), {"network_gain": 1.0}))
    assert found["topsis"].tolist() == found["vikor"].tolist() == found["weighted_sum"].tolist()


def test_who_is_best_at_everything_is_first_by_every_method():
    frame = pd.concat([candidates(9), candidates(1, **dict.fromkeys(CRITERIA, 1.0))], ignore_index=True)
    assert mcda.method_ranks(prepared(frame)).loc[9].tolist() == [1, 1, 1]


def test_missing_figures_are_the_worst_by_every_method():
    frame = candidates(6)
    frame.loc[2, list(CRITERIA)] = np.nan
    assert (mcda.method_ranks(prepared(frame)).loc[2] == 6).all()


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
