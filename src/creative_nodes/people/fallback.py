"""Residents without a raster or table: a published total, spread by floor area and street length."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import WGS84_EPSG, reproject, tables
from creative_nodes.people.grid import Grid
from creative_nodes.people.settings import PeopleGrid, Total

# building values that hold no homes; building=yes counts as mixed use
NOT_HOMES = frozenset(
    {
        "industrial",
        "warehouse",
        "factory",
        "manufacture",
        "commercial",
        "office",
        "retail",
        "supermarket",
        "hospital",
        "school",
        "university",
        "college",
        "kindergarten",
        "church",
        "temple",
        "mosque",
        "pagoda",
        "public",
        "train_station",
        "transportation",
        "garage",
        "garages",
        "parking",
        "roof",
        "shed",
        "construction",
        "stadium",
        "hangar",
        "service",
        "government",
        "kiosk",
        "museum",
        "civic",
        "fire_station",
        "power",
        "barn",
        "greenhouse",
    }
)


HIGHEST_LEVELS = 80.0


MAPPING_WINDOW = 11  # cells: how far around a cell the mapping of buildings is judged


def _floor_area(places: gpd.GeoDataFrame, grid: Grid, default_levels: float) -> np.ndarray:
    """Add up residential floor area (footprint x levels, m²) by cell."""
    tags = tables.parse_tags(places)
    homes = [i for i, t in enumerate(tags) if t.get("building", "no") not in NOT_HOMES | {"no"}]
    shapes = reproject(places.geometry.to_numpy()[homes], WGS84_EPSG, grid.epsg)
    tagged = pd.Series([tags[i].get("building:levels") for i in homes], dtype=object)
    known = pd.to_numeric(tagged, errors="coerce").astype(float)
    levels = known.fillna(default_levels).clip(1, HIGHEST_LEVELS).to_numpy()
    centre = shapely.centroid(shapes)
    return grid.add_up(shapely.get_x(centre), shapely.get_y(centre), shapely.area(shapes) * levels)


def _street_length(edges: gpd.GeoDataFrame, grid: Grid) -> np.ndarray:
    """Add up walkable metres of street by cell, each edge cut into pieces shorter than a cell."""
    edges = edges[edges["walk"] & ~edges["highway"].isin(["trunk", "trunk_link", "motorway", "motorway_link", "ferry"])]
    lines = reproject(edges.geometry.to_numpy(), WGS84_EPSG, grid.epsg)
    # a street without length (two junctions on one spot) cannot be cut
    lines = shapely.segmentize(lines[shapely.length(lines) > 0], grid.cell_m / 4)
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    middle, step = (xy[1:] + xy[:-1])[same] / 2, np.hypot(*(xy[1:] - xy[:-1])[same].T)
    return grid.add_up(middle[:, 0], middle[:, 1], step)


def from_total(
    total: Total,
    grid: Grid,
    area: shapely.Geometry,
    *,
    places: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    settings: PeopleGrid,
) -> np.ndarray | None:
    """Spread a published total over residential floor area, blended with street length where buildings are unmapped.

    A metre of street stands for `floor_m2_per_street_m` of floor, so that both are counted in one unit. Around each
    cell (11 cells square) the floor area mapped, beside what the streets would lead one to expect, says how far
    buildings are mapped; floor that is not mapped is put where the streets are. Cells in the buffer get the same
    residents per weight as inside.

    Parameters
    ----------
    total : residents of the study area, and their source.
    grid : the grid.
    area : study area, EPSG:4326.
    places, edges : the tables places and street_edges.
    settings : storeys and floor per metre of street.

    Returns
    -------
    persons per cell, shape (rows, columns); their sum over the study area is the total. None where no street of the
    map lies in the study area: nobody can say where they live.
    """
    from scipy.ndimage import uniform_filter

    floor, street = _floor_area(places, grid, settings.default_levels), _street_length(edges, grid)
    inside = grid.inside(area)
    if street[inside].sum() == 0:
        return None
    expected = street * settings.floor_m2_per_street_m
    mapped = uniform_filter(floor, MAPPING_WINDOW) / np.maximum(uniform_filter(expected, MAPPING_WINDOW), 1e-9)
    # floor that is mapped counts as it is, floor that is not as the streets lead one to expect
    likely = floor + (1 - np.clip(mapped, 0, 1)) * expected
    weight = settings.street_weight * expected + (1 - settings.street_weight) * likely
    return np.asarray(weight * (total.residents / weight[inside].sum()))


# how far the fallback is off where the truth is known: benchmarks/people_fallback.py, docs/BENCHMARKS.md
FALLBACK_OFF = {"hanoi": 0.74, "hcmc": 0.51}
