"""Network gain of stepping stones, against networks built anew, by hand, and on one toy town."""

import itertools
import math

import numpy as np
import pytest
from pairs import best_chains
from scipy.sparse import csr_array

from creative_nodes.network import gain
from creative_nodes.network.chains import Chains, LinkRule, typical_network
from creative_nodes.network.gain import Stones, equivalent_rise, greatest_gains, network_gains, open_stone

RULE = LinkRule(15, 3)


def toy_town():
    """Return a core of 100, a cluster of five and three isolates, all links certain."""
    p = np.zeros((108, 108))
    p[:100, :100] = p[100:105, 100:105] = 1
    np.fill_diagonal(p, 0)
    return Chains.of(csr_array(p))


def places(n, *linked):
    out = np.zeros((len(linked), n))
    for row, spaces in enumerate(linked):
        out[row, list(spaces)] = 1
    return csr_array(out)


def town(seed, n, m, *, side=60.0):
    """Return link probabilities between n spaces, from m places to them, and between places."""
    rng = np.random.default_rng(seed)
    spaces, stones = rng.uniform(0, side, (n, 2)), rng.uniform(0, side, (m, 2))

    def p(a, b):
        return RULE.probability(np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1)))

    links, between = p(spaces, spaces), p(stones, stones)
    np.fill_diagonal(links, 0)
    np.fill_diagonal(between, 0)
    return csr_array(links), csr_array(p(stones, spaces)), csr_array(between)


def sizes_anew(links, near, between, chosen):
    """Return S_j with stones opened, by searching the network with them once more."""
    n, stones = links.shape[0], list(chosen)
    outer, among = near.toarray()[stones], between.toarray()[np.ix_(stones, stones)]
    best = best_chains(np.block([[links.toarray(), outer.T], [outer, among]]))
    return best[:n, :n].sum(axis=1)


def test_the_toy_town():
    chains = toy_town()
    assert chains.typical() == pytest.approx(math.exp((100 * math.log(100) + 5 * math.log(5)) / 108))
    near = places(108, [0, 5], [0, 105], [105, 106], [0, 100])
    core, isolate, two, cluster = network_gains(chains, near)[:, 0]
    assert core == 0
    assert isolate == pytest.approx(4.1, abs=0.05)
    assert two == pytest.approx(1.0, abs=0.05)
    assert cluster == pytest.approx(15.7, abs=0.05)
    # the cluster joined to the core, by hand: 105 spaces of 105 and three of 1
    assert cluster == pytest.approx(math.exp(105 * math.log(105) / 108) - chains.typical())


def test_the_toy_town_at_other_orders():
    chains = toy_town()
    gains = network_gains(chains, places(108, [0, 5], [105, 106], [0, 100]), orders=(0, 2))
    assert gains[0].tolist() == [0, 0]
    # order 0: islands are 1 + 1 + 3 before, 1 + 1 + 2 with two isolates joined, 1 + 3 with the cluster at the core
    assert gains[1:, 0] == pytest.approx([108 / 4 - 108 / 5, 108 / 4 - 108 / 5])
    # order 2: the sum of S is 10,000 + 25 + 3 before
    assert gains[1:, 1] == pytest.approx([2 / 108, (105**2 - 100**2 - 5**2) / 108])


def test_a_line_of_three_by_hand():
    # spaces 0 and 1 are linked by 0.8, space 2 by nothing; a stone links 1 (0.9) and 2 (0.5)
    chains = Chains.of(csr_array(np.array([[0, 0.8, 0], [0.8, 0, 0], [0, 0, 0]])))
    near = csr_array(np.array([[0, 0.9, 0.5]]))
    rise = open_stone(chains, near.indices, near.data)
    assert dict(zip(rise.where.tolist(), rise.more.tolist(), strict=True)) == pytest.approx(
        {0: 0.8 * 0.45, 1: 0.45, 2: 0.45 + 0.8 * 0.45}
    )
    before, after = 1.8 * 1.8 * 1, 2.16 * 2.25 * 1.81
    assert network_gains(chains, near)[0, 0] == pytest.approx(after ** (1 / 3) - before ** (1 / 3))


