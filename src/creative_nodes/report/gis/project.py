"""A QGIS project beside the GeoPackage: its layers in groups, styled, and a sheet to print; written without QGIS."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import pyproj

from creative_nodes.common import WGS84_EPSG, whole_file
from creative_nodes.report.gis.layers import OUTLINE, Layer
from creative_nodes.report.gis.layout import Sheet, add_layout
from creative_nodes.report.gis.looks import GROUPS
from creative_nodes.report.gis.qml import VERSION, add, fill_style, name_fields, text_of
from creative_nodes.report.gis.symbols import Look, geometry_of

TABLES = "Tables"
MARGIN = 0.04  # of the width of the study area, left free around it
OLDEST = (1980, 1, 1, 0, 0, 0)  # what a zip file can tell: the same bytes in every run
GEOMETRIES = {"marker": "Point", "line": "Line", "fill": "Polygon"}


@dataclass(frozen=True)
class About:
    """What a project says of itself.

    Attributes
    ----------
    geopackage : name of the file beside it.
    title, subtitle, sources : texts of the sheet.
    licence : of the data.
    epsg : metric CRS that it is drawn in.
    bounds : west, south, east, north of the study area in that CRS.
    """

    geopackage: str
    title: str
    subtitle: str
    sources: str
    licence: str
    epsg: int
    bounds: tuple[float, float, float, float]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Return the bounds with a margin."""
        west, south, east, north = self.bounds
        more = MARGIN * max(east - west, north - south)
        return west - more, south - more, east + more, north + more


def _crs(parent: Element, tag: str, epsg: int) -> None:
    crs = pyproj.CRS.from_epsg(epsg)
    found = add(add(parent, tag), "spatialrefsys")
    add(found, "wkt", crs.to_wkt("WKT2_2019"))
    add(found, "srid", str(epsg))
    add(found, "authid", f"EPSG:{epsg}")
    add(found, "description", crs.name)
    add(found, "geographicflag", str(crs.is_geographic).lower())


def _extent(parent: Element, tag: str, extent: Sequence[float]) -> None:
    found = add(parent, tag)
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True):
        add(found, name, f"{value:.8g}" if abs(value) < 1000 else f"{value:.3f}")


# ---------------------------------------------------------------- layers


def layer_id(name: str) -> str:
    """Return the id of a layer in a project; QGIS gives those of ten letters or fewer another one."""
    return f"creative_nodes_{name}"


def _title(layer: Layer, looks: Mapping[str, Look]) -> str:
    return looks[layer.name].title if layer.shape else layer.name


def _source(layer: Layer, about: About) -> str:
    return f"./{about.geopackage}|layername={layer.name}"


def _leaf(parent: Element, layer: Layer, looks: Mapping[str, Look], about: About) -> None:
    shown = bool(layer.shape) and looks[layer.name].shown
    found = add(parent, "layer-tree-layer", id=layer_id(layer.name), name=_title(layer, looks), providerKey="ogr")
    found.attrib |= {"source": _source(layer, about), "checked": f"Qt::{'Checked' if shown else 'Unchecked'}"}
    found.attrib |= {"expanded": str(int(shown and not layer.name.endswith(OUTLINE))), "legend_exp": ""}


def in_groups(layers: Sequence[Layer], looks: Mapping[str, Look]) -> dict[str, list[Layer]]:
    """Sort layers into the groups of a project, each from the top of the map down; tables come last.

    Parameters
    ----------
    layers : of the GeoPackage.
    looks : how they are drawn, by name, from the top down.
    """
    known = {layer.name: layer for layer in layers}
    drawn = [known[name] for name in looks if name in known]
    groups = {group: [layer for layer in drawn if looks[layer.name].group == group] for group in GROUPS}
    return {**groups, TABLES: [layer for layer in layers if not layer.shape]}


def _tree(parent: Element, groups: Mapping[str, Sequence[Layer]], looks: Mapping[str, Look], about: About) -> None:
    root = add(parent, "layer-tree-group")
    for name, layers in groups.items():
        group = add(root, "layer-tree-group", name=name, checked="Qt::Checked", expanded=int(name != TABLES))
        for layer in layers:
            _leaf(group, layer, looks, about)


