"""Clusters by network distance, and the test against chance (METHOD section 6)."""

import itertools
import math
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pytest
import shapely
from sklearn.cluster import DBSCAN

from creative_nodes import clusters, tables
from creative_nodes.config import ClusterSettings
from creative_nodes.travel.network import Network


def _settings(**changes: Any) -> ClusterSettings:
    given: dict[str, Any] = {"eps_m": 300, "min_spaces": 4, "simulations": 99, "max_p_value": 0.05, **changes}
    return ClusterSettings.model_validate(given)


def _walk(towns: ModuleType, columns: int, rows: int, block_m: float = 100.0) -> Network:
    found: Network = towns.streets(towns.grid_tables(columns, rows, block_m)).network("walk", in_metres=True)
    return found


def _same_groups(one: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether two labellings put the same rows together, noise (-1) being noise in both."""
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}) and all(
        (a == -1) == (b == -1) for a, b in pairs
    )


# ---------------------------------------------------------------- DBSCAN


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("least", [2, 4, 6])
def test_labels_equal_sklearn_on_the_full_matrix(seed: int, least: int) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 2500, size=(80, 2))
    metres = np.abs(xy[:, None] - xy[None]).sum(axis=2)
    metres[3, 5] = metres[5, 3] = 0.0  # two spaces at one address
    settings = _settings(min_spaces=least)
    expected = DBSCAN(eps=300, min_samples=least, metric="precomputed").fit(metres).labels_
    found = clusters.dbscan(clusters.near_pairs(metres, within_m=300), settings)
    assert expected.max() >= 0
    assert -1 in expected or least == 2
    assert _same_groups(found, expected)


def test_out_of_reach_and_the_place_itself(towns: ModuleType) -> None:
    # the cost from a place to itself is two legs: it must not keep a place from being its own neighbour
    metres = np.array([[400.0, 50, 50, math.inf], [50, 400, 50, math.inf], [50, 50, 400, math.inf], [math.inf] * 4])
    found = clusters.dbscan(clusters.near_pairs(metres, within_m=300), _settings(min_spaces=3))
    assert found.tolist() == [0, 0, 0, -1]


def test_the_shorter_way_of_both_counts() -> None:
    metres = np.array([[0.0, 200], [900, 0]])
    assert clusters.dbscan(clusters.near_pairs(metres, within_m=300), _settings(min_spaces=2)).tolist() == [0, 0]


def test_exactly_eps_is_near() -> None:
    metres = np.array([[0.0, 300, 600], [300, 0, 300.01], [600, 300.01, 0]])
    assert clusters.dbscan(clusters.near_pairs(metres, within_m=300), _settings(min_spaces=2)).tolist() == [0, 0, -1]


def test_no_spaces_no_clusters() -> None:
    assert len(clusters.dbscan(clusters.near_pairs(np.zeros((0, 0)), within_m=300), _settings())) == 0


# ---------------------------------------------------------------- chance


def test_random_pairs_equal_networkx(towns: ModuleType) -> None:
    network = _walk(towns, 7, 6)
    usable = np.arange(len(network.u))
    between = clusters._node_distances(network, np.arange(network.n_nodes), 300)
    placed: Any = _Recorder(np.random.default_rng(4))
    pairs = clusters._random_pairs(clusters._Streets(network, usable, between), 60, 300, placed)
    edge, share = placed.edge, placed.share
    graph = towns.split_graph(
        network,
        towns.entrances(*((k, int(e), float(s), 0.0) for k, (e, s) in enumerate(zip(edge, share, strict=True)))),
    )
    found = pairs.toarray()
    near = 0
    for i in range(60):
        lengths = nx.single_source_dijkstra_path_length(graph, ("place", 0, i, "out"))
        for j in range(60):
            if i == j:
                continue
            expected = lengths[("place", 0, j, "in")]
            if expected <= 300:
                near += 1
                assert found[i, j] == pytest.approx(expected, rel=1e-6, abs=1e-6)
            else:
                assert found[i, j] == 0
    assert near > 100


class _Recorder:
    """A generator that keeps what it drew."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def choice(self, *args: Any, **kwargs: Any) -> np.ndarray:
        self.edge: np.ndarray = self._rng.choice(*args, **kwargs)
        return self.edge

    def random(self, n: int) -> np.ndarray:
        self.share: np.ndarray = self._rng.random(n)
        return self.share


@pytest.mark.parametrize("within_m", [120.0, 450.0])
def test_node_distances_equal_networkx(towns: ModuleType, within_m: float) -> None:
    network = _walk(towns, 14, 9)
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(network.u.tolist(), network.v.tolist(), network.length_m.tolist(), strict=True))
    found = clusters._node_distances(network, np.arange(network.n_nodes), within_m).tocoo()
    assert len(set(zip(found.row.tolist(), found.col.tolist(), strict=True))) == found.nnz
    expected = {
        (a, b): metres
        for a in graph
        for b, metres in nx.single_source_dijkstra_path_length(graph, a, cutoff=within_m).items()
    }
    assert len(expected) == found.nnz
    for a, b, metres in zip(found.row.tolist(), found.col.tolist(), found.data.tolist(), strict=True):
        assert metres == pytest.approx(expected[a, b], abs=1e-6)


