"""Would the ranking have picked the converted sites? `snakemake data/processed/shanghai/backtest.parquet`."""

import json

from _run import start

from creative_nodes import backtest, tables
from creative_nodes.config import Backtest, Candidates, Network, Reach, Score, restore
from creative_nodes.reach import World, select_candidates
from creative_nodes.travel.streets import read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
rules = backtest.Rules(
    backtest=restore(settings, "analysis.backtest", Backtest),
    reach=restore(settings, "analysis.reach", Reach),
    network=restore(settings, "analysis.network", Network),
    candidates=restore(settings, "analysis.candidates", Candidates),
    score=restore(settings, "analysis.score", Score),
    main_mode=plain["city.main_mode"],
    link_within_m=plain["analysis.people_grid.link_within_m"],
)
heritage = tables.read("heritage", files.heritage)
world = World(**{name: tables.read(name, files[name]) for name in ("creative", "amenities", "people", "stations")})
found = backtest.back_test(
    backtest.converted_sites(heritage, tables.read("registry", files.registry)),
    select_candidates(heritage, rules.candidates),
    world,
    read_streets(files, settings),
    rules,
    centre=plain["city.centre"],
    seed=plain["analysis.seed"],
)
for name, table in zip(("backtest", "backtest_pairs", "backtest_summary"), found, strict=True):
    tables.write(table, name, snakemake.output[name], provenance=tables.carry_on(files.heritage, settings))
log.done(backtest.in_words(found[-1]))
