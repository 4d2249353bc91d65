"""Rank the candidates: `snakemake data/processed/hanoi/scores.parquet`."""

import json

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.reach import CANDIDATES
from creative_nodes.score import SCORES, Score, score_candidates

log = start(snakemake)
settings = snakemake.params.settings
candidates = tables.read(CANDIDATES, snakemake.input.candidates)
scores = score_candidates(
    candidates, restore(settings, "analysis.score", Score), seed=json.loads(settings)["analysis.seed"]
)
tables.write(scores, SCORES, snakemake.output.scores, provenance=tables.carry_on(snakemake.input.candidates, settings))
log.done(f"{scores['rank'].notna().sum()} ranked")
