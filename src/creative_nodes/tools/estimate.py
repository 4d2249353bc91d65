"""Say what many cities take, by the law fitted on measured runs: `python -m creative_nodes.tools.estimate 34`.

Hours, memory and disk follow from the size of each city's own extract (`workflow/resources.tsv`, without its margins);
download and reading of a country's file are not in it. `--measure` notes the disk that the results of this folder take
in `benchmarks/measured_disk.tsv`.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from creative_nodes.report import HANDFUL
from creative_nodes.tools.resources import FITTED, LEAST_MB, MB, MEASURED, ROOT, extract_mb, line_above, text_of

DISK = "benchmarks/measured_disk.tsv"
KINDS = ("raw", "tables", "pages")
# rules that no full run asks for
ASKED_ALONE = ("compare_runs", "write_changes", "try_site", "write_graph")


@dataclass(frozen=True)
class Estimate:
    """What a run takes: processor hours, memory of its largest job (MB), and disk (GB), without downloads."""

    hours: float
    memory_mb: float
    largest: str
    disk_gb: float


def _size(path: Path) -> float:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return sum(file.stat().st_size for file in files) / MB


def measured_disk(folder: Path) -> pd.DataFrame:
    """Measure what the results of each city take.

    Parameters
    ----------
    folder : of a run without a name.

    Returns
    -------
    A row a city: city, extract_mb, and MB of raw data, tables and pages.
    """
    cities = sorted(path.parent.name for path in folder.glob("data/raw/*/osm.pbf"))
    places = ("data/raw/{}", "data/processed/{}", "reports/{}.html")
    rows = [
        (city, round(extract_mb(folder, city), 3), *(round(_size(folder / one.format(city)), 2) for one in places))
        for city in cities
    ]
    return pd.DataFrame(rows, columns=["city", "extract_mb", *KINDS])


def _line(row: pd.Series, what: str, size_mb: float) -> float:
    return float(row[what] + row[f"{what}_per_mb"] * size_mb)


def estimate(
    law: pd.DataFrame, runs: pd.DataFrame, disk: pd.DataFrame, *, cities: int, city_mb: float, job_s: float
) -> Estimate:
    """Add up what the rules of a full run need.

    Parameters
    ----------
    law : as `resources.fitted` makes it.
    runs : measured runs, which tell the rules that run once for all cities.
    disk : as `measured_disk` makes it.
    cities : how many.
    city_mb : size of each city's extract, MB.
    job_s : processor seconds that Snakemake itself takes for a job.
    """
    once = set(runs.loc[runs["city"].str.contains(","), "rule"])
    left_out = ASKED_ALONE if cities <= HANDFUL else (*ASKED_ALONE, "write_comparison")
    law = law[~law["rule"].isin(left_out)]
    hours, largest, memory = 0.0, "", 0.0
    for _, row in law.iterrows():
        size, times = (city_mb * cities, 1) if row["rule"] in once else (city_mb, cities)
        hours += times * (_line(row, "seconds", size) + job_s) / 3600
        if (needed := _line(row, "memory_mb", size)) > memory:
            largest, memory = str(row["rule"]), needed
    real = disk[disk["extract_mb"] >= LEAST_MB]
    base, slope = line_above(real["extract_mb"].to_numpy(float), real[list(KINDS)].sum(axis=1).to_numpy(float))
    return Estimate(hours, memory, largest, cities * (base + slope * city_mb) / 1024)


def main(arguments: list[str]) -> int:
    """Print the estimate, or note the disk taken; return an exit code."""
    parser = argparse.ArgumentParser(prog="creative_nodes.tools.estimate", description=str(__doc__).splitlines()[0])
    parser.add_argument("cities", type=int, nargs="?", default=1, help="how many cities")
    parser.add_argument("--city-mb", type=float, default=1.0, help="size of each city's own extract, MB")
    parser.add_argument("--job-s", type=float, default=JOB_S, help="seconds that Snakemake takes for a job")
    parser.add_argument("--cores", type=int, default=4, help="that work at once")
    parser.add_argument("--measure", action="store_true", help=f"note the disk taken in {DISK}")
    asked = parser.parse_args(arguments)
    if asked.measure:
        (ROOT / DISK).write_text(text_of(measured_disk(Path())), encoding="utf-8")
        return 0
    law, runs, disk = (pd.read_csv(ROOT / name, sep="\t") for name in (FITTED, MEASURED, DISK))
    found = estimate(law, runs, disk, cities=asked.cities, city_mb=asked.city_mb, job_s=asked.job_s)
    sys.stdout.write(
        f"{asked.cities:,} cities of {asked.city_mb:g} MB each: {found.hours:,.1f} hours of one core "
        f"({found.hours / asked.cores:,.1f} on {asked.cores}), {found.memory_mb / 1024:,.1f} GB for the largest job "
        f"({found.largest}), {found.disk_gb:,.1f} GB of disk\n"
    )
    return 0


# processor seconds that Snakemake is taken to need to start and close a job, beside its script: assumed, not measured
JOB_S = 2.5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
