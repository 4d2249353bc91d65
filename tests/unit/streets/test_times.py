"""Shortest costs equal networkx on random networks and on the sample town."""

import math
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.pull.read import read_osm
from creative_nodes.streets import near, times, within
from creative_nodes.streets.network import StreetNetwork, StreetTables, build_network, find_entrances

SEEDS = range(12)


def _line(towns: ModuleType, lengths: list[float], *, oneway: bool = False) -> StreetNetwork:
    """Make a street of several pieces, junctions in a row, costs in metres."""
    x = np.concatenate([[0.0], np.cumsum(lengths)])
    u = np.arange(len(lengths))
    backward = [math.inf] * len(lengths) if oneway else lengths
    made: StreetNetwork = towns.network(np.column_stack([x, 0 * x]), u, u + 1, lengths, backward)
    return made


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("directed", [True, False])
def test_costs_between_equals_networkx(towns: ModuleType, seed: int, directed: bool) -> None:
    rng = np.random.default_rng([seed, directed])
    network = towns.random_network(rng, directed=directed)
    sources = towns.random_entrances(rng, network, 9, at_ends=not directed)
    targets = towns.random_entrances(rng, network, 7, at_ends=not directed)
    expected = towns.costs_by_networkx(network, sources, targets)
    assert np.isfinite(expected).any()
    np.testing.assert_allclose(times.costs_between(network, sources, targets), expected, rtol=1e-12, atol=1e-12)


