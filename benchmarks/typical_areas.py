"""How large is an old works whose size nobody knows? The typical areas of config/config.yaml, measured on known ones.

    python benchmarks/typical_areas.py hanoi hcmc shanghai --processed data/processed

Reads the known and likely sites that have an outline (converted and lost ones too: what became of a works does not
change how large it was), each ground once, of all cities together. Prints by class how many there are, the quartiles of
their areas, and the median rounded to two digits where there are at least five, which is `candidates.typical_area_m2`;
its `default` is the median of all. Where a city's own median is lower, what its file gives instead: what nobody knows
must not be worth more than most of what is known there. Then, how far known areas lie from the typical one of their
class: the factors that a tenth stay below and above, between which `doubt.unknown_areas` draws.

What it cannot show: typical areas are those of all cities together, for few classes have five areas in one city; the
cities differ, as the medians of each show, and a city may set its own (`override` of its file). Sites without an
outline may be smaller than those that somebody drew, and the three extracts are no sample of all works.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from creative_nodes.common import tables
from creative_nodes.locate import HERITAGE
from creative_nodes.score import RANKED

FEWEST = 5  # areas of a class from which its own median is told
TENTHS = (0.1, 0.9)


def known_areas(city: str, processed: Path) -> pd.DataFrame:
    """Return class and area of the known and likely sites of a city that have an outline, each ground once."""
    heritage = tables.read(HERITAGE, processed / city / "heritage.parquet")
    drawn = heritage[heritage["area_m2"].notna() & heritage["list"].isin(RANKED)]
    return drawn.loc[~drawn.geometry.to_wkb().duplicated(), ["heritage_class", "area_m2"]].assign(city=city)


def two_digits(area: float) -> float:
    """Round to two significant digits."""
    return float(f"{area:.1e}")


def typical_areas(areas: pd.DataFrame) -> dict[str, float]:
    """Return the typical area by class, and of all."""
    by_class = areas.groupby("heritage_class")["area_m2"].agg(["size", "median"])
    told = by_class.loc[by_class["size"] >= FEWEST, "median"]
    return {"default": two_digits(areas["area_m2"].median())} | {str(k): two_digits(v) for k, v in told.items()}


def _own(areas: pd.DataFrame, name: str) -> float:
    """Return the median of a city's own areas of a class, of all of them where it has fewer than five."""
    of_class = areas.loc[areas["heritage_class"] == name, "area_m2"]
    some = of_class if len(of_class) >= FEWEST else areas["area_m2"]
    return two_digits(some.median()) if len(some) >= FEWEST else np.inf


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cities", nargs="+")
    parser.add_argument("--processed", type=Path, default=Path("data/processed"))
    given = parser.parse_args()
    areas = pd.concat([known_areas(city, given.processed) for city in given.cities], ignore_index=True)
    told = areas.groupby("heritage_class")["area_m2"].describe()[["count", "25%", "50%", "75%"]]
    print(told.round(0).astype(int).to_string())
    print(f"\n{len(areas)} areas, each city's own:")
    own = areas.groupby(["city", "heritage_class"])["area_m2"].agg(["size", "median"])
    whole = areas.groupby("city")["area_m2"].agg(["size", "median"])
    print(pd.concat([own, whole.set_axis([(city, "all") for city in whole.index])]).round(0).astype(int).to_string())
    typical = typical_areas(areas)
    print("typical, m²:", {name: f"{area:,.0f}" for name, area in typical.items()})
    for city, some in areas.groupby("city"):
        least = {name: min(area, _own(some, name)) for name, area in typical.items()}
        if lower := {name: f"{area:,.0f}" for name, area in least.items() if area < typical[name]}:
            print(f"{city}, no more than its own median: {lower}")
    factor = areas["area_m2"] / [typical.get(name, typical["default"]) for name in areas["heritage_class"]]
    low, high = np.quantile(factor, TENTHS)
    print(f"a tenth lies below {low:.2g} times the typical area of its class, a tenth above {high:.2g} times")


if __name__ == "__main__":
    main()
