"""Clusters by network distance, and the test against chance (METHOD section 6)."""

import itertools
import math
from functools import cache
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pytest
import shapely
from pairs import near
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from sklearn.cluster import DBSCAN

from creative_nodes.common import tables
from creative_nodes.network import clusters, density
from creative_nodes.network.settings import ClusterSettings
from creative_nodes.report.tables import TABLES
from creative_nodes.streets.network import StreetNetwork


def _settings(**changes: Any) -> ClusterSettings:
    given: dict[str, Any] = {"eps_m": 300, "min_spaces": 4, "simulations": 99, "max_p_value": 0.05, **changes}
    return ClusterSettings.model_validate(given)


def _walk(towns: ModuleType, columns: int, rows: int, block_m: float = 100.0) -> StreetNetwork:
    found: StreetNetwork = towns.streets(towns.grid_tables(columns, rows, block_m)).network("walk", in_metres=True)
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
    found = density.dbscan(density.near_pairs(near(metres), within_m=300), settings)
    assert expected.max() >= 0
    assert -1 in expected or least == 2
    assert _same_groups(found, expected)


def test_out_of_reach_and_the_place_itself(towns: ModuleType) -> None:
    # the cost from a place to itself is two legs: it must not keep a place from being its own neighbour
    metres = np.array([[400.0, 50, 50, math.inf], [50, 400, 50, math.inf], [50, 50, 400, math.inf], [math.inf] * 4])
    found = density.dbscan(density.near_pairs(near(metres), within_m=300), _settings(min_spaces=3))
    assert found.tolist() == [0, 0, 0, -1]


def test_the_shorter_way_of_both_counts() -> None:
    metres = np.array([[0.0, 200], [900, 0]])
    assert density.dbscan(density.near_pairs(near(metres), within_m=300), _settings(min_spaces=2)).tolist() == [0, 0]


def test_exactly_eps_is_near() -> None:
    metres = np.array([[0.0, 300, 600], [300, 0, 300.01], [600, 300.01, 0]])
    assert density.dbscan(density.near_pairs(near(metres), within_m=300), _settings(min_spaces=2)).tolist() == [
        0,
        0,
        -1,
    ]


def test_no_spaces_no_clusters() -> None:
    assert len(density.dbscan(density.near_pairs(near(np.zeros((0, 0))), within_m=300), _settings())) == 0


# ---------------------------------------------------------------- HDBSCAN


def _hierarchical(metres: np.ndarray, settings: ClusterSettings) -> np.ndarray:
    """Cluster by cutting components at ever smaller distances and choosing by excess of mass, all by definition."""
    least, far = settings.min_spaces, settings.hdbscan_cut_m
    apart = np.clip(metres, settings.hdbscan_floor_m, far)
    np.fill_diagonal(apart, 0)
    core = np.sort(apart, axis=1)[:, least - 1]
    reach = np.maximum(apart, np.maximum.outer(core, core))

    def pieces(points: list[int], below: float) -> list[list[int]]:
        some = np.array(points)
        n, piece = connected_components(csr_array(reach[np.ix_(some, some)] < below), directed=False)
        found = [some[piece == number].tolist() for number in range(n)]
        return [one for one in found if len(one) >= least]

    def choose(points: list[int], born: float) -> tuple[float, list[list[int]]]:
        mass, alive = 0.0, points
        # what hangs together changes at the edges of a minimum spanning tree alone
        for cut in sorted(set(minimum_spanning_tree(reach[np.ix_(points, points)]).data), reverse=True):
            large = pieces(alive, cut)
            stay = large[0] if len(large) == 1 else []
            mass += (len(alive) - len(stay)) * (1 / cut - 1 / born)
            if len(large) > 1:
                below = [choose(one, cut) for one in large]
                total = sum(one for one, _ in below)
                return (total, [c for _, some in below for c in some]) if total > mass else (mass, [points])
            if not large:
                break
            alive = stay
        return mass, [points]

    labels = np.full(len(metres), -1)
    chosen = [one for whole in pieces(list(range(len(metres))), far) for one in choose(whole, far)[1]]
    for number, points in enumerate(chosen):
        labels[points] = number
    return labels


