"""Locate industrial-heritage sites and creative spaces: `snakemake data/processed/hanoi/heritage.parquet`."""

import json

from _run import start

from creative_nodes import tables
from creative_nodes.config import Locate, restore
from creative_nodes.locate.registry import read_registry
from creative_nodes.locate.sites import locate
from creative_nodes.locate.taxonomy import read_taxonomy

log = start(snakemake)
row = tables.read("study_area", snakemake.input.study_area).iloc[0]
area = {"area": row.geometry, "epsg": int(row["epsg"])}
located = locate(
    tables.read("places", snakemake.input.places),
    heritage_taxonomy=read_taxonomy(snakemake.input.heritage_taxonomy),
    creative_taxonomy=read_taxonomy(snakemake.input.creative_taxonomy),
    amenity_taxonomy=read_taxonomy(snakemake.input.amenity_taxonomy),
    known=read_registry(snakemake.input.registry, **area) if snakemake.input.get("registry") else [],
    settings=restore(snakemake.params.settings, "analysis.locate", Locate),
    edge_buffer_m=json.loads(snakemake.params.settings)["analysis.edge_buffer_m"],
    **area,
)
note = tables.carry_on(snakemake.input.places, snakemake.params.settings)
for name in ("heritage", "creative", "amenities", "registry"):
    tables.write(getattr(located, name), name, snakemake.output[name], provenance=note)
log.done(f"{len(located.heritage)} industrial sites, {len(located.creative)} creative spaces")
