"""Best chains and the network of a typical space, against all chains of networkx, by hand, and on one toy town."""

import itertools
import math

import networkx as nx
import numpy as np
import pytest
from pairs import best_chains
from scipy.sparse import csr_array

from creative_nodes.common import InputError
from creative_nodes.network import chains
from creative_nodes.network.chains import Chains, LinkRule, _needed, both_ways, direct_links, typical_network

RULE = LinkRule(15, 3)


def random_links(seed, n, *, share=0.5, ones=0.15):
    """Return symmetric random probabilities, some of them 1, some links missing."""
    rng = np.random.default_rng(seed)
    p = np.where(rng.random((n, n)) < share, rng.uniform(0.005, 1, (n, n)), 0.0)
    p = np.where((p > 0) & (rng.random((n, n)) < ones), 1.0, p)
    p = np.triu(p, 1)
    return csr_array(p + p.T)


def by_all_chains(links):
    """Return p* by trying every simple chain."""
    matrix = links.toarray()
    graph = nx.from_numpy_array(matrix)
    best = np.eye(len(matrix))
    for j, k in itertools.combinations(range(len(matrix)), 2):
        for chain in nx.all_simple_paths(graph, j, k):
            best[j, k] = max(best[j, k], math.prod(matrix[a, b] for a, b in itertools.pairwise(chain)))
    return np.maximum(best, best.T)


@pytest.mark.parametrize("seed", range(12))
def test_best_chains_are_the_best_of_all_chains(seed):
    links = random_links(seed, 7)
    expected = by_all_chains(links)
    found = Chains.of(links)
    assert found.p == pytest.approx(expected, rel=1e-12)
    assert found.size == pytest.approx(expected.sum(axis=1), rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_links_left_out_before_the_search_lose_nothing(seed):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 40, (60, 2))
    xy[40:] = xy[:20]  # pairs under one roof
    minutes = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    links = both_ways(direct_links([(np.arange(60), minutes)], (60, 60), rule=RULE))
    expected = best_chains(links.toarray())
    assert _needed(links).nnz < links.nnz / 2
    assert Chains.of(links).p == pytest.approx(expected, rel=1e-12)


def test_three_spaces_in_a_line_by_hand():
    # p = 0.8 and 0.5: the ends are joined by 0.4; S = 1 + 0.8 + 0.4, 1 + 0.8 + 0.5, 1 + 0.5 + 0.4
    links = csr_array(np.array([[0, 0.8, 0], [0.8, 0, 0.5], [0, 0.5, 0]]))
    chains = Chains.of(links)
    assert chains.size == pytest.approx([2.2, 2.3, 1.9])
    assert chains.typical() == pytest.approx((2.2 * 2.3 * 1.9) ** (1 / 3))
    assert chains.separate() == pytest.approx(3 / (2.2 * 2.3 * 1.9) ** (1 / 3))
    assert chains.separate(order=0) == pytest.approx(1 / 2.2 + 1 / 2.3 + 1 / 1.9)
    assert chains.separate(order=2) == pytest.approx(9 / 6.4)
    assert chains.equivalent() == pytest.approx(math.sqrt(6.4))
    assert chains.easy_pairs() == 2


@pytest.mark.parametrize("order", [0, 0.5, 1, 1.5, 2])
def test_networks_that_share_nothing_count_whole(order):
    # four groups of five, joined inside with certainty: four networks whatever the order
    links = csr_array(np.kron(np.eye(4), np.ones((5, 5)) - np.eye(5)))
    assert Chains.of(links).separate(order=order) == pytest.approx(4)


def test_orders_follow_leinster_and_cobbold():
    # D_q = (sum_i w_i (Zw)_i^(q-1))^(1/(1-q)) with w = 1/N and Z = p*
    chains = Chains.of(random_links(3, 9))
    ordinary = chains.p @ np.full(9, 1 / 9)
    for q in (0.0, 0.5, 2.0):
        expected = np.mean(ordinary ** (q - 1)) ** (1 / (1 - q))
        assert chains.separate(order=q) == pytest.approx(expected)
    near = (chains.separate(order=1 - 1e-6) + chains.separate(order=1 + 1e-6)) / 2
    assert chains.separate(order=1) == pytest.approx(near, rel=1e-9)


def test_nobody_and_one_alone():
    nobody = Chains.of(csr_array((0, 0)))
    assert (nobody.typical(), nobody.separate(), nobody.equivalent(), nobody.easy_pairs()) == (0, 0, 0, 0)
    alone = Chains.of(csr_array((1, 1)))
    assert (alone.typical(), alone.separate(), alone.equivalent(), alone.easy_pairs()) == (1, 1, 1, 0)
    assert typical_network(np.zeros(0), order=2) == 0


def test_single_precision_holds_a_millionth():
    links = random_links(1, 80, share=0.1)
    whole, single = Chains.of(links), Chains.of(links, single_above=10)
    assert single.p.dtype == np.float32
    assert single.p == pytest.approx(whole.p, rel=1e-6)
    assert single.size.tolist() == whole.size.tolist()


def test_the_probability_of_a_link():
    p = RULE.probability(np.array([0, 15, 18, 30, 31, np.inf]))
    scale = 1 + math.exp(-5)
    assert p == pytest.approx([1, scale / 2, scale / (1 + math.e), scale / (1 + math.exp(5)), 0, 0])
    # the limit by hand: exp((t - 15) / 3) = scale / 0.005 - 1
    assert RULE.limit() == pytest.approx(15 + 3 * math.log(scale / 0.005 - 1))
    assert RULE.probability(RULE.limit() - 1e-6) > 0 == RULE.probability(RULE.limit() + 1e-6)


@pytest.mark.parametrize("wrong", [{"link_minutes": 0}, {"softness": 0}, {"least": 0}, {"least": 1}])
def test_a_rule_that_makes_no_probability_is_refused(wrong):
    with pytest.raises(InputError, match="link_softness"):
        LinkRule(**{"link_minutes": 15, "softness": 3} | wrong)


def test_blocks_make_one_table_and_the_shorter_direction_counts():
    minutes = np.array([[0, 10, np.inf], [12, 0, 40], [20, 40, 0]], dtype=float)
    blocks = [(np.array([2, 0]), minutes[[2, 0]]), (np.array([1]), minutes[[1]])]
    links = direct_links(blocks, (3, 3), rule=RULE)
    assert links.toarray() == pytest.approx(RULE.probability(minutes))
    expected = RULE.probability(np.array([[np.inf, 10, 20], [10, np.inf, np.inf], [20, np.inf, np.inf]]))
    assert both_ways(links).toarray() == pytest.approx(expected)


@pytest.mark.parametrize("cells", [1, 100, 10**6])
def test_sizes_without_the_matrix_are_those_of_the_chains(monkeypatch, cells):
    rng = np.random.default_rng(3)
    minutes = rng.uniform(0, 60, (40, 40))
    links = both_ways(direct_links([(np.arange(40), minutes)], (40, 40), rule=RULE))
    whole = Chains.of(links)
    monkeypatch.setattr(chains, "CELLS", cells)
    np.testing.assert_array_equal(chains.network_sizes(links), whole.size)
