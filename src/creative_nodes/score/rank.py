"""Score, and how sure it is (METHOD section 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creative_nodes.common import CRITERIA
from creative_nodes.locate import tier_of
from creative_nodes.score import smaa
from creative_nodes.score.marks import NOT_RANKED, verdict_of
from creative_nodes.score.settings import Score
from creative_nodes.score.smaa import ranks_of as ranks_of
from creative_nodes.score.tables import SCORES
from creative_nodes.score.values import Scale, value_of, weighted_sum

KNOWN, LIKELY, SURVEY = "known", "likely", "survey"
RANKED = (KNOWN, LIKELY)  # they share one ranking
LEAST_TO_RANK = 3  # candidates
TEN = 10
LOW_QUANTILE, HIGH_QUANTILE = 0.05, 0.95


def lists_of(candidates: pd.DataFrame) -> np.ndarray:
    """Return the list each candidate stands on: known, likely or survey, shape (n,).

    The column `list` says so; where there is none the evidence does: high is known, less is likely.
    """
    if "list" in candidates:
        return candidates["list"].to_numpy(dtype=object)
    tiers = [tier_of(confidence) for confidence in candidates["confidence"].to_numpy(dtype=float)]
    return np.array([KNOWN if tier == "high" else LIKELY for tier in tiers], dtype=object)


@dataclass(frozen=True)
class Prepared:
    """What every way of scoring starts from: the candidates of one ranking, and the criteria that count.

    Attributes
    ----------
    site_ids : shape (n,).
    names : criteria in use in this city that weigh more than 0.
    weights : summing to 1, shape (criteria,).
    matrix : values, 0-1, 1 the best, shape (n, criteria).
    """

    site_ids: np.ndarray
    names: list[str]
    weights: np.ndarray
    matrix: np.ndarray

    def is_ranked(self) -> bool:
        """Tell whether there is a criterion to rank by, and enough candidates to rank."""
        return bool(self.names) and len(self.site_ids) >= LEAST_TO_RANK

    def scores(self) -> np.ndarray:
        """Return the weighted sums, 0-1, shape (n,)."""
        return weighted_sum(self.matrix, self.weights)


def ordered_weights(settings: Score) -> dict[str, float]:
    """Return the weights in the order of `CRITERIA`, in which they are added up here and in the browser."""
    return {name: settings.weights[name] for name in CRITERIA}


def in_ranking(candidates: pd.DataFrame, *, lists: Sequence[str] = RANKED) -> np.ndarray:
    """Tell which candidates share a ranking: they can be reached and stand on one of these lists, shape (n,).

    Parameters
    ----------
    candidates : the table candidates.
    lists : the lists that share the ranking.
    """
    return np.asarray(candidates["reachable"].to_numpy(dtype=bool) & np.isin(lists_of(candidates), list(lists)))


def prepare(
    candidates: pd.DataFrame, scales: Mapping[str, Scale], settings: Score, *, lists: Sequence[str] = RANKED
) -> Prepared:
    """Prepare the table candidates for scoring.

    Parameters
    ----------
    candidates : the table candidates.
    scales : value functions of the city.
    settings : weights.
    lists : the lists that share the ranking.

    Raises
    ------
    InputError : a figure is infinite.
    """
    scored = candidates[in_ranking(candidates, lists=lists)].reset_index(drop=True)
    found = value_of(scored, scales, ordered_weights(settings))
    return Prepared(scored["site_id"].to_numpy(dtype=object), list(found.names), found.weights, found.matrix)


def rank_acceptability(matrix: np.ndarray, weights: np.ndarray, settings: Score, *, seed: int) -> pd.DataFrame:
    """Draw weightings around the given one and see how the ranks move (SMAA, Lahdelma and Salminen 2001).

    Parameters
    ----------
    matrix : values, 0-1, shape (n, criteria).
    weights : shape (criteria,), summing to 1.
    settings : number of draws and Dirichlet concentration.
    seed : seed of the draws.

    Returns
    -------
    rank_low, rank_high (5 % and 95 % quantiles), p_top10, top_n and p_top by row.
    """
    used = weights > 0
    alpha = weights[used] * settings.concentration
    return summary(smaa.accept(matrix[:, used], alpha, draws=settings.draws, seed=seed), settings)


def summary(found: smaa.Acceptability, settings: Score) -> pd.DataFrame:
    """Return rank_low, rank_high (5 % and 95 % quantiles), p_top10, top_n and p_top by row.

    Parameters
    ----------
    found : how often each row took each rank.
    settings : how many count as the top.
    """
    top_n = top_of(len(found.ranks), settings)
    return pd.DataFrame(
        {
            "rank_low": found.quantile(LOW_QUANTILE),
            "rank_high": found.quantile(HIGH_QUANTILE),
            "p_top10": found.within(TEN),
            "top_n": top_n,
            "p_top": found.within(top_n),
        }
    )


def top_of(n: int, settings: Score) -> int:
    """Return how many of n candidates count as the top.

    Parameters
    ----------
    n : number of candidates.
    settings : `top` and `top_share`.
    """
    return max(1, min(settings.top, int(np.ceil(n * settings.top_share))))


def _scored(prepared: Prepared, settings: Score, seed: int) -> pd.DataFrame:
    """Score and rank one ranking, best first."""
    out = pd.DataFrame({"site_id": prepared.site_ids, "score": np.nan})
    parts = prepared.matrix * prepared.weights
    out = out.assign(**{f"part_{name}": parts[:, k] for k, name in enumerate(prepared.names)})
    if prepared.names:
        out["score"] = prepared.scores()
    if not prepared.is_ranked():
        return out.sort_values("site_id")
    out["rank"] = ranks_of(out[["score"]].to_numpy())[:, 0]
    out = out.join(rank_acceptability(prepared.matrix, prepared.weights, settings, seed=seed))
    return out.sort_values(["rank", "site_id"])


def score_candidates(
    candidates: pd.DataFrame, scales: Mapping[str, Scale], settings: Score, *, seed: int
) -> pd.DataFrame:
    """Score and rank the candidates that can be reached.

    Parameters
    ----------
    candidates : the table candidates.
    scales : value functions of the city.
    settings : weights, draws.
    seed : seed of the draws.

    Returns
    -------
    the table scores: known and likely sites best first, then survey sites, ranked among themselves, then those that
    cannot be reached. A ranking of fewer than three has scores and no ranks.

    Raises
    ------
    InputError : a figure is infinite.
    """
    rankings = [prepare(candidates, scales, settings, lists=lists) for lists in (RANKED, (SURVEY,))]
    found = [_scored(one, settings, seed) for one in rankings if len(one.site_ids)]
    left_out = candidates.loc[~candidates["reachable"], ["site_id"]].sort_values("site_id")
    whole = pd.concat([*found, left_out], ignore_index=True)
    whole = whole.reindex(columns=[column.name for column in SCORES.columns])
    whole["list"] = pd.Series(lists_of(candidates), index=candidates["site_id"].to_numpy()).loc[whole["site_id"]].array
    chances = whole["p_top"].astype(float)
    whole["priorities"] = [verdict_of(p, settings.draws) if p == p else NOT_RANKED for p in chances]
    return whole
