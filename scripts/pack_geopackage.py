"""Pack the results into one GeoPackage for desktop GIS: `snakemake data/processed/hanoi/hanoi.gpkg`."""

from _run import start

from creative_nodes.common import tables
from creative_nodes.report import TABLES, pack_geopackage

log = start(snakemake)
frames = {name: tables.read(TABLES[name], path) for name, path in snakemake.input.items()}
layers = pack_geopackage(frames, snakemake.output.geopackage)
log.done(f"layers {', '.join(layers)}")
