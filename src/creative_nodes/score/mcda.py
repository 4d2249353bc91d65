"""Other ways to add criteria up, and how far the rankings agree.

All start from the same prepared criteria (costs turned round, ends cut, missing the worst; see `score.prepare`), so
that the rankings differ by the method alone. PROMETHEE is not in scikit-criteria 0.10.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import skcriteria  # type: ignore[import-untyped]
from scipy import stats
from skcriteria.agg.marcos import marcos as skcriteria_marcos  # type: ignore[import-untyped]
from skcriteria.agg.topsis import TOPSIS  # type: ignore[import-untyped]
from skcriteria.agg.vikor import VIKOR  # type: ignore[import-untyped]
from skcriteria.core import Objective  # type: ignore[import-untyped]

from creative_nodes.score.rank import Prepared, ranks_of

METHODS = ("weighted_sum", "topsis", "vikor", "marcos")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep scikit-criteria still: MARCOS of 0.10 prints, and VIKOR warns where a distance is the same for all."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def _decide(method: Any, matrix: np.ndarray, weights: np.ndarray, value: str) -> np.ndarray:
    """Run a method of scikit-criteria on benefits and return one of the values it computes, shape (n,)."""
    decision = skcriteria.mkdm(matrix, [max] * matrix.shape[1], weights=weights)
    with _quiet():
        result = method.evaluate(decision)
    return np.asarray(result.extra_[value], dtype=float)


def topsis(matrix: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return closeness to the best and distance from the worst (Hwang and Yoon 1981), 0-1, 1 the best.

    Parameters
    ----------
    matrix : 0-1, 1 the best, shape (n, criteria), each criterion with a difference.
    weights : above 0, shape (criteria,).
    """
    return _decide(TOPSIS(), matrix, weights, "similarity")


def vikor(matrix: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the compromise of total and largest regret in equal parts (Opricovic and Tzeng 2004): 1 - Q, 1 the best.

    Sites are ranked by Q alone; VIKOR's set of compromises, all of which it calls first, is left aside.

    Parameters
    ----------
    matrix : normalised criteria, shape (n, criteria), more is better.
    weights : shape (criteria,).
    """
    return 1 - _decide(VIKOR(use_compromise_set=False), matrix, weights, "q_k")


def marcos(ratios: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return utility beside the ideal (MARCOS: Stevic, Pamucar, Puska and Chatterjee 2020), 1 the ideal.

    Its final utility is K+ times a constant, and is not defined where every criterion's worst is 0. K+ always is and
    ranks alike, so K+ is taken. MARCOS is therefore a weighted sum of shares of the best value: it differs from the
    weighted sum by the scale of the criteria only.

    Parameters
    ----------
    ratios : shares of the best value, shape (n, criteria).
    weights : above 0, shape (criteria,).
    """
    with _quiet():
        _, ideal_share, _ = skcriteria_marcos(ratios, np.full(ratios.shape[1], Objective.MAX.value), weights)
    return np.asarray(ideal_share, dtype=float)


def method_scores(prepared: Prepared) -> pd.DataFrame:
    """Score the candidates by every method.

    Criteria on which all are equal decide nothing and are left out. Where none is left, or there is one candidate, all
    are equal.

    Returns
    -------
    columns `METHODS`, more is better, a row per candidate.
    """
    differs = prepared.matrix.any(axis=0)
    matrix, ratios, weights = prepared.matrix[:, differs], prepared.ratios[:, differs], prepared.weights[differs]
    if len(matrix) < 2 or not differs.any():
        return pd.DataFrame(0.0, index=range(len(matrix)), columns=list(METHODS))
    return pd.DataFrame(
        {
            "weighted_sum": matrix @ weights,
            "topsis": topsis(matrix, weights),
            "vikor": vikor(matrix, weights),
            "marcos": marcos(ratios, weights),
        }
    )


def method_ranks(prepared: Prepared) -> pd.DataFrame:
    """Rank the candidates by every method, 1 the best, ties sharing the better rank."""
    scores = method_scores(prepared)
    return pd.DataFrame(ranks_of(scores.to_numpy()), columns=scores.columns, index=scores.index)


def agreement(ranks: pd.DataFrame, *, top_n: int, kind: str) -> pd.DataFrame:
    """Compare rankings of the same candidates two by two.

    Parameters
    ----------
    ranks : a ranking a column, 1 the best, ties sharing the better rank.
    top_n : how many count as the top.
    kind : what the rankings are: "method" or "scenario".

    Returns
    -------
    the table agreement: Kendall's tau-b and Spearman's rho (1 the same order, 0 unrelated, -1 the reverse; missing
    where a ranking has all tied), how many stand in the top of both, and whether somebody is first in both.
    """
    rows = []
    for one, other in itertools.combinations(ranks.columns, 2):
        a, b = ranks[one].to_numpy(dtype=int), ranks[other].to_numpy(dtype=int)
        orders = len(np.unique(a)) > 1 and len(np.unique(b)) > 1
        rows.append(
            {
                "kind": kind,
                "ranking": one,
                "other": other,
                "n": len(a),
                "kendall_tau_b": float(stats.kendalltau(a, b, variant="b").statistic) if orders else np.nan,
                "spearman": float(stats.spearmanr(a, b).statistic) if orders else np.nan,
                "top_n": top_n,
                "top_shared": int(((a <= top_n) & (b <= top_n)).sum()),
                "same_first": bool(((a == 1) & (b == 1)).any()),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


COLUMNS = ("kind", "ranking", "other", "n", "kendall_tau_b", "spearman", "top_n", "top_shared", "same_first")
