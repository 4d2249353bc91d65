"""Rank the candidates under every scenario: `snakemake data/processed/hanoi/scenarios.parquet`."""

from _run import start

from creative_nodes.common import restore, restore_all, tables
from creative_nodes.reach import CANDIDATES
from creative_nodes.score import SCENARIO_CANDIDATES, SCENARIOS, Scenario, Score, score_scenarios

log = start(snakemake)
settings = snakemake.params.settings
candidates = tables.read(CANDIDATES, snakemake.input.candidates)
measured = tables.read(SCENARIO_CANDIDATES, snakemake.input.scenario_candidates)
chosen = restore_all(settings, "analysis.scenarios", Scenario)
scenarios = score_scenarios(
    candidates,
    restore(settings, "analysis.score", Score),
    chosen,
    own={key: measured[measured["scenario"] == key] for key, one in chosen.items() if one.needs_own_reach},
)
tables.write(
    scenarios,
    SCENARIOS,
    snakemake.output.scenarios,
    provenance=tables.carry_on(snakemake.input.candidates, settings),
)
first = scenarios[scenarios["rank"] == 1]
log.done(f"{scenarios['scenario'].nunique()} scenarios, {first['site_id'].nunique()} sites first in one or more")
