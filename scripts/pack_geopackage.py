"""Pack the results into one GeoPackage for desktop GIS: `snakemake data/processed/hanoi/hanoi.gpkg`."""

from _run import start

from creative_nodes import tables
from creative_nodes.pack import pack_geopackage

log = start(snakemake)
frames = {name: tables.read(name, path) for name, path in snakemake.input.items()}
layers = pack_geopackage(frames, snakemake.output.geopackage)
log.done(f"layers {', '.join(layers)}")
