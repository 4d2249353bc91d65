"""What the candidates reach under scenarios that change more than weights (METHOD section 8)."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from creative_nodes.common import TravelMode, tables
from creative_nodes.doubt.sweeps import measure_under, positions_under, surveyed_under
from creative_nodes.reach import Measuring, Survey, World, select_candidates, survey_places
from creative_nodes.score import SCENARIO_CANDIDATES, SCENARIO_REFERENCE, lists_of
from creative_nodes.streets import Streets


def measure_scenarios(
    heritage: gpd.GeoDataFrame,
    world: World,
    streets: Streets,
    own: Mapping[str, Measuring],
    *,
    main_mode: TravelMode,
    link_within_m: float,
) -> pd.DataFrame:
    """Measure the criteria anew under each scenario; what a scenario does not touch is measured once.

    Parameters
    ----------
    heritage : all sites; each scenario picks its candidates from them.
    world, streets : those of the run.
    own : what each scenario measures by, by key.
    main_mode : of the city.
    link_within_m : how far residents are joined to a street, metres.

    Returns
    -------
    the table scenario_candidates: scenario by scenario, its candidates with their criteria.
    """
    chosen = {site for one in own.values() for site in select_candidates(heritage, one.candidates)["site_id"]}
    if not chosen:
        nobody: pd.DataFrame = tables.empty(SCENARIO_CANDIDATES)
        return nobody
    sites = heritage[heritage["site_id"].isin(chosen)].reset_index(drop=True)
    survey = Survey(sites, world, streets, link_within_m)
    measured = {key: measure_under(surveyed_under(survey, one), one, main_mode) for key, one in own.items()}
    found = [frame.assign(scenario=key, list=lists_of(frame)) for key, frame in measured.items()]
    columns = [column.name for column in SCENARIO_CANDIDATES.columns]
    return pd.DataFrame(pd.concat(found, ignore_index=True))[columns]


def measure_scenario_places(
    reference: gpd.GeoDataFrame,
    world: World,
    streets: Streets,
    own: Mapping[str, Measuring],
    *,
    main_mode: TravelMode,
    link_within_m: float,
) -> pd.DataFrame:
    """Measure the reference places anew under each scenario: what is much and little in the city changes with it.

    Parameters
    ----------
    reference : the table reference of the run.
    world, streets, own, main_mode, link_within_m : see `measure_scenarios`.

    Returns
    -------
    the table scenario_reference: scenario by scenario, the places of the run.
    """
    if not own:
        nowhere: pd.DataFrame = tables.empty(SCENARIO_REFERENCE)
        return nowhere
    survey = survey_places(reference, world, streets, link_within_m)
    ids = survey.sites["site_id"].to_numpy(dtype=object)
    found = [
        positions_under(surveyed_under(survey, one), one, main_mode).assign(scenario=key, place_id=ids)
        for key, one in own.items()
    ]
    return pd.DataFrame(pd.concat(found, ignore_index=True))[[column.name for column in SCENARIO_REFERENCE.columns]]
