"""The map of a city's page, built with folium and free of any link to a network.

Layers carry shapes and row numbers, never names: text reaches the page through the data block alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import folium
from branca.element import Element
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import mark, number, say, translated
from creative_nodes.report.draw.layers import (
    Feature,
    Legend,
    OfflineMap,
    Shapes,
    Style,
    add,
    name_it,
    point_features,
    shape_features,
    within,
)
from creative_nodes.report.say.keys import MAPPING

MAP_NAME = "map_city"  # folium's name for the map: its class, then the id given here
OSM_CREDIT = '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors (ODbL)'

# colours of Okabe and Ito, apart for every kind of colour vision; shapes and sizes differ as well
CANDIDATE = "#d55e00"
CREATIVE = "#0072b2"
CLUSTER = "#8a4f74"
INK = "#2b2b2b"

# names of the page's colours, which change with its theme; the script looks them up
PAPER_STYLES: dict[str, Style] = {
    "industry": {"stroke": False, "fillColor": "--map-industry", "fillOpacity": 1},
    "green": {"stroke": False, "fillColor": "--map-green", "fillOpacity": 1},
    "water": {"stroke": False, "fillColor": "--map-water", "fillOpacity": 1},
    "rivers": {"color": "--map-water", "weight": 2, "opacity": 1},
    "rails": {"color": "--map-rail", "weight": 1, "opacity": 1, "dashArray": "5 3"},
    "roads_minor": {"color": "--map-minor", "weight": 1, "opacity": 1},
    "roads_major": {"color": "--map-major", "weight": 2, "opacity": 1},
    "near_streets": {"color": "--map-minor", "weight": 3, "opacity": 1},
    "near_buildings": {
        "color": "--map-major",
        "weight": 0.8,
        "opacity": 1,
        "fillColor": "--map-built",
        "fillOpacity": 1,
    },
}
SPACE_STYLES: dict[str, Style] = {
    "core": {"radius": 5.5, "fillColor": CREATIVE, "color": "#fff", "weight": 1, "fillOpacity": 0.95},
    "intermediate": {"radius": 4, "fillColor": "#56b4e9", "color": "#fff", "weight": 0.8, "fillOpacity": 0.95},
    "supporting": {"radius": 2.8, "fillColor": "#a8d4f0", "color": "#5b87a3", "weight": 0.6, "fillOpacity": 0.95},
}
SPACE_LABELS = {
    "core": mark("Creative space, core"),
    "intermediate": mark("Creative space, intermediate"),
    "supporting": mark("Creative space, supporting"),
}
OUTLINE: Style = {"color": "--ink", "weight": 1.4, "dashArray": "6 4", "fill": False, "opacity": 0.8}
BEYOND: Style = {"stroke": False, "fillColor": "--map-beyond", "fillOpacity": 0.5}
HULL: Style = {"color": CLUSTER, "weight": 1.8, "dashArray": "2 4", "fillColor": "#cc79a7", "fillOpacity": 0.13}
SITE: Style = {"color": CANDIDATE, "weight": 1.6, "fillColor": "#e69f00", "fillOpacity": 0.45}
# from dark to light in one hue, apart in greys as well
MAPPING_STYLES: dict[str, Style] = {
    "thin": {"color": "#54278f", "weight": 1, "opacity": 0.5, "fillColor": "#54278f", "fillOpacity": 0.28},
    "fair": {"color": "#54278f", "weight": 1, "opacity": 0.5, "fillColor": "#9e9ac8", "fillOpacity": 0.35},
    "good": {"color": "#54278f", "weight": 1, "opacity": 0.5, "fillColor": "#f2f0f7", "fillOpacity": 0.42},
}
# minutes on foot to the nearest core creative space: from light to dark, apart in greys too
SERVED_STYLES: dict[str, Style] = {
    kind: {"color": "#fff", "weight": 0.6, "opacity": 0.6, "fillColor": fill, "fillOpacity": 0.55}
    for kind, fill in (
        ("walk5", "#ffffcc"),
        ("walk15", "#a1dab4"),
        ("walk30", "#41b6c4"),
        ("walk60", "#2c7fb8"),
        ("walkfar", "#253494"),
    )
}
SERVED_WORDS = {
    "walk5": mark("to 5"),
    "walk15": "15",
    "walk30": "30",
    "walk60": mark("60 min"),
    "walkfar": mark("more, or no way"),
}
# residents of a hexagon, in classes of as many hexagons each: one hue from light to dark, apart in greys too
CROWD_STYLES: dict[str, Style] = {
    f"crowd{i}": {"color": "#fff", "weight": 0.6, "opacity": 0.6, "fillColor": fill, "fillOpacity": 0.62}
    for i, fill in enumerate(("#edf8e9", "#bae4b3", "#74c476", "#31a354", "#006d2c"), start=1)
}
# network gain of a node, in spaces: one hue from light to dark, apart in greys too
GAIN_STYLES: dict[str, Style] = {
    f"gain{i}": {"color": "#7a0177", "weight": 0.6, "opacity": 0.5, "fillColor": fill, "fillOpacity": 0.6}
    for i, fill in enumerate(("#feebe2", "#fbb4b9", "#f768a1", "#ae017e"), start=1)
}
GAIN_DOT: Style = {"radius": 3, "fillColor": "#49006a", "color": "#fff", "weight": 0.8, "fillOpacity": 1}
UNDERSERVED: Style = {"color": "#8c0d25", "weight": 1.1, "opacity": 0.8, "fill": False}
STATION: Style = {"radius": 3.6, "fillColor": INK, "color": "#fff", "weight": 1.2, "fillOpacity": 1}
SITE_DOT: Style = {"radius": 5, "color": "#fff", "weight": 1.2, "fillColor": CANDIDATE, "fillOpacity": 1}
CUT_OFF_DOT: Style = {"radius": 5, "color": CANDIDATE, "weight": 2, "fillColor": "#fff", "fillOpacity": 0.9}
# signs that the page's script draws on the canvas: hundreds of elements would slow the zoom
SIGNS: dict[str, Style] = {
    "converted": {"sign": "square", "radius": 5, "fillColor": "#009e73", "color": "#00573f", "weight": 1},
    "lost": {"sign": "cross", "radius": 4.5, "color": "#7d766b", "weight": 2, "fill": False},
    "kept": {"sign": "square", "radius": 5, "fillColor": "#fff", "color": "#0072b2", "weight": 2},
    "survey": {"sign": "diamond", "radius": 6, "fillColor": "#f0e442", "color": "#6b6100", "weight": 1.5},
    "low": {"sign": "diamond", "radius": 5, "fillColor": "#fff", "color": "#857d72", "weight": 1.5},
}
LINK: Style = {"color": CREATIVE, "weight": 1, "opacity": 0.35}


@lru_cache
def _light_colours() -> dict[str, str]:
    """Read the colours of the light theme by name."""
    text = (Path(__file__).parents[1] / "assets" / "colours.css").read_text(encoding="utf-8")
    return dict(re.findall(r"(--[\w-]+): (?:light-dark\()?([^;,)]+)", text))


def in_light(style: Style) -> Style:
    """Return a style with the light theme's colours in place of their names, for maps that have no themes."""
    return {
        key: _light_colours().get(value, value) if isinstance(value, str) else value for key, value in style.items()
    }


