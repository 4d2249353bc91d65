"""Score, and how sure it is (METHOD section 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creative_nodes.common import CRITERIA, InputError, criterion
from creative_nodes.score import smaa
from creative_nodes.score.settings import Score
from creative_nodes.score.smaa import ranks_of as ranks_of
from creative_nodes.score.tables import SCORES

ROBUST, WEAK = 0.8, 0.2
TEN = 10
LOW_QUANTILE, HIGH_QUANTILE = 0.05, 0.95


def criteria_in_use(candidates: pd.DataFrame, settings: Score) -> dict[str, float]:
    """Return the weights that apply: criteria nobody has a value for are left out, the rest rescaled to sum to 1.

    Parameters
    ----------
    candidates : the table candidates.
    settings : weights.
    """
    reachable = candidates[candidates["reachable"]]
    known = {name: settings.weights[name] for name in CRITERIA if reachable[name].notna().any()}
    total = sum(known.values())
    return {name: weight / total for name, weight in known.items()} if total > 0 else {}


def winsorise(values: np.ndarray, *, cost: bool, logarithmic: bool, low: float, high: float) -> np.ndarray:
    """Turn a cost round, then cut the ends of a criterion at its quantiles `low` and `high`.

    A missing value counts as the worst. Where cutting would leave no difference (a criterion that is 0 for nearly
    all), nothing is cut, so that the few who have something keep it.

    Parameters
    ----------
    values : of one criterion, shape (n,).
    cost : less is better.
    logarithmic : compared by orders of magnitude.
    low, high : quantiles, 0-1.

    Returns
    -------
    more is better, a cost negative; logarithmic: log10(1 + value). All 0 when nothing is known.
    """
    scaled = np.log10(1 + values) if logarithmic else values.astype(float)
    scaled = -scaled if cost else scaled
    known = scaled[~np.isnan(scaled)]
    if len(known) == 0:
        return np.zeros(len(values))
    bottom, top = np.quantile(known, [low, high])
    if top <= bottom:
        bottom, top = known.min(), known.max()
    return np.asarray(np.nan_to_num(np.clip(scaled, bottom, top), nan=bottom))


def normalise(values: np.ndarray, *, cost: bool, logarithmic: bool, low: float, high: float) -> np.ndarray:
    """Bring a criterion to 0-1, 1 the best.

    A cost is turned round first, then the ends are cut (see `winsorise`), then the rest is scaled evenly. A missing
    value counts as the worst, a criterion on which all are equal as 0 for all.

    Parameters
    ----------
    values, cost, logarithmic, low, high : see `winsorise`.
    """
    cut = winsorise(values, cost=cost, logarithmic=logarithmic, low=low, high=high)
    if len(cut) == 0 or cut.max() <= cut.min():
        return np.zeros(len(cut))
    return np.asarray((cut - cut.min()) / (cut.max() - cut.min()))


def share_of_best(values: np.ndarray, *, cost: bool, logarithmic: bool, low: float, high: float) -> np.ndarray:
    """Bring a criterion to a share of its best value, 1 the best; the worst is 0 only where its value is.

    Prepared as in `normalise`, but divided by the best instead of stretched to 0-1. A cost x becomes
    least + most - x. A criterion on which all are equal says nothing: 0 for all.

    Parameters
    ----------
    values, cost, logarithmic, low, high : see `winsorise`.
    """
    cut = winsorise(values, cost=cost, logarithmic=logarithmic, low=low, high=high)
    if len(cut) == 0 or cut.max() <= cut.min():
        return np.zeros(len(cut))
    positive = cut - cut.min() - cut.max() if cost else cut
    return np.asarray(positive / positive.max())


def _columns(candidates: pd.DataFrame, names: list[str], settings: Score, how: Callable[..., np.ndarray]) -> np.ndarray:
    """Prepare the named criteria, shape (n, criteria)."""
    columns = []
    for name in names:
        values = candidates[name].to_numpy(dtype=float)
        endless = np.isinf(values)
        if endless.any():
            site = candidates["site_id"].to_numpy()[endless.argmax()]
            raise InputError(f"{name} is infinite for {site}; give a number, or leave it missing", where="candidates")
        options = {"cost": criterion(name).cost, "logarithmic": criterion(name).log}
        columns.append(how(values, low=settings.winsor_low, high=settings.winsor_high, **options))
    return np.column_stack(columns) if columns else np.zeros((len(candidates), 0))


def normalised(candidates: pd.DataFrame, names: list[str], settings: Score) -> np.ndarray:
    """Normalise the named criteria on the candidates themselves, shape (n, criteria).

    Parameters
    ----------
    candidates : the table candidates.
    names : criteria.
    settings : quantiles.

    Raises
    ------
    InputError : a value is infinite.
    """
    return _columns(candidates, names, settings, normalise)


@dataclass(frozen=True)
class Prepared:
    """What every way of scoring starts from: the candidates that can be reached, and the criteria that count.

    Attributes
    ----------
    site_ids : shape (n,).
    names : criteria somebody has a value for and that weigh more than 0.
    weights : summing to 1, shape (criteria,).
    matrix : normalised, 0-1, shape (n, criteria).
    ratios : as shares of the best value, 0-1, shape (n, criteria).
    """

    site_ids: np.ndarray
    names: list[str]
    weights: np.ndarray
    matrix: np.ndarray
    ratios: np.ndarray


def prepare(candidates: pd.DataFrame, settings: Score) -> Prepared:
    """Prepare the table candidates for scoring.

    Parameters
    ----------
    candidates : the table candidates.
    settings : weights and quantiles.

    Raises
    ------
    InputError : a value is infinite.
    """
    weights = {name: weight for name, weight in criteria_in_use(candidates, settings).items() if weight > 0}
    names = list(weights)
    scored = candidates[candidates["reachable"]].reset_index(drop=True)
    return Prepared(
        scored["site_id"].to_numpy(dtype=object),
        names,
        np.array([weights[name] for name in names], dtype=float),
        normalised(scored, names, settings),
        _columns(scored, names, settings, share_of_best),
    )


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
    alpha = weights[used] * settings.concentration
    return summary(smaa.accept(matrix[:, used], alpha, draws=settings.draws, seed=seed), settings)


def summary(found: smaa.Acceptability, settings: Score) -> pd.DataFrame:
    """Return rank_low, rank_high (5 % and 95 % quantiles), p_top10, top_n and p_top by row.

    Parameters
    ----------
    found : how often each row took each rank.
    settings : how many count as the top.
    """
    top_n = top_of(len(found.counts), settings)
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

    Raises
    ------
    InputError : a criterion is infinite.
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
    return whole.reindex(columns=[column.name for column in SCORES.columns])
