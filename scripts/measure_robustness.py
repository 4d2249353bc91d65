"""Say how sure each rank is: `snakemake data/processed/hanoi/robustness.parquet`."""

import json

from _run import start

from creative_nodes import tables
from creative_nodes.config import Score, restore
from creative_nodes.robustness import measure_robustness

log = start(snakemake)
settings = snakemake.params.settings
found = measure_robustness(
    tables.read("candidates", snakemake.input.candidates),
    tables.read("scenarios", snakemake.input.scenarios),
    tables.read("sweeps", snakemake.input.sweeps),
    restore(settings, "analysis.score", Score),
    seed=json.loads(settings)["analysis.seed"],
)
provenance = tables.carry_on(snakemake.input.candidates, settings)
for name, frame in zip(("robustness", "rank_acceptability", "agreement"), found, strict=True):
    tables.write(frame, name, snakemake.output[name], provenance=provenance)
log.done(f"{found[0]['rank'].notna().sum()} candidates, {len(found[2])} pairs of rankings")
