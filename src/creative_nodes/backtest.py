"""Back-test: would the ranking have picked the sites that were converted? (METHOD section 9).

Each converted site is scored as if it were still unconverted, among the candidates of its city, one at a time. Every
creative space and amenity in it or close by is taken out of the city first, for all sites, because the conversion may
have brought them. Only criteria that the conversion cannot have changed afterwards are used: where people live, what
lies around, the network. What is known of a site itself (status, listing, size of the outline) is often known
*because* it was converted, so it stays out.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes import tables
from creative_nodes.config import Backtest, Candidates, Network, Reach, Score, TravelMode
from creative_nodes.connectivity import Links, relay, space_links
from creative_nodes.geo import WGS84_EPSG, reproject
from creative_nodes.reach import MAJOR, Survey, World, measure
from creative_nodes.score import criteria_in_use, normalised
from creative_nodes.spillover import Around, look_around, spillover
from creative_nodes.travel import times
from creative_nodes.travel.network import Entrances
from creative_nodes.travel.network import Network as StreetNetwork
from creative_nodes.travel.streets import Streets

FIRST = 10
LOW, HIGH = 0.025, 0.975
FROM_AROUND = ("exchange", "neighbourhood", "diversity")


def converted_sites(heritage: gpd.GeoDataFrame, registry: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the sites that the registry knows as converted from industry and that are located."""
    known = registry[(registry["status"] == "converted") & registry["kind"].isin(["heritage", "both"])]
    return heritage[heritage["site_id"].isin(known["site_id"]) & (heritage["status"] == "converted")].reset_index(
        drop=True
    )


@dataclass(frozen=True)
class Rules:
    """The settings that the back-test measures and scores with."""

    backtest: Backtest
    reach: Reach
    network: Network
    candidates: Candidates
    score: Score
    main_mode: TravelMode
    link_within_m: float


@dataclass(frozen=True)
class _City:
    """What stays the same from one converted site to the next."""

    world: World
    around: Around
    links: Links
    linked: np.ndarray
    walk: StreetNetwork
    homes: Entrances
    venues: Entrances
    near_homes: np.ndarray
    rules: Rules

    def measure(self, without_space: np.ndarray, without_amenity: np.ndarray) -> dict[str, np.ndarray]:
        """Measure the criteria that spaces and amenities enter, as if some of these were not there."""
        creative, amenities = self.world.creative[~without_space], self.world.amenities[~without_amenity]
        around = Around(self.around.spaces[:, ~without_space], self.around.amenities[:, ~without_amenity])
        inside = self.world.creative["inside"].to_numpy()
        kept = ~without_space[inside]
        return {
            **spillover(around, creative, amenities, self.rules.reach).criteria,
            "relay": relay(self.links.of(kept).parts(), self.linked[:, kept]),
            "newly_served": self._newly_served(~without_space),
        }

    def _newly_served(self, kept: np.ndarray) -> np.ndarray:
        if self.world.people.empty:
            return np.full(len(self.near_homes), np.nan)
        major = kept & self.world.creative["tier"].isin(MAJOR).to_numpy()
        nearest = times.cost_to_nearest(self.walk, self.homes, self.venues.of(major))
        unserved = nearest > self.rules.reach.walk_minutes
        return np.asarray(self.near_homes @ (unserved * self.world.people["residents"].to_numpy(dtype=float)))


def _city(sites: gpd.GeoDataFrame, world: World, streets: Streets, rules: Rules) -> _City:
    walk, shapes = streets.network("walk"), streets.shapes(sites)
    doors = streets.entrances(walk, shapes)
    homes = streets.entrances(walk, streets.shapes(world.people), within_m=rules.link_within_m)
    spaces = world.creative[world.creative["inside"].to_numpy()]
    to_spaces = streets.entrances(walk, streets.shapes(spaces))
    limit = rules.reach.walk_minutes
    return _City(
        world=world,
        around=look_around(streets, shapes, world.creative, world.amenities, limit_m=rules.reach.max_distance_m),
        links=space_links(streets, spaces, rules.network.link_minutes),
        linked=np.isfinite(times.costs_between(walk, doors, to_spaces, limit=rules.network.link_minutes)),
        walk=walk,
        homes=homes,
        venues=streets.entrances(walk, streets.shapes(world.creative)),
        near_homes=np.isfinite(times.costs_between(walk, doors, homes, limit=limit)),
        rules=rules,
    )


