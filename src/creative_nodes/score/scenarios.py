"""The same candidates under other priorities, side by side (METHOD section 8)."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd

from creative_nodes.common import InputError, tables
from creative_nodes.score.rank import prepare, ranks_of, top_of
from creative_nodes.score.settings import Scenario, Score
from creative_nodes.score.tables import SCENARIOS

SCORED = "scored"
UNREACHABLE = "cannot be reached"
NOTHING_KNOWN = "nothing with a weight is known"
OWN_REACH = "its reach is not computed"
NO_CANDIDATE = "no candidate under it"


def score_scenario(candidates: pd.DataFrame, settings: Score) -> pd.DataFrame:
    """Score and rank the candidates by one set of weights.

    Parameters
    ----------
    candidates : the table candidates.
    settings : weights and winsorising.

    Returns
    -------
    site_id, status, score, rank, top_n and weights (JSON, as they applied: criteria nobody has a value for left out,
    the rest rescaled to sum to 1), in the order of the candidates.
    """
    prepared = prepare(candidates, settings)
    out = candidates[["site_id"]].reset_index(drop=True)
    reachable = candidates["reachable"].to_numpy(dtype=bool)
    out["status"] = np.where(reachable, SCORED if prepared.names else NOTHING_KNOWN, UNREACHABLE)
    out[["score", "rank", "top_n"]] = np.nan
    if len(prepared.matrix) and prepared.names:
        scores = np.clip(prepared.matrix @ prepared.weights, 0, 1)
        out.loc[reachable, "score"] = scores
        out.loc[reachable, "rank"] = ranks_of(scores[:, None])[:, 0]
        out.loc[reachable, "top_n"] = top_of(len(scores), settings)
    applied = dict(zip(prepared.names, prepared.weights.round(6).tolist(), strict=True))
    return out.assign(weights=json.dumps(applied))


def score_scenarios(
    candidates: pd.DataFrame,
    settings: Score,
    scenarios: Mapping[str, Scenario],
    *,
    own: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Score the candidates under every scenario.

    Parameters
    ----------
    candidates : the table candidates of the run.
    settings : the run's own score; scenarios without weights take its weights.
    scenarios : the scenarios by key.
    own : table candidates by scenario, for those whose override changes the criteria themselves. Without its
        table such a scenario is not scored, and says so: the run's criteria would be the wrong ones. It may hold
        other candidates than the run's: those of the run that it lacks are no candidates under the scenario.

    Returns
    -------
    the table scenarios: scenario by scenario in the order of the configuration, best first.

    Raises
    ------
    InputError : the weights of a scenario are not sound, or a criterion is infinite.
    """
    parts = []
    for key, scenario in scenarios.items():
        try:
            changed = scenario.score(settings)
        except ValueError as error:
            raise InputError(str(error), where=f"scenarios.{key}") from None
        frame = (own or {}).get(key)
        if frame is None and scenario.needs_own_reach:
            part = candidates[["site_id"]].assign(
                status=OWN_REACH, score=np.nan, rank=np.nan, top_n=np.nan, weights="{}"
            )
        else:
            part = score_scenario(candidates if frame is None else frame, changed)
            gone = candidates.loc[~candidates["site_id"].isin(part["site_id"]), ["site_id"]]
            part = pd.concat([part, gone.assign(status=NO_CANDIDATE, weights="{}")], ignore_index=True)
        parts.append(part.assign(scenario=key, label=scenario.label).sort_values(["rank", "site_id"]))
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
