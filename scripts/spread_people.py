"""Put residents on a grid: `snakemake data/processed/hanoi/people.parquet`."""

import json

from _run import start

from creative_nodes import people, tables
from creative_nodes.config import People, PeopleGrid, restore

log = start(snakemake)
settings = snakemake.params.settings
grid_settings, source = restore(settings, "analysis.people_grid", PeopleGrid), restore(settings, "city.people", People)
buffer_m = json.loads(settings)["analysis.edge_buffer_m"]
row = tables.read("study_area", snakemake.input.study_area).iloc[0]
grid = people.grid_over(row.geometry, buffer_m=buffer_m, cell_m=grid_settings.cell_m, epsg=int(row["epsg"]))
if snakemake.input.get("raster"):
    cells, kind = people.from_raster(snakemake.input.raster, grid, row.geometry), source.raster.source
elif source.total:
    inputs = {
        "places": tables.read("places", snakemake.input.places),
        "edges": tables.read("street_edges", snakemake.input.edges),
    }
    cells, kind = (
        people.from_total(source.total, grid, row.geometry, settings=grid_settings, **inputs),
        source.total.source,
    )
else:
    cells, kind = people.nobody(grid), "none: config gives neither a raster nor a total"
frame = people.people_frame(cells, grid, row.geometry, buffer_m=buffer_m)
note = {**tables.carry_on(snakemake.input.places, settings), "people": kind}
tables.write(frame, "people", snakemake.output.people, provenance=note)
log.done(f"{frame.loc[frame['inside'], 'residents'].sum():,.0f} residents")
