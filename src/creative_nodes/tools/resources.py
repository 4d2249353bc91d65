"""Learn from measured runs what each rule needs, as a function of the size of the city's OSM extract.

`python -m creative_nodes.tools.resources` reads the benchmarks of the runs in this folder into
`benchmarks/measured_runs.tsv` and fits `workflow/resources.tsv`, which the rules take memory and time from.
`--check` fails when the fit does not follow from the measured runs.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[3]
MEASURED = "benchmarks/measured_runs.tsv"
FITTED = "workflow/resources.tsv"
MB = 2**20
SUFFIX = ".benchmark.tsv"
TRIAL = re.compile(r"_whatif(-[a-z0-9-]*)?$")
# of a town as small as the sample alone nothing follows for a city
LEAST_MB = 0.1


def extract_mb(folder: Path, city: str) -> float:
    """Return the size of a city's OSM extract, in MB; of several of all together.

    Parameters
    ----------
    folder : where `data/raw/<city>/osm.pbf` lies.
    city : the city's key, or several parted by commas.
    """
    return sum((folder / "data/raw" / one / "osm.pbf").stat().st_size / MB for one in city.split(","))


def rule_of(benchmark: Path) -> str:
    """Return the rule that a benchmark is of; that of a what-if carries its name, that of a graph its mode."""
    return TRIAL.sub("", benchmark.name.removesuffix(SUFFIX).partition(".")[0])


def is_rule(name: str) -> bool:
    """Say whether there is a rule of this name: it has a script."""
    return (ROOT / "scripts" / f"{name}.py").is_file()


def measured(folder: Path) -> pd.DataFrame:
    """Read the benchmarks of the runs in a folder.

    Parameters
    ----------
    folder : where `logs/<city>/<rule>.benchmark.tsv` and `data/raw/<city>/osm.pbf` lie.

    Returns
    -------
    A row a rule and city: rule, city, extract_mb, memory_mb (largest resident set), seconds (of the processor); of a
    download, the file's name and size.
    """
    rows = []
    cities = sorted(path.parent.name for path in folder.glob("data/raw/*/osm.pbf"))
    # those of runs by name may be of other data, but a comparison is always one
    whole = [folder / "logs", *folder.glob("logs/*..*")]
    for path in sorted(path for home in whole for depth in ("*", "*/*") for path in home.glob(f"{depth}{SUFFIX}")):
        city = path.parent.name if path.parent.name in cities else ",".join(cities)
        run = pd.read_csv(path, sep="\t").iloc[0]
        if pd.notna(run["max_rss"]) and (path.parent in whole or path.parent.name in cities):
            rule, size = rule_of(path), round(extract_mb(folder, city), 3)
            rows.append((rule, city, size, run["max_rss"], run["cpu_time"]))
    for path in sorted(folder.glob(f"logs/downloads/*{SUFFIX}")):
        file = folder / "data/raw/downloads" / path.name.removesuffix(SUFFIX)
        if file.exists():
            run, size = pd.read_csv(path, sep="\t").iloc[0], round(file.stat().st_size / MB, 3)
            rows.append(("download_file", file.name, size, run["max_rss"], run["cpu_time"]))
    return pd.DataFrame(rows, columns=["rule", "city", "extract_mb", "memory_mb", "seconds"])


def line_above(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Fit the line that no measurement lies above: by least squares, not falling, then lifted.

    Of a single size nothing is known about growth: it is taken to need as much again for each such size.

    Parameters
    ----------
    x : sizes, in MB.
    y : what was measured at each.

    Returns
    -------
    Its value at 0 and its slope.
    """
    slope = max(0.0, float(np.polyfit(x, y, 1)[0])) if np.ptp(x) > 0 else float(y.max() / x.max())
    base = float(y.max()) if np.ptp(x) == 0 else float((y - slope * x).max())
    return max(0.0, base), slope


def fitted(runs: pd.DataFrame) -> pd.DataFrame:
    """Fit memory and time of each rule against the size of the extract.

    Parameters
    ----------
    runs : as `measured` returns them.

    Returns
    -------
    A row a rule: rule, runs, memory_mb, memory_mb_per_mb, seconds, seconds_per_mb; rules that ran on less than a city
    alone are left out.
    """
    rows = []
    for rule, of_rule in runs.groupby("rule"):
        if of_rule["extract_mb"].max() < LEAST_MB:
            continue
        size = of_rule["extract_mb"].to_numpy(dtype=float)
        lines = [line_above(size, of_rule[name].to_numpy(dtype=float)) for name in ("memory_mb", "seconds")]
        rows.append((rule, len(of_rule), *(round(value, 1) for line in lines for value in line)))
    columns = ["rule", "runs", "memory_mb", "memory_mb_per_mb", "seconds", "seconds_per_mb"]
    return pd.DataFrame(rows, columns=columns)


def merge(known: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Put new runs in the place of known ones of the same rule and city; rules that are gone are left out.

    Parameters
    ----------
    known : runs measured before.
    new : runs measured now, as `measured` returns them.
    """
    both = pd.concat([known, new]).drop_duplicates(["rule", "city"], keep="last")
    both = both[both["rule"].map(is_rule)]
    return both.sort_values(["rule", "city"], ignore_index=True)


def text_of(table: pd.DataFrame) -> str:
    """Write a table as tab-separated text."""
    return table.to_csv(sep="\t", index=False, lineterminator="\n")


def main(arguments: list[str]) -> int:
    """Measure and fit anew, or check that the fit follows; return an exit code."""
    known, fit = ROOT / MEASURED, ROOT / FITTED
    runs = pd.read_csv(known, sep="\t") if known.exists() else measured(Path())
    if "--check" in arguments:
        same = fit.read_text(encoding="utf-8") == text_of(fitted(runs))
        sys.stderr.write("" if same else f"{FITTED} does not follow from {MEASURED}: python -m {__spec__.name}\n")
        return 0 if same else 1
    runs = merge(runs, measured(Path()))
    known.write_text(text_of(runs), encoding="utf-8")
    fit.write_text(text_of(fitted(runs)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
