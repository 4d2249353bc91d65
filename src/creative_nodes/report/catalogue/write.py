"""The open catalogue of a run: a folder that anyone can host, without a server or a network, in three languages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from creative_nodes.common import LANGUAGES, say, speaking, tables, translated
from creative_nodes.locate import read_taxonomy
from creative_nodes.report.catalogue.facets import Facets, read_facets
from creative_nodes.report.catalogue.files import FILED, FORMATS, ONLINE, RANKED, write_table
from creative_nodes.report.catalogue.filters import choices
from creative_nodes.report.catalogue.metadata import TITLE, CataloguedCity, data_package, dcat
from creative_nodes.report.catalogue.places import Place
from creative_nodes.report.catalogue.sources import lists_of, positions_of, sources_of
from creative_nodes.report.catalogue.stac import stac
from creative_nodes.report.catalogue.tell import (
    Ground,
    filed_table,
    members,
    online_places,
    online_table,
    places_of,
    tags_of,
)
from creative_nodes.report.city.figures import snapshot_of
from creative_nodes.report.gis.layers import with_rank
from creative_nodes.report.page import asset, policy, render, style_sheets, write_page
from creative_nodes.report.say.romanised import names_of
from creative_nodes.report.settings import CatalogueSettings, catalogue_settings_of
from creative_nodes.report.tables import TABLES

TAGS = "places"  # read for the tags of places, not published: it is the map itself
KNOWN = "registry"  # read for spaces that exist online alone
LISTS = "imports"  # read for who published them, and whose positions they are
# English last, as the style sheet has it: it is shown where the address names no other
ORDER = (*(code for code in LANGUAGES if code != "en"), "en")
WHOLE = 1024.0
Spoken = Mapping[str, Any]


def _shapes_of(frames: Mapping[str, Any]) -> dict[str, Any]:
    """Return the shape of each space and site by its id."""
    shapes = dict(zip(frames["creative"]["space_id"], frames["creative"].geometry, strict=True))
    return shapes | dict(zip(frames["heritage"]["site_id"], frames["heritage"].geometry, strict=True))


@dataclass(frozen=True)
class Writer:
    """Writes the folder of a catalogue."""

    folder: Path
    facets: Facets
    words: Mapping[str, str]

    def page(self, path: str, template: str, values: Callable[[str], Spoken], *, script: str = "") -> None:
        """Write a page that fetches nothing, in every language.

        Parameters
        ----------
        path : from the folder.
        template : of what it says in one language.
        values : makes what the template shows, its `title` among it, by code of the language in force.
        script : that it runs behind the one that chooses the language.
        """
        spoken = []
        for code in ORDER:
            with speaking(code):
                told = {"here": "" if code == "en" else f"#lang={code}", **values(code)}
                spoken.append((code, told["title"], render(f"catalogue/{template}.html.j2", **told)))
        chosen = asset("js/state.js") + asset("js/catalogue_language.js") + script
        self._whole(path, "frame", script=chosen, title=spoken[-1][1], spoken=spoken)

    def dictionary(self, **values: Any) -> None:
        """Write what tables, columns and facets mean, in English."""
        self._whole("dictionary.html", "dictionary", **values)

    def _whole(self, path: str, template: str, *, script: str = "", **values: Any) -> None:
        head = {"policy": policy(*([script] if script else [])), "css": style_sheets(["catalogue"])}
        write_page(render(f"catalogue/{template}.html.j2", script=script, **head, **values), self.folder / path)

    def json(self, path: str, content: Mapping[str, Any]) -> None:
        """Write a file of metadata, piece by piece: that of a thousand cities is hundreds of megabytes."""
        with (self.folder / path).open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1, ensure_ascii=False)
            file.write("\n")

    def city(self, settings: CatalogueSettings, files: Mapping[str, str | Path]) -> CataloguedCity:
        """Write the tables and pages of a city."""
        frames = {name: tables.read(TABLES[name], path) for name, path in files.items()}
        tags = tags_of(frames.pop(TAGS), members(frames))
        sources = sources_of(frames, fictional=settings.fictional)
        known, lists = frames.pop(KNOWN), lists_of(frames.pop(LISTS))
        ground = Ground(self.facets, tags, self.words, not settings.fictional, lists, positions_of(known))
        with names_of(settings):
            spoken = {code: self._places(code, frames, known, ground) for code in ORDER}
        places, online = spoken["en"]
        note, area = tables.provenance(files["scores"]), frames["study_area"].union_all()
        city = CataloguedCity(settings, snapshot_of(note), sources, area, ())
        write = partial(write_table, folder=self.folder / settings.key, terms=city.terms)
        ranked = with_rank(frames["candidates"], frames["scores"])
        published = [
            write(RANKED, ranked, note)
            if name == RANKED.name
            else write(TABLES[name], frames[name], tables.provenance(files[name]))
            for name in frames
        ]
        published.append(write(FILED, filed_table(places, _shapes_of(frames), settings.key), note))
        if online:
            published.append(write(ONLINE, online_table(online, known, settings.key), note))
        city = replace(city, tables=tuple(published))
        self._pages(city, {code: [*told, *further] for code, (told, further) in spoken.items()})
        return city

    @staticmethod
    def _places(
        code: str, frames: Mapping[str, pd.DataFrame], known: pd.DataFrame, ground: Ground
    ) -> tuple[list[Place], list[Place]]:
        """Tell the places of a city in a language: those that stand somewhere, and those that exist online alone."""
        with speaking(code):
            return places_of(frames, ground), online_places(known, ground)

    def _pages(self, city: CataloguedCity, spoken: Mapping[str, Sequence[Place]]) -> None:
        """Write the list of a city's places, and a page a place; `spoken`: the same places by language."""
        facets, key = self.facets.facets, city.settings.key

        def listed(code: str) -> Spoken:
            told = {"city": city, "places": spoken[code], "choices": choices(facets, spoken[code])}
            told["title"] = say("{city}: places and tables", city=translated(city.settings.name))
            return told | {"formats": FORMATS, "size": size_words}

        self.page(f"{key}/index.html", "city", listed, script=asset("js/catalogue.js"))
        for alike in zip(*spoken.values(), strict=True):
            by_code = dict(zip(spoken, alike, strict=True))
            told = partial(self._place, city, by_code)
            self.page(f"{key}/{by_code['en'].address}", "place", told)

    def _place(self, city: CataloguedCity, by_code: Mapping[str, Place], code: str) -> Spoken:
        title = f"{by_code[code].name} · {translated(city.settings.name)}"
        return {"city": city, "facets": self.facets.facets, "place": by_code[code], "title": title}


