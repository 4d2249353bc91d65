"""Do creative spaces stand near industrial heritage? Cross-K along streets against relabelling (METHOD section 6).

The curve is the mean number of creative spaces within d metres of a heritage site. It is the network cross-K function
of Okabe and Yamada (2001, Geographical Analysis 33) times the density of creative spaces per metre of street: the
division by that density is left out, because a count can be pictured and the test is the same.

Random relabelling: pool the points of both kinds, shuffle the labels among them, count again. The points stay where
they are, so neither the shape of the city nor its edge, nor that everything crowds in the centre, can pass for
co-location; what is tested is whether the two kinds are mixed as chance would mix them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import tables
from creative_nodes.network.settings import ClusterSettings
from creative_nodes.network.tables import COLOCATION
from creative_nodes.streets import Entrances, Near, StreetNetwork, Streets, joined, near_costs, written_out

OUTSIDE_EACH_SIDE = 0.025  # of the relabellings, for a pointwise 95 % envelope
ROUNDING = 1e-9


@dataclass(frozen=True)
class Pairs:
    """Ordered pairs of different points within reach: from `a` to `b`, in the distance step `step` (0 is the first).

    They are ordered by `a`; those of point i begin at `first[i]`, shape (n_points + 1,).
    """

    b: np.ndarray
    step: np.ndarray
    first: np.ndarray
    n_points: int
    n_steps: int


def pairs_within(walks: Near, distances: np.ndarray) -> Pairs:
    """List the ordered pairs of points by the first of the distances that holds them.

    Parameters
    ----------
    walks : metres between the points along streets; the shorter of both directions counts.
    distances : rising distances of the curve, metres.
    """
    both, n = walks.either_way(), walks.shape[0]
    step = np.searchsorted(distances, both.cost - ROUNDING)
    near = step < len(distances)
    first = np.searchsorted(both.a[near], np.arange(n + 1))
    return Pairs(both.b[near].astype(np.int32), step[near].astype(np.int32), first, n, len(distances))


def cross_k(pairs: Pairs, is_heritage: np.ndarray) -> np.ndarray:
    """Return the mean number of creative spaces within each distance of a heritage site, shape (n_steps,).

    Parameters
    ----------
    pairs : of the pooled points.
    is_heritage : which points are heritage, shape (n_points,); at least one is.
    """
    sites = np.flatnonzero(is_heritage)
    _, mine = written_out(pairs.first[sites], np.diff(pairs.first)[sites])
    mine = mine[~is_heritage[pairs.b[mine]]]
    counts = np.bincount(pairs.step[mine], minlength=pairs.n_steps)
    mean: np.ndarray = np.cumsum(counts) / np.sum(is_heritage)
    return mean


def expected_k(pairs: Pairs, n_heritage: int) -> np.ndarray:
    """Return the mean of `cross_k` over every relabelling: creative spaces times the share of near pairs.

    Parameters
    ----------
    pairs : pairs of all points within reach.
    n_heritage : how many of them are heritage.
    """
    n = pairs.n_points
    if n < 2:
        return np.zeros(pairs.n_steps)
    near = np.cumsum(np.bincount(pairs.step, minlength=pairs.n_steps))
    return (n - n_heritage) * near / (n * (n - 1))


def global_p(observed: np.ndarray, relabelled: np.ndarray, expected: np.ndarray) -> float:
    """Return the p-value of the curve as a whole, by its largest studentised deviation.

    Deviations are divided by their spread at each distance, or the far distances, where counts are large, would decide
    alone: the studentised maximum absolute deviation test of Myllymäki, Grabarnik, Seijo and Stoyan (2015, Spatial
    Statistics 11). The spread is taken over all curves, the observed one too, so that the test keeps its level.

    Parameters
    ----------
    observed : the curve, shape (distances,).
    relabelled : curves of the relabellings, shape (relabellings, distances).
    expected : mean curve under relabelling, shape (distances,).
    """
    off = np.abs(np.vstack([observed, relabelled]) - expected)
    spread = np.sqrt(np.mean(off**2, axis=0))
    varies = spread > ROUNDING
    if not varies.any():
        return 1.0
    largest = np.max(off[:, varies] / spread[varies], axis=1)
    return float(np.mean(largest >= largest[0] - ROUNDING))


def _same_object(heritage: pd.DataFrame, creative: pd.DataFrame) -> np.ndarray:
    """Tell which creative spaces are a heritage site themselves: they share an OSM object or a registry row."""
    objects = {osm_id for ids in heritage["osm_ids"] for osm_id in ids}
    rows = set(heritage["registry_id"]) - {""}
    shared = [any(osm_id in objects for osm_id in ids) for ids in creative["osm_ids"]]
    return np.array(shared, dtype=bool) | creative["registry_id"].isin(rows).to_numpy(dtype=bool)


def _stands(streets: Streets, walk: StreetNetwork, shapes: np.ndarray) -> Entrances:
    """Put each place at the street point nearest to its centroid, as a point without extent or leg.

    Works yards are larger than galleries: with all their entrances they would be near more of everything, whatever
    the labels. Places whose boundary no street comes near are left out.
    """
    reached = streets.entrances(walk, shapes).has_entrance()
    spots = streets.entrances(walk, shapely.centroid(shapes[reached]), within_m=np.inf)
    return replace(spots, leg_m=np.zeros(len(spots.place)))


def standing(heritage: gpd.GeoDataFrame, area: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the sites that count: confidence medium or high, not lost, in the study area (EPSG:4326).

    Parameters
    ----------
    heritage : the table heritage.
    area : study area, EPSG:4326.
    """
    kept = (heritage["tier"] != "low") & (heritage["status"] != "lost")
    return heritage[kept.to_numpy(dtype=bool) & shapely.intersects(heritage.geometry.to_numpy(), area)]


