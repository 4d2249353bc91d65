"""How completely each hexagon of the study area is mapped, so that thin mapping is not read as an empty city.

Hexagons are cells of H3. What lies outside the study area counts nowhere: a hexagon on the rim is judged by its part
inside. Lengths are measured in the metric CRS.
"""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import METRES_PER_KM, WGS84_EPSG, Hexagons, add_up, hexagons_over, projected, reproject_xy
from creative_nodes.people.settings import Completeness
from creative_nodes.people.tables import COMPLETENESS

Mapping = Literal["thin", "fair", "good", "empty"]

VENUE_KEYS = ("amenity", "shop", "tourism", "office", "leisure", "craft", "historic")
# the tags are JSON with escaped quotes inside texts: a quote before the key can only be the key's own
VENUE = rf'"(?:{"|".join(VENUE_KEYS)})": "'
NAMED = '"name": "'
BUILDING, NO_BUILDING = '"building": "', '"building": "no"'
PERSONS = 1000


def street_metres(edges: gpd.GeoDataFrame, hexagons: Hexagons, epsg: int) -> np.ndarray:
    """Measure the streets in each hexagon, in metres; a street that crosses an edge is cut there."""
    lines = projected(edges, epsg)
    line, part = shapely.STRtree(hexagons.parts).query(lines, predicate="intersects")
    metres = edges["length_m"].to_numpy(dtype=float)[line]
    # cells are convex: a street that meets one whole cell alone lies in it
    cut = (np.bincount(line, minlength=len(lines))[line] > 1) | ~hexagons.whole[part]
    metres[cut] = shapely.length(shapely.intersection(lines[line[cut]], hexagons.parts[part[cut]]))
    total: np.ndarray = np.bincount(part, weights=metres, minlength=len(hexagons.ids))
    return total


def _edit_dates(edited: pd.Series, rows: np.ndarray, n: int) -> dict[str, np.ndarray]:
    """Return the newest and the median day of edit in each hexagon (ISO dates), empty where none is known."""
    known = (edited != "").to_numpy(dtype=bool) & (rows >= 0)
    days = edited[known].to_numpy(dtype="datetime64[D]").astype(int)
    by_cell = pd.Series(days).groupby(rows[known])
    told = {}
    for name, values in (("last_edit", by_cell.max()), ("median_edit", by_cell.quantile(0.5, interpolation="lower"))):
        texts = np.full(n, "", dtype=object)
        texts[values.index.to_numpy(dtype=int)] = values.to_numpy().astype("datetime64[D]").astype(str)
        told[name] = texts
    return told


def _share(counts: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Divide; missing where there is nothing to divide by."""
    rate: np.ndarray = np.divide(counts, of, out=np.full(len(counts), np.nan), where=of > 0)
    return rate


def judge(found: pd.DataFrame, settings: Completeness) -> list[Mapping]:
    """Judge the mapping of each hexagon by its rates beside those of a fully mapped city.

    Creative spaces and amenities are found among named venues: these alone tell what is thin. Where fewer people than
    `min_residents` live, venues per street tell instead. Good mapping has its buildings too.

    Parameters
    ----------
    found : columns residents (missing when there is no source), street_km, venues_per_1000, venues_per_street_km and
        buildings_per_street_km.
    settings : references, shares of them, and the residents needed.
    """
    residents, street_km = found["residents"].fillna(0).to_numpy(), found["street_km"].to_numpy()
    venues = np.where(
        residents >= settings.min_residents,
        found["venues_per_1000"] / settings.venues_per_1000,
        found["venues_per_street_km"] / settings.venues_per_street_km,
    )
    buildings = found["buildings_per_street_km"].to_numpy() / settings.buildings_per_street_km
    # people without a street: the street is missing from the map, so nothing can be good
    thin = (street_km == 0) | ~(venues >= settings.thin_below)
    good = (venues >= settings.good_from) & (buildings >= settings.good_from)
    empty = (street_km == 0) & (residents == 0)
    return np.select([empty, thin, good], ["empty", "thin", "good"], "fair").tolist()  # type: ignore[no-any-return]


def map_completeness(
    area: shapely.Geometry,
    *,
    places: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    settings: Completeness,
    epsg: int,
) -> gpd.GeoDataFrame:
    """Count what is mapped in each hexagon of the study area, and judge it.

    Parameters
    ----------
    area : study area, EPSG:4326.
    places, edges, people : the tables places, street_edges and people; residents are missing when people is empty.
    settings : resolution and references.
    epsg : metric CRS.

    Returns
    -------
    the table completeness; an object counts where a point on it lies.
    """
    cells = hexagons_over(area, resolution=settings.h3_resolution, epsg=epsg)
    n = len(cells.ids)
    on = shapely.point_on_surface(places.geometry.to_numpy())
    xy = np.column_stack(reproject_xy(shapely.get_x(on), shapely.get_y(on), WGS84_EPSG, epsg))
    rows = cells.holding(np.asarray(shapely.points(xy)))
    tags = places["tags"].str
    venues = (tags.contains(VENUE, regex=True) & tags.contains(NAMED, regex=False)).to_numpy(dtype=bool)
    buildings = (tags.contains(BUILDING, regex=False) & ~tags.contains(NO_BUILDING, regex=False)).to_numpy(dtype=bool)
    settled = people[people["inside"]]
    residents = add_up(cells.holding(projected(settled, epsg)), settled["residents"].to_numpy(), n)
    street_km = street_metres(edges[edges["highway"] != "ferry"], cells, epsg) / METRES_PER_KM
    named_venues, built = add_up(rows, venues, n), add_up(rows, buildings, n)
    found = gpd.GeoDataFrame(
        {
            "hex_id": cells.ids,
            "residents": residents if len(people) else np.full(n, np.nan),
            "street_km": street_km,
            "named_venues": named_venues.astype(int),
            "buildings": built.astype(int),
            "venues_per_1000": _share(named_venues * PERSONS, residents),
            "venues_per_street_km": _share(named_venues, street_km),
            "buildings_per_street_km": _share(built, street_km),
            **_edit_dates(places["edited"], rows, n),
        },
        geometry=cells.shapes,
        crs=WGS84_EPSG,
    )
    found["mapping"] = judge(found, settings)
    return found[[column.name for column in COMPLETENESS.columns]]
