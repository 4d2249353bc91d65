"""Walking graph of a city: this project beside OSMnx, in seconds and megabytes.

    python benchmarks/walking_graph.py ../osm/hcmc.osm.pbf

Each build runs in a process of its own, so that peak memory counts in full; seconds are those of the build alone, and
beside them those of the whole process with its imports. OSMnx reads .osm XML, so the same file is converted first; the
conversion is not counted. Ours reads the places of the city as well, as a run does. At the end: residents within 15
minutes' walk of every street node, on the same graph, with made-up residents (one a 100 m cell along the streets),
because only the time matters here.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]


def settings() -> dict[str, Any]:
    """Return the shipped configuration."""
    return yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))


def builder(path: str) -> Callable[[], Any]:
    """Return what reads a file and builds its walking network, ready to go: all imports and settings are there."""
    from creative_nodes.common.geo import utm_epsg
    from creative_nodes.pull.read import read_osm
    from creative_nodes.settings import load_config
    from creative_nodes.streets.network import StreetTables, build_network

    travel = load_config(settings()).travel
    epsg = utm_epsg(*position(path))

    def build() -> Any:
        read = read_osm(path, modes=travel.modes, epsg=epsg)
        drawn = StreetTables(read.street_nodes, read.street_edges, epsg)
        return build_network(drawn, mode="walk", travel=travel, country="VN", in_metres=True)

    return build


def build_ours(path: str) -> dict[str, Any]:
    """Build the walking network with this project."""
    build = builder(path)
    begun = time.perf_counter()
    walk = build()
    walk.graph()
    return {"nodes": walk.n_nodes, "build_s": time.perf_counter() - begun}


def build_osmnx(path: str) -> dict[str, Any]:
    """Build a graph with OSMnx from the same data."""
    import osmnx

    begun = time.perf_counter()
    graph = osmnx.graph_from_xml(path)
    return {"nodes": len(graph), "build_s": time.perf_counter() - begun}


def reach_all_nodes(path: str) -> dict[str, Any]:
    """Count residents within 15 minutes' walk of every street node."""
    import numpy as np
    import shapely

    from creative_nodes.streets.network import find_entrances
    from creative_nodes.streets.within import total_within_of_nodes

    walk = builder(path)()
    cells = np.unique(np.floor(shapely.get_coordinates(walk.lines) / 100), axis=0) * 100 + 50
    begun = time.perf_counter()
    homes = find_entrances(walk, shapely.points(cells), within_m=500, spacing_m=100)
    total = total_within_of_nodes(walk, homes, np.ones(len(cells)), limit_m=1200)
    seconds = time.perf_counter() - begun
    return {"nodes": walk.n_nodes, "cells": len(cells), "mean": float(total.mean()), "reach_s": seconds}


def position(path: str) -> tuple[float, float]:
    """Return the position of a file's first node (lon, lat), which tells the UTM zone."""
    import osmium

    for node in osmium.FileProcessor(path, osmium.osm.NODE):
        return node.lon, node.lat
    raise SystemExit(f"{path} holds no node")


TASKS = {"ours": build_ours, "osmnx": build_osmnx, "reach": reach_all_nodes}


def run_apart(task: str, path: Path) -> dict[str, Any]:
    """Run one task in a process of its own; returns its figures with seconds and peak megabytes."""
    command = [sys.executable, __file__, "--task", task, str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help=".osm.pbf of a city")
    parser.add_argument("--runs", type=int, default=3, help="runs of our build, the median counts (OSMnx runs once)")
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        begun = time.perf_counter()
        found = TASKS[given.task](str(given.file))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**found, "process_s": time.perf_counter() - begun, "peak_mb": peak}))
        return
    import osmium

    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "city.osm"
        with osmium.SimpleWriter(str(xml)) as writer:
            for item in osmium.FileProcessor(given.file):
                writer.add(item)
        ours = sorted((run_apart("ours", given.file) for _ in range(given.runs)), key=lambda one: one["build_s"])
        mine, other = ours[len(ours) // 2], run_apart("osmnx", xml)
    for name, one in (("creative-nodes", mine), ("osmnx.graph_from_xml", other)):
        print(
            f"{name:<22} build {one['build_s']:6.2f} s, with imports {one['process_s']:6.2f} s, "
            f"peak {one['peak_mb']:5.0f} MB, {one['nodes']:,} nodes"
        )
    ratios = [other[key] / mine[key] for key in ("build_s", "process_s", "peak_mb")]
    print("OSMnx over ours: build {:.1f} times, with imports {:.1f} times, memory {:.1f} times".format(*ratios))
    reach = run_apart("reach", given.file)
    print(
        f"residents within 15 min walk of all {reach['nodes']:,} street nodes from {reach['cells']:,} cells: "
        f"{reach['reach_s']:.1f} s, {reach['peak_mb']:.0f} MB"
    )


if __name__ == "__main__":
    main()
