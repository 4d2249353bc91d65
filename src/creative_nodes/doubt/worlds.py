"""The joint doubt: a city in many worlds, and what of its ranking and its set is left (METHOD section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from creative_nodes.common import tables
from creative_nodes.doubt.draws import NUMBERS, Drawn, Uncertain, draw_worlds, unchanged
from creative_nodes.doubt.gather import DoubtedCity, DoubtRules, gather
from creative_nodes.doubt.sets import WorldSets, best_in_world, may_open, reached_by_priority, world_aims
from creative_nodes.doubt.tables import MEMBER_DOUBT, SET_DOUBT, SITE_DOUBT, WORLD_VALUES, WORLDS
from creative_nodes.doubt.world import Kept, Rules, Valued, today_scales, value_world
from creative_nodes.network import typical_network
from creative_nodes.reach import decayed, half_life_to_decay
from creative_nodes.score import (
    HIGH_QUANTILE,
    LEAST_REACHED,
    LEAST_TO_RANK,
    LOW_QUANTILE,
    NEARLY_BEST,
    ordered_weights,
    top_of,
)

BY_CHANCE = 2.0  # standard errors of a rank correlation; what moves a rank by less is not named


@dataclass(frozen=True, eq=False)
class Run:
    """A city with what worlds are drawn over, and its own answer.

    `chosen`: numbers of the sites of the recommended set, none without one.
    """

    kept: Kept
    of: Uncertain
    rules: DoubtRules
    worlds: Rules
    base: Drawn
    today: dict[str, Any]
    weights: dict[str, float]
    chosen: tuple[int, ...]

    @classmethod
    def start(cls, city: DoubtedCity, rules: DoubtRules, chosen: Sequence[str]) -> Run:
        """Gather a city; `chosen`: site_id of the members of the recommended set."""
        kept, of = gather(city, rules)
        base, worlds = unchanged(of), rules.of_worlds()
        number = {site_id: row for row, site_id in enumerate(kept.sites.site_ids)}
        return cls(
            kept,
            of,
            rules,
            worlds,
            base,
            today_scales(kept, base, worlds),
            ordered_weights(rules.score),
            tuple(number[site_id] for site_id in chosen),
        )

    def value(self, drawn: Drawn) -> Valued:
        """Work out what the sites are worth in a world."""
        return value_world(self.kept, drawn, self.worlds, today=self.today, weights=self.weights)

    def weightings(self, valued: Valued, world: int) -> np.ndarray:
        """Draw weightings about the run's, of the criteria in use in a world, shape (weightings, criteria)."""
        rng, n = np.random.default_rng([self.rules.seed, 2, world]), self.rules.doubt.weightings
        alpha = {name: weight * self.rules.score.concentration for name, weight in self.weights.items() if weight > 0}
        drawn = pd.DataFrame(rng.dirichlet(list(alpha.values()), size=n), columns=list(alpha))
        used = drawn[list(valued.names)].to_numpy()
        return np.asarray(used / used.sum(axis=1, keepdims=True)) if used.size else used

    def sets(self, valued: Valued, drawn: Drawn) -> WorldSets | None:
        """Find the best set of a world; none where the run recommends none."""
        if not self.chosen:
            return None
        which, k = may_open(self.kept, drawn), len(self.chosen)
        # a set is one of grounds: where a member is not real, another on its ground may be
        there = self.kept.sites.grounds.stand_in(self.chosen, which)
        return best_in_world(world_aims(self.kept, valued, drawn, which), which, there, k)

    def by_priority(self, plain: Valued) -> np.ndarray:
        """Return the share of the best that the recommended set reaches under drawn shares of its two aims.

        `plain` is what the sites are worth in the run itself.
        """
        score, which = self.rules.score, may_open(self.kept, self.base)
        rng = np.random.default_rng([self.rules.seed, 3])
        shares = rng.beta(score.concentration / 2, score.concentration / 2, size=score.draws)
        aims = world_aims(self.kept, plain, self.base, which)
        return reached_by_priority(aims, np.searchsorted(which, self.chosen).tolist(), len(self.chosen), shares)