@pytest.mark.parametrize("whole", [600, 0])
@pytest.mark.parametrize("seed", range(3))
def test_each_stone_against_the_network_built_anew(seed, whole, monkeypatch):
    monkeypatch.setattr(gain, "WHOLE", whole)
    links, near, between = town(seed, 40, 12)
    chains = Chains.of(links)
    orders = (0.0, 0.5, 1.0, 2.0)
    found = network_gains(chains, near, orders=orders)
    assert (found > 0).any()
    for place in range(12):
        after = sizes_anew(links, near, between, [place])
        expected = [typical_network(after, order=q) - typical_network(chains.size, order=q) for q in orders]
        assert found[place] == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("whole", [600, 0])
@pytest.mark.parametrize("seed", range(3))
def test_stones_together_against_the_network_built_anew(seed, whole, monkeypatch):
    monkeypatch.setattr(gain, "WHOLE", whole)
    links, near, between = town(seed, 25, 8, side=90.0)
    chains = Chains.of(links)
    stones = Stones.of(chains, near, between)
    more = 0
    pairs, triples = itertools.combinations(range(8), 2), itertools.combinations(range(8), 3)
    for chosen in [(), (3,), *pairs, *list(triples)[seed::5], range(8)]:
        after = sizes_anew(links, near, between, list(chosen))
        found = stones.open(chosen)
        whole = chains.size.copy()
        whole[found.where] += found.more
        assert whole == pytest.approx(after, abs=1e-11)
        assert stones.joint_gain(chosen) == pytest.approx(typical_network(after) - chains.typical(), abs=1e-11)
        more += stones.joint_gain(chosen) > sum(stones.joint_gain([place]) for place in chosen) + 1e-9
    assert more  # somewhere two bridge what neither does alone: the gain is not submodular


def test_two_stones_bridge_what_neither_does_alone():
    # 0 - stone 0 - stone 1 - 1, certain links: alone each ends in the open
    chains = Chains.of(csr_array((2, 2)))
    stones = Stones.of(chains, places(2, [0], [1]), np.array([[0, 1.0], [1.0, 0]]))
    assert [stones.joint_gain([0]), stones.joint_gain([1])] == [0, 0]
    assert stones.joint_gain([0, 1]) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(4))
def test_one_stone_alone_and_in_a_set_of_one_are_the_same(seed):
    links, near, between = town(seed, 30, 9)
    chains = Chains.of(links)
    stones = Stones.of(chains, near, between)
    assert [stones.joint_gain([place]) for place in range(9)] == network_gains(chains, near)[:, 0].tolist()


@pytest.mark.parametrize("seed", range(5))
def test_no_set_adds_more_than_some_members_and_the_bounds_of_the_others(seed):
    links, near, between = town(seed, 25, 7, side=90.0)
    stones = Stones.of(Chains.of(links), near, between)

    def more(chosen):
        rise, out = stones.open(chosen), np.zeros(25)
        out[rise.where] = rise.more
        return out

    for k in (1, 2, 3, 7):
        most = stones.most(k)
        for chosen in itertools.combinations(range(7), k):
            for known in range(k + 1):
                bound = more(chosen[:known]) + most[list(chosen[known:])].sum(axis=0)
                assert (more(chosen) <= bound + 1e-12).all()


@pytest.mark.parametrize("seed", range(4))
def test_equivalent_connectivity_splits_into_own_flux_and_connector(seed):
    links, near, _ = town(seed, 20, 6)
    chains = Chains.of(links)
    found = equivalent_rise(chains, near)
    for place in range(6):
        leg = near.toarray()[[place]]
        anew = Chains.of(csr_array(np.block([[links.toarray(), leg.T], [leg, np.zeros((1, 1))]])))
        parts = found.own[place] + found.flux[place] + found.connector[place]
        assert parts == pytest.approx(anew.equivalent() ** 2 - chains.equivalent() ** 2)
        assert found.flux[place] == pytest.approx(2 * (anew.size[-1] - 1))
        assert found.as_space()[place] == pytest.approx(anew.equivalent() - chains.equivalent())
        stone = network_gains(chains, near, orders=(2,))[place, 0]  # the arithmetic mean of S_j is EC^2 / N
        assert found.connector[place] == pytest.approx(stone * 20)
        assert found.as_stone()[place] == pytest.approx(
            math.sqrt(chains.equivalent() ** 2 + stone * 20) - chains.equivalent()
        )


