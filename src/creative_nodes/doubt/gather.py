"""What worlds are drawn over in a city, gathered from its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.choose import Grounds, may_be_chosen
from creative_nodes.common import POSITION_CRITERIA, WGS84_EPSG, TravelMode, reproject
from creative_nodes.doubt.draws import Uncertain
from creative_nodes.doubt.kept import Around, Limits, all_sources, keep_rides, keep_walks
from creative_nodes.doubt.settings import Doubt
from creative_nodes.doubt.sweeps import every_nth
from creative_nodes.doubt.world import Kept, Rules, Sites, Spaces
from creative_nodes.network import LinkRule, NetworkSettings
from creative_nodes.reach import MAJOR, Candidates, Reach, Survey, World, draw_places, own_criteria
from creative_nodes.score import RANKED, Scale, Score, lists_of
from creative_nodes.streets import Streets

FAIR = "fair"  # how complete mapping is taken to be where no hexagon tells


@dataclass(frozen=True)
class DoubtedCity:
    """A city in doubt.

    `candidates`, `heritage`, `reference`, `completeness`: tables. `scales`: value functions of the run.
    `others`: residents from other sources. `area`: study area, EPSG:4326.
    """

    candidates: gpd.GeoDataFrame
    heritage: gpd.GeoDataFrame
    reference: gpd.GeoDataFrame
    completeness: gpd.GeoDataFrame
    scales: Mapping[str, Scale]
    world: World
    streets: Streets
    area: shapely.Geometry
    others: Sequence[gpd.GeoDataFrame] = ()


@dataclass(frozen=True)
class DoubtRules:
    """Settings: what is drawn, and what the run measures by."""

    doubt: Doubt
    reach: Reach
    network: NetworkSettings
    candidates: Candidates
    score: Score
    main_mode: TravelMode
    link_within_m: float
    seed: int

    def of_worlds(self) -> Rules:
        """Return what worlds start from."""
        reach, network = self.reach, self.network
        return Rules(
            walk_minutes=reach.walk_minutes,
            ride_minutes=reach.ride_minutes,
            exchange_decay_per_m=reach.exchange_decay_per_m,
            neighbourhood_half_life_m=reach.neighbourhood_half_life_m,
            link_minutes=network.link_minutes,
            link_softness=network.link_softness,
            full_age=self.candidates.heritage_age,
            score=self.score,
        )

    def limits(self, snaps: Sequence[float]) -> Limits:
        """Return how far walks are kept: as far as the fastest walkers and the longest links of any world reach."""
        fastest = self.doubt.walk_speed[1]
        longest = LinkRule(
            self.network.link_minutes * self.doubt.link_minutes[1],
            self.network.link_softness * self.doubt.link_softness[1],
        ).limit()
        return Limits(longest * fastest, self.reach.walk_minutes * fastest, self.reach.max_distance_m, tuple(snaps))

    def ride_limits(self) -> list[float]:
        """Return the limits at which residents are counted; the run's own is one."""
        low, high = self.doubt.ride_speed
        factors = [1.0] if low == high == 1 else [1.0, *np.geomspace(low, high, self.doubt.ride_limits)]
        return [self.reach.ride_minutes * factor for factor in factors]


# ---------------------------------------------------------------- sites


def _sites(city: DoubtedCity, candidates: Candidates) -> Sites:
    """Gather what is known of the candidates, and what is not."""
    frame = city.candidates
    ids = frame["site_id"].to_numpy(dtype=object)
    # another snap distance may reach a site that the run does not, so the table candidates is not enough
    own = own_criteria(city.heritage.set_index("site_id").loc[ids], candidates)
    everywhere = frame.assign(reachable=True)
    return Sites(
        site_ids=ids,
        figures=pd.DataFrame(own.criteria),
        area_unknown=own.area_unknown,
        age_unknown=own.age_unknown,
        ranked=np.isin(lists_of(frame), RANKED),
        eligible=may_be_chosen(everywhere),
        grounds=Grounds.read(frame),
    )


