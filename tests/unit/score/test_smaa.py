"""Random weightings: chances that can be worked out, and the plain loop they must equal."""

import numpy as np
import pytest
import scipy

from creative_nodes.score import smaa


def accept(matrix, alpha, draws=20_000, seed=1):
    return smaa.accept(np.array(matrix, dtype=float), np.array(alpha, dtype=float), draws=draws, seed=seed)


def shares(found):
    """Share of the draws by alternative and rank; ranks never taken are 0."""
    table = np.zeros((len(found.ranks),) * 2)
    site, rank, share = found.taken()
    assert (share > 0).all()
    table[site, rank - 1] = share
    return table


@pytest.mark.parametrize("seed", range(3))
def test_ranks_equal_scipys(seed):
    scores = np.random.default_rng(seed).integers(0, 6, size=(25, 40)) / 7
    expected = np.column_stack([scipy.stats.rankdata(-column, method="min") for column in scores.T])
    assert (smaa.ranks_of(scores) == expected).all()


def test_ranks_of_nothing():
    assert smaa.ranks_of(np.zeros((0, 3))).shape == (0, 3)
    assert smaa.ranks_of(np.zeros((2, 0))).shape == (2, 0)


def test_two_opposite_sites_are_first_half_the_time():
    found = accept([[1, 0], [0, 1]], [1, 1])
    assert found.within(1) == pytest.approx([0.5, 0.5], abs=0.01)
    # the weight of its own criterion is uniform on 1/2..1, its mean 3/4
    assert found.central_weights() == pytest.approx(np.array([[0.75, 0.25], [0.25, 0.75]]), abs=0.01)


def test_a_compromise_is_first_as_often_as_geometry_says():
    # (0.6, 0.6) beats (1, 0) and (0, 1) while the first weight lies in 0.4..0.6
    found = accept([[1, 0], [0, 1], [0.6, 0.6]], [1, 1])
    assert found.within(1) == pytest.approx([0.4, 0.4, 0.2], abs=0.01)
    assert found.central_weights()[2] == pytest.approx([0.5, 0.5], abs=0.01)
    assert shares(found)[2] == pytest.approx([0.2, 0.8, 0], abs=0.01)


def test_three_criteria_flat():
    # each is first where its own weight is the largest: a third; the mean largest of three is 11/18
    found = accept(np.eye(3), [1, 1, 1])
    assert found.within(1) == pytest.approx([1 / 3] * 3, abs=0.012)
    assert np.diag(found.central_weights()) == pytest.approx([11 / 18] * 3, abs=0.01)


def test_who_is_dominated_has_no_central_weights():
    found = accept([[1, 1], [0.5, 0.5]], [1, 1], draws=500)
    assert np.isnan(found.central_weights()[1]).all()
    assert found.within(1).tolist() == [1, 0]


def test_ties_share_the_better_rank():
    found = accept([[1, 0], [1, 0], [0, 0]], [1, 1], draws=500)
    assert found.within(1).tolist() == [1, 1, 0]
    assert shares(found)[2].tolist() == [0, 0, 1]


@pytest.mark.parametrize("cells", [7, 1000, 10**9])
def test_the_size_of_a_bite_changes_nothing(monkeypatch, cells):
    matrix = np.random.default_rng(0).random((9, 4))
    whole = accept(matrix, [3, 1, 2, 1], draws=311)
    monkeypatch.setattr(smaa, "CELLS_AT_ONCE", cells)
    parts = accept(matrix, [3, 1, 2, 1], draws=311)
    assert (parts.ranks == whole.ranks).all()
    np.testing.assert_allclose(parts.first, whole.first)


@pytest.mark.parametrize("draws", [100, 101, 111, 2000])
def test_counts_and_quantiles_equal_a_plain_loop(draws):
    matrix, alpha = np.random.default_rng(5).random((12, 3)), np.array([4.0, 2, 1])
    found = accept(matrix, alpha, draws=draws, seed=7)
    weights = np.random.default_rng(7).dirichlet(alpha, size=draws)
    ranks = np.array([[1 + sum(other > own for other in matrix @ w) for own in matrix @ w] for w in weights]).T
    for q in (0.05, 0.95):
        assert found.quantile(q).tolist() == np.quantile(ranks, q, axis=1, method="nearest").tolist()
    assert found.within(3).tolist() == (ranks <= 3).mean(axis=1).tolist()
    assert shares(found).tolist() == [[(row == rank).mean() for rank in range(1, 13)] for row in ranks]
    best = np.array([weights[row == 1].mean(axis=0) if (row == 1).any() else [np.nan] * 3 for row in ranks])
    np.testing.assert_allclose(found.central_weights(), best)


def test_central_weights_put_their_site_first():
    matrix = np.random.default_rng(2).random((30, 5))
    found = accept(matrix, np.ones(5), draws=3000)
    for site, weights in enumerate(found.central_weights()):
        if not np.isnan(weights).any():
            assert smaa.ranks_of((matrix @ weights)[:, None])[site, 0] == 1
