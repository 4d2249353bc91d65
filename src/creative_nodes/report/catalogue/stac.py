"""The run as a STAC collection with an item a city (stacspec.org, 1.1), which reads well wherever the folder is hosted.

An item needs a time. That of a city is the day of its map, and nothing else is put in its place: where no day is known
there is no item, and the files of the city are assets of the collection, which says so. Links are relative; there is no
link `self`, which has to be an address that a folder to host anywhere does not know. Geometries and tables are in
EPSG:4326, as STAC has them without more words, so no item needs the projection extension.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.report.catalogue.files import FORMATS
from creative_nodes.report.catalogue.metadata import (
    ABOUT,
    HOME,
    TITLE,
    CataloguedCity,
    all_credits,
    described,
)
from creative_nodes.report.licences import MADE_UP, ODBL

COLLECTION, ITEM = "collection.json", "item.json"
JSON_TYPE, GEOJSON_TYPE, HTML_TYPE = "application/json", "application/geo+json", "text/html"
KEYWORDS = ["creative spaces", "industrial heritage", "OpenStreetMap"]
PROGRAM = "creative-nodes"
DECIMALS = 7  # of degrees, some 1 cm


def _day(city: CataloguedCity) -> datetime | None:
    return datetime.fromisoformat(city.snapshot).replace(tzinfo=UTC) if city.snapshot else None


def _providers(cities: Sequence[CataloguedCity]) -> list[Any]:
    """Say who made the data and who worked on them, each once."""
    import pystac

    role = pystac.ProviderRole
    found = [pystac.Provider(PROGRAM, "The program that made the tables", [role.PROCESSOR])]
    if any(city.licence is ODBL for city in cities):
        found.append(pystac.Provider("OpenStreetMap contributors", None, [role.PRODUCER, role.LICENSOR], HOME))
    gave = {
        source.told: source.line(city.settings.name)
        for city in cities
        if city.licence is not MADE_UP
        for source in city.sources
    }
    return found + [pystac.Provider(one, line, [role.PRODUCER, role.LICENSOR]) for one, line in gave.items()]


def _licences(cities: Sequence[CataloguedCity]) -> tuple[str, list[Any]]:
    """Return the licence as STAC names it, and a link to each."""
    import pystac

    known = {city.licence.name: city.licence for city in cities}
    links = [pystac.Link("license", one.url, HTML_TYPE, one.title) for one in known.values()]
    return next(iter(known)) if len(known) == 1 else "other", links


def _assets(city: CataloguedCity, folder: str) -> Iterator[tuple[str, Any]]:
    """Go through the files of a city and what tells of them; `folder`: of the city, from the file that names them."""
    import pystac

    name = city.settings.name
    for one in city.tables:
        for file in one.files:
            form, media_type = FORMATS[file.ending]
            title, href = f"{name}: {one.table.name} ({form})", f"{folder}{Path(file.path).name}"
            yield Path(file.path).name, pystac.Asset(href, title, described(one), media_type, ["data"])
    yield "index.html", pystac.Asset(f"{folder}index.html", f"{name}: places", None, HTML_TYPE, ["overview"])


def _told(folder: str) -> Iterator[tuple[str, Any]]:
    """Go through what explains the files; `folder`: of the catalogue, from the file that names them."""
    import pystac

    meant = "What every table, column and facet means"
    yield "dictionary", pystac.Asset(f"{folder}dictionary.html", meant, None, HTML_TYPE, ["metadata"])
    package = "Frictionless Data Package: columns, sizes and SHA-256 of every file"
    yield "datapackage", pystac.Asset(f"{folder}datapackage.json", package, None, JSON_TYPE, ["metadata"])


def _shape(area: BaseGeometry) -> dict[str, Any]:
    """Write a shape as RFC 7946 has it: outer rings counter-clockwise."""
    turned = shapely.orient_polygons(shapely.transform(area, lambda xy: xy.round(DECIMALS)))
    told: dict[str, Any] = shapely.geometry.mapping(turned)
    return told


def _box(area: BaseGeometry) -> list[float]:
    return [round(one, DECIMALS) for one in area.bounds]


def _item(city: CataloguedCity, day: datetime, run: Mapping[str, Any]) -> dict[str, Any]:
    import pystac

    licence, links = _licences([city])
    about = f"The tables of {city.settings.name} of the run {run['id']}, EPSG:4326. {'; '.join(city.credits)}."
    item = pystac.Item(
        id=f"{city.settings.key}-{run['id']}",
        geometry=_shape(city.area),
        bbox=_box(city.area),
        datetime=day,
        properties={
            "title": city.settings.name,
            "description": about,
            "license": licence,
            "providers": [one.to_dict() for one in _providers([city])],
            "creative_nodes:version": str(run["version"]),
        },
        collection=str(run["id"]),
    )
    item.add_links([pystac.Link(rel, f"../{COLLECTION}", JSON_TYPE, TITLE) for rel in ("root", "parent", "collection")])
    item.add_links(links)
    for key, asset in (*_assets(city, "./"), *_told("../")):
        item.add_asset(key, asset)
    told: dict[str, Any] = item.to_dict(include_self_link=False, transform_hrefs=False)
    return told


def _extent(cities: Sequence[CataloguedCity]) -> Any:
    """Return the box of all cities and that of each, and the time from the first day to the last, if all are known."""
    import pystac

    boxes = [_box(shapely.union_all([city.area for city in cities])), *(_box(city.area) for city in cities)]
    days = [_day(city) for city in cities]
    known = [day for day in days if day]
    ends = [min(known), max(known)] if len(known) == len(days) else [None, None]
    return pystac.Extent(
        pystac.SpatialExtent(boxes if len(cities) > 1 else boxes[:1]), pystac.TemporalExtent([[*ends]])
    )


def _collection(cities: Sequence[CataloguedCity], run: Mapping[str, Any]) -> dict[str, Any]:
    import pystac

    undated = [city for city in cities if not city.snapshot]
    names = ", ".join(one.settings.name for one in undated)
    no_day = f" Of {names} the day of the map is not known." if undated else ""
    licence, links = _licences(cities)
    found = pystac.Collection(
        id=str(run["id"]),
        description=f"{ABOUT}{no_day} {'; '.join(all_credits(cities))}.",
        extent=_extent(cities),
        title=TITLE,
        license=licence,
        keywords=KEYWORDS,
        providers=_providers(cities),
    )
    found.clear_links()
    found.add_link(pystac.Link("root", f"./{COLLECTION}", JSON_TYPE, TITLE))
    for city in cities:
        if city.snapshot:
            found.add_link(pystac.Link("item", f"./{city.settings.key}/{ITEM}", GEOJSON_TYPE, city.settings.name))
        else:
            for key, asset in _assets(city, f"./{city.settings.key}/"):
                found.add_asset(f"{city.settings.key}-{key}", asset)
    found.add_links(links)
    for key, asset in _told("./"):
        found.add_asset(key, asset)
    told: dict[str, Any] = found.to_dict(include_self_link=False, transform_hrefs=False)
    return told


def stac(cities: Sequence[CataloguedCity], run: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Describe the run as a STAC collection, and each city whose map has a day as an item of it.

    Parameters
    ----------
    cities : of the run; geometries in EPSG:4326.
    run : its record.

    Returns
    -------
    what each file holds, by its path from the folder of the catalogue.
    """
    items = {f"{one.settings.key}/{ITEM}": _item(one, day, run) for one in cities if (day := _day(one))}
    return {COLLECTION: _collection(cities, run), **items}