@dataclass(eq=False)
class Seen:
    """What was seen in the worlds: ranks under the run's weights and under drawn ones, the best sets, a row a world."""

    worlds: list[Drawn]
    ranks: list[np.ndarray] = field(default_factory=list)
    drawn_ranks: list[np.ndarray] = field(default_factory=list)
    sets: list[WorldSets] = field(default_factory=list)
    values: list[pd.DataFrame] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


# ---------------------------------------------------------------- worlds


def _row(run: Run, drawn: Drawn, valued: Valued, ranks: np.ndarray, sets: WorldSets | None) -> dict[str, Any]:
    """Describe a world."""
    ids, known = run.kept.sites.site_ids, len(run.of.loss)
    chains = valued.position.linked.chains
    row: dict[str, Any] = {
        **drawn.numbers,
        "people": int(drawn.numbers["people"]),
        "spaces_lost": int((~drawn.spaces[:known]).sum()),
        "spaces_added": int(drawn.spaces[known:].sum()),
        "ranked": len(valued.sites),
        "typical_network": typical_network(chains.size, order=drawn.numbers["orders"]),
        "anchor_served": valued.scales["newly_served"].one,
        "anchor_gain": valued.scales["network_gain"].one,
        "first": str(ids[int(ranks.argmin())]) if len(valued.sites) else "",
        "best_set": [],
    }
    if sets:
        row |= {"best_set": ids[list(sets.best)].tolist(), "set_worth": sets.worth, "set_reached": sets.reached()}
        row |= {"set_served": sets.own.newly_served, "set_gain": sets.own.network_gain}
    return row


def see_worlds(run: Run) -> Seen:
    """Go through the worlds.

    Parameters
    ----------
    run : a city gathered.
    """
    seen, n = Seen(draw_worlds(run.of, run.rules.doubt, seed=run.rules.seed)), len(run.kept.sites.site_ids)
    for number, drawn in enumerate(seen.worlds, start=1):
        valued = run.value(drawn)
        ranks = valued.ranks(valued.weights[None, :], n)[:, 0]
        sets = run.sets(valued, drawn)
        seen.ranks.append(ranks)
        seen.drawn_ranks.append(valued.ranks(run.weightings(valued, number), n))
        seen.values.append(valued.every.assign(world=number, site_id=run.kept.sites.site_ids[valued.sites]))
        seen.rows.append({"world": number, **_row(run, drawn, valued, ranks, sets)})
        if sets:
            seen.sets.append(sets)
    return seen


# ---------------------------------------------------------------- sites


def _axes(run: Run, worlds: Sequence[Drawn]) -> tuple[list[str], np.ndarray]:
    """Return what may move a rank: names, and the figures by world and site, shape (worlds, sites, names)."""
    kept, n = run.kept, len(run.kept.sites.site_ids)
    widest = kept.walks[max(kept.walks)].space_m[:n]
    near = decayed(widest, kept.spaces.tier, half_life_to_decay(run.worlds.neighbourhood_half_life_m))
    found = {name: np.array([np.full(n, one.numbers[name]) for one in worlds]) for name in NUMBERS}
    found["spaces"] = np.array([near @ one.spaces for one in worlds])
    found["area"] = np.array([np.where(kept.sites.area_unknown, one.area, 0.0) for one in worlds])
    found["age"] = np.array([np.where(kept.sites.age_unknown, one.age, 0.0) for one in worlds])
    return list(found), np.nan_to_num(np.stack(list(found.values()), axis=2))


def _moved_by(figures: np.ndarray, ranks: np.ndarray) -> tuple[int, float]:
    """Return which column of figures goes with the ranks most, and how (Spearman); -1 for none beyond chance."""
    varies = np.flatnonzero(np.ptp(figures, axis=0) > 0) if len(ranks) > 2 and np.ptp(ranks) else np.zeros(0, dtype=int)
    found = np.array([spearmanr(figures[:, k], ranks).statistic for k in varies])
    if not len(found) or np.abs(found).max() < BY_CHANCE / np.sqrt(len(ranks)):
        return -1, np.nan
    return int(varies[np.abs(found).argmax()]), float(found[np.abs(found).argmax()])


