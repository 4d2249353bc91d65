"""Other ways to add values up, and how far the rankings agree.

All start from the same values and weights (see `values`), so that the rankings differ by the method alone.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import scipy

from creative_nodes.score.rank import Prepared, ranks_of
from creative_nodes.score.values import topsis, vikor, weighted_sum

METHODS = {"weighted_sum": weighted_sum, "topsis": topsis, "vikor": vikor}


def method_scores(prepared: Prepared) -> pd.DataFrame:
    """Score the candidates by every method.

    Returns
    -------
    columns `METHODS`, more is better, a row per candidate; 0 where no criterion is in use.
    """
    if not prepared.names:
        return pd.DataFrame(0.0, index=range(len(prepared.site_ids)), columns=list(METHODS))
    return pd.DataFrame({name: method(prepared.matrix, prepared.weights) for name, method in METHODS.items()})


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
                "kendall_tau_b": float(scipy.stats.kendalltau(a, b, variant="b").statistic) if orders else np.nan,
                "spearman": float(scipy.stats.spearmanr(a, b).statistic) if orders else np.nan,
                "top_n": top_n,
                "top_shared": int(((a <= top_n) & (b <= top_n)).sum()),
                "same_first": bool(((a == 1) & (b == 1)).any()),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


COLUMNS = ("kind", "ranking", "other", "n", "kendall_tau_b", "spearman", "top_n", "top_shared", "same_first")
