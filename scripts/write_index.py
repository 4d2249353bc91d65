"""Write the page that sets the cities of this run side by side: `snakemake reports/index.html`."""

from functools import partial

from _run import start

from creative_nodes.common import tables
from creative_nodes.reach import CANDIDATES
from creative_nodes.report import (
    INDICATORS,
    TABLES,
    ComparedCity,
    index_html,
    index_page,
    settings_of,
    snapshot_of,
    write_page,
)
from creative_nodes.runs import read_hashes
from creative_nodes.score import SCORES

log = start(snakemake)
read = (INDICATORS, SCORES, CANDIDATES)
told = [
    (settings_of(text), *map(tables.read, read, paths), tables.provenance(paths[0]))
    for text, *paths in zip(snakemake.params.settings, *(snakemake.input[table.name] for table in read), strict=True)
]
sets = ("study_area", "recommended", "set_beside_ranking", "set_doubt", "marks")
answers = [
    ComparedCity(
        one[0], {name: tables.read(TABLES[name], snakemake.input[name][i]) for name in sets}, snapshot_of(one[-1])
    )
    for i, one in enumerate(told)
]
write_page(index_html(partial(index_page, told, answers), run=read_hashes(snakemake.input.run)), snakemake.output.page)
log.done(f"{len(told)} cities")
