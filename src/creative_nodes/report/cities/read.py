"""Read the tables of several cities that stand side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely

from creative_nodes.common import tables
from creative_nodes.report.cities.comparing import ComparedCity
from creative_nodes.report.cities.national import RANKED_BY
from creative_nodes.report.city.figures import snapshot_of
from creative_nodes.report.settings import HANDFUL, settings_of
from creative_nodes.report.tables import TABLES


def _city(text: str, files: Mapping[str, str], dated: str) -> ComparedCity:
    """Read one city; `dated` is the table that tells the day of its map."""
    found = {name: tables.read(TABLES[name], path) for name, path in files.items()}
    return ComparedCity(settings_of(text), found, snapshot_of(tables.provenance(dated)))


def compared_cities(settings: Sequence[str], files: Mapping[str, Any]) -> list[ComparedCity]:
    """Read cities to set side by side.

    Parameters
    ----------
    settings : of each city, JSON as `settings_of` reads it.
    files : one file a city by the name of the table, `scores` among them; what is no list of files is passed over.

    Raises
    ------
    InputError : a table cannot be read.
    """
    paths = {name: found for name, found in files.items() if name in TABLES and not isinstance(found, str | Path)}
    return [
        _city(text, {name: of_cities[i] for name, of_cities in paths.items()}, paths["scores"][i])
        for i, text in enumerate(settings)
    ]


def _as_ranked(city: ComparedCity) -> ComparedCity:
    """Keep of a study area its middle, which is all that a map of many cities shows of it."""
    area = city.tables["study_area"]
    middle = area.set_geometry(shapely.centroid(area.geometry.array), crs=area.crs)
    return replace(city, tables={**city.tables, "study_area": middle})


def index_cities(settings: Sequence[str], files: Mapping[str, Any]) -> list[ComparedCity]:
    """Read the cities of an index: of more than a handful only what ranks them, so that a thousand fit into memory.

    Parameters
    ----------
    settings, files : as for `compared_cities`.

    Raises
    ------
    InputError : a table cannot be read.
    """
    if len(settings) <= HANDFUL:
        return compared_cities(settings, files)
    # the date of a map stands in the scores
    found = []
    for i, text in enumerate(settings):
        own = {name: files[name][i] for name in RANKED_BY}
        found.append(_as_ranked(_city(text, own, files["scores"][i])))
    return found
