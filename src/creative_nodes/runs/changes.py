"""What changed from one run to another in a city: the tables run_changes and run_steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import NAME_COLUMNS, tables
from creative_nodes.locate import HERITAGE
from creative_nodes.runs.answers import Answer, stored
from creative_nodes.runs.matching import match_sites
from creative_nodes.runs.record import RunCity
from creative_nodes.runs.steps import Step, steps_between
from creative_nodes.runs.tables import CAUSES, RUN_CHANGES, RUN_STEPS

ABSENT = -1.0  # in the place of a rank: no candidate


@dataclass(frozen=True, eq=False)
class Followed:
    """The sites of both runs, each followed from one to the other.

    Attributes
    ----------
    before, after : site ids of each run, empty where a site is not in it; shape (sites,).
    how : what told that they are one.
    """

    before: np.ndarray
    after: np.ndarray
    how: np.ndarray

    def ranks(self, answer: Answer) -> np.ndarray:
        """Return the rank of each site; missing without one, `ABSENT` for no candidate."""
        own = answer.ranks["rank"]
        return np.array([own[site] if (site := self._in(answer, i)) else ABSENT for i in range(len(self.how))])

    def scores(self, answer: Answer) -> np.ndarray:
        """Return the score of each site; missing without one."""
        own = answer.ranks["score"]
        return np.array([own[site] if (site := self._in(answer, i)) else np.nan for i in range(len(self.how))])

    def chosen(self, answer: Answer) -> np.ndarray:
        """Tell which sites are in the recommended set."""
        return np.array([bool({old, new} & answer.chosen) for old, new in zip(self.before, self.after, strict=True)])

    def _in(self, answer: Answer, i: int) -> str:
        """Return the id that a site has in an answer; empty when it is no candidate there."""
        return next((site for site in (self.after[i], self.before[i]) if site in answer.ranks.index), "")


def _heritage(run: RunCity) -> gpd.GeoDataFrame:
    found: gpd.GeoDataFrame = tables.read(HERITAGE, run.files("heritage")["heritage"])
    return found


def _everyone(answers: Sequence[Answer]) -> set[str]:
    return {site for answer in answers for site in answer.ranks.index}


def _followed(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, answers: Sequence[Answer]) -> Followed:
    """Follow every site that is a candidate in one of the answers."""
    pairs, seen = match_sites(before, after), _everyone(answers)
    known = set(after["site_id"])
    rows = [(old, new, how) for old, (new, how) in pairs.items() if {old, new} & seen]
    rows += [(old, "", "") for old in before["site_id"] if old not in pairs and old in seen]
    taken = {new for new, _ in pairs.values()}
    rows += [("", new, "") for new in sorted(known - taken) if new in seen]
    columns = np.array(sorted(rows), dtype=object).reshape(-1, 3).T
    return Followed(*columns)


def _change(before: float, after: float) -> str:
    """Name what became of a rank."""
    if before == ABSENT or after == ABSENT:
        return "gone" if after == ABSENT else "new"
    if np.isnan(before) or np.isnan(after):
        return "never_ranked" if np.isnan(before) and np.isnan(after) else "ranked" if np.isnan(before) else "unranked"
    return "level" if before == after else "up" if after < before else "down"


def _differ(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Tell where two states differ; two missing ranks are alike."""
    return np.asarray(~((before == after) | (np.isnan(before) & np.isnan(after))))


def _moves(steps: Sequence[Step], sites: Followed, cause: str) -> np.ndarray:
    """Add up the ranks won at the steps of a cause; missing where a rank is."""
    total = np.zeros(len(sites.how))
    for step in steps:
        if step.cause == cause:
            total = total + _known(sites.ranks(step.before)) - _known(sites.ranks(step.after))
    return total


def _causes(steps: Sequence[Step], flags: Sequence[np.ndarray], i: int) -> list[str]:
    """List the causes of the steps at which something of a site changed."""
    return [cause for cause in CAUSES if any(s.cause == cause and f[i] for s, f in zip(steps, flags, strict=True))]


