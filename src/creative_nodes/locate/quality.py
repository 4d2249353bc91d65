"""Quality of locating: what a labelled sample says of precision and recall, and how sure that is.

The sample is drawn in strata (benchmarks/label_sample.py): of the `size` objects of a stratum some were drawn and read.
An object counts for `size / drawn` objects, so that a stratum that was read more closely does not count for more.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path
from statistics import NormalDist

import numpy as np

from creative_nodes.common import InputError

YES, NO, UNSURE = 1, 0, -1
WORDS = {"yes": YES, "no": NO, "unsure": UNSURE}
LEVEL = 0.95
DRAWS = 2000


@dataclass(frozen=True)
class Label:
    """One object as a reader judged it: `heritage` and `creative` are YES, NO or UNSURE."""

    osm_id: str
    heritage: int
    creative: int
    stratum: str
    size: int


@dataclass(frozen=True)
class Sample:
    """Objects of a sample, one value each.

    `truth`: YES, NO or UNSURE. `found`: whether the rules called it a site. `stratum`: the stratum it was drawn from.
    `size`: objects in that stratum.
    """

    truth: np.ndarray
    found: np.ndarray
    stratum: np.ndarray
    size: np.ndarray

    def weights(self) -> np.ndarray:
        """Return the number of objects that each one stands for: size of its stratum over those drawn from it."""
        _, code, drawn = np.unique(self.stratum, return_inverse=True, return_counts=True)
        weights: np.ndarray = self.size / drawn[code]
        return weights


@dataclass(frozen=True)
class Estimate:
    """A share with its 95 % interval, and the counts behind it; nan where nothing can be said."""

    value: float
    low: float
    high: float
    hits: int
    n: int


@dataclass(frozen=True)
class Confusion:
    """Objects of the sample by label and decision; those the reader was unsure of apart."""

    found_yes: int
    found_no: int
    missed_yes: int
    left_no: int
    found_unsure: int
    left_unsure: int


def read_labels(path: str | Path, key_path: str | Path) -> list[Label]:
    """Read a city's labels and the key that tells each object's stratum.

    Parameters
    ----------
    path : CSV with osm_id, heritage, creative (yes, no or unsure).
    key_path : CSV with osm_id, stratum, stratum_size.

    Raises
    ------
    InputError : naming the file and what is wrong.
    """
    rows = _rows(path, ("osm_id", "heritage", "creative"))
    key = {row["osm_id"]: row for row in _rows(key_path, ("osm_id", "stratum", "stratum_size"))}
    labels = []
    for number, row in enumerate(rows, 2):
        where = f"{path}, line {number}"
        for column in ("heritage", "creative"):
            if row[column] not in WORDS:
                raise InputError(f"{column} is {row[column]!r}; write yes, no or unsure", where=where)
        if row["osm_id"] not in key:
            raise InputError(f"{row['osm_id']} is not in the key {key_path}; draw and label again", where=where)
        drawn = key[row["osm_id"]]
        if not drawn["stratum_size"].isdigit():
            raise InputError(f"stratum_size of {row['osm_id']} is not a whole number", where=str(key_path))
        truth = WORDS[row["heritage"]], WORDS[row["creative"]]
        labels.append(Label(row["osm_id"], *truth, drawn["stratum"], int(drawn["stratum_size"])))
    unread = key.keys() - {label.osm_id for label in labels}
    if unread or len(rows) != len(key):
        raise InputError(f"labels and key differ: {len(rows)} and {len(key)} objects", where=str(path))
    return labels


def pooled(first: list[Label], second: list[Label]) -> list[Label]:
    """Return two draws as one, the second drawn from what the first had left over.

    Together they are one draw from the strata of the first; an object's weight follows from both numbers drawn.

    Parameters
    ----------
    first, second : labels of each draw.
    """
    sizes = {label.stratum: label.size for label in first}
    return [*first, *(replace(label, size=sizes[label.stratum]) for label in second)]


def _rows(path: str | Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or [])]
            if missing:
                raise InputError(f"column {', '.join(missing)} is missing", where=str(path))
            return list(reader)
    except FileNotFoundError:
        raise InputError("no such file", where=str(path)) from None


def wilson(hits: float, n: float, *, level: float = LEVEL) -> tuple[float, float]:
    """Return the Wilson score interval of a share: honest also when none or all of a few are hits.

    Parameters
    ----------
    hits, n : how many of how many; weighted counts may be fractions.
    level : of confidence, 0-1.
    """
    if n <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    rate, spread = min(hits / n, 1.0), z * z / n
    middle = (rate + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(rate * (1 - rate) / n + spread / n / 4)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def share(hits: int, n: int) -> Estimate:
    """Return a plain share with its Wilson interval.

    Parameters
    ----------
    hits, n : how many of how many.
    """
    low, high = wilson(hits, n)
    return Estimate(hits / n if n else float("nan"), low, high, hits, n)


def confusion(sample: Sample) -> Confusion:
    """Count the objects of the sample, unweighted."""
    truth, found = sample.truth, sample.found

    def count(value: int, decision: np.ndarray) -> int:
        return int(np.count_nonzero((truth == value) & decision))

    return Confusion(
        found_yes=count(YES, found),
        found_no=count(NO, found),
        missed_yes=count(YES, ~found),
        left_no=count(NO, ~found),
        found_unsure=count(UNSURE, found),
        left_unsure=count(UNSURE, ~found),
    )


def precision_by(sample: Sample, groups: np.ndarray) -> dict[str, Estimate]:
    """Return the share of rightly found objects in each group of what was found (a tier, a class, a domain).

    `groups`: the group of each object, shape (n,); of no meaning where nothing was found. Plain counts, unweighted:
    within one tier they come from few strata. Unsure objects count neither way.

    Parameters
    ----------
    sample : labelled objects.
    groups : group of each object, shape (n,).
    """
    sure = sample.found & (sample.truth != UNSURE)
    return {
        str(group): share(
            int(np.count_nonzero(sample.truth[sure & (groups == group)])),
            int(np.count_nonzero(sure & (groups == group))),
        )
        for group in np.unique(groups[sample.found])
    }


def precision(sample: Sample) -> Estimate:
    """Return the share of found objects that are rightly found, weighted, with a Wilson interval.

    The interval is that of as many equally weighted objects as the weights are worth (Kish: (sum w)^2 / sum w^2), so
    that it stays open where everything found in a small sample is right.
    """
    sure = sample.found & (sample.truth != UNSURE)
    right, weights = sure & (sample.truth == YES), sample.weights()
    worth = weights[sure].sum() ** 2 / (weights[sure] ** 2).sum() if sure.any() else 0.0
    value = float(weights[right].sum() / weights[sure].sum()) if sure.any() else float("nan")
    low, high = wilson(value * worth if worth else 0.0, worth)
    return Estimate(value, low, high, int(np.count_nonzero(right)), int(np.count_nonzero(sure)))


def recall(sample: Sample, *, seed: int, draws: int = DRAWS) -> Estimate:
    """Return the share of true sites that are found, weighted, with a bootstrap interval in strata.

    The interval is too narrow where a large stratum shows no missed site at all; see `recall_floor`. Where the sample
    shows all sites found, or all missed, it is nan: bootstrap then has nothing to say.

    Parameters
    ----------
    sample : labels and decisions.
    seed : seed of the draws.
    draws : samples drawn again, with replacement, each stratum by itself.
    """
    base = sample.truth == YES
    both = base & sample.found
    weights = sample.weights()
    hits, n = int(np.count_nonzero(both)), int(np.count_nonzero(base))
    if hits in (0, n):
        return Estimate(hits / n if n else float("nan"), float("nan"), float("nan"), hits, n)
    top, bottom = _resampled(sample, [weights * both, weights * base], seed, draws)
    ratios = top[bottom > 0] / bottom[bottom > 0]
    low, high = np.quantile(ratios, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return Estimate(float(weights[both].sum() / weights[base].sum()), float(low), float(high), hits, n)


def recall_floor(sample: Sample) -> float:
    """Return the recall if each stratum held as many missed sites as its sample does not rule out (Wilson, 95 %).

    A stratum of 5,000 objects of which 20 were read, none a site, may hold 800 of them. Bootstrap cannot see those.
    """
    weights = sample.weights()
    found = float(weights[(sample.truth == YES) & sample.found].sum())
    missed = sum(high for _, high in missed_in(sample).values())
    return found / (found + missed) if found + missed else float("nan")


def missed_in(sample: Sample) -> dict[str, tuple[float, float]]:
    """Return for each stratum how many sites are missed there: the estimate and its upper 95 % limit, in objects."""
    result = {}
    for name in np.unique(sample.stratum):
        here = sample.stratum == name
        size = int(sample.size[here][0])
        sure = here & (sample.truth != UNSURE)
        n, hits = int(np.count_nonzero(sure)), int(np.count_nonzero(sure & (sample.truth == YES) & ~sample.found))
        # a stratum read to the end leaves nothing to guess; one where all was found has no room for misses
        if not np.count_nonzero(here & ~sample.found):
            result[str(name)] = (0.0, 0.0)
        elif np.count_nonzero(here) == size:
            result[str(name)] = (float(hits), float(hits))
        else:
            # unsure ones are no sites in the estimate, and are left out of the limit, which grows by that
            result[str(name)] = (size * hits / np.count_nonzero(here), size * wilson(hits, n)[1])
    return result


def _resampled(sample: Sample, values: list[np.ndarray], seed: int, draws: int) -> list[np.ndarray]:
    """Return sums of the values over samples drawn again with replacement, each stratum by itself, shape (draws,)."""
    rng = np.random.default_rng(seed)
    sums = [np.zeros(draws) for _ in values]
    for name in np.unique(sample.stratum):
        rows = np.flatnonzero(sample.stratum == name)
        picks = rows[rng.integers(0, len(rows), (draws, len(rows)))]
        for total, value in zip(sums, values, strict=True):
            total += value[picks].sum(axis=1)
    return sums
