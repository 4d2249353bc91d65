"""Tell what changed in a city from one run to another: `snakemake diff --config before=<run> after=<run>`."""

from pathlib import Path

from _run import start

from creative_nodes.common import tables
from creative_nodes.report import pack_changes, write_csv
from creative_nodes.runs import RUN_CHANGES, RUN_STEPS, RunCity, compare_runs

log = start(snakemake)
made, today = snakemake.output, dict(snakemake.params.today)
before, after = (RunCity.read(Path(snakemake.input[end][0]).parent) for end in ("before", "after"))
found = compare_runs(before, after, today)
note = tables.note_of(log.made_of()) | {"before": before.record["id"], "after": after.record["id"]}
tables.write_all(found, made, RUN_CHANGES, RUN_STEPS, provenance=note)
for table in (RUN_CHANGES, RUN_STEPS):
    write_csv(found[table.name], made[f"{table.name}_csv"])
pack_changes(found["run_changes"], found["run_steps"], made.geopackage)
changes = found["run_changes"]["change"].value_counts()
log.done(", ".join(f"{n} {change}" for change, n in changes.items()) or "no candidate in either")
