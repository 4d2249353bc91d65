"""What a criterion is made of: the table `parts`, so that each figure of a candidate can be taken apart again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

NONE = np.array([], dtype=int)
PER_ROW = ("site", "part", "name", "n", "value", "distance_m")
LEAST_SHARE = 0.001  # a part below this share of its criterion is added up with others of its kind


@dataclass(frozen=True)
class Heading:
    """What rows tell of: a criterion, the kind of its parts, the unit of what they add."""

    criterion: str
    kind: str
    unit: str


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of the table parts before they stand in one: what all tell of, and the columns that differ, shape (rows,).

    `site` is the row number of the candidate.
    """

    of: Heading
    site: np.ndarray
    part: np.ndarray
    name: np.ndarray
    n: np.ndarray
    value: np.ndarray
    distance_m: np.ndarray


def rows(
    of: Heading,
    *,
    site: np.ndarray,
    part: Sequence[str] | np.ndarray,
    value: np.ndarray,
    name: Sequence[str] | np.ndarray | str = "",
    n: np.ndarray | int = 1,
    distance_m: np.ndarray | float = np.nan,
) -> Rows:
    """Make rows of the table parts, one for each element of `site` (row number of the candidate).

    Parameters
    ----------
    of : what all rows tell of.
    site, part, value : shape (rows,): candidate, id of the part, what it adds.
    name, n, distance_m : words for the part, how many objects it stands for, metres to it on foot.
    """

    def column(given: Any, kind: type) -> np.ndarray:
        return np.broadcast_to(np.asarray(given, dtype=kind), len(site))

    return Rows(
        of,
        site=column(site, int),
        part=column(part, object),
        name=column(name, object),
        n=column(n, int),
        value=column(value, float),
        distance_m=column(distance_m, float),
    )


def each(
    of: Heading,
    *,
    contribution: np.ndarray,
    total: np.ndarray,
    metres: np.ndarray,
    objects: pd.DataFrame,
) -> list[Rows]:
    """Make one row an object that adds at least `LEAST_SHARE` of the criterion, and one for all others together.

    Parameters
    ----------
    of : what all rows tell of.
    contribution, metres : what each object adds and the metres to it, shape (sites, objects).
    total : the criterion, shape (sites,).
    objects : one row an object: its id, its name.
    """
    large = contribution > LEAST_SHARE * total[:, None]
    site, k = np.nonzero(large)
    shown = rows(
        of,
        site=site,
        part=objects.iloc[k, 0].to_numpy(),
        name=objects.iloc[k, 1].to_numpy(),
        value=contribution[site, k],
        distance_m=metres[site, k],
    )
    small = np.where(large, 0.0, contribution)
    left = np.flatnonzero((small > 0).any(axis=1))
    rest = rows(
        of,
        site=left,
        part=np.full(len(left), "others"),
        value=small.sum(axis=1)[left],
        n=(small > 0).sum(axis=1)[left],
    )
    return [shown, rest]


def grouped(of: Heading, *, contribution: np.ndarray, labels: np.ndarray) -> Rows:
    """Make one row a label (kind of amenity, domain): what its objects add together, and how many they are.

    Parameters
    ----------
    of : what all rows tell of.
    contribution : what each object adds, shape (sites, objects).
    labels : of the objects.
    """
    kinds = np.unique(labels)
    member = (labels[:, None] == kinds).astype(float)
    value, n = contribution @ member, (contribution > 0) @ member
    site, k = np.nonzero(value)
    return rows(of, site=site, part=kinds[k], value=value[site, k], n=n[site, k].astype(int))


def frame(found: Sequence[Rows], site_ids: np.ndarray, kept: np.ndarray) -> pd.DataFrame:
    """Put rows together as the table parts, for the candidates that are kept.

    Parameters
    ----------
    found : rows as the functions above make them.
    site_ids : ids of the candidates.
    kept : which candidates have criteria at all, shape (sites,).
    """
    every = [rows(Heading("", "", ""), site=NONE, part=[], value=NONE), *found]
    columns = {name: np.concatenate([getattr(one, name) for one in every]) for name in PER_ROW}
    number, site = np.repeat(np.arange(len(every)), [len(one.site) for one in every]), columns.pop("site")
    told = {
        name: np.array([getattr(one.of, name) for one in every], dtype=object)[number]
        for name in ("criterion", "kind", "unit")
    }
    whole = pd.DataFrame({"site_id": site_ids[site], **told, **columns})[kept[site]]
    texts = dict.fromkeys(("site_id", "criterion", "kind", "part", "name", "unit"), "str")
    keys = ["site_id", "criterion", "kind", "value", "part"]
    ordered: pd.DataFrame = whole.astype(texts).sort_values(
        keys, ascending=[True, True, True, False, True], ignore_index=True
    )
    return ordered[["site_id", "criterion", "kind", "part", "name", "n", "value", "unit", "distance_m"]]
