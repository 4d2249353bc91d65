"""Measure the reference places and hexagons: `snakemake data/processed/hanoi/reference.parquet`."""

import json

from _run import counted, start

from creative_nodes.common import restore, tables
from creative_nodes.locate import AMENITIES, CREATIVE
from creative_nodes.network import NetworkSettings
from creative_nodes.people import PEOPLE
from creative_nodes.pull import STUDY_AREA
from creative_nodes.reach import REFERENCE, PositionRules, Reach, World, measure_reference
from creative_nodes.streets import STATIONS, read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
found = measure_reference(
    tables.read(STUDY_AREA, files.study_area).geometry.iloc[0],
    World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS)),
    read_streets(files, settings),
    PositionRules(
        restore(settings, "analysis.reach", Reach),
        restore(settings, "analysis.network", NetworkSettings),
        plain["city.main_mode"],
        plain["analysis.people_grid.link_within_m"],
    ),
    places=plain["analysis.reference.places"],
    h3_resolution=plain["analysis.accessibility.h3_resolution"],
    seed=plain["analysis.seed"],
)
note = tables.carry_on(files.creative, log.made_of())
tables.write(found, REFERENCE, snakemake.output.reference, provenance=note)
counts = found["kind"].value_counts()
log.done(f"{counted(counts.get('place', 0), 'place')}, {counted(counts.get('hexagon', 0), 'hexagon')}")
