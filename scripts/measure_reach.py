"""Measure every criterion of the candidates: `snakemake data/processed/hanoi/candidates.parquet`."""

import json

from _run import counted, start

from creative_nodes.common import restore, tables
from creative_nodes.locate import AMENITIES, CREATIVE, HERITAGE
from creative_nodes.network import NetworkSettings
from creative_nodes.people import PEOPLE
from creative_nodes.reach import MEASURED, Candidates, Reach, World, measure_reach, select_candidates
from creative_nodes.streets import STATIONS, read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
candidates = restore(settings, "analysis.candidates", Candidates)
measured = measure_reach(
    select_candidates(tables.read(HERITAGE, files.heritage), candidates),
    World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS)),
    read_streets(files, settings),
    reach=restore(settings, "analysis.reach", Reach),
    network=restore(settings, "analysis.network", NetworkSettings),
    candidates=candidates,
    main_mode=plain["city.main_mode"],
    link_within_m=plain["analysis.people_grid.link_within_m"],
)
note = tables.carry_on(files.heritage, log.made_of())
tables.write_all(vars(measured), snakemake.output, *MEASURED, provenance=note)
cut_off = (~measured.candidates["reachable"]).sum()
beyond = f", {cut_off} out of reach" if cut_off else ""
log.done(f"{counted(len(measured.candidates), 'candidate')}{beyond}; {', '.join(measured.reach['mode'].unique())}")
