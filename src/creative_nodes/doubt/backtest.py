"""Back-test: would the ranking have picked the sites that were converted? (METHOD section 9).

Each converted site is scored as if it were still unconverted, among the candidates of its city, one at a time. Every
creative space and amenity in it or close by is taken out of the city first, for all sites, because the conversion may
have brought them. Only criteria that the conversion cannot have changed afterwards are used: where people live, what
lies around, the network. What is known of a site itself (status, listing, size of the outline) is often known
*because* it was converted, so it stays out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array

from creative_nodes.common import NAMES, WGS84_EPSG, TravelMode, reproject, restore, tables
from creative_nodes.doubt.settings import Backtest
from creative_nodes.doubt.tables import BACKTEST, BACKTEST_PAIRS
from creative_nodes.network import (
    Chains,
    NetworkSettings,
    both_ways,
    network_gains,
    place_links,
)
from creative_nodes.reach import (
    MAJOR,
    Around,
    Candidates,
    Reach,
    Survey,
    World,
    look_around,
    measure_ranking,
    spillover_sums,
)
from creative_nodes.score import Scale, Score, value_of, weighted_sum
from creative_nodes.streets import Entrances, StreetNetwork, Streets, cost_to_nearest, costs_between

FIRST = 10
ALL_CITIES = "all"  # cities together
LOW, HIGH = 0.025, 0.975
FROM_AROUND = ("exchange", "neighbourhood", "diversity")


def converted_sites(heritage: gpd.GeoDataFrame, registry: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the sites that the registry knows as converted from industry and that are located.

    Parameters
    ----------
    heritage, registry : the tables of these names.
    """
    known = registry[(registry["status"] == "converted") & registry["kind"].isin(["heritage", "both"])]
    return heritage[heritage["site_id"].isin(known["site_id"]) & (heritage["status"] == "converted")].reset_index(
        drop=True
    )


@dataclass(frozen=True)
class BacktestRules:
    """What the back-test measures and scores with: settings, and the value functions of the city as it is."""

    backtest: Backtest
    reach: Reach
    network: NetworkSettings
    candidates: Candidates
    score: Score
    scales: Mapping[str, Scale]
    main_mode: TravelMode
    link_within_m: float

    @classmethod
    def read(cls, settings: str, scales: Mapping[str, Scale]) -> BacktestRules:
        """Read the rules back from the JSON of a rule's settings, with the value functions of the city."""
        plain = json.loads(settings)
        return cls(
            backtest=restore(settings, "analysis.backtest", Backtest),
            reach=restore(settings, "analysis.reach", Reach),
            network=restore(settings, "analysis.network", NetworkSettings),
            candidates=restore(settings, "analysis.candidates", Candidates),
            score=restore(settings, "analysis.score", Score),
            scales=scales,
            main_mode=plain["city.main_mode"],
            link_within_m=plain["analysis.people_grid.link_within_m"],
        )


@dataclass(frozen=True)
class _City:
    """What stays the same from one converted site to the next."""

    world: World
    around: Around
    links: csr_array
    linked: csr_array
    walk: StreetNetwork
    homes: Entrances
    venues: Entrances
    near_homes: np.ndarray
    rules: BacktestRules

    def measure(self, without_space: np.ndarray, without_amenity: np.ndarray) -> dict[str, np.ndarray]:
        """Measure the criteria that spaces and amenities enter, as if some of these were not there."""
        creative, amenities = self.world.creative[~without_space], self.world.amenities[~without_amenity]
        around = Around(self.around.spaces[:, ~without_space], self.around.amenities[:, ~without_amenity])
        inside = self.world.creative["inside"].to_numpy()
        kept = ~without_space[inside]
        return {
            **spillover_sums(around, creative, amenities, self.rules.reach).criteria,
            "network_gain": network_gains(Chains.of(self.links[kept][:, kept]), self.linked[:, kept])[:, 0],
            "newly_served": self._newly_served(~without_space),
        }

    def _newly_served(self, kept: np.ndarray) -> np.ndarray:
        if self.world.people.empty:
            return np.full(len(self.near_homes), np.nan)
        major = kept & self.world.creative["tier"].isin(MAJOR).to_numpy()
        nearest = cost_to_nearest(self.walk, self.homes, self.venues.of(major))
        unserved = nearest > self.rules.reach.walk_minutes
        return np.asarray(self.near_homes @ (unserved * self.world.people["residents"].to_numpy(dtype=float)))


