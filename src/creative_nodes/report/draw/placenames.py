"""Names on the drawn map: water, parks, quarters, stations, landmarks and streets of the run's own data.

What is named, from which zoom on and where is decided here; the page's script places the names that fit on the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.compute as pc
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import NAME_COLUMNS, WGS84_EPSG, buffer_metres, reproject, tables
from creative_nodes.report.draw.basemap import MARGIN_M, need_columns, rounded, tags_pattern

# metres of a pixel at zoom 0 on the equator: the Earth's circumference (WGS84) over a tile of 256 pixels
PIXEL_M = 2 * np.pi * 6_378_137 / 256
LAST_ZOOM = 17.0
ZOOM_STEP = 0.25
LINE_TOLERANCE_M = 15  # a name follows the run of a line, not its kinks
BESIDE_M = 50  # a line this near to a longer one of its name is its other carriageway
PIECE_M = 2500  # a larger water is named in each of its pieces of this size: one name would lie out of view
LEAST_OF_PIECE = 0.1  # of a piece that water must cover to be named there
SHORTEST_M = 150  # a shorter piece of a line carries no name


@dataclass(frozen=True)
class Kind:
    """One kind of named things.

    Attributes
    ----------
    name : its key; the page's styles have it too.
    tags : alternatives of values by key; the first kind that fits an object takes it.
    zoom : from which it is named at the latest.
    span_px : pixels that an area or a line measures at the zoom from which it is named, if that is earlier.
    boundary : whether administrative areas alone are of the kind.
    """

    name: str
    tags: Mapping[str, str]
    zoom: float
    span_px: float
    boundary: bool = False


KINDS = (
    Kind("quarter", {"place": "town|suburb|borough"}, 11.75, 60),
    Kind("quarter", {"place": "quarter"}, 13, 60),
    Kind("quarter", {"place": "neighbourhood|village"}, 14.5, 90),
    Kind("station", {"railway": "station"}, 14, 60),
    Kind("water", {"natural": "water|bay", "waterway": "river|canal|riverbank|dock", "landuse": "reservoir"}, 15, 90),
    Kind("park", {"leisure": "park|nature_reserve|golf_course|stadium", "natural": "wood"}, 15.5, 70),
    Kind(
        "landmark",
        {
            "tourism": "museum|attraction|zoo",
            "historic": "[a-z_]+",
            "amenity": "university|theatre|marketplace",
            "aeroway": "aerodrome",
            "man_made": "bridge",
        },
        15.5,
        45,
    ),
    Kind("quarter", {"admin_level": "6|7|8|9|10"}, 13.5, 60, boundary=True),
)
DOCUMENTED = '"(?:wikidata|wikipedia)": '
DOCUMENTED_EARLIER = 2.0  # zooms by which what has an article on Wikipedia or an entry in Wikidata is named earlier
# classes of streets, each with the zoom before which it is not named and the pixels that it must measure
STREETS = {
    "motorway": (12.0, 170),
    "trunk": (12.0, 170),
    "primary": (12.5, 170),
    "secondary": (13.5, 160),
    "tertiary": (15.0, 160),
    "pedestrian": (16.0, 120),
    "residential": (16.5, 150),
    "living_street": (16.5, 150),
}
NEAR_ONLY = ("pedestrian", "residential", "living_street")  # named around sites alone: a city has thousands


def empty_names() -> gpd.GeoDataFrame:
    """Return a map without names."""
    return gpd.GeoDataFrame(columns=[*NAME_COLUMNS, "kind", "zoom"], geometry=[], crs=WGS84_EPSG)


def first_zoom(extent_m: np.ndarray, span_px: np.ndarray, lat: float) -> np.ndarray:
    """Return the zoom from which things measure so many pixels, in steps of a quarter; infinite for those of no size.

    Parameters
    ----------
    extent_m : metres.
    span_px : pixels of each.
    lat : degrees north; the map is in Web Mercator, whose pixels shrink with its cosine.
    """
    with np.errstate(divide="ignore"):
        zoom = np.log2(span_px * PIXEL_M * np.cos(np.radians(lat)) / extent_m)
    stepped: np.ndarray = np.maximum(np.ceil(zoom / ZOOM_STEP) * ZOOM_STEP, 0)
    return stepped


def _kinds_of(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return the number of the kind that takes each object; -1 for those that none takes."""
    areal = shapely.get_dimensions(frame.geometry.to_numpy()) == 2
    bounded = frame["tags"].str.contains('"boundary": "administrative"', regex=False).to_numpy(bool)
    found = np.full(len(frame), -1)
    for i, kind in reversed(list(enumerate(KINDS))):
        fits = frame["tags"].str.contains(tags_pattern(kind.tags), regex=True).to_numpy(bool)
        found[fits & (areal & bounded if kind.boundary else True)] = i
    return found


