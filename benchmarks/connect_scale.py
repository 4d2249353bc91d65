"""Clusters, links and co-location in made-up cities of 1,000 to 20,000 creative spaces: processor seconds, megabytes.

    python benchmarks/connect_scale.py --plot docs/images/connect_scale.png

Everything that `connect_spaces` does, with the shipped settings. The streets are an irregular grid of 100 m with ten
junctions a space; half of the spaces crowd around the centre, half stand in groups of eight strewn over the city; there
is an industrial site for every ten spaces. Each city runs in a process of its own, whose whole memory counts.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import runpy
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 2_000, 5_000, 10_000, 20_000)
BLOCK_M, EPSG = 100.0, 32648
JUNCTIONS_A_SPACE, SPACES_A_SITE, A_GROUP = 10, 10, 8
EAST, NORTH = 500_000.0, 2_300_000.0


def grid(junctions: int, rng: np.random.Generator) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw the tables street_nodes and street_edges."""
    side = math.isqrt(junctions)
    number = np.arange(side * side).reshape(side, side)
    across, along = (part.ravel() for part in np.meshgrid(np.arange(side), np.arange(side)))
    xy = np.column_stack([across, along]) * BLOCK_M + rng.uniform(-30, 30, (side * side, 2)) + [EAST, NORTH]
    u = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    v = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    kept = rng.random(len(u)) > 1 / 7
    u, v = u[kept], v[kept]
    points = gpd.GeoSeries(shapely.points(xy), crs=EPSG).to_crs(4326)
    lon_lat = shapely.get_coordinates(points.to_numpy())
    lines = shapely.linestrings(np.stack([lon_lat[u], lon_lat[v]], axis=1))
    columns: dict[str, Any] = {"u": u, "v": v, "way_id": np.arange(len(u)), "length_m": np.hypot(*(xy[u] - xy[v]).T)}
    columns |= {"highway": "residential", "name": "", "maxspeed_kmh": np.nan, "crossing_min": np.nan}
    columns |= dict.fromkeys(("walk", "bike", "motorbike", "car"), True)
    columns |= dict.fromkeys(("oneway_bike", "oneway_motorbike", "oneway_car"), 0)
    nodes = gpd.GeoDataFrame({"node_id": np.arange(len(xy))}, geometry=points.to_numpy(), crs=4326)
    return nodes, gpd.GeoDataFrame(columns, geometry=lines, crs=4326, index=range(len(u)))


def scattered(spaces: int, side_m: float, rng: np.random.Generator) -> np.ndarray:
    """Return positions of spaces, metres from the city's corner."""
    crowd = rng.normal(side_m / 2, side_m / 7, (spaces // 2, 2))
    rest = spaces - len(crowd)
    middle = rng.uniform(0, side_m, (max(1, rest // A_GROUP), 2))
    strewn = middle[rng.integers(len(middle), size=rest)] + rng.normal(0, 150, (rest, 2))
    return np.clip(np.concatenate([crowd, strewn]), 0, side_m)


def placed(xy: np.ndarray, row: pd.DataFrame, key: str) -> gpd.GeoDataFrame:
    """Repeat the row of a table at many places, each with a key of its own."""
    many = row.iloc[np.zeros(len(xy), dtype=int)].reset_index(drop=True)
    many[key] = [f"{key}{number}" for number in range(len(xy))]
    points = gpd.GeoSeries(shapely.points(xy[:, 0] + EAST, xy[:, 1] + NORTH), crs=EPSG).to_crs(4326)
    return gpd.GeoDataFrame(many.drop(columns="geometry"), geometry=points.to_numpy(), crs=4326)


def measure(spaces: int) -> dict[str, float]:
    """Measure one city in this process."""
    from creative_nodes.network import connect_spaces
    from creative_nodes.settings import load_config
    from creative_nodes.streets import Streets

    towns = runpy.run_path(str(ROOT / "tests" / "unit" / "towns.py"))
    settings = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))
    rng = np.random.default_rng(spaces)
    nodes, edges = grid(spaces * JUNCTIONS_A_SPACE, rng)
    side_m = BLOCK_M * math.isqrt(spaces * JUNCTIONS_A_SPACE)
    here = {"geometry": shapely.Point(105.0, 21.0)}
    creative = placed(scattered(spaces, side_m, rng), towns["spaces"](here), "space_id")
    heritage = placed(scattered(spaces // SPACES_A_SITE, side_m, rng), towns["sites"](here), "site_id")
    area = gpd.GeoSeries([shapely.box(*nodes.total_bounds).buffer(0.01)], crs=4326)
    spent = time.process_time()
    found = connect_spaces(
        creative,
        heritage,
        towns["places"](),
        Streets(nodes, edges, settings.travel, "VN", EPSG),
        area=area.iloc[0],
        clusters=settings.clusters,
        network=settings.network,
        seed=1,
    )
    seconds = time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"spaces": spaces, "junctions": len(nodes), "links": len(found.links), "processor": seconds, "MB": peak}


def draw(rows: list[dict[str, float]], path: Path) -> None:
    """Plot processor seconds and megabytes against spaces."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    n = np.array([row["spaces"] for row in rows])
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    axes[0].loglog(n, [row["processor"] for row in rows], "o-", color="#1f5f8b", label="processor seconds")
    axes[0].loglog(n, rows[0]["processor"] * n / n[0], "--", color="#999999", label="in proportion to the first")
    axes[1].loglog(n, [row["MB"] for row in rows], "o-", color="#1f5f8b", label="peak MB")
    axes[1].axhline(1_000, linestyle="--", color="#999999", label="1 GB")
    for axis in axes:
        axis.set_xlabel("creative spaces")
        axis.grid(visible=True, which="major", color="#dddddd")
        axis.legend(frameon=False)
    figure.suptitle("Clusters, links and co-location, made-up cities, one core")
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main() -> None:
    """Measure every size, print the table and draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="where the plot goes")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="creative spaces")
    parser.add_argument("--here", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        print(json.dumps(measure(given.here)))
        return
    rows: list[dict[str, float]] = []
    print("| spaces | junctions | links | processor s | per 1,000 spaces | peak MB |\n|---|---|---|---|---|---|")
    for size in given.sizes:
        found = subprocess.check_output([sys.executable, __file__, "--here", str(size)], text=True)
        row = json.loads(found.splitlines()[-1])
        rows.append(row)
        per = row["processor"] / row["spaces"] * 1000
        sizes = f"{row['spaces']:,} | {row['junctions']:,} | {row['links']:,}"
        print(f"| {sizes} | {row['processor']:.1f} | {per:.2f} | {row['MB']:,.0f} |", flush=True)
    if given.plot:
        draw(rows, given.plot)


if __name__ == "__main__":
    main()
