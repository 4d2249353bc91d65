"""Pool the back-tests of the cities: `snakemake data/processed/backtest_pooled.parquet`."""

import json

from _run import start

from creative_nodes import backtest, pack, tables
from creative_nodes.config import Backtest, restore

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
names = ("backtest_summary", "backtest_pairs")
found = backtest.pool(
    {
        city: tuple(tables.read(name, path) for name, path in zip(names, paths, strict=True))
        for city, *paths in zip(snakemake.params.cities, files.summaries, files.pairs, strict=True)
    },
    restore(settings, "backtest", Backtest),
    seed=json.loads(settings)["seed"],
)
provenance = tables.pooled(dict(zip(snakemake.params.cities, files.summaries, strict=True)), settings)
tables.write(found, "backtest_pooled", snakemake.output.pooled, provenance=provenance)
pack.write_csv(found, snakemake.output.csv)
log.done(backtest.in_words(found[found["city"] == backtest.ALL]))