@dataclass(frozen=True)
class MapData:
    """What the map shows; numbers are rows of the lists in the page's data block.

    Attributes
    ----------
    area : study area, EPSG:4326.
    paper : layers of the drawn map, EPSG:4326, in drawing order.
    near : streets and buildings around sites, EPSG:4326, shown from close by.
    site_shapes : outline of each candidate, EPSG:4326.
    hulls : outline of each kept cluster, EPSG:4326.
    pins : (candidate, rank, longitude, latitude) of the numbered ones.
    dots, cut_off : (candidate, longitude, latitude) of the other ranked and of the unreachable ones.
    others : by kind (converted, lost, kept, low, survey), (row, longitude, latitude).
    spaces : by tier, (row, longitude, latitude).
    hexagons : by how completely they are mapped (thin, fair, good), (row, part inside the study area).
    served : by class of the walk to a core creative space, (row, part inside the study area).
    crowds : by class of residents, (row, part inside the study area).
    crowd_limits : the most residents of each of those classes but the last.
    gains : by class of network gain, (row, part inside the study area).
    gain_limits : gain from which a hexagon is of each class but the first; from the first of them it bridges a gap.
    gain_places : (row, longitude, latitude) of the street places where a node would bridge a gap.
    underserved : lines inside the under-served hexagons, EPSG:4326; empty when there are none.
    stations : (row, longitude, latitude) of rapid transit.
    links : whether a layer of walkable links is offered; the page's script fills it.
    new_links : the same for the links that the numbered sites would have.
    reached : what the areas drawn for a chosen site are, in words of ours; the page's script draws them.
    """

    area: BaseGeometry
    paper: Mapping[str, BaseGeometry]
    near: Mapping[str, BaseGeometry]
    site_shapes: Sequence[BaseGeometry]
    hulls: Sequence[BaseGeometry]
    pins: Sequence[tuple[int, int, float, float]]
    dots: Sequence[tuple[int, float, float]]
    cut_off: Sequence[tuple[int, float, float]]
    others: Mapping[str, Sequence[tuple[int, float, float]]]
    spaces: Mapping[str, Sequence[tuple[int, float, float]]]
    hexagons: Mapping[str, Sequence[tuple[int, BaseGeometry]]]
    served: Mapping[str, Sequence[tuple[int, BaseGeometry]]]
    crowds: Mapping[str, Sequence[tuple[int, BaseGeometry]]]
    crowd_limits: Sequence[float]
    gains: Mapping[str, Sequence[tuple[int, BaseGeometry]]]
    gain_limits: Sequence[float]
    gain_places: Sequence[tuple[int, float, float]]
    underserved: BaseGeometry
    stations: Sequence[tuple[int, float, float]]
    links: bool
    new_links: bool
    reached: Sequence[str]


