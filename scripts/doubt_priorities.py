"""Say how sure each rank is: `snakemake data/processed/hanoi/priorities_doubt.parquet`."""

import json

from _run import counted, start

from creative_nodes.common import restore, tables
from creative_nodes.doubt import AGREEMENT, PRIORITIES_DOUBT, RANK_ACCEPTABILITY, SWEEPS, doubt_priorities
from creative_nodes.reach import CANDIDATES
from creative_nodes.score import SCALES, SCENARIOS, Score, read_scales

log = start(snakemake)
settings = snakemake.params.settings
found = doubt_priorities(
    tables.read(CANDIDATES, snakemake.input.candidates),
    read_scales(tables.read(SCALES, snakemake.input.scales)),
    tables.read(SCENARIOS, snakemake.input.scenarios),
    tables.read(SWEEPS, snakemake.input.sweeps),
    restore(settings, "analysis.score", Score),
    seed=json.loads(settings)["analysis.seed"],
)
provenance = tables.carry_on(snakemake.input.candidates, log.made_of())
for table, frame in zip((PRIORITIES_DOUBT, RANK_ACCEPTABILITY, AGREEMENT), found, strict=True):
    tables.write(frame, table, snakemake.output[table.name], provenance=provenance)
ranked, pairs = found[0]["rank"].notna().sum(), len(found[2])
log.done(f"{counted(ranked, 'candidate')}, {counted(pairs, 'pair of rankings', 'pairs of rankings')}")
