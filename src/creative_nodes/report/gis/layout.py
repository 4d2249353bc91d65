"""A sheet to print from QGIS: title, map, legend, scale bar and sources, on A4 across (north is up)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from creative_nodes.report.gis.qml import FONT, add, key_of, symbol_element
from creative_nodes.report.gis.symbols import Symbol

NAME = "Map to print"
PAGE_MM = (297.0, 210.0)
MAP_MM = (10.0, 27.0, 205.0, 165.0)  # left, top, width, height
SIDE_MM = (219.0, 27.0, 68.0, 150.0)
INK, SOFT = (35, 33, 30), (92, 87, 79)
# QGIS's numbers of kinds of items
KINDS = {"page": 65638, "map": 65639, "label": 65641, "legend": 65642, "scalebar": 65646}
BAR_SHARE = 0.2  # of the width of the map, at most
SEGMENTS = 2
BOLD, PLAIN = 75, 50
LEGEND_FONTS = {"title": (11, BOLD), "group": (9, BOLD), "subgroup": (9, BOLD), "symbol": (8, PLAIN)}
LEGEND_FONTS["symbolLabel"] = (8, PLAIN)


@dataclass(frozen=True)
class Sheet:
    """What stands on the sheet: texts, the extent (west, south, east, north in metres), and (id, title) of layers."""

    title: str
    subtitle: str
    sources: str
    extent: tuple[float, float, float, float]
    legend: tuple[tuple[str, str], ...]


def fitted(extent: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Widen an extent to the shape of the map on the sheet.

    Parameters
    ----------
    extent : west, south, east, north.
    """
    west, south, east, north = extent
    width, height = MAP_MM[2:]
    scale = max((east - west) / width, (north - south) / height)
    across, up = scale * width / 2, scale * height / 2
    x, y = (west + east) / 2, (south + north) / 2
    return x - across, y - up, x + across, y + up


def bar_km(width_m: float) -> float:
    """Return the length of a segment of the scale bar: 1, 2 or 5 times a power of ten.

    Parameters
    ----------
    width_m : of the ground on the map.
    """
    most = width_m / 1000 * BAR_SHARE / SEGMENTS
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most)


def _item(parent: Element, kind: str, at: tuple[float, ...], *, name: str, order: int = 1) -> Element:
    x, y, width, height = at
    uuid = key_of("layout", name)
    found = add(parent, "LayoutItem", type=KINDS[kind], uuid=uuid, templateUuid=uuid, id=name, zValue=order)
    where = f"{x:g},{y:g},mm"
    found.attrib |= {"position": where, "positionOnPage": where, "size": f"{width:g},{height:g},mm"}
    found.attrib |= {"visibility": "1", "opacity": "1", "frame": "false", "background": "false", "itemRotation": "0"}
    found.attrib |= {"referencePoint": "0", "excludeFromExports": "0", "blendMode": "0"}
    return found


def _coloured(parent: Element, tag: str, colour: tuple[int, int, int]) -> None:
    red, green, blue = colour
    add(parent, tag, red=red, green=green, blue=blue, alpha=255)


def _font(parent: Element, tag: str, points: float, weight: int) -> None:
    add(parent, tag, description=f"{FONT},{points:g},-1,5,{weight},0,0,0,0,0", style="")


def _label(parent: Element, text: str, at: tuple[float, ...], *, name: str, points: float, bold: bool = False) -> None:
    found = _item(parent, "label", at, name=name, order=4)
    found.attrib |= {"labelText": text, "halign": "1", "valign": "32", "htmlState": "0", "marginX": "0", "marginY": "0"}
    _font(found, "LabelFont", points, BOLD if bold else PLAIN)
    _coloured(found, "FontColor", INK if bold else SOFT)


def _page(parent: Element) -> None:
    collection = add(parent, "PageCollection")
    white = Symbol("#ffffff")
    symbol_element(collection, white, "fill", name="")
    page = _item(collection, "page", (0, 0, *PAGE_MM), name="page", order=0)
    page.attrib["background"] = "true"
    symbol_element(page, white, "fill", name="")


