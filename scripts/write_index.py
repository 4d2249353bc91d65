"""Write the page that sets the cities of this run side by side: `snakemake reports/index.html`."""

from functools import partial

from _run import counted, start

from creative_nodes.report import index_cities, index_html, index_page, write_page
from creative_nodes.runs import read_hashes

log = start(snakemake)
cities = index_cities(snakemake.params.settings, dict(snakemake.input.items()))
write_page(index_html(partial(index_page, cities), run=read_hashes(snakemake.input.run)), snakemake.output.page)
log.done(f"{counted(len(cities), 'city', 'cities')}")
