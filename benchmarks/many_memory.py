"""What is made once for all cities of a run, by their number: processor seconds and memory, the same cities repeated.

    python benchmarks/many_memory.py                               # the cities of this folder's run, 1 to 64 of them
    python benchmarks/many_memory.py --folder ../far --cities hanoi-01 hanoi-02 --sizes 4 16 --rules write_index

Cities of a finished run are taken in turn under other keys, again and again, until there are as many as asked: their
sizes stay alike, and what grows is their number. Each size is a process of its own; `before` is what it holds when all
is imported, `peak` the largest resident set at the end.
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
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1, 4, 16, 64)
# the tables of each city that the rule reads (workflow/rules/report.smk); the catalogue reads all that are in TABLES
ANSWERS = ("heritage", "candidates", "scores", "scales", "recommended", "set_beside_ranking", "set_doubt")
INDEX = ("study_area", "indicators", *ANSWERS, "site_doubt", "marks", "decisions")
NOT_PUBLISHED = ("street_nodes", "street_edges", "sobol")
RULES = ("write_index", "write_catalogue")


def peak_mb() -> float:
    """Return the largest resident set of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def repeated(folder: Path, cities: list[str], number: int) -> tuple[list[Any], dict[str, list[str]]]:
    """Return the settings of so many cities, and their tables by name."""
    from creative_nodes.common import read_yaml
    from creative_nodes.report.tables import TABLES
    from creative_nodes.settings import load_config, load_settings

    config = load_config(read_yaml(ROOT / "config" / "config.yaml"))
    own = [load_settings(config, city) for city in cities]
    made = [
        one.model_copy(update={"key": f"{one.key}-copy-{place}"})
        for place, one in enumerate(islice(cycle(own), number))
    ]
    tables = folder / "data" / "processed"
    names = [path.stem for path in (tables / cities[0]).glob("*.parquet") if path.stem in TABLES]
    return made, {
        name: [str(tables / city / f"{name}.parquet") for city in islice(cycle(cities), number)] for name in names
    }


def run_one(rule: str, folder: Path, cities: list[str], number: int) -> dict[str, float]:
    """Do what a rule does for so many cities in this process."""
    from creative_nodes.report import (
        CATALOGUE_KEYS,
        index_cities,
        index_html,
        index_page,
        page_settings,
        write_catalogue,
        write_page,
    )
    from creative_nodes.runs import read_record
    from creative_nodes.settings import pick

    own, files = repeated(folder, cities, number)
    record = read_record(folder / "data" / "processed" / "run.json")
    before, begun = peak_mb(), time.process_time()
    with tempfile.TemporaryDirectory() as made:
        if rule == "write_index":
            texts = [page_settings(one, []) for one in own]
            found = index_cities(texts, {name: paths for name, paths in files.items() if name in INDEX})
            write_page(index_html(partial(index_page, found), run=record), Path(made) / "index.html")
        else:
            rules = [one.analysis.locate for one in own]
            taxonomies = sorted({path for one in rules for path in (one.heritage_taxonomy, one.creative_taxonomy)})
            shown = {name: paths for name, paths in files.items() if name not in NOT_PUBLISHED}
            facets = ROOT / "config" / "taxonomy" / "facets.yaml"
            write_catalogue(
                [pick(one, *CATALOGUE_KEYS) for one in own],
                {**shown, "facets": str(facets), "taxonomies": taxonomies},
                record,
                made,
            )
        size = sum(path.stat().st_size for path in Path(made).rglob("*") if path.is_file()) / 2**20
    return {"before": before, "peak": peak_mb(), "seconds": time.process_time() - begun, "size": size}


def main() -> None:
    """Run the sizes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(), help="of a finished run")
    parser.add_argument("--cities", nargs="+", help="default: those of the run's record")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="cities")
    parser.add_argument("--rules", nargs="+", choices=RULES, default=RULES)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    record = json.loads((given.folder / "data" / "processed" / "run.json").read_text(encoding="utf-8"))
    cities = given.cities or sorted(record["cities"])
    if given.one:
        print(json.dumps(run_one(given.rules[0], given.folder, cities, given.sizes[0])))
        return
    print("| rule | cities | before, MB | peak, MB | processor s | written, MB |")
    print("|---|---|---|---|---|---|")
    for rule in given.rules:
        for size in given.sizes:
            command = [sys.executable, __file__, "--one", "--rules", rule, "--sizes", str(size)]
            command += ["--folder", str(given.folder), "--cities", *cities]
            told = subprocess.check_output(command, text=True, env={**os.environ, "CREATIVE_NODES_HOME": str(ROOT)})
            one = json.loads(told.splitlines()[-1])
            row = f"| {rule} | {size} | {one['before']:.0f} | {one['peak']:.0f} | {one['seconds']:.1f} "
            print(row + f"| {one['size']:.1f} |", flush=True)


if __name__ == "__main__":
    main()
