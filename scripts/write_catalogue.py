"""Write the open catalogue of the cities of this run: `snakemake reports/catalogue`."""

from _run import counted, start

from creative_nodes.report import write_catalogue
from creative_nodes.runs import read_record

log = start(snakemake)
inputs, record = dict(snakemake.input.items()), read_record(snakemake.input.run)
cities = write_catalogue(snakemake.params.settings, inputs, record, snakemake.output.folder)
log.done(f"{counted(len(cities), 'city', 'cities')}, {counted(sum(len(city.tables) for city in cities), 'table')}")