@dataclass(frozen=True)
class MapParts:
    """Rendered pieces that the page's template puts in place.

    Attributes
    ----------
    html, script : the map's element and the script that draws it.
    shapes : features by layer, which the script asks for by name.
    legend : label of each layer in the language in force, by the name of its variable in the script.
    """

    html: str
    script: str
    shapes: dict[str, list[Feature]]
    legend: dict[str, str]


def _beyond(area: BaseGeometry) -> BaseGeometry:
    """Everything but the study area, to be veiled."""
    west, south, east, north = area.bounds
    frame = box(west - 5, max(south - 5, -85), east + 5, min(north + 5, 85))
    outside: BaseGeometry = frame.difference(area)
    return outside if not outside.is_empty else Polygon()


def _swatch(kind: str, text: str) -> str:
    """Label of a layer, which doubles as the map's legend. Both arguments are ours, never data."""
    return f'<span class="sw sw-{kind}"></span>{text}'


def _draw_paper(city: OfflineMap, data: MapData, *, tiles_url: str | None) -> None:
    add(city, folium.map.CustomPane("paper", z_index=250), "paper")
    add(city, folium.map.CustomPane("veil", z_index=260), "veil")
    paper = add(city, folium.FeatureGroup(name=say("Drawn map"), overlay=False, control=bool(tiles_url)), "paper")
    for name, geometry in data.paper.items():
        style = {**PAPER_STYLES[name], "fillRule": "nonzero"}
        add(paper, Shapes(shape_features([geometry]), style, pane="paper", interactive=False), name)
    near = add(city, folium.FeatureGroup(control=False, show=False), "near")
    for name, geometry in data.near.items():
        add(near, Shapes(shape_features([geometry]), PAPER_STYLES[name], pane="paper", interactive=False), name)
    if tiles_url:
        tiles = folium.TileLayer(
            tiles_url, attr=OSM_CREDIT, name=say("Online tiles"), overlay=False, show=False, max_zoom=19
        )
        add(city, tiles, "tiles")
    for name, geometry, style in (("beyond", _beyond(data.area), BEYOND), ("outline", data.area, OUTLINE)):
        add(city, Shapes(shape_features([geometry]), style, pane="veil", interactive=False), name)


