"""What a job needs: threads, memory and time, by the size of its city's OSM extract (workflow/resources.tsv).

The table is fitted on measured runs; `python -m creative_nodes.tools.resources` adds those of this folder and fits anew.
"""

import csv
import math

# a large city, until its own extract is there
USUAL_MB = 5
# other machines and other cities than those measured
MEMORY_MARGIN, TIME_MARGIN = 1.5, 5
LEAST_MINUTES = 2
# Snakemake stands beside the script in a job of a cluster, and in one of Slurm another that watches over it, 320 MB each
SNAKEMAKE_MB = 700

with Path(workflow.source_path("../resources.tsv")).open(encoding="utf-8") as file:
    MEASURED = {
        row.pop("rule"): {name: float(value) for name, value in row.items()}
        for row in csv.DictReader(file, delimiter="\t")
    }
# where nobody has measured, as much as any is taken to be needed
MOST = {
    name: max(row[name] for row in MEASURED.values()) for name in MEASURED["pull_osm"]
}


def extract_mb(wildcards):
    """Return the size of the extract that a job's results grow with: its city's, or those of all cities of the run."""
    cities = [wildcards.city] if hasattr(wildcards, "city") else CITIES
    files = [Path(of_run("data/raw"), city, "osm.pbf") for city in cities]
    return sum(
        file.stat().st_size / 2**20 if file.exists() else USUAL_MB for file in files
    )


def by_size(rule, what, wildcards):
    """Return what measured runs say for a size, memory in MB or seconds."""
    line = MEASURED.get(rule, MOST)
    return line[what] + line[f"{what}_per_mb"] * extract_mb(wildcards)


def needs_of(rule, *, waits=False):
    """Return memory and time of a rule as functions of size, with more at each attempt; one that waits for servers may."""

    def mem_mb(wildcards, attempt):
        needed = MEMORY_MARGIN * by_size(rule, "memory_mb", wildcards) + SNAKEMAKE_MB
        return math.ceil(needed / 100) * 100 * attempt

    def runtime(wildcards, attempt):
        if waits:
            return math.ceil(60 * CONFIG.internet.longest_hours)
        minutes = TIME_MARGIN * by_size(rule, "seconds", wildcards) / 60
        return math.ceil(max(LEAST_MINUTES, minutes)) * attempt

    return {"mem_mb": mem_mb, "runtime": runtime}
