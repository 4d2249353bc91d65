"""One world: what places reach, what that is worth in the city, and which sites come first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from creative_nodes.choose import Grounds
from creative_nodes.common import CRITERIA, POSITION_CRITERIA
from creative_nodes.doubt.draws import Drawn
from creative_nodes.doubt.kept import Rides, Walks
from creative_nodes.network import Chains, LinkRule, both_ways, direct_links, greatest_gains, network_gains
from creative_nodes.reach import MIDDLE_AGE, decayed, half_life_to_decay, hill_number
from creative_nodes.score import (
    AnchorShares,
    Scale,
    Score,
    follow,
    greatest_asked,
    ranks_of,
    scales_by,
    value_of,
    weighted_sum,
)


@dataclass(frozen=True)
class Rules:
    """The run's own settings that worlds start from: see `Reach` and `NetworkSettings`."""

    walk_minutes: float
    ride_minutes: float
    exchange_decay_per_m: float
    neighbourhood_half_life_m: float
    link_minutes: float
    link_softness: float
    full_age: float
    score: Score

    def link(self, drawn: Drawn) -> LinkRule:
        """Return how a walk links two spaces in a world."""
        numbers = drawn.numbers
        return LinkRule(self.link_minutes * numbers["link_minutes"], self.link_softness * numbers["link_softness"])


@dataclass(frozen=True, eq=False)
class Sites:
    """The candidates.

    Attributes
    ----------
    site_ids : shape (sites,).
    figures : the criteria of the site itself, a column each.
    area_unknown, age_unknown : which nobody knows, shape (sites,).
    ranked, eligible : which share the ranking, and which may be chosen, whether they can be reached or not.
    grounds : which stand on one ground.
    """

    site_ids: np.ndarray
    figures: pd.DataFrame
    area_unknown: np.ndarray
    age_unknown: np.ndarray
    ranked: np.ndarray
    eligible: np.ndarray
    grounds: Grounds

    def drawn(self, drawn: Drawn, rules: Rules) -> pd.DataFrame:
        """Return the criteria of the sites themselves in a world."""
        found = self.figures.copy()
        found["site_capacity"] *= np.where(self.area_unknown, drawn.area, 1.0)
        found["heritage_value"] += np.where(self.age_unknown, rules.full_age * (drawn.age - MIDDLE_AGE), 0.0)
        return found


@dataclass(frozen=True, eq=False)
class Spaces:
    """Known spaces, then points of the pool.

    Attributes
    ----------
    tier, domain : weight of the tier, and the domain, shape (spaces,).
    major : core or intermediate, shape (spaces,).
    inside : of the study area, shape (spaces,).
    """

    tier: np.ndarray
    domain: np.ndarray
    major: np.ndarray
    inside: np.ndarray

    @cached_property
    def by_domain(self) -> np.ndarray:
        """Which space is of which domain, shape (spaces, domains)."""
        return np.asarray((self.domain[:, None] == np.unique(self.domain)).astype(float))


@dataclass(frozen=True, eq=False)
class Kept:
    """All that worlds read.

    Attributes
    ----------
    walks : by snap distance, metres; rows are the sites, then reference places.
    rides : of the same places.
    amounts : residents by cell and source, shape (cells, sources); no cells where residents are not known.
    spaces, sites : the city's.
    amenity_weight : shape (amenities,).
    today : position criteria of the same places in the run itself; one that worlds do not measure anew stays so.
    whole : value functions of the run, of all reference places.
    """

    walks: Mapping[float, Walks]
    rides: Rides
    amounts: np.ndarray
    spaces: Spaces
    sites: Sites
    amenity_weight: np.ndarray
    today: pd.DataFrame
    whole: Mapping[str, Scale]


