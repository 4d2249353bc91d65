"""Judge how completely each hexagon is mapped: `snakemake data/processed/hanoi/completeness.parquet`."""

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.people import COMPLETENESS, PEOPLE, Completeness, map_completeness
from creative_nodes.pull import PLACES, STREET_EDGES, STUDY_AREA

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
area = tables.read(STUDY_AREA, files.study_area).iloc[0]
found = map_completeness(
    area.geometry,
    places=tables.read(PLACES, files.places),
    edges=tables.read(STREET_EDGES, files.street_edges),
    people=tables.read(PEOPLE, files.people),
    settings=restore(settings, "analysis.completeness", Completeness),
    epsg=int(area["epsg"]),
)
note = tables.carry_on(files.people, log.made_of())
tables.write(found, COMPLETENESS, snakemake.output.completeness, provenance=note)
counts = found["mapping"].value_counts()
log.done(", ".join(f"{counts.get(word, 0):,} {word}" for word in ("good", "fair", "thin", "empty")), "hexagons")
