"""Rank the candidates: `snakemake data/processed/hanoi/scores.parquet`."""

import json

from _run import start

from creative_nodes import tables
from creative_nodes.config import Score, restore
from creative_nodes.score import score_candidates

log = start(snakemake)
settings = snakemake.params.settings
candidates = tables.read("candidates", snakemake.input.candidates)
scores = score_candidates(
    candidates, restore(settings, "analysis.score", Score), seed=json.loads(settings)["analysis.seed"]
)
tables.write(
    scores, "scores", snakemake.output.scores, provenance=tables.carry_on(snakemake.input.candidates, settings)
)
log.done(f"{scores['rank'].notna().sum()} ranked")
