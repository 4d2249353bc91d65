"""Score and rank the candidates: `snakemake data/processed/hanoi/scores.parquet`."""

import json

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.reach import CANDIDATES
from creative_nodes.score import SCALES, SCORES, VALUES, Score, read_scales, score_candidates, values_of

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
candidates, scales = tables.read(CANDIDATES, files.candidates), read_scales(tables.read(SCALES, files.scales))
score = restore(settings, "analysis.score", Score)
scores = score_candidates(candidates, scales, score, seed=json.loads(settings)["analysis.seed"])
found = {"scores": scores, "values": values_of(candidates, scales, score)}
tables.write_all(found, snakemake.output, SCORES, VALUES, provenance=tables.carry_on(files.candidates, log.made_of()))
log.done(f"{scores['rank'].notna().sum()} ranked, {scores['score'].notna().sum()} scored")
