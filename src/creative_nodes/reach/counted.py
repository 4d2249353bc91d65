"""Residents that places reach: counted once for candidates, clusters and reference places alike."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from creative_nodes.reach.survey import Survey
from creative_nodes.streets import StreetNetwork, cost_to_nearest, totals_within

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
    amounts = people["residents"].to_numpy(dtype=float)
    found = totals_within(network, gates, survey.homes(network), amounts, limits=minutes)
    return np.where(gates.has_entrance()[:, None], found, np.nan)


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
    homes, creative = survey.homes(walk), survey.world.creative
    major = survey.streets.shapes(creative[creative["tier"].isin(MAJOR)])
    unserved = cost_to_nearest(walk, homes, survey.streets.entrances(walk, major)) > minutes
    residents = people["residents"].to_numpy(dtype=float)
    kinds = np.column_stack([residents * unserved, residents * ~unserved])
    return totals_within(walk, survey.doors, homes, kinds, limits=[minutes])[:, 0]
