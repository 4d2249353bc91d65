"""Find clusters and links of creative spaces: `snakemake data/processed/hanoi/clusters.parquet`."""

import json

from _run import counted, start

from creative_nodes.common import restore, tables
from creative_nodes.locate import CREATIVE, HERITAGE
from creative_nodes.network import (
    CLUSTERS,
    COLOCATION,
    LINKS,
    NEAREST,
    ClusterSettings,
    NetworkSettings,
    connect_spaces,
)
from creative_nodes.pull import PLACES, STUDY_AREA
from creative_nodes.streets import read_streets

log = start(snakemake)
settings = snakemake.params.settings
area = tables.read(STUDY_AREA, snakemake.input.study_area).iloc[0]
connected = connect_spaces(
    *tables.read_all(snakemake.input, CREATIVE, HERITAGE, PLACES).values(),
    read_streets(snakemake.input, settings),
    area=area.geometry,
    clusters=restore(settings, "analysis.clusters", ClusterSettings),
    network=restore(settings, "analysis.network", NetworkSettings),
    seed=json.loads(settings)["analysis.seed"],
)
note = tables.carry_on(snakemake.input.creative, log.made_of())
tables.write_all(vars(connected), snakemake.output, CREATIVE, CLUSTERS, LINKS, NEAREST, COLOCATION, provenance=note)
log.done(f"{counted(connected.clusters['kept'].sum(), 'cluster')}, {counted(len(connected.links), 'link')}")
