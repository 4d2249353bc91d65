"""What a city's map is drawn on: the drawn map, the names on it, and the ground around each site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.compute as pc
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import WGS84_EPSG, reproject
from creative_nodes.report.draw.basemap import (
    ROAD_LAYERS,
    draw_basemap,
    flatten,
    need_columns,
    read_places,
    read_roads,
)
from creative_nodes.report.draw.placenames import empty_names, place_names, read_named, read_named_streets

# a map of 16 cm at 1:2,500 shows 400 m: from the rim of a ground this far to each side
AROUND_M = 200
SITES_WITH_GROUND = 100  # of a region's thousands the first are drawn with what stands around them
NEAR_TOLERANCE_M = 0.5  # a pixel at 1:2,500
MIN_BUILDING_M2 = 20
NEAR_LAYERS = ("near_streets", "near_buildings")


@dataclass(frozen=True)
class Paper:
    """What the map is drawn on.

    Attributes
    ----------
    layers : of the drawn map, EPSG:4326, in drawing order.
    near : streets and buildings around sites, EPSG:4326, shown from close by.
    names : as `placenames.place_names` gives them.
    """

    layers: Mapping[str, BaseGeometry] = field(default_factory=dict)
    near: Mapping[str, BaseGeometry] = field(default_factory=dict)
    names: gpd.GeoDataFrame = field(default_factory=empty_names)


def around(sites: Sequence[BaseGeometry], epsg: int) -> BaseGeometry:
    """Return the ground around sites, as one area (EPSG:4326).

    Parameters
    ----------
    sites : points or outlines, EPSG:4326, the most wanted first.
    epsg : metric CRS that is measured in.
    """
    shapes = reproject(np.array(sites[:SITES_WITH_GROUND], dtype=object), WGS84_EPSG, epsg)
    frames = shapely.envelope(shapely.buffer(shapes, AROUND_M))
    whole: BaseGeometry = reproject(shapely.union_all(frames), epsg, WGS84_EPSG)
    return whole


def read_around(places: str | Path, streets: str | Path, ground: BaseGeometry) -> dict[str, np.ndarray]:
    """Read the small streets and the buildings that meet a ground, by layer.

    Parameters
    ----------
    places, streets : the tables places and street_edges.
    ground : EPSG:4326.

    Raises
    ------
    InputError : a table lacks a column.
    """
    need_columns(Path(places), ["tags", "geometry"])
    main = [highway for values in ROAD_LAYERS.values() for highway in values]
    ways = gpd.read_parquet(streets, columns=["geometry"], filters=~pc.field("highway").isin(main))
    built = gpd.read_parquet(places, columns=["geometry"], filters=pc.match_substring(pc.field("tags"), '"building": '))
    shapely.prepare(ground)
    found = (frame.geometry.to_numpy() for frame in (ways, built))
    return {name: one[shapely.intersects(ground, one)] for name, one in zip(NEAR_LAYERS, found, strict=True)}


def draw_around(found: Mapping[str, np.ndarray], ground: BaseGeometry, epsg: int) -> dict[str, BaseGeometry]:
    """Draw the small streets and the buildings around sites, each layer as one geometry (EPSG:4326).

    Parameters
    ----------
    found : as `read_around` gives it.
    ground : EPSG:4326; what lies outside is cut off.
    epsg : metric CRS that is simplified in.
    """
    drawn = {}
    for name, areas in zip(NEAR_LAYERS, (False, True), strict=True):
        shapes = found[name] if areas else shapely.intersection(found[name], ground)
        drawn[name] = flatten(
            shapes, ground.envelope, epsg, areas=areas, tolerance=NEAR_TOLERANCE_M, min_area_m2=MIN_BUILDING_M2
        )
    return drawn


def read_paper(
    places: str | Path, streets: str | Path, area: BaseGeometry, epsg: int, *, sites: Sequence[BaseGeometry]
) -> Paper:
    """Read and draw what a city's map is drawn on.

    Parameters
    ----------
    places, streets : the tables places and street_edges.
    area : study area, EPSG:4326.
    epsg : metric CRS.
    sites : points or outlines of the candidates, EPSG:4326, the first ranked first.

    Raises
    ------
    InputError : a table lacks a column.
    """
    ground = around(sites, epsg)
    return Paper(
        draw_basemap(read_places(places), read_roads(streets), area, epsg),
        draw_around(read_around(places, streets, ground), ground, epsg) if sites else {},
        place_names(read_named(places), read_named_streets(streets), area, epsg, near=ground),
    )
