"""The recommended set: against every set tried, by hand, and free of what other candidates there are."""

import itertools
import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from creative_nodes.choose import recommended
from creative_nodes.choose.grounds import Grounds
from creative_nodes.choose.recommended import recommend, search, set_size
from creative_nodes.choose.worth import Aims, Anchors, Served, Worth
from creative_nodes.common import InputError
from creative_nodes.network.chains import Chains, LinkRule
from creative_nodes.network.gain import Stones

RULE = LinkRule(15, 3)
ANCHORS = Anchors(newly_served=400.0, network_gain=1.5)


class Town:
    """Spaces, sites and residents at random places."""

    def __init__(self, seed, n_sites, *, side=70.0):
        rng = np.random.default_rng(seed)
        self.spaces = rng.uniform(0, side, (25, 2))
        self.sites = rng.uniform(0, side, (n_sites, 2))
        self.homes, self.residents = rng.uniform(0, side, (120, 2)), rng.integers(1, 60, 120).astype(float)
        self.names = [f"h{k:03d}" for k in range(n_sites)]

    def aims(self, some=None, *, anchors=ANCHORS, **options):
        """Return the aims of some of the sites, by default all."""
        sites = self.sites if some is None else self.sites[list(some)]
        links, between = _p(self.spaces, self.spaces), _p(sites, sites)
        np.fill_diagonal(links, 0)
        np.fill_diagonal(between, 0)
        stones = Stones.of(Chains.of(csr_array(links)), csr_array(_p(sites, self.spaces)), between)
        return Aims(Served(_minutes(self.homes, sites) <= 15, self.residents), stones, anchors, **options)


def _minutes(a, b):
    return np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))


def _p(a, b):
    return RULE.probability(_minutes(a, b))


def every_set(aims, k):
    """Return all sets, the best first."""
    sets = [aims.of(members) for members in itertools.combinations(range(aims.n()), k)]
    return sorted(sets, key=lambda one: (-round(one.worth, 12), one.members))


def cities(*covers, residents=(100.0, 100.0, 100.0)):
    """Return aims over residents alone: rows of groups, columns of sites."""
    covers = np.array(covers, dtype=bool)
    n = covers.shape[1]
    stones = Stones.of(Chains.of(csr_array((2, 2))), csr_array((n, 2)), np.zeros((n, n)))
    return Aims(Served(covers, np.array(residents[: len(covers)])), stones, Anchors(100.0, 0.0))


def test_the_size_of_a_set():
    assert [set_size(n) for n in (0, 1, 2, 3, 4, 5, 7, 8, 9, 55)] == [0, 0, 0, 1, 1, 2, 2, 3, 3, 3]


