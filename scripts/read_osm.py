"""Read places and streets from the pulled file: `snakemake data/processed/hanoi/places.parquet`."""

import json
from pathlib import Path

from _run import counted, start

from creative_nodes.common import tables
from creative_nodes.pull import (
    PLACES,
    STREET_EDGES,
    STREET_NODES,
    STUDY_AREA,
    ModeAccess,
    freshen,
    read_fresher,
    read_osm,
)

log = start(snakemake)
settings = snakemake.params.settings
plain = json.loads(settings)
modes = {name: ModeAccess(**rules) for name, rules in plain["analysis.travel.modes"].items()}
row = tables.read(STUDY_AREA, snakemake.input.study_area).iloc[0]
epsg = int(row["epsg"])
extract = read_osm(snakemake.input.osm, modes=modes, epsg=epsg)
pulled = json.loads(Path(snakemake.input.provenance).read_text(encoding="utf-8"))
dates = [one["date"] for one in plain["city.imports"]]
fresh = freshen(
    extract.places,
    [read_fresher(path, date=date) for path, date in zip(snakemake.input.get("fresher", []), dates, strict=True)],
    snapshot=pulled["snapshot"],
    area=row.geometry,
    edge_buffer_m=plain["analysis.edge_buffer_m"],
    epsg=epsg,
)
for line in [*extract.counts.lines(), *fresh.lines()]:
    log.info("%s", line)
note = {key: pulled[key] for key in ("source", "snapshot", "sha256")} | tables.note_of(log.made_of())
found = vars(extract) | {"places": fresh.places}
tables.write_all(found, snakemake.output, PLACES, STREET_NODES, STREET_EDGES, provenance=note)
log.done(f"{counted(len(fresh.places), 'place')}, {counted(len(extract.street_edges), 'street piece')}")
