"""Connectivity, links and efficiency against brute force (METHOD section 7)."""

import itertools
import math
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from pairs import near

from creative_nodes.network.chains import Chains, LinkRule, both_ways
from creative_nodes.network.connectivity import (
    Links,
    connectivity_of,
    efficiency,
    links_of,
    links_within,
    nearest_other,
    place_links,
    space_links,
    thin_out,
)
from creative_nodes.network.gain import network_gains


def _minutes(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return walks between n spaces, a little different both ways."""
    xy = rng.uniform(0, 60, size=(n, 2))
    times = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) * rng.uniform(1, 1.4, (n, n))
    times[rng.random((n, n)) < 0.05] = np.inf
    return times


def _graph(links: Links) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(links.n_spaces))
    graph.add_weighted_edges_from(zip(links.a.tolist(), links.b.tolist(), links.minutes.tolist(), strict=True))
    return graph


def _c(graph: nx.Graph, n: int) -> float:
    """Return the share of ordered pairs of spaces 0..n-1 (a space with itself too) that a way joins."""
    return sum(nx.has_path(graph, i, j) for i in range(n) for j in range(n)) / n**2


@pytest.mark.parametrize("seed", range(5))
def test_links_are_the_pairs_within_the_limit(seed: int) -> None:
    minutes = _minutes(np.random.default_rng(seed), 12)
    links = links_within(near(minutes), limit=15)
    expected = {
        (i, j): min(minutes[i, j], minutes[j, i])
        for i, j in itertools.combinations(range(12), 2)
        if min(minutes[i, j], minutes[j, i]) <= 15
    }
    assert expected
    found = dict(zip(zip(links.a.tolist(), links.b.tolist(), strict=True), links.minutes.tolist(), strict=True))
    assert found == expected
    assert links.n_spaces == 12


def test_exactly_the_limit_is_a_link() -> None:
    minutes = np.array([[0, 15, 15.01], [15, 0, math.inf], [15.01, math.inf, 0]])
    links = links_within(near(minutes), limit=15)
    assert (links.a.tolist(), links.b.tolist()) == ([0], [1])


def test_links_of_gives_back_the_links(towns: ModuleType) -> None:
    spaces = towns.spaces({"geometry": towns.at(0), "space_id": "x"}, {"geometry": towns.at(0), "space_id": "y"})
    links = links_of(spaces, pd.DataFrame({"a": ["y"], "b": ["x"], "minutes": [4.0]}))
    assert (links.a.tolist(), links.b.tolist(), links.minutes.tolist(), links.n_spaces) == ([1], [0], [4.0], 2)
    assert links.degree().tolist() == [1, 1]


@pytest.mark.parametrize("seed", range(5))
def test_parts_and_degree_equal_networkx(seed: int) -> None:
    links = links_within(near(_minutes(np.random.default_rng(seed), 15)), limit=13)
    graph = _graph(links)
    parts = links.parts()
    found = {frozenset(np.flatnonzero(parts == one).tolist()) for one in np.unique(parts)}
    assert found == {frozenset(one) for one in nx.connected_components(graph)}
    assert links.degree().tolist() == [graph.degree[i] for i in range(15)]


def test_links_of_spaces_on_a_street(towns: ModuleType) -> None:
    creative = towns.spaces(*({"geometry": towns.at(x, 10)} for x in (0, 1100, 1900)))
    links = space_links(towns.streets(towns.straight_street()), creative, towns.config().network.link_minutes)
    assert list(zip(links.a.tolist(), links.b.tolist(), strict=True)) == [(0, 1), (1, 2)]
    assert links.minutes.tolist() == pytest.approx([1120 / 80, 820 / 80], rel=1e-4)


def test_connectivity_by_hand() -> None:
    # parts of 3, 2 and 1 spaces: (9 + 4 + 1) / 36
    assert connectivity_of(np.array([0, 0, 1, 2, 1, 0])) == pytest.approx(14 / 36)
    assert connectivity_of(np.zeros(5, dtype=int)) == pytest.approx(1)
    assert connectivity_of(np.arange(8)) == pytest.approx(1 / 8)
    assert connectivity_of(np.array([], dtype=int)) == 0


@pytest.mark.parametrize("seed", range(5))
def test_connectivity_is_the_chance_that_two_spaces_are_joined(seed: int) -> None:
    links = links_within(near(_minutes(np.random.default_rng(seed), 11)), limit=12)
    assert connectivity_of(links.parts()) == pytest.approx(_c(_graph(links), 11))


def test_efficiency_by_hand() -> None:
    # 0 -2- 1 -4- 2, and 3 on its own: 1/2 + 1/4 + 1/6 over six pairs
    links = Links(np.array([0, 1]), np.array([1, 2]), np.array([2.0, 4.0]), 4)
    assert efficiency(links) == pytest.approx((1 / 2 + 1 / 4 + 1 / 6) / 6)


def test_efficiency_takes_less_than_a_minute_as_a_minute() -> None:
    # 0.2 + 0.5 minutes in a row are still less than a minute; the pieces are not rounded up one by one
    links = Links(np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([0.2, 0.5, 3.0]), 4)
    pairs = [1, 1, 1, 1 / 3, 1 / 3.5, 1 / 3.7]
    assert efficiency(links) == pytest.approx(sum(pairs) / 6)


def test_efficiency_of_spaces_under_one_roof_is_finite() -> None:
    links = Links(np.array([0]), np.array([1]), np.array([0.0]), 2)
    assert efficiency(links) == pytest.approx(1)


@pytest.mark.parametrize("n", [0, 1])
def test_efficiency_of_less_than_two_spaces_is_zero(n: int) -> None:
    none = np.array([], dtype=int)
    assert efficiency(Links(none, none, np.array([]), n)) == 0


def test_a_town_without_links() -> None:
    links = links_within(near(np.full((4, 4), np.inf)), limit=15)
    assert efficiency(links) == 0
    assert len(np.unique(links.parts())) == 4
    assert links.degree().tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("seed", range(6))
def test_efficiency_equals_brute_force(seed: int) -> None:
    minutes = _minutes(np.random.default_rng(seed), 13)
    minutes[0, 1] = minutes[2, 3] = 0.3
    links = links_within(near(minutes), limit=14)
    lengths = dict(nx.all_pairs_dijkstra_path_length(_graph(links)))
    total = sum(1 / max(1.0, lengths[i][j]) for i, j in itertools.permutations(range(13), 2) if j in lengths[i])
    assert efficiency(links) == pytest.approx(total / (13 * 12))


def test_equal_links_of_a_minute_make_networkx_global_efficiency() -> None:
    graph = nx.gnm_random_graph(15, 18, seed=3)
    a, b = np.array(list(graph.edges)).T
    links = Links(np.minimum(a, b), np.maximum(a, b), np.ones(len(a)), 15)
    assert efficiency(links) == pytest.approx(nx.global_efficiency(graph))


# ---------------------------------------------------------------- chains along streets


@pytest.mark.parametrize("seed", [0, 2, 3, 5, 7, 8])
def test_chains_and_gains_along_streets_equal_networkx_from_the_streets_up(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = towns.random_network(rng, n_nodes=60, n_edges=80, directed=False, metric=True)
    spaces, sites = towns.random_entrances(rng, network, 14), towns.random_entrances(rng, network, 8)
    rule = LinkRule(link_minutes=80.0, softness=20.0)
    chains = Chains.of(both_ways(place_links(network, spaces, spaces, rule)))
    gains = network_gains(chains, place_links(network, sites, spaces, rule))[:, 0]
    between, reach = towns.costs_by_networkx(network, spaces, spaces), towns.costs_by_networkx(network, sites, spaces)
    today = _typical_by_networkx(between, np.zeros((0, 14)), rule)
    assert chains.typical() == pytest.approx(today, rel=1e-9)
    expected = [_typical_by_networkx(between, row[None, :], rule) - today for row in reach]
    assert max(expected) > 0.01
    np.testing.assert_allclose(gains, expected, rtol=1e-6, atol=1e-9)


def _typical_by_networkx(between: np.ndarray, reach: np.ndarray, rule: LinkRule) -> float:
    """Return the geometric mean of the networks of spaces, with stones that count as no space."""
    n, scale = len(between), 1 + math.exp(-rule.link_minutes / rule.softness)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    walks = [(i, j, between[i, j]) for i, j in itertools.permutations(range(n), 2)]
    walks += [(n + stone, j, minutes) for (stone, j), minutes in np.ndenumerate(reach)]
    for a, b, minutes in walks:
        p = scale / (1 + math.exp((minutes - rule.link_minutes) / rule.softness)) if minutes < 1e6 else 0.0
        if p >= 0.005 and p > graph.get_edge_data(a, b, {"p": 0.0})["p"]:
            graph.add_edge(a, b, p=p, length=-math.log(p))
    lengths = dict(nx.all_pairs_dijkstra_path_length(graph, weight="length"))
    sizes = [sum(math.exp(-lengths[j][k]) for k in range(n) if k in lengths[j]) for j in range(n)]
    return math.prod(sizes) ** (1 / n)


# ---------------------------------------------------------------- nearest other space


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("try_first", [5.0, 60.0, 1e6])
def test_nearest_other_equals_networkx(towns: ModuleType, seed: int, try_first: float) -> None:
    rng = np.random.default_rng(seed)
    network = towns.random_network(rng, n_nodes=20, n_edges=26, directed=False, metric=True)
    doors = towns.random_entrances(rng, network, 14, at_ends=True)
    metres = towns.costs_by_networkx(network, doors, doors)
    np.fill_diagonal(metres, np.inf)
    expected = metres.min(axis=1)
    which, cost = nearest_other(network, doors, try_first=try_first)
    assert np.isinf(expected).any() and np.isfinite(expected).sum() > 5
    np.testing.assert_allclose(cost, expected, rtol=1e-9, atol=1e-6)
    assert ((which >= 0) == np.isfinite(expected)).all()
    reached = np.flatnonzero(which >= 0)
    np.testing.assert_allclose(metres[reached, which[reached]], expected[reached], rtol=1e-9, atol=1e-6)


# ---------------------------------------------------------------- thinning


def test_thinning_equals_networkx_on_the_spaces_that_stay(monkeypatch: Any) -> None:
    links = links_within(near(_minutes(np.random.default_rng(3), 20)), limit=13)
    stays: list[np.ndarray] = []

    class Recorder:
        def __init__(self, seed: int) -> None:
            self._rng = rng_of(seed)

        def choice(self, *args: Any, **how: Any) -> np.ndarray:
            stays.append(self._rng.choice(*args, **how))
            return stays[-1]

    rng_of = np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", Recorder)
    found = thin_out(links, 0.3, 25, seed=6)
    monkeypatch.undo()
    assert len(stays) == 25
    graph = _graph(links)
    for draw, kept in enumerate(stays):
        assert len(set(kept.tolist())) == 14
        left = nx.convert_node_labels_to_integers(graph.subgraph(kept.tolist()))
        assert found.connectivity[draw] == pytest.approx(_c(left, 14))
        assert found.isolated_share[draw] == pytest.approx(nx.number_of_isolates(left) / 14)
        assert found.links_per_space[draw] == pytest.approx(left.number_of_edges() / 14)
    assert np.ptp(found.connectivity) > 0


def test_thinning_a_complete_network_by_hand() -> None:
    # ten spaces all linked: eight stay, all joined, with 8 * 7 / 2 links
    links = links_within(near(np.ones((10, 10))), limit=15)
    found = thin_out(links, 0.2, 19, seed=1)
    assert found.connectivity.tolist() == [1] * 19
    assert found.isolated_share.tolist() == [0] * 19
    assert found.links_per_space.tolist() == [3.5] * 19


def test_thinning_few_spaces() -> None:
    none = np.array([], dtype=int)
    assert len(thin_out(Links(none, none, np.array([]), 0), 0.2, 19, seed=1).connectivity) == 0
    found = thin_out(Links(none, none, np.array([]), 1), 0.9, 19, seed=1)
    assert found.connectivity.tolist() == found.isolated_share.tolist() == [1] * 19


def test_thinning_is_the_same_by_seed() -> None:
    links = links_within(near(_minutes(np.random.default_rng(3), 20)), limit=13)
    one, again, other = (thin_out(links, 0.3, 25, seed=seed).connectivity.tolist() for seed in (1, 1, 2))
    assert one == again != other
