"""Write the page that compares the cities of this run: `snakemake reports/comparison.html`."""

from functools import partial

from _run import counted, start

from creative_nodes.common import known_cities, tables
from creative_nodes.doubt import BACKTEST_POOLED
from creative_nodes.locate import read_taxonomy
from creative_nodes.report import compared_cities, comparison_html, comparison_page, read_governance, write_page
from creative_nodes.runs import read_hashes

log = start(snakemake)
cities = compared_cities(snakemake.params.settings, dict(snakemake.input.items()))
words = {}
for path in snakemake.input.taxonomies:
    words |= read_taxonomy(path).classes
pooled = tables.read(BACKTEST_POOLED, snakemake.input.backtest_pooled)
told = read_governance(snakemake.input.governance, cities=known_cities())
text = comparison_html(
    partial(comparison_page, cities, told, words=words, pooled=pooled), run=read_hashes(snakemake.input.run)
)
write_page(text, snakemake.output.page)
log.done(f"{counted(len(cities), 'city', 'cities')}, {len(text.encode()) / 1e6:.1f} MB")
