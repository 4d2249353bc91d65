"""Measure the criteria of scenarios that change reach: `snakemake data/processed/hanoi/scenario_candidates.parquet`."""

import json

from _run import start

from creative_nodes import tables
from creative_nodes.config import restore_own_reach
from creative_nodes.reach import World
from creative_nodes.scenario_reach import measure_scenarios
from creative_nodes.travel.streets import read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
heritage = tables.read("heritage", files.heritage)
found = measure_scenarios(
    heritage,
    World(**{name: tables.read(name, files[name]) for name in ("creative", "amenities", "people", "stations")}),
    read_streets(files, settings),
    restore_own_reach(snakemake.params.own),
    main_mode=plain["city.main_mode"],
    link_within_m=plain["analysis.people_grid.link_within_m"],
)
note = tables.carry_on(files.heritage, settings + snakemake.params.own)
tables.write(found, "scenario_candidates", snakemake.output.scenario_candidates, provenance=note)
log.done(f"{found['scenario'].nunique()} scenarios with a reach of their own")