def size_words(number: int) -> str:
    """Say the size of a file."""
    return f"{number / WHOLE:,.0f} KB" if number < WHOLE**2 else f"{number / WHOLE**2:,.1f} MB"


def write_catalogue(
    settings: Sequence[str], files: Mapping[str, Any], run: Mapping[str, Any], folder: str | Path
) -> list[CataloguedCity]:
    """Write the open catalogue of a run.

    Parameters
    ----------
    settings : of each city, JSON as `catalogue_settings_of` reads it.
    files : one file a city by name of the table, `places`, `registry` and `imports` among them; `facets`, the file of
        facets; `taxonomies`, those that name classes; others are passed over.
    run : the record of the run.
    folder : of the catalogue.

    Returns
    -------
    the cities with what is published of each.

    Raises
    ------
    InputError : a table, a taxonomy or the file of facets cannot be read.
    """
    words = {key: said for path in files["taxonomies"] for key, said in read_taxonomy(path).classes.items()}
    writer = Writer(Path(folder), read_facets(files["facets"]), words)
    paths = {name: found for name, found in files.items() if name in TABLES and not isinstance(found, str | Path)}
    cities = [
        writer.city(catalogue_settings_of(text), {name: of_cities[i] for name, of_cities in paths.items()})
        for i, text in enumerate(settings)
    ]
    writer.json("datapackage.json", data_package(cities, run))
    writer.json("catalog.jsonld", dcat(cities, run))
    for path, content in stac(cities, run).items():
        writer.json(path, content)
    # a CSV file has no room for it
    write_page("".join(f"{city.settings.name}: {city.terms}.\n" for city in cities), writer.folder / "LICENCES.txt")
    writer.page("index.html", "index", lambda _: {"cities": cities, "run": run, "title": translated(TITLE)})
    known = {one.table.name: one.table for city in cities for one in city.tables}
    left_out = [table for name, table in TABLES.items() if name not in known]
    writer.dictionary(tables=known.values(), left_out=left_out, facets=writer.facets.facets)
    return cities