def _groups_in_noise(seed: int) -> np.ndarray:
    """Return distances between five groups of nine points, each wider than the one before, and 20 points anywhere."""
    rng = np.random.default_rng(seed)
    centres, spreads = rng.uniform(0, 4000, (5, 2)), np.arange(60, 360, 60)
    xy = [rng.normal(centre, spread, (9, 2)) for centre, spread in zip(centres, spreads, strict=True)]
    points = np.concatenate([*xy, rng.uniform(0, 4000, (20, 2))])
    metres: np.ndarray = np.abs(points[:, None] - points[None]).sum(axis=2)
    return metres


@pytest.mark.parametrize(("seed", "cut_m"), [*itertools.product(range(8), (300, 1000)), (0, 3000), (1, 3000)])
def test_hdbscan_equals_its_definition(seed: int, cut_m: float) -> None:
    # two spaces make a cluster: then no two distances of the tree are equal, which leaves the answer no freedom
    metres = _groups_in_noise(seed)
    settings = _settings(method="hdbscan", min_spaces=2, hdbscan_cut_m=cut_m, hdbscan_floor_m=0.001)
    expected = _hierarchical(metres, settings)
    found = density.hdbscan(density.near_pairs(near(metres), within_m=cut_m), settings)
    assert expected.max() >= 2
    assert _same_groups(found, expected)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("least", [3, 4, 6])
def test_hdbscan_clusters_hold_together_closer_than_to_all_others(seed: int, least: int) -> None:
    metres = _groups_in_noise(seed)
    settings = _settings(method="hdbscan", min_spaces=least, hdbscan_floor_m=20)
    found = density.hdbscan(density.near_pairs(near(metres), within_m=1000), settings)
    core = np.sort(metres, axis=1)[:, least - 1]
    reach = np.maximum(np.maximum(metres, np.maximum.outer(core, core)), 20)
    assert found.max() >= 1
    for number in range(found.max() + 1):
        members, others = np.flatnonzero(found == number), np.flatnonzero(found != number)
        inner = nx.minimum_spanning_tree(nx.from_numpy_array(reach[np.ix_(members, members)]))
        widest = max(metres for _, _, metres in inner.edges.data("weight"))
        assert len(members) >= least
        assert widest < min(1000, reach[np.ix_(members, others)].min())


def _hdbscan(metres: Any, **changes: Any) -> list[int]:
    settings = _settings(method="hdbscan", **changes)
    pairs = density.near_pairs(near(np.array(metres, dtype=float)), within_m=settings.within_m)
    return density.hdbscan(pairs, settings).tolist()


def test_hdbscan_takes_a_whole_city_as_one_cluster() -> None:
    assert _hdbscan(np.zeros((10, 10))) == [0] * 10
    line = np.arange(6) * 100.0
    assert _hdbscan(np.abs(line[:, None] - line)) == [0] * 6


def test_hdbscan_makes_no_cluster_across_the_cut_off() -> None:
    # all pairs equally far: scikit-learn by itself splits them into clusters at will
    assert _hdbscan(np.full((60, 60), 5000.0)) == [-1] * 60
    assert _hdbscan(np.full((60, 60), np.inf)) == [-1] * 60
    # two groups of five, and three spaces that only the cut-off joins to them
    xy = np.concatenate([np.arange(5) * 100.0, 5000 + np.arange(5) * 100.0, [20_000, 30_000, 40_000]])
    assert _hdbscan(np.abs(xy[:, None] - xy)) == [0] * 5 + [1] * 5 + [-1] * 3


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_hdbscan_of_fewer_spaces_than_a_cluster_finds_none(n: int) -> None:
    assert _hdbscan(np.zeros((n, n))) == [-1] * n


