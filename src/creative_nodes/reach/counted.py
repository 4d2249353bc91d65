"""Residents that places reach: counted once for candidates, clusters and reference places alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import geopandas as gpd
import numpy as np

from creative_nodes.reach.survey import Survey
from creative_nodes.streets import Entrances, Held, StreetNetwork, cost_to_nearest, totals_within, totals_within_each

RESIDENTS = "residents"  # the step that counts them
MAJOR = ("core", "intermediate")  # tiers that serve the people around them


def residents_within(
    survey: Survey, network: StreetNetwork, people: gpd.GeoDataFrame, minutes: Sequence[float]
) -> np.ndarray:
    """Count the residents within each time of each site along a network, shape (sites, times).

    Missing where no street of the network meets the site, which is not the same as none, and where residents are not
    known.

    Parameters
    ----------
    survey : sites.
    network : of the mode.
    people : the table people.
    minutes : time limits.
    """
    gates = survey.gates(network)
    if people.empty:
        return np.full((gates.n_places, len(minutes)), np.nan)

    def count(sources: Entrances) -> np.ndarray:
        return totals_within_each(network, sources, [_held(survey, network, people, minutes)])[0]

    found = survey.by_place(RESIDENTS, count, gates, network, people, tuple(minutes))
    return np.where(gates.has_entrance()[:, None], found, np.nan)


def _held(survey: Survey, network: StreetNetwork, people: gpd.GeoDataFrame, minutes: Sequence[float]) -> Held:
    return Held(survey.homes(network, people), people["residents"].to_numpy(dtype=float), minutes)


def count_together(survey: Survey, network: StreetNetwork, asked: Iterable[tuple[gpd.GeoDataFrame, float]]) -> None:
    """Count by one search what `residents_within` will be asked for, each table of residents at one time.

    Parameters
    ----------
    survey : sites; it keeps the counts.
    network : of the mode.
    asked : tables people, and minutes.
    """
    limits: dict[int, tuple[gpd.GeoDataFrame, set[float]]] = {}
    for people, minutes in asked:
        if not people.empty:
            limits.setdefault(id(people), (people, set()))[1].add(minutes)
    if not limits:
        return
    each, gates = [(people, sorted(minutes)) for people, minutes in limits.values()], survey.gates(network)
    counts = totals_within_each(network, gates, [_held(survey, network, *one) for one in each])
    for (people, within), found in zip(each, counts, strict=True):
        for limit, column in zip(within, found.T, strict=True):
            survey.by_place(RESIDENTS, partial(_known, column[:, None]), gates, network, people, (limit,))


def _known(counts: np.ndarray, _: Entrances) -> np.ndarray:
    return counts


def residents_by_service(
    survey: Survey, walk: StreetNetwork, people: gpd.GeoDataFrame, minutes: float
) -> np.ndarray | None:
    """Count the residents in walking reach of each site: not served and served by a space today, shape (sites, 2).

    Served is who has a core or intermediate space within the same walk. None where residents are not known.

    Parameters
    ----------
    survey : sites, and the creative spaces.
    walk : the walking network.
    people : the table people.
    minutes : of a walk that serves.
    """
    if people.empty:
        return None
    homes, creative = survey.homes(walk, people), survey.world.creative
    major = survey.streets.shapes(creative[creative["tier"].isin(MAJOR)])
    unserved = cost_to_nearest(walk, homes, survey.streets.entrances(walk, major)) > minutes
    residents = people["residents"].to_numpy(dtype=float)
    kinds = np.column_stack([residents * unserved, residents * ~unserved])
    return totals_within(walk, survey.doors, homes, kinds, limits=[minutes])[:, 0]