def read_named(path: str | Path) -> gpd.GeoDataFrame:
    """Read the named things of the table places that the map may name, and no others.

    Returns
    -------
    columns `NAME_COLUMNS`, kind (its number), documented (true or false) and geometry, EPSG:4326.

    Raises
    ------
    InputError : the table lacks a column.
    """
    need_columns(Path(path), ["tags", "geometry"])
    pattern = "|".join(tags_pattern(kind.tags) for kind in KINDS)
    wanted = pc.match_substring(pc.field("tags"), '"name": ') & pc.match_substring_regex(pc.field("tags"), pattern)
    frame = gpd.read_parquet(path, columns=["tags", "geometry"], filters=wanted)
    kind, documented = _kinds_of(frame), frame["tags"].str.contains(DOCUMENTED, regex=True)
    told = [[tags.get(column.replace("_", ":"), "") for column in NAME_COLUMNS] for tags in tables.parse_tags(frame)]
    named = pd.DataFrame(told, columns=list(NAME_COLUMNS), dtype=object)
    named = named.assign(kind=kind, documented=documented.to_numpy(bool))
    return gpd.GeoDataFrame(named, geometry=frame.geometry.to_numpy(), crs=WGS84_EPSG)[kind >= 0]


def read_named_streets(path: str | Path) -> gpd.GeoDataFrame:
    """Read the named streets of the table street_edges.

    Returns
    -------
    columns name, highway and geometry (lines, EPSG:4326).

    Raises
    ------
    InputError : the table lacks a column.
    """
    need_columns(Path(path), ["name", "highway", "geometry"])
    kept = (pc.field("name") != "") & pc.field("highway").isin(list(STREETS))
    return gpd.read_parquet(path, columns=["name", "highway", "geometry"], filters=kept)


def _runs(lines: np.ndarray) -> np.ndarray:
    """Join the pieces of one name (metric CRS) and leave out what is short or runs beside a longer one."""
    pieces = shapely.get_parts(lines)
    pieces = pieces[shapely.get_dimensions(pieces) == 1]  # a line may touch the edge of the map in a point alone
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(pieces)))
    parts = shapely.simplify(merged, LINE_TOLERANCE_M)
    parts = parts[np.argsort(-shapely.length(parts), kind="stable")]
    long = parts[shapely.length(parts) >= SHORTEST_M]
    later, earlier = shapely.STRtree(shapely.buffer(long, BESIDE_M)).query(long, predicate="covered_by")
    kept = np.full(len(long), True)
    # from the longest on, so that what one runs beside is decided before
    for one, other in sorted(zip(later.tolist(), earlier.tolist(), strict=True)):
        if other < one and kept[other]:
            kept[one] = False
    longest: np.ndarray = long[kept]
    return longest


def _lines(frame: gpd.GeoDataFrame, kind: str, lat: float) -> gpd.GeoDataFrame:
    """Name lines (columns `NAME_COLUMNS`, floor, span_px; metric CRS): a row for each run of a name."""
    ordered = frame.sort_values("floor", kind="stable")
    found, shapes = ordered.groupby("name").indices, ordered.geometry.to_numpy()
    same = [found[name] for name in sorted(found)]
    runs = [_runs(shapes[rows]) for rows in same]
    first = ordered.iloc[[rows[0] for rows, own in zip(same, runs, strict=True) for _ in own]]
    lines = np.concatenate([*runs, np.array([], dtype=object)])
    zoom = np.maximum(first_zoom(shapely.length(lines), first["span_px"].to_numpy(float), lat), first["floor"])
    return gpd.GeoDataFrame(first[list(NAME_COLUMNS)].assign(kind=kind, zoom=zoom), geometry=lines, crs=frame.crs)