def test_venues_under_one_roof_do_not_outweigh_the_quarter() -> None:
    # four at one address, four at the next, and four more along the street
    x = np.concatenate([np.zeros(4), np.full(4, 100.0), np.arange(2, 6) * 100.0])
    metres = np.abs(x[:, None] - x)
    assert _hdbscan(metres) == [0] * 12
    # without the floor they would stand alone
    assert _hdbscan(metres, hdbscan_floor_m=0.1) == [0] * 4 + [1] * 4 + [-1] * 4


def test_sizes_count_spaces_and_for_hdbscan_their_density() -> None:
    x = np.array([0, 100, 200, 300, 9000])
    metres = np.abs(x[:, None] - x).astype(float)
    labels = np.array([0, 0, 0, 0, -1])
    for method, expected in (("dbscan", 4), ("hdbscan", 2 * (1000 / 300 - 1) + 2 * (1000 / 200 - 1))):
        settings = _settings(method=method)
        pairs = density.near_pairs(near(metres), within_m=settings.within_m)
        assert density.sizes(pairs, labels, settings) == pytest.approx([expected])
    assert (
        len(
            density.sizes(
                density.near_pairs(near(np.zeros((0, 0))), within_m=300), np.array([], dtype=int), _settings()
            )
        )
        == 0
    )


# ---------------------------------------------------------------- chance


@pytest.mark.parametrize(("columns", "rows", "within_m"), [(7, 6, 300.0), (14, 9, 120.0), (12, 12, 450.0)])
def test_distances_between_points_equal_networkx(towns: ModuleType, columns: int, rows: int, within_m: float) -> None:
    # blocks of search are 4 limits wide: one, several, and several with a wide reach
    network = _walk(towns, columns, rows)
    rng = np.random.default_rng(4)
    edge, share = rng.integers(0, len(network.u), 60), rng.random(60)
    pairs = np.array(list(itertools.combinations(range(60), 2)))
    found = clusters._between_points(network, edge, share * network.length_m[edge], pairs, within_m)
    graph = towns.split_graph(
        network,
        towns.entrances(*((k, int(e), float(s), 0.0) for k, (e, s) in enumerate(zip(edge, share, strict=True)))),
    )
    lengths = {i: nx.single_source_dijkstra_path_length(graph, ("place", 0, i, "out")) for i in range(60)}
    expected = np.array([lengths[i]["place", 0, j, "in"] for i, j in pairs.tolist()])
    near = expected <= within_m
    assert 0 < near.sum() < len(pairs)
    np.testing.assert_allclose(found[near], expected[near], rtol=1e-6, atol=1e-6)
    assert np.isinf(found[~near]).all()


def test_placements_hold_the_distances_of_their_own_points(towns: ModuleType) -> None:
    network = _walk(towns, 6, 6)
    usable = np.arange(len(network.u))
    placed = list(clusters._random_placements(network, usable, 30, 250, 3, np.random.default_rng(5)))
    rng = np.random.default_rng(5)
    pairs = np.array(list(itertools.combinations(range(30), 2)))
    assert len(placed) == 3
    for found in placed:
        weights = network.length_m / network.length_m.sum()
        edge = rng.choice(len(usable), size=30, p=weights)
        along = rng.random(30) * network.length_m[edge]
        metres = clusters._between_points(network, edge, along, pairs, 250)
        near = np.isfinite(metres)
        assert 0 < near.sum() < len(pairs)
        dense = found.toarray()
        np.testing.assert_array_equal(dense, dense.T)
        np.testing.assert_allclose(dense[tuple(pairs[near].T)], metres[near])
        assert not dense[tuple(pairs[~near].T)].any()


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


