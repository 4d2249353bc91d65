"""Where a curve of co-location leaves what chance explains; apart from the measuring, since pages need it alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Departure:
    """Where the curve leaves what chance explains.

    Attributes
    ----------
    by_chance : chance explains the curve as a whole; nothing else is told then.
    more, less : runs of distances, metres, with more and with fewer spaces than the envelope: first and last of each.
    throughout : all distances make one run.
    """

    by_chance: bool
    more: tuple[tuple[float, float], ...] = ()
    less: tuple[tuple[float, float], ...] = ()
    throughout: bool = False


def departure(curve: pd.DataFrame, *, max_p_value: float) -> Departure:
    """Judge by a curve whether creative spaces stand near industrial heritage as chance would have it.

    The whole curve may differ from chance where no single distance leaves its envelope.

    Parameters
    ----------
    curve : the table colocation, in order of distance; not empty.
    max_p_value : p value up to which chance is ruled out.
    """
    if curve["p_value"].iloc[0] > max_p_value:
        return Departure(by_chance=True)
    metres, seen, low, high = (
        curve[name].to_numpy(dtype=float) for name in ("distance_m", "k_observed", "k_low", "k_high")
    )
    above, below = seen > high, seen < low
    return Departure(False, _runs(metres, above), _runs(metres, below), bool(above.all() or below.all()))


def _runs(metres: np.ndarray, chosen: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Return the chosen distances as runs: first and last of each."""
    at = np.flatnonzero(chosen)
    runs = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if len(at) else []
    return tuple((float(metres[run[0]]), float(metres[run[-1]])) for run in runs)