def test_random_networks_hold_the_hard_cases(towns: ModuleType) -> None:
    unreachable = both_orders = 0
    for seed in SEEDS:
        rng = np.random.default_rng([seed, True])
        network = towns.random_network(rng)
        sources, targets = (towns.random_entrances(rng, network, n) for n in (9, 7))
        assert (network.u == network.v).any()
        assert pd.DataFrame({"u": network.u, "v": network.v}).duplicated().any()
        assert (network.length_m == 0).any()
        assert np.bincount(sources.place).max() > 1
        unreachable += np.isinf(towns.costs_by_networkx(network, sources, targets)).sum()
        for edge in np.flatnonzero(np.isinf(network.backward) & np.isfinite(network.forward)):
            a, b = sources.share[sources.edge == edge], targets.share[targets.edge == edge]
            both_orders += bool(len(a) and len(b) and (a[:, None] < b).any() and (a[:, None] > b).any())
    assert unreachable > 0
    assert both_orders > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_limit_cuts_what_lies_beyond_and_nothing_else(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng([seed, 2])
    network = towns.random_network(rng)
    sources, targets = (towns.random_entrances(rng, network, n) for n in (8, 8))
    expected = towns.costs_by_networkx(network, sources, targets)
    limit = float(np.median(expected[np.isfinite(expected)])) + 1e-6
    expected[expected > limit] = np.inf
    assert np.isfinite(expected).any()
    np.testing.assert_allclose(times.costs_between(network, sources, targets, limit=limit), expected, rtol=1e-12)


def test_limit_itself_is_within(towns: ModuleType) -> None:
    network = _line(towns, [64.0, 64.0, 64.0])
    sources = towns.entrances((0, 0, 0.5, 8.0))
    targets = towns.entrances((0, 2, 0.5, 16.0), (1, 0, 0.75, 16.0), (2, 2, 1.0, 0.0))
    expected = [8 + 32 + 64 + 32 + 16, 8 + 16 + 16, 8 + 32 + 128]
    found = times.costs_between(network, sources, targets)
    assert found[0].tolist() == expected
    for column, cost in enumerate(expected):
        assert times.costs_between(network, sources, targets, limit=cost)[0, column] == cost
        assert times.costs_between(network, sources, targets, limit=cost - 0.001)[0, column] == math.inf
    amounts = np.array([1.0, 10.0, 100.0])
    assert within.total_within(network, sources, targets, amounts, limit=152).tolist() == [11]
    assert within.total_within(network, sources, targets, amounts, limit=168).tolist() == [111]
    of_nodes = within.total_within_of_nodes(network, targets, amounts, limit_m=112)
    # from the junctions at 0, 64, 128, 192: 176, 64 and 192 m; 112, 32, 128; 48, 96, 64; 48, 160, 0
    assert of_nodes.tolist() == [10, 11, 111, 101]


def test_two_places_on_a_oneway_edge(towns: ModuleType) -> None:
    network = _line(towns, [100.0], oneway=True)
    places = towns.entrances((0, 0, 0.2, 1.0), (1, 0, 0.7, 2.0))
    found = times.costs_between(network, places, places)
    assert found[0, 1] == pytest.approx(1 + 50 + 2)
    assert found[1, 0] == math.inf


def test_on_a_oneway_ring_the_way_back_goes_all_around(towns: ModuleType) -> None:
    xy = [[0, 0], [100, 0], [50, 80]]
    network = towns.network(xy, [0, 1, 2], [1, 2, 0], [100] * 3, [math.inf] * 3)
    places = towns.entrances((0, 0, 0.2, 0.0), (1, 0, 0.7, 0.0))
    np.testing.assert_allclose(times.costs_between(network, places, places), [[0, 50], [250, 0]], atol=1e-9)


def test_a_place_is_never_a_shortcut(towns: ModuleType) -> None:
    # place 1 has a door at each end of a long street: nobody may walk through it
    network = _line(towns, [1000.0])
    ends = towns.entrances((0, 0, 0.0, 0.0), (1, 0, 0.1, 5.0), (1, 0, 0.9, 5.0), (2, 0, 1.0, 0.0))
    found = times.costs_between(network, ends, ends)
    assert found[0, 2] == pytest.approx(1000)
    assert [found[0, 1], found[1, 2]] == pytest.approx([105, 105])


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_an_entrance_at_a_junction_uses_every_street_of_that_junction(towns: ModuleType, share: float) -> None:
    # A - B - C, and a oneway street B > D (or D > B) that the entrance at B happens to be noted on
    xy = [[0, 0], [100, 0], [200, 0], [100, 100]]
    last = (1, 3) if share == 0 else (3, 1)
    network = towns.network(xy, [0, 1, last[0]], [1, 2, last[1]], [100] * 3, [100, 100, math.inf])
    places = towns.entrances((0, 2, share, 0.0), (1, 0, 0.5, 0.0), (2, 1, 0.5, 0.0))
    expected = towns.costs_by_networkx(network, places, places)
    assert expected[0].tolist() == expected[:, 0].tolist() == [0, 50, 50]
    np.testing.assert_allclose(times.costs_between(network, places, places), expected, atol=1e-9)


def test_unreachable_and_without_entrance_are_infinite(towns: ModuleType) -> None:
    network = _line(towns, [100.0, 100.0], oneway=True)
    sources = towns.entrances((0, 1, 0.5, 0.0), n_places=2)
    targets = towns.entrances((1, 0, 0.5, 0.0), n_places=2)
    assert np.isinf(times.costs_between(network, sources, targets)).all()
    assert np.isinf(times.cost_to_nearest(network, sources, targets)).all()
    assert within.total_within(network, sources, targets, np.ones(2), limit=1e9).tolist() == [0, 0]


def test_no_places_at_all(towns: ModuleType) -> None:
    network = _line(towns, [100.0])
    none, one = towns.entrances(n_places=0), towns.entrances((0, 0, 0.5, 0.0))
    assert times.costs_between(network, none, one).shape == (0, 1)
    assert times.costs_between(network, one, none).shape == (1, 0)
    assert times.cost_to_nearest(network, one, none).tolist() == [math.inf]
    assert within.total_within(network, one, none, np.array([]), limit=10).tolist() == [0]
    assert within.total_within_of_nodes(network, none, np.array([]), limit_m=10).tolist() == [0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_cost_to_nearest_is_the_least_of_the_row(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng([seed, 3])
    network = towns.random_network(rng)
    sources, targets = (towns.random_entrances(rng, network, n) for n in (12, 4))
    expected = towns.costs_by_networkx(network, sources, targets).min(axis=1)
    assert np.isfinite(expected).any()
    np.testing.assert_allclose(times.cost_to_nearest(network, sources, targets), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_total_within_adds_up_what_networkx_reaches(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng([seed, 4])
    network = towns.random_network(rng)
    sources, targets = (towns.random_entrances(rng, network, n) for n in (6, 15))
    amounts = rng.integers(1, 1000, 15).astype(float)
    expected = (towns.costs_by_networkx(network, sources, targets) <= 300) @ amounts
    assert expected.any()
    found = within.total_within(network, sources, targets, amounts, limit=300)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", [40.0, 150.0, 2000.0])
def test_total_within_of_nodes_equals_networkx(towns: ModuleType, seed: int, limit: float) -> None:
    rng = np.random.default_rng([seed, 5])
    network = towns.random_network(rng, n_nodes=20, n_edges=40, metric=True)
    targets = towns.random_entrances(rng, network, 15)
    amounts = rng.integers(1, 1000, 15).astype(float)
    graph = towns.split_graph(network, targets)
    expected = np.zeros(network.n_nodes)
    for node in range(network.n_nodes):
        found = nx.single_source_dijkstra_path_length(graph, node)
        expected[node] = sum(
            amounts[j] for j in range(15) if found.get(("place", 0, j, "in"), math.inf) <= limit + 1e-9
        )
    np.testing.assert_allclose(
        within.total_within_of_nodes(network, targets, amounts, limit_m=limit), expected, rtol=1e-12
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("most", [1, 3])
def test_totals_within_several_limits_add_up_what_networkx_reaches(towns: ModuleType, seed: int, most: int) -> None:
    rng = np.random.default_rng([seed, most, 6])
    network = towns.random_network(rng)
    sources = towns.random_entrances(rng, network, 8)
    targets = towns.random_entrances(rng, network, 40, most=most, at_ends=seed % 2 == 0)
    amounts = rng.uniform(0, 1000, (40, 3))
    costs = towns.costs_by_networkx(network, sources, targets)
    limits = [300.0, 60.0, 150.0, math.inf]
    expected = np.stack([((costs <= limit) & np.isfinite(costs)) @ amounts for limit in limits], axis=1)
    assert (np.diff(np.sort(expected, axis=1), axis=1) > 0).any(axis=(0, 2)).all()
    found = within.totals_within(network, sources, targets, amounts, limits=limits)
    assert found.shape == (8, 4, 3)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    one_kind = within.totals_within(network, sources, targets, amounts[:, 1], limits=limits)
    np.testing.assert_array_equal(one_kind, found[:, :, 1])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("most", [1, 3])
def test_one_search_counts_for_several_limits_and_targets_as_one_for_each(
    towns: ModuleType, monkeypatch: pytest.MonkeyPatch, seed: int, most: int
) -> None:
    """Equal to the bit: which other limits, targets and sources are asked for changes nothing of a count."""
    rng = np.random.default_rng([seed, most, 9])
    network = towns.random_network(rng, n_nodes=60, n_edges=120, directed=True)
    sources = towns.random_entrances(rng, network, 21, most=2)
    asked = [
        within.Held(towns.random_entrances(rng, network, n, most=most), rng.uniform(0, 1000, (n, 2)[:axes]), limits)
        for n, axes, limits in ((400, 1, [60.0, 300.0]), (90, 2, [150.0]), (400, 1, [math.inf, 20.0]))
    ]
    together = within.totals_within_each(network, sources, asked)
    assert [one.shape for one in together] == [(21, 2), (21, 1, 2), (21, 2)]
    monkeypatch.setattr(times, "AT_ONCE", 4)
    monkeypatch.setattr(times, "MAX_MATRIX", 5 * 2000)
    for found, one in zip(together, asked, strict=True):
        for k, limit in enumerate(one.limits):
            alone = within.totals_within(network, sources, one.targets, one.amounts, limits=[limit])
            np.testing.assert_array_equal(found[:, k], alone[:, 0])
            for place in range(0, 21, 5):
                chosen = np.arange(21) == place
                single = within.totals_within(network, sources.of(chosen), one.targets, one.amounts, limits=[limit])
                np.testing.assert_array_equal(found[[place], k], single[:, 0])
    assert all((np.ptp(one, axis=0) > 0).any() for one in together)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("most", [1, 3])
def test_totals_within_of_nodes_equal_networkx(towns: ModuleType, seed: int, most: int) -> None:
    rng = np.random.default_rng([seed, most, 7])
    network = towns.random_network(rng, n_nodes=30, n_edges=60, metric=True)
    targets = towns.random_entrances(rng, network, 50, most=most)
    amounts = rng.uniform(0, 1000, (50, 2))
    limits = [35.0, 250.0, 120.0, math.inf]
    graph = towns.split_graph(network, targets)
    costs = np.full((network.n_nodes, 50), math.inf)
    for node in range(network.n_nodes):
        found = nx.single_source_dijkstra_path_length(graph, node)
        costs[node] = [found.get(("place", 0, j, "in"), math.inf) for j in range(50)]
    expected = np.stack([((costs <= limit) & np.isfinite(costs)) @ amounts for limit in limits], axis=1)
    assert (expected[:, 0] < expected[:, 1]).any()
    found = within.totals_within_of_nodes(network, targets, amounts, limits_m=limits)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_node_costs_equal_networkx(towns: ModuleType, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    rng = np.random.default_rng([seed, 8])
    network = towns.random_network(rng)
    sources = towns.random_entrances(rng, network, 9)
    graph = towns.split_graph(network, sources)
    expected = np.full((9, network.n_nodes), math.inf)
    for place in np.unique(sources.place):
        found = nx.single_source_dijkstra_path_length(graph, ("place", 0, int(place), "out"), cutoff=200)
        expected[place] = [found.get(node, math.inf) for node in range(network.n_nodes)]
    assert np.isinf(expected).any(axis=1).all()
    assert np.isfinite(expected).any()
    monkeypatch.setattr(times, "MAX_MATRIX", 60)
    blocks = list(times.node_costs(network, sources, limit=200))
    assert len(blocks) > 1
    assert np.concatenate([rows for rows, _ in blocks]).tolist() == list(range(9))
    np.testing.assert_allclose(np.concatenate([costs for _, costs in blocks]), expected, rtol=1e-6, atol=1e-9)


def test_a_street_reached_from_both_ends_counts_every_home_once(towns: ModuleType) -> None:
    # a ring of 100 + 100 + 200 m; from the corner opposite, the homes on the long side are reached from both ends
    network = towns.network([[0, 0], [100, 0], [50, 80]], [0, 1, 2], [1, 2, 0], [200, 100, 100], [200, 100, 100])
    source = towns.entrances((0, 1, 1.0, 0.0))
    homes = towns.entrances(*((k, 0, share, 0.0) for k, share in enumerate([0.1, 0.3, 0.5, 0.6, 0.9])))
    amounts = np.array([1.0, 10.0, 100.0, 1000.0, 10000.0])
    # 120, 160, 200, 180 and 120 m away
    found = within.totals_within(network, source, homes, amounts, limits=[119, 120, 160, 180, 200, 1000])
    assert found.tolist() == [[0, 10001, 10011, 11011, 11111, 11111]]
    of_nodes = within.totals_within_of_nodes(network, homes, amounts, limits_m=[119, 160, 200])
    assert of_nodes[2].tolist() == [0, 10011, 11111]


def test_homes_on_ones_own_street_count_though_its_ends_are_out_of_reach(towns: ModuleType) -> None:
    network = _line(towns, [1000.0, 1000.0])
    source = towns.entrances((0, 0, 0.5, 0.0))
    homes = towns.entrances((0, 0, 0.45, 0.0), (1, 0, 0.6, 0.0), (1, 1, 0.5, 0.0), (2, 1, 0.1, 0.0))
    found = within.totals_within(network, source, homes, np.array([1.0, 10.0, 100.0]), limits=[60, 110, 700])
    assert found.tolist() == [[1, 11, 111]]


def test_total_within_of_nodes_wants_metres(towns: ModuleType) -> None:
    network = towns.random_network(np.random.default_rng(0))
    with pytest.raises(ValueError, match="metres"):
        within.total_within_of_nodes(network, towns.entrances((0, 0, 0.5, 0.0)), np.ones(1), limit_m=10)


@pytest.mark.parametrize("numbers", [1, 40, 97])
def test_blocks_smaller_than_the_matrix_change_nothing(
    towns: ModuleType, monkeypatch: pytest.MonkeyPatch, numbers: int
) -> None:
    rng = np.random.default_rng(11)
    network = towns.random_network(rng, n_nodes=20, n_edges=40, metric=True)
    sources, targets = (towns.random_entrances(rng, network, n) for n in (11, 13))
    amounts = rng.integers(1, 100, 13).astype(float)  # whole numbers, so that sums are exact

    def all_of_it() -> list[np.ndarray]:
        return [
            times.costs_between(network, sources, targets, limit=700),
            within.total_within(network, sources, targets, amounts, limit=700),
            within.total_within_of_nodes(network, targets, amounts, limit_m=200),
            within.totals_within_of_nodes(network, targets, np.column_stack([amounts, amounts]), limits_m=[90, 300]),
        ]

    whole = all_of_it()
    monkeypatch.setattr(times, "MAX_MATRIX", numbers)
    for one, other in zip(whole, all_of_it(), strict=True):
        np.testing.assert_array_equal(one, other)
    blocks = [rows for rows, _ in times.cost_rows(network, sources, targets)]
    assert len(blocks) > 1
    assert np.concatenate(blocks).tolist() == list(range(11))


def test_cost_rows_are_the_rows_of_the_matrix(towns: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(12)
    network = towns.random_network(rng)
    sources, targets = (towns.random_entrances(rng, network, n) for n in (10, 6))
    expected = towns.costs_by_networkx(network, sources, targets)
    monkeypatch.setattr(times, "MAX_MATRIX", 100)
    for rows, costs in times.cost_rows(network, sources, targets):
        assert costs.shape == (len(rows), 6)
        np.testing.assert_allclose(costs, expected[rows], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", [150.0, 700.0, math.inf])
def test_searches_where_nodes_are_numbered_anew_equal_the_others(
    towns: ModuleType, monkeypatch: pytest.MonkeyPatch, seed: int, limit: float
) -> None:
    rng = np.random.default_rng([seed, 7])
    network = towns.random_network(rng, directed=True, metric=True)
    sources = towns.random_entrances(rng, network, 23)
    monkeypatch.setattr(times, "MAX_MATRIX", 7 * (network.n_nodes + 23))
    monkeypatch.setattr(times, "AT_ONCE", 3)
    found = {}
    for share in (1.0, -1.0):
        monkeypatch.setattr(times, "MUCH", share)
        blocks = [costs for _, costs in times.searches(network, sources, limit=limit)]
        assert [len(one) for one in blocks] == [7, 7, 7, 2]
        # blocks sum up in the order of their memory
        assert {one.strides for one in blocks} == {(8 * (network.n_nodes + 23), 8)}
        found[share] = np.concatenate(blocks)
    np.testing.assert_array_equal(found[-1.0], found[1.0])


def test_nodes_are_numbered_anew_only_where_the_first_sources_reach_many(
    towns: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = _line(towns, [100.0] * 40)
    sources = towns.entrances(*[(place, place, 0.5, 0.0) for place in range(40)], n_places=40)
    monkeypatch.setattr(times, "MAX_MATRIX", 10 * (network.n_nodes + 40))
    ordered: list[int] = []
    along_z = times.along_z
    monkeypatch.setattr(times, "along_z", lambda xy: ordered.append(len(xy)) or along_z(xy))
    for limit, once in ((150, []), (3000, [41]), (math.inf, [41])):
        ordered.clear()
        assert sum(len(rows) for rows, _ in times.searches(network, sources, limit=limit)) == 40
        assert ordered == once


def test_neighbours_are_near_each_other_along_a_z() -> None:
    corners = np.array([[9.0, 9.0], [0.0, 0.0], [9.0, 0.0], [0.1, 0.0], [0.0, 9.0], [8.9, 9.0]])
    assert times.along_z(corners).tolist() == [1, 3, 2, 4, 5, 0]
    assert times.along_z(corners[:0]).tolist() == []
    assert times.along_z(corners[[0, 0]]).tolist() == [0, 1]


# ---------------------------------------------------------------- pairs near each other


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("group", [1, 4, 64])
@pytest.mark.parametrize("limit", [150.0, 700.0, math.inf])
def test_near_costs_equal_networkx(
    towns: ModuleType, monkeypatch: pytest.MonkeyPatch, seed: int, group: int, limit: float
) -> None:
    rng = np.random.default_rng([seed, 5])
    network = towns.random_network(rng, directed=True, metric=True)
    sources, targets = (towns.random_entrances(rng, network, n) for n in (11, 8))
    expected = towns.costs_by_networkx(network, sources, targets)
    expected[expected > limit] = np.inf
    monkeypatch.setattr(near, "GROUP", group)
    found = near.near_costs(network, sources, targets, limit=limit)
    np.testing.assert_allclose(found.dense(), expected, rtol=1e-12, atol=1e-9)
    np.testing.assert_array_equal(found.dense(), times.costs_between(network, sources, targets, limit=limit))
    assert (np.diff(found.a * 8 + found.b) > 0).all()


def test_near_costs_of_nobody(towns: ModuleType) -> None:
    network = _line(towns, [100.0, 100.0])
    none, one = towns.entrances(n_places=0), towns.entrances((0, 0, 0.5, 0.0))
    for sources, targets in ((none, one), (one, none), (none, none)):
        found = near.near_costs(network, sources, targets, limit=1000)
        assert (len(found.a), found.shape) == (0, (sources.n_places, targets.n_places))


def test_pairs_either_way_take_the_cheaper_direction() -> None:
    there = np.array([0, 0, 1, 2]), np.array([0, 1, 0, 0]), np.array([5.0, 3.0, 2.0, 7.0])
    both = near.Near.of(*there, (3, 3)).either_way()
    assert list(zip(both.a.tolist(), both.b.tolist(), both.cost.tolist(), strict=True)) == [
        (0, 1, 2.0), (0, 2, 7.0), (1, 0, 2.0), (2, 0, 7.0)
    ]  # fmt: skip


# ---------------------------------------------------------------- sample town


@pytest.fixture(scope="module")
def town(towns: ModuleType) -> Any:
    path = towns.ROOT / "tests" / "data" / "sample_town" / "sample.osm.pbf"
    return read_osm(path, modes=towns.config().travel.modes, epsg=towns.EPSG)


def _by_networkx(town: Any, mode: str, speeds: dict[str, float], *, oneway: bool, capped: bool) -> nx.MultiDiGraph:
    """Build the graph of a mode from the street tables: minutes, numbered by OSM node."""
    graph = nx.MultiDiGraph()
    for row in town.street_edges[town.street_edges[mode]].itertuples():
        kmh = speeds.get(row.highway, speeds.get(row.highway.replace("_link", ""), speeds["default"]))
        if capped and not math.isnan(row.maxspeed_kmh):
            kmh = min(kmh, row.maxspeed_kmh)
        cost = row.length_m * 60 / (kmh * 1000)
        way = getattr(row, f"oneway_{mode}") if oneway else 0
        if way != -1:
            graph.add_edge(row.u, row.v, key=("to", row.Index), weight=cost)
        if way != 1:
            graph.add_edge(row.v, row.u, key=("back", row.Index), weight=cost)
    largest = max(nx.strongly_connected_components(graph), key=len)
    return nx.MultiDiGraph(graph.subgraph(largest))


def _quickest(graph: nx.MultiDiGraph) -> nx.DiGraph:
    """Keep of parallel ways the quickest, which a search would look for again at each step."""
    alone = nx.DiGraph()
    for a, b, cost in graph.edges(data="weight"):
        if cost < alone.get_edge_data(a, b, {"weight": math.inf})["weight"]:
            alone.add_edge(a, b, weight=cost)
    return alone


def _network(towns: ModuleType, town: Any, mode: str, *, in_metres: bool = False) -> StreetNetwork:
    # only the largest piece of street stays
    travel = towns.config().travel.model_copy(update={"min_island_nodes": 10**9})
    return build_network(
        StreetTables(town.street_nodes, town.street_edges, towns.EPSG),
        mode=mode,
        travel=travel,
        country="VN",
        in_metres=in_metres,
    )


def _doors_at(network: StreetNetwork, nodes: np.ndarray) -> Any:
    points = shapely.points(network.xy[np.searchsorted(network.node_ids, nodes)])
    return find_entrances(network, points, within_m=1, spacing_m=100)


def test_walks_between_200_junctions_of_the_sample_town(towns: ModuleType, town: Any) -> None:
    graph = _by_networkx(town, "walk", {"default": 4.8}, oneway=False, capped=False)
    network = _network(towns, town, "walk")
    assert set(network.node_ids) == set(graph.nodes)
    chosen = np.random.default_rng(5).choice(np.sort(np.array(graph.nodes)), size=200, replace=False)
    doors = _doors_at(network, chosen)
    found = times.costs_between(network, doors, doors)
    quickest = _quickest(graph)
    # from a quarter of them to all: ten thousand walks
    for row, node in list(enumerate(chosen))[::4]:
        lengths = nx.single_source_dijkstra_path_length(quickest, node)
        np.testing.assert_allclose(found[row], [lengths[other] for other in chosen], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(found, found.T, rtol=1e-6, atol=1e-7)


def test_rides_from_200_streets_of_the_sample_town(towns: ModuleType, town: Any) -> None:
    speeds = towns.config().travel.speeds_kmh["VN"]["motorbike"]
    graph = _by_networkx(town, "motorbike", speeds, oneway=True, capped=True)
    network = _network(towns, town, "motorbike")
    assert set(network.node_ids) == set(graph.nodes)
    assert np.isinf(network.backward).any()
    rng = np.random.default_rng(6)
    edge = rng.choice(len(network.u), size=200, replace=False)
    # make sure that oneway streets are among them
    edge[:5] = np.flatnonzero(np.isinf(network.backward))[:5]
    edge = np.unique(edge)
    middle = towns.entrances(*((k, int(e), 0.5, 0.0) for k, e in enumerate(edge)))
    found = times.costs_between(network, middle, middle)
    ids = network.node_ids

    def halves(e: int) -> list[tuple[Any, Any, float]]:
        """Return (from, to, minutes of half the edge) of the directions that are open."""
        u, v = ids[network.u[e]], ids[network.v[e]]
        return [(a, b, one["weight"] / 2) for a, b in ((u, v), (v, u)) if b in graph[a] for one in graph[a][b].values()]

    pairs = pd.DataFrame({"a": np.minimum(network.u, network.v), "b": np.maximum(network.u, network.v)})
    alone = ~pairs.duplicated(keep=False).to_numpy()[edge]
    # an edge beside a parallel one would not be told apart here
    assert alone.sum() > 150
    ends, quickest = {column: halves(edge[column]) for column in np.flatnonzero(alone)}, _quickest(graph)
    for row in np.flatnonzero(alone)[::5]:
        ways = [(nx.single_source_dijkstra_path_length(quickest, b), cost) for _, b, cost in ends[row]]
        for column, arrive in ends.items():
            best = min(way[a] + cost + last for way, cost in ways for a, _, last in arrive)
            assert found[row, column] == pytest.approx(0 if row == column else best, rel=1e-6, abs=1e-7)


def test_totals_of_200_junctions_of_the_sample_town(towns: ModuleType, town: Any) -> None:
    graph = _by_networkx(town, "walk", {"default": 0.06}, oneway=False, capped=False)  # 1 m a minute
    network = _network(towns, town, "walk", in_metres=True)
    rng = np.random.default_rng(7)
    homes = rng.choice(network.node_ids, size=300, replace=False)
    amounts = rng.integers(1, 50, 300).astype(float)
    found = within.total_within_of_nodes(network, _doors_at(network, homes), amounts, limit_m=437.3)
    chosen, quickest = rng.choice(network.n_nodes, size=200, replace=False), _quickest(graph)
    for node in chosen:
        reached = nx.single_source_dijkstra_path_length(quickest, network.node_ids[node], cutoff=437.3)
        assert found[node] == pytest.approx(sum(a for h, a in zip(homes, amounts, strict=True) if h in reached))
