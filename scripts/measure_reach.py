"""Measure every criterion of the candidates: `snakemake data/processed/hanoi/candidates.parquet`."""

import json

from _run import start

from creative_nodes import reach, tables
from creative_nodes.config import Candidates, Network, Reach, Travel, restore
from creative_nodes.travel.streets import Streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
candidates = restore(settings, "analysis.candidates", Candidates)
frames = {name: tables.read(name, files[name]) for name in ("creative", "amenities", "people", "places")}
streets = Streets(
    tables.read("street_nodes", files.street_nodes),
    tables.read("street_edges", files.street_edges),
    restore(settings, "analysis.travel", Travel),
    plain["city.country"],
    int(tables.read("study_area", files.study_area)["epsg"].iloc[0]),
)
measured = reach.measure_reach(
    reach.select_candidates(tables.read("heritage", files.heritage), candidates),
    reach.World(**frames),
    streets,
    reach=restore(settings, "analysis.reach", Reach),
    network=restore(settings, "analysis.network", Network),
    candidates=candidates,
    main_mode=plain["city.main_mode"],
    link_within_m=plain["analysis.people_grid.link_within_m"],
)
tables.write(measured, "candidates", snakemake.output.candidates, provenance=tables.carry_on(files.heritage, settings))
log.done(f"{len(measured)} candidates, {(~measured['reachable']).sum()} out of reach")
