"""Pack the results for desktop GIS, with a QGIS project beside them: `snakemake data/processed/hanoi/hanoi.gpkg`."""

from _run import start

from creative_nodes.common import tables
from creative_nodes.report import TABLES, gis_settings_of, pack_city, read_base
from creative_nodes.runs import read_hashes

log = start(snakemake)
drawn, made = ("places", "street_edges"), snakemake.output
paths = {name: path for name, path in snakemake.input.items() if name in TABLES}
frames = {name: tables.read(TABLES[name], path) for name, path in paths.items() if name not in drawn}
paper = read_base(*(paths[name] for name in drawn), frames["study_area"].iloc[0])
settings = gis_settings_of(snakemake.params.settings)
note = {**tables.provenance(paths["scores"]), **read_hashes(snakemake.input.run)}
layers = pack_city(frames, paper, settings, note, geopackage=made.geopackage, project=made.project)
log.done(f"layers {', '.join(layers)}")
