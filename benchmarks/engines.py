"""Libraries for shortest ways side by side, on the streets of one city: seconds, megabytes, and whether they are right.

    python benchmarks/engines.py data/processed/hcmc --python <environment with the libraries>/bin/python

Two questions. Walk: residents within 1,200 m of every street junction. Ride: residents within 30 minutes by motorbike,
oneway streets and all, of one junction for each candidate and each hexagon. Residents of a cell stand at one end of
the street nearest to it, because most of these libraries know junctions only. networkx answers both questions in
full, and is the judge.

Each library runs in a process of its own. A library that cannot stop at a limit answers the first 200 and its time is
scaled to all, which the table says. What is not installed is said, with the way to get it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from creative_nodes.report.tables import TABLES

WALK_LIMIT_M = 1200.0
RIDE_LIMIT_MIN = 30.0
SAMPLE = 200
LONG_S = 30.0  # what takes longer is measured once
SAME = 1e-6  # relative


@dataclass(frozen=True)
class Case:
    """A question: arcs with costs, what the nodes hold, the limit, and the nodes asked for in random order."""

    n: int
    xy: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    cost: np.ndarray
    amounts: np.ndarray
    limit: float
    sources: np.ndarray

    @classmethod
    def read(cls, path: str) -> Case:
        """Read a case from a .npz file."""
        held = np.load(path)
        return cls(**{name: held[name] if held[name].ndim else held[name].item() for name in held.files})


Answer = Callable[[np.ndarray], np.ndarray]  # nodes asked for -> what is within the limit of each


def within(case: Case, costs: np.ndarray) -> np.ndarray:
    """Add up what lies within the limit in rows of costs to all nodes."""
    return (costs <= case.limit) @ case.amounts


# ---------------------------------------------------------------- the libraries: each builds its graph, then answers


def ours(case: Case) -> Answer:
    """Set up this project's own engine: scipy's Dijkstra, city in blocks, amounts added up by edge."""
    from creative_nodes.streets.network import Entrances, StreetNetwork
    from creative_nodes.streets.within import total_within_of_nodes, totals_within

    n_arcs = len(case.tail)
    network = StreetNetwork(
        node_ids=np.arange(case.n),
        xy=case.xy,
        u=case.tail,
        v=case.head,
        length_m=case.cost,
        forward=case.cost,
        backward=np.full(n_arcs, np.inf),
        streets=np.full(n_arcs, None),
        epsg=0,
        leg_cost_per_m=1.0,
        unit="m",
        enterable=np.full(n_arcs, True),
    )
    # a junction is the beginning of a street that leaves it
    leaving = np.zeros(case.n, dtype=int)
    leaving[case.tail] = np.arange(n_arcs)

    def at(nodes: np.ndarray) -> Entrances:
        zero = np.zeros(len(nodes))
        return Entrances(np.arange(len(nodes)), leaving[nodes], zero, zero, len(nodes), zero)

    homes = at(np.arange(case.n))

    def answer(nodes: np.ndarray) -> np.ndarray:
        if len(nodes) < case.n:
            return totals_within(network, at(nodes), homes, case.amounts, limits=[case.limit])[:, 0]
        return total_within_of_nodes(network, homes, case.amounts, limit_m=case.limit)[nodes]

    return answer


def with_scipy(case: Case) -> Answer:
    """Set up scipy's Dijkstra on the whole graph."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    graph = csr_array((case.cost, (case.tail, case.head)), shape=(case.n, case.n))

    def answer(nodes: np.ndarray) -> np.ndarray:
        chunks = np.array_split(nodes, max(1, len(nodes) // 100))
        return np.concatenate([within(case, dijkstra(graph, indices=some, limit=case.limit)) for some in chunks])

    return answer


def with_networkx(case: Case) -> Answer:
    """Set up networkx, which everything else is held against."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(range(case.n))
    graph.add_weighted_edges_from(zip(case.tail.tolist(), case.head.tolist(), case.cost.tolist(), strict=True))

    def one(node: int) -> float:
        reached = nx.single_source_dijkstra_path_length(graph, node, cutoff=case.limit)
        return case.amounts[list(reached)].sum()

    return lambda nodes: np.array([one(node) for node in nodes.tolist()])


def with_igraph(case: Case) -> Answer:
    """Set up igraph; `distances` knows no limit."""
    import igraph

    graph = igraph.Graph(n=case.n, edges=np.column_stack([case.tail, case.head]), directed=True)
    weights = case.cost.tolist()

    def answer(nodes: np.ndarray) -> np.ndarray:
        chunks = np.array_split(nodes, max(1, len(nodes) // 20))
        found = (graph.distances(source=some.tolist(), weights=weights, mode="out") for some in chunks)
        return np.concatenate([within(case, np.array(some)) for some in found])

    return answer


def with_rustworkx(case: Case) -> Answer:
    """Set up rustworkx; one source a call, no limit, and a call of Python for each edge looked at."""
    import rustworkx

    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(case.n))
    graph.extend_from_weighted_edge_list(
        list(zip(case.tail.tolist(), case.head.tolist(), case.cost.tolist(), strict=True))
    )

    def one(node: int) -> float:
        found = rustworkx.digraph_dijkstra_shortest_path_lengths(graph, node, float)
        near = [other for other, cost in found.items() if cost <= case.limit and other != node]
        return case.amounts[near].sum() + case.amounts[node]

    return lambda nodes: np.array([one(node) for node in nodes.tolist()])


def with_networkit(case: Case) -> Answer:
    """Set up NetworKit's SPSP, on all cores; no limit."""
    import networkit

    arcs = (case.cost, (case.tail.astype(np.uint64), case.head.astype(np.uint64)))
    graph = networkit.GraphFromCoo(arcs, n=case.n, weighted=True, directed=True)

    def answer(nodes: np.ndarray) -> np.ndarray:
        chunks = np.array_split(nodes, max(1, len(nodes) // 100))
        found = (networkit.distance.SPSP(graph, some.tolist()).run().getDistances(asarray=True) for some in chunks)
        return np.concatenate([within(case, np.asarray(some)) for some in found])

    return answer


def with_pandana(case: Case) -> Answer:
    """Set up pandana, contraction included; it answers every node or none.

    Its lengths are whole thousandths, so minutes are given as thousandths of a minute, or it would hardly tell any.
    """
    import pandana
    import pandas as pd

    unit = 1000.0 if case.limit < 100 else 1.0
    nodes = pd.DataFrame(case.xy, columns=["x", "y"])
    arcs = pd.DataFrame({"tail": case.tail, "head": case.head, "cost": case.cost * unit})
    network = pandana.Network(nodes["x"], nodes["y"], arcs["tail"], arcs["head"], arcs[["cost"]], twoway=False)
    network.set(pd.Series(nodes.index), variable=pd.Series(case.amounts), name="homes")
    return lambda asked: network.aggregate(case.limit * unit, type="sum", decay="flat", name="homes").to_numpy()[asked]


def with_cityseer(case: Case) -> Answer:
    """Set up cityseer: closeness with the weight 1 adds up the weights of the nodes in reach, without one's own.

    It takes lengths from geometry, and a factor; limits are whole metres, so minutes are given as thousandths.
    """
    from cityseer.rustalgos import graph

    unit = 1000.0 if case.limit < 100 else 1.0
    network = graph.NetworkStructure()
    network.set_is_directed(True)
    asked = np.zeros(case.n, dtype=bool)
    asked[case.sources] = True
    for node, ((x, y), amount, live) in enumerate(zip(case.xy.tolist(), case.amounts, asked.tolist(), strict=True)):
        network.add_street_node(node, x, y, live, float(amount))
    for number, (a, b, cost) in enumerate(zip(case.tail.tolist(), case.head.tolist(), case.cost, strict=True)):
        (x, y) = case.xy[a]
        line = f"LINESTRING ({x} {y}, {x + 1} {y})"
        network.add_street_edge(a, b, number, a, b, line, max(float(cost) * unit, 1e-9))
    limit = round(case.limit * unit)

    def answer(nodes: np.ndarray) -> np.ndarray:
        found = network.centrality_shortest(
            distances=[limit], closeness_exprs=[("total", "1")], betweenness_exprs=[], pbar_disabled=True
        )
        return np.asarray(found.metrics["total"][limit])[nodes] + case.amounts[nodes]

    return answer


@dataclass(frozen=True)
class Engine:
    """A library: how it is called here, its name in the package index, whether it answers all or the sample."""

    set_up: Callable[[Case], Answer]
    package: str
    all: bool


ENGINES = {
    "scipy, as this project uses it": Engine(ours, "scipy", True),
    "scipy, the whole graph at once": Engine(with_scipy, "scipy", True),
    "pandana": Engine(with_pandana, "pandana", True),
    "cityseer": Engine(with_cityseer, "cityseer", True),
    "igraph": Engine(with_igraph, "igraph", False),
    "networkit": Engine(with_networkit, "networkit", False),
    "rustworkx": Engine(with_rustworkx, "rustworkx", False),
    "networkx": Engine(with_networkx, "networkx", True),
}


def answer_here(name: str, path: str) -> dict[str, Any]:
    """Run one library in this process."""
    engine, case = ENGINES[name], Case.read(path)
    nodes = case.sources if engine.all else case.sources[:SAMPLE]
    begun, spent = time.perf_counter(), time.process_time()
    answer = engine.set_up(case)
    built = time.perf_counter()
    found = answer(nodes)
    return {
        "build_s": built - begun,
        "answer_s": time.perf_counter() - built,
        "cpu_s": time.process_time() - spent,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "answered": len(nodes),
        "found": found.tolist(),
    }


# ---------------------------------------------------------------- the questions


def write_cases(folder: Path, country: str, to: Path) -> None:
    """Write the two questions about a city."""
    import shapely
    import yaml

    from creative_nodes.common import tables
    from creative_nodes.settings import load_config
    from creative_nodes.streets.streets import Streets

    root = Path(__file__).resolve().parents[1]
    table = {
        name: tables.read(TABLES[name], folder / f"{name}.parquet")
        for name in ("street_nodes", "street_edges", "people", "completeness", "candidates", "study_area")
    }
    settings = load_config(yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8")))
    area = table["study_area"].iloc[0]
    streets = Streets(table["street_nodes"], table["street_edges"], settings.travel, country, int(area["epsg"]))
    rng = np.random.default_rng(1)
    asked = np.concatenate(
        [streets.shapes(table["candidates"]), shapely.centroid(streets.shapes(table["completeness"]))]
    )
    for name, network, limit in (
        ("walk", streets.network("walk", in_metres=True), WALK_LIMIT_M),
        ("ride", streets.network("motorbike"), RIDE_LIMIT_MIN),
    ):
        doors = streets.entrances(network, streets.shapes(table["people"]))
        first = np.unique(doors.place, return_index=True)[1]
        node = np.where(doors.share < 0.5, network.u[doors.edge], network.v[doors.edge])[first]
        residents = table["people"]["residents"].to_numpy(dtype=float)[doors.place[first]]
        gates = streets.entrances(network, asked)
        sources = np.arange(network.n_nodes) if name == "walk" else np.unique(network.u[gates.edge])
        graph = network.graph().tocoo()
        np.savez(
            to / name,
            n=network.n_nodes,
            xy=network.xy,
            tail=graph.row,
            head=graph.col,
            cost=graph.data,
            amounts=np.bincount(node, residents, network.n_nodes),
            limit=limit,
            sources=rng.permutation(sources),
        )


def run_apart(python: str, *arguments: str) -> dict[str, Any]:
    """Run this script in a process of its own; returns its figures, or why there are none."""
    root = Path(__file__).resolve().parents[1]
    path = os.pathsep.join([str(root / "src"), os.environ.get("PYTHONPATH", "")])
    command = [python, __file__, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path})
    lines = done.stderr.strip().splitlines()
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {"why": (lines or ["killed"])[-1]}


def describe(name: str, one: dict[str, Any], expected: np.ndarray, n_sources: int) -> str:
    """Return a row of the table."""
    if "why" in one:
        package = ENGINES[name].package
        return f"| {name} | not run: {one['why']} (pip install {package}) | | | | |"
    scale = n_sources / one["answered"]
    expected = expected[: one["answered"]]
    off = np.abs(np.array(one["found"]) - expected) / np.maximum(expected, 1.0)
    right = "yes" if off.max() <= SAME else f"no: {(off > SAME).sum():,} of {len(off):,} off, by up to {off.max():.1e}"
    scaled = f"{one['answer_s'] * scale:,.1f}" + (f" (scaled from {one['answered']})" if scale > 1 else "")
    cpu = f"{one['cpu_s']:,.1f}" if scale == 1 else ""
    return f"| {name} {one['version']} | {one['build_s']:.1f} | {scaled} | {cpu} | {one['peak_mb']:,.0f} | {right} |"


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="data/processed/<city>")
    parser.add_argument("--country", default="VN", help="whose speeds count: VN or CN")
    parser.add_argument("--python", default=sys.executable, help="Python of an environment with the other libraries")
    parser.add_argument("--only", choices=ENGINES, action="append", help="one library (networkx judges in any case)")
    parser.add_argument("--runs", type=int, default=1, help="runs of each quick library; the median counts")
    parser.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--write-to", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write_to:
        write_cases(Path(given.folder), given.country, given.write_to)
        return
    if given.engine:
        try:
            installed = version(ENGINES[given.engine].package)
        except PackageNotFoundError as missing:
            raise SystemExit("not installed") from missing
        print(json.dumps({**answer_here(given.engine, given.folder), "version": installed}))
        return
    with tempfile.TemporaryDirectory() as folder:
        # in a process of its own as well: a process begins with the peak memory of the one that started it
        command = [sys.executable, __file__, given.folder, "--country", given.country, "--write-to", folder]
        subprocess.run(command, check=True)
        for question in ("walk", "ride"):
            compare(str(Path(folder) / f"{question}.npz"), question, given)


def compare(path: str, question: str, given: argparse.Namespace) -> None:
    """Ask every library one question and print the table."""
    case = Case.read(path)
    size = f"{case.n:,} junctions, {len(case.tail):,} arcs"
    print(f"\n{question}: {size}, limit {case.limit:g}, {len(case.sources):,} asked")
    print("| library | build s | answer s | processor s | peak MB | equals networkx |\n|---|---|---|---|---|---|")
    judge = run_apart(sys.executable, path, "--engine", "networkx")
    expected = np.array(judge["found"])
    for name in given.only or ENGINES:
        # what this project needs anyway runs in its own environment
        python = sys.executable if ENGINES[name].package == "scipy" else given.python
        runs = [judge if name == "networkx" else run_apart(python, path, "--engine", name)]
        while len(runs) < given.runs and runs[0].get("answer_s", LONG_S) < LONG_S:
            runs.append(run_apart(python, path, "--engine", name))
        runs.sort(key=lambda one: one.get("answer_s", 0.0))
        print(describe(name, runs[len(runs) // 2], expected, len(case.sources)), flush=True)


if __name__ == "__main__":
    main()
