"""Write the page that compares the cities of this run: `snakemake reports/comparison.html`."""

from functools import partial

from _run import start

from creative_nodes.common import known_cities, tables
from creative_nodes.doubt import BACKTEST_POOLED
from creative_nodes.locate import read_taxonomy
from creative_nodes.report import (
    TABLES,
    ComparedCity,
    comparison_html,
    comparison_page,
    read_governance,
    settings_of,
    snapshot_of,
    write_page,
)
from creative_nodes.runs import read_hashes

log = start(snakemake)
names = [name for name, _ in snakemake.input.items() if name in TABLES and name != "backtest_pooled"]
cities = [
    ComparedCity(
        settings_of(text),
        {name: tables.read(TABLES[name], snakemake.input[name][i]) for name in names},
        snapshot_of(tables.provenance(snakemake.input["scores"][i])),
    )
    for i, text in enumerate(snakemake.params.settings)
]
words = {}
for path in snakemake.input.taxonomies:
    words |= read_taxonomy(path).classes
pooled = tables.read(BACKTEST_POOLED, snakemake.input.backtest_pooled)
told = read_governance(snakemake.input.governance, cities=known_cities())
text = comparison_html(
    partial(comparison_page, cities, told, words=words, pooled=pooled), run=read_hashes(snakemake.input.run)
)
write_page(text, snakemake.output.page)
log.done(f"{len(cities)} cities, {len(text.encode()) / 1e6:.1f} MB")
