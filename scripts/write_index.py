"""Write the page that sets the cities of this run side by side: `snakemake reports/index.html`."""

from functools import partial

from _run import start

from creative_nodes import tables
from creative_nodes.report import cities, page, settings

log = start(snakemake)
names = ("indicators", "scores", "candidates")
told = [
    (settings.settings_of(text), *map(tables.read, names, paths), tables.provenance(paths[0]))
    for text, *paths in zip(snakemake.params.settings, *(snakemake.input[name] for name in names), strict=True)
]
page.write(page.index_html(partial(cities.index_page, told)), snakemake.output.page)
log.done(f"{len(told)} cities")