def colocate(
    heritage: gpd.GeoDataFrame,
    creative: gpd.GeoDataFrame,
    streets: Streets,
    walk: StreetNetwork,
    *,
    area: shapely.Geometry,
    settings: ClusterSettings,
    seed: int,
) -> pd.DataFrame:
    """Compare the cross-K curve of heritage and creative spaces with random relabellings.

    A site that became a creative space is in both tables: it counts once, as heritage, and the other spaces around it
    count. Converted sites count, for reuse is one way of standing together; lost ones do not.

    Parameters
    ----------
    heritage : the table heritage.
    creative : the table creative; the spaces inside the study area count.
    streets, walk : street tables and the walking network in metres.
    area : study area, EPSG:4326.
    settings : steps of the curve and number of relabellings.
    seed : seed of the relabellings.

    Returns
    -------
    the table colocation; empty when there are no sites or no spaces.
    """
    sites = standing(heritage, area)
    spaces = creative[creative["inside"]]
    same = _same_object(sites, spaces)
    ours = _stands(streets, walk, streets.shapes(sites))
    theirs = _stands(streets, walk, streets.shapes(spaces[~same]))
    m, n = ours.n_places, theirs.n_places
    if m == 0 or n == 0:
        none: pd.DataFrame = tables.empty(COLOCATION)
        return none
    steps = round(settings.colocation_max_m / settings.colocation_step_m)
    distances = settings.colocation_step_m * np.arange(1, steps + 1)
    spots = joined(ours, theirs)
    pairs = pairs_within(near_costs(walk, spots, spots, limit=distances[-1] + ROUNDING), distances)
    labels = np.arange(m + n) < m
    rng = np.random.default_rng(seed)
    relabelled = np.array([cross_k(pairs, rng.permutation(labels)) for _ in range(settings.relabellings)])
    observed, expected = cross_k(pairs, labels), expected_k(pairs, m)
    # of 199 curves the 5th from either end: as many of the 200 with the observed one lie outside
    beyond = max(1, round(OUTSIDE_EACH_SIDE * (settings.relabellings + 1)))
    ordered = np.sort(relabelled, axis=0)
    return pd.DataFrame(
        {
            "distance_m": distances,
            "k_observed": observed,
            "k_expected": expected,
            "k_low": ordered[beyond - 1],
            "k_high": ordered[-beyond],
            "n_heritage": m,
            "n_spaces": n,
            "n_same": int(same.sum()),
            "p_value": global_p(observed, relabelled, expected),
        }
    )
