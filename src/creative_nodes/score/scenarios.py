"""The same candidates under other priorities, side by side (METHOD section 8)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creative_nodes.common import InputError, tables
from creative_nodes.score.against import scales_by
from creative_nodes.score.rank import in_ranking, prepare, ranks_of, top_of
from creative_nodes.score.settings import Scenario, Score
from creative_nodes.score.tables import SCENARIOS

SCORED = "scored"
UNREACHABLE = "cannot be reached"
NOTHING_KNOWN = "nothing with a weight is known"
SURVEYED = "on the survey list"
OWN_REACH = "its reach is not computed"
NO_CANDIDATE = "no candidate under it"


@dataclass(frozen=True)
class Basis:
    """What one scenario is scored on: the candidates and the reference places, measured by the same settings.

    Attributes
    ----------
    candidates, reference : those tables, their geometry left out or not.
    """

    candidates: pd.DataFrame
    reference: pd.DataFrame


def score_scenario(basis: Basis, settings: Score) -> pd.DataFrame:
    """Score and rank the candidates by one set of weights.

    Parameters
    ----------
    basis : candidates and reference places.
    settings : weights.

    Returns
    -------
    site_id, status, score, rank, top_n and weights (JSON, as they applied: those of criteria that are not in use in
    this city spread over the others), in the order of the candidates. Survey sites have no rank under scenarios.
    """
    candidates = basis.candidates
    prepared = prepare(candidates, scales_by(basis.reference, settings.anchors), settings)
    out = candidates[["site_id"]].reset_index(drop=True)
    ranked, reachable = in_ranking(candidates), candidates["reachable"].to_numpy(dtype=bool)
    out["status"] = np.select(
        [~reachable, ~ranked], [UNREACHABLE, SURVEYED], SCORED if prepared.names else NOTHING_KNOWN
    )
    out[["score", "rank", "top_n"]] = np.nan
    if prepared.names:
        out.loc[ranked, "score"] = prepared.scores()
    if prepared.is_ranked():
        out.loc[ranked, "rank"] = ranks_of(prepared.scores()[:, None])[:, 0]
        out.loc[ranked, "top_n"] = top_of(len(prepared.site_ids), settings)
    applied = dict(zip(prepared.names, prepared.weights.round(6).tolist(), strict=True))
    return out.assign(weights=json.dumps(applied))


def _scored_under(base: Basis, own: Basis | None, scenario: Scenario, settings: Score, key: str) -> pd.DataFrame:
    """Score one scenario; say so where its reach is not computed, or a candidate of the run is none under it."""
    candidates = base.candidates
    try:
        changed = scenario.score(settings)
    except ValueError as error:
        raise InputError(str(error), where=f"scenarios.{key}") from None
    if own is None and scenario.needs_own_reach:
        return candidates[["site_id"]].assign(status=OWN_REACH, score=np.nan, rank=np.nan, top_n=np.nan, weights="{}")
    part = score_scenario(own or base, changed)
    gone = candidates.loc[~candidates["site_id"].isin(part["site_id"]), ["site_id"]]
    return pd.concat([part, gone.assign(status=NO_CANDIDATE, weights="{}")], ignore_index=True)


def score_scenarios(
    base: Basis,
    settings: Score,
    scenarios: Mapping[str, Scenario],
    *,
    own: Mapping[str, Basis] | None = None,
) -> pd.DataFrame:
    """Score the candidates under every scenario.

    Parameters
    ----------
    base : candidates and reference places of the run.
    settings : the run's own score; scenarios without weights take its weights.
    scenarios : the scenarios by key.
    own : by scenario, for those whose override changes the criteria themselves: candidates and reference places
        measured under it. Without them such a scenario is not scored, and says so: the run's criteria would be the
        wrong ones. It may hold other candidates than the run's: those of the run that it lacks are no candidates
        under the scenario.

    Returns
    -------
    the table scenarios: scenario by scenario in the order of the configuration, best first.

    Raises
    ------
    InputError : the weights of a scenario are not sound, or a figure is infinite.
    """
    parts = [
        _scored_under(base, (own or {}).get(key), scenario, settings, key)
        .assign(scenario=key, label=scenario.label)
        .sort_values(["rank", "site_id"])
        for key, scenario in scenarios.items()
    ]
    if not parts:
        empty: pd.DataFrame = tables.empty(SCENARIOS)
        return empty
    whole = pd.concat(parts, ignore_index=True)
    return whole[[column.name for column in SCENARIOS.columns]]


def scenario_ranks(scenarios: pd.DataFrame) -> pd.DataFrame:
    """Return the ranks of the table scenarios, a row per site and a column per scenario that ranks somebody."""
    ranked = scenarios[scenarios["rank"].notna()]
    order = ranked["scenario"].unique()
    return ranked.pivot(index="site_id", columns="scenario", values="rank")[order].astype("Float64")
