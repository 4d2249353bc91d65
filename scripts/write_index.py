"""Write the page that sets the cities of this run side by side: `snakemake reports/index.html`."""

from _run import start

from creative_nodes import tables
from creative_nodes.report import page, view

log = start(snakemake)
names = ("indicators", "scores", "candidates")
cities = [
    (view.settings_of(settings), *map(tables.read, names, paths), tables.provenance(paths[0]))
    for settings, *paths in zip(snakemake.params.settings, *(snakemake.input[name] for name in names), strict=True)
]
page.write(page.index_html(view.index_page(cities)), snakemake.output.page)
log.done(f"{len(cities)} cities")
