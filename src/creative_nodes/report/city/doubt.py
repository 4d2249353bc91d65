"""What would change the rank of a site: another assumption, other priorities. Spoken for its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import CRITERIA, say, say_n
from creative_nodes.report.say.spoken import Changed, change, changed_in, priority, ranked_rows, table, whole
from creative_nodes.report.say.words import known_number, rows
from creative_nodes.report.settings import PageSettings

ENOUGH_DRAWS = 30  # weightings that put a site first, fewer do not tell under which priorities
COUNTS_MORE = 1.5  # times an even share of the weight: what is said to count more
NAMED = 3  # priorities named at most


# ---------------------------------------------------------------- other assumptions


@dataclass(frozen=True)
class Move:
    """A candidate's rank with one setting changed; no rank: it is no candidate then."""

    site_id: str
    changed: Changed
    rank_today: int
    rank: int | None

    @property
    def by(self) -> int:
        """Ranks moved, either way; none without a rank."""
        return 0 if self.rank is None else abs(self.rank - self.rank_today)


@dataclass(frozen=True)
class SweptRanks:
    """The sweeps, told apart: with the same candidates ranks compare; with others they do not.

    A lower confidence lets more sites in, so that a rank falls though the site did nothing: that is no move.
    """

    same: tuple[Move, ...]
    dropped: tuple[Move, ...]
    others: tuple[tuple[Changed, int], ...]  # and candidates ranked with it
    tried: int
    now: int

    def largest(self, site_id: str) -> Move | None:
        """Return the largest move of a candidate; nothing when none moves it."""
        own = [move for move in self.same if move.site_id == site_id and move.by]
        return max(own, key=lambda move: move.by, default=None)


def swept(tables: Mapping[str, Any], ordered: pd.DataFrame) -> SweptRanks | None:
    """Read the tables sweeps and sweep_variants; nothing without a sweep or without a ranking.

    Parameters
    ----------
    tables : sweeps and sweep_variants by name; each may be missing or empty.
    ordered : the tables candidates and scores, joined and in order.
    """
    moves, variants = table(tables, "sweeps"), table(tables, "sweep_variants")
    now = len(ranked_rows(ordered))
    if moves is None or variants is None or not now:
        return None
    known = set(ordered["site_id"])
    found = [
        Move(str(row.site_id), changed_in(row), int(row.rank_today), whole(row.rank))
        for row in rows(moves)
        if row.site_id in known
    ]
    dropped = tuple(move for move in found if move.rank is None)
    fewer = {move.changed for move in dropped}
    others = tuple(
        (changed_in(row), int(row.candidates))
        for row in rows(variants)
        if int(row.candidates) != now or changed_in(row) in fewer
    )
    apart = {changed for changed, _ in others}
    same = tuple(move for move in found if move.changed not in apart)
    return SweptRanks(same, dropped, others, len(variants), now)


def moved(move: Move, settings: PageSettings) -> str:
    """Say where a site would rank with a setting changed.

    Parameters
    ----------
    move : of a site that still has a rank.
    settings : of this run.
    """
    return say(
        "{change}: it would rank {rank} instead of {today}.",
        change=change(move.changed, settings),
        rank=move.rank,
        today=move.rank_today,
    )


# ---------------------------------------------------------------- other priorities


def counts_more(row: Any, draws: int) -> tuple[str, ...] | None:
    """Return the criteria that count more than an even share in the weightings that put a site first, heaviest first.

    Parameters
    ----------
    row : of the table priorities_doubt.
    draws : random weightings made.

    Returns
    -------
    criteria, none when no one stands out; nothing at all when too few weightings put it first to tell.
    """
    chance = known_number(row.flat_p_first)
    weights = {key: known_number(getattr(row, f"central_{key}", None)) for key in CRITERIA}
    known = {key: weight for key, weight in weights.items() if weight is not None}
    if chance is None or not known or chance * draws < ENOUGH_DRAWS:
        return None
    even = 1 / len(known)
    heavy = sorted((key for key in known if known[key] >= COUNTS_MORE * even), key=lambda key: -known[key])
    return tuple(heavy[:NAMED])