def _metadata(parent: Element, tag: str, abstract: str, about: About, *, title: str) -> None:
    """Tell what is made of what, and under which licence, where QGIS shows it."""
    found = add(parent, tag)
    add(found, "type", "dataset")
    add(found, "title", title)
    add(found, "abstract", f"{abstract} {about.sources} Licence: {about.licence}.")
    add(found, "rights", about.sources)
    add(found, "license", about.licence)


def _map_layer(parent: Element, layer: Layer, looks: Mapping[str, Look], about: About) -> None:
    found = add(parent, "maplayer", type="vector", styleCategories="AllStyleCategories", readOnly=0)
    kind = GEOMETRIES[geometry_of(layer.shape)] if layer.shape else "No geometry"
    found.attrib |= {"geometry": kind, "wkbType": layer.shape or "NoGeometry", "hasScaleBasedVisibilityFlag": "0"}
    add(found, "id", layer_id(layer.name))
    add(found, "datasource", _source(layer, about))
    add(found, "layername", _title(layer, looks))
    add(found, "abstract", f"A row is {layer.row}.")
    _metadata(found, "resourceMetadata", f"A row is {layer.row}.", about, title=_title(layer, looks))
    _crs(found, "srs", WGS84_EPSG)
    add(found, "provider", "ogr", encoding="UTF-8")
    if not layer.shape:
        name_fields(found, layer.columns)
    else:
        fill_style(found, looks[layer.name], layer.shape, layer.columns, name=layer.name)


# ---------------------------------------------------------------- the whole


def _properties(parent: Element) -> None:
    found = add(parent, "properties")
    add(add(found, "Paths"), "Absolute", "false", type="bool")
    add(add(found, "SpatialRefSys"), "ProjectionsEnabled", "1", type="int")
    measured = add(found, "Measurement")
    add(measured, "DistanceUnits", "meters", type="QString")
    add(measured, "AreaUnits", "ha", type="QString")
    add(add(found, "PAL"), "PlacementEngineVersion", "1", type="int")


def _canvas(parent: Element, about: About) -> None:
    found = add(parent, "mapcanvas", name="theMapCanvas", annotationsVisible=1)
    add(found, "units", "meters")
    _extent(found, "extent", about.extent)
    add(found, "rotation", "0")
    _crs(found, "destinationsrs", about.epsg)


def _sheet(layers: Sequence[Layer], looks: Mapping[str, Look], about: About) -> Sheet:
    """Tell what is printed; the legend leaves out outlines, which look like their signs, and what has no rows."""
    told = [one for one in layers if one.shape and len(one.frame) and not one.name.endswith(OUTLINE)]
    legend = tuple((layer_id(one.name), looks[one.name].title) for one in told if looks[one.name].shown)
    return Sheet(about.title, about.subtitle, about.sources, about.extent, legend)


def project(layers: Sequence[Layer], looks: Mapping[str, Look], about: About) -> str:
    """Write a project as QGIS keeps it (.qgs).

    Parameters
    ----------
    layers : of the GeoPackage.
    looks : how those with geometry are drawn, by name, from the top of the map down.
    about : what it says of itself.
    """
    groups = in_groups(layers, looks)
    ordered = [layer for some in groups.values() for layer in some]
    root = Element("qgis", {"version": VERSION, "projectname": about.title})
    add(root, "title", about.title)
    _metadata(root, "projectMetadata", about.subtitle, about, title=about.title)
    _crs(root, "projectCrs", about.epsg)
    _tree(root, groups, looks, about)
    _canvas(root, about)
    held = add(root, "projectlayers")
    for layer in ordered:
        _map_layer(held, layer, looks, about)
    order = add(root, "layerorder")
    for layer in ordered:
        add(order, "layer", id=layer_id(layer.name))
    _properties(root)
    add_layout(add(root, "Layouts"), _sheet(ordered, looks, about))
    return text_of(root)


def write_project(layers: Sequence[Layer], looks: Mapping[str, Look], about: About, path: str | Path) -> None:
    """Write a project as QGIS opens it (.qgz), the same bytes for the same layers.

    Parameters
    ----------
    layers, looks, about : as for `project`.
    path : file to write, whole or not at all.
    """
    path = Path(path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        inner = zipfile.ZipInfo(f"{path.stem}.qgs", OLDEST)
        archive.writestr(inner, project(layers, looks, about), zipfile.ZIP_DEFLATED)
    with whole_file(path) as aside:
        aside.write_bytes(packed.getvalue())
