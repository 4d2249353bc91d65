"""The position criteria of any place: of candidates, reference places and clusters alike (METHOD section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from creative_nodes.common import POSITION_CRITERIA, TravelMode
from creative_nodes.network import LinkRule, NetworkSettings, network_gains, place_links
from creative_nodes.reach.counted import residents_by_service, residents_within
from creative_nodes.reach.settings import Reach
from creative_nodes.reach.spillover import Around, look_around, spillover_sums
from creative_nodes.reach.survey import Survey, World, own_spaces
from creative_nodes.streets import Entrances, StreetNetwork, Streets, cost_to_nearest


@dataclass(frozen=True)
class PositionRules:
    """The settings that positions are measured by; `link_within_m`, metres: see `reach.measure_reach`."""

    reach: Reach
    network: NetworkSettings
    main_mode: TravelMode
    link_within_m: float


def measure_positions(survey: Survey, rules: PositionRules) -> pd.DataFrame:
    """Measure every position criterion of the sites of a survey; what the survey has done before is not done again.

    Parameters
    ----------
    survey : places and the city around them.
    rules : settings.

    Returns
    -------
    a column a criterion, a row a site; missing where a site has none, all of them where no street on foot meets it.
    """
    world, walk = survey.world, survey.walk
    around = survey.once(around_places, survey.streets.network("walk", in_metres=True), rules.reach.max_distance_m)
    found = {
        **_residents(survey, walk, rules),
        "transit_minutes": survey.once(_transit_minutes, walk),
        **spillover_sums(around, world.creative, world.amenities, rules.reach).criteria,
        "network_gain": survey.once(_gains, walk, rules.network.rule()),
    }
    met = survey.doors.has_entrance()
    return pd.DataFrame({name: np.where(met, found[name], np.nan) for name in POSITION_CRITERIA})


def _residents(survey: Survey, walk: StreetNetwork, rules: PositionRules) -> dict[str, np.ndarray]:
    """Return the three criteria that count residents; missing where they or the main mode are not known."""
    people, reach = survey.world.people, rules.reach
    unknown = np.full(len(survey.sites), np.nan)
    ride, by_service = unknown, survey.once(residents_by_service, walk, people, reach.walk_minutes)
    if survey.streets.has(rules.main_mode):
        network = survey.streets.network(rules.main_mode)
        ride = survey.once(residents_within, network, people, (reach.ride_minutes,))[:, 0]
    return {
        "residents_walk_15": unknown if by_service is None else by_service.sum(axis=1),
        "residents_ride_30": ride,
        "newly_served": unknown if by_service is None else by_service[:, 0],
    }


def _transit_minutes(survey: Survey, walk: StreetNetwork) -> np.ndarray:
    """Return the minutes on foot to the nearest rapid-transit station, missing where there is none."""
    stations = survey.world.stations
    gates = survey.streets.entrances(walk, survey.streets.shapes(stations[stations["rapid"]]))
    minutes = cost_to_nearest(walk, survey.doors, gates)
    return np.where(np.isfinite(minutes), minutes, np.nan)


def around_places(survey: Survey, walk_m: StreetNetwork, limit_m: float) -> Around:
    """Return the walks in metres from the sites of a survey to spaces and amenities around.

    Parameters
    ----------
    survey : sites and the city around them.
    walk_m : the walking network in metres; named so that the step is done once for it.
    limit_m : metres on foot.
    """
    world, streets = survey.world, survey.streets
    return look_around(streets, streets.shapes(survey.sites), world.creative, world.amenities, limit_m=limit_m)


def _gains(survey: Survey, walk: StreetNetwork, rule: LinkRule) -> np.ndarray:
    """Return the network gain of each site alone."""
    return network_gains(survey.chains(rule), links_to_spaces(survey.streets, survey.world, survey.doors, rule))[:, 0]


def links_to_spaces(streets: Streets, world: World, places: Entrances, rule: LinkRule) -> csr_array:
    """Return the link probabilities from places to the spaces of the study area, shape (places, spaces).

    Parameters
    ----------
    streets, world : the city.
    places : where they meet the walking network.
    rule : how a walk links.
    """
    walk = streets.network("walk")
    spaces = streets.entrances(walk, streets.shapes(own_spaces(world.creative)))
    # searched from the few spaces: on foot a way takes as long there as back
    return place_links(walk, spaces, places, rule).T.tocsr()
