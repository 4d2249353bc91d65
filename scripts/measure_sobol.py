"""Which group's weight moves the ranks most: `snakemake data/processed/hanoi/sobol.parquet`."""

import json

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.doubt import SOBOL, measure_sobol, sobol_in_words
from creative_nodes.reach import CANDIDATES
from creative_nodes.score import SCALES, Score, read_scales

log = start(snakemake)
settings = snakemake.params.settings
found = measure_sobol(
    tables.read(CANDIDATES, snakemake.input.candidates),
    read_scales(tables.read(SCALES, snakemake.input.scales)),
    restore(settings, "analysis.score", Score),
    seed=json.loads(settings)["analysis.seed"],
)
tables.write(
    found, SOBOL, snakemake.output.sobol, provenance=tables.carry_on(snakemake.input.candidates, log.made_of())
)
log.done(sobol_in_words(found))
