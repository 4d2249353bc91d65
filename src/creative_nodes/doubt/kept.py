"""Walks and rides measured once, from which every world reads its own.

On foot all costs are kept by band of entrances, those as near to a street as each snap distance, and read again at
another walking speed; a world then needs no search. By the main mode residents are counted at several limits, between
which a world reads at its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import TravelMode
from creative_nodes.reach import Survey, decayed
from creative_nodes.streets import (
    Entrances,
    StreetNetwork,
    Streets,
    cost_to_nearest,
    joined,
    near_costs,
    totals_within,
)


@dataclass(frozen=True, eq=False)
class Limits:
    """How far walks are kept.

    Attributes
    ----------
    link_minutes : between sites and spaces, at the run's speed.
    home_minutes : to homes, at the run's speed.
    metres : to what lies around.
    snaps : snap distances, rising, metres.
    """

    link_minutes: float
    home_minutes: float
    metres: float
    snaps: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Walks between places (rows) and homes (columns): a row a pair that is near enough, minutes at the run's speed."""

    place: np.ndarray
    home: np.ndarray
    minutes: np.ndarray


@dataclass(frozen=True, eq=False)
class Apart:
    """Metres from places to what lies around, those within reach alone.

    Attributes
    ----------
    at : number of each pair in the matrix, row by row, shape (pairs,).
    column : what it leads to, shape (pairs,).
    metres : shape (pairs,).
    shape : places x what lies around.
    """

    at: np.ndarray
    column: np.ndarray
    metres: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def of(cls, metres: np.ndarray) -> Apart:
        """Keep of a matrix what is finite."""
        at = np.flatnonzero(np.isfinite(metres))
        return cls(at, at % max(metres.shape[1], 1), metres.ravel()[at], metres.shape)

    def decay_sum(self, weights: np.ndarray, decay_per_m: float) -> np.ndarray:
        """Return what `reach.decayed` adds up to of each place, to the bit; `weights` have shape (columns,)."""
        out = np.zeros(self.shape)
        out.ravel()[self.at] = decayed(self.metres, weights[self.column], decay_per_m)
        return np.asarray(out.sum(axis=1))


@dataclass(frozen=True, eq=False)
class Walks:
    """All walks at one snap distance; minutes at the run's speed, infinite when farther than anybody asks.

    Attributes
    ----------
    met : which places a street meets, shape (places,).
    stations : minutes to the nearest rapid-transit station, shape (places,).
    spaces, between : minutes from places to spaces, and between spaces, shapes (places, spaces) and (spaces, spaces).
    sites : minutes between the sites, shape (sites, sites).
    space_m : metres from places to spaces, shape (places, spaces).
    amenity_m : to amenities.
    homes, served : pairs of places, and of spaces, with homes.
    """

    met: np.ndarray
    stations: np.ndarray
    spaces: np.ndarray
    between: np.ndarray
    sites: np.ndarray
    space_m: np.ndarray
    amenity_m: Apart
    homes: Pairs
    served: Pairs


@dataclass(frozen=True, eq=False)
class Around:
    """What walks are kept to and from; frames with geometry, EPSG:4326. `n_sites`: how many of the places are sites."""

    places: gpd.GeoDataFrame
    n_sites: int
    spaces: gpd.GeoDataFrame
    amenities: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    people: gpd.GeoDataFrame
    homes_within_m: float


# ---------------------------------------------------------------- bands of entrances


@dataclass(frozen=True, eq=False)
class _Banded:
    """Entrances told apart by how far from the street they are: each place and band is a place of its own.

    `place`, `band`: of each such place, shape (n,).
    """

    entrances: Entrances
    place: np.ndarray
    band: np.ndarray
    n_places: int

    @classmethod
    def of(
        cls,
        streets: Streets,
        network: StreetNetwork,
        frame: gpd.GeoDataFrame,
        snaps: Sequence[float],
        *,
        sites: bool = False,
    ) -> _Banded:
        """Join the rows of a frame to a network within the widest snap distance; sites all along their outlines."""
        wide = streets.under(streets.travel.model_copy(update={"snap_within_m": max(snaps)}))
        found = (wide.site_entrances if sites else wide.entrances)(network, streets.shapes(frame))
        band = np.searchsorted(np.asarray(snaps), found.leg_m)
        codes, number = np.unique(found.place * len(snaps) + band, return_inverse=True)
        place, bands = codes // len(snaps), codes % len(snaps)
        own = replace(found, place=number.ravel(), n_places=len(codes), gap_m=found.gap_m[place])
        return cls(own, place, bands, found.n_places)

    def up_to(self, band: int) -> Entrances:
        """Return the entrances of the places as they are under one snap distance."""
        kept = self.band[self.entrances.place] <= band
        one = self.entrances
        rows = (self.place[one.place[kept]], one.edge[kept], one.share[kept], one.leg_m[kept])
        return Entrances(*rows, self.n_places, np.full(self.n_places, np.nan))


def _least(costs: np.ndarray, rows: _Banded, columns: _Banded, band: int) -> np.ndarray:
    """Return the least costs between places from those between bands, of the bands up to one."""
    out = np.full((rows.n_places, len(columns.place)), np.inf)
    near = rows.band <= band
    np.minimum.at(out, rows.place[near], costs[near])
    whole = np.full((columns.n_places, rows.n_places), np.inf)
    near = columns.band <= band
    np.minimum.at(whole, columns.place[near], out.T[near])
    return np.ascontiguousarray(whole.T)


def _pairs(network: StreetNetwork, banded: _Banded, homes: Entrances, limit: float) -> tuple[np.ndarray, ...]:
    """Find the homes within a limit of each place and band: number of the band's place, home and minutes."""
    found = near_costs(network, banded.entrances, homes, limit=limit)
    return found.a, found.b, found.cost


