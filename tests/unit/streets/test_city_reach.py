"""Reach from junctions of a real city equals networkx, from the extract in EXTRACTS (not shipped); more with FULL=1."""

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pytest

from creative_nodes.common.geo import utm_epsg
from creative_nodes.pull.read import read_osm
from creative_nodes.streets import times, within
from creative_nodes.streets.network import Entrances, StreetNetwork, StreetTables, build_network

EXTRACTS = os.environ.get("EXTRACTS", "")
JUNCTIONS = 200 if os.environ.get("FULL") else 40
EPSG = utm_epsg(106.7, 10.8)

pytestmark = [
    pytest.mark.cities,
    pytest.mark.skipif(not EXTRACTS, reason="set EXTRACTS to a folder with hcmc.osm.pbf"),
]


@pytest.fixture(scope="module")
def networks(towns: ModuleType) -> dict[str, StreetNetwork]:
    travel = towns.config().travel
    read = read_osm(Path(EXTRACTS) / "hcmc.osm.pbf", modes=travel.modes, epsg=EPSG)
    common: dict[str, Any] = {"travel": travel, "country": "VN"}
    drawn = StreetTables(read.street_nodes, read.street_edges, EPSG)
    return {
        "walk": build_network(drawn, mode="walk", in_metres=True, **common),
        "motorbike": build_network(drawn, mode="motorbike", **common),
    }


def _graph(network: StreetNetwork) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.n_nodes))
    for a, b, cost in [
        *zip(network.u, network.v, network.forward, strict=True),
        *zip(network.v, network.u, network.backward, strict=True),
    ]:
        if np.isfinite(cost) and cost < graph.get_edge_data(a, b, {"weight": np.inf})["weight"]:
            graph.add_edge(int(a), int(b), weight=float(cost))
    return graph


def _at_nodes(network: StreetNetwork, nodes: np.ndarray) -> Entrances:
    """Stand at junctions: at the beginning of a street that begins there, or the end of one that ends there."""
    begin, end = (np.full(network.n_nodes, -1) for _ in range(2))
    begin[network.u], end[network.v] = np.arange(len(network.u)), np.arange(len(network.v))
    edge = np.where(begin[nodes] >= 0, begin[nodes], end[nodes])
    share = np.where(begin[nodes] >= 0, 0.0, 1.0)
    zero = np.zeros(len(nodes))
    return Entrances(np.arange(len(nodes)), edge, share, zero, len(nodes), zero)


def _homes(network: StreetNetwork, rng: np.random.Generator, n: int = 20_000) -> Entrances:
    edge = rng.integers(0, len(network.u), n)
    return Entrances(np.arange(n), edge, rng.uniform(0.001, 0.999, n), rng.uniform(0, 60, n), n, np.zeros(n))


@pytest.mark.parametrize(("mode", "limits"), [("walk", [600.0, 1200.0]), ("motorbike", [10.0, 30.0])])
def test_reach_of_random_junctions_of_ho_chi_minh_city(
    networks: dict[str, StreetNetwork], mode: str, limits: list[float]
) -> None:
    network = networks[mode]
    assert network.n_nodes > 50_000
    rng = np.random.default_rng(20)
    chosen = rng.choice(network.n_nodes, size=JUNCTIONS, replace=False)
    homes, amounts = _homes(network, rng), rng.uniform(1, 500, (20_000, 2))
    sources = _at_nodes(network, chosen)
    found = np.concatenate([costs for _, costs in times.node_costs(network, sources, limit=limits[1])])
    totals = within.totals_within(network, sources, homes, amounts, limits=limits)

    graph, expected, inside = _graph(network), np.full(found.shape, np.inf), np.empty(totals.shape)
    leg = homes.leg_m * network.leg_cost_per_m
    to_u, to_v = homes.share * network.forward[homes.edge], (1 - homes.share) * network.backward[homes.edge]
    for row, node in enumerate(chosen.tolist()):
        reached = nx.single_source_dijkstra_path_length(graph, node, cutoff=limits[1])
        expected[row, list(reached)] = list(reached.values())
        ends = expected[row, network.u[homes.edge]] + to_u, expected[row, network.v[homes.edge]] + to_v
        cost = np.minimum(*ends) + leg
        inside[row] = [(cost <= limit) @ amounts for limit in limits]
    assert (np.isfinite(expected).sum(axis=1) > 50).mean() > 0.5
    np.testing.assert_array_equal(np.isfinite(found), np.isfinite(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
    # a home just at the limit may fall on either side; none of these does
    np.testing.assert_allclose(totals, inside, rtol=1e-6)
    if mode == "walk":
        of_nodes = within.totals_within_of_nodes(network, homes, amounts, limits_m=limits)
        np.testing.assert_allclose(of_nodes[chosen], inside, rtol=1e-6)
