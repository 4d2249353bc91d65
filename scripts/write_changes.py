"""Write the page of what changed from one run to another: `snakemake diff --config before=<run> after=<run>`."""

from functools import partial

from _run import counted, start

from creative_nodes.common import tables
from creative_nodes.pull import STUDY_AREA
from creative_nodes.report import INDICATORS, changes_html, changes_page, write_page
from creative_nodes.runs import RUN_CHANGES, RUN_STEPS, read_record

KINDS = (RUN_CHANGES, RUN_STEPS, STUDY_AREA)

log = start(snakemake)
files, runs = snakemake.input, dict(snakemake.params.runs)
records = [[read_record(path) for path in files[end]] for end in runs]
cities = [
    tables.read_all({kind.name: files[kind.name][i] for kind in KINDS}, *KINDS)
    | {"indicators": [tables.read(INDICATORS, files[f"figures_{end}"][i]) for end in runs]}
    for i in range(len(records[0]))
]
write_page(changes_html(partial(changes_page, list(runs.values()), records, cities)), snakemake.output.page)
log.done(f"{counted(len(cities), 'city', 'cities')}")