def _pieces(shape: BaseGeometry) -> list[BaseGeometry]:
    """Cut a large area (metric CRS) into squares; what hardly reaches into one is left out of it."""
    west, south, east, north = shape.bounds
    if shape.area < PIECE_M**2 and max(east - west, north - south) < 2 * PIECE_M:
        return [shape]
    corners = [(x, y) for x in np.arange(west, east, PIECE_M) for y in np.arange(south, north, PIECE_M)]
    cells = shapely.intersection([shapely.box(x, y, x + PIECE_M, y + PIECE_M) for x, y in corners], shape)
    return [cell for cell in cells if cell.area >= LEAST_OF_PIECE * PIECE_M**2] or [shape]


def _spots(frame: gpd.GeoDataFrame, lat: float) -> gpd.GeoDataFrame:
    """Name points and areas (rows of `read_named`, metric CRS), each at a point on it."""
    kinds, shapes = [KINDS[row] for row in frame["kind"]], frame.geometry.to_numpy()
    latest = np.array([kind.zoom for kind in kinds]) - DOCUMENTED_EARLIER * frame["documented"].to_numpy(float)
    spans = np.array([kind.span_px for kind in kinds])
    zoom = np.minimum(first_zoom(np.sqrt(shapely.area(shapes)), spans, lat), latest)
    told = frame[list(NAME_COLUMNS)].assign(kind=[kind.name for kind in kinds], zoom=zoom)
    water = [kind.name == "water" for kind in kinds]
    pieces = [_pieces(shape) if wet else [shape] for wet, shape in zip(water, shapes, strict=True)]
    whole = gpd.GeoDataFrame(told.assign(geometry=pieces).explode("geometry", ignore_index=True), crs=frame.crs)
    return whole.set_geometry(whole.geometry.representative_point())


def _metric(frame: gpd.GeoDataFrame, cut: BaseGeometry, epsg: int) -> gpd.GeoDataFrame:
    """Cut things (EPSG:4326) and project them; what lies outside is left out."""
    shapes = shapely.intersection(shapely.make_valid(frame.geometry.to_numpy()), cut)
    inside = ~shapely.is_empty(shapes)
    return frame[inside].set_geometry(gpd.GeoSeries(reproject(shapes[inside], WGS84_EPSG, epsg), crs=epsg).values)


def _streets(streets: gpd.GeoDataFrame, near: BaseGeometry) -> gpd.GeoDataFrame:
    """Give streets the columns that lines are named by; small ones are kept near sites alone."""
    shapely.prepare(near)
    small = streets["highway"].isin(NEAR_ONLY).to_numpy(bool)
    kept = streets[~small | shapely.intersects(near, streets.geometry.to_numpy())]
    floor, span = (kept["highway"].map(lambda one, k=k: STREETS[one][k]).astype(float) for k in (0, 1))
    return kept.assign(**dict.fromkeys(NAME_COLUMNS[1:], ""), floor=floor, span_px=span)


def place_names(
    named: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, area: BaseGeometry, epsg: int, *, near: BaseGeometry
) -> gpd.GeoDataFrame:
    """Collect the names of the map, those first that are told from afar.

    Parameters
    ----------
    named : as `read_named` gives it.
    streets : as `read_named_streets` gives it.
    area : study area, EPSG:4326.
    epsg : metric CRS.
    near : the ground around sites, EPSG:4326; small streets are named there alone.

    Returns
    -------
    columns `NAME_COLUMNS`, kind, zoom (from which it is told) and geometry (points, or lines that a name follows,
    EPSG:4326).
    """
    cut, lat = buffer_metres(area.envelope, MARGIN_M, epsg), area.centroid.y
    measured = _metric(named, cut, epsg)
    line = shapely.get_dimensions(measured.geometry.to_numpy()) == 1
    water = np.array([KINDS[row].name == "water" for row in measured["kind"]], dtype=bool)
    rivers = measured[line & water]
    rivers = rivers.assign(floor=0.0, span_px=[KINDS[row].span_px for row in rivers["kind"]])
    roads = _metric(_streets(streets, near), cut, epsg)
    parts = [_spots(measured[~line], lat), _lines(rivers, "water", lat), _lines(roads, "street", lat)]
    whole = pd.concat([part for part in parts if len(part)] or [empty_names()], ignore_index=True)
    whole = whole[whole["zoom"] <= LAST_ZOOM].sort_values("zoom", kind="stable").reset_index(drop=True)
    shapes = reproject(whole.geometry.to_numpy(), epsg, WGS84_EPSG)
    return gpd.GeoDataFrame(
        whole[[*NAME_COLUMNS, "kind", "zoom"]], geometry=[rounded(shape) for shape in shapes], crs=WGS84_EPSG
    )
