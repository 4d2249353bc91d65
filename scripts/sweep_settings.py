"""Change one setting at a time and rank anew: `snakemake data/processed/hanoi/sweeps.parquet`."""

import json

from _run import start

from creative_nodes import sweeps, tables
from creative_nodes.config import People, Swept, restore
from creative_nodes.people import other_sources
from creative_nodes.reach import World
from creative_nodes.travel.streets import read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
analysis = Swept.model_validate({name: plain[f"analysis.{name}"] for name in Swept.model_fields})
others = other_sources(
    (area := tables.read("study_area", files.study_area).iloc[0]).geometry,
    restore(settings, "city.people", People),
    raster=files.get("raster"),
    table=files.get("table"),
    epsg=int(area["epsg"]),
    buffer_m=analysis.edge_buffer_m,
    places=files.places,
    edges=files.street_edges,
    settings=analysis.people_grid,
)
world = World(**{name: tables.read(name, files[name]) for name in ("creative", "amenities", "people", "stations")})
found = sweeps.sweep(
    sweeps.City(
        heritage=tables.read("heritage", files.heritage),
        world=world,
        streets=read_streets(files, settings),
        analysis=analysis,
        main_mode=plain["city.main_mode"],
        others=others,
    )
)
for name, table in zip(("sweeps", "sweep_variants"), found, strict=True):
    tables.write(table, name, snakemake.output[name], provenance=tables.carry_on(files.heritage, settings))
log.done(sweeps.in_words(found[1]))
