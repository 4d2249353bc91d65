"""Sites on one ground are one node: sets hold no two of them, and differ by ground (METHOD section 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import DisjointSet

Members = tuple[int, ...]


@dataclass(frozen=True)
class Grounds:
    """Which sites, by their numbers, stand on one ground.

    Attributes
    ----------
    pairs : numbers of two sites on one ground, the lower first.
    """

    pairs: tuple[tuple[int, int], ...]

    @classmethod
    def read(cls, sites: pd.DataFrame) -> Grounds:
        """Read the column `one_ground_with` of the table candidates; sites that are not among the rows do not count.

        Parameters
        ----------
        sites : rows of that table.
        """
        number = {site_id: row for row, site_id in enumerate(sites["site_id"])}
        found = {
            (min(row, number[other]), max(row, number[other]))
            for row, others in enumerate(sites["one_ground_with"])
            for other in others
            if other in number
        }
        return cls(tuple(sorted(found)))

    def some(self, which: np.ndarray) -> Grounds:
        """Return the same of some of the sites.

        Parameters
        ----------
        which : their numbers, shape (m,).
        """
        number = {int(site): row for row, site in enumerate(which)}
        kept = [(number[a], number[b]) for a, b in self.pairs if a in number and b in number]
        return Grounds(tuple(sorted((min(pair), max(pair)) for pair in kept)))

    @cached_property
    def _first(self) -> dict[int, int]:
        """The first site on the ground of each that shares one; pairs that have a site in common make one ground."""
        grounds = DisjointSet(site for pair in self.pairs for site in pair)
        for a, b in self.pairs:
            grounds.merge(a, b)
        return {site: min(together) for together in grounds.subsets() for site in together}

    def of(self, site: int) -> int:
        """Return the ground of a site, told by its first site."""
        return self._first.get(int(site), int(site))

    def of_members(self, members: Iterable[int]) -> Members:
        """Return the grounds of a set, each by its first site; by them sets are told apart."""
        return tuple(sorted(self.of(site) for site in members))

    def names(self, ids: np.ndarray) -> np.ndarray:
        """Name the ground of each site by the first id in alphabetical order on it, whatever the order of the sites.

        Parameters
        ----------
        ids : of all sites, shape (n,).
        """
        named: dict[int, str] = {}
        for site in sorted(range(len(ids)), key=lambda row: str(ids[row])):
            named.setdefault(self.of(site), str(ids[site]))
        return np.array([named[self.of(site)] for site in range(len(ids))], dtype=object)

    def count(self, n: int) -> int:
        """Return on how many grounds the first n sites stand."""
        return len(set(self.of_members(range(n))))

    def beside(self, site: int) -> Members:
        """Return the others on the ground of a site."""
        return tuple(sorted(a + b - site for a, b in self.pairs if site in (a, b)))

    def apart(self, sets: np.ndarray) -> np.ndarray:
        """Tell which sets hold no two sites of one ground.

        Parameters
        ----------
        sets : numbers of members, shape (m, k).

        Returns
        -------
        shape (m,).
        """
        free = np.ones(len(sets), dtype=bool)
        for a, b in self.pairs:
            free &= ~((sets == a).any(axis=1) & (sets == b).any(axis=1))
        return free

    def firsts(self, order: Sequence[int]) -> Members:
        """Return sites in their order without those on the ground of an earlier one."""
        kept: list[int] = []
        for site in order:
            if not set(self.beside(site)) & set(kept):
                kept.append(site)
        return tuple(kept)

    def stand_in(self, members: Sequence[int], which: np.ndarray) -> Members:
        """Return members as they are there: each, or else another on its ground; none where the ground is not there.

        Parameters
        ----------
        members : numbers of sites.
        which : the sites that are there, shape (m,).
        """
        there = {int(site) for site in which}
        found = [next((one for one in (site, *self.beside(site)) if one in there), None) for site in members]
        return tuple(dict.fromkeys(site for site in found if site is not None))


ALL_APART = Grounds(())
