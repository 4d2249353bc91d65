"""Options: the sites to choose from, and what each would do for residents and for the creative network."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from creative_nodes.choose import siting
from creative_nodes.choose.settings import Portfolio as Settings
from creative_nodes.choose.siting import Aim
from creative_nodes.network import NetworkSettings, space_links
from creative_nodes.score import in_ranking
from creative_nodes.streets import Streets, cost_rows, cost_to_nearest, costs_between

FACILITIES = ("core", "intermediate")  # the spaces that count as serving people, as for newly_served


@dataclass(frozen=True)
class Walks:
    """How people walk.

    `minutes` on foot within which a space serves people; `link_within_m`: residents farther than so many metres from
    any street are in nobody's reach.
    """

    minutes: float
    link_within_m: float


@dataclass(frozen=True)
class Demand:
    """Residents and their walks.

    `residents`, `today` (minutes to the nearest facility of today, infinite when none can be reached) and `inside` (of
    the study area) have a value a cell, shape (cells,). `helped`: the cells that some site is nearer to than that,
    shape (h,); `minutes`: from them to each site, shape (h, n), infinite when farther than anybody asks for.
    """

    residents: np.ndarray
    today: np.ndarray
    inside: np.ndarray
    helped: np.ndarray
    minutes: np.ndarray

    def covering(self, limit: float) -> Aim:
        """Return the aim of residents newly within `limit` minutes; all residents read count, as for newly_served."""
        return siting.covering(self.minutes, self.today[self.helped], self.residents[self.helped], limit=limit)

    def reaching(self, limit: float) -> Aim:
        """Return the same aim for residents of the study area only."""
        return siting.covering(self.minutes, self.today[self.helped], self._own[self.helped], limit=limit)

    def saving(self, cap: float) -> Aim:
        """Return the aim of person-minutes that residents of the study area save."""
        return siting.saving(self.minutes, self.today[self.helped], self._own[self.helped], cap=cap)

    def far(self, limit: float) -> float:
        """Return how many residents of the study area are farther than `limit` minutes from the facilities of today."""
        return float(self._own[self.today > limit].sum())

    def mean_minutes(self, saved: float, cap: float) -> float:
        """Return the mean walk in the study area when so many person-minutes are saved; missing without residents."""
        if not self._own.sum() > 0:
            return np.nan
        return siting.mean_minutes(self.today, self._own, saved, cap=cap)

    @property
    def _own(self) -> np.ndarray:
        return np.where(self.inside, self.residents, 0.0)


@dataclass(frozen=True)
class Joining:
    """What sites join: `sizes` of the parts of the network, which parts each site touches, which sites touch another.

    Shapes (parts,), (n, parts) and (n, n).
    """

    sizes: np.ndarray
    touches: np.ndarray
    between: np.ndarray

    def connectivity(self, chosen: np.ndarray) -> float:
        """Return C with the chosen sites (flags) as stepping stones, the number of spaces unchanged.

        The parts that chosen sites join, directly or through one another, become one.
        """
        if not self.sizes.sum():
            return 0.0
        n_parts, rows = len(self.sizes), np.flatnonzero(chosen)
        site, part = np.nonzero(self.touches[rows])
        one, other = np.nonzero(self.between[np.ix_(rows, rows)])
        a, b = np.concatenate([site, one]) + n_parts, np.concatenate([part, other + n_parts])
        graph = coo_array((np.ones(len(a)), (a, b)), shape=(n_parts + len(rows),) * 2)
        label = connected_components(graph, directed=False)[1][:n_parts]
        joined = np.bincount(label, weights=self.sizes)
        return float(np.sum((joined / self.sizes.sum()) ** 2))

    def useful(self) -> np.ndarray:
        """Tell which sites could raise C with or without others: they touch two parts, or another site."""
        return np.asarray((self.touches.sum(axis=1) > 1) | self.between.any(axis=1))


@dataclass(frozen=True)
class Options:
    """The sites to choose from, best score first, and what they would do.

    `sites` has site_id, score, heritage_class and area_m2; `demand` is None when residents are not known; `left_out`
    counts candidates out of reach.
    """

    sites: pd.DataFrame
    demand: Demand | None
    joining: Joining
    left_out: int = 0

    def costs(self, settings: Settings) -> np.ndarray:
        """Return the cost of each site in the config's currency; missing where the area is not known."""
        rate = self.sites["heritage_class"].map(dict(settings.cost_per_m2)).fillna(settings.cost_per_m2["default"])
        return np.asarray((self.sites["area_m2"] * rate).to_numpy(dtype=float))