@pytest.mark.parametrize("seed", range(3))
def test_in_single_precision_gains_hold_and_nothing_stays_nothing(seed):
    links, near, between = town(seed, 60, 20)
    whole, single = Chains.of(links), Chains.of(links, single_above=10)
    exact, found = network_gains(whole, near), network_gains(single, near)
    assert found == pytest.approx(exact, rel=1e-4, abs=1e-5)
    assert ((exact == 0) & (found > 1e-9)).sum() == 0
    assert Stones.of(single, near, between).joint_gain([0, 1, 2]) == pytest.approx(
        Stones.of(whole, near, between).joint_gain([0, 1, 2]), abs=1e-5
    )


def test_a_place_that_reaches_nothing_adds_nothing():
    chains = Chains.of(csr_array((3, 3)))
    assert network_gains(chains, csr_array((2, 3)), orders=(0, 1, 2)).tolist() == [[0, 0, 0], [0, 0, 0]]
    stones = Stones.of(chains, csr_array((2, 3)), csr_array((2, 2)))
    assert stones.joint_gain([0, 1]) == 0
    assert stones.most(3).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert network_gains(Chains.of(csr_array((0, 0))), csr_array((1, 0))).tolist() == [[0]]


@pytest.mark.parametrize("single_above", [10, 1000])
@pytest.mark.parametrize("seed", range(4))
def test_no_stone_adds_more_to_any_space_than_its_bound(seed, single_above):
    links, near, _ = town(seed, 60, 40)
    chains = Chains.of(links, single_above=single_above)
    for place in range(40):
        row = gain._row(near, place)
        if not len(row[0]):
            continue
        rise, most = open_stone(chains, *row), np.zeros(60)
        most[rise.where] = rise.more
        assert (gain._most(chains, *row).more >= most).all()


@pytest.mark.parametrize("order", [0.0, 0.4, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_greatest_gains_are_those_of_all_to_the_bit(seed, order, monkeypatch):
    links, near, _ = town(seed, 60, 80, side=100.0)
    chains, looked = Chains.of(links), []
    every = network_gains(chains, near, orders=(order,))[:, 0]
    monkeypatch.setattr(gain, "open_stone", lambda *row: looked.append(row) or open_stone(*row))
    for n in (1, 2, 7, 80):
        looked.clear()
        found = greatest_gains(chains, near, n, order=order)
        least = np.sort(every)[-n]
        assert np.sort(found)[-n:].tolist() == np.sort(every)[-n:].tolist()
        assert found[every > least].tolist() == every[every > least].tolist()
        assert (found >= every).all()
        assert found[every < least].max(initial=0.0) <= least
        assert n <= len(looked) <= (80 if n == 80 else n + 20)
    assert greatest_gains(chains, near[:0], 3).shape == (0,)


def test_the_smallest_rises_are_not_lost():
    # two isolates among 4,000: the gain is far below what a difference of two rounded means would show
    n = 4000
    chains = Chains(np.eye(2), np.ones(2))
    rise = open_stone(chains, np.array([0, 1]), np.array([1e-5, 1e-5]))
    assert rise.gain(np.ones(n)) == pytest.approx(2e-10 / n, rel=1e-6)
    assert rise.gain(np.ones(n), order=2) == pytest.approx(2e-10 / n, rel=1e-6)
    assert rise.gain(np.ones(n), order=0) == pytest.approx(2e-10 / n, rel=1e-6)
