"""Measure the clusters as nodes: `snakemake data/processed/hanoi/cluster_reach.parquet`."""

import json

from _run import counted, start

from creative_nodes.common import restore, tables
from creative_nodes.locate import AMENITIES, CREATIVE
from creative_nodes.network import CLUSTERS, NetworkSettings
from creative_nodes.people import PEOPLE
from creative_nodes.reach import CLUSTER_REACH, PositionRules, Reach, World, measure_clusters
from creative_nodes.streets import STATIONS, read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
found = measure_clusters(
    tables.read(CLUSTERS, files.clusters),
    World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS)),
    read_streets(files, settings),
    PositionRules(
        restore(settings, "analysis.reach", Reach),
        restore(settings, "analysis.network", NetworkSettings),
        plain["city.main_mode"],
        plain["analysis.people_grid.link_within_m"],
    ),
)
note = tables.carry_on(files.clusters, log.made_of())
tables.write(found, CLUSTER_REACH, snakemake.output.cluster_reach, provenance=note)
log.done(f"{counted(len(found), 'cluster')}")
