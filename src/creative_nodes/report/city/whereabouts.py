"""Where a point lies, in words of the map data alone: the quarter that holds it, the street or space near by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow.compute as pc
import shapely

from creative_nodes.common import WGS84_EPSG, mark, projected, reproject, say
from creative_nodes.network import ClusterSettings, naming_of, quarter_of
from creative_nodes.report.draw.basemap import need_columns
from creative_nodes.report.say.words import names, rows

BESIDE_M = 50  # nearer than this no direction is told
STREET_WITHIN_M = 300  # a street farther off does not tell where a point lies
STREETS = ("trunk", "primary", "secondary", "tertiary")  # classes of streets that people go by
# the way from a named place to the point, by eighths of a turn from north over east
WAYS = (
    mark("{away:metres} north of {name}"),
    mark("{away:metres} north-east of {name}"),
    mark("{away:metres} east of {name}"),
    mark("{away:metres} south-east of {name}"),
    mark("{away:metres} south of {name}"),
    mark("{away:metres} south-west of {name}"),
    mark("{away:metres} west of {name}"),
    mark("{away:metres} north-west of {name}"),
)


def read_quarters(path: str | Path) -> gpd.GeoDataFrame:
    """Read the named quarters and wards among the rows of the table places, and no others.

    Returns
    -------
    columns `NAME_COLUMNS` and geometry (points or areas, EPSG:4326); empty where the map data have none.

    Raises
    ------
    InputError : the table lacks a column.
    """
    wanted = ["osm_id", "tags", "geometry"]
    need_columns(Path(path), wanted)
    tags = pc.field("tags")
    kept = pc.match_substring(tags, '"place": ') | pc.match_substring(tags, '"boundary": "administrative"')
    return naming_of(gpd.read_parquet(path, columns=wanted, filters=kept)).quarters


def read_streets(path: str | Path) -> gpd.GeoDataFrame:
    """Read the named main streets of the table street_edges.

    Returns
    -------
    columns name and geometry (lines, EPSG:4326).

    Raises
    ------
    InputError : the table lacks a column.
    """
    need_columns(Path(path), ["name", "highway", "geometry"])
    kept = (pc.field("name") != "") & pc.field("highway").isin(list(STREETS))
    return gpd.read_parquet(path, columns=["name", "geometry"], filters=kept)


def way_words(name: str, east_m: float, north_m: float) -> str:
    """Say how far a point lies from a named place, and on which side of it.

    Parameters
    ----------
    name : of the place.
    east_m, north_m : from the place to the point, metres.
    """
    away = float(np.hypot(east_m, north_m))
    if away < BESIDE_M:
        return say("beside {name}", name=name)
    eighth = round(np.degrees(np.arctan2(east_m, north_m)) / 45) % len(WAYS)
    return say(WAYS[eighth], name=name, away=away)


@dataclass(frozen=True)
class Whereabouts:
    """The named places that points are told by, in the metric CRS; a place without a name tells nothing.

    `quarters`, `streets`, `spaces`: rows with names; the shapes stand in the same order.
    """

    quarters: Sequence[Any]
    quarter_shapes: np.ndarray
    streets: Sequence[Any]
    street_shapes: np.ndarray
    spaces: Sequence[Any]
    space_shapes: np.ndarray
    settings: ClusterSettings
    epsg: int

    def words(self, lon: float, lat: float) -> str:
        """Say where a point lies; by its degrees where nothing near has a name.

        Parameters
        ----------
        lon, lat : degrees, EPSG:4326.
        """
        point = reproject(shapely.Point(lon, lat), WGS84_EPSG, self.epsg)
        inside, near = self._quarter(point), self._street(point) or self._space(point)
        if inside and near:
            return say("{near} ({quarter})", near=near, quarter=inside)
        return near or inside or say("at {lat} N, {lon} E", lat=f"{lat:.4f}", lon=f"{lon:.4f}")

    def _quarter(self, point: shapely.Geometry) -> str:
        """Name the quarter, and the area around it, for one town can have many a Ward 7."""
        row = quarter_of(point, self.quarter_shapes, self.settings)
        if row is None:
            return ""
        name = names(self.quarters[row], "")[0]
        around = self._around(point, float(shapely.area(self.quarter_shapes[row])))
        return say("{quarter}, {district}", quarter=name, district=around) if around not in ("", name) else name

    def _around(self, point: shapely.Geometry, larger_than: float) -> str:
        """Name the smallest area that holds a point and is larger than so many m²."""
        areas = shapely.area(self.quarter_shapes)
        holding = shapely.intersects(self.quarter_shapes, point) & (areas > larger_than)
        if not holding.any():
            return ""
        return names(self.quarters[int(np.where(holding, areas, np.inf).argmin())], "")[0]

    def _street(self, point: shapely.Geometry) -> str:
        if not len(self.street_shapes):
            return ""
        metres = shapely.distance(self.street_shapes, point)
        nearest = int(metres.argmin())
        return say("by {street}", street=self.streets[nearest].name_) if metres[nearest] <= STREET_WITHIN_M else ""

    def _space(self, point: shapely.Geometry) -> str:
        if not len(self.space_shapes):
            return ""
        nearest = int(shapely.distance(self.space_shapes, point).argmin())
        at = shapely.centroid(self.space_shapes[nearest])
        east, north = (float(of(point) - of(at)) for of in (shapely.get_x, shapely.get_y))
        return way_words(names(self.spaces[nearest], "")[0], east, north)


@dataclass(frozen=True)
class Ground:
    """What the map data name: quarters as `read_quarters` gives them, streets as `read_streets` does."""

    quarters: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame


def read_ground(places: str | Path, streets: str | Path) -> Ground:
    """Read what the map data name.

    Parameters
    ----------
    places, streets : the tables places and street_edges.
    """
    return Ground(read_quarters(places), read_streets(streets))


def whereabouts(ground: Ground | None, creative: gpd.GeoDataFrame, settings: ClusterSettings, epsg: int) -> Whereabouts:
    """Collect the named places that points are told by.

    Parameters
    ----------
    ground : as `read_ground` gives it; none: points are told by creative spaces alone.
    creative : the table of that name.
    settings : how large and how far away a quarter may be.
    epsg : the metric CRS.
    """
    known = creative[np.array([bool(names(row, "")[0]) for row in rows(creative)], dtype=bool)]
    none = creative.iloc[:0]
    quarters, streets = (none, none) if ground is None else (ground.quarters, ground.streets)
    named = [(rows(frame), projected(frame, epsg)) for frame in (quarters, streets, known)]
    return Whereabouts(*named[0], *named[1], *named[2], settings, epsg)
