"""Which candidates may be chosen for a set."""

from __future__ import annotations

import numpy as np
import pandas as pd

from creative_nodes.score import in_ranking

NOT_FREE = ("in_use",)  # statuses of sites that nobody gives up


def may_be_chosen(candidates: pd.DataFrame) -> np.ndarray:
    """Tell which candidates may be chosen: reachable, known or likely, and not in use; shape (n,).

    Parameters
    ----------
    candidates : the table of that name.
    """
    return np.asarray(in_ranking(candidates) & ~candidates["status"].isin(NOT_FREE).to_numpy())
