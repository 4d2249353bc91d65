"""What each world is made of: one Latin hypercube over every number, site and space that is in doubt."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from creative_nodes.doubt.settings import FACTORS, Doubt
from creative_nodes.reach import MIDDLE_AGE

NUMBERS = (*FACTORS, "snap_within_m", "people")  # drawn once a world

OF_SITES = 4  # apart from the other draws of a seed


@dataclass(frozen=True, eq=False)
class Uncertain:
    """What may be otherwise.

    Attributes
    ----------
    grounds : names by which the axes of the sites are drawn, shape (sites,); sites on one ground have one, for
        whether it is old industry, how large it is and how old is one question there.
    real : chance that each site is old industry at all, shape (sites,).
    loss : chance that each known space is gone or was none, shape (spaces,).
    inside : which known spaces lie in the study area, shape (spaces,): of these additions are a share.
    readily : how readily a space is added at each point of the pool, shape (pool,).
    sources : sources of residents.
    snap_within_m : the run's own snap distance, metres.
    """

    grounds: np.ndarray
    real: np.ndarray
    loss: np.ndarray
    inside: np.ndarray
    readily: np.ndarray
    sources: int
    snap_within_m: float

    def snaps(self, settings: Doubt) -> list[float]:
        """Return the snap distances that are drawn among, rising."""
        return sorted(set(settings.snap_within_m)) or [self.snap_within_m]


@dataclass(frozen=True, eq=False)
class Drawn:
    """One world drawn.

    Attributes
    ----------
    numbers : by name, see `NUMBERS`; factors, the order, metres, and the number of the source of residents.
    real : which sites are old industry, shape (sites,).
    area, age : what areas that nobody knows are multiplied by, and the share of full age of sites whose age nobody
        knows, shape (sites,).
    spaces : which known spaces and points of the pool hold a space, shape (spaces + pool,).
    """

    numbers: Mapping[str, float]
    real: np.ndarray
    area: np.ndarray
    age: np.ndarray
    spaces: np.ndarray


def unchanged(of: Uncertain) -> Drawn:
    """Return the world that is the run itself."""
    sites, pool = len(of.real), len(of.readily)
    numbers = dict.fromkeys(FACTORS, 1.0) | {"snap_within_m": of.snap_within_m, "people": 0.0}
    spaces = np.concatenate([np.ones(len(of.loss), dtype=bool), np.zeros(pool, dtype=bool)])
    return Drawn(numbers, np.ones(sites, dtype=bool), np.ones(sites), np.full(sites, MIDDLE_AGE), spaces)


def draw_worlds(of: Uncertain, settings: Doubt, *, seed: int) -> list[Drawn]:
    """Draw worlds: every number, site and space has an axis of its own, cut into as many parts as there are worlds.

    A Latin hypercube (McKay, Beckman and Conover, Technometrics 21, 1979): so a site of confidence 0.8 is real in
    80 % of the worlds, and not in about so many. The axes of a site are drawn by the name of its ground, so that
    another site, such as that of a what-if, changes no draw.

    Parameters
    ----------
    of : what may be otherwise.
    settings : ranges and chances.
    seed : seed of the draw.
    """
    widths = (len(NUMBERS) + 1, len(of.loss), len(of.readily))
    cube = _cut(sum(widths), settings.worlds, [seed])
    numbers, lost, added = np.split(cube, np.cumsum(widths)[:-1], axis=1)
    own = [_cut(3, settings.worlds, [seed, OF_SITES, zlib.crc32(str(name).encode())]) for name in of.grounds]
    real, area, age = np.stack(own, axis=2).transpose(1, 0, 2)
    chance = of.real if settings.real_sites else np.ones(len(of.grounds))
    return [
        Drawn(
            _numbers(numbers[w], of, settings),
            real[w] < chance,
            np.array([_between(settings.unknown_areas, at, even=False) for at in area[w]]),
            np.array([_between(settings.unknown_ages, at, even=True) for at in age[w]]),
            np.concatenate([lost[w] >= of.loss, _added(added[w], numbers[w, -1], of, settings)]),
        )
        for w in range(settings.worlds)
    ]


def _cut(axes: int, worlds: int, seed: Sequence[int]) -> np.ndarray:
    """Cut each axis into as many parts as there are worlds, and draw once in each, shape (worlds, axes)."""
    return np.asarray(qmc.LatinHypercube(axes, rng=np.random.default_rng(seed)).random(worlds))


def _numbers(at: np.ndarray, of: Uncertain, settings: Doubt) -> dict[str, float]:
    """Turn places on the axes, 0-1, into numbers."""
    found = {name: _between(getattr(settings, name), at[k], even=name == "orders") for k, name in enumerate(FACTORS)}
    snaps, sources = of.snaps(settings), of.sources if settings.other_people else 1
    snap, people = at[len(FACTORS)], at[len(FACTORS) + 1]
    return found | {"snap_within_m": snaps[int(snap * len(snaps))], "people": float(int(people * sources))}


def _between(ends: Sequence[float], at: float, *, even: bool) -> float:
    """Return the number at a share of a range: evenly, or evenly in the logarithm."""
    low, high = ends
    if low == high:
        return float(low)
    return float(low + at * (high - low) if even else math.exp(math.log(low) + at * math.log(high / low)))


def _added(at: np.ndarray, share: float, of: Uncertain, settings: Doubt) -> np.ndarray:
    """Add spaces: up to the share of the known, those first that are readiest (Efraimidis and Spirakis 2006)."""
    wanted = min(round(share * settings.additions * int(of.inside.sum())), int((of.readily > 0).sum()))
    chosen = np.zeros(len(at), dtype=bool)
    if wanted:
        # the largest of u^(1/weight) are a sample without replacement in proportion to weight
        with np.errstate(divide="ignore"):
            chosen[np.argsort(-np.log(at) / np.where(of.readily > 0, of.readily, 1e-300), kind="stable")[:wanted]] = (
                True
            )
    return chosen
