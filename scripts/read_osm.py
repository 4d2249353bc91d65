"""Read places and streets from the pulled file: `snakemake data/processed/hanoi/places.parquet`."""

import json
from pathlib import Path

from _run import start

from creative_nodes.common import tables
from creative_nodes.pull import PLACES, STREET_EDGES, STREET_NODES, STUDY_AREA, ModeAccess, read_osm

log = start(snakemake)
settings = snakemake.params.settings
modes = {name: ModeAccess(**rules) for name, rules in json.loads(settings)["analysis.travel.modes"].items()}
area = tables.read(STUDY_AREA, snakemake.input.study_area)
extract = read_osm(snakemake.input.osm, modes=modes, epsg=int(area["epsg"].iloc[0]))
for line in extract.counts.lines():
    log.info("%s", line)
pulled = json.loads(Path(snakemake.input.provenance).read_text(encoding="utf-8"))
note = {key: pulled[key] for key in ("source", "snapshot", "sha256")} | tables.note_of(log.made_of())
tables.write_all(vars(extract), snakemake.output, PLACES, STREET_NODES, STREET_EDGES, provenance=note)
log.done(f"{len(extract.places):,} places, {len(extract.street_edges):,} street pieces")
