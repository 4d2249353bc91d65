"""Sites chosen together out of 50 to 500 candidates: processor seconds, and what is proven.

    python benchmarks/portfolio_scale.py

A made-up city of 136,000 inhabited cells of 100 m (as Ho Chi Minh City) on 45 by 45 km, denser towards the centre; half
of the candidates lie around the centre, half anywhere. Walks are straight lines times 1.3 at 4.8 km/h, 60 minutes at
most. Everything `choose_portfolio` does is counted: every plan, the gain of each added site, the front. `spopt` chooses
five sites for coverage alone (MCLP, solved by the same HiGHS), beside our time for the same. `gap` is the largest of
all solves.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parents[1]
SIZES = (50, 100, 200, 500)
CELLS, SIDE_M, METRES_PER_MINUTE, DETOUR, LIMIT, WALK = 136_000, 45_000.0, 80.0, 1.3, 60.0, 15.0


def made_up(candidates: int) -> Any:
    """Make candidates and the walks of residents to them."""
    from scipy.spatial import cKDTree

    from creative_nodes.choose.options import Demand, Joining, Options

    rng = np.random.default_rng(80)
    middle = np.array([SIDE_M, SIDE_M]) / 2
    cells = np.concatenate(
        [rng.normal(middle, SIDE_M / 8, (CELLS // 2, 2)), rng.uniform(0, SIDE_M, (CELLS - CELLS // 2, 2))]
    )
    inner = candidates // 2
    sites = np.concatenate(
        [rng.normal(middle, SIDE_M / 8, (inner, 2)), rng.uniform(0, SIDE_M, (candidates - inner, 2))]
    )
    spaces = np.concatenate([rng.normal(middle, SIDE_M / 12, (150, 2)), rng.uniform(0, SIDE_M, (50, 2))])
    minutes_of = DETOUR / METRES_PER_MINUTE
    today = cKDTree(spaces).query(cells)[0] * minutes_of
    near = cKDTree(cells).sparse_distance_matrix(cKDTree(sites), LIMIT / minutes_of, output_type="coo_matrix")
    walks = near.data * minutes_of
    nearer = walks < today[near.row]
    helped, row = np.unique(near.row[nearer], return_inverse=True)
    minutes = np.full((len(helped), candidates), np.inf)
    minutes[row, near.col[nearer]] = walks[nearer]
    residents = rng.gamma(1.0, 80.0, CELLS)
    demand = Demand(residents, today, np.ones(CELLS, dtype=bool), helped, minutes)
    parts = rng.integers(1, 20, 60)
    touches, between = rng.random((candidates, 60)) < 0.02, rng.random((candidates, candidates)) < 0.002
    between = (between | between.T) & ~np.eye(candidates, dtype=bool)
    table = pd.DataFrame(
        {
            "site_id": [f"h{number}" for number in range(candidates)],
            "score": np.sort(rng.random(candidates))[::-1],
            "heritage_class": "warehouse",
            "area_m2": rng.gamma(2.0, 5_000.0, candidates),
        }
    )
    return Options(table, demand, Joining(parts, touches, between))


def run_ours(candidates: int) -> dict[str, Any]:
    """Choose with this project."""
    from creative_nodes.choose.portfolio import choose_portfolio
    from creative_nodes.choose.siting import Limit, Solver, choose
    from creative_nodes.settings import load_config

    settings = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))).portfolio
    options = made_up(candidates)
    begun = time.process_time()
    found = choose_portfolio(options, settings, walk_minutes=WALK, seed=1)
    spent = time.process_time() - begun
    begun = time.process_time()
    alone = choose([options.demand.covering(WALK)], Limit(sites=settings.k), Solver(settings.time_limit_s, 1))
    solves = pd.concat([found[name][["status", "gap"]] for name in ("portfolio", "portfolio_gain", "portfolio_front")])
    tried = solves[solves["status"].isin(["optimal", "not proven"])]
    return {
        "seconds": spent,
        "proven": int((tried["status"] == "optimal").sum()),
        "solves": len(tried),
        "gap": float(tried["gap"].max()),
        "open": found["portfolio"].loc[found["portfolio"]["status"] == "not proven", "plan"].tolist(),
        "alone_s": time.process_time() - begun,
        "served": options.demand.covering(WALK).total(alone.chosen),
    }


def run_spopt(candidates: int) -> dict[str, Any]:
    """Choose five sites for coverage with spopt."""
    import pulp
    from spopt.locate import MCLP

    demand = made_up(candidates).demand
    new = demand.today[demand.helped] > WALK
    begun = time.process_time()
    model = MCLP.from_cost_matrix(demand.minutes[new], demand.residents[demand.helped][new], WALK, p_facilities=5)
    model.solve(pulp.HiGHS(msg=False, threads=1))
    chosen = np.array([variable.value() > 0.5 for variable in model.fac_vars])
    return {"seconds": time.process_time() - begun, "served": demand.covering(WALK).total(chosen)}


def run_one(name: str, candidates: int) -> dict[str, Any]:
    """Time one of the two in this process."""
    found = {"ours": run_ours, "spopt": run_spopt}[name](candidates)
    return found | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measure(name: str, candidates: int) -> dict[str, Any]:
    """Run one of the two in a process of its own."""
    command = [sys.executable, __file__, "--one", name, "--sizes", str(candidates)]
    return json.loads(subprocess.check_output(command, text=True).splitlines()[-1])


def main() -> None:
    """Run the sizes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="candidates")
    parser.add_argument("--alone", action="store_true", help="without spopt")
    parser.add_argument("--one", choices=["ours", "spopt"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(run_one(given.one, given.sizes[0])))
        return
    print("| candidates | processor s | proven | largest gap | peak MB | five for coverage | spopt |")
    print("|---|---|---|---|---|---|---|")
    for size in given.sizes:
        ours = measure("ours", size)
        row = f"| {size} | {ours['seconds']:.1f} | {ours['proven']} of {ours['solves']} | {ours['gap']:.2%} "
        row += f"| {ours['peak_mb']:,.0f} | {ours['alone_s']:.1f} s "
        if not given.alone:
            other = measure("spopt", size)
            if abs(other["served"] - ours["served"]) > 1e-6 * ours["served"]:
                raise SystemExit(f"spopt serves {other['served']:.1f}, ours {ours['served']:.1f}")
            row += f"| {other['seconds']:.1f} s, {other['peak_mb']:,.0f} MB "
        print(row + "|", *(["open:", *ours["open"]] if ours["open"] else []), flush=True)


if __name__ == "__main__":
    main()
