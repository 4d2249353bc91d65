"""Choose sites together: `snakemake data/processed/hanoi/portfolio.parquet`."""

import json

from _run import counted, start

from creative_nodes.choose import (
    PORTFOLIO,
    PORTFOLIO_FRONT,
    PORTFOLIO_GAIN,
    PORTFOLIO_SITES,
    Portfolio,
    Walks,
    choose_portfolio,
    measure_options,
)
from creative_nodes.common import restore, tables
from creative_nodes.locate import CREATIVE
from creative_nodes.network import NetworkSettings
from creative_nodes.people import PEOPLE
from creative_nodes.reach import CANDIDATES
from creative_nodes.score import SCORES
from creative_nodes.streets import read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
portfolio = restore(settings, "analysis.portfolio", Portfolio)
walks = Walks(plain["analysis.reach.walk_minutes"], plain["analysis.people_grid.link_within_m"])
options = measure_options(
    *tables.read_all(files, CANDIDATES, SCORES, CREATIVE, PEOPLE).values(),
    read_streets(files, settings),
    settings=portfolio,
    walks=walks,
    network=restore(settings, "analysis.network", NetworkSettings),
)
chosen = choose_portfolio(options, portfolio, walk_minutes=walks.minutes, seed=plain["analysis.seed"])
note = tables.carry_on(files.scores, log.made_of())
tables.write_all(chosen, snakemake.output, PORTFOLIO, PORTFOLIO_SITES, PORTFOLIO_GAIN, PORTFOLIO_FRONT, provenance=note)
best = chosen["portfolio"].set_index("plan").loc["coverage"]
log.done(f"{best['n_sites']} of {counted(len(options.sites), 'site')}, {best['status']}")
