"""The drawn map under a city's sites: water, green, industry, rails and main roads of the run's own data.

No tiles: the page opens behind a firewall and from a USB stick. Shapes are simplified in the metric CRS and
each layer becomes one geometry, so a page stays small and draws fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import WGS84_EPSG, InputError, buffer_metres, reproject

DECIMALS = 5  # of a degree: about a metre
MARGIN_M = 2000  # drawn around the study area, so that its rim is not a cliff
MIN_AREA_SHARE = 2e-7  # polygons below this share of the study area are specks at the first zoom
MIN_AREA_M2 = 400
MAX_TOLERANCE_M = 8.0
MIN_TOLERANCE_M = 3.0
TOLERANCE_PER_KM = 0.1  # metres of tolerance per km of study-area width: large cities are drawn coarser


def tags_pattern(tags: Mapping[str, str]) -> str:
    """Return the pattern of tags in the JSON text of the column `tags`; quotes inside values are escaped there.

    Parameters
    ----------
    tags : alternatives of values by key.
    """
    return "|".join(f'"{key}": "(?:{values})"' for key, values in tags.items())


@dataclass(frozen=True)
class Layer:
    """One layer of the drawn map: which tags it takes, and as areas or lines."""

    name: str
    areas: bool
    tags: Mapping[str, str]

    @property
    def pattern(self) -> str:
        """Pattern of its tags."""
        return tags_pattern(self.tags)


PLACE_LAYERS = (
    Layer(
        "industry",
        True,
        {"landuse": "industrial|railway|brownfield|port"},
    ),
    Layer(
        "green",
        True,
        {
            "leisure": "park|garden|golf_course|nature_reserve",
            "landuse": "forest|recreation_ground|cemetery|village_green",
            "natural": "wood|wetland|scrub",
        },
    ),
    Layer(
        "water",
        True,
        {"natural": "water|bay", "waterway": "riverbank|dock", "landuse": "reservoir|basin"},
    ),
    Layer("rivers", False, {"waterway": "river|canal"}),
    Layer("rails", False, {"railway": "rail|light_rail|subway|monorail|tram"}),
)
ROAD_LAYERS: dict[str, tuple[str, ...]] = {
    "roads_minor": ("secondary", "tertiary"),
    "roads_major": ("motorway", "motorway_link", "trunk", "trunk_link", "primary"),
}
LAYERS = (*(layer.name for layer in PLACE_LAYERS), *ROAD_LAYERS)


def need_columns(path: Path, columns: list[str]) -> None:
    """Stop with a message that says which column a table lacks.

    Parameters
    ----------
    path : a (Geo)Parquet file.
    columns : that it must have.

    Raises
    ------
    InputError : a column is missing.
    """
    missing = [name for name in columns if name not in pq.read_schema(path).names]
    if missing:
        raise InputError(f"lacks column {', '.join(missing)}; run the rule that writes it again", where=str(path))


def read_places(path: str | Path) -> gpd.GeoDataFrame:
    """Read the rows of `places` that the drawn map shows, and no others (a large city has 10^5 buildings)."""
    need_columns(Path(path), ["tags", "geometry"])
    pattern = "|".join(layer.pattern for layer in PLACE_LAYERS)
    wanted = pc.match_substring_regex(pc.field("tags"), pattern)
    return gpd.read_parquet(path, columns=["tags", "geometry"], filters=wanted)


def read_roads(path: str | Path) -> gpd.GeoDataFrame:
    """Read the main roads of `street_edges`, and no other streets."""
    need_columns(Path(path), ["highway", "geometry"])
    wanted = [highway for values in ROAD_LAYERS.values() for highway in values]
    return gpd.read_parquet(path, columns=["highway", "geometry"], filters=[("highway", "in", wanted)])


def tolerance_m(area: BaseGeometry, epsg: int) -> float:
    """Return how coarsely a study area (EPSG:4326) is drawn, in metres.

    Parameters
    ----------
    area : EPSG:4326.
    epsg : metric CRS that the area is measured in.
    """
    west, south, east, north = reproject(area, WGS84_EPSG, epsg).bounds
    width_km = max(east - west, north - south) / 1000
    return float(np.clip(width_km * TOLERANCE_PER_KM, MIN_TOLERANCE_M, MAX_TOLERANCE_M))


def rounded(geometry: BaseGeometry) -> BaseGeometry:
    """Round coordinates (degrees) to about a metre."""
    moved: BaseGeometry = shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS) + 0.0)
    return moved


def _parts(geometries: np.ndarray, *, areas: bool) -> np.ndarray:
    parts = shapely.get_parts(shapely.get_parts(geometries))
    wanted = shapely.GeometryType.POLYGON if areas else shapely.GeometryType.LINESTRING
    chosen: np.ndarray = parts[shapely.get_type_id(parts) == wanted]
    return chosen


def _merged_lines(lines: np.ndarray) -> np.ndarray:
    """Join street pieces end to end, so that simplifying does not stop at every junction."""
    merged: np.ndarray = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    return merged


def flatten(
    geometries: np.ndarray, frame: BaseGeometry, epsg: int, *, areas: bool, tolerance: float, min_area_m2: float
) -> BaseGeometry:
    """Clip, simplify and merge geometries (EPSG:4326) into one multi-geometry (EPSG:4326).

    Parameters
    ----------
    geometries : array of shapely geometries; those that are not areas (or lines) are left out.
    frame : its bounding box is what is drawn, EPSG:4326.
    epsg : metric CRS that is simplified in.
    areas : polygons when true, else lines.
    tolerance : simplification, metres.
    min_area_m2 : smaller polygons are left out.
    """
    # clipping a broken ring can fail: only then is the costlier repair worth it
    parts = _parts(geometries, areas=areas)
    broken = ~shapely.is_valid(parts)
    parts[broken] = shapely.make_valid(parts[broken])
    parts = _parts(shapely.clip_by_rect(parts, *frame.bounds), areas=areas)
    parts = reproject(parts, WGS84_EPSG, epsg)
    if not areas:
        parts = _merged_lines(parts)
    parts = _parts(shapely.simplify(parts, tolerance, preserve_topology=False), areas=areas)
    if areas:
        # one winding for all: overlapping parts are then filled together, not cut out of each other
        parts = shapely.orient_polygons(parts[shapely.area(parts) >= min_area_m2])
    else:
        parts = parts[shapely.length(parts) >= tolerance]
    parts = reproject(parts, epsg, WGS84_EPSG)
    return rounded(shapely.multipolygons(parts) if areas else shapely.multilinestrings(parts))


def draw_basemap(
    places: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, area: BaseGeometry, epsg: int, *, tolerance: float | None = None
) -> dict[str, BaseGeometry]:
    """Make the layers of the drawn map.

    Parameters
    ----------
    places : rows of the table places (tags, geometry), EPSG:4326.
    roads : rows of the table street_edges (highway, geometry), EPSG:4326.
    area : study area, EPSG:4326.
    epsg : metric CRS.
    tolerance : simplification, metres; default: by the size of the area.

    Returns
    -------
    One multi-geometry (EPSG:4326) a layer, in drawing order; empty where nothing is mapped.
    """
    step = tolerance_m(area, epsg) if tolerance is None else tolerance
    frame = buffer_metres(area.envelope, MARGIN_M, epsg)
    smallest = max(MIN_AREA_M2, MIN_AREA_SHARE * reproject(area, WGS84_EPSG, epsg).area)
    layers = {}
    for layer in PLACE_LAYERS:
        chosen = places.geometry.to_numpy()[places["tags"].str.contains(layer.pattern, regex=True).to_numpy(bool)]
        layers[layer.name] = flatten(chosen, frame, epsg, areas=layer.areas, tolerance=step, min_area_m2=smallest)
    for name, values in ROAD_LAYERS.items():
        chosen = roads.geometry.to_numpy()[roads["highway"].isin(values).to_numpy()]
        layers[name] = flatten(chosen, frame, epsg, areas=False, tolerance=step, min_area_m2=smallest)
    return layers
