"""A city in doubt, read from the files and settings of a rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from creative_nodes.choose import RECOMMENDED
from creative_nodes.common import restore, tables
from creative_nodes.doubt.gather import DoubtedCity, DoubtRules
from creative_nodes.doubt.settings import Doubt
from creative_nodes.locate import AMENITIES, CREATIVE, HERITAGE
from creative_nodes.network import NetworkSettings
from creative_nodes.people import COMPLETENESS, PEOPLE, People, PeopleFiles, PeopleGrid, other_sources
from creative_nodes.pull import STUDY_AREA
from creative_nodes.reach import CANDIDATES, REFERENCE, Candidates, Reach, World
from creative_nodes.score import SCALES, Score, read_scales
from creative_nodes.streets import STATIONS, read_streets


def read_doubt_rules(settings: str) -> DoubtRules:
    """Read the settings of a rule; `settings` is JSON with `DOUBT_KEYS`."""
    plain = json.loads(settings)
    return DoubtRules(
        doubt=restore(settings, "analysis.doubt", Doubt),
        reach=restore(settings, "analysis.reach", Reach),
        network=restore(settings, "analysis.network", NetworkSettings),
        candidates=restore(settings, "analysis.candidates", Candidates),
        score=restore(settings, "analysis.score", Score),
        main_mode=plain["city.main_mode"],
        link_within_m=plain["analysis.people_grid"]["link_within_m"],
        seed=plain["analysis.seed"],
    )


def _other_people(files: Any, settings: str, area: Any) -> tuple[gpd.GeoDataFrame, ...]:
    """Read residents from every source but the first."""
    found = other_sources(
        area.geometry,
        epsg=int(area["epsg"]),
        buffer_m=json.loads(settings)["analysis.edge_buffer_m"],
        people=restore(settings, "city.people", People),
        files=PeopleFiles(files["places"], files["street_edges"], files.get("raster"), files.get("table")),
        settings=restore(settings, "analysis.people_grid", PeopleGrid),
    )
    return tuple(found.values())


def read_doubted_city(files: Mapping[str, str], settings: str) -> DoubtedCity:
    """Read the tables and streets of a city.

    Parameters
    ----------
    files : paths of the tables by name, and of the population raster and table where they are there.
    settings : JSON of a rule's settings, with `DOUBT_KEYS` and `STREET_KEYS`.
    """
    area = tables.read(STUDY_AREA, files["study_area"]).iloc[0]
    frames = tables.read_all(files, CANDIDATES, HERITAGE, REFERENCE, COMPLETENESS)
    return DoubtedCity(
        candidates=frames["candidates"],
        heritage=frames["heritage"],
        reference=frames["reference"],
        completeness=frames["completeness"],
        scales=read_scales(tables.read(SCALES, files["scales"])),
        world=World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS)),
        streets=read_streets(files, settings),
        area=area.geometry,
        others=_other_people(files, settings, area),
    )


def read_set(path: str) -> list[str]:
    """Return the site_id of the members of the best set of the table recommended; none without one."""
    recommended = tables.read(RECOMMENDED, path)
    found: list[str] = recommended.loc[recommended["set"] == "best", "site_id"].tolist()
    return found