def _graded(title: str, *lines: Sequence[tuple[str, str]]) -> str:
    """Label of a layer in classes: its title, then a swatch and a word for each class, line by line."""
    told = ["".join(f"<span>{_swatch(f'grade sw-{kind}', word)}</span>" for kind, word in line) for line in lines]
    return f'<span class="graded">{title}{"".join(f"<span class=grades>{line}</span>" for line in told)}</span>'


def _draw_cells(
    group: Element, prefix: str, cells: Mapping[str, Sequence[tuple[int, BaseGeometry]]], styles: Mapping[str, Style]
) -> None:
    for kind, style in styles.items():
        if found := cells.get(kind):
            shapes = shape_features([shape for _, shape in found], rows=[row for row, _ in found])
            add(group, Shapes(shapes, style), f"{prefix}_{kind}")


def _draw_mapping(city: OfflineMap, data: MapData) -> None:
    if not data.hexagons:
        return
    title = _swatch("mapping", say("How complete is the mapping"))
    label = _graded(title, [(grade, translated(MAPPING[grade])) for grade in MAPPING_STYLES])
    group = add(city, folium.FeatureGroup(name=label, show=False), "mapping")
    _draw_cells(group, "mapping", data.hexagons, MAPPING_STYLES)


def _draw_served(city: OfflineMap, data: MapData) -> None:
    if not data.served:
        return
    kinds = [(kind, translated(word)) for kind, word in SERVED_WORDS.items()]
    lines = [kinds[:4], kinds[4:]]
    if not data.underserved.is_empty:
        lines.append([("underserved", say("under-served"))])
    label = _graded(_swatch("served", say("Walk to a core creative space")), *lines)
    group = add(city, folium.FeatureGroup(name=label, show=False), "served")
    _draw_cells(group, "served", data.served, SERVED_STYLES)
    if not data.underserved.is_empty:
        add(group, Shapes(shape_features([data.underserved]), UNDERSERVED, interactive=False), "underserved")


def _draw_crowds(city: OfflineMap, data: MapData) -> None:
    """Add the residents of each hexagon; the legend tells the most of each class, and of the last what it exceeds."""
    if not data.crowds:
        return
    told = [say("to {n:count}", n=limit) for limit in data.crowd_limits]
    told.append(say("more") if told else say("inhabited"))
    kinds = list(zip(CROWD_STYLES, told, strict=False))
    label = _graded(
        _swatch("crowd", say("Residents in a hexagon")), *(kinds[i : i + 3] for i in range(0, len(kinds), 3))
    )
    group = add(city, folium.FeatureGroup(name=label, show=False), "crowds")
    _draw_cells(group, "crowds", data.crowds, CROWD_STYLES)


def _draw_gains(city: OfflineMap, data: MapData) -> None:
    """Add what a node would bring to the network, by hexagon, and the street places where it would bridge a gap."""
    if not data.gains and not data.gain_places:
        return
    told = [say("under {limit}", limit=number(limit, digits=2)) for limit in data.gain_limits]
    kinds = list(zip(GAIN_STYLES, [*told, say("more")], strict=False))
    place = say("street place, {limit} or more", limit=number(data.gain_limits[0], digits=2))
    lines = [kinds[:2], kinds[2:], [("gainplace", place)]]
    label = _graded(_swatch("gain", say("Network gain of a node, in spaces")), *lines)
    group = add(city, folium.FeatureGroup(name=label, show=False), "gains")
    _draw_cells(group, "gains", data.gains, GAIN_STYLES)
    add(group, Shapes(point_features(data.gain_places), GAIN_DOT, marker="dot"), "gain_places")


def _draw_reached(city: OfflineMap, data: MapData) -> None:
    """Add the layer that the page's script draws the areas of the chosen site into."""
    if not data.reached:
        return
    kinds = ["reached", "ridden"][: len(data.reached)]
    label = _graded(say("Reached from the chosen site"), *([one] for one in zip(kinds, data.reached, strict=True)))
    add(city, Shapes(point_features(()), {}, name=label, show=False), "reached")