def test_points_are_placed_by_length_of_street(towns: ModuleType) -> None:
    # one street of 900 m and one of 100 m
    points = {1: (0, 0), 2: (900, 0), 3: (1000, 0)}
    network = towns.streets(towns.street_tables(points, [(1, 2, {}), (2, 3, {})])).network("walk", in_metres=True)
    drawn: Any = _Recorder(np.random.default_rng(0))
    between = clusters._node_distances(network, np.arange(3), 10)
    clusters._random_pairs(clusters._Streets(network, np.arange(2), between), 4000, 10, drawn)
    assert (network.length_m[drawn.edge] > 500).mean() == pytest.approx(0.9, abs=0.02)


def _everywhere(towns: ModuleType) -> shapely.Geometry:
    return towns.to_metric(shapely.box(-50, -50, 10_000, 10_000))


def test_placements_are_the_same_by_seed(towns: ModuleType) -> None:
    network = _walk(towns, 15, 15)
    one, again, other = (
        clusters.largest_by_chance(network, _everywhere(towns), 25, _settings(simulations=40), seed=seed)
        for seed in (1, 1, 2)
    )
    assert one.tolist() == again.tolist()
    assert one.tolist() != other.tolist()
    assert len(one) == 40
    assert one.min() >= 0
    assert one.max() <= 25


def test_more_spaces_make_larger_clusters_by_chance(towns: ModuleType) -> None:
    network = _walk(towns, 15, 15)
    few, many = (
        clusters.largest_by_chance(network, _everywhere(towns), n, _settings(simulations=40), seed=3) for n in (10, 60)
    )
    assert many.mean() > few.mean()


def test_spaces_are_placed_inside_the_study_area_only(towns: ModuleType) -> None:
    # in a small corner of the grid everything is near everything
    network = _walk(towns, 20, 20)
    corner = towns.to_metric(shapely.box(-10, -10, 110, 110))
    found = clusters.largest_by_chance(network, corner, 12, _settings(simulations=19), seed=0)
    assert found.tolist() == [12] * 19
    nowhere = towns.to_metric(shapely.box(5010, 5010, 5020, 5020))
    assert clusters.largest_by_chance(network, nowhere, 12, _settings(simulations=19), seed=0).tolist() == [0] * 19


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_few_spaces_far_apart_are_no_cluster_by_chance(towns: ModuleType, n: int) -> None:
    # in a large town a placement may hold no two points near each other
    network = _walk(towns, 40, 40, 200.0)
    found = clusters.largest_by_chance(network, _everywhere(towns), n, _settings(simulations=19), seed=0)
    assert found.tolist() == [0] * 19


