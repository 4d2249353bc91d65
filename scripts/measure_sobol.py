"""Which group's weight moves the ranks most: `snakemake data/processed/hanoi/sobol.parquet`."""

import json

from _run import start

from creative_nodes import sobol, tables
from creative_nodes.config import Score, restore

log = start(snakemake)
settings = snakemake.params.settings
found = sobol.measure_sobol(
    tables.read("candidates", snakemake.input.candidates),
    restore(settings, "analysis.score", Score),
    seed=json.loads(settings)["analysis.seed"],
)
tables.write(found, "sobol", snakemake.output.sobol, provenance=tables.carry_on(snakemake.input.candidates, settings))
log.done(sobol.in_words(found))
