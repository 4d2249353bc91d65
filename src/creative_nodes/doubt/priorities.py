"""How sure a rank is, and what would change it (METHOD section 8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from creative_nodes.common import tables
from creative_nodes.doubt.tables import AGREEMENT, PRIORITIES_DOUBT, RANK_ACCEPTABILITY
from creative_nodes.network import row_blocks
from creative_nodes.score import (
    Acceptability,
    Prepared,
    Scale,
    Score,
    accept,
    agreement,
    method_ranks,
    prepare,
    ranks_of,
    scenario_ranks,
    summary,
    top_of,
)

NARROWEST = 1e-9  # a range of weights must be wider than this to count
TIE = 1e-12  # scores closer than this are a tie, as in `smaa.ranks_of`


def dominated_by(matrix: np.ndarray) -> np.ndarray:
    """Count the rows that are as good or better on every criterion and better on one, shape (n,).

    Whoever is dominated can never stand first alone, whatever the weights.
    """
    n = len(matrix)
    count = np.zeros(n, dtype=int)
    for rows in row_blocks(n, n):
        as_good, better = np.ones((len(rows), n), dtype=bool), np.zeros((len(rows), n), dtype=bool)
        for values in matrix.T:  # row i, column j: how j compares with i
            as_good &= values[None, :] >= values[rows, None]
            better |= values[None, :] > values[rows, None]
        count[rows] = (as_good & better).sum(axis=1)
    return count


def _spans(others: np.ndarray, slope: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield, block by block, between which weights of a criterion each row is first, and whether it ever is.

    Parameters
    ----------
    others : what the rows are worth by the other criteria alone, shape (n,).
    slope : how much more they are worth by this criterion alone, shape (n,).
    """
    for rows in row_blocks(len(others), len(others)):
        # i is not behind j at weight t where a + t b >= 0
        a, b = others[rows, None] - others[None, :], slope[rows, None] - slope[None, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = -a / b
        low = np.where(b > TIE, crossing, 0.0).max(axis=1, initial=0.0)
        high = np.where(b < -TIE, crossing, 1.0).min(axis=1, initial=1.0)
        yield low, high, ((np.abs(b) > TIE) | (a >= -TIE)).all(axis=1) & (low < high - NARROWEST)


def first_if(matrix: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the smallest change of one weight that puts each row first.

    One weight is moved at a time, between 0 and 1; the others keep their proportions and share the rest. A place that
    is first at a single point only, such as among all who tie when one criterion is everything, does not count.

    Parameters
    ----------
    matrix : values, shape (n, criteria).
    weights : above 0, summing to 1, shape (criteria,).

    Returns
    -------
    index of the criterion (-1: no single weight does it) and the weight it would need (NaN then), shape (n,) each.
    A row that is first already needs none: -1 and NaN too.
    """
    n, k = matrix.shape
    which, needed, change = np.full(n, -1), np.full(n, np.nan), np.full(n, np.inf)
    first = ranks_of((matrix @ weights)[:, None])[:, 0] == 1
    for c in range(k):
        rest = np.delete(weights, c)
        # with one criterion alone nothing can be moved
        others = np.delete(matrix, c, axis=1) @ (rest / rest.sum()) if k > 1 else matrix[:, c]
        slope = matrix[:, c] - others
        low, high, possible = (np.concatenate(parts) for parts in zip(*_spans(others, slope), strict=True))
        # a change of nothing is no change: who is first already is left out
        possible &= ~first
        target = np.clip(weights[c], low, np.maximum(low, high))  # high may be below low where it is not possible
        gap = np.abs(target - weights[c])
        nearer = possible & (gap < change - TIE)
        which[nearer], needed[nearer], change[nearer] = c, target[nearer], gap[nearer]
    return which, needed


def when_left_out(matrix: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the criterion whose leaving out moves each row's rank most, and the rank it then has.

    Parameters
    ----------
    matrix : normalised criteria, shape (n, criteria).
    weights : shape (criteria,).

    Returns
    -------
    index of the criterion (-1: none moves it) and the rank without it, shape (n,) each.
    """
    today = ranks_of((matrix @ weights)[:, None])[:, 0]
    if len(weights) < 2:
        return np.full(len(matrix), -1), today
    # the others' proportions stay, and ranks do not change with their sum
    ranks = np.column_stack(
        [
            ranks_of((np.delete(matrix, c, axis=1) @ (np.delete(weights, c) / np.delete(weights, c).sum()))[:, None])
            for c in range(len(weights))
        ]
    )
    moves = np.abs(ranks - today[:, None])
    which = moves.argmax(axis=1) if len(matrix) else np.zeros(0, dtype=int)
    rows = np.arange(len(matrix))
    return np.where(moves[rows, which] > 0, which, -1), ranks[rows, which]


def _named(which: np.ndarray, names: list[str]) -> list[str]:
    return [names[c] if c >= 0 else "" for c in which]


def _what_would_change(prepared: Prepared) -> pd.DataFrame:
    """Say of each candidate what carries it, what holds it back, and what would move it."""
    matrix, weights, names = prepared.matrix, prepared.weights, prepared.names
    parts, lost = matrix * weights, (1 - matrix) * weights
    needed_by, needed = first_if(matrix, weights)
    left_out, rank_without = when_left_out(matrix, weights)
    return pd.DataFrame(
        {
            "dominated_by": dominated_by(matrix),
            "carried_by": _named(np.where(parts.max(axis=1) > 0, parts.argmax(axis=1), -1), names),
            "held_back_by": _named(np.where(lost.max(axis=1) > 0, lost.argmax(axis=1), -1), names),
            "held_back_points": lost.max(axis=1),
            "left_out": _named(left_out, names),
            "rank_left_out": rank_without,
            "first_if": _named(needed_by, names),
            "first_if_weight": needed,
        }
    )


def _over_scenarios(scenarios: pd.DataFrame, site_ids: np.ndarray) -> pd.DataFrame:
    """Sum up a candidate's ranks over the scenarios."""
    ranks = scenario_ranks(scenarios).reindex(site_ids) if len(scenarios) else pd.DataFrame(index=site_ids)
    tops = scenarios.dropna(subset="rank").set_index(["site_id", "scenario"])
    in_top = (tops["rank"].astype(float) <= tops["top_n"].astype(float)).groupby(level="site_id").sum()
    return pd.DataFrame(
        {
            "scenarios_ranked": ranks.notna().sum(axis=1),
            "scenarios_first": ranks.eq(1).fillna(False).sum(axis=1),
            "scenarios_top": in_top.reindex(site_ids, fill_value=0),
            "scenario_best_rank": ranks.min(axis=1),
            "scenario_worst_rank": ranks.max(axis=1),
        }
    ).reset_index(drop=True)


def largest_moves(sweeps: pd.DataFrame, site_ids: np.ndarray) -> pd.DataFrame:
    """Find each candidate's largest move over the sweeps, and the changed setting that caused it.

    Parameters
    ----------
    sweeps : the table sweeps.
    site_ids : the candidates asked for, shape (n,).

    Returns
    -------
    swept and swept_out (settings under which it is ranked, and under which it is none), largest_move (ranks; negative
    is towards the top; of equal moves the first in the table), moved_by and moved_by_value (parameter and value; empty
    where nothing moves it), a row a candidate in the order asked for. Without sweeps nothing is known of its moves.
    """
    known = sweeps[sweeps["move"].notna()]
    size = known["move"].astype(int).abs()
    first = known.loc[size.sort_values(ascending=False, kind="stable").index].drop_duplicates("site_id")
    first = first.set_index("site_id").reindex(site_ids)
    counts = sweeps.assign(known=sweeps["move"].notna()).groupby("site_id")["known"].agg(["sum", "size"])
    counts = counts.reindex(site_ids, fill_value=0)
    moves = first["move"].fillna(0).to_numpy(dtype=int) != 0
    return pd.DataFrame(
        {
            "swept": counts["sum"].to_numpy(dtype=int),
            "swept_out": (counts["size"] - counts["sum"]).to_numpy(dtype=int),
            "largest_move": first["move"].astype("Int64").to_numpy(),
            "moved_by": np.where(moves, first["parameter"], ""),
            "moved_by_value": np.where(moves, first["value"], ""),
        }
    )


def _acceptability_rows(draws: str, found: Acceptability, site_ids: np.ndarray) -> pd.DataFrame:
    """List the ranks each candidate took, with the share of draws; ranks it never took are left out."""
    site, rank, share = found.taken()
    return pd.DataFrame({"site_id": site_ids[site], "draws": draws, "rank": rank, "share": share})


def doubt_priorities(
    candidates: pd.DataFrame,
    scales: Mapping[str, Scale],
    scenarios: pd.DataFrame,
    sweeps: pd.DataFrame,
    settings: Score,
    *,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Say how sure each rank is: under random weights, other methods, other priorities, other settings.

    Parameters
    ----------
    candidates : the table candidates; survey sites and those out of reach are not ranked here.
    scales : value functions of the city.
    scenarios, sweeps : those tables of the same candidates.
    settings : weights, draws.
    seed : seed of the draws; those around the weights are the ones of the table scores.

    Returns
    -------
    the tables priorities_doubt (best first, not scored last), rank_acceptability and agreement. Where nothing can be
    ranked the first has missing values and the other two no rows.

    Raises
    ------
    InputError : a figure is infinite.
    """
    prepared = prepare(candidates, scales, settings)
    names, site_ids = prepared.names, prepared.site_ids
    columns = [column.name for column in PRIORITIES_DOUBT.columns]
    texts = [column.name for column in PRIORITIES_DOUBT.columns if column.kind == "text"]  # site_id first
    if not prepared.is_ranked():
        left_out = candidates[["site_id"]].sort_values("site_id").reindex(columns=columns)
        left_out[texts[1:]] = ""
        return left_out, tables.empty(RANK_ACCEPTABILITY), tables.empty(AGREEMENT)
    around = accept(prepared.matrix, prepared.weights * settings.concentration, draws=settings.draws, seed=seed)
    flat = accept(prepared.matrix, np.ones(len(names)), draws=settings.draws, seed=[seed, 1])
    ranks = method_ranks(prepared)
    central = pd.DataFrame(flat.central_weights(), columns=[f"central_{name}" for name in names])
    out = pd.concat(
        [
            pd.DataFrame({"site_id": site_ids, "rank": ranks["weighted_sum"], "p_first": around.within(1)}),
            summary(around, settings),
            summary(flat, settings).drop(columns="top_n").assign(p_first=flat.within(1)).add_prefix("flat_"),
            ranks.drop(columns="weighted_sum").add_prefix("rank_"),
            _over_scenarios(scenarios, site_ids),
            largest_moves(sweeps, site_ids),
            _what_would_change(prepared),
            central,
        ],
        axis=1,
    ).sort_values(["rank", "site_id"])
    left_out = candidates.loc[~candidates["site_id"].isin(site_ids), ["site_id"]].sort_values("site_id")
    whole = pd.concat([out, left_out], ignore_index=True).reindex(columns=columns)
    whole[texts] = whole[texts].fillna("")
    top_n = top_of(len(site_ids), settings)
    agreed = [agreement(ranks, top_n=top_n, kind="method")]
    if len(scenarios):
        by_scenario = scenario_ranks(scenarios).dropna()
        agreed.append(agreement(by_scenario, top_n=top_n, kind="scenario"))
    shares = [_acceptability_rows(name, found, site_ids) for name, found in (("around", around), ("flat", flat))]
    # one ranking has none to agree with, and a frame without rows would take the numbers' type away
    compared = pd.concat([one for one in agreed if len(one)], ignore_index=True)
    return whole, pd.concat(shares, ignore_index=True), compared
