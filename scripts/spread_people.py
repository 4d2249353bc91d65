"""Put residents on a grid: `snakemake data/processed/hanoi/people.parquet`."""

import json

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.people import PEOPLE, People, PeopleFiles, PeopleGrid, spread_people
from creative_nodes.pull import STUDY_AREA

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
area = tables.read(STUDY_AREA, files.study_area).iloc[0]
people, found = spread_people(
    area.geometry,
    epsg=int(area["epsg"]),
    buffer_m=json.loads(settings)["analysis.edge_buffer_m"],
    people=restore(settings, "city.people", People),
    files=PeopleFiles(files.places, files.edges, files.get("raster"), files.get("table")),
    settings=restore(settings, "analysis.people_grid", PeopleGrid),
)
note = {**tables.carry_on(files.places, log.made_of()), **found}
tables.write(people, PEOPLE, snakemake.output.people, provenance=note)
log.done(f"{people.loc[people['inside'], 'residents'].sum():,.0f} residents" if len(people) else found["people"])
