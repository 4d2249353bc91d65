"""Measure the criteria of scenarios that change reach: `snakemake data/processed/hanoi/scenario_candidates.parquet`."""

import json

from _run import start

from creative_nodes.common import tables
from creative_nodes.doubt import measure_scenarios
from creative_nodes.locate import AMENITIES, CREATIVE, HERITAGE
from creative_nodes.people import PEOPLE
from creative_nodes.reach import World, restore_own_reach
from creative_nodes.score import SCENARIO_CANDIDATES
from creative_nodes.streets import STATIONS, read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
heritage = tables.read(HERITAGE, files.heritage)
found = measure_scenarios(
    heritage,
    World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS)),
    read_streets(files, settings),
    restore_own_reach(snakemake.params.own),
    main_mode=plain["city.main_mode"],
    link_within_m=plain["analysis.people_grid.link_within_m"],
)
note = tables.carry_on(files.heritage, settings + snakemake.params.own)
tables.write(found, SCENARIO_CANDIDATES, snakemake.output.scenario_candidates, provenance=note)
log.done(f"{found['scenario'].nunique()} scenarios with a reach of their own")
