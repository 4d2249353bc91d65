"""Draw all doubts together, world by world: `snakemake data/processed/hanoi/worlds.parquet`."""

from _run import start

from creative_nodes.common import tables
from creative_nodes.doubt import (
    MEMBER_DOUBT,
    SET_DOUBT,
    SITE_DOUBT,
    WORLD_VALUES,
    WORLDS,
    doubt_worlds,
    read_doubt_rules,
    read_doubted_city,
    read_set,
    worlds_in_words,
)

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
city = read_doubted_city(files, settings)
found = doubt_worlds(city, read_doubt_rules(settings), read_set(files.recommended))
note = tables.carry_on(files.candidates, log.made_of())
schemas = (WORLDS, WORLD_VALUES, SITE_DOUBT, SET_DOUBT, MEMBER_DOUBT)
tables.write_all(found, snakemake.output, *schemas, provenance=note)
log.done(worlds_in_words(found))
