"""Measure and rank the survey list: `snakemake data/processed/hanoi/survey_scores.parquet`."""

import json

from _run import counted, start

from creative_nodes.common import restore, tables
from creative_nodes.locate import AMENITIES, CREATIVE, SURVEY, as_sites, read_taxonomy
from creative_nodes.network import NetworkSettings
from creative_nodes.people import PEOPLE
from creative_nodes.reach import SURVEY_CANDIDATES, Candidates, Reach, World, measure_reach
from creative_nodes.score import SCALES, SURVEY_SCORES, Score, read_scales, score_candidates
from creative_nodes.streets import STATIONS, read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
measured = measure_reach(
    as_sites(tables.read(SURVEY, files.survey), read_taxonomy(files.heritage_taxonomy)),
    World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS)),
    read_streets(files, settings),
    reach=restore(settings, "analysis.reach", Reach).for_criteria(),
    network=restore(settings, "analysis.network", NetworkSettings),
    candidates=restore(settings, "analysis.candidates", Candidates),
    main_mode=plain["city.main_mode"],
    link_within_m=plain["analysis.people_grid.link_within_m"],
).candidates
scales = read_scales(tables.read(SCALES, files.scales))
scores = score_candidates(measured, scales, restore(settings, "analysis.score", Score), seed=plain["analysis.seed"])
found, note = {"survey_candidates": measured, "survey_scores": scores}, tables.carry_on(files.survey, log.made_of())
tables.write_all(found, snakemake.output, SURVEY_CANDIDATES, SURVEY_SCORES, provenance=note)
log.done(f"{scores['rank'].notna().sum()} of {counted(len(measured), 'ground')} of the survey list ranked")