def test_points_are_placed_by_length_of_street(towns: ModuleType) -> None:
    # one street of 900 m and one of 100 m
    points = {1: (0, 0), 2: (900, 0), 3: (1000, 0)}
    network = towns.streets(towns.street_tables(points, [(1, 2, {}), (2, 3, {})])).network("walk", in_metres=True)
    drawn: Any = _Recorder(np.random.default_rng(0))
    next(clusters._random_placements(network, np.arange(2), 4000, 10, 1, drawn))
    assert (network.length_m[drawn.edge] > 500).mean() == pytest.approx(0.9, abs=0.02)


def _everywhere(towns: ModuleType) -> shapely.Geometry:
    return towns.to_metric(shapely.box(-50, -50, 10_000, 10_000))


@pytest.mark.parametrize("at_once", [1, 500, 10**9])
def test_placements_measured_a_few_at_a_time_are_the_same(
    towns: ModuleType, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    network, usable = _walk(towns, 8, 8), np.arange(40)
    monkeypatch.setattr(clusters, "PAIRS_AT_ONCE", 7 * at_once)
    placed = list(clusters._random_placements(network, usable, 30, 300, 20, np.random.default_rng(1)))
    monkeypatch.setattr(clusters, "PAIRS_AT_ONCE", 10**12)
    whole = list(clusters._random_placements(network, usable, 30, 300, 20, np.random.default_rng(1)))
    assert len(placed) == len(whole) == 20
    assert all((one != other).nnz == 0 and one.nnz > 0 for one, other in zip(placed, whole, strict=True))


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
    config, chance = towns.config(), {"simulations": 39} | how
    area = shapely.box(-10, -10, (blocks - 1) * 100 + 10, (blocks - 1) * 100 + 10)
    found = clusters.connect_spaces(
        creative,
        chance.pop("heritage", towns.sites()),
        chance.pop("places", towns.places()),
        towns.streets(towns.grid_tables(blocks, blocks)),
        area=towns.to_degrees(area),
        clusters=_settings(**chance),
        network=config.network,
        seed=seed,
    )
    for name in ("creative", "clusters", "links", "nearest", "colocation"):
        tables.check(getattr(found, name), TABLES[name], where="test")
    return found


def _scattered(rng: np.random.Generator, n: int, blocks: int = 30) -> list[tuple[float, float]]:
    """Place n points at random along the streets of the grid."""
    line, along = rng.integers(0, blocks, n) * 100.0, rng.uniform(0, (blocks - 1) * 100, n)
    across = rng.random(n) < 0.5
    return [(a, b) if way else (b, a) for a, b, way in zip(line, along, across, strict=True)]


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_a_planted_cluster_is_kept(towns: ModuleType, method: str) -> None:
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
    found = _connect(towns, towns.spaces(*rows), places=places, method=method, simulations=39)
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


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_uniform_spaces_are_mostly_not_a_cluster(towns: ModuleType, method: str) -> None:
    network = _walk(towns, 30, 30)
    settings = _settings(method=method)
    by_chance = clusters.largest_by_chance(network, _everywhere(towns), 40, settings, seed=1)
    kept = 0
    for seed in range(20):
        pairs = density.near_pairs(near(_uniform_metres(seed)), within_m=settings.within_m)
        sizes = density.sizes(pairs, density.find_clusters(pairs, settings), settings)
        kept += clusters.pseudo_p(sizes.max(initial=0), by_chance) <= 0.05
    # one in twenty is expected
    assert kept <= 4


@cache
def _uniform_metres(seed: int) -> np.ndarray:
    return _grid_metres(np.array(_scattered(np.random.default_rng([seed, 9]), 40)))


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
    from creative_nodes.streets.times import costs_between

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
    assert [len(getattr(found, name)) for name in ("clusters", "creative", "links", "nearest", "colocation")] == [0] * 5


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
@pytest.mark.parametrize("n", [1, 2])
def test_a_town_of_one_or_two_spaces(towns: ModuleType, n: int, method: str) -> None:
    rows = [{"geometry": towns.at(100.0 * k)} for k in range(n)]
    found = _connect(towns, towns.spaces(*rows), blocks=5, method=method)
    assert len(found.clusters) == 0
    assert len(found.links) == n - 1
    assert found.nearest["nearest_id"].tolist() == [[""], ["c2", "c1"]][n - 1]
    assert np.isnan(found.nearest["minutes"]).all() if n == 1 else found.nearest["minutes"].tolist() == [100 / 80] * 2


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_all_spaces_on_one_spot(towns: ModuleType, method: str) -> None:
    rows = [{"geometry": towns.at(1000, 1000)} for _ in range(8)]
    found = _connect(towns, towns.spaces(*rows), method=method)
    assert found.clusters["n_spaces"].tolist() == [8]
    assert found.clusters["kept"].tolist() == [True]
    assert len(found.links) == 28
    assert found.nearest["minutes"].tolist() == pytest.approx([0] * 8)


def test_a_neighbourhood_wider_than_the_town_proves_nothing(towns: ModuleType) -> None:
    rows = [{"geometry": towns.at(100.0 * k)} for k in range(5)]
    found = _connect(towns, towns.spaces(*rows), blocks=5, eps_m=50_000)
    # random placements are one cluster too
    assert found.clusters["n_spaces"].tolist() == [5]
    assert found.clusters["p_value"].tolist() == [1]
    assert found.creative["cluster_id"].tolist() == [""] * 5


def test_the_nearest_space_is_found_however_far(towns: ModuleType) -> None:
    rows = [{"geometry": towns.at(x), "space_id": name} for x, name in ((0, "x"), (200, "y"), (9000, "z"))]
    rows.append({"geometry": towns.at(5000, 40_000), "space_id": "lost"})
    found = clusters.connect_spaces(
        towns.spaces(*rows),
        towns.sites(),
        towns.places(),
        towns.streets(towns.straight_street(9000)),
        area=towns.to_degrees(shapely.box(-10, -10, 9010, 50_000)),
        clusters=_settings(simulations=19),
        network=towns.config().network,
        seed=1,
    ).nearest
    assert found["nearest_id"].tolist() == ["y", "x", "y", ""]
    assert found["minutes"].tolist() == pytest.approx([2.5, 2.5, 110, math.nan], rel=1e-4, nan_ok=True)


# ---------------------------------------------------------------- names


def _named(towns: ModuleType, places: Any, *members: dict[str, Any], **how: Any) -> Any:
    rows = [{"geometry": towns.at(1000 + 20 * k, 1000), **one} for k, one in enumerate(members)]
    creative = towns.spaces(*rows, *[{"geometry": towns.at(1000, 1000)}] * 4)
    found = _connect(towns, creative, places=places, simulations=39, **how)
    assert len(found.clusters) == 1
    return found.clusters.iloc[0]


HALL = {"name": "Nhà hát", "name_en": "Theatre", "name_zh": "剧院"}


def test_a_cluster_has_a_name_in_each_language_its_member_has(towns: ModuleType) -> None:
    ward = {"place": "quarter", "name": "Phố Cổ", "name:en": "Old Town"}
    found = _named(towns, towns.places((ward, towns.at(1000, 1100))), HALL)
    assert found[list(clusters.NAME_COLUMNS)].tolist() == ["Nhà hát, Phố Cổ", "Theatre, Old Town", "", "剧院"]
    # as signed where the script is the language's
    ward = {"place": "quarter", "name": "外滩街道"}
    found = _named(towns, towns.places((ward, towns.at(1000, 1100))), HALL)
    assert found[list(clusters.NAME_COLUMNS)].tolist() == ["Nhà hát, 外滩街道", "Theatre", "", "剧院, 外滩街道"]


def test_a_name_in_another_script_is_no_name_in_that_language(towns: ModuleType) -> None:
    found = _named(towns, towns.places(), {"name": "Nhà hát", "name_en": "滨城大戏院", "name_zh": "Theatre"})
    assert found[list(clusters.NAME_COLUMNS)].tolist() == ["Nhà hát", "", "", ""]


def test_the_best_known_member_gives_the_name(towns: ModuleType) -> None:
    documented = ({"wikidata": "Q1", "name": "x"}, towns.at(0, 0))
    plain, core, known, listed = (
        {"name": "plain", "tier": "supporting"},
        {"name": "core", "tier": "core"},
        {"name": "known", "tier": "supporting", "osm_ids": ["way/9", "node/1"]},
        {"name": "listed", "tier": "supporting", "registry_id": "R1"},
    )
    places = towns.places(documented)
    members: list[dict[str, Any]] = [plain]
    for one in (core, known, listed):
        members.append(one)
        assert _named(towns, places, *members)["name"] == one["name"]


def test_a_quarter_mapped_as_an_area_must_hold_the_cluster(towns: ModuleType) -> None:
    ward = {"boundary": "administrative", "admin_level": "10"}
    around, beside = shapely.box(500, 500, 2000, 2000), shapely.box(1100, 900, 1300, 1100)
    point = ({"place": "quarter", "name": "near"}, towns.at(1000, 1010))
    district = ({**ward, "admin_level": "6", "name": "district"}, shapely.box(-5000, -5000, 5000, 5000))
    smaller = ({**ward, "name": "inner"}, shapely.box(900, 900, 1200, 1100))
    held = ({**ward, "name": "ward"}, around)
    other = ({**ward, "name": "other"}, beside)
    line = ({**ward, "name": "line"}, shapely.LineString([(900, 1000), (1100, 1000)]))
    assert _named(towns, towns.places(point, other, held, district, line), HALL)["name"] == "Nhà hát, ward"
    assert _named(towns, towns.places(point, held, smaller), HALL)["name"] == "Nhà hát, inner"
    assert _named(towns, towns.places(point, other, district, line), HALL)["name"] == "Nhà hát, near"
    assert _named(towns, towns.places(other, district), HALL)["name"] == "Nhà hát"


def test_a_quarter_too_far_away_is_left_out(towns: ModuleType) -> None:
    places = towns.places(({"place": "quarter", "name": "Phố Xa"}, towns.at(1000, 1700)))
    assert _named(towns, places, HALL)["name"] == "Nhà hát, Phố Xa"
    assert _named(towns, places, HALL, quarter_within_m=600)["name"] == "Nhà hát"


def test_a_cluster_of_nameless_spaces_goes_by_its_quarter(towns: ModuleType) -> None:
    places = towns.places(({"place": "quarter", "name": "Phố Cổ", "name:zh": "老区"}, towns.at(1000, 1100)))
    found = _named(towns, places)
    assert found[list(clusters.NAME_COLUMNS)].tolist() == ["Phố Cổ", "Phố Cổ", "Phố Cổ", "老区"]
    assert _named(towns, towns.places())["name"] == ""


def test_the_network_of_a_space_is_what_chains_of_walks_join(towns: ModuleType) -> None:
    """Three in a line: the far ones are joined by the better of a walk and the chain by way of the middle one."""
    rule = towns.config().network
    found = _connect(towns, towns.spaces(*({"geometry": towns.at(x, 0)} for x in (0, 700, 1400))), blocks=16)
    near = found.nearest["minutes"].to_numpy()

    def joined(minutes: float) -> float:
        """The logistic of METHOD section 7, written out."""
        return (1 + np.exp(-rule.link_minutes / rule.link_softness)) / (
            1 + np.exp((minutes - rule.link_minutes) / rule.link_softness)
        )

    one, two = joined(near[0]), joined(near[0] * 2)
    far = max(one * one, two)
    assert found.nearest["network"].tolist() == pytest.approx([1 + one + far, 1 + 2 * one, 1 + one + far], abs=1e-6)
