"""Recommend a set of sites: `snakemake data/processed/hanoi/recommended.parquet`."""

import json

from _run import counted, start

from creative_nodes.choose import RECOMMENDED, SET_BESIDE_RANKING, SET_FRONT, Walks, measure_eligible, recommend_set
from creative_nodes.common import restore, tables
from creative_nodes.locate import CREATIVE
from creative_nodes.network import NetworkSettings
from creative_nodes.people import PEOPLE
from creative_nodes.reach import CANDIDATES
from creative_nodes.score import SCALES, SCORES, read_scales
from creative_nodes.streets import read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
eligible = measure_eligible(
    *tables.read_all(files, CANDIDATES, SCORES, CREATIVE, PEOPLE).values(),
    read_streets(files, settings),
    scales=read_scales(tables.read(SCALES, files.scales)),
    walks=Walks(plain["analysis.reach.walk_minutes"], plain["analysis.people_grid.link_within_m"]),
    network=restore(settings, "analysis.network", NetworkSettings),
)
found = recommend_set(eligible)
note = tables.carry_on(files.scores, log.made_of())
tables.write_all(found, snakemake.output, RECOMMENDED, SET_BESIDE_RANKING, SET_FRONT, provenance=note)
beside = found["set_beside_ranking"].iloc[0]
log.done(f"{beside['k']} of {counted(beside['eligible'], 'site')}, {beside['reason']}")
