"""Rank the candidates under every scenario: `snakemake data/processed/hanoi/scenarios.parquet`."""

from _run import start

from creative_nodes import tables
from creative_nodes.config import Scenario, Score, restore, restore_all
from creative_nodes.scenarios import score_scenarios

log = start(snakemake)
settings = snakemake.params.settings
candidates = tables.read("candidates", snakemake.input.candidates)
measured = tables.read("scenario_candidates", snakemake.input.scenario_candidates)
chosen = restore_all(settings, "analysis.scenarios", Scenario)
scenarios = score_scenarios(
    candidates,
    restore(settings, "analysis.score", Score),
    chosen,
    own={key: measured[measured["scenario"] == key] for key, one in chosen.items() if one.needs_own_reach},
)
tables.write(
    scenarios,
    "scenarios",
    snakemake.output.scenarios,
    provenance=tables.carry_on(snakemake.input.candidates, settings),
)
first = scenarios[scenarios["rank"] == 1]
log.done(f"{scenarios['scenario'].nunique()} scenarios, {first['site_id'].nunique()} sites first in one or more")