@pytest.mark.parametrize("order", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_best_and_second_of_every_set(seed, order):
    town = Town(seed, 11)
    aims = town.aims(order=order)
    for k in (1, 2, 3):
        expected, found = every_set(aims, k), search(aims, town.names, k)
        assert (found.best, found.second) == (expected[0], expected[1])
        assert found.proven and found.second_proven and found.gap == 0
        assert found.sets == math.comb(11, k)
    assert found.tried < found.sets  # bounds leave most sets unlooked at


@pytest.mark.parametrize("seed", range(3))
def test_bounds_hold_for_every_set(seed):
    aims = Town(seed, 9).aims()
    for k in (1, 2, 3):
        bounds = recommended._Bounds.of(aims, k)
        sets = np.array(list(itertools.combinations(range(9), k)))
        worths = np.array([aims.of(tuple(row)).worth for row in sets.tolist()])
        assert (bounds.worth(sets) >= worths).all()
        for out in ([0], [2, 5]):
            assert bounds.without(np.array(out)) >= worths[np.isin(sets, out).any(axis=1)].max()


@pytest.mark.parametrize("seed", range(8))
def test_another_candidate_never_changes_the_best_set_among_the_old(seed):
    town = Town(seed, 13)
    rng = np.random.default_rng(seed)
    old = np.sort(rng.choice(13, 9, replace=False))
    few, all_ = town.aims(old), town.aims()
    among = search(few, [town.names[k] for k in old], 3)
    as_before = tuple(int(old[member]) for member in among.best.members)
    # what the set is worth does not change, and only a set with a new member may come before it
    assert all_.of(as_before).worth == among.best.worth
    whole = search(all_, town.names, 3)
    assert whole.best.members == as_before or set(whole.best.members) - set(old.tolist())
    others = [one for one in every_set(all_, 3) if set(one.members) <= set(old.tolist())]
    assert others[0].members == as_before


# ---------------------------------------------------------------- sites on one ground


def _pairs(seed, n):
    """Put sites on one ground at random."""
    rng = np.random.default_rng(seed + 50)
    every = list(itertools.combinations(range(n), 2))
    return tuple(every[k] for k in np.sort(rng.choice(len(every), n // 2, replace=False)))


def _on_grounds(pairs, n):
    """Return the ground of each site, told by networkx: its part of the graph of pairs."""
    graph = nx.Graph(list(pairs))
    graph.add_nodes_from(range(n))
    return {site: number for number, part in enumerate(nx.connected_components(graph)) for site in part}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_best_and_second_of_every_set_of_sites_apart(seed, k):
    town, pairs = Town(seed, 11), _pairs(seed, 11)
    aims = town.aims(grounds=Grounds(pairs))
    apart = [one for one in every_set(aims, k) if not any({*pair} <= {*one.members} for pair in pairs)]
    ground = _on_grounds(pairs, 11)

    def stands_on(one):
        return sorted(ground[site] for site in one.members)

    found = search(aims, town.names, k)
    assert found.best == apart[0]
    assert found.second == next((one for one in apart if stands_on(one) != stands_on(apart[0])), None)
    assert found.proven and found.second_proven and found.sets == len(apart)


@pytest.mark.parametrize("seed", range(8))
def test_another_candidate_never_changes_the_best_set_apart_among_the_old(seed):
    """Not even one that stands on the grounds of two old ones, which do not stand on each other's."""
    town, pairs = Town(seed, 12), _pairs(seed, 12)
    old = np.sort(np.random.default_rng(seed).choice(12, 8, replace=False))
    few = search(town.aims(old, grounds=Grounds(pairs).some(old)), [town.names[k] for k in old], 3).best
    as_before = tuple(int(old[member]) for member in few.members)
    among = [one for one in every_set(town.aims(), 3) if set(one.members) <= set(old.tolist())]
    free = [one for one in among if not any({*pair} <= {*one.members} for pair in pairs)]
    assert free[0].members == as_before and free[0].worth == few.worth
    whole = search(town.aims(grounds=Grounds(pairs)), town.names, 3).best
    assert whole.members == as_before or set(whole.members) - set(old.tolist())


def test_twins_are_one_node_by_hand():
    # a and b are twins that serve two groups, c and d one each, e none: by sites a and b would tie for all
    aims = replace(cities([1, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 1, 1, 0]), grounds=Grounds(((0, 1),)))
    found = recommend(aims, list("abcde"), ranking=[0, 1, 2, 4, 3])
    assert found.k == 1  # four grounds, not five sites
    assert found.found.best.members == (0,)
    assert found.found.second.members == (2,)  # and not b
    two = search(aims, list("abcde"), 2)
    assert (two.best.members, two.second.members) == ((0, 2), (0, 3))
    six = replace(cities([1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0]), grounds=Grounds(((0, 1),)))
    beside = recommend(six, list("abcdef"), ranking=[1, 0, 2, 3, 4, 5])
    # the ranking's first two grounds are those of the set, though b stands for a there
    assert (beside.k, beside.found.best.members) == (2, (0, 2))
    assert (beside.ranked.shared, beside.ranked.only_set, beside.ranked.only_ranked) == ((0, 2), (), ())
    assert beside.ranked.served_twice == 0


def test_residents_served_twice_are_never_fewer_than_none():
    # three sites serve different people, but the sum of theirs rounds to less than that of all in one go
    people = (0.1, 0.7, 0.3)
    assert sum(people) != 0.1 + (0.7 + 0.3)
    for order in itertools.permutations(range(3)):
        covers = np.zeros((3, 9), dtype=bool)
        covers[range(3), order] = True
        found = recommend(cities(*covers.tolist(), residents=people), list("abcdefghi"), ranking=range(9))
        assert found.ranked.served_twice >= 0


def test_all_on_one_ground_leave_no_choice():
    aims = replace(cities([1, 1, 1]), grounds=Grounds(((0, 1), (0, 2), (1, 2))))
    assert recommend(aims, list("abc"), ranking=[0, 1, 2]).found.best is None
    assert search(aims, list("abc"), 2).best is None


def test_where_a_member_is_not_there_its_twin_stands_in():
    grounds = Grounds(((0, 1), (3, 4)))
    assert grounds.stand_in((0, 2, 3), np.array([1, 2, 4])) == (1, 2, 4)
    assert grounds.stand_in((0, 2, 3), np.array([0, 1, 2])) == (0, 2)
    assert grounds.firsts([4, 1, 0, 3, 2]) == (4, 1, 2)
    assert (grounds.count(5), grounds.of_members((4, 1))) == (3, (0, 3))


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_the_sites_decides_nothing(seed):
    town = Town(seed, 10)
    shuffled = np.random.default_rng(seed).permutation(10)
    first, other = search(town.aims(), town.names, 3), search(town.aims(shuffled), [f"h{k:03d}" for k in shuffled], 3)
    assert {town.names[k] for k in first.best.members} == {f"h{shuffled[k]:03d}" for k in other.best.members}


def test_equals_are_settled_by_name():
    aims = cities([1, 0, 1], [0, 1, 0])
    found = search(aims, ["c", "b", "a"], 1)
    assert (found.best.members, found.second.members) == ((2,), (1,))


def test_nobody_is_served_twice_by_hand():
    # sites 0 and 1 serve the same two groups, site 2 the third: 0 and 2 serve 300 of twice 100
    aims = cities([1, 1, 0], [1, 1, 0], [0, 0, 1])
    found = recommend(aims, ["a", "b", "c"], ranking=[0, 1, 2])
    assert found.k == 1  # a third of three
    best = search(aims, ["a", "b", "c"], 2).best
    assert (best.members, best.newly_served, best.worth) == ((0, 2), 300, 1.5)


def test_the_worth_of_a_set_by_hand():
    town = Town(2, 9)
    aims = town.aims()
    one = aims.of((1, 4, 6))
    served = town.residents[(_minutes(town.homes, town.sites[[1, 4, 6]]) <= 15).any(axis=1)].sum()
    assert one.newly_served == served
    assert one.worth == pytest.approx((served / (3 * 400) + one.network_gain / (3 * 1.5)) / 2)


def test_an_aim_without_an_anchor_is_dropped_and_named():
    town = Town(0, 9)
    found = recommend(town.aims(anchors=Anchors(400.0, 0.0)), town.names)
    assert found.dropped == ("network_gain",)
    assert found.found.best.worth == pytest.approx(found.found.best.newly_served / 1200)
    assert not found.connects
    neither = recommend(town.aims(anchors=Anchors(float("nan"), 0.0)), town.names, ranking=[4, 1])
    assert (neither.k, neither.found.best, neither.members) == (0, None, ())
    assert neither.dropped == ("newly_served", "network_gain")
    assert neither.single.members == (4,)


def test_fewer_than_three_make_no_set():
    town = Town(0, 2)
    assert recommend(town.aims(), town.names).found.best is None
    assert recommend(Town(0, 0).aims(), []).k == 0


def test_members_add_what_the_set_loses_without_them():
    town = Town(5, 12)
    aims = town.aims()
    found = recommend(aims, town.names)
    best = found.found.best
    for member in found.members:
        rest = aims.of(tuple(site for site in best.members if site != member.site))
        assert member.adds_served == best.newly_served - rest.newly_served
        assert member.adds_gain == best.network_gain - rest.network_gain
        assert member.alone == aims.of((member.site,))


def test_where_set_and_ranking_disagree():
    # the ranking's first two serve the same people
    aims = cities([1, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 1, 0, 0])
    found = recommend(aims, list("abcde"), ranking=[1, 0, 2, 3, 4])
    assert found.k == 2
    assert (found.found.best.members, found.single.members) == ((0, 2), (1,))
    assert (found.ranked.shared, found.ranked.only_set, found.ranked.only_ranked) == ((0,), (2,), (1,))
    assert found.ranked.served_twice == 200
    assert found.ranked.reached == pytest.approx(2 / 3)
    assert found.ranked.chained == 0


@pytest.mark.parametrize(("gain", "joins"), [(0.149, False), (0.151, True)])
def test_a_set_connects_from_a_twentieth_of_what_an_outstanding_place_brings(gain, joins):
    one = Worth((0, 1, 2), 0.0, gain, 0.0)
    assert recommended.connects(one, 1.0) is joins
    assert recommended.connects(one, 0.0) is False


@pytest.mark.parametrize("seed", range(4))
def test_a_search_cut_short_says_how_far_off_it_may_be(seed):
    town = Town(seed, 12)
    aims = town.aims()
    best = every_set(aims, 3)[0].worth
    found = search(aims, town.names, 3, most_sets=2)
    assert found.tried == 2
    assert found.best.worth <= best <= found.best.worth * (1 + found.gap) * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_with_too_many_sites_the_rest_is_bounded_too(seed, monkeypatch):
    monkeypatch.setattr(recommended, "MOST_BOUNDS", 84)
    town = Town(seed, 14)
    aims = town.aims()
    best = every_set(aims, 3)[0].worth
    found = search(aims, town.names, 3)
    assert found.tried <= 84 < found.sets
    assert found.best.worth <= best <= found.best.worth * (1 + found.gap) * (1 + 1e-9)


def test_aims_over_different_sites_are_refused():
    town = Town(0, 5)
    aims = town.aims()
    with pytest.raises(InputError, match="4 sites serve but 5 connect"):
        Aims(Served(aims.served.covers[:, :4], aims.served.residents), aims.stones, ANCHORS)
