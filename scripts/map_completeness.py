"""Judge how completely each hexagon is mapped: `snakemake data/processed/hanoi/completeness.parquet`."""

from _run import start

from creative_nodes import tables
from creative_nodes.completeness import map_completeness
from creative_nodes.config import Completeness, restore

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
area = tables.read("study_area", files.study_area).iloc[0]
found = map_completeness(
    area.geometry,
    places=tables.read("places", files.places),
    edges=tables.read("street_edges", files.street_edges),
    people=tables.read("people", files.people),
    settings=restore(settings, "analysis.completeness", Completeness),
    epsg=int(area["epsg"]),
)
note = tables.carry_on(files.people, settings)
tables.write(found, "completeness", snakemake.output.completeness, provenance=note)
counts = found["mapping"].value_counts()
log.done(", ".join(f"{counts.get(word, 0):,} {word}" for word in ("good", "fair", "thin", "empty")), "hexagons")
