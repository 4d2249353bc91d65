"""Would the ranking have picked the converted sites? `snakemake data/processed/shanghai/backtest.parquet`."""

import json

from _run import start

from creative_nodes.common import tables
from creative_nodes.doubt import (
    BACKTEST,
    BACKTEST_PAIRS,
    BACKTEST_SUMMARY,
    BacktestRules,
    back_test,
    backtest_in_words,
    converted_sites,
)
from creative_nodes.locate import AMENITIES, CREATIVE, HERITAGE, REGISTRY
from creative_nodes.people import PEOPLE
from creative_nodes.reach import World, select_candidates
from creative_nodes.score import SCALES, read_scales
from creative_nodes.streets import STATIONS, read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain, scales = json.loads(settings), read_scales(tables.read(SCALES, files.scales))
rules = BacktestRules.read(settings, scales)
heritage = tables.read(HERITAGE, files.heritage)
world = World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS))
found = back_test(
    converted_sites(heritage, tables.read(REGISTRY, files.registry)),
    select_candidates(heritage, rules.candidates),
    world,
    read_streets(files, settings),
    rules,
    centre=plain["city.centre"],
    seed=plain["analysis.seed"],
)
note = tables.carry_on(files.heritage, log.made_of())
for table, frame in zip((BACKTEST, BACKTEST_PAIRS, BACKTEST_SUMMARY), found, strict=True):
    tables.write(frame, table, snakemake.output[table.name], provenance=note)
log.done(backtest_in_words(found[-1]))
