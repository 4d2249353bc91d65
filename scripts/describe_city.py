"""Compute the figures of the city: `snakemake data/processed/hanoi/indicators.parquet`."""

import json
from pathlib import Path

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.locate import read_taxonomy
from creative_nodes.network import ClusterSettings, NetworkSettings
from creative_nodes.people import Completeness, People
from creative_nodes.reach import Candidates
from creative_nodes.report import INDICATORS, TABLES, Facts, describe_city, figures_in_words, people_source

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
people = tables.provenance(files.people)
facts = Facts(
    frames={name: tables.read(TABLES[name], path) for name, path in files.items() if name in TABLES},
    pulled=json.loads(Path(files.provenance).read_text(encoding="utf-8")),
    people=restore(settings, "city.people", People),
    people_source=people_source(people),
    people_covered=people.get("people_covered", 1.0),
    network=restore(settings, "analysis.network", NetworkSettings),
    clusters=restore(settings, "analysis.clusters", ClusterSettings),
    candidates=restore(settings, "analysis.candidates", Candidates),
    completeness=restore(settings, "analysis.completeness", Completeness),
    edge_buffer_m=json.loads(settings)["analysis.edge_buffer_m"],
    seed=json.loads(settings)["analysis.seed"],
    words=read_taxonomy(files.heritage_taxonomy).classes | read_taxonomy(files.creative_taxonomy).classes,
)
indicators = describe_city(facts)
note = tables.carry_on(files.candidates, log.made_of())
tables.write(indicators, INDICATORS, snakemake.output.indicators, provenance=note)
log.done(figures_in_words(indicators))
