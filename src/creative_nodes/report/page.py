"""Pages: a view-model in, one HTML file out, with everything it needs written into it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from creative_nodes.report import maps
from creative_nodes.report.view import TOP_PINS, CityPage, IndexPage, Site

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


def _site(site: Site) -> dict[str, Any]:
    """Collect what the page's script shows of a site; what is empty is left out."""
    said = asdict(site)
    said["evidence"] = [list(proof.values()) for proof in said["evidence"]]
    said["measures"] = [[m["value"], None if m["part"] is None else round(m["part"], 4)] for m in said["measures"]]
    said["score"] = None if site.score is None else round(site.score, 4)
    del said["lon"], said["lat"], said["confidence"]
    said["confidence"] = round(site.confidence, 2)
    return {key: value for key, value in said.items() if value not in (None, "", [], False, 0)}


def data_block(page: CityPage) -> Markup:
    """Write what the page's script needs: sites, spaces and clusters by row, in the order the map numbers them."""
    west, south, east, north = page.area.bounds
    return safe_json(
        {
            "map": maps.MAP_NAME,
            "bounds": [[south, west], [north, east]],
            "criteria": [[row.label, row.median, row.best_part] for row in page.criteria],
            "sites": [_site(site) | {"at": [site.lat, site.lon]} for site in page.sites],
            "others": [_site(site) | {"at": [site.lat, site.lon]} for site in page.others],
            "spaces": [[s.name, s.other_names, s.domain, s.tier, s.source, s.url, s.lat, s.lon] for s in page.spaces],
            "hulls": [[h.name, h.n_spaces, round(h.p_value, 3)] for h in page.hulls],
            "hexagons": [[h.mapping, *h.lines] for h in page.hexagons],
            "links": page.links,
        }
    )


def map_data(page: CityPage, paper: Mapping[str, BaseGeometry]) -> maps.MapData:
    """Sort the page's sites and spaces into the layers of the map."""
    others: dict[str, list[tuple[int, float, float]]] = {}
    for i, site in enumerate(page.others):
        others.setdefault(site.kind, []).append((i, site.lon, site.lat))
    spaces: dict[str, list[tuple[int, float, float]]] = {}
    for i, space in enumerate(page.spaces):
        spaces.setdefault(space.tier, []).append((i, space.lon, space.lat))
    hexagons: dict[str, list[tuple[int, BaseGeometry]]] = {}
    for i, (hexagon, shape) in enumerate(zip(page.hexagons, page.hexagon_shapes, strict=True)):
        hexagons.setdefault(hexagon.mapping, []).append((i, shape))
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
        links=bool(page.links),
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
    return [figure.label for figure in page.figures if figure.value == "not known"]
