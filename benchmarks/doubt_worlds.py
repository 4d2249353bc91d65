"""The joint doubt of a city in processor time: what is measured once, and what each world then costs.

    python benchmarks/doubt_worlds.py hanoi hcmc shanghai
    python benchmarks/doubt_worlds.py sample --worlds 50

Reads the tables that a run has made (`data/processed/<city>`), and the population that lies in the folder POPULATION.
The budget is 60 s a city, all told.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path

import yaml

from creative_nodes.doubt import DOUBT_KEYS, read_doubt_rules, read_doubted_city, read_set
from creative_nodes.doubt.draws import draw_worlds
from creative_nodes.doubt.worlds import Run
from creative_nodes.people import find_population
from creative_nodes.settings import Settings, load_config, load_settings, pick
from creative_nodes.streets.streets import STREET_KEYS

NAMES = (
    *("study_area", "street_nodes", "street_edges", "stations", "services", "candidates", "heritage"),
    *("reference", "completeness", "scales", "recommended", "amenities", "people", "places"),
)


def files_of(city: str, settings: Settings) -> dict[str, str]:
    """Return the files that the rule reads."""
    folder = Path("data/processed") / city
    files = {name: str(folder / f"{name}.parquet") for name in NAMES}
    files["creative"] = str(folder / "located_creative.parquet")
    folders = [Path(), Path(os.environ.get("POPULATION", "."))]
    for kind in ("raster", "table"):
        found = find_population(settings.city.people, kind, folders=folders, online=False)
        files |= {kind: str(found)} if found else {}
    return files


def measure(city: str, worlds: int) -> tuple[float, ...]:
    """Return processor seconds: reading, measuring once, a world's values, a world's sets, drawn weightings."""
    config = load_config(yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8")))
    settings = load_settings(config, city)
    text = pick(settings, *STREET_KEYS, *DOUBT_KEYS)
    at = [time.process_time()]
    files = files_of(city, settings)
    read, rules, chosen = read_doubted_city(files, text), read_doubt_rules(text), read_set(files["recommended"])
    at.append(time.process_time())
    run = Run.start(read, rules, chosen)
    at.append(time.process_time())
    spent = [0.0, 0.0, 0.0]
    for number, drawn in enumerate(draw_worlds(run.of, rules.doubt, seed=rules.seed)[:worlds]):
        begun = time.process_time()
        valued = run.value(drawn)
        valued_at = time.process_time()
        run.sets(valued, drawn)
        sets_at = time.process_time()
        valued.ranks(run.weightings(valued, number), len(run.kept.sites.site_ids))
        spent = [
            spent[0] + valued_at - begun,
            spent[1] + sets_at - valued_at,
            spent[2] + time.process_time() - sets_at,
        ]
    return at[1] - at[0], at[2] - at[1], *(one / worlds for one in spent)


def main() -> None:
    """Measure each city and print a line of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cities", nargs="+")
    parser.add_argument("--worlds", type=int, default=40, help="worlds timed; the total is told for 250")
    asked = parser.parse_args()
    print(f"{'city':<10}{'read s':>8}{'once s':>8}{'values ms':>11}{'sets ms':>9}{'ranks ms':>10}{'250 worlds s':>14}")
    for city in asked.cities:
        read, once, *world = measure(city, asked.worlds)
        whole = read + once + 250 * sum(world)
        times = "".join(f"{1000 * one:>{width}.0f}" for one, width in zip(world, (11, 9, 10), strict=True))
        print(f"{city:<10}{read:>8.1f}{once:>8.1f}{times}{whole:>14.1f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
