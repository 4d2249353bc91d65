"""What a city's map shows of the page's view-model, sorted into layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from creative_nodes.report.city.view import TOP_PINS, CityPage
from creative_nodes.report.draw import maps
from creative_nodes.report.draw.packed import steps, written
from creative_nodes.report.draw.paper import Paper
from creative_nodes.report.say.romanised import names_of
from creative_nodes.report.say.words import names, rows
from creative_nodes.settings import City


def _by_kind(kinds: Sequence[str], shapes: Sequence[BaseGeometry]) -> dict[str, list[tuple[int, BaseGeometry]]]:
    found: dict[str, list[tuple[int, BaseGeometry]]] = {}
    for i, (kind, shape) in enumerate(zip(kinds, shapes, strict=True)):
        found.setdefault(kind, []).append((i, shape))
    return found


def map_data(page: CityPage, paper: Paper) -> maps.MapData:
    """Sort the page's sites and spaces into the layers of the map.

    Parameters
    ----------
    page : of the city.
    paper : what the map is drawn on.
    """
    others: dict[str, list[tuple[int, float, float]]] = {}
    for i, site in enumerate(page.others):
        others.setdefault(site.kind, []).append((i, site.lon, site.lat))
    spaces: dict[str, list[tuple[int, float, float]]] = {}
    for i, space in enumerate(page.spaces):
        spaces.setdefault(space.tier, []).append((i, space.lon, space.lat))
    hexagons = _by_kind([hexagon.mapping for hexagon in page.hexagons], page.hexagon_shapes)
    served = _by_kind([hexagon.kind for hexagon in page.served], page.served_shapes)
    crowds = _by_kind([hexagon.crowd for hexagon in page.served], page.served_shapes)
    crowds.pop("", None)
    found = page.gaps
    ranked = [(i, site.rank, site.lon, site.lat) for i, site in enumerate(page.sites) if site.rank is not None]
    # the first in order, and those of the set whatever their rank
    pinned = {i for i, *_ in ranked[:TOP_PINS]} | {one.number for option in page.choice[:1] for one in option.members}
    return maps.MapData(
        area=page.area,
        paper=paper.layers,
        near=paper.near,
        site_shapes=page.site_shapes,
        hulls=page.hull_shapes,
        pins=[one for one in ranked if one[0] in pinned],
        dots=[(i, lon, lat) for i, _, lon, lat in ranked if i not in pinned],
        cut_off=[(i, site.lon, site.lat) for i, site in enumerate(page.sites) if site.rank is None],
        others=others,
        spaces=spaces,
        hexagons=hexagons,
        served=served,
        crowds=crowds,
        crowd_limits=page.crowd_limits,
        gains=_by_kind(found.kinds, found.shapes) if found else {},
        gain_limits=found.limits if found else (),
        gain_places=[(i, lon, lat) for i, (_, lon, lat) in enumerate(found.places)] if found else [],
        underserved=page.underserved,
        stations=[(i, station.lon, station.lat) for i, station in enumerate(page.stations)],
        links=bool(page.links),
        new_links=any(site.linked for site in page.ranked),
        reached=page.reached,
    )


def grounds(page: CityPage) -> list[BaseGeometry]:
    """Return the outline of each candidate, or the point of one without, EPSG:4326, the first ranked first."""
    pairs = zip(page.sites, page.site_shapes, strict=True)
    return [Point(site.lon, site.lat) if shape.is_empty else shape for site, shape in pairs]


def names_on_map(paper: Paper) -> list[list[Any]]:
    """Write where the names of the map stand: kind, zoom from which it is told, point or line as text."""
    frame = paper.names
    told = zip(frame["kind"], frame["zoom"], frame.geometry, strict=True)
    return [[kind, float(zoom), written(steps(shape))] for kind, zoom, shape in told]


def spoken_names(paper: Paper, city: City) -> list[str]:
    """Return the names of the map in the language in force, in the order of `names_on_map`.

    Parameters
    ----------
    paper : what the map is drawn on.
    city : whose map it is.
    """
    with names_of(city):
        return [names(row, "")[0] for row in rows(paper.names)]