def _city(sites: gpd.GeoDataFrame, world: World, streets: Streets, rules: BacktestRules) -> _City:
    walk, shapes = streets.network("walk"), streets.shapes(sites)
    doors = streets.site_entrances(walk, shapes)
    homes = streets.entrances(walk, streets.shapes(world.people), within_m=rules.link_within_m)
    spaces = world.creative[world.creative["inside"].to_numpy()]
    to_spaces = streets.entrances(walk, streets.shapes(spaces))
    limit = rules.reach.walk_minutes
    return _City(
        world=world,
        around=look_around(streets, shapes, world.creative, world.amenities, limit_m=rules.reach.max_distance_m),
        links=both_ways(place_links(walk, to_spaces, to_spaces, rules.network.rule())),
        linked=place_links(walk, doors, to_spaces, rules.network.rule()),
        walk=walk,
        homes=homes,
        venues=streets.entrances(walk, streets.shapes(world.creative)),
        near_homes=np.isfinite(costs_between(walk, doors, homes, limit=limit)),
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
    rules: BacktestRules,
    *,
    centre: tuple[float, float] | None,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
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
    the tables backtest (a row a converted site), backtest_pairs (a row a converted site and rival) and
    backtest_summary (a row a figure).
    """
    sites = gpd.GeoDataFrame(pd.concat([converted, candidates], ignore_index=True), crs=WGS84_EPSG)
    n = len(converted)
    if n == 0 or len(candidates) == 0:
        none = np.zeros((0, 1 + len(candidates)))
        summary = summarise(none, none, n, rules.backtest, seed=seed)
        return tables.empty(BACKTEST), tables.empty(BACKTEST_PAIRS), summary
    measured = measure_ranking(
        Survey(sites, world, streets, rules.link_within_m),
        reach=rules.reach,
        network=rules.network,
        candidates=rules.candidates,
        main_mode=rules.main_mode,
    )
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
    frame = _rows(measured.iloc[tested], np.array(rows).reshape(-1, 2), scores, by_centre)
    ids = measured["site_id"].to_numpy(dtype=object)
    pairs = _pairs(ids[tested], ids[rivals], scores, by_centre)
    return frame, pairs, summarise(scores, by_centre, n, rules.backtest, seed=seed)


def _scores(run: pd.DataFrame, rules: BacktestRules) -> np.ndarray:
    """Score one converted site (first row) and its rivals by the criteria of the back-test.

    Values are those of the run: what is hidden beside one site hardly moves what is much in the city.
    """
    weights: dict[str, float] = {name: rules.score.weights[name] for name in rules.backtest.criteria}
    found = value_of(run, rules.scales, weights)
    return np.round(weighted_sum(found.matrix, found.weights), 12)


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


def _pairs(tested: np.ndarray, rivals: np.ndarray, scores: np.ndarray, by_centre: np.ndarray) -> pd.DataFrame:
    """Make the table backtest_pairs."""
    n, m = len(tested), len(rivals)
    return pd.DataFrame(
        {
            "site_id": np.repeat(tested, m),
            "rival_id": np.tile(rivals, n),
            "score": np.repeat(scores[:, 0], m),
            "rival_score": scores[:, 1:].ravel(),
            "beats": beaten(scores).ravel(),
            "beats_by_centre": beaten(by_centre).ravel(),
            "centre_m": np.repeat(-by_centre[:, 0], m),
            "rival_centre_m": -by_centre[:, 1:].ravel(),
        }
    )


def _rows(measured: pd.DataFrame, hidden: np.ndarray, scores: np.ndarray, by_centre: np.ndarray) -> pd.DataFrame:
    """Make the table backtest."""
    won = beaten(scores)
    frame = measured[["site_id", *(c.name for c in NAMES), "heritage_class"]].reset_index(drop=True)
    frame["hidden_spaces"], frame["hidden_amenities"] = hidden[:, 0], hidden[:, 1]
    frame["score"] = scores[:, 0]
    frame["rank"] = 1 + (scores[:, 1:] > scores[:, :1]).sum(axis=1)
    frame["rivals"] = scores.shape[1] - 1
    frame["percentile"] = won.mean(axis=1)
    frame["percentile_by_centre"] = beaten(by_centre).mean(axis=1)
    return frame.sort_values(["rank", "site_id"], ignore_index=True)


def _interval(cities: list[np.ndarray], draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return the 95 % interval of the mean of matrices, one a city, by the bootstrap (Efron 1979).

    Tested sites (all cities' together) and rivals (each city's own) are drawn anew, both, because both are samples. One
    of either says nothing of its spread.
    """
    n = sum(map(len, cities))
    if n < 2 or any(won.shape[1] < 2 for won in cities):
        return np.nan, np.nan
    rows = rng.multinomial(n, np.full(n, 1 / n), size=draws) / n
    means, begin = np.zeros(draws), 0
    for won in cities:
        m, end = won.shape[1], begin + len(won)
        columns = rng.multinomial(m, np.full(m, 1 / m), size=draws) / m
        means += np.einsum("dn,nm,dm->d", rows[:, begin:end], won, columns, optimize=True)
        begin = end
    low, high = np.quantile(means, [LOW, HIGH])
    return float(low), float(high)


def precision_at(cities: list[np.ndarray], first: int) -> float:
    """Return the share of tested sites among the first of one list of all cities, each at its place in its own city.

    The place of a site is the share of the others of its city that it beats, a tie counting half. Tested sites count
    with their own score, rivals with the mean of theirs over the runs.

    Parameters
    ----------
    cities : scores of each city, shape (tested sites, 1 + runs): own, then a rival's in each run.
    first : how many of the list count.
    """
    places, tested = [], []
    for scores in cities:
        listed = np.round(np.concatenate([scores[:, 0], scores[:, 1:].mean(axis=0)]), 12)
        above, tied = (listed[:, None] > listed).sum(axis=1), (listed[:, None] == listed).sum(axis=1) - 1
        places.append(np.round((above + 0.5 * tied) / (len(listed) - 1), 12))
        tested.append(np.arange(len(listed)) < len(scores))
    place, is_tested = np.concatenate(places), np.concatenate(tested)
    # of equal places the rival stands first, so that a tie flatters nobody
    order = np.lexsort((is_tested, -place))[:first]
    return float(is_tested[order].mean())


def _figures(
    ours: list[np.ndarray], plain: list[np.ndarray], settings: Backtest, seed: int
) -> list[tuple[str, float, float, float]]:
    """Return the figures of one or several cities, by score and by distance to the centre."""
    rng = np.random.default_rng(seed)
    won, beside = [beaten(scores) for scores in ours], [beaten(scores) for scores in plain]
    lift = [one - other for one, other in zip(won, beside, strict=True)]
    n = sum(map(len, won))
    found = []
    for name, cities in (("auc", won), ("auc_by_centre", beside), ("auc_lift", lift)):
        mean = float(sum(one.mean(axis=1).sum() for one in cities) / n)
        found.append((name, mean, *_interval(cities, settings.bootstrap, rng)))
    # every tested site has the same rivals as the others of its city, so that both are one figure
    found.append(("mean_percentile", *found[0][1:]))
    for name, lists in (("precision_at_10", ours), ("precision_at_10_by_centre", plain)):
        found.append((name, precision_at(lists, FIRST), np.nan, np.nan))
    listed = n + sum(one.shape[1] for one in won)
    return [*found, ("precision_by_chance", n / listed, np.nan, np.nan)]


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
    found: list[tuple[str, float, float, float]] = [
        ("converted_sites", n_converted, np.nan, np.nan),
        ("tested_sites", tested, np.nan, np.nan),
        ("rivals", rivals, np.nan, np.nan),
    ]
    if tested and rivals:
        found += _figures([scores], [by_centre], settings, seed)
    return pd.DataFrame(found, columns=["figure", "value", "low", "high"])


def _matrices(pairs: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Bring the table backtest_pairs back to scores and nearness to the centre, a row a tested site, its own first."""
    n = pairs["site_id"].nunique()
    one, other = (
        np.column_stack([own.to_numpy().reshape(n, -1)[:, :1], rival.to_numpy().reshape(n, -1)])
        for own, rival in ((pairs["score"], pairs["rival_score"]), (-pairs["centre_m"], -pairs["rival_centre_m"]))
    )
    return one, other


def pool_backtests(
    cities: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]], settings: Backtest, *, seed: int
) -> pd.DataFrame:
    """Pool the back-tests of several cities: each converted site stands against the rivals of its own city.

    So a city's size or wealth decides nothing, only the place within it. A city without a tested site or without
    rivals says nothing and adds nobody to the pool; its own rows say that.

    Parameters
    ----------
    cities : the tables backtest_summary and backtest_pairs by city.
    settings : number of bootstrap draws.
    seed : of the draws.

    Returns
    -------
    the table backtest_pooled: the rows of every city, then those of all.
    """
    rows = [summary.assign(city=city) for city, (summary, _) in cities.items()]
    counts = {city: summary.set_index("figure")["value"] for city, (summary, _) in cities.items()}
    tested = [city for city, (_, pairs) in cities.items() if len(pairs)]
    matrices = [_matrices(cities[city][1]) for city in tested]
    found: list[tuple[str, float, float, float]] = [
        ("cities", len(cities), np.nan, np.nan),
        ("cities_tested", len(tested), np.nan, np.nan),
        ("converted_sites", sum(count["converted_sites"] for count in counts.values()), np.nan, np.nan),
        ("tested_sites", sum(len(scores) for scores, _ in matrices), np.nan, np.nan),
        ("rivals", sum(scores.shape[1] - 1 for scores, _ in matrices), np.nan, np.nan),
    ]
    if tested:
        found += _figures([scores for scores, _ in matrices], [near for _, near in matrices], settings, seed)
    whole = pd.DataFrame(found, columns=["figure", "value", "low", "high"]).assign(city=ALL_CITIES)
    return pd.concat([*rows, whole], ignore_index=True)[["city", "figure", "value", "low", "high"]]


def backtest_in_words(summary: pd.DataFrame) -> str:
    """Say the summary in a line."""
    value = summary.set_index("figure")["value"]
    if "auc" not in value:
        return f"nothing to test: {value['tested_sites']:.0f} converted sites, {value['rivals']:.0f} rivals"
    n = f"{value['tested_sites']:.0f} converted sites"
    return f"AUC {value['auc']:.2f}, by distance to the centre {value['auc_by_centre']:.2f}, of {n}"
