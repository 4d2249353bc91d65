"""Map how well residents are served today: `snakemake data/processed/hanoi/accessibility.parquet`."""

import json

from _run import start

from creative_nodes import tables
from creative_nodes.accessibility import map_accessibility
from creative_nodes.config import Accessibility, Reach, restore
from creative_nodes.travel.streets import read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
found = map_accessibility(
    tables.read("study_area", files.study_area).geometry.iloc[0],
    people=tables.read("people", files.people),
    creative=tables.read("creative", files.creative),
    streets=read_streets(files, settings),
    settings=restore(settings, "analysis.accessibility", Accessibility),
    reach=restore(settings, "analysis.reach", Reach),
    main_mode=plain["city.main_mode"],
    link_within_m=plain["analysis.people_grid.link_within_m"],
)
note = tables.carry_on(files.people, settings)
tables.write(found, "accessibility", snakemake.output.accessibility, provenance=note)
log.done(f"{found['underserved'].sum()} of {len(found):,} hexagons underserved")