@dataclass(frozen=True, eq=False)
class Linked:
    """The creative network of a world.

    Attributes
    ----------
    chains : between the spaces that exist in the study area.
    links : from places to these, shape (places, spaces).
    rule : how walks link.
    unserved : which cells no core or intermediate space serves, shape (cells,).
    near : pairs of places and homes within the walk that serves.
    """

    chains: Chains
    links: csr_array
    rule: LinkRule
    unserved: np.ndarray
    near: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Position:
    """Position criteria of the sites and of the reference places in a world, and the network they come from.

    `network_gain` of the places is told as far as anchors ask: see `greatest_gains`.
    """

    at_sites: pd.DataFrame
    at_places: pd.DataFrame
    linked: Linked


# ---------------------------------------------------------------- what places reach


def _linked(kept: Kept, drawn: Drawn, rules: Rules) -> Linked:
    """Lay out the network and who is served in a world."""
    walks, speed, spaces = kept.walks[drawn.numbers["snap_within_m"]], drawn.numbers["walk_speed"], kept.spaces
    own, rule = np.flatnonzero(drawn.spaces & spaces.inside), rules.link(drawn)
    between, towards = walks.between[np.ix_(own, own)] / speed, walks.spaces[:, own] / speed
    chains = Chains.of(both_ways(direct_links([(np.arange(len(own)), between)], between.shape, rule=rule)))
    links = direct_links([(np.arange(len(towards)), towards)], towards.shape, rule=rule)
    unserved = np.ones(len(kept.amounts), dtype=bool)
    serving = (walks.served.minutes <= rules.walk_minutes * speed) & (drawn.spaces & spaces.major)[walks.served.place]
    unserved[walks.served.home[serving]] = False
    near = walks.homes.minutes <= rules.walk_minutes * speed
    return Linked(chains, links, rule, unserved, (walks.homes.place[near], walks.homes.home[near]))


def _residents(kept: Kept, linked: Linked, drawn: Drawn, n: int) -> dict[str, np.ndarray]:
    """Count residents in walking reach, and those newly served."""
    if not len(kept.amounts):
        return dict.fromkeys(("residents_walk_15", "newly_served"), np.full(n, np.nan))
    (place, home), amount = linked.near, kept.amounts[:, int(drawn.numbers["people"])]
    return {
        "residents_walk_15": np.bincount(place, weights=amount[home], minlength=n),
        "newly_served": np.bincount(place, weights=(amount * linked.unserved)[home], minlength=n),
    }


def _spillover(kept: Kept, walks: Walks, drawn: Drawn, rules: Rules) -> dict[str, np.ndarray]:
    """Sum up what lies around, as `spillover_sums` does, over the spaces that exist."""
    numbers, some = drawn.numbers, np.flatnonzero(drawn.spaces)
    tier, metres = kept.spaces.tier[some], walks.space_m[:, some]
    decay = half_life_to_decay(rules.neighbourhood_half_life_m * numbers["neighbourhood_half_life"])
    near = decayed(metres, tier, decay)
    others = walks.amenity_m.decay_sum(kept.amenity_weight, decay)
    return {
        "exchange": decayed(metres, tier, rules.exchange_decay_per_m * numbers["exchange_decay"]).sum(axis=1),
        "neighbourhood": near.sum(axis=1) + others,
        "diversity": hill_number(near @ kept.spaces.by_domain[some]),
    }


def _network_gain(kept: Kept, walks: Walks, linked: Linked, drawn: Drawn, at: AnchorShares) -> np.ndarray:
    """Return network gains: of each site, and of the places as many of the greatest as tell the anchors."""
    order, n_sites = drawn.numbers["orders"], len(kept.sites.site_ids)
    places = np.flatnonzero(walks.met[n_sites:]) + n_sites
    found = np.zeros(len(walks.met))
    found[:n_sites] = network_gains(linked.chains, linked.links[:n_sites], orders=(order,))[:, 0]
    asked = greatest_asked("network_gain", len(places), at)
    found[places] = greatest_gains(linked.chains, linked.links[places], asked, order=order)
    return found


