"""Write the page of what changed from one run to another: `snakemake diff --config before=<run> after=<run>`."""

from functools import partial

from _run import start

from creative_nodes.common import tables
from creative_nodes.pull import STUDY_AREA
from creative_nodes.report import changes_html, changes_page, write_page
from creative_nodes.runs import RUN_CHANGES, RUN_STEPS, read_record

log = start(snakemake)
files, runs = snakemake.input, dict(snakemake.params.runs)
records = [[read_record(path) for path in files[end]] for end in runs]
cities = [
    [tables.read(RUN_CHANGES, changes), tables.read(RUN_STEPS, steps), tables.read(STUDY_AREA, area)]
    for changes, steps, area in zip(files.changes, files.steps, files.study_area, strict=True)
]
write_page(changes_html(partial(changes_page, list(runs.values()), records, cities)), snakemake.output.page)
log.done(f"{len(cities)} cities")
