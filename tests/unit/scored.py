"""A city whose value functions are easy to reckon with: every figure is its value, but for cost and area."""

from typing import Any

import numpy as np
import pandas as pd

from creative_nodes.common.words import CRITERIA, POSITION_CRITERIA
from creative_nodes.score.against import scales_by
from creative_nodes.score.values import DEFAULT_ANCHORS

_LADDER = np.arange(101.0)


def _places(name: str) -> np.ndarray:
    """Return 101 figures whose anchors are 0 and 1 (of a cost 1 and 0)."""
    if CRITERIA[name].from_zero:
        return _LADDER / 99
    return (_LADDER - 1) / 89 if name == "transit_minutes" else (_LADDER - 10) / 89


REFERENCE = pd.DataFrame({name: _places(name) for name in POSITION_CRITERIA}).assign(
    place_id=[str(number) for number in range(101)], kind="place"
)
SCALES = scales_by(REFERENCE, DEFAULT_ANCHORS)


def figure(name: str, value: Any) -> Any:
    """Return the figure that is worth a value in this city."""
    if name == "transit_minutes":
        return 1 - value
    return 500 * 200**value if name == "site_capacity" else value


def candidates(n: int, *, seed: int = 0, **values: Any) -> pd.DataFrame:
    """Make n reachable, known candidates of random values; `values` are columns by name."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"site_id": [f"h{k:03d}" for k in range(n)], "reachable": True, "confidence": 0.8})
    worth = {name: rng.random(n) for name in CRITERIA} | values
    columns = {
        name: figure(name, np.asarray(column, dtype=float) if np.ndim(column) else column)
        if name in CRITERIA
        else column
        for name, column in worth.items()
    }
    return frame.assign(**columns)


def unreachable(frame: pd.DataFrame, *rows: int) -> pd.DataFrame:
    """Cut rows off from the streets: nothing is known of them."""
    out = frame.copy()
    out.loc[list(rows), "reachable"] = False
    out.loc[list(rows), list(CRITERIA)] = np.nan
    return out