def measure_position(kept: Kept, drawn: Drawn, rules: Rules) -> Position:
    """Measure every position criterion in a world, at the sites and at the reference places.

    Parameters
    ----------
    kept : what was measured once.
    drawn : the world.
    rules : the run's own settings.
    """
    numbers = drawn.numbers
    walks, n_sites = kept.walks[numbers["snap_within_m"]], len(kept.sites.site_ids)
    linked = _linked(kept, drawn, rules)
    found = {
        **_residents(kept, linked, drawn, len(walks.met)),
        "residents_ride_30": kept.rides.within(rules.ride_minutes * numbers["ride_speed"], int(numbers["people"])),
        "transit_minutes": np.where(np.isfinite(walks.stations), walks.stations / numbers["walk_speed"], np.nan),
        **_spillover(kept, walks, drawn, rules),
        "network_gain": _network_gain(kept, walks, linked, drawn, rules.score.anchors),
    }
    frame = pd.DataFrame(
        {name: np.where(walks.met, found.get(name, kept.today[name]), np.nan) for name in POSITION_CRITERIA}
    )
    return Position(frame.iloc[:n_sites], frame.iloc[n_sites:], linked)


# ---------------------------------------------------------------- who comes first


@dataclass(frozen=True, eq=False)
class Valued:
    """The sites of a world that are ranked, and what they are worth.

    Attributes
    ----------
    sites : numbers of the sites, shape (m,).
    matrix : values, 0-1, shape (m, criteria).
    names, weights : criteria in use, and their weights, summing to 1.
    every : values of each criterion in use, whether it has a weight or not, a column a criterion.
    scales : value functions of this world.
    position : see `Position`.
    """

    sites: np.ndarray
    matrix: np.ndarray
    names: tuple[str, ...]
    weights: np.ndarray
    every: pd.DataFrame
    scales: Mapping[str, Scale]
    position: Position

    def ranks(self, weights: np.ndarray, n: int) -> np.ndarray:
        """Rank the sites under weightings.

        Parameters
        ----------
        weights : of the criteria in use, shape (weightings, criteria), each summing to 1.
        n : sites in all.

        Returns
        -------
        shape (n, weightings), 1 the best; n + 1 for a site that this world does not rank.
        """
        out = np.full((n, len(weights)), n + 1)
        if len(self.sites) and len(self.names):
            scores = np.column_stack([weighted_sum(self.matrix, one) for one in weights])
            out[self.sites] = ranks_of(scores)
        return out


def _scales(position: Position, at: AnchorShares) -> dict[str, Scale]:
    """Lay out the value functions by the reference places; the median of the network gain is not known there."""
    laid = scales_by(position.at_places, at)
    return laid | {"network_gain": replace(laid["network_gain"], median=np.nan)}


def today_scales(kept: Kept, drawn: Drawn, rules: Rules) -> dict[str, Scale]:
    """Lay out the value functions by the reference places that worlds measure anew, as the run has them.

    Parameters
    ----------
    kept : what was measured once.
    drawn : the world that is the run itself.
    rules : the run's own settings.
    """
    return _scales(measure_position(kept, drawn, rules), rules.score.anchors)


def value_world(
    kept: Kept, drawn: Drawn, rules: Rules, *, today: Mapping[str, Scale], weights: Mapping[str, float]
) -> Valued:
    """Work out what the sites are worth in a world.

    Parameters
    ----------
    kept : what was measured once.
    drawn : the world.
    rules : the run's own settings.
    today : value functions by the same places in the run itself (`today_scales`).
    weights : by criterion, in the order they are added up.
    """
    position, sites = measure_position(kept, drawn, rules), kept.sites
    scales = follow(kept.whole, today, _scales(position, rules.score.anchors))
    figures = pd.concat([position.at_sites, sites.drawn(drawn, rules)], axis=1)
    met = kept.walks[drawn.numbers["snap_within_m"]].met[: len(sites.site_ids)]
    which = np.flatnonzero(met & sites.ranked & drawn.real)
    values = value_of(figures.iloc[which], scales, weights)
    even = value_of(figures.iloc[which], scales, dict.fromkeys(CRITERIA, 1.0))
    every = pd.DataFrame(even.matrix, columns=list(even.names))
    return Valued(which, values.matrix, values.names, values.weights, every, scales, position)