def _pairs_up_to(found: tuple[np.ndarray, ...], banded: _Banded, band: int) -> Pairs:
    """Keep the least minutes of each place and home, of the bands up to one."""
    row, home, minutes = found
    near = banded.band[row] <= band
    place, home, minutes = banded.place[row[near]], home[near], minutes[near]
    order = np.lexsort((minutes, home, place))
    place, home, minutes = place[order], home[order], minutes[order]
    first = np.ones(len(place), dtype=bool)
    first[1:] = (np.diff(place) != 0) | (np.diff(home) != 0)
    return Pairs(place[first], home[first], minutes[first])


# ---------------------------------------------------------------- measuring


def keep_walks(streets: Streets, around: Around, limits: Limits) -> dict[float, Walks]:
    """Measure every walk that a world may ask for.

    Parameters
    ----------
    streets : street tables.
    around : places, the sites first, and what is around them.
    limits : how far.

    Returns
    -------
    walks by snap distance, metres.
    """
    walk, metric = streets.network("walk"), streets.network("walk", in_metres=True)
    snaps = limits.snaps
    sites = around.places.iloc[: around.n_sites]
    places, own = (_Banded.of(streets, walk, frame, snaps, sites=True) for frame in (around.places, sites))
    spaces, stations = (_Banded.of(streets, walk, frame, snaps) for frame in (around.spaces, around.stations))
    from_places = _Banded.of(streets, metric, around.places, snaps, sites=True)
    to_spaces, to_amenities = (_Banded.of(streets, metric, one, snaps) for one in (around.spaces, around.amenities))
    homes = streets.entrances(walk, streets.shapes(around.people), within_m=around.homes_within_m)
    far = {"limit": limits.link_minutes}
    # searched from the spaces: on foot a way takes as long there as back
    of_spaces = near_costs(walk, spaces.entrances, joined(places.entrances, spaces.entrances), **far).dense()
    minutes, between = np.split(of_spaces, [len(places.place)], axis=1)
    minutes = minutes.T
    among = near_costs(walk, own.entrances, own.entrances, **far).dense()
    around_m = joined(to_spaces.entrances, to_amenities.entrances)
    metres = near_costs(metric, from_places.entrances, around_m, limit=limits.metres).dense()
    space_m, amenity_m = np.split(metres, [len(to_spaces.place)], axis=1)
    near_homes, served = (_pairs(walk, one, homes, limits.home_minutes) for one in (places, spaces))
    return {
        snap: Walks(
            met=np.isin(np.arange(places.n_places), places.place[places.band <= band]),
            stations=cost_to_nearest(walk, places.up_to(band), stations.up_to(band)),
            spaces=_least(minutes, places, spaces, band),
            between=_least(between, spaces, spaces, band),
            sites=_least(among, own, own, band),
            space_m=_least(space_m, from_places, to_spaces, band),
            amenity_m=Apart.of(_least(amenity_m, from_places, to_amenities, band)),
            homes=_pairs_up_to(near_homes, places, band),
            served=_pairs_up_to(served, spaces, band),
        )
        for band, snap in enumerate(snaps)
    }


@dataclass(frozen=True, eq=False)
class Rides:
    """Residents within several times by the main mode.

    Attributes
    ----------
    limits : minutes, rising, shape (limits,).
    residents : shape (places, limits, sources); missing where the mode or residents are not known.
    """

    limits: np.ndarray
    residents: np.ndarray

    def within(self, minutes: float, source: int) -> np.ndarray:
        """Return the residents within a time, evenly between the limits it lies between, shape (places,)."""
        right = int(np.clip(np.searchsorted(self.limits, minutes), 1, len(self.limits) - 1))
        low, high = self.limits[right - 1], self.limits[right]
        if minutes in self.limits:
            # to the bit what was counted
            return np.asarray(self.residents[:, int(np.flatnonzero(self.limits == minutes)[0]), source])
        share = (minutes - low) / (high - low)
        before, after = self.residents[:, right - 1, source], self.residents[:, right, source]
        return np.asarray(before + share * (after - before))


def keep_rides(
    survey: Survey, mode: TravelMode, people: gpd.GeoDataFrame, amounts: np.ndarray, limits: Sequence[float]
) -> Rides:
    """Count residents within several times by the main mode, from one search.

    Parameters
    ----------
    survey : the places.
    mode : the city's main mode.
    people : cells of all sources.
    amounts : residents by cell and source, shape (cells, sources).
    limits : minutes.
    """
    at = np.unique(np.asarray(limits, dtype=float))
    found = np.full((len(survey.sites), len(at), amounts.shape[1]), np.nan)
    if survey.streets.has(mode) and len(people):
        network = survey.streets.network(mode)
        gates = survey.gates(network)
        homes = survey.streets.entrances(network, survey.streets.shapes(people), within_m=survey.homes_within_m)
        counted = totals_within(network, gates, homes, amounts, limits=at.tolist())
        found[gates.has_entrance()] = counted[gates.has_entrance()]
    return Rides(at, found)


def all_sources(sources: Sequence[gpd.GeoDataFrame]) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Put the residents of several sources beside each other.

    Parameters
    ----------
    sources : tables people on the same grid.

    Returns
    -------
    the cells that any source has, and the residents of each, shape (cells, sources).
    """
    cells = pd.concat([one[["cell_id", "geometry"]] for one in sources]).drop_duplicates("cell_id", ignore_index=True)
    columns = [one.set_index("cell_id")["residents"].reindex(cells["cell_id"]).fillna(0.0) for one in sources]
    return gpd.GeoDataFrame(cells, crs=sources[0].crs), np.column_stack(columns)
