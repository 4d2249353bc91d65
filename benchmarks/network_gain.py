"""Network gain of places as a city grows: this project beside two ways a user would take, in processor time and memory.

    python benchmarks/network_gain.py
    python benchmarks/network_gain.py --spaces 20000 --places 5000

Made-up cities: half of the spaces crowd around one centre, half stand in clusters strewn over an area that grows with
the city. `dense` fills a matrix of all walks, finds the best chains with scipy and lets every place better every pair
of spaces; `networkx` adds each place to a graph and searches from every space again. Each runs in a process of its own,
so that peak memory counts in full; all must give the same gains. Walks are straight lines times 1.3 at 4.8 km/h;
finding them along streets is another benchmark (`reach_scale.py`).
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np

METRES_PER_MINUTE = 80.0
DETOUR = 1.3
LINK_MINUTES, SOFTNESS = 15.0, 3.0
PER_CLUSTER = 8
METRES_A_SPACE = 1_000.0  # side of the square that a space has on average
CORE_M_A_SPACE = 45.0
DENSE_MOST, NETWORKX_MOST = 2_000, 300  # above these sizes the others take too long, or too much memory
SIZES = ((300, 300), (1_000, 1_000), (2_000, 2_000), (5_000, 5_000), (10_000, 5_000), (20_000, 5_000))


def made_up(spaces: int, places: int) -> tuple[np.ndarray, np.ndarray]:
    """Return positions of spaces and of places, in metres."""
    rng = np.random.default_rng(80)
    side, core = METRES_A_SPACE * math.sqrt(spaces), CORE_M_A_SPACE * math.sqrt(spaces)
    crowd = rng.normal(side / 2, core, (spaces // 2, 2))
    rest = spaces - len(crowd)
    centre = rng.uniform(0, side, (max(1, rest // PER_CLUSTER), 2))
    strewn = centre[rng.integers(len(centre), size=rest)] + rng.normal(0, 300, (rest, 2))
    return np.concatenate([crowd, strewn]), rng.uniform(0, side, (places, 2))


def probabilities(a: np.ndarray, b: np.ndarray) -> Any:
    """Return the link probabilities between two groups of points, sparse."""
    from scipy.sparse import coo_array
    from scipy.spatial import cKDTree

    from creative_nodes.network.chains import LinkRule

    rule = LinkRule(LINK_MINUTES, SOFTNESS)
    reach = rule.limit() * METRES_PER_MINUTE / DETOUR
    near = cKDTree(a).sparse_distance_matrix(cKDTree(b), reach, output_type="coo_matrix")
    p = rule.probability(near.data * DETOUR / METRES_PER_MINUTE)
    return coo_array((p, (near.row, near.col)), shape=near.shape).tocsr()


def run_ours(spaces: np.ndarray, places: np.ndarray) -> dict[str, Any]:
    """Return the gains by this project."""
    from creative_nodes.network.chains import Chains, both_ways
    from creative_nodes.network.gain import network_gains

    links, near = both_ways(probabilities(spaces, spaces)), probabilities(places, spaces)
    begun = time.process_time()
    chains = Chains.of(links)
    found = time.process_time()
    gains = network_gains(chains, near)[:, 0]
    return {
        "gains": gains.tolist(),
        "links": links.nnz / len(spaces),
        "chains_s": found - begun,
        "seconds": time.process_time() - begun,
        "typical": chains.typical(),
    }


def run_dense(spaces: np.ndarray, places: np.ndarray) -> dict[str, Any]:
    """Return the same with whole matrices."""
    from scipy.sparse.csgraph import shortest_path

    with np.errstate(divide="ignore"):
        length = -np.log(probabilities(spaces, spaces).toarray())
        legs = -np.log(probabilities(places, spaces).toarray())
    begun = time.process_time()
    away = shortest_path(np.where(np.isfinite(length), np.maximum(length, 1e-300), 0), method="D")
    best = np.exp(-away)
    today = np.exp(np.log(best.sum(axis=1)).mean())
    gains = []
    for leg in legs:
        reach = np.exp(-(leg[:, None] + away).min(axis=0))
        size = np.maximum(best, np.outer(reach, reach)).sum(axis=1)
        gains.append(float(np.exp(np.log(size).mean()) - today))
    return {"gains": gains, "seconds": time.process_time() - begun}


def run_networkx(spaces: np.ndarray, places: np.ndarray) -> dict[str, Any]:
    """Return the same with networkx, for the first ten places; the time is scaled up to all of them."""
    import networkx as nx

    links, legs = probabilities(spaces, spaces).tocoo(), probabilities(places, spaces)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(spaces)))
    apart = links.row < links.col
    graph.add_weighted_edges_from(zip(links.row[apart], links.col[apart], -np.log(links.data[apart]), strict=True))

    def typical() -> float:
        logs = []
        for space in range(len(spaces)):
            away = nx.single_source_dijkstra_path_length(graph, space)
            logs.append(math.log(sum(math.exp(-cost) for node, cost in away.items() if node != "stone")))
        return math.exp(sum(logs) / len(logs))

    begun = time.process_time()
    today, gains = typical(), []
    tried = min(10, len(places))
    for place in range(tried):
        row = legs[[place]].tocoo()
        graph.add_node("stone")
        graph.add_weighted_edges_from(("stone", k, -math.log(p)) for k, p in zip(row.col, row.data, strict=True))
        gains.append(typical() - today)
        graph.remove_node("stone")
    return {"gains": gains, "seconds": (time.process_time() - begun) * len(places) / tried}


def run_one(name: str, spaces: int, places: int) -> dict[str, Any]:
    """Time one of the three in this process."""
    found = {"ours": run_ours, "dense": run_dense, "networkx": run_networkx}[name](*made_up(spaces, places))
    return found | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measure(name: str, spaces: int, places: int) -> dict[str, Any]:
    """Run one of the three in a process of its own."""
    size = ["--spaces", str(spaces), "--places", str(places)]
    done = subprocess.run([sys.executable, __file__, "--one", name, *size], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def compare(spaces: int, places: int) -> None:
    """Print a row of the table."""
    ours = measure("ours", spaces, places)
    some = np.mean(np.array(ours["gains"]) > 0)
    print(
        f"{spaces:>7} {places:>7} {ours['links']:>7.0f} {ours['typical']:>9.1f} {some:>6.0%}"
        f" | {ours['chains_s']:>8.2f} {ours['seconds']:>8.2f} s {ours['peak_mb']:>6.0f} MB",
        end="",
        flush=True,
    )
    for name, most in (("dense", DENSE_MOST), ("networkx", NETWORKX_MOST)):
        if spaces <= most:
            other = measure(name, spaces, places)
            apart = np.abs(np.subtract(other["gains"], ours["gains"][: len(other["gains"])])).max()
            print(
                f" | {name} {other['seconds']:.1f} s ({other['seconds'] / ours['seconds']:.0f} times) "
                f"{other['peak_mb']:.0f} MB, apart {apart:.0e}",
                end="",
                flush=True,
            )
    print()


def main() -> None:
    """Run the sizes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spaces", type=int)
    parser.add_argument("--places", type=int, default=5_000)
    parser.add_argument("--one", choices=["ours", "dense", "networkx"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(run_one(arguments.one, arguments.spaces, arguments.places)))
        return
    print(" spaces  places   links   typical   gain |   chains      all")
    for spaces, places in SIZES if arguments.spaces is None else [(arguments.spaces, arguments.places)]:
        compare(spaces, places)


if __name__ == "__main__":
    main()