def _map(parent: Element, sheet: Sheet) -> None:
    found = _item(parent, "map", MAP_MM, name="map", order=1)
    found.attrib |= {"frame": "true", "background": "true", "followPreset": "false", "keepLayerSet": "false"}
    found.attrib |= {
        "mapRotation": "0",
        "drawCanvasItems": "true",
        "frameJoinStyle": "miter",
        "outlineWidthM": "0.2,mm",
    }
    _coloured(found, "FrameColor", SOFT)
    _coloured(found, "BackgroundColor", (250, 248, 244))
    west, south, east, north = fitted(sheet.extent)
    add(found, "Extent", xmin=west, ymin=south, xmax=east, ymax=north)
    add(found, "LayerSet")


def _legend(parent: Element, sheet: Sheet) -> None:
    found = _item(parent, "legend", SIDE_MM, name="legend", order=2)
    more: dict[str, Any] = {"map_uuid": key_of("layout", "map"), "title": "", "resizeToContents": 1, "columnCount": 1}
    more |= {"symbolWidth": 6, "symbolHeight": 3.4, "boxSpace": 0, "columnSpace": 2, "fontColor": "#23211e"}
    more |= {"legendFilterByMap": 1, "lineSpacing": 0.8, "symbolAlignment": 1, "titleAlignment": 1, "splitLayer": 0}
    found.attrib |= {key: str(value) for key, value in more.items()}
    styles = add(found, "styles")
    for name, (points, weight) in LEGEND_FONTS.items():
        style = add(styles, "style", name=name, alignment=1, indent=0, marginTop=1.2 if "symbol" in name else 2.6)
        if name == "symbolLabel":
            style.attrib["marginLeft"] = "1.6"
        _font(style, "styleFont", points, weight)
    tree = add(found, "layer-tree-group")
    for key, title in sheet.legend:
        add(tree, "layer-tree-layer", id=key, name=title, checked="Qt::Checked", expanded=1, providerKey="ogr")


def _scale_bar(parent: Element, sheet: Sheet) -> None:
    found = _item(parent, "scalebar", (14, 178, 60, 11), name="scale bar", order=3)
    west, _, east, _ = fitted(sheet.extent)
    more: dict[str, Any] = {"mapUuid": key_of("layout", "map"), "style": "Single Box", "unitType": "km"}
    more |= {"unitLabel": "km", "numUnitsPerSegment": f"{bar_km(east - west):g}", "numSegments": SEGMENTS}
    more |= {"numSegmentsLeft": 0, "numMapUnitsPerScaleBarUnit": 1, "segmentSizeMode": 0, "height": 1.6}
    more |= {"labelBarSpace": 1, "boxContentSpace": 1.5, "outlineWidth": 0.2, "alignment": 0, "numSubdivisions": 1}
    more |= {"minBarWidth": 20, "maxBarWidth": 60, "background": "true", "segmentMillimeters": 10}
    found.attrib |= {key: str(value) for key, value in more.items()}
    _coloured(found, "BackgroundColor", (255, 255, 255))
    style = add(found, "text-style", fontFamily=FONT, fontSize=8, fontSizeUnit="Point", fontWeight=PLAIN)
    style.attrib |= {"textColor": "35,33,30,255", "namedStyle": "Regular", "textOpacity": "1"}
    for tag, fill in (("fillSymbol1", "#23211e"), ("fillSymbol2", "#ffffff")):
        symbol_element(add(found, tag), Symbol(fill, stroke="#23211e"), "fill", name="")
    for tag in ("lineSymbol", "divisionLineSymbol", "subdivisionLineSymbol"):
        symbol_element(add(found, tag), Symbol(stroke="#23211e", width=0.75), "line", name="")


def add_layout(parent: Element, sheet: Sheet) -> None:
    """Write the sheet.

    Parameters
    ----------
    parent : the layouts of a project.
    sheet : what stands on it.
    """
    found = add(parent, "Layout", name=NAME, units="mm", printResolution=300, worldFileMap="")
    _page(found)
    width = PAGE_MM[0] - 2 * MAP_MM[0]
    _map(found, sheet)
    _legend(found, sheet)
    _scale_bar(found, sheet)
    _label(found, sheet.title, (10, 7, width, 9), name="title", points=18, bold=True)
    _label(found, sheet.subtitle, (10, 17, width, 8), name="subtitle", points=9)
    _label(found, sheet.sources, (10, 194, width, 12), name="sources", points=7)
