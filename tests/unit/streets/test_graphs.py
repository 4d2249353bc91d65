"""The streets as a graph of OSMnx: read back by OSMnx, and searched by networkx, whose way is ours."""

import networkx as nx
import numpy as np
import pytest
import towns
from scipy.sparse.csgraph import dijkstra

from creative_nodes.streets.graphs import osmnx_graph


@pytest.fixture(scope="module", params=["walk", "motorbike"])
def town(request):
    """A grid whose third streets are oneway for vehicles, and its network and graph."""
    nodes, edges = towns.grid_tables(8, 6)
    edges["oneway_motorbike"] = np.where(np.arange(len(edges)) % 3 == 0, 1, 0)
    edges.loc[edges.index[7], ["walk", "motorbike"]] = False
    network = towns.streets((nodes, edges)).network(request.param)
    return request.param, network, osmnx_graph(network, nodes, edges)


def test_ways_are_those_of_the_network(town):
    _, network, graph = town
    ours = dijkstra(network.graph())
    index = {node: i for i, node in enumerate(network.node_ids)}
    for source, found in nx.all_pairs_dijkstra_path_length(graph, weight="travel_time"):
        told = np.full(len(index), np.inf)
        told[[index[node] for node in found]] = list(found.values())
        assert told == pytest.approx(ours[index[source]] * 60)


def test_oneway_streets_are_open_one_way(town):
    mode, network, graph = town
    closed = int((~np.isfinite(network.backward)).sum())
    assert graph.number_of_edges() == 2 * len(network.u) - closed
    assert (closed > 0) == (mode == "motorbike")


def test_osmnx_reads_it_back_and_works_on_it(town, tmp_path):
    import osmnx  # heavy: not for every process that collects these tests

    _, network, graph = town
    osmnx.save_graphml(graph, tmp_path / "graph.graphml")
    again = osmnx.load_graphml(tmp_path / "graph.graphml")
    assert set(again.nodes) == set(network.node_ids) and again.number_of_edges() == graph.number_of_edges()
    metric = osmnx.project_graph(again)
    x, y = network.xy[0]
    assert osmnx.nearest_nodes(metric, x, y) == network.node_ids[0]
    lengths = sorted(data["length"] for *_, data in again.edges(data=True))
    assert lengths[0] == pytest.approx(100, abs=0.5)
    stats = osmnx.basic_stats(metric)
    assert stats["n"] == len(network.node_ids)
    for _, _, data in again.edges(data=True):
        assert data["geometry"].length > 0 and data["travel_time"] > 0
