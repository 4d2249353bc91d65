"""Draw what each candidate reaches in a time: `snakemake data/processed/hanoi/isochrones.parquet`."""

from _run import counted, start

from creative_nodes.common import restore, tables
from creative_nodes.reach import CANDIDATES, ISOCHRONES, Isochrones, draw_isochrones
from creative_nodes.streets import read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
candidates = tables.read(CANDIDATES, files.candidates)
drawn = draw_isochrones(candidates, read_streets(files, settings), restore(settings, "analysis.isochrones", Isochrones))
note = tables.carry_on(files.candidates, log.made_of())
tables.write(drawn, ISOCHRONES, snakemake.output.isochrones, provenance=note)
log.done(f"{counted(len(drawn), 'area')} of {counted(drawn['site_id'].nunique(), 'candidate')}")
