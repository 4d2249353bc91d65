"""Pack the results for desktop GIS, with a QGIS project beside them: `snakemake data/processed/hanoi/hanoi.gpkg`."""

from _run import start

from creative_nodes.common import tables
from creative_nodes.report import TABLES, gis_settings_of, pack_city, read_base

log = start(snakemake)
drawn, made = ("places", "street_edges"), snakemake.output
frames = {name: tables.read(TABLES[name], path) for name, path in snakemake.input.items() if name not in drawn}
paper = read_base(*(snakemake.input[name] for name in drawn), frames["study_area"].iloc[0])
settings, note = gis_settings_of(snakemake.params.settings), tables.provenance(snakemake.input.scores)
layers = pack_city(frames, paper, settings, note, geopackage=made.geopackage, project=made.project)
log.done(f"layers {', '.join(layers)}")
