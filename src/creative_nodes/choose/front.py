"""The sets that are best at some share of the two aims, from serving alone to connecting alone.

Worth is linear in the share of serving against connecting, so the best sets are corners of the front of (served, gain).
Corners are found by asking between two neighbours for the best set at the share where both are worth the same, until
none is better: the front is whole where every search is proven (dichotomic search, Aneja and Nair 1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from creative_nodes.choose.grounds import Members
from creative_nodes.choose.recommended import members_of, search, set_size
from creative_nodes.choose.tables import SET_FRONT
from creative_nodes.choose.worth import Aims, Worth

MOST_SHARES = 24  # shares at which the best set is looked for
BETTER = 1e-12  # of worth, below which two sets are equally good


@dataclass
class _Front:
    """The sets found so far, by members."""

    aims: Aims
    names: Sequence[str]
    k: int
    sets: dict[Members, Worth] = field(default_factory=dict)
    asked: int = 0

    def best(self, share: float) -> Worth:
        """Return the best set at a share, and keep it with its runner-up."""
        self.asked += 1
        found = search(replace(self.aims, share=share), self.names, self.k)
        assert found.best is not None
        for one in (found.best, found.second):
            if one is not None:
                self.sets.setdefault(one.members, one)
        return found.best

    def worth(self, one: Worth, share: float) -> float:
        """Return what a set is worth at a share."""
        aims = replace(self.aims, share=share)
        return float(aims.combine(one.newly_served, one.network_gain, self.k).ravel()[0])

    def crossing(self, less: Worth, more: Worth) -> float:
        """Return the share at which two sets are worth the same; NaN where there is none between 0 and 1."""
        served = (more.newly_served - less.newly_served) / self.aims.anchors.newly_served
        gain = (less.network_gain - more.network_gain) / self.aims.anchors.network_gain
        share = gain / (gain + served) if gain + served else np.nan
        return share if 0 < share < 1 else np.nan


def best_by_share(aims: Aims, names: Sequence[str], k: int) -> list[Worth]:
    """Return the sets of k sites that are best at some share of the two aims, with runner-ups; first the run's own.

    Parameters
    ----------
    aims : what sets are worth; its share is that of the run.
    names : an id of each site; it decides among equals.
    k : members of a set; 0: none.
    """
    if not 0 < k <= aims.n() or len(aims.anchors.dropped()) == 2:
        return []
    front = _Front(aims, names, k)
    front.best(aims.share)
    if not aims.anchors.dropped():
        between = [(front.best(0.0), front.best(1.0))]
        while between and front.asked < MOST_SHARES:
            less, more = between.pop(0)
            share = front.crossing(less, more)
            if np.isnan(share):
                continue
            middle = front.best(share)
            if front.worth(middle, share) > front.worth(less, share) + BETTER:
                between += [(less, middle), (middle, more)]
    return list(front.sets.values())


def set_front(aims: Aims, site_ids: np.ndarray) -> pd.DataFrame:
    """Make the table set_front: the sets best at some share of the two aims, then each site alone.

    Parameters
    ----------
    aims : of the sites that may be chosen.
    site_ids : theirs, shape (n,).
    """
    k = set_size(aims.grounds.count(aims.n()))
    alone = [aims.of((site,)) for site in range(aims.n())]
    rows = [
        {
            "number": number,
            "site_id": site_ids[member.site],
            "k": len(one.members),
            "adds_served": member.adds_served,
            "adds_gain": member.adds_gain,
            "set_served": one.newly_served,
            "set_gain": one.network_gain,
        }
        for number, one in enumerate([*best_by_share(aims, site_ids.tolist(), k), *alone])
        for member in members_of(aims, one)
    ]
    return pd.DataFrame(rows, columns=[column.name for column in SET_FRONT.columns])
