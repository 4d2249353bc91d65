"""Read all that a city's page tells, so that it can be told in each language."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from creative_nodes.common import language, tables
from creative_nodes.locate import read_taxonomy
from creative_nodes.report.city.districts import read_districts
from creative_nodes.report.city.links import read_addresses, read_links
from creative_nodes.report.city.view import CityPage, city_page
from creative_nodes.report.city.whereabouts import read_ground
from creative_nodes.report.say.romanised import names_of
from creative_nodes.report.settings import PageSettings
from creative_nodes.report.tables import TABLES

DRAWN = ("places", "street_edges")  # large, and read as far as they are drawn or named


def once_a_language(make: Callable[[], CityPage], settings: PageSettings) -> Callable[[], CityPage]:
    """Keep the view-model of each language, since page, slides and workbook only read it.

    Parameters
    ----------
    make : makes it in the language in force.
    settings : that the page quotes; the city's country tells what its names may be spelt in.
    """
    made: dict[str, CityPage] = {}

    def speak() -> CityPage:
        if language() not in made:
            with names_of(settings.city):
                made[language()] = make()
        return made[language()]

    return speak


def read_city(
    files: Mapping[str, Any], settings: PageSettings, *, made_of: Mapping[str, Any]
) -> tuple[dict[str, Any], Callable[[], CityPage]]:
    """Read a city's tables and what is told beside them.

    Parameters
    ----------
    files : by name: the tables, provenance (JSON), heritage_taxonomy and creative_taxonomy; others are passed over.
    settings : that the page quotes.
    made_of : hashes of the run, as `runs.read_hashes` gives them.

    Returns
    -------
    The tables by name, and what makes the view-model in the language in force.

    Raises
    ------
    InputError : a file cannot be read.
    """
    paths = {name: path for name, path in files.items() if name in TABLES}
    frames = {name: tables.read(TABLES[name], path) for name, path in paths.items() if name not in DRAWN}
    pulled = json.loads(Path(files["provenance"]).read_text(encoding="utf-8"))
    provenance = {**pulled, **tables.provenance(paths["scores"]), **made_of}
    taxonomies = [read_taxonomy(files[f"{name}_taxonomy"]) for name in ("heritage", "creative")]
    members = frames["heritage"]["osm_ids"].explode().dropna()
    make = partial(
        city_page,
        frames,
        provenance,
        settings,
        words={key: word for one in taxonomies for key, word in one.classes.items()},
        links=read_links(paths["places"], members),
        districts=read_districts(paths["places"]),
        ground=read_ground(*(paths[name] for name in DRAWN)),
        addresses=read_addresses(paths["places"], members),
    )
    return frames, once_a_language(make, settings)
