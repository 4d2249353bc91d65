"""The study area: from a relation in the OSM file, a box, a polygon file or a place name."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import shapely
from osmium import osm
from osmium.osm import mutable
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import InputError, buffer_metres, metric_epsg, where_of
from creative_nodes.pull.nominatim import geocode
from creative_nodes.pull.osm_file import AREA_RELATION_TYPES, NodePositions, readable, relations_of, ways_of
from creative_nodes.pull.patience import Report, silent
from creative_nodes.pull.settings import Boundary, Internet

WGS84 = "EPSG:4326"
_OTHERWISE = "give boundary.bbox, boundary.polygon or boundary.place (which asks Nominatim) instead"


def polygon_only(geometry: BaseGeometry, *, where: str) -> BaseGeometry:
    """Mend a geometry and return its polygon or multipolygon; raise when it has no area.

    Parameters
    ----------
    geometry : any geometry.
    where : the key named in errors.

    Raises
    ------
    InputError : it has no area.
    """
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise InputError("has coordinates that are no numbers; draw it anew", where=where)
    mended = shapely.make_valid(geometry)
    parts = [part for part in shapely.get_parts(mended) if part.geom_type.endswith("Polygon")]
    united: BaseGeometry = shapely.union_all(parts)
    if united.is_empty:
        raise InputError(f"must be a polygon or multipolygon, got {geometry.geom_type or 'nothing'}", where=where)
    return united


def polygon_file(path: Path, *, where: str) -> BaseGeometry:
    """Read the study area from a GeoJSON or GeoPackage file in any CRS.

    Parameters
    ----------
    path : file with polygons; they are united.
    where : the key named in errors.

    Returns
    -------
    Polygon or multipolygon, EPSG:4326.

    Raises
    ------
    InputError : the file is not there, cannot be read, names no CRS, or holds anything but polygons.
    """
    if not path.is_file():
        raise InputError(f"no such file: {path}; give the path from the project root", where=where)
    try:
        frame = gpd.read_file(path)
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{path.name} is not a readable GeoJSON or GeoPackage file: {error}", where=where) from None
    if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.isna().all():
        raise InputError(f"{path.name} holds no polygon", where=where)
    if frame.crs is None:
        raise InputError(f"{path.name} names no coordinate system; save it with one, e.g. {WGS84}", where=where)
    strange = sorted({str(kind) for kind in frame.geom_type.dropna() if not str(kind).endswith("Polygon")})
    if strange:
        raise InputError(f"{path.name} must hold polygons only, it has {', '.join(strange)}", where=where)
    shapes = frame.geometry.to_crs(WGS84).dropna()
    if not np.isfinite(shapely.get_coordinates(shapes.to_numpy())).all():
        raise InputError(f"{path.name} has coordinates that are no numbers; draw it anew", where=where)
    return polygon_only(shapely.union_all(shapely.make_valid(shapes.to_numpy())), where=where)


def _relation(
    positions: NodePositions, relation: int, *, where: str
) -> tuple[dict[str, str], list[tuple[str, int, str]]]:
    """Return the relation's tags and members (type, id, role)."""
    for found in relations_of(positions.source):
        if found.id == relation:
            tags = {tag.k: tag.v for tag in found.tags}
            kind = tags.get("type", "none")
            if kind not in AREA_RELATION_TYPES:
                raise InputError(
                    f"relation {relation} is of type {kind}, not a boundary; check the id, or {_OTHERWISE}", where=where
                )
            return tags, [(member.type, member.ref, member.role) for member in found.members]
    raise InputError(f"relation {relation} is not in {positions.name}; check the id, or {_OTHERWISE}", where=where)


