"""Measure every criterion of the candidates: `snakemake data/processed/hanoi/candidates.parquet`."""

import json

from _run import start

from creative_nodes import reach, tables
from creative_nodes.config import Candidates, Network, Reach, restore
from creative_nodes.travel.streets import read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
candidates = restore(settings, "analysis.candidates", Candidates)
frames = {name: tables.read(name, files[name]) for name in ("creative", "amenities", "people", "stations")}
measured = reach.measure_reach(
    reach.select_candidates(tables.read("heritage", files.heritage), candidates),
    reach.World(**frames),
    read_streets(files, settings),
    reach=restore(settings, "analysis.reach", Reach),
    network=restore(settings, "analysis.network", Network),
    candidates=candidates,
    main_mode=plain["city.main_mode"],
    link_within_m=plain["analysis.people_grid.link_within_m"],
)
note = tables.carry_on(files.heritage, settings)
for name in ("candidates", "reach", "parts", "modes", "site_links"):
    tables.write(getattr(measured, name), name, snakemake.output[name], provenance=note)
cut_off = (~measured.candidates["reachable"]).sum()
log.done(f"{len(measured.candidates)} candidates, {cut_off} out of reach; {', '.join(measured.reach['mode'].unique())}")
