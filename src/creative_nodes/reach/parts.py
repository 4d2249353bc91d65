"""What a criterion is made of: the table `parts`, so that each figure of a candidate can be taken apart again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

NONE = np.array([], dtype=int)
LEAST_SHARE = 0.001  # a part below this share of its criterion is added up with others of its kind


@dataclass(frozen=True)
class Heading:
    """What rows tell of: a criterion, the kind of its parts, the unit of what they add."""

    criterion: str
    kind: str
    unit: str


def rows(
    of: Heading,
    *,
    site: np.ndarray,
    part: Sequence[str] | np.ndarray,
    value: np.ndarray,
    name: Sequence[str] | np.ndarray | str = "",
    n: np.ndarray | int = 1,
    distance_m: np.ndarray | float = np.nan,
) -> pd.DataFrame:
    """Make rows of the table parts, one for each element of `site` (row number of the candidate).

    Parameters
    ----------
    of : what all rows tell of.
    site, part, value : shape (rows,): candidate, id of the part, what it adds.
    name, n, distance_m : words for the part, how many objects it stands for, metres to it on foot.
    """
    told = {"criterion": of.criterion, "kind": of.kind, "unit": of.unit}
    columns = {"site": site, "part": part, "name": name, "n": n, "value": value, "distance_m": distance_m}
    frame = pd.DataFrame({**told, **columns}, index=range(len(site)))
    return frame[["site", "criterion", "kind", "part", "name", "n", "value", "unit", "distance_m"]]


def each(
    of: Heading,
    *,
    contribution: np.ndarray,
    total: np.ndarray,
    metres: np.ndarray,
    objects: pd.DataFrame,
) -> pd.DataFrame:
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
    return pd.concat([shown, rest], ignore_index=True)


def grouped(of: Heading, *, contribution: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
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


def frame(found: Sequence[pd.DataFrame], site_ids: np.ndarray, kept: np.ndarray) -> pd.DataFrame:
    """Put rows together as the table parts, for the candidates that are kept.

    Parameters
    ----------
    found : rows as the functions above make them.
    site_ids : ids of the candidates.
    kept : which candidates have criteria at all, shape (sites,).
    """
    whole = pd.concat([rows(Heading("", "", ""), site=NONE, part=[], value=NONE), *found], ignore_index=True)
    whole = whole[kept[whole["site"].to_numpy(dtype=int)]]
    whole.insert(0, "site_id", site_ids[whole.pop("site").to_numpy(dtype=int)])
    keys = ["site_id", "criterion", "kind", "value", "part"]
    ordered: pd.DataFrame = whole.sort_values(keys, ascending=[True, True, True, False, True], ignore_index=True)
    return ordered
