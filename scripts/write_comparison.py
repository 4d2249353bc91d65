"""Write the page that compares the cities of this run: `snakemake reports/comparison.html`."""

from functools import partial

from _run import start

from creative_nodes import tables
from creative_nodes.governance import read_governance
from creative_nodes.locate.taxonomy import read_taxonomy
from creative_nodes.report import comparison, figures, page, settings

log = start(snakemake)
names = [name for name, _ in snakemake.input.items() if name in tables.TABLES and name != "backtest_pooled"]
cities = [
    comparison.City(
        settings.settings_of(text),
        {name: tables.read(name, snakemake.input[name][i]) for name in names},
        figures.snapshot_of(tables.provenance(snakemake.input["scores"][i])),
    )
    for i, text in enumerate(snakemake.params.settings)
]
words = {}
for path in snakemake.input.taxonomies:
    words |= read_taxonomy(path).classes
pooled = tables.read("backtest_pooled", snakemake.input.backtest_pooled)
told = read_governance(snakemake.input.governance, cities=snakemake.params.known)
text = page.comparison_html(partial(comparison.comparison_page, cities, told, words=words, pooled=pooled))
page.write(text, snakemake.output.page)
log.done(f"{len(cities)} cities, {len(text.encode()) / 1e6:.1f} MB")
