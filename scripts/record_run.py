"""Record what a run depends on: `snakemake data/processed/run.json`."""

from _run import counted, start

from creative_nodes.runs import read_record, run_record, write_record

log = start(snakemake)
records = {record["city"]: record for record in map(read_record, snakemake.input.records)}
record = run_record(snakemake.params.run, records)
write_record(record, snakemake.output.record)
log.done(f"{record['id']}, {counted(len(records), 'city', 'cities')}")
