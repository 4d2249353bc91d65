"""Map how well residents are served today: `snakemake data/processed/hanoi/accessibility.parquet`."""

import json

from _run import counted, start

from creative_nodes.common import restore, tables
from creative_nodes.locate import CREATIVE
from creative_nodes.people import PEOPLE
from creative_nodes.pull import STUDY_AREA
from creative_nodes.reach import ACCESSIBILITY, Accessibility, Reach, map_accessibility
from creative_nodes.streets import read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain = json.loads(settings)
found = map_accessibility(
    tables.read(STUDY_AREA, files.study_area).geometry.iloc[0],
    people=tables.read(PEOPLE, files.people),
    creative=tables.read(CREATIVE, files.creative),
    streets=read_streets(files, settings),
    settings=restore(settings, "analysis.accessibility", Accessibility),
    reach=restore(settings, "analysis.reach", Reach),
    main_mode=plain["city.main_mode"],
    link_within_m=plain["analysis.people_grid.link_within_m"],
)
note = tables.carry_on(files.people, log.made_of())
tables.write(found, ACCESSIBILITY, snakemake.output.accessibility, provenance=note)
log.done(f"{found['underserved'].sum()} of {counted(len(found), 'hexagon')} underserved")
