"""10,000 random weightings of 300 candidates: this project beside a plain loop, in processor seconds and megabytes.

    python benchmarks/smaa.py
    python benchmarks/smaa.py --candidates 5000 --only ours

The loop does what an analyst would write first: draw one set of weights, multiply, rank with pandas, note the ranks.
Both draw the same weights from the same seed and must give the same chances. Each runs in a process of its own, so that
peak memory counts in full (numpy and pandas in both); ours also keeps all ranks and the central weights.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pandas as pd

CRITERIA = 11
TOP = 10


def made_up(candidates: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a matrix of made-up criteria and a set of weights."""
    rng = np.random.default_rng(80)
    return rng.random((candidates, CRITERIA)), rng.dirichlet(np.ones(CRITERIA) * 5)


def run_ours(matrix: np.ndarray, weights: np.ndarray, draws: int) -> np.ndarray:
    """Return the chance of the top ten by this project."""
    from creative_nodes.score.smaa import accept

    return accept(matrix, weights * 50, draws=draws, seed=1).within(TOP)


def run_loop(matrix: np.ndarray, weights: np.ndarray, draws: int) -> np.ndarray:
    """Return the same by a plain loop over the draws."""
    rng = np.random.default_rng(1)
    frame, hits = pd.DataFrame(matrix), np.zeros(len(matrix))
    for _ in range(draws):
        drawn = rng.dirichlet(weights * 50)
        ranks = (frame * drawn).sum(axis=1).round(12).rank(ascending=False, method="min")
        hits += (ranks <= TOP).to_numpy()
    return hits / draws


def run_one(name: str, candidates: int, draws: int) -> dict[str, Any]:
    """Time one of the two in this process."""
    matrix, weights = made_up(candidates)
    begun = time.process_time()
    chances = {"ours": run_ours, "loop": run_loop}[name](matrix, weights, draws)
    seconds = time.process_time() - begun
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mb": peak_mb, "chances": chances.tolist()}


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=300)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--only", choices=["ours", "loop"], help="one of the two alone")
    parser.add_argument("--one", choices=["ours", "loop"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(run_one(arguments.one, arguments.candidates, arguments.draws)))
        return
    size = ["--candidates", str(arguments.candidates), "--draws", str(arguments.draws)]
    found = {}
    for name in [arguments.only] if arguments.only else ["ours", "loop"]:
        done = subprocess.run(
            [sys.executable, __file__, "--one", name, *size], check=True, capture_output=True, text=True
        )
        found[name] = json.loads(done.stdout)
        print(f"{name:<6}{found[name]['seconds']:8.2f} s {found[name]['peak_mb']:6.0f} MB")
    if arguments.only:
        return
    ratio = found["loop"]["seconds"] / found["ours"]["seconds"]
    same = np.abs(np.subtract(found["ours"]["chances"], found["loop"]["chances"])).max()
    print(f"ratio {ratio:6.1f}   largest difference of a chance {same:.4f}")


if __name__ == "__main__":
    main()