def _moved(run: Run, worlds: Sequence[Drawn], ranks: np.ndarray) -> tuple[list[str], list[float]]:
    """Name what moved each rank most in the worlds that rank the site, and its rank correlation.

    Ranks have shape (worlds, sites).
    """
    (names, figures), n = _axes(run, worlds), ranks.shape[1]
    found = [_moved_by(figures[(own := ranks[:, k] <= n), k], ranks[own, k]) for k in range(n)]
    return [names[which] if which >= 0 else "" for which, _ in found], [how for _, how in found]


def _by_weights(drawn: np.ndarray, n: int) -> np.ndarray:
    """Return the share of the variance of each rank that weights make, by the law of total variance, shape (sites,).

    Ranks have shape (worlds, sites, weightings); worlds that do not rank a site are left out.
    """
    out = np.full(n, np.nan)
    for site in range(n):
        own = drawn[drawn[:, site, 0] <= n, site]
        if own.size and own.var() > 0:
            out[site] = own.var(axis=1).mean() / own.var()
    return out


def _quantile(ranks: np.ndarray, share: float, n: int) -> pd.Series:
    """Return a quantile of the ranks by site, the nearest one drawn; missing where it is not ranked there."""
    found = np.quantile(ranks, share, axis=1, method="nearest")
    return pd.Series(found).where(found <= n).astype("Int64")


def _site_doubt(run: Run, seen: Seen, plain: np.ndarray) -> pd.DataFrame:
    """Make the table site_doubt; `plain` are the run's own ranks."""
    ids, n = run.kept.sites.site_ids, len(run.kept.sites.site_ids)
    # shapes (worlds, sites), (worlds, sites, weightings) and (sites, worlds x weightings)
    ranks, drawn = np.stack(seen.ranks), np.stack(seen.drawn_ranks)
    joint = np.concatenate(seen.drawn_ranks, axis=1)
    in_run = plain <= n
    top_n = top_of(int(in_run.sum()), run.rules.score)
    moved, how = _moved(run, seen.worlds, ranks)
    frame = pd.DataFrame(
        {
            "site_id": ids,
            "rank": pd.Series(plain).where(in_run).astype("Int64"),
            "top_n": top_n,
            "worlds": len(ranks),
            "weightings": run.rules.doubt.weightings,
            "p_ranked": (ranks <= n).mean(axis=0),
            "p_first": (joint == 1).mean(axis=1),
            "p_top": (joint <= top_n).mean(axis=1),
            "rank_low": _quantile(joint, LOW_QUANTILE, n),
            "rank_high": _quantile(joint, HIGH_QUANTILE, n),
            "p_first_map": (ranks == 1).mean(axis=0),
            "p_top_map": (ranks <= top_n).mean(axis=0),
            "moved_by": moved,
            "moved_by_correlation": how,
            "by_weights": _by_weights(drawn, n),
        }
    )
    return frame.sort_values(["rank", "site_id"])[[column.name for column in SITE_DOUBT.columns]]


# ---------------------------------------------------------------- sets


def _members(run: Run, seen: Seen) -> pd.DataFrame:
    """Make the table member_doubt."""
    which, k, grounds = may_open(run.kept, run.base), len(run.chosen), run.kept.sites.grounds
    best, own = [set(grounds.of_members(one.best)) for one in seen.sets], [grounds.of(site) for site in which]
    chance = np.array([np.mean([ground in one for one in best]) for ground in own])
    ids = run.kept.sites.site_ids[which]
    order = np.lexsort((ids.astype(str), -chance))
    often = np.isin(np.arange(len(which)), grounds.some(which).firsts(order.tolist())[:k])
    found = {
        "site_id": ids,
        "in_set": np.isin(which, run.chosen),
        "chance": chance,
        "chance_level": k / len(set(own)),
        "often": often,
    }
    frame = pd.DataFrame(found).sort_values(["chance", "site_id"], ascending=[False, True])
    return frame[[column.name for column in MEMBER_DOUBT.columns]]