def _names(sites: Followed, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return names and shape of each site, as they are after where it is there."""
    kept = [*NAME_COLUMNS, "geometry"]
    old, new = (frame.set_index("site_id")[kept] for frame in (before, after))
    rows = [(new.loc[site] if site else old.loc[was]) for site, was in zip(sites.after, sites.before, strict=True)]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=kept).reset_index(drop=True), crs=after.crs)


def _known(ranks: np.ndarray) -> np.ndarray:
    """Return ranks, missing for no candidate too."""
    return np.where(ranks == ABSENT, np.nan, ranks)


def _integers(values: np.ndarray) -> pd.Series:
    return pd.Series(values).astype("Int64")


def _run_changes(steps: Sequence[Step], sites: Followed, ends: tuple[Answer, Answer], named: Any) -> gpd.GeoDataFrame:
    ranks, scores, chosen = ([of(end) for end in ends] for of in (sites.ranks, sites.scores, sites.chosen))
    moved = [_differ(sites.ranks(step.before), sites.ranks(step.after)) for step in steps]
    joined = [sites.chosen(step.before) != sites.chosen(step.after) for step in steps]
    both = [_known(rank) for rank in ranks]
    whole = both[0] - both[1]
    by_cause = {cause: _moves(steps, sites, cause) for cause in CAUSES}
    n = range(len(sites.how))
    found = named.assign(
        site_id=[new or old for new, old in zip(sites.after, sites.before, strict=True)],
        site_id_before=sites.before,
        matched_by=sites.how,
        change=[_change(one, other) for one, other in zip(*ranks, strict=True)],
        rank_before=_integers(both[0]),
        rank_after=_integers(both[1]),
        move=_integers(whole),
        score_before=scores[0],
        score_after=scores[1],
        in_set_before=chosen[0],
        in_set_after=chosen[1],
        **{f"move_{cause}": _integers(np.where(np.isnan(whole), np.nan, by_cause[cause])) for cause in CAUSES},
        because=[_causes(steps, moved, i) for i in n],
        set_because=[_causes(steps, joined, i) for i in n],
    )
    order = found.assign(last=found["rank_after"].isna()).sort_values(["last", "rank_after", "rank_before", "site_id"])
    return order[[column.name for column in RUN_CHANGES.columns]].reset_index(drop=True)


def _step_row(number: int, step: Step, sites: Followed) -> dict[str, Any]:
    before, after = sites.ranks(step.before), sites.ranks(step.after)
    was, now = sites.chosen(step.before), sites.chosen(step.after)
    gone, new = (after == ABSENT) & (before != ABSENT), (before == ABSENT) & (after != ABSENT)
    return {
        "step": number,
        "cause": step.cause,
        "parts": list(step.parts),
        "differs": list(step.differs),
        "computed": step.computed,
        "moved": int((_differ(before, after) & ~gone & ~new).sum()),
        "came": int(new.sum()),
        "went": int(gone.sum()),
        "into_set": int((now & ~was).sum()),
        "out_of_set": int((was & ~now).sum()),
        "problem": step.problem,
    }


def compare_runs(before: RunCity, after: RunCity, today: Mapping[str, str]) -> dict[str, Any]:
    """Tell what changed in a city from one run to another, and why.

    Parameters
    ----------
    before, after : the city in each run.
    today : fingerprint by script, of `ANSWERING`.

    Returns
    -------
    The tables run_changes and run_steps.
    """
    steps, ends = steps_between(before, after, today), (stored(before), stored(after))
    grounds = _heritage(before), _heritage(after)
    sites = _followed(*grounds, [*ends, *(end for step in steps for end in (step.before, step.after))])
    rows = [_step_row(number, step, sites) for number, step in enumerate(steps, start=1)]
    listed = pd.DataFrame(rows) if rows else tables.empty(RUN_STEPS)
    changes = _run_changes(steps, sites, ends, _names(sites, *grounds)) if len(sites.how) else tables.empty(RUN_CHANGES)
    return {"run_changes": changes, "run_steps": listed}
