"""How well residents are served today: minutes to the nearest core creative space, people around, supply per resident.

Figures stand by H3 hexagon of the study area. Residents and creative spaces in the buffer around it count for reach and
for the supply they share, so that hexagons near the rim are not underrated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array

from creative_nodes.common import WGS84_EPSG, Hexagons, TravelMode, add_up, hexagons_over
from creative_nodes.reach.settings import Accessibility, Reach, Zone
from creative_nodes.reach.tables import ACCESSIBILITY
from creative_nodes.streets import Entrances, Streets, cost_rows, cost_to_nearest, total_within

MAJOR_TIERS = ("core", "intermediate")
PER_RESIDENTS = 100_000


@dataclass(frozen=True)
class Settled:
    """Residents of a city, the hexagons that those of the study area live in, and their doors to the streets.

    Attributes
    ----------
    hexagons : cells over the study area.
    shapes : centres of the residents' grid cells, metric CRS, shape (cells,).
    residents : persons in each, shape (cells,).
    home : row of the hexagon each lies in, -1 outside the study area, shape (cells,).
    streets : street tables.
    link_m : metres: residents farther from any street are in nobody's reach.
    """

    hexagons: Hexagons
    shapes: np.ndarray
    residents: np.ndarray
    home: np.ndarray
    streets: Streets
    link_m: float
    _doors: dict[str, Entrances] = field(default_factory=dict, repr=False, compare=False)

    def doors(self, mode: TravelMode) -> Entrances:
        """Return where the residents' cells meet the streets of a mode; found once."""
        if mode not in self._doors:
            self._doors[mode] = self.join(mode, self.shapes)
        return self._doors[mode]

    def join(self, mode: TravelMode, places: np.ndarray) -> Entrances:
        """Join places (metric CRS) to the streets of a mode as the residents are."""
        return self.streets.entrances(self.streets.network(mode), places, within_m=self.link_m)

    @property
    def by_hexagon(self) -> np.ndarray:
        """Residents of each hexagon."""
        return add_up(self.home, self.residents, len(self.hexagons.ids))

    def mean(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean over the residents of each hexagon, and the share of them it stands for.

        Values that are not finite are left out of the mean; it is missing where nothing is left or nobody lives.
        """
        n, known = len(self.hexagons.ids), np.isfinite(values)
        counted = np.where(known, self.residents, 0.0)
        sums, of = add_up(self.home, counted * np.where(known, values, 0.0), n), add_up(self.home, counted, n)
        return _divide(sums, of), _divide(of, self.by_hexagon)

    def middles(self) -> np.ndarray:
        """Return the middle of each hexagon (metric CRS): of its residents, else a point on its part inside."""
        n, total = len(self.hexagons.ids), self.by_hexagon
        x, y = (
            _divide(add_up(self.home, self.residents * xy, n), total) for xy in shapely.get_coordinates(self.shapes).T
        )
        points: np.ndarray = shapely.point_on_surface(self.hexagons.parts)
        points[total > 0] = shapely.points(x[total > 0], y[total > 0])
        return points


def _divide(amounts: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Divide; missing where there is nothing to divide by."""
    rate: np.ndarray = np.divide(amounts, of, out=np.full(len(amounts), np.nan), where=of > 0)
    return rate


def settle(people: gpd.GeoDataFrame, hexagons: Hexagons, streets: Streets, link_m: float) -> Settled:
    """Put the residents of the study area in its hexagons; `people` is the table people.

    Parameters
    ----------
    people : the table people.
    hexagons : cells over the study area.
    streets : street tables.
    link_m : metres: residents farther from any street are in nobody's reach.
    """
    shapes, residents = streets.shapes(people), people["residents"].to_numpy(dtype=float)
    home = np.where(people["inside"].to_numpy(dtype=bool), hexagons.holding(shapes), -1)
    return Settled(hexagons, shapes, residents, home, streets, link_m)


# ---------------------------------------------------------------- supply against demand


def zone_weights(minutes: np.ndarray, zones: list[Zone]) -> np.ndarray:
    """Return the weight of each walking time: of the first zone that reaches as far; 0 beyond the last.

    Parameters
    ----------
    minutes : walking times, any shape.
    zones : from the nearest outwards.
    """
    ends = np.array([zone.up_to_minutes for zone in zones])
    weights = np.array([*(zone.weight for zone in zones), 0.0])
    return np.asarray(weights[np.searchsorted(ends, minutes, side="left")])


def catchment_supply(weights: csr_array, supply: np.ndarray, demand: np.ndarray) -> np.ndarray:
    """Return the supply per head of each demand: enhanced two-step floating catchment area.

    Luo and Qi, Health & Place 15 (2009), equations 2 and 3. First each supply is shared among the demand around it,
    R_j = S_j / sum_k P_k W_jk; then each demand adds up its shares, A_i = sum_j R_j W_ji.

    Parameters
    ----------
    weights : W, shape (supplies, demands); 0 beyond the last zone.
    supply : S, shape (supplies,).
    demand : P, persons, shape (demands,).
    """
    around = weights @ demand
    shares = np.divide(supply, around, out=np.zeros(len(supply)), where=around > 0)
    return np.asarray(weights.T @ shares)


def _supply_per_head(settled: Settled, creative: gpd.GeoDataFrame, settings: Accessibility, reach: Reach) -> np.ndarray:
    """Return the weighted creative spaces per resident of each of the residents' cells, shape (cells,)."""
    offered = creative[creative["tier"].isin(settings.supply_tiers)]
    streets = settled.streets
    walk = streets.network("walk")
    row, column, value = [], [], []
    # searched from the few spaces: on foot a way takes as long there as back
    for rows, minutes in cost_rows(
        walk,
        streets.entrances(walk, streets.shapes(offered)),
        settled.doors("walk"),
        limit=settings.zones[-1].up_to_minutes,
    ):
        k, cell = np.nonzero(np.isfinite(minutes))
        row.append(rows[k])
        column.append(cell)
        value.append(zone_weights(minutes[k, cell], settings.zones))
    shape = (len(offered), len(settled.residents))
    if not row:
        return np.zeros(shape[1])
    weights = coo_array((np.concatenate(value), (np.concatenate(row), np.concatenate(column))), shape=shape).tocsr()
    supply = offered["tier"].map(dict(reach.tier_weight)).to_numpy(dtype=float)
    return catchment_supply(weights, supply, settled.residents)


# ---------------------------------------------------------------- time and people around


def _minutes_to_nearest(streets: Streets, mode: TravelMode, starts: Entrances, venues: gpd.GeoDataFrame) -> np.ndarray:
    """Return the minutes from places to the nearest venue, shape (places,); infinite where there is no way."""
    if venues.empty or not starts.n_places:
        return np.full(starts.n_places, np.inf)
    network = streets.network(mode)
    return cost_to_nearest(network, starts, streets.entrances(network, streets.shapes(venues)))


def _nearest_columns(settled: Settled, middles: np.ndarray, creative: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """Return minutes_<mode> and unreachable_<mode> of every mode; missing for those the city has not."""
    core = creative[creative["tier"] == "core"]
    bare = settled.by_hexagon == 0
    found: dict[str, np.ndarray] = {}
    for mode in get_args(TravelMode):
        minutes, reached = np.full(len(bare), np.nan), np.full(len(bare), np.nan)
        if settled.streets.has(mode):
            to_core = _minutes_to_nearest(settled.streets, mode, settled.doors(mode), core)
            minutes, reached = settled.mean(to_core)
            alone = _minutes_to_nearest(settled.streets, mode, settled.join(mode, middles[bare]), core)
            minutes[bare] = np.where(np.isfinite(alone), alone, np.nan)
        found[f"minutes_{mode}"], found[f"unreachable_{mode}"] = minutes, np.clip(1 - reached, 0, 1)
    return found


def _residents_around(settled: Settled, middles: np.ndarray, mode: TravelMode, minutes: float) -> np.ndarray:
    """Return the residents within minutes of each hexagon's middle; missing where no street of the mode is near."""
    starts = settled.join(mode, middles)
    around = total_within(settled.streets.network(mode), starts, settled.doors(mode), settled.residents, limit=minutes)
    return np.where(starts.has_entrance(), around, np.nan)


def _service_columns(
    settled: Settled, creative: gpd.GeoDataFrame, settings: Accessibility, reach: Reach
) -> dict[str, np.ndarray]:
    """Return supply_per_100k, unserved_share and underserved, of the residents who live near a street.

    Where no street is mapped nobody can tell who is served, and nothing is said of it.
    """
    near = settled.doors("walk").has_entrance()
    supply, known = settled.mean(np.where(near, _supply_per_head(settled, creative, settings, reach), np.nan))
    major = creative[creative["tier"].isin(MAJOR_TIERS)]
    minutes = _minutes_to_nearest(settled.streets, "walk", settled.doors("walk"), major)
    unserved, _ = settled.mean(np.where(near, minutes > reach.walk_minutes, np.nan))
    many = np.nan_to_num(known) * settled.by_hexagon >= settings.underserved_min_residents
    return {
        "supply_per_100k": supply * PER_RESIDENTS,
        "unserved_share": unserved,
        "underserved": many & (unserved > settings.underserved_share),
    }


def map_accessibility(
    area: shapely.Geometry,
    *,
    people: gpd.GeoDataFrame,
    creative: gpd.GeoDataFrame,
    streets: Streets,
    settings: Accessibility,
    reach: Reach,
    main_mode: TravelMode,
    link_within_m: float,
) -> gpd.GeoDataFrame:
    """Measure how well the residents of each hexagon are served today.

    Parameters
    ----------
    area : study area, EPSG:4326.
    people, creative : the tables people and creative, of study area and buffer.
    streets : street tables.
    settings : hexagons, zones of supply, what counts as underserved.
    reach : walk_minutes, ride_minutes and tier_weight.
    main_mode : mode of residents_ride.
    link_within_m : metres: residents farther from any street are in nobody's reach.

    Returns
    -------
    the table accessibility. What counts residents is missing when `people` is empty.
    """
    hexagons = hexagons_over(area, resolution=settings.h3_resolution, epsg=streets.epsg)
    settled = settle(people, hexagons, streets, link_within_m)
    middles = settled.middles()
    columns = _nearest_columns(settled, middles, creative)
    n = len(hexagons.ids)
    counted = ("residents", "residents_walk", "residents_ride", "supply_per_100k", "unserved_share")
    columns |= {**{name: np.full(n, np.nan) for name in counted}, "underserved": np.zeros(n, dtype=bool)}
    if len(people):
        columns["residents"] = settled.by_hexagon
        columns["residents_walk"] = _residents_around(settled, middles, "walk", reach.walk_minutes)
        columns["residents_ride"] = _residents_around(settled, middles, main_mode, reach.ride_minutes)
        columns |= _service_columns(settled, creative, settings, reach)
    found = gpd.GeoDataFrame({"hex_id": hexagons.ids, **columns}, geometry=hexagons.shapes, crs=WGS84_EPSG)
    return found[[column.name for column in ACCESSIBILITY.columns]]
