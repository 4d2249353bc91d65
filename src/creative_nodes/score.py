"""Score, and how sure it is (METHOD section 8)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from creative_nodes import tables
from creative_nodes.config import CRITERIA, Score

COSTS = frozenset({"transit_minutes"})  # less is better
LOGARITHMIC = frozenset({"site_capacity"})
ROBUST, WEAK = 0.8, 0.2
TEN = 10
LOW_QUANTILE, HIGH_QUANTILE = 0.05, 0.95


def criteria_in_use(candidates: pd.DataFrame, settings: Score) -> dict[str, float]:
    """Return the weights that apply: criteria nobody has a value for are left out, the rest rescaled to sum to 1."""
    reachable = candidates[candidates["reachable"]]
    known = {name: settings.weights[name] for name in CRITERIA if reachable[name].notna().any()}
    total = sum(known.values())
    return {name: weight / total for name, weight in known.items()} if total > 0 else {}


def normalise(values: np.ndarray, *, cost: bool, logarithmic: bool, low: float, high: float) -> np.ndarray:
    """Bring a criterion to 0-1, 1 the best.

    A cost is turned round first, then the ends are cut at the quantiles `low` and `high`, then the rest is scaled
    evenly. A missing value counts as the worst, a criterion on which all are equal as 0 for all.
    """
    scaled = np.log10(1 + values) if logarithmic else values.astype(float)
    scaled = -scaled if cost else scaled
    known = scaled[~np.isnan(scaled)]
    if len(known) == 0:
        return np.zeros(len(values))
    bottom, top = np.quantile(known, [low, high])
    if top <= bottom:
        return np.zeros(len(values))
    return np.asarray(np.nan_to_num((np.clip(scaled, bottom, top) - bottom) / (top - bottom), nan=0.0))


def normalised(candidates: pd.DataFrame, names: list[str], settings: Score) -> np.ndarray:
    """Normalise the named criteria on the candidates themselves, shape (n, criteria)."""
    columns = [
        normalise(
            candidates[name].to_numpy(dtype=float),
            cost=name in COSTS,
            logarithmic=name in LOGARITHMIC,
            low=settings.winsor_low,
            high=settings.winsor_high,
        )
        for name in names
    ]
    return np.column_stack(columns) if columns else np.zeros((len(candidates), 0))


def ranks_of(scores: np.ndarray) -> np.ndarray:
    """Return the rank of each row within each column, 1 the highest; ties share the better rank, shape as given."""
    ranked = pd.DataFrame(scores).round(12).rank(ascending=False, method="min")
    return ranked.to_numpy(dtype=int)


def rank_acceptability(matrix: np.ndarray, weights: np.ndarray, settings: Score, *, seed: int) -> pd.DataFrame:
    """Draw weightings around the given one and see how the ranks move (SMAA, Lahdelma and Salminen 2001).

    Parameters
    ----------
    matrix : normalised criteria, shape (n, criteria).
    weights : shape (criteria,), summing to 1.
    settings : number of draws and Dirichlet concentration.
    seed : seed of the draws.

    Returns
    -------
    rank_low, rank_high (5 % and 95 % quantiles), p_top10, top_n and p_top by row.
    """
    used = weights > 0
    rng = np.random.default_rng(seed)
    draws = rng.dirichlet(weights[used] * settings.concentration, size=settings.draws)
    ranks = ranks_of(matrix[:, used] @ draws.T)
    low, high = np.quantile(ranks, [LOW_QUANTILE, HIGH_QUANTILE], axis=1, method="nearest")
    top_n = top_of(len(matrix), settings)
    return pd.DataFrame(
        {
            "rank_low": low,
            "rank_high": high,
            "p_top10": (ranks <= TEN).mean(axis=1),
            "top_n": top_n,
            "p_top": (ranks <= top_n).mean(axis=1),
        }
    )


def top_of(n: int, settings: Score) -> int:
    """Return how many of n candidates count as the top."""
    return max(1, min(settings.top, int(np.ceil(n * settings.top_share))))


def certainty(p_top: float) -> str:
    """Return the word for readers (METHOD section 8)."""
    if p_top >= ROBUST:
        return "robust"
    return "depends on priorities" if p_top >= WEAK else "weak"


def score_candidates(candidates: pd.DataFrame, settings: Score, *, seed: int) -> pd.DataFrame:
    """Score and rank the candidates that can be reached.

    Parameters
    ----------
    candidates : the table candidates.
    settings : weights, winsorising, draws.
    seed : seed of the draws.

    Returns
    -------
    the table scores, best first; sites that cannot be reached stand last, not scored.
    """
    weights = criteria_in_use(candidates, settings)
    names = list(weights)
    scored = candidates[candidates["reachable"]].reset_index(drop=True)
    matrix = normalised(scored, names, settings)
    parts = matrix * np.array([weights[name] for name in names])
    out = pd.DataFrame({"site_id": scored["site_id"]})
    if len(out) and names:
        out["score"] = np.clip(parts.sum(axis=1), 0, 1)
        out["rank"] = ranks_of(out[["score"]].to_numpy())[:, 0]
        out = out.join(rank_acceptability(matrix, np.array([weights[n] for n in names]), settings, seed=seed))
    else:
        # nothing with a weight is known of anybody
        out[["score", "rank", "rank_low", "rank_high", "p_top10", "top_n", "p_top"]] = np.nan
    out["certainty"] = [certainty(p) if p == p else "not scored" for p in out["p_top"]]
    for name in CRITERIA:
        out[f"part_{name}"] = parts[:, names.index(name)] if name in names else np.nan
    left_out = candidates.loc[~candidates["reachable"], ["site_id"]].assign(certainty="not scored")
    whole = pd.concat([out.sort_values(["rank", "site_id"]), left_out], ignore_index=True)
    return whole.reindex(columns=[column.name for column in tables.TABLES["scores"].columns])
