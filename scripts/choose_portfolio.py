"""Choose sites together: `snakemake data/processed/hanoi/portfolio.parquet`."""

import json

from _run import start

from creative_nodes import tables
from creative_nodes.config import Network, Portfolio, restore
from creative_nodes.portfolio import choose_portfolio, measure_options
from creative_nodes.travel.streets import read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
portfolio = restore(settings, "analysis.portfolio", Portfolio)
walk_minutes = plain["analysis.reach.walk_minutes"]
options = measure_options(
    *(tables.read(name, files[name]) for name in ("candidates", "scores", "creative", "people")),
    read_streets(files, settings),
    settings=portfolio,
    walk_minutes=walk_minutes,
    network=restore(settings, "analysis.network", Network),
    link_within_m=plain["analysis.people_grid.link_within_m"],
)
chosen = choose_portfolio(options, portfolio, walk_minutes=walk_minutes, seed=plain["analysis.seed"])
for name, table in chosen.items():
    tables.write(table, name, snakemake.output[name], provenance=tables.carry_on(files.scores, settings))
best = chosen["portfolio"].set_index("plan").loc["coverage"]
log.done(f"{best['n_sites']} of {len(options.sites)} sites, {best['status']}")
