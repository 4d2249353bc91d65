"""Measure scenarios that change reach: `snakemake data/processed/hanoi/scenario_candidates.parquet`."""

import json

from _run import counted, start

from creative_nodes.common import tables
from creative_nodes.doubt import measure_scenario_places, measure_scenarios
from creative_nodes.locate import AMENITIES, CREATIVE, HERITAGE
from creative_nodes.people import PEOPLE
from creative_nodes.reach import REFERENCE, World, restore_own_reach
from creative_nodes.score import SCENARIO_CANDIDATES, SCENARIO_REFERENCE
from creative_nodes.streets import STATIONS, read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
world = World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS))
streets, own = read_streets(files, settings), restore_own_reach(snakemake.params.own)
how = {"main_mode": plain["city.main_mode"], "link_within_m": plain["analysis.people_grid.link_within_m"]}
found = {
    "scenario_candidates": measure_scenarios(tables.read(HERITAGE, files.heritage), world, streets, own, **how),
    "scenario_reference": measure_scenario_places(tables.read(REFERENCE, files.reference), world, streets, own, **how),
}
note = tables.carry_on(files.heritage, log.made_of())
tables.write_all(found, snakemake.output, SCENARIO_CANDIDATES, SCENARIO_REFERENCE, provenance=note)
log.done(f"{counted(found['scenario_reference']['scenario'].nunique(), 'scenario')} with a reach of their own")