def first_when(row: Any, weights: Mapping[str, float], draws: int) -> str:
    """Say which priorities would put a site first.

    Parameters
    ----------
    row : of the table priorities_doubt.
    weights : of the criteria in use, summing to 1.
    draws : random weightings made.
    """
    rank, needed = whole(row.rank), known_number(row.first_if_weight)
    if known_number(row.dominated_by):
        return say(
            "No priorities put it first alone: another candidate is on no criterion worse and on one at least better."
        )
    more = counts_more(row, draws)
    if rank == 1:
        return _still_first(row)
    if needed is not None and row.first_if in weights:
        return say(
            "It would be first if {what} made up about {needed:percent} of the score instead of {today:percent}, the "
            "rest in proportion.",
            what=priority(row.first_if),
            needed=needed,
            today=weights[row.first_if],
        )
    if more:
        return say(
            "No single priority puts it first; the mixes that do weigh these most: {these}.",
            these=[priority(key) for key in more],
        )
    if more is None:
        return say("No single priority puts it first, and hardly any mix of them does.")
    return say("No single priority puts it first; some mixes of several do.")


def _still_first(row: Any) -> str:
    """Say whether the first site stays first with any one priority left out."""
    without = whole(row.rank_left_out)
    if not row.left_out or without is None or without == 1:
        return say("It stays first whichever one priority is left out.")
    return say("It is first, but would rank {rank} if {what} did not count.", rank=without, what=priority(row.left_out))


def left_out(row: Any) -> str:
    """Say which priority a site's rank leans on most; nothing when leaving any one out moves it nowhere."""
    without, rank = whole(row.rank_left_out), whole(row.rank)
    if not row.left_out or without is None or without == rank or rank == 1:
        return ""
    return say("It would rank {rank} if {what} did not count.", rank=without, what=priority(row.left_out))


def over_scenarios(row: Any) -> str:
    """Say between which ranks a site lies over the scenarios; nothing with fewer than two."""
    n, best, worst = whole(row.scenarios_ranked), whole(row.scenario_best_rank), whole(row.scenario_worst_rank)
    if n is None or n < 2 or best is None or worst is None:
        return ""
    if best == worst:
        return say("Under each of the {n} sets of priorities tried it ranks {rank}.", n=n, rank=best)
    return say("Under the {n} sets of priorities tried it ranks from {best} to {worst}.", n=n, best=best, worst=worst)


def shares(tables: Mapping[str, Any]) -> dict[str, float]:
    """Return the weights as they applied: those of criteria that do not count in this city spread over the others."""
    values = table(tables, "values")
    applied = {} if values is None else dict(zip(values["criterion"], values["weight"].astype(float), strict=True))
    return {name: weight for name, weight in applied.items() if weight > 0}


# ---------------------------------------------------------------- a card


def _of_assumptions(site_id: str, found: SweptRanks, settings: PageSettings) -> list[str]:
    told = []
    move = found.largest(site_id)
    if move is not None:
        told.append(moved(move, settings))
    elif any(one.site_id == site_id for one in found.same):
        n = len({one.changed for one in found.same})
        told.append(
            say_n(
                n,
                "The one assumption that was changed with the same candidates does not move it.",
                "None of {n} changed assumptions that leave the same candidates moves it.",
            )
        )
    out = next((one for one in found.dropped if one.site_id == site_id), None)
    if out is not None:
        told.append(say("{change}: it would not be ranked.", change=change(out.changed, settings)))
    return told


def doubts(tables: Mapping[str, Any], ordered: pd.DataFrame, settings: PageSettings) -> dict[str, tuple[str, ...]]:
    """Say of each ranked candidate what would change its rank, in the language in force.

    Parameters
    ----------
    tables : priorities_doubt, sweeps and sweep_variants by name; each may be missing or empty.
    ordered : the tables candidates and scores, joined and in order.
    settings : of the run.

    Returns
    -------
    sentences by site_id; candidates without a rank have none.
    """
    ranked, priorities, found = ranked_rows(ordered), table(tables, "priorities_doubt"), swept(tables, ordered)
    if len(ranked) < 2:
        return {}
    by_id = {} if priorities is None else {row.site_id: row for row in rows(priorities) if whole(row.rank) is not None}
    weights = shares(tables)
    told: dict[str, tuple[str, ...]] = {}
    for site_id in ranked["site_id"]:
        lines: Sequence[str] = [] if found is None else _of_assumptions(site_id, found, settings)
        row = by_id.get(site_id)
        about = (
            [] if row is None else [left_out(row), over_scenarios(row), first_when(row, weights, settings.score.draws)]
        )
        told[site_id] = tuple(line for line in (*lines, *about) if line)
    return told
