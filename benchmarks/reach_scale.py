"""Walking reach of every junction in made-up cities of 10,000 to 1,000,000 junctions: seconds and peak megabytes.

    python benchmarks/reach_scale.py --plot docs/images/reach_scale.png

The cities are street grids of 100 m made irregular: junctions moved about, one street in seven left out, streets up to
a third longer than the straight line. One home a junction, somewhere along a street. Asked for: what is within
15 minutes' walk (1,200 m) of every junction. Each city runs in a process of its own; the seconds are those of the
search and the sums on one core (processor seconds beside them, which a busy machine disturbs less; the growth is told
from those), the megabytes those of the whole process.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
BLOCK_M = 100.0
LIMIT_M = 1200.0
EPSG = 32648


def made_up_city(n: int, rng: np.random.Generator) -> Any:
    """Draw an irregular street grid of about n junctions."""
    from creative_nodes.streets.network import StreetNetwork

    side = math.isqrt(n)
    number = np.arange(side * side).reshape(side, side)
    column, row = (part.ravel() for part in np.meshgrid(np.arange(side), np.arange(side)))
    xy = np.column_stack([column, row]) * BLOCK_M + rng.uniform(-30, 30, (side * side, 2))
    u = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    v = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    kept = rng.random(len(u)) > 1 / 7
    u, v = u[kept], v[kept]
    length = np.hypot(*(xy[u] - xy[v]).T) * rng.uniform(1, 4 / 3, len(u))
    # one street in ten is open one way only, so that the search is a directed one
    back = np.where(rng.random(len(u)) < 0.1, np.inf, length)
    return StreetNetwork(
        node_ids=np.arange(len(xy)),
        xy=xy,
        u=u,
        v=v,
        length_m=length,
        forward=length,
        backward=back,
        streets=np.full(len(u), None),
        epsg=EPSG,
        leg_cost_per_m=1.0,
        unit="m",
        enterable=np.full(len(u), True),
    )


def measure(n: int) -> dict[str, float]:
    """Measure one city in this process."""
    from creative_nodes.streets.network import Entrances
    from creative_nodes.streets.within import total_within_of_nodes

    rng = np.random.default_rng(n)
    city = made_up_city(n, rng)
    n = city.n_nodes
    edge = rng.integers(0, len(city.u), n)
    homes = Entrances(np.arange(n), edge, rng.uniform(0, 1, n), rng.uniform(0, 30, n), n, np.zeros(n))
    begun, spent = time.perf_counter(), time.process_time()
    found = total_within_of_nodes(city, homes, np.ones(n), limit_m=LIMIT_M)
    seconds, processor = time.perf_counter() - begun, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sizes = {"junctions": n, "streets": len(city.u), "homes in reach": found.mean()}
    return {**sizes, "seconds": seconds, "processor": processor, "MB": peak}


def describe(row: dict[str, float], first: dict[str, float]) -> str:
    """Return a row of the table; "over n log n" is 1 where time has grown like that since the first row."""
    per, per_first = (one["processor"] / (one["junctions"] * math.log(one["junctions"])) for one in (row, first))
    sizes = f"{row['junctions']:,} | {row['streets']:,} | {row['homes in reach']:.0f}"
    return f"| {sizes} | {row['seconds']:.1f} | {row['processor']:.1f} | {per / per_first:.2f} | {row['MB']:,.0f} |"


def draw(rows: list[dict[str, float]], path: Path) -> None:
    """Plot seconds and megabytes against junctions, with n log n through the first point."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    n = np.array([row["junctions"] for row in rows])
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    axes[0].loglog(n, [row["seconds"] for row in rows], "o-", color="#1f5f8b", label="seconds")
    axes[0].loglog(n, [row["processor"] for row in rows], "s-", color="#d08a2e", label="processor seconds")
    growth = rows[0]["processor"] * n * np.log(n) / (n[0] * np.log(n[0]))
    axes[0].loglog(n, growth, "--", color="#999999", label="n log n through the first")
    axes[1].loglog(n, [row["MB"] for row in rows], "o-", color="#1f5f8b", label="peak MB")
    axes[1].axhline(16_000, linestyle="--", color="#999999", label="16 GB")
    for axis in axes:
        axis.set_xlabel("street junctions")
        axis.grid(visible=True, which="major", color="#dddddd")
        axis.legend(frameon=False)
    figure.suptitle("People within 15 minutes' walk of every junction, made-up cities, one core")
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main() -> None:
    """Measure every size, print the table and draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="where the plot goes")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="junctions")
    parser.add_argument("--runs", type=int, default=3, help="runs of each size; the medians count")
    parser.add_argument("--here", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        print(json.dumps(measure(given.here)))
        return
    rows: list[dict[str, float]] = []
    print("| junctions | streets | homes in reach | seconds | processor s | over n log n | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for n in given.sizes:
        command = [sys.executable, __file__, "--here", str(n)]
        runs = [json.loads(subprocess.check_output(command, text=True)) for _ in range(given.runs)]
        row = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        rows.append(row)
        print(describe(row, rows[0]), flush=True)
    if given.plot:
        draw(rows, given.plot)


if __name__ == "__main__":
    main()
