"""What the page carries to judge other priorities by: what sites are worth in the worlds drawn, and sets of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creative_nodes.choose import CONNECTS_FROM
from creative_nodes.common import CRITERIA
from creative_nodes.report.city.sets import is_recommended, set_of
from creative_nodes.report.draw.packed import written
from creative_nodes.report.say.spoken import table
from creative_nodes.report.say.words import rows
from creative_nodes.score import ERRORS, FAILS_BELOW, HOLDS_FROM

STEPS = 10_000  # a value is carried in whole steps of so many to 1
MOST_CARRIED = 150_000  # values of all worlds together, some 2 bytes each on the page
FEWEST_WORLDS = 20


@dataclass(frozen=True)
class Worlds:
    """What each site is worth in each world: differences from the run's own values, by criterion, site and world.

    Attributes
    ----------
    n : worlds carried, the first ones drawn.
    used : a text a world, a sign a criterion: 1 where it is in use.
    ranked : a text a world, a sign a site: 1 where it is real and can be reached.
    moves : in whole steps of `STEPS` to 1, written as `packed.written` does.
    """

    n: int
    used: tuple[str, ...]
    ranked: tuple[str, ...]
    moves: str


@dataclass(frozen=True)
class Sets:
    """The sets that are best at some share of their two aims, and each site alone.

    Attributes
    ----------
    k : members of a set; 0: there is none.
    anchors : of residents newly served and of network gain; 0 for an aim that does not count.
    connects_from : share of k times the anchor from which a set's gain connects.
    recommended : whether the run recommends its own best set.
    sets : a list a set: numbers of its members, what each adds (served, gain), and what all bring (served, gain).
    alone : by number of a site that may be chosen: what it brings alone (served, gain).
    grounds : by the same number, the least number of a site on its ground.
    """

    k: int
    anchors: tuple[float, float]
    connects_from: float
    recommended: bool
    sets: tuple[tuple[list[int], list[tuple[float, float]], tuple[float, float]], ...]
    alone: Mapping[int, tuple[float, float]]
    grounds: Mapping[int, int]


# ---------------------------------------------------------------- worlds


def _signs(flags: np.ndarray) -> tuple[str, ...]:
    return tuple("".join("01"[int(flag)] for flag in row) for row in flags)


def worlds_of(tables: Mapping[str, Any], site_ids: Sequence[str], own: np.ndarray) -> Worlds | None:
    """Pack the table world_values; nothing where no worlds were drawn.

    Parameters
    ----------
    tables : world_values by name; it may be missing or empty.
    site_ids : of the page's sites, in their order.
    own : the run's own values, shape (ranked sites, criteria); the ranked ones stand first.
    """
    found = table(tables, "world_values")
    if found is None:
        return None
    n = min(int(found["world"].max()), max(FEWEST_WORLDS, MOST_CARRIED // (len(site_ids) * len(CRITERIA))))
    known = found[(found["world"] <= n) & found["site_id"].isin(list(site_ids))]
    world = known["world"].to_numpy(dtype=int) - 1
    site = pd.Index(site_ids).get_indexer(pd.Index(known["site_id"]))
    values = np.full((n, len(site_ids), len(CRITERIA)), np.nan)
    values[world, site] = known[list(CRITERIA)].to_numpy(dtype=float, na_value=np.nan)
    base = np.zeros((len(site_ids), len(CRITERIA)))
    base[: len(own)] = own
    moves = np.nan_to_num(np.round(values * STEPS) - np.round(base * STEPS))
    seen = np.zeros((n, len(site_ids)), dtype=bool)
    seen[world, site] = True
    used = (~np.isnan(values)).any(axis=1)
    return Worlds(n, _signs(used), _signs(seen), written(tuple(moves.transpose(2, 1, 0).ravel().astype(int).tolist())))


# ---------------------------------------------------------------- sets


def _grounds(candidates: pd.DataFrame, number: Mapping[str, int], eligible: Sequence[str]) -> dict[int, int]:
    """Return by site the least number of those that may be chosen on its ground."""
    others = candidates.set_index("site_id")["one_ground_with"]
    return {
        number[one]: min(number[one_too] for one_too in (one, *others[one]) if one_too in eligible) for one in eligible
    }


def sets_of(tables: Mapping[str, Any], site_ids: Sequence[str]) -> Sets | None:
    """Read the table set_front; nothing where the run names no set.

    Parameters
    ----------
    tables : set_front, set_beside_ranking, candidates, recommended and set_doubt by name; each may be missing or empty.
    site_ids : of the page's sites, in their order.
    """
    front, beside = table(tables, "set_front"), table(tables, "set_beside_ranking")
    if front is None or beside is None or not set_of(tables):
        return None
    number = {site_id: i for i, site_id in enumerate(site_ids)}
    k = int(beside["k"].iloc[0])
    found: list[tuple[list[int], list[tuple[float, float]], tuple[float, float]]] = []
    alone: dict[int, tuple[float, float]] = {}
    for _, own in front.groupby("number", sort=True):
        members = rows(own)
        brings = float(members[0].set_served), float(members[0].set_gain)
        adds = [(float(row.adds_served), float(row.adds_gain)) for row in members]
        found += [([number[row.site_id] for row in members], adds, brings)] if len(members) == k else []
        alone |= {number[members[0].site_id]: brings} if len(members) == 1 else {}
    eligible = [site_ids[i] for i in alone]
    return Sets(
        k,
        (float(beside["anchor_served"].iloc[0]), float(beside["anchor_gain"].iloc[0])),
        CONNECTS_FROM,
        is_recommended(tables),
        tuple(found),
        alone,
        _grounds(tables["candidates"], number, eligible),
    )


# ---------------------------------------------------------------- the whole


@dataclass(frozen=True)
class Carried:
    """What the browser judges other priorities by.

    Attributes
    ----------
    worlds, sets : see there; none where the run has none.
    concentration : of the weightings drawn around weights.
    top : how many count as the first.
    thresholds : share from which a statement holds, share below which it does not, and standard errors between.
    """

    worlds: Worlds | None
    sets: Sets | None
    concentration: float
    top: int
    thresholds: tuple[float, float, float] = (HOLDS_FROM, FAILS_BELOW, ERRORS)


def carried(
    tables: Mapping[str, Any],
    site_ids: Sequence[str],
    own: Sequence[Sequence[float]],
    *,
    concentration: float,
    top: int,
) -> Carried:
    """Collect what the page carries.

    Parameters
    ----------
    tables : world_values, set_front, set_beside_ranking, candidates, recommended and set_doubt by name.
    site_ids : of the page's sites, in their order.
    own : the run's own values of the ranked ones; none where priorities cannot be set on the page.
    concentration, top : see `Carried`.
    """
    if not len(own):
        return Carried(None, None, concentration, top)
    return Carried(worlds_of(tables, site_ids, np.array(own)), sets_of(tables, site_ids), concentration, top)