def _draw_spaces(city: OfflineMap, data: MapData) -> None:
    if data.hulls:
        add(
            city,
            Shapes(shape_features(data.hulls), HULL, name=_swatch("hull", say("Cluster of creative spaces"))),
            "hulls",
        )
    if data.links:
        add(city, Shapes(point_features(()), LINK, name=_swatch("link", say("Walkable links")), show=False), "links")
    if data.new_links:
        label = _swatch("newlink", say("New links with the numbered sites"))
        add(city, Shapes(point_features(()), LINK, name=label, show=False), "new_links")
    for tier in reversed(list(SPACE_STYLES)):
        if points := data.spaces.get(tier):
            label = _swatch(tier, translated(SPACE_LABELS[tier]))
            add(city, Shapes(point_features(points), SPACE_STYLES[tier], name=label, marker="dot"), f"spaces_{tier}")
    if data.stations:
        label = _swatch("station", say("Rapid-transit station"))
        layer = Shapes(point_features(data.stations), STATION, name=label, show=False, marker="dot")
        add(city, layer, "stations")


def _draw_sites(city: OfflineMap, data: MapData) -> None:
    for kind, text, show in (
        ("low", say("Industrial site, weak evidence"), False),
        ("survey", say("Industrial ground of unknown age, survey list"), True),
        ("kept", say("Industrial heritage, not offered for reuse"), True),
        ("lost", say("Industrial site, loss history"), True),
        ("converted", say("Industrial site, converted"), True),
    ):
        if points := data.others.get(kind):
            label = _swatch(kind, text)
            style = {"fillOpacity": 0.9, **SIGNS[kind]}
            layer = Shapes(point_features(points), style, name=label, show=show, marker="sign")
            add(city, layer, f"others_{kind}")
    if data.cut_off:
        label = _swatch("cut", say("Candidate out of reach"))
        add(city, Shapes(point_features(data.cut_off), CUT_OFF_DOT, name=label, marker="dot"), "cut_off")
    kinds = [("known", say("known")), ("likely", say("likely"))]
    label = _graded(_swatch("candidates", say("Candidate, ranked")), kinds)
    group = add(city, folium.FeatureGroup(name=label), "candidates")
    add(group, Shapes(shape_features(data.site_shapes), SITE), "sites")
    add(group, Shapes(point_features(data.dots), SITE_DOT, marker="sign"), "dots")
    pins = [(row, lon, lat) for row, _, lon, lat in data.pins]
    ranks = [rank for _, rank, _, _ in data.pins]
    add(group, Shapes(point_features(pins, ranks=ranks), {}, pane="markerPane", marker="pin", size=(26, 26)), "pins")


def build(data: MapData, *, tiles_url: str | None = None) -> MapParts:
    """Build the map.

    Parameters
    ----------
    data : shapes and positions.
    tiles_url : offer the tiles of this server as a second base map, switched off at first.

    Returns
    -------
    The map's element, the script that fills it and what it is filled with; all are the same for the same data.
    """
    west, south, east, north = data.area.bounds
    city = OfflineMap(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_start=11,
        prefer_canvas=True,
        zoom_control="topright",
        zoom_snap=0.25,
        min_zoom=8,
        max_zoom=19,
    )
    name_it(city, "city")
    _draw_paper(city, data, tiles_url=tiles_url)
    _draw_mapping(city, data)
    _draw_served(city, data)
    _draw_crowds(city, data)
    _draw_gains(city, data)
    _draw_spaces(city, data)
    _draw_reached(city, data)
    _draw_sites(city, data)
    add(city, Legend(position="topleft", collapsed=False), "legend")
    figure: Any = city.get_root()
    figure.render()
    layers = [item for item in within(city) if isinstance(item, folium.map.Layer)]
    return MapParts(
        html=figure.html.render(),
        script=figure.script.render(),
        shapes={item.key: item.features for item in layers if isinstance(item, Shapes)},
        legend={item.get_name(): item.layer_name for item in layers if item.control},
    )
