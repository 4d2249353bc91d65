"""Locating at one, two, five and ten times the objects of a city: processor seconds, and those per 100,000 objects.

    python benchmarks/locate_scale.py data/processed/hcmc

The city's places are laid side by side, each copy 2 degrees east of the last with ids of its own, so that density,
names and tags stay real. A ratio near 1 in the last column means time grows with the number of objects and no faster.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
import yaml

from creative_nodes.common import tables
from creative_nodes.locate.sites import locate
from creative_nodes.locate.taxonomy import Taxonomies, read_taxonomy
from creative_nodes.report.tables import TABLES
from creative_nodes.settings import load_config

ROOT = Path(__file__).resolve().parents[1]
STEP_DEGREES = 2.0


def copies(places: pd.DataFrame, times: int) -> pd.DataFrame:
    """Return the places laid side by side `times` times."""
    parts = []
    for number in range(times):
        one = places.copy()
        kind = one["osm_id"].str.split("/")
        one["osm_id"] = [f"{k}/{int(i) + number * 100_000_000_000}" for k, i in kind]
        moved = shapely.transform(one.geometry.to_numpy(), lambda xy, n=number: np.add(xy, [n * STEP_DEGREES, 0]))
        parts.append(one.set_geometry(moved, crs=4326))
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="data/processed/<city>")
    folder = parser.parse_args().folder
    places = tables.read(TABLES["places"], folder / "places.parquet")
    area = tables.read(TABLES["study_area"], folder / "study_area.parquet").iloc[0]
    settings = load_config(yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8")))
    names = ("heritage_taxonomy", "creative_taxonomy", "amenity_taxonomy")
    rules = Taxonomies(*(read_taxonomy(ROOT / getattr(settings.locate, name)) for name in names))
    first = None
    for times in (1, 2, 5, 10):
        many = copies(places, times)
        shifted = [
            shapely.transform(area.geometry, lambda xy, n=n: np.add(xy, [n * STEP_DEGREES, 0])) for n in range(times)
        ]
        begun = time.process_time()
        found = locate(
            many,
            rules,
            known=[],
            settings=settings.locate,
            area=shapely.union_all(shifted),
            edge_buffer_m=settings.edge_buffer_m,
            epsg=int(area["epsg"]),
        )
        seconds = time.process_time() - begun
        per = seconds / len(many) * 1e5
        first = first or per
        print(
            f"{len(many):>9,} objects: {seconds:6.2f} s, {len(found.heritage):,} industrial sites, "
            f"{len(found.creative):,} spaces; {per:.2f} s per 100,000 objects, {per / first:.2f} times the first"
        )


if __name__ == "__main__":
    main()
