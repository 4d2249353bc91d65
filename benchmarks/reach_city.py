"""Reach in one city, part by part: seconds and peak megabytes.

    python benchmarks/reach_city.py data/processed/hcmc

Residents within 15 minutes' walk (1,200 m) of every street junction; and within 10, 15, 20 and 30 minutes by motorbike
of every candidate and of the middle of every H3 hexagon of resolution 8, from one search. Entrances are found anew.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml

from creative_nodes.common import tables
from creative_nodes.report.tables import TABLES
from creative_nodes.settings import load_config
from creative_nodes.streets.streets import Streets
from creative_nodes.streets.within import total_within_of_nodes, totals_within

ROOT = Path(__file__).resolve().parents[1]
WALK_M = 1200.0
RIDE_MINUTES = (10.0, 15.0, 20.0, 30.0)
READ = ("street_nodes", "street_edges", "people", "completeness", "candidates", "study_area")


class Clock:
    """Notes the seconds of each part, by the clock and of the processor."""

    def __init__(self) -> None:
        self.parts: dict[str, tuple[float, float]] = {}
        self.last = time.perf_counter(), time.process_time()

    def note(self, part: str) -> None:
        """Note the seconds since the last part."""
        now = time.perf_counter(), time.process_time()
        self.parts[part] = now[0] - self.last[0], now[1] - self.last[1]
        self.last = now


def measure(folder: Path, country: str) -> dict[str, Any]:
    """Measure reach in this process; returns seconds by part, megabytes and sizes."""
    clock = Clock()
    table = {name: tables.read(TABLES[name], folder / f"{name}.parquet") for name in READ}
    settings = load_config(yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8")))
    epsg, near_m = int(table["study_area"].iloc[0]["epsg"]), settings.people_grid.link_within_m
    streets = Streets(table["street_nodes"], table["street_edges"], settings.travel, country, epsg)
    cells, hexagons = streets.shapes(table["people"]), streets.shapes(table["completeness"])
    residents = table["people"]["residents"].to_numpy(dtype=float)
    asked = np.concatenate([streets.shapes(table["candidates"]), shapely.centroid(hexagons)])
    clock.note("read")
    walk, ride = streets.network("walk", in_metres=True), streets.network("motorbike")
    clock.note("networks")
    homes = streets.entrances(walk, cells, within_m=near_m)
    clock.note("walk: entrances")
    on_foot = total_within_of_nodes(walk, homes, residents, limit_m=WALK_M)
    clock.note("walk: every junction")
    homes, gates = streets.entrances(ride, cells, within_m=near_m), streets.entrances(ride, asked)
    clock.note("ride: entrances")
    riding = totals_within(ride, gates, homes, residents, limits=RIDE_MINUTES)
    clock.note("ride: every candidate and hexagon")
    clock.parts["total"] = tuple(np.sum(list(clock.parts.values()), axis=0).tolist())
    sizes = {"junctions": len(on_foot), "places asked": len(riding), "cells": len(cells)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"parts": clock.parts, "sizes": {**sizes, "peak MB": round(peak), "mean on foot": round(on_foot.mean())}}


def main() -> None:
    """Measure a few times, each in a process of its own, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="data/processed/<city>")
    parser.add_argument("--country", default="VN", help="whose speeds count: VN or CN")
    parser.add_argument("--runs", type=int, default=3, help="runs; the median of each part counts")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        print(json.dumps(measure(given.folder, given.country)))
        return
    command = [sys.executable, __file__, str(given.folder), "--country", given.country, "--here"]
    runs = [json.loads(subprocess.check_output(command, text=True)) for _ in range(given.runs)]
    print("| part | seconds | processor seconds |\n|---|---|---|")
    for part in runs[0]["parts"]:
        wall, spent = (statistics.median(run["parts"][part][k] for run in runs) for k in (0, 1))
        print(f"| {part} | {wall:.1f} | {spent:.1f} |")
    print(", ".join(f"{name}: {number:,}" for name, number in runs[0]["sizes"].items()))


if __name__ == "__main__":
    main()