def _outline_file(positions: NodePositions, relation: int, path: Path, *, where: str) -> str:
    """Write the relation with its ways and nodes to a small file; return what is wrong when it makes no area."""
    tags, members = _relation(positions, relation, where=where)
    wanted = {ref for kind, ref, _ in members if kind == "w"}
    ways = {way.id: [node.ref for node in way.nodes] for way in ways_of(positions.source) if way.id in wanted}
    corners = {ref for nodes in ways.values() for ref in nodes}
    with osmium.SimpleWriter(path) as writer:
        for node, lon, lat in positions.find(corners):
            writer.add_node(mutable.Node(id=node, location=(lon, lat)))
        for way, nodes in sorted(ways.items()):
            writer.add_way(mutable.Way(id=way, nodes=nodes))
        present = [member for member in members if member[0] == "w" and member[1] in ways]
        writer.add_relation(mutable.Relation(id=relation, tags=tags, members=present))
    missing = len(wanted - ways.keys())
    return f"{missing} of its {len(wanted)} ways are missing" if missing else "its ways do not form closed rings"


def _assemble(path: Path) -> BaseGeometry | None:
    """Build the area of the one relation in a file; None when its rings do not close."""
    factory = osmium.geom.WKBFactory()
    for item in osmium.FileProcessor(path).with_areas():
        # rings that do not close leave an area without any ring
        if isinstance(item, osm.Area) and not item.from_way() and item.num_rings()[0]:
            area: BaseGeometry = shapely.from_wkb(factory.create_multipolygon(item))
            return area
    return None


def relation_area(positions: NodePositions, relation: int, *, where: str) -> BaseGeometry:
    """Build a study area from a boundary relation in a local OSM file.

    Parameters
    ----------
    positions : the file's nodes, from `clip.node_positions`.
    relation : OSM relation id.
    where : the key named in errors.

    Returns
    -------
    Polygon or multipolygon, EPSG:4326.

    Raises
    ------
    InputError : the file lacks the relation or a part of it, or it is no boundary.
    """
    source = positions.source
    with tempfile.TemporaryDirectory(dir=positions.scratch.parent) as folder, readable(source):
        path = Path(folder) / "outline.osm.pbf"
        fault = _outline_file(positions, relation, path, where=where)
        area = _assemble(path)
    if area is None:
        raise InputError(
            f"relation {relation} in {positions.name} does not make an area: {fault}; use an extract that holds all of "
            f"it, or {_OTHERWISE}",
            where=where,
        )
    return polygon_only(area, where=where)


def _looked_up(query: str, *, by_id: bool, where: str, how: dict[str, Any]) -> BaseGeometry:
    return polygon_only(geocode(query, by_id=by_id, where=where, **how), where=where)


def _around(place: str, radius_m: float, *, where: str, how: dict[str, Any]) -> BaseGeometry:
    """Draw the circle around the point of a place."""
    point = geocode(place, by_id=False, as_point=True, where=where, **how)
    circle: BaseGeometry = buffer_metres(point, radius_m, metric_epsg(point, None))
    return circle


def study_area(
    boundary: Boundary,
    positions: NodePositions | None,
    *,
    city: str,
    cache: Path,
    root: Path = Path(),
    internet: Internet | None = None,
    report: Report = silent,
) -> BaseGeometry:
    """Return the study area, without buffer.

    Parameters
    ----------
    boundary : the city's boundary settings.
    positions : nodes of the local OSM file that holds boundary.relation; None to ask Nominatim for it.
    city : the city's key, for errors.
    cache : folder that keeps the answers of Nominatim.
    root : the project's root, which boundary.polygon is relative to.
    internet : how Nominatim is asked.
    report : called with a line for each of its failures.

    Returns
    -------
    Polygon or multipolygon, EPSG:4326.
    """
    where = f"{where_of(city, root=root)}: boundary"
    how = {"cache": cache, "internet": internet, "report": report}
    if boundary.bbox:
        return shapely.box(*boundary.bbox)
    if boundary.polygon:
        return polygon_file(root / boundary.polygon, where=f"{where}.polygon")
    if boundary.place and boundary.radius_m:
        return _around(boundary.place, boundary.radius_m, where=f"{where}.place", how=how)
    if boundary.place:
        return _looked_up(boundary.place, by_id=False, where=f"{where}.place", how=how)
    relation = boundary.relation or 0
    if positions is None:
        return _looked_up(f"R{relation}", by_id=True, where=f"{where}.relation", how=how)
    return relation_area(positions, relation, where=f"{where}.relation")