# ---------------------------------------------------------------- spaces


def _mapping(city: DoubtedCity, points: np.ndarray) -> np.ndarray:
    """Return how completely the hexagon of each point (EPSG:4326) is mapped."""
    tree = shapely.STRtree(city.completeness.geometry.to_numpy())
    point, hexagon = tree.query(points, predicate="intersects")
    found = np.full(len(points), FAIR, dtype=object)
    found[point] = city.completeness["mapping"].to_numpy(dtype=object)[hexagon]
    return found


def _pool(city: DoubtedCity, n: int, seed: int) -> gpd.GeoDataFrame:
    """Draw street points at which a space may stand that nobody mapped, each of the kind of some known space."""
    points = draw_places(city.streets, city.area, n, seed=seed)
    known, rng = city.world.creative, np.random.default_rng([seed, 1])
    like = known.iloc[rng.integers(len(known), size=len(points))] if len(known) else known
    shapes = reproject(points, city.streets.epsg, WGS84_EPSG)
    columns = {name: like[name].to_numpy(dtype=object) for name in ("tier", "domain")}
    return gpd.GeoDataFrame(columns | {"inside": True}, geometry=shapes, crs=WGS84_EPSG)


def _together(*frames: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put frames below each other."""
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=WGS84_EPSG)


def _spaces(frame: gpd.GeoDataFrame, reach: Reach) -> Spaces:
    return Spaces(
        tier=frame["tier"].map(dict(reach.tier_weight)).to_numpy(dtype=float),
        domain=frame["domain"].to_numpy(dtype=object).astype(str),
        major=frame["tier"].isin(MAJOR).to_numpy(),
        inside=frame["inside"].to_numpy(dtype=bool),
    )


# ---------------------------------------------------------------- the city


def gather(city: DoubtedCity, rules: DoubtRules) -> tuple[Kept, Uncertain]:
    """Measure once what every world reads, and tell what may be otherwise.

    Parameters
    ----------
    city : tables and streets.
    rules : settings.
    """
    creative, doubt = city.world.creative, rules.doubt
    known = creative[["tier", "domain", "inside", "geometry"]]
    inside = creative["inside"].to_numpy(dtype=bool)
    pool = _pool(city, int(inside.sum()) if doubt.additions else 0, rules.seed)
    spaces, sites = _together(known, pool), _sites(city, rules.candidates)
    on = _mapping(city, shapely.point_on_surface(creative.geometry.to_numpy()))
    of = Uncertain(
        grounds=sites.grounds.names(sites.site_ids),
        real=city.candidates["confidence"].to_numpy(dtype=float),
        loss=np.array([doubt.loss[one] for one in on], dtype=float),
        inside=inside,
        readily=np.array([doubt.additions_by[one] for one in _mapping(city, pool.geometry.to_numpy())], dtype=float),
        sources=1 + len(city.others),
        snap_within_m=city.streets.travel.snap_within_m,
    )
    places = every_nth(city.reference, doubt.places).rename(columns={"place_id": "site_id"})
    both = _together(city.candidates[["site_id", "geometry"]], places[["site_id", "geometry"]])
    people, amounts = all_sources([city.world.people, *city.others])
    stations = city.world.stations
    around = Around(
        both,
        len(sites.site_ids),
        spaces,
        city.world.amenities,
        stations[stations["rapid"]],
        people,
        rules.link_within_m,
    )
    kept = Kept(
        walks=keep_walks(city.streets, around, rules.limits(of.snaps(doubt))),
        rides=keep_rides(
            Survey(both, city.world, city.streets, rules.link_within_m),
            rules.main_mode,
            people,
            amounts,
            rules.ride_limits(),
        ),
        amounts=amounts,
        spaces=_spaces(spaces, rules.reach),
        sites=sites,
        amenity_weight=city.world.amenities["weight"].to_numpy(dtype=float),
        today=pd.concat([frame[list(POSITION_CRITERIA)] for frame in (city.candidates, places)], ignore_index=True),
        whole=city.scales,
    )
    return kept, of
