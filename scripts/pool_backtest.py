"""Pool the back-tests of the cities: `snakemake data/processed/backtest_pooled.parquet`."""

import json

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.doubt import ALL_CITIES, BACKTEST_POOLED, Backtest, backtest_in_words, pool_backtests
from creative_nodes.report import TABLES, write_csv

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
names = ("backtest_summary", "backtest_pairs")
found = pool_backtests(
    {
        city: tuple(tables.read(TABLES[name], path) for name, path in zip(names, paths, strict=True))
        for city, *paths in zip(snakemake.params.cities, files.summaries, files.pairs, strict=True)
    },
    restore(settings, "backtest", Backtest),
    seed=json.loads(settings)["seed"],
)
provenance = tables.pooled(dict(zip(snakemake.params.cities, files.summaries, strict=True)), log.made_of())
tables.write(found, BACKTEST_POOLED, snakemake.output.pooled, provenance=provenance)
write_csv(found, snakemake.output.csv)
log.done(backtest_in_words(found[found["city"] == ALL_CITIES]))