def measure_demand(
    streets: Streets,
    sites: gpd.GeoDataFrame,
    creative: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    *,
    limit: float,
    link_within_m: float,
) -> Demand | None:
    """Measure the walks from homes to sites and to the spaces of today.

    Parameters
    ----------
    streets : street tables.
    sites : sites to choose from.
    creative : the table creative, study area and buffer; core and intermediate spaces are the facilities of today.
    people : the table people.
    limit : minutes: longer walks to a site count as none.
    link_within_m : metres: residents farther than this from any street are in nobody's reach.

    Returns
    -------
    None when residents are not known.
    """
    if people.empty:
        return None
    walk = streets.network("walk")
    homes = streets.entrances(walk, streets.shapes(people), within_m=link_within_m)
    facilities = creative[creative["tier"].isin(FACILITIES)]
    today = cost_to_nearest(walk, homes, streets.entrances(walk, streets.shapes(facilities)))
    doors = streets.site_entrances(walk, streets.shapes(sites))
    kept = []
    for rows, minutes in cost_rows(walk, doors, homes, limit=limit):
        row, cell = np.nonzero(minutes < today)
        kept.append((rows[row], cell, minutes[row, cell]))
    site, cell, walked = (np.concatenate(part) for part in zip(*kept, strict=True)) if kept else [np.zeros(0, int)] * 3
    helped, row = np.unique(cell, return_inverse=True)
    table = np.full((len(helped), len(sites)), np.inf)
    table[row, site] = walked
    return Demand(
        residents=people["residents"].to_numpy(dtype=float),
        today=today,
        inside=people["inside"].to_numpy(dtype=bool),
        helped=helped,
        minutes=table,
    )


def measure_joining(
    streets: Streets, sites: gpd.GeoDataFrame, creative: gpd.GeoDataFrame, network: NetworkSettings
) -> Joining:
    """Measure which parts of the creative network, and which other sites, each site can walk to in the link time.

    Parameters
    ----------
    streets : street tables.
    sites : sites to choose from.
    creative : the table creative; spaces inside the study area make the network.
    network : the link time, minutes.
    """
    spaces = creative[creative["inside"]]
    walk = streets.network("walk")
    doors = streets.site_entrances(walk, streets.shapes(sites))
    venues = streets.entrances(walk, streets.shapes(spaces))
    parts = space_links(streets, spaces, network.link_minutes).parts()
    reached = np.isfinite(costs_between(walk, doors, venues, limit=network.link_minutes))
    apart = costs_between(walk, doors, doors, limit=network.link_minutes)
    between = np.isfinite(np.minimum(apart, apart.T)) & ~np.eye(len(sites), dtype=bool)
    sizes = np.bincount(parts)
    touches = np.zeros((len(sites), len(sizes)), dtype=bool)
    site, space = np.nonzero(reached)
    touches[site, parts[space]] = True
    return Joining(sizes, touches, between)


def measure_options(
    candidates: gpd.GeoDataFrame,
    scores: pd.DataFrame,
    creative: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    streets: Streets,
    *,
    settings: Settings,
    walks: Walks,
    network: NetworkSettings,
) -> Options:
    """Measure what the known and likely candidates that can be reached would do, together.

    Parameters
    ----------
    candidates, scores, creative, people : tables.
    streets : street tables.
    settings, network : settings.
    walks : how people walk.
    """
    scored = candidates.merge(scores[["site_id", "score"]], on="site_id", how="left")
    usable = scored[in_ranking(scored)].sort_values(["score", "site_id"], ascending=[False, True])
    # a typical area scores, but nobody pays for it
    usable = usable.assign(area_m2=usable["site_capacity"].mask(usable["area_unknown"])).reset_index(drop=True)
    limit = max(walks.minutes, settings.far_minutes, settings.max_minutes)
    return Options(
        sites=pd.DataFrame(usable[["site_id", "score", "heritage_class", "area_m2"]]),
        demand=measure_demand(streets, usable, creative, people, limit=limit, link_within_m=walks.link_within_m),
        joining=measure_joining(streets, usable, creative, network),
        left_out=len(candidates) - len(usable),
    )
