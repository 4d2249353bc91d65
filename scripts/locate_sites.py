"""Locate industrial-heritage sites and creative spaces: `snakemake data/processed/hanoi/heritage.parquet`."""

import json

from _run import start

from creative_nodes import tables
from creative_nodes.config import Locate, restore
from creative_nodes.locate.imports import Scope, read_imports
from creative_nodes.locate.registry import read_registry
from creative_nodes.locate.sites import locate
from creative_nodes.locate.taxonomy import read_taxonomy

log = start(snakemake)
files, settings = snakemake.input, json.loads(snakemake.params.settings)
row = tables.read("study_area", files.study_area).iloc[0]
area = {"area": row.geometry, "epsg": int(row["epsg"])}
buffer = {"edge_buffer_m": settings["analysis.edge_buffer_m"]}
heritage, creative = read_taxonomy(files.heritage_taxonomy), read_taxonomy(files.creative_taxonomy)
scope = Scope.of(**area, **buffer, local_name=settings["city.local_name"], heritage=heritage, creative=creative)
located = locate(
    tables.read("places", files.places),
    heritage_taxonomy=heritage,
    creative_taxonomy=creative,
    amenity_taxonomy=read_taxonomy(files.amenity_taxonomy),
    known=read_registry(files.registry, **area) if files.get("registry") else [],
    lists=read_imports(files.get("imports", []), settings["city.imports"], scope),
    settings=restore(snakemake.params.settings, "analysis.locate", Locate),
    **buffer,
    **area,
)
note = tables.carry_on(files.places, snakemake.params.settings)
for name in ("heritage", "creative", "amenities", "registry", "imports"):
    tables.write(getattr(located, name), name, snakemake.output[name], provenance=note)
for one in located.imports.itertuples():
    log.info("%s: %d rows, %d placed, %d matched; offsets %s", one.file, one.n, one.placed, one.matched, one.offsets)
    if one.warning:
        log.warning("%s", one.warning)
log.done(f"{len(located.heritage)} industrial sites, {len(located.creative)} creative spaces")
