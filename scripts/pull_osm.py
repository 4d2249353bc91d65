"""Pull one city's OSM data, cut to the study area and its buffer: `snakemake data/raw/hanoi/osm.pbf`."""

import json
from pathlib import Path

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.pull import DOWNLOADS, STUDY_AREA, Asked, Asking, Boundary, ResolvedSource, gaps_told, pull_city
from creative_nodes.settings import load_city, load_internet

log = start(snakemake)
settings = snakemake.params.settings
source = ResolvedSource.model_validate_json(snakemake.params.source)
if snakemake.input.source:
    source = source.model_copy(update={"file": Path(snakemake.input.source[0])})
pulled = pull_city(
    source.asked_of(load_city(snakemake.wildcards.city).source),
    Asked(
        city=snakemake.wildcards.city,
        boundary=restore(settings, "city.boundary", Boundary).at(snakemake.input.polygon),
        epsg=json.loads(settings)["city.epsg"],
        edge_buffer_m=json.loads(settings)["analysis.edge_buffer_m"],
    ),
    Path(snakemake.output.osm),
    together=snakemake.input.together,
    asking=Asking(
        internet=load_internet(snakemake.config),
        # for all cities and runs, and out of the way of this rule's outputs
        cache=DOWNLOADS.parent / "answers",
        report=log.info if snakemake.input.source else log.tell,
    ),
)
made_of = log.made_of() | pulled.answers
note = {key: pulled.provenance[key] for key in ("source", "snapshot")} | tables.note_of(made_of)
tables.write(pulled.study_area, STUDY_AREA, snakemake.output.study_area, provenance=note)
text = json.dumps(pulled.provenance | tables.note_of(made_of), indent=2, ensure_ascii=False)
Path(snakemake.output.provenance).write_text(text + "\n", encoding="utf-8")
log.done("; ".join([f"{note['source']}, {note['snapshot']}", *gaps_told(pulled.provenance)]))
