"""Whether a statement holds against a doubt: one place for the thresholds (METHOD section 8).

The same verdicts judge a site ("among the first top_n") and a set ("reaches 90 % of the best"), over drawn weights or
drawn worlds.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

Verdict = Literal["holds", "open", "does_not_hold"]
Past = Literal["holds", "does_not_hold", "cannot_tell", "too_few"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
PAST_VERDICTS: tuple[Past, ...] = get_args(Past)
NOT_RANKED = "not_ranked"

HOLDS_FROM, FAILS_BELOW = 0.8, 0.2  # share of the draws in which the statement is true
ERRORS = 2.0  # standard errors within which a share is not told from a threshold
FEWEST_TESTED = 10  # converted sites below which the past tells nothing
NO_BETTER = 0.5  # AUC of a ranking by lot
NEARLY_BEST = 0.9  # share of the best set's worth that is as good
LEAST_REACHED = 0.2  # share of the worlds; a set that is nearly best in fewer is not recommended


def standard_error(share: float, draws: int) -> float:
    """Return the standard error of a share of independent draws.

    Parameters
    ----------
    share : 0-1.
    draws : at least 1.
    """
    return math.sqrt(share * (1 - share) / draws)


def verdict_of(share: float, draws: int) -> Verdict:
    """Judge a statement by the share of the draws in which it is true.

    It holds from 80 %, does not hold below 20 %, and is open between; also within two standard errors of either, for
    what the draws cannot tell from a threshold. The error is that of a share that lies on the threshold.

    Parameters
    ----------
    share : 0-1.
    draws : independent draws: weightings, or worlds.
    """
    margin = ERRORS * standard_error(HOLDS_FROM, draws)
    if share > HOLDS_FROM + margin:
        return "holds"
    return "does_not_hold" if share < FAILS_BELOW - margin else "open"


def past_verdict(tested: float, auc: tuple[float, float], lift: tuple[float, float]) -> Past:
    """Judge whether the ranking would have picked the sites that were converted.

    Parameters
    ----------
    tested : converted sites that could be tested.
    auc : 95 % interval of the chance that a converted site beats a rival; missing where it cannot be told.
    lift : the same of what that is above the rule "nearest to the centre".
    """
    if tested < FEWEST_TESTED:
        return "too_few"
    if auc[0] > NO_BETTER and lift[0] > 0:
        return "holds"
    return "does_not_hold" if auc[1] < NO_BETTER else "cannot_tell"
