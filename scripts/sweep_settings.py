"""Change one setting at a time and rank anew: `snakemake data/processed/hanoi/sweeps.parquet`."""

import json

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.doubt import SWEEP_VARIANTS, SWEEPS, Swept, SweptCity, sweep, sweeps_in_words
from creative_nodes.locate import AMENITIES, CREATIVE, HERITAGE
from creative_nodes.people import PEOPLE, People, PeopleFiles, other_sources
from creative_nodes.pull import STUDY_AREA
from creative_nodes.reach import REFERENCE, World
from creative_nodes.streets import STATIONS, read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
analysis = Swept.model_validate({name: plain[f"analysis.{name}"] for name in Swept.model_fields})
others = other_sources(
    (area := tables.read(STUDY_AREA, files.study_area).iloc[0]).geometry,
    epsg=int(area["epsg"]),
    buffer_m=analysis.edge_buffer_m,
    people=restore(settings, "city.people", People),
    files=PeopleFiles(files.places, files.street_edges, files.get("raster"), files.get("table")),
    settings=analysis.people_grid,
)
world = World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS))
found = sweep(
    SweptCity(
        heritage=tables.read(HERITAGE, files.heritage),
        reference=tables.read(REFERENCE, files.reference),
        world=world,
        streets=read_streets(files, settings),
        analysis=analysis,
        main_mode=plain["city.main_mode"],
        others=others,
    )
)
note = tables.carry_on(files.heritage, log.made_of())
for table, frame in zip((SWEEPS, SWEEP_VARIANTS), found, strict=True):
    tables.write(frame, table, snakemake.output[table.name], provenance=note)
log.done(sweeps_in_words(found[1]))
