"""Find clusters and links of creative spaces: `snakemake data/processed/hanoi/clusters.parquet`."""

import json

from _run import start

from creative_nodes import tables
from creative_nodes.clusters import connect_spaces
from creative_nodes.config import ClusterSettings, Network, restore
from creative_nodes.travel.streets import read_streets

log = start(snakemake)
settings = snakemake.params.settings
area = tables.read("study_area", snakemake.input.study_area).iloc[0]
connected = connect_spaces(
    tables.read("creative", snakemake.input.creative),
    tables.read("heritage", snakemake.input.heritage),
    tables.read("places", snakemake.input.places),
    read_streets(snakemake.input, settings),
    area=area.geometry,
    clusters=restore(settings, "analysis.clusters", ClusterSettings),
    network=restore(settings, "analysis.network", Network),
    seed=json.loads(settings)["analysis.seed"],
)
note = tables.carry_on(snakemake.input.creative, settings)
for name in ("creative", "clusters", "links", "nearest", "colocation"):
    tables.write(getattr(connected, name), name, snakemake.output[name], provenance=note)
log.done(f"{connected.clusters['kept'].sum()} clusters, {len(connected.links):,} links")