def test_no_spaces_are_never_clustered_by_chance(towns: ModuleType) -> None:
    found = clusters.largest_by_chance(_walk(towns, 4, 4), _everywhere(towns), 0, _settings(simulations=19), seed=0)
    assert found.tolist() == [0] * 19


def test_pseudo_p_by_hand() -> None:
    # 199 simulations, nine hold one as large: 10 / 200
    by_chance = np.array([7] * 6 + [8] * 3 + [3] * 190)
    assert clusters.pseudo_p(7, by_chance) == pytest.approx(0.05)
    assert clusters.pseudo_p(9, by_chance) == pytest.approx(1 / 200)
    assert clusters.pseudo_p(3, by_chance) == 1


# ---------------------------------------------------------------- a town


def _connect(towns: ModuleType, creative: Any, *, blocks: int = 30, seed: int = 80, **how: Any) -> clusters.Connected:
    config = towns.config()
    area = shapely.box(-10, -10, (blocks - 1) * 100 + 10, (blocks - 1) * 100 + 10)
    found = clusters.connect_spaces(
        creative,
        how.pop("places", towns.places()),
        towns.streets(towns.grid_tables(blocks, blocks)),
        area=towns.to_degrees(area),
        clusters=_settings(**how),
        network=config.network,
        seed=seed,
    )
    for name, table in (("creative", found.creative), ("clusters", found.clusters), ("links", found.links)):
        tables.check(table, tables.TABLES[name], where="test")
    return found


def _scattered(rng: np.random.Generator, n: int, blocks: int = 30) -> list[tuple[float, float]]:
    """Place n points at random along the streets of the grid."""
    line, along = rng.integers(0, blocks, n) * 100.0, rng.uniform(0, (blocks - 1) * 100, n)
    across = rng.random(n) < 0.5
    return [(a, b) if way else (b, a) for a, b, way in zip(line, along, across, strict=True)]


def test_a_planted_cluster_is_kept(towns: ModuleType) -> None:
    rng = np.random.default_rng(8)
    planted = [(1500 + dx, 1500 + dy) for dx, dy in itertools.product((0, 40, 80), (0, 100))]
    planted += [(1500, 1540), (1500, 1570), (1600, 1520), (1600, 1550)]
    spots = planted + _scattered(rng, 25)
    rows = [{"geometry": towns.at(x, y), "name": f"n{k}"} for k, (x, y) in enumerate(spots)]
    rows[3] |= {"name": "Nhà Lớn", "registry_id": "R-1", "tier": "supporting"}
    places = towns.places(
        ({"place": "suburb", "name": "Phố Giữa"}, towns.at(1500, 1600)),
        ({"place": "suburb", "name": "Phố Xa"}, towns.at(200, 200)),
        ({"place": "city", "name": "Thành phố"}, towns.at(1540, 1540)),
    )
    found = _connect(towns, towns.spaces(*rows), places=places)
    first = found.clusters.iloc[0]
    assert first["n_spaces"] >= len(planted)
    assert first["p_value"] <= 0.05
    assert bool(first["kept"])
    assert first["name"] == "Nhà Lớn, Phố Giữa"
    ids = found.creative["cluster_id"].tolist()
    assert set(ids[: len(planted)]) == {first["cluster_id"]}
    assert ids.count(first["cluster_id"]) == first["n_spaces"]
    # its shape holds its members
    members = shapely.points(np.array(spots)[: len(planted)])
    assert shapely.covers(first["geometry"], towns.to_degrees(members)).all()
    # spaces of clusters that chance explains belong to none
    kept = set(found.clusters.loc[found.clusters["kept"], "cluster_id"])
    assert set(ids) <= kept | {""}
    assert (found.clusters["kept"] == (found.clusters["p_value"] <= 0.05)).all()


