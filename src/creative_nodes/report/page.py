"""Pages: a view-model in, one HTML file out, with everything it needs written into it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from creative_nodes.report import maps
from creative_nodes.report.areas import Area
from creative_nodes.report.cities import IndexPage
from creative_nodes.report.sites import Measure, Site
from creative_nodes.report.view import TOP_PINS, CityPage
from creative_nodes.report.within import Within
from creative_nodes.report.words import NOT_KNOWN

HERE = Path(__file__).parent
# a page may run what is written in it and fetch nothing, whatever a tag in the data says
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
TILE_HOST = "https://tile.openstreetmap.org"
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache
def _asset(name: str) -> Markup:
    """Read an asset to write into a page, without the files that Leaflet would fetch beside it."""
    text = (HERE / "assets" / name).read_text(encoding="utf-8")
    text = re.sub(r"//# sourceMappingURL=.*", "", text)
    if name.endswith(".css"):
        text = re.sub(r"^.*url\((?:images/|#default).*$", "", text, flags=re.MULTILINE)
    return Markup(text)


def safe_json(data: Any) -> Markup:
    """Write data as JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup("".join(ESCAPES.get(character, character) for character in text))


def _measure(measure: Measure) -> list[Any]:
    part = None if measure.part is None else round(measure.part, 4)
    made = measure.made
    return [measure.value, part] if made is None else [measure.value, part, [made.lead, made.parts, made.rest]]


def _within(within: Within) -> list[Any]:
    times = [
        [t.minutes, t.residents, t.spaces, None if t.share is None else round(t.share, 3), t.scored]
        for t in within.times
    ]
    return [within.mode, within.main, times]


def _area(area: Area) -> list[Any]:
    return [area.mode == "walk", area.label, area.polygons]


def _site(site: Site) -> dict[str, Any]:
    """Collect what the page's script shows of a site; what is empty is left out."""
    said = {field.name: getattr(site, field.name) for field in fields(site)}
    said["evidence"] = [list(asdict(proof).values()) for proof in site.evidence]
    said["measures"] = [_measure(measure) for measure in site.measures]
    said["within"] = [_within(within) for within in site.within]
    said["areas"] = [_area(area) for area in site.areas]
    said["score"] = None if site.score is None else round(site.score, 4)
    said["confidence"] = round(site.confidence, 2)
    del said["lon"], said["lat"]
    kept = {key: value for key, value in said.items() if value not in (None, "", [], False, 0)}
    return kept | {"at": [site.lat, site.lon]}


def data_block(page: CityPage) -> Markup:
    """Write what the page's script needs: sites, spaces and clusters by row, in the order the map numbers them."""
    west, south, east, north = page.area.bounds
    return safe_json(
        {
            "map": maps.MAP_NAME,
            "bounds": [[south, west], [north, east]],
            "criteria": [[row.label, row.median, row.best_part] for row in page.criteria],
            "sites": [_site(site) for site in page.sites],
            "others": [_site(site) for site in page.others],
            "spaces": [[s.name, s.other_names, s.domain, s.tier, s.source, s.url, s.lat, s.lon] for s in page.spaces],
            "hulls": [[h.name, h.other_names, h.n_spaces, round(h.p_value, 3)] for h in page.hulls],
            "stations": [[s.name, s.other_names, s.services] for s in page.stations],
            "hexagons": [[h.mapping, *h.lines] for h in page.hexagons],
            "served": [[h.title, *h.lines] for h in page.served],
            "links": page.links,
        }
    )


def _by_kind(kinds: Sequence[str], shapes: Sequence[BaseGeometry]) -> dict[str, list[tuple[int, BaseGeometry]]]:
    found: dict[str, list[tuple[int, BaseGeometry]]] = {}
    for i, (kind, shape) in enumerate(zip(kinds, shapes, strict=True)):
        found.setdefault(kind, []).append((i, shape))
    return found


def map_data(page: CityPage, paper: Mapping[str, BaseGeometry]) -> maps.MapData:
    """Sort the page's sites and spaces into the layers of the map."""
    others: dict[str, list[tuple[int, float, float]]] = {}
    for i, site in enumerate(page.others):
        others.setdefault(site.kind, []).append((i, site.lon, site.lat))
    spaces: dict[str, list[tuple[int, float, float]]] = {}
    for i, space in enumerate(page.spaces):
        spaces.setdefault(space.tier, []).append((i, space.lon, space.lat))
    hexagons = _by_kind([hexagon.mapping for hexagon in page.hexagons], page.hexagon_shapes)
    served = _by_kind([hexagon.kind for hexagon in page.served], page.served_shapes)
    ranked = [(i, site.rank, site.lon, site.lat) for i, site in enumerate(page.sites) if site.rank is not None]
    return maps.MapData(
        area=page.area,
        paper=paper,
        site_shapes=page.site_shapes,
        hulls=page.hull_shapes,
        pins=ranked[:TOP_PINS],
        dots=[(i, lon, lat) for i, _, lon, lat in ranked[TOP_PINS:]],
        cut_off=[(i, site.lon, site.lat) for i, site in enumerate(page.sites) if site.rank is None],
        others=others,
        spaces=spaces,
        hexagons=hexagons,
        served=served,
        underserved=page.underserved,
        stations=[(i, station.lon, station.lat) for i, station in enumerate(page.stations)],
        links=bool(page.links),
        reached=page.reached,
    )


def city_html(page: CityPage, paper: Mapping[str, BaseGeometry]) -> str:
    """Write a city's page.

    Parameters
    ----------
    page : the view-model.
    paper : layers of the drawn map, EPSG:4326, in drawing order.
    """
    tiles = page.settings.report.online_tiles
    parts = maps.build(map_data(page, paper), online_tiles=tiles)
    return (
        _environment()
        .get_template("city.html.j2")
        .render(
            page=page,
            policy=f"{POLICY} {TILE_HOST}" if tiles else POLICY,
            css=_asset("leaflet.css") + _asset("report.css"),
            leaflet=_asset("leaflet.js"),
            script=_asset("page.js"),
            map_html=Markup(parts.html),
            map_script=Markup(parts.script),
            credit=Markup(maps.OSM_CREDIT),
            data=data_block(page),
        )
    )


def index_html(page: IndexPage) -> str:
    """Write the index of cities."""
    return (
        _environment()
        .get_template("index.html.j2")
        .render(page=page, policy=POLICY, css=_asset("report.css"), credit=Markup(maps.OSM_CREDIT))
    )


def write(text: str, path: str | Path) -> None:
    """Write a page, whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def missing(page: CityPage) -> Sequence[str]:
    """Name what the page could not tell, for the log."""
    return [figure.label for group in page.groups for figure in group.figures if figure.value == NOT_KNOWN]
