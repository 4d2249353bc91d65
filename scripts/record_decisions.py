"""Set public decisions beside the run: `snakemake data/processed/hanoi/decisions.parquet`."""

from _run import counted, start

from creative_nodes.choose import DECISIONS, RECOMMENDED, read_decisions, record_decisions
from creative_nodes.common import known_cities, tables
from creative_nodes.locate import REGISTRY
from creative_nodes.score import SCORES

log = start(snakemake)
files, note = snakemake.input, tables.provenance(snakemake.input.scores)
decisions = record_decisions(
    read_decisions(files.decisions, cities=known_cities()),
    *tables.read_all(files, REGISTRY, SCORES, RECOMMENDED).values(),
    city=snakemake.wildcards.city,
    snapshot=str(note.get("snapshot", "")),
)
tables.write(decisions, DECISIONS, snakemake.output.decisions, provenance=tables.carry_on(files.scores, log.made_of()))
log.done(f"{counted(len(decisions), 'decision')}, {(decisions['standing'] == 'ranked').sum()} on ranked sites")
