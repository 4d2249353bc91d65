"""What a site reaches in a time, drawn from the streets reached: not circles, and not hulls across rivers.

Every street is sampled at fixed positions. A sample is reached when one end of its street is, and what is left of the
time covers the rest of the way, so a street that is reached in part counts in part. The cells of a fine grid that hold
reached samples, and the ground beside them, are joined to polygons. Two banks of a river are drawn as one only where
their streets are closer together than `Isochrones.joins_banks_m`; wider water stays open unless a bridge is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import geopandas as gpd
import numpy as np
import rasterio.features
import shapely
from rasterio.transform import from_origin
from scipy.ndimage import binary_dilation, label

from creative_nodes.common import M2_PER_KM2, WGS84_EPSG, TravelMode, reproject, tables
from creative_nodes.reach.settings import Isochrones
from creative_nodes.reach.tables import ISOCHRONES
from creative_nodes.streets import Entrances, StreetNetwork, Streets, node_costs

SAMPLES_PER_CELL = 2


@dataclass(frozen=True)
class Samples:
    """Positions along the streets of a network, in the order of its edges.

    Attributes
    ----------
    edge : index of the edge, shape (samples,).
    share : position along it, 0 at u and 1 at v, each in the middle of the piece it stands for.
    xy : metric CRS, shape (samples, 2).
    first : where the samples of each edge begin, shape (edges + 1,).
    """

    edge: np.ndarray
    share: np.ndarray
    xy: np.ndarray
    first: np.ndarray


def sample_streets(network: StreetNetwork, spacing_m: float) -> Samples:
    """Cut every street into equal pieces of at most `spacing_m` metres, and take the middle of each.

    Where no trip may end (a ferry in mid-river, a motorway) nothing is reached either, so there are no samples.

    Parameters
    ----------
    network : streets of one mode.
    spacing_m : metres.
    """
    count = np.maximum(1, np.ceil(network.length_m / spacing_m).astype(int)) * network.enterable
    first = np.concatenate([[0], np.cumsum(count)])
    edge = np.repeat(np.arange(len(count)), count)
    share = (np.arange(first[-1]) - first[edge] + 0.5) / count[edge]
    points = shapely.line_interpolate_point(network.lines[edge], share, normalized=True)
    return Samples(edge, share, shapely.get_coordinates(points), first)


def sample_costs(
    network: StreetNetwork, samples: Samples, doors: Entrances, place: int, at_node: np.ndarray
) -> np.ndarray:
    """Return the cost from one place to every sample, shape (samples,); infinite where there is no way.

    Parameters
    ----------
    network : streets of one mode.
    samples : positions on them.
    doors : entrances of the places.
    place : which place.
    at_node : its cost to every node, shape (nodes,).
    """
    edge, share = samples.edge, samples.share
    from_u = at_node[network.u[edge]] + share * network.forward[edge]
    from_v = at_node[network.v[edge]] + (1 - share) * network.backward[edge]
    costs: np.ndarray = np.minimum(from_u, from_v)
    # one who comes out in the middle of a street need not pass its ends
    for row in np.flatnonzero(doors.place == place):
        own = slice(samples.first[doors.edge[row]], samples.first[doors.edge[row] + 1])
        gone = share[own] - doors.share[row]
        along = np.where(gone >= 0, network.forward[doors.edge[row]], network.backward[doors.edge[row]])
        with np.errstate(invalid="ignore"):
            ride = np.where(gone == 0, 0.0, np.abs(gone) * along)
        costs[own] = np.minimum(costs[own], ride + doors.leg_m[row] * network.leg_cost_per_m)
    return costs


def _leg_points(
    network: StreetNetwork, doors: Entrances, place: int, shape: shapely.Geometry, spacing_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return points between a place and its entrances (metric CRS), and the cost of getting to each."""
    rows = np.flatnonzero(doors.place == place)
    ends = shapely.line_interpolate_point(network.lines[doors.edge[rows]], doors.share[rows], normalized=True)
    legs = shapely.shortest_line(np.full(len(ends), shape, dtype=object), ends)
    length = shapely.length(legs)
    count = np.ceil(length / spacing_m).astype(int) + 1
    leg = np.repeat(np.arange(len(legs)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    along = step * length[leg] / np.maximum(count[leg] - 1, 1)
    points = shapely.line_interpolate_point(legs[leg], along)
    return shapely.get_coordinates(points), along * network.leg_cost_per_m


def outline(xy: np.ndarray, settings: Isochrones) -> shapely.MultiPolygon:
    """Draw the ground around reached points.

    Parameters
    ----------
    xy : points in the metric CRS, shape (n, 2), no farther apart along a street than a cell.
    settings : grid, ground beside a street, holes and simplification.

    Returns
    -------
    valid polygons in the metric CRS; empty without points.
    """
    if not len(xy):
        return shapely.MultiPolygon()
    cell = settings.cell_m
    # whole cells of one grid for the whole city, so that neighbouring outlines fit; at least one, to close its corners
    reach = max(1, int(settings.beside_street_m // cell))
    column, row = np.floor(xy / cell).astype(int).T
    west, south = column.min() - reach - 1, row.min() - reach - 1
    marked = np.zeros((row.max() - south + reach + 2, column.max() - west + reach + 2), dtype=bool)
    marked[row - south, column - west] = True
    y, x = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    marked = binary_dilation(marked, structure=x**2 + y**2 <= reach**2)
    marked |= _small_holes(marked, settings.fill_holes_m2 / cell**2)
    to_metres = from_origin(west * cell, (south + marked.shape[0]) * cell, cell, cell)
    image = marked[::-1].astype(np.uint8)  # the first row of an image is the northernmost
    found = rasterio.features.shapes(image, mask=image, connectivity=4, transform=to_metres)
    parts = _polygons([shape["coordinates"] for shape, _ in found])
    drawn = shapely.union_all(shapely.make_valid(shapely.simplify(parts, settings.simplify_m)))
    return shapely.MultiPolygon([one for one in shapely.get_parts(drawn) if shapely.get_dimensions(one) == 2])


def _polygons(drawn: Sequence[Sequence[Sequence[tuple[float, float]]]]) -> np.ndarray:
    """Make polygons of their rings, the outer one first, all at once: outlines of a city have a million corners."""
    rings = list(chain.from_iterable(drawn))
    corners = np.array(list(chain.from_iterable(chain.from_iterable(rings)))).reshape(-1, 2)
    ring = np.repeat(np.arange(len(rings)), [len(one) for one in rings])
    polygon = np.repeat(np.arange(len(drawn)), [len(one) for one in drawn])
    return np.asarray(shapely.polygons(np.asarray(shapely.linearrings(corners, indices=ring)), indices=polygon))


def _small_holes(marked: np.ndarray, cells: float) -> np.ndarray:
    """Return which cells lie in holes of fewer than `cells`; the ground outside is none, and its corner is bare."""
    # ground that touches at corners hangs together, as marked ground does along sides
    hole, _ = label(~marked, structure=np.ones((3, 3)))
    small = np.bincount(hole.ravel()) < cells
    small[[0, hole[0, 0]]] = False
    found: np.ndarray = small[hole]
    return found


def draw_isochrones(sites: gpd.GeoDataFrame, streets: Streets, settings: Isochrones) -> gpd.GeoDataFrame:
    """Draw what each site reaches, by mode and minutes.

    Parameters
    ----------
    sites : columns site_id and geometry (EPSG:4326), e.g. the table candidates.
    streets : street tables.
    settings : times and drawing.

    Returns
    -------
    the table isochrones, by site, mode and minutes. A site that no street of a mode reaches has no row of that mode.
    """
    shapes = streets.shapes(sites)
    rows = [
        {"site_id": sites["site_id"].iloc[place], "mode": mode, "minutes": minutes, "drawn": drawn}
        for mode in settings.minutes
        if streets.has(mode)
        for place, minutes, drawn in _of_mode(streets, shapes, mode, settings)
    ]
    if not rows:
        return tables.empty(ISOCHRONES)
    order = {site: number for number, site in enumerate(sites["site_id"])}
    rows.sort(key=lambda row: order[row["site_id"]])
    drawn = np.array([row.pop("drawn") for row in rows], dtype=object)
    frame = gpd.GeoDataFrame(rows, geometry=reproject(drawn, streets.epsg, WGS84_EPSG), crs=WGS84_EPSG)
    frame["area_km2"] = shapely.area(drawn) / M2_PER_KM2
    return frame[[column.name for column in ISOCHRONES.columns]]


def _of_mode(
    streets: Streets, shapes: np.ndarray, mode: TravelMode, settings: Isochrones
) -> Iterator[tuple[int, float, shapely.MultiPolygon]]:
    """Yield (place, minutes, outline in the metric CRS) of one mode."""
    network = streets.network(mode)
    doors = streets.site_entrances(network, shapes)
    spacing_m = settings.cell_m / SAMPLES_PER_CELL
    samples = sample_streets(network, spacing_m)
    entered = doors.has_entrance()
    minutes = sorted(settings.minutes[mode])
    for rows, at_nodes in node_costs(network, doors, limit=minutes[-1]):
        for place, at_node in zip(rows[entered[rows]], at_nodes[entered[rows]], strict=True):
            costs = sample_costs(network, samples, doors, place, at_node)
            leg_xy, leg_costs = _leg_points(network, doors, place, shapes[place], spacing_m)
            for limit in minutes:
                reached = np.concatenate([samples.xy[costs <= limit], leg_xy[leg_costs <= limit]])
                yield int(place), limit, outline(reached, settings)
