"""Draw all doubts together, world by world: `snakemake data/processed/hanoi/worlds.parquet`."""

import json

from _run import start

from creative_nodes.choose import RECOMMENDED
from creative_nodes.common import restore, tables
from creative_nodes.doubt import (
    MEMBER_DOUBT,
    SET_DOUBT,
    SITE_DOUBT,
    WORLDS,
    Doubt,
    DoubtedCity,
    DoubtRules,
    doubt_worlds,
    worlds_in_words,
)
from creative_nodes.locate import AMENITIES, CREATIVE, HERITAGE
from creative_nodes.network import NetworkSettings
from creative_nodes.people import COMPLETENESS, PEOPLE, People, PeopleFiles, PeopleGrid, other_sources
from creative_nodes.pull import STUDY_AREA
from creative_nodes.reach import CANDIDATES, PARTS, REFERENCE, Candidates, Reach, World
from creative_nodes.score import SCALES, Score, read_scales
from creative_nodes.streets import STATIONS, read_streets

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
plain, grid = json.loads(settings), restore(settings, "analysis.people_grid", PeopleGrid)
area = tables.read(STUDY_AREA, files.study_area).iloc[0]
others = other_sources(
    area.geometry,
    epsg=int(area["epsg"]),
    buffer_m=plain["analysis.edge_buffer_m"],
    people=restore(settings, "city.people", People),
    files=PeopleFiles(files.places, files.street_edges, files.get("raster"), files.get("table")),
    settings=grid,
)
city = DoubtedCity(
    *tables.read_all(files, CANDIDATES, HERITAGE, PARTS, REFERENCE, COMPLETENESS).values(),
    scales=read_scales(tables.read(SCALES, files.scales)),
    world=World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS)),
    streets=read_streets(files, settings),
    area=area.geometry,
    others=tuple(others.values()),
)
rules = DoubtRules(
    doubt=restore(settings, "analysis.doubt", Doubt),
    reach=restore(settings, "analysis.reach", Reach),
    network=restore(settings, "analysis.network", NetworkSettings),
    candidates=restore(settings, "analysis.candidates", Candidates),
    score=restore(settings, "analysis.score", Score),
    main_mode=plain["city.main_mode"],
    link_within_m=grid.link_within_m,
    seed=plain["analysis.seed"],
)
recommended = tables.read(RECOMMENDED, files.recommended)
chosen = recommended.loc[recommended["set"] == "best", "site_id"].tolist()
found = doubt_worlds(city, rules, chosen)
note = tables.carry_on(files.candidates, settings)
tables.write_all(found, snakemake.output, WORLDS, SITE_DOUBT, SET_DOUBT, MEMBER_DOUBT, provenance=note)
log.done(worlds_in_words(found))
