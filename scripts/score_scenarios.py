"""Rank the candidates under every scenario: `snakemake data/processed/hanoi/scenarios.parquet`."""

from _run import counted, start

from creative_nodes.common import restore, restore_all, tables
from creative_nodes.reach import CANDIDATES, REFERENCE
from creative_nodes.score import (
    SCENARIO_CANDIDATES,
    SCENARIO_REFERENCE,
    SCENARIOS,
    Basis,
    Scenario,
    Score,
    score_scenarios,
)

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
base = Basis(*tables.read_all(files, CANDIDATES, REFERENCE).values())
measured = tables.read_all(files, SCENARIO_CANDIDATES, SCENARIO_REFERENCE).values()
chosen = restore_all(settings, "analysis.scenarios", Scenario)
own = {
    key: Basis(*(frame[frame["scenario"] == key] for frame in measured))
    for key, one in chosen.items()
    if one.needs_own_reach
}
scenarios = score_scenarios(base, restore(settings, "analysis.score", Score), chosen, own=own)
note = tables.carry_on(files.candidates, log.made_of())
tables.write(scenarios, SCENARIOS, snakemake.output.scenarios, provenance=note)
first = scenarios.loc[scenarios["rank"] == 1, "site_id"].nunique()
log.done(f"{counted(scenarios['scenario'].nunique(), 'scenario')}, {counted(first, 'site')} first in one or more")
