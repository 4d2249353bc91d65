"""Record what a city's tables depend on: `snakemake data/processed/hanoi/run.json`."""

from _run import counted, start

from creative_nodes.runs import city_record, write_record

log = start(snakemake)
asked = snakemake.params
record = city_record(snakemake.wildcards.city, dict(snakemake.input.items()), asked.settings)
write_record(record | {"name": asked.name, "note": asked.note}, snakemake.output.record)
log.done(f"{record['id']}, {counted(len(record['tables']), 'table')}")
