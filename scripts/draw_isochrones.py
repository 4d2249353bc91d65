"""Draw what each candidate reaches in a time: `snakemake data/processed/hanoi/isochrones.parquet`."""

import json

from _run import start

from creative_nodes import tables
from creative_nodes.config import Isochrones, Travel, restore
from creative_nodes.travel.isochrones import draw_isochrones
from creative_nodes.travel.streets import Streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
streets = Streets(
    tables.read("street_nodes", files.street_nodes),
    tables.read("street_edges", files.street_edges),
    restore(settings, "analysis.travel", Travel),
    json.loads(settings)["city.country"],
    int(tables.read("study_area", files.study_area)["epsg"].iloc[0]),
)
candidates = tables.read("candidates", files.candidates)
drawn = draw_isochrones(candidates, streets, restore(settings, "analysis.isochrones", Isochrones))
note = tables.carry_on(files.candidates, settings)
tables.write(drawn, "isochrones", snakemake.output.isochrones, provenance=note)
log.done(f"{len(drawn)} areas of {drawn['site_id'].nunique()} candidates")