def _brought(site: shapely.Geometry, frame: gpd.GeoDataFrame, streets: Streets, within_m: float) -> np.ndarray:
    """Return which rows lie in a site (metric CRS) or within metres of it."""
    found: np.ndarray = shapely.dwithin(streets.shapes(frame), site, within_m)
    return found


def back_test(
    converted: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    world: World,
    streets: Streets,
    rules: Rules,
    *,
    centre: tuple[float, float] | None,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score each converted site as if unconverted, among the candidates.

    Parameters
    ----------
    converted, candidates : rows of the table heritage.
    world : creative spaces, amenities, residents, stations.
    streets : street tables.
    rules : settings.
    centre : (longitude, latitude) of the city's centre, EPSG:4326, for the plain rule "closest to the centre"; without
        one the residents' mean position, without residents that of the spaces.
    seed : seed of the bootstrap.

    Returns
    -------
    the tables backtest (a row a converted site) and backtest_summary (a row a figure).
    """
    sites = gpd.GeoDataFrame(pd.concat([converted, candidates], ignore_index=True), crs=WGS84_EPSG)
    n = len(converted)
    if n == 0 or len(candidates) == 0:
        none = np.zeros((0, 1 + len(candidates)))
        return tables.empty("backtest"), summarise(none, none, n, rules.backtest, seed=seed)
    measured = measure(
        Survey(sites, world, streets, rules.link_within_m),
        # scores need neither the other modes nor a description of the streets
        reach=rules.reach.model_copy(update={"thresholds": {}}),
        network=rules.network,
        candidates=rules.candidates,
        main_mode=rules.main_mode,
        modes=tables.empty("modes"),
    ).candidates
    reachable = measured["reachable"].to_numpy()
    city, shapes = _city(sites, world, streets, rules), streets.shapes(sites)
    tested, rivals = np.flatnonzero(reachable[:n]), n + np.flatnonzero(reachable[n:])
    rows = []
    scores = np.zeros((len(tested), 1 + len(rivals)))
    for row, p in enumerate(tested):
        spaces, amenities = (
            _brought(shapes[p], frame, streets, rules.backtest.hide_within_m)
            for frame in (world.creative, world.amenities)
        )
        run = measured.assign(**city.measure(spaces, amenities)).iloc[[p, *rivals]]
        scores[row] = _scores(run, rules)
        rows.append((int(spaces.sum()), int(amenities.sum())))
    away = shapely.distance(shapes, shapely.Point(_middle(centre, world, streets)))
    by_centre = np.column_stack([-away[tested], np.tile(-away[rivals], (len(tested), 1))])
    frame = _rows(measured.iloc[tested], converted.iloc[tested], np.array(rows).reshape(-1, 2), scores, by_centre)
    return frame, summarise(scores, by_centre, n, rules.backtest, seed=seed)


def _scores(run: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Score one converted site (first row) and its rivals by the criteria of the back-test."""
    allowed = {
        name: weight for name, weight in criteria_in_use(run, rules.score).items() if name in rules.backtest.criteria
    }
    weights = np.array(list(allowed.values()))
    total = weights.sum()
    found: np.ndarray = normalised(run, list(allowed), rules.score) @ (weights / total if total > 0 else weights)
    return np.round(found, 12)


def _middle(centre: tuple[float, float] | None, world: World, streets: Streets) -> np.ndarray:
    """Return the city's centre in the metric CRS, shape (2,)."""
    if centre is not None:
        return np.asarray(shapely.get_coordinates(reproject(shapely.Point(centre), WGS84_EPSG, streets.epsg))[0])
    frame = world.people if len(world.people) else world.creative
    xy = shapely.get_coordinates(shapely.centroid(streets.shapes(frame)))
    return np.asarray(np.average(xy, axis=0, weights=frame.get("residents")))


# ---------------------------------------------------------------- figures


def beaten(scores: np.ndarray) -> np.ndarray:
    """Return whether each tested site beats each rival: 1, 0, or 0.5 for a tie; shape (tested, rivals).

    Parameters
    ----------
    scores : a row a tested site: its own score first, then those of its rivals in the same run.
    """
    own, rivals = scores[:, :1], scores[:, 1:]
    return np.asarray((own > rivals) + 0.5 * (own == rivals))


def _rows(
    measured: pd.DataFrame, converted: pd.DataFrame, hidden: np.ndarray, scores: np.ndarray, by_centre: np.ndarray
) -> pd.DataFrame:
    """Make the table backtest."""
    won = beaten(scores)
    frame = measured[["site_id", *(c.name for c in tables.NAMES), "heritage_class"]].reset_index(drop=True)
    frame["hidden_spaces"], frame["hidden_amenities"] = hidden[:, 0], hidden[:, 1]
    frame["score"] = scores[:, 0]
    frame["rank"] = 1 + (scores[:, 1:] > scores[:, :1]).sum(axis=1)
    frame["rivals"] = scores.shape[1] - 1
    frame["percentile"] = won.mean(axis=1)
    frame["percentile_by_centre"] = beaten(by_centre).mean(axis=1)
    return frame.sort_values(["rank", "site_id"], ignore_index=True)


def _interval(won: np.ndarray, draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return the 95 % interval of the mean of a matrix over both its sides, by the bootstrap (Efron 1979).

    Tested sites and rivals are drawn anew, both, because both are samples. One of either says nothing of its spread.
    """
    n, m = won.shape
    if n < 2 or m < 2:
        return np.nan, np.nan
    rows = rng.multinomial(n, np.full(n, 1 / n), size=draws) / n
    columns = rng.multinomial(m, np.full(m, 1 / m), size=draws) / m
    means = np.einsum("dn,nm,dm->d", rows, won, columns, optimize=True)
    low, high = np.quantile(means, [LOW, HIGH])
    return float(low), float(high)


def precision_at(scores: np.ndarray, first: int) -> float:
    """Return the share of tested sites among the first of one list: each with its own score, rivals with their mean."""
    if scores.size == 0:
        return np.nan
    listed = np.concatenate([scores[:, 0], scores[:, 1:].mean(axis=0)])
    is_tested = np.arange(len(listed)) < len(scores)
    # of equal scores the rival stands first, so that a tie flatters nobody
    order = np.lexsort((is_tested, -listed))[:first]
    return float(is_tested[order].mean())


def summarise(
    scores: np.ndarray, by_centre: np.ndarray, n_converted: int, settings: Backtest, *, seed: int
) -> pd.DataFrame:
    """Make the table backtest_summary: how often a converted site beats a rival, and by distance to the centre alone.

    The area under the ROC curve is that chance (Hanley and McNeil 1982); here it equals the mean percentile, because
    every tested site has the same rivals.

    Parameters
    ----------
    scores, by_centre : a row a tested site: its own value first, then those of its rivals.
    n_converted : converted sites known, those out of reach among them.
    settings : number of bootstrap draws.
    seed : of the draws.
    """
    tested, rivals = len(scores), max(0, scores.shape[1] - 1)
    rng = np.random.default_rng(seed)
    found: list[tuple[str, float, float, float]] = [
        ("converted_sites", n_converted, np.nan, np.nan),
        ("tested_sites", tested, np.nan, np.nan),
        ("rivals", rivals, np.nan, np.nan),
    ]
    if tested and rivals:
        ours, plain = beaten(scores), beaten(by_centre)
        for name, won in (("auc", ours), ("auc_by_centre", plain), ("auc_lift", ours - plain)):
            found.append((name, float(won.mean()), *_interval(won, settings.bootstrap, rng)))
        base = tested / (tested + rivals)
        for name, values in (("precision_at_10", scores), ("precision_at_10_by_centre", by_centre)):
            found.append((name, precision_at(values, FIRST), np.nan, np.nan))
        found.append(("precision_by_chance", base, np.nan, np.nan))
    return pd.DataFrame(found, columns=["figure", "value", "low", "high"])


def in_words(summary: pd.DataFrame) -> str:
    """Say the summary in a line."""
    value = summary.set_index("figure")["value"]
    if "auc" not in value:
        return f"nothing to test: {value['tested_sites']:.0f} converted sites, {value['rivals']:.0f} rivals"
    n = f"{value['tested_sites']:.0f} converted sites"
    return f"AUC {value['auc']:.2f}, by distance to the centre {value['auc_by_centre']:.2f}, of {n}"
