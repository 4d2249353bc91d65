"""Compute the figures of the city: `snakemake data/processed/hanoi/indicators.parquet`."""

import json
from pathlib import Path

from _run import start

from creative_nodes import compare, tables
from creative_nodes.config import Candidates, ClusterSettings, Completeness, Network, People, restore
from creative_nodes.locate.taxonomy import read_taxonomy

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
people = tables.provenance(files.people)
facts = compare.Facts(
    frames={name: tables.read(name, path) for name, path in files.items() if name in tables.TABLES},
    pulled=json.loads(Path(files.provenance).read_text(encoding="utf-8")),
    people=restore(settings, "city.people", People),
    people_source=compare.people_source(people),
    people_covered=people.get("people_covered", 1.0),
    network=restore(settings, "analysis.network", Network),
    clusters=restore(settings, "analysis.clusters", ClusterSettings),
    candidates=restore(settings, "analysis.candidates", Candidates),
    completeness=restore(settings, "analysis.completeness", Completeness),
    edge_buffer_m=json.loads(settings)["analysis.edge_buffer_m"],
    seed=json.loads(settings)["analysis.seed"],
    words=read_taxonomy(files.heritage_taxonomy).classes | read_taxonomy(files.creative_taxonomy).classes,
)
indicators = compare.describe_city(facts)
note = tables.carry_on(files.candidates, settings)
tables.write(indicators, "indicators", snakemake.output.indicators, provenance=note)
figures = indicators.set_index("indicator")["value"]
log.done(f"C = {figures['connectivity']:.3f}, {figures['isolated_share']:.0%} of spaces isolated")