def _set_doubt(run: Run, seen: Seen, members: pd.DataFrame, plain: Valued) -> pd.DataFrame:
    """Make the table set_doubt; `plain` is what the sites are worth in the run itself."""
    reached = np.array([one.reached() for one in seen.sets])
    by_priority, ids = run.by_priority(plain), run.kept.sites.site_ids
    reaches = float((reached >= NEARLY_BEST).mean())
    served, gain = (
        np.quantile([getattr(one.own, aim) for one in seen.sets], (LOW_QUANTILE, 0.5, HIGH_QUANTILE)).tolist()
        for aim in ("newly_served", "network_gain")
    )
    row = {
        "members": ids[list(run.chosen)].tolist(),
        "k": len(run.chosen),
        "eligible": len(members),
        "worlds": len(reached),
        "reaches": reaches,
        "mean_reached": float(reached.mean()),
        "served_low": served[0],
        "served_median": served[1],
        "served_high": served[2],
        "gain_low": gain[0],
        "gain_median": gain[1],
        "gain_high": gain[2],
        "reaches_by_priority": float((by_priority >= NEARLY_BEST).mean()),
        "draws": len(by_priority),
        "best_sets": len({run.kept.sites.grounds.of_members(one.best) for one in seen.sets}),
        "recommended": reaches >= LEAST_REACHED,
        "most_often": members.loc[members["often"], "site_id"].tolist(),
    }
    return pd.DataFrame([row])[[column.name for column in SET_DOUBT.columns]]


# ---------------------------------------------------------------- the whole


def _world_values(seen: Seen) -> pd.DataFrame:
    """Make the table world_values."""
    whole = pd.concat(seen.values, ignore_index=True)
    return whole.reindex(columns=[column.name for column in WORLD_VALUES.columns])


def doubt_worlds(city: DoubtedCity, rules: DoubtRules, chosen: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Draw worlds and say what of the ranking and of the set is left.

    Parameters
    ----------
    city : tables and streets.
    rules : settings.
    chosen : site_id of the members of the recommended set; none without one.

    Returns
    -------
    the tables worlds, world_values, site_doubt, set_doubt and member_doubt, by name. Where fewer than three sites are
    ranked nothing is: all are empty.
    """
    nothing = {table.name: tables.empty(table) for table in (WORLDS, WORLD_VALUES, SITE_DOUBT, SET_DOUBT, MEMBER_DOUBT)}
    if not len(city.candidates):
        return nothing
    run = Run.start(city, rules, chosen)
    n, plain = len(run.kept.sites.site_ids), run.value(run.base)
    if len(plain.sites) < LEAST_TO_RANK or not plain.names:
        return nothing
    seen = see_worlds(run)
    worlds = pd.DataFrame(seen.rows).reindex(columns=[column.name for column in WORLDS.columns])
    found = {
        "worlds": worlds,
        "world_values": _world_values(seen),
        "site_doubt": _site_doubt(run, seen, plain.ranks(plain.weights[None, :], n)[:, 0]),
    }
    if run.chosen:
        members = _members(run, seen)
        found |= {"set_doubt": _set_doubt(run, seen, members, plain), "member_doubt": members}
    return nothing | found


def worlds_in_words(found: dict[str, pd.DataFrame]) -> str:
    """Say in a line what came of it."""
    worlds, sets = found["worlds"], found["set_doubt"]
    if worlds.empty:
        return "fewer than three sites are ranked: nothing to doubt"
    told = f"{len(worlds)} worlds, {worlds['first'].nunique()} sites first in some"
    return told if sets.empty else f"{told}; the set is nearly best in {sets['reaches'].iloc[0]:.0%}"