def test_the_largest_cluster_comes_first(towns: ModuleType) -> None:
    spots = [(100 + 30 * k, 100) for k in range(5)] + [(2000 + 30 * k, 2000) for k in range(8)]
    found = _connect(towns, towns.spaces(*({"geometry": towns.at(*xy)} for xy in spots)))
    assert found.clusters["n_spaces"].tolist() == [8, 5]
    assert found.clusters["cluster_id"].tolist() == ["k1", "k2"]
    assert found.clusters["p_value"].is_monotonic_increasing


def test_uniform_spaces_are_mostly_not_a_cluster(towns: ModuleType) -> None:
    network = _walk(towns, 30, 30)
    settings = _settings()
    by_chance = clusters.largest_by_chance(network, _everywhere(towns), 40, settings, seed=1)
    kept = 0
    for seed in range(20):
        spots = np.array(_scattered(np.random.default_rng([seed, 9]), 40))
        labels = clusters.dbscan(clusters.near_pairs(_grid_metres(spots), within_m=300), settings)
        sizes = np.bincount(labels[labels >= 0], minlength=1)
        kept += clusters.pseudo_p(int(sizes.max()), by_chance) <= 0.05
    # one in twenty is expected
    assert kept <= 4


def _grid_metres(spots: np.ndarray) -> np.ndarray:
    """Return the walk between points on the streets of the grid, never shorter than both sides of the corner."""
    metres = np.abs(spots[:, None] - spots[None]).sum(axis=2)
    for i, j in itertools.combinations(range(len(spots)), 2):
        for axis in (0, 1):
            # two points on different parallel streets, between the same crossings, go around by either
            other = 1 - axis
            on_street = spots[[i, j], axis] % 100 == 0
            blocks = spots[[i, j], other] // 100
            if on_street.all() and blocks[0] == blocks[1] and spots[i, axis] != spots[j, axis]:
                a, b = spots[[i, j], other] % 100
                metres[i, j] = metres[j, i] = abs(spots[i, axis] - spots[j, axis]) + min(a + b, 200 - a - b)
    return metres


def test_walks_on_the_grid_are_what_the_test_above_says(towns: ModuleType) -> None:
    from creative_nodes.travel.times import costs_between

    spots = np.array(_scattered(np.random.default_rng(2), 30, blocks=8))
    streets = towns.streets(towns.grid_tables(8, 8))
    network = streets.network("walk", in_metres=True)
    doors = streets.entrances(network, towns.to_metric(shapely.points(spots)))
    off = ~np.eye(30, dtype=bool)
    np.testing.assert_allclose(costs_between(network, doors, doors)[off], _grid_metres(spots)[off], atol=0.01)


def test_spaces_in_the_buffer_have_no_cluster_and_no_link(towns: ModuleType) -> None:
    spots = [(1000 + 20 * k, 1000) for k in range(6)]
    rows = [{"geometry": towns.at(*xy), "inside": k < 3} for k, xy in enumerate(spots)]
    found = _connect(towns, towns.spaces(*rows))
    assert len(found.clusters) == 0
    assert found.creative["cluster_id"].tolist() == [""] * 6
    assert set(found.links["a"]) | set(found.links["b"]) == {"c1", "c2", "c3"}


def test_links_name_the_spaces(towns: ModuleType) -> None:
    rows = [{"geometry": towns.at(x, 0), "space_id": name} for x, name in ((0, "x"), (800, "y"), (1900, "z"))]
    found = _connect(towns, towns.spaces(*rows), blocks=21)
    links = {(a, b): m for a, b, m in found.links.itertuples(index=False)}
    assert set(links) == {("x", "y"), ("y", "z")}
    assert links["x", "y"] == pytest.approx(10, rel=1e-4)
    assert links["y", "z"] == pytest.approx(1100 / 80, rel=1e-4)


def test_a_town_without_spaces(towns: ModuleType) -> None:
    found = _connect(towns, towns.spaces(), blocks=5)
    assert len(found.clusters) == len(found.creative) == len(found.links) == 0
