"""What a set of sites is worth (METHOD section 8, "The answer is a set").

Two aims are added up, each in its own unit over k times what an outstanding place of the city brings: residents newly
served, counted once, and the network gain of all members opened together. Anchors come from the city, so no other
candidate changes what a set is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from creative_nodes.choose.grounds import ALL_APART, Grounds, Members
from creative_nodes.common import InputError
from creative_nodes.network import Stones


@dataclass(frozen=True, eq=False)
class Served:
    """Residents whom sites newly serve, nobody twice.

    Attributes
    ----------
    covers : which sites serve each group of residents, shape (groups, sites).
    residents : persons of each group, shape (groups,).
    """

    covers: np.ndarray
    residents: np.ndarray

    def total(self, chosen: Sequence[int]) -> float:
        """Return the residents whom the chosen sites newly serve."""
        return float(self.residents[self.covers[:, list(chosen)].any(axis=1)].sum())

    def alone(self) -> np.ndarray:
        """Return the residents whom each site newly serves alone, shape (sites,)."""
        return np.array([self.total([site]) for site in range(self.covers.shape[1])])

    def beside(self) -> np.ndarray:
        """Return how many more a second site (column) serves beside a first (row), shape (sites, sites)."""
        both = (self.covers * self.residents[:, None]).T @ self.covers
        return np.asarray(np.diag(both)[None, :] - both, dtype=float)


@dataclass(frozen=True)
class Anchors:
    """What an outstanding place of the city brings (99th percentile of the reference places).

    Attributes
    ----------
    newly_served : residents.
    network_gain : spaces.
    """

    newly_served: float
    network_gain: float

    def dropped(self) -> tuple[str, ...]:
        """Name the aims that have no anchor and so do not count."""
        known = {"newly_served": self.newly_served, "network_gain": self.network_gain}
        return tuple(name for name, anchor in known.items() if not anchor > 0)


@dataclass(frozen=True)
class Worth:
    """What a set of sites brings.

    Attributes
    ----------
    members : indices of sites, rising.
    newly_served : residents, counted once.
    network_gain : spaces, all opened together.
    worth : mean of the two over k times their anchors, not clipped.
    """

    members: Members
    newly_served: float
    network_gain: float
    worth: float


@dataclass(frozen=True, eq=False)
class Aims:
    """Both aims of the sites that may be chosen.

    Attributes
    ----------
    served : residents they newly serve.
    stones : the sites as stepping stones, in the same order.
    anchors : what counts as outstanding in the city.
    order : order of the network of a typical space (see `gain.typical_network`).
    share : weight of serving against connecting, 0-1.
    grounds : which of the sites stand on one ground; by default none.
    """

    served: Served
    stones: Stones
    anchors: Anchors
    order: float = 1.0
    share: float = 0.5
    grounds: Grounds = ALL_APART

    def __post_init__(self) -> None:
        """Check that both aims speak of the same sites.

        Raises
        ------
        InputError : the number of sites differs.
        """
        serving, connecting = self.served.covers.shape[1], len(self.stones.reach)
        if serving != connecting:
            raise InputError(f"{serving} sites serve but {connecting} connect", where="recommended set")

    def n(self) -> int:
        """Return the number of sites."""
        return len(self.stones.reach)

    def combine(
        self,
        served: np.ndarray | float,
        gain: np.ndarray | float,
        k: int,
        *,
        share: np.ndarray | float | None = None,
    ) -> np.ndarray:
        """Weigh the aims against k times their anchors; one without an anchor is dropped and the other counts whole.

        `share`: of serving, instead of the aims' own; broadcast against the amounts.
        """
        serving = self.share if share is None else share
        parts = (
            (serving, served, self.anchors.newly_served),
            (1 - serving, gain, self.anchors.network_gain),
        )
        kept = [(weight, amount / (k * anchor)) for weight, amount, anchor in parts if anchor > 0]
        whole, total = sum(weight for weight, _ in kept), sum(weight * amount for weight, amount in kept)
        nothing = np.zeros(np.broadcast_shapes(np.shape(total), np.shape(whole)))
        return np.asarray(np.divide(total, whole, out=nothing, where=np.not_equal(whole, 0)))

    def of(self, members: Members, *, k: int | None = None) -> Worth:
        """Work out what a set brings; `k`, by default its size, is what the anchors are multiplied by."""
        served, gain = self.served.total(members), self.stones.joint_gain(members, order=self.order)
        worth = self.combine(served, gain, k or max(len(members), 1))
        return Worth(tuple(sorted(members)), served, gain, float(worth.ravel()[0]))
