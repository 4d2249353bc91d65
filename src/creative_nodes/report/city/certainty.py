"""How sure the ranking is: ranges of ranks, other methods, other assumptions, in words before numbers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import count, figures_of, mark, say, say_n, translated
from creative_nodes.report.city.doubt import SweptRanks, first_when, shares, swept
from creative_nodes.report.draw.charts import ticks
from creative_nodes.report.say.keys import CHIPS, PRIORITY_MARKS
from creative_nodes.report.say.spoken import (
    Called,
    called,
    change,
    changed_in,
    config_key,
    priority,
    ranked_rows,
    setting,
    table,
    value_today,
    value_words,
    whole,
)
from creative_nodes.report.say.words import known_number, rows
from creative_nodes.report.settings import PageSettings
from creative_nodes.score import HOLDS_FROM, verdict_of

SHOWN = 10  # sites, and settings, that are told one by one
FEW = 10  # candidates below which a rank correlation says little
HALF = 0.5
ALL_LOST = 1e-6  # a site that loses this much less than a whole weight has nothing there
# Kendall's tau-b in words
ORDERS = (
    (0.9, mark("nearly the same order")),
    (0.7, mark("much the same order")),
    (0.4, mark("partly the same order")),
    (0.1, mark("little in common")),
    (-0.1, mark("unrelated")),
)
REVERSED = mark("rather the reverse order")
METHODS = {
    "topsis": mark("TOPSIS: nearest to the best of everything, farthest from the worst"),
    "vikor": mark("VIKOR: half the sum, half the worst shortfall"),
}


@dataclass(frozen=True)
class Strip:
    """A site's ranges of ranks; places are percent of the width of the drawing."""

    site_id: str
    name: str
    rank: int
    word: str
    mark: str
    told: str
    first_when: str
    at: float
    around: tuple[float, float] | None
    flat: tuple[float, float] | None


@dataclass(frozen=True)
class Method:
    """Another method beside the weighted sum."""

    name: str
    order: str
    correlation: str
    shared: str
    first: str


@dataclass(frozen=True)
class Assumption:
    """A setting, and the candidate that it moves most."""

    what: str
    key: str
    value: str
    today: str
    site_id: str
    name: str
    ranks: str


@dataclass(frozen=True)
class Certainty:
    """The section, spoken."""

    answer: str
    neighbours: str
    scope: str
    strips: tuple[Strip, ...]
    ticks: tuple[tuple[float, str], ...]
    methods: tuple[Method, ...]
    methods_told: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    assumptions_told: tuple[str, ...]


def _answer(first: Any, name: str, shared: int, draws: int) -> str:
    """Say how safe the first place is, and when several share it."""
    near, far = known_number(first.p_first), known_number(first.flat_p_first)
    if shared > 1:
        return say("{n} sites share the first place: nothing that counts here tells them apart.", n=shared)
    if near is None or far is None:
        return say("How sure the first place is cannot be told.")
    values = {"name": name, "near": near, "far": far, "draws": draws}
    if near >= HOLDS_FROM and far >= HOLDS_FROM:
        return say(
            "{name} is first under most priorities: it leads in {near:percent} of {draws:count} random "
            "weightings near those of this run, and in {far:percent} when any weighting is as likely as any other.",
            **values,
        )
    if near >= HOLDS_FROM:
        return say(
            "{name} is first while priorities stay near those of this run, less surely with quite other ones: it leads "
            "in {near:percent} of {draws:count} random weightings near them, and in {far:percent} when any weighting "
            "is as likely as any other.",
            **values,
        )
    if near >= HALF:
        return say(
            "{name} is first more often than not, but the first place depends on priorities: it leads in "
            "{near:percent} of {draws:count} random weightings near those of this run, and in {far:percent} when any "
            "weighting is as likely as any other.",
            **values,
        )
    return say(
        "The first place is open: {name} leads in only {near:percent} of {draws:count} random weightings near those of "
        "this run, and in {far:percent} when any weighting is as likely as any other.",
        **values,
    )


def _neighbours(found: Sequence[Any]) -> str:
    """Say how many sites share ranks with the one that follows."""
    ranges = [(known_number(row.rank_low), known_number(row.rank_high)) for row in found]
    known = [(low, high) for low, high in ranges if low is not None and high is not None]
    pairs = list(itertools.pairwise(known))
    if not pairs or len(known) < len(ranges):
        return ""
    joined = sum(after[0] <= before[1] and before[0] <= after[1] for before, after in pairs)
    if joined == 0:
        return say("No two neighbours in this list share ranks: their order holds.")
    return say_n(
        len(pairs),
        "The two sites below share ranks, so their order should not decide.",
        "Do not let a place or two decide: of the {n} pairs of neighbours in this list, {joined} share ranks.",
        joined=joined,
    )


def _range(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def _span(low: float, high: float) -> str:
    """Say a range of ranks: 2, or 2 to 8."""
    return count(low) if low == high else say("{low:count} to {high:count}", low=low, high=high)


def _strip_words(row: Any) -> str:
    """Say a site's ranges in a sentence; what is missing is left out."""
    near = _range(known_number(row.rank_low), known_number(row.rank_high))
    flat = _range(known_number(row.flat_rank_low), known_number(row.flat_rank_high))
    chance, top_n = known_number(row.p_top), whole(row.top_n)
    if near is None or flat is None or chance is None or top_n is None:
        return say("Its range of ranks is not known.")
    values = {"near": _span(*near), "flat": _span(*flat), "chance": chance, "n": top_n}
    if top_n == 1:
        return say(
            "Rank {near} near these priorities, {flat} under any; first in "
            "{chance:percent} of the weightings near these.",
            **values,
        )
    return say(
        "Rank {near} near these priorities, {flat} under any; among the best {n} "
        "in {chance:percent} of the weightings near these.",
        **values,
    )


def _strips(
    found: Sequence[Any], name: Mapping[str, str], weights: Mapping[str, float], last: float, draws: int
) -> tuple[Strip, ...]:
    def place(rank: float) -> float:
        return round(2 + 96 * (rank - 1) / max(1.0, last - 1), 1)

    def places(low: float | None, high: float | None) -> tuple[float, float] | None:
        known = _range(low, high)
        return None if known is None else (place(known[0]), place(known[1]))

    strips = []
    for row in found:
        chance = known_number(row.p_top)
        sure = "" if chance is None else verdict_of(chance, draws)
        strips.append(
            Strip(
                site_id=row.site_id,
                name=name.get(row.site_id, row.site_id),
                rank=int(row.rank),
                word=translated(PRIORITY_MARKS[sure]) if sure else "",
                mark=CHIPS[sure] if sure else "",
                told=_strip_words(row),
                first_when=first_when(row, weights, draws),
                at=place(int(row.rank)),
                around=places(known_number(row.rank_low), known_number(row.rank_high)),
                flat=places(known_number(row.flat_rank_low), known_number(row.flat_rank_high)),
            )
        )
    return tuple(strips)


def _last_rank(found: Sequence[Any]) -> float:
    """Return the last rank that the drawing must hold."""
    ends = [known_number(getattr(row, key)) for row in found for key in ("rank", "rank_high", "flat_rank_high")]
    return max(end for end in ends if end is not None)


# ---------------------------------------------------------------- methods


def order_words(tau: float | None) -> str:
    """Say how alike two orders are, by Kendall's tau-b."""
    if tau is None:
        return say("cannot be told: all are equal")
    return translated(next((words for least, words in ORDERS if tau >= least), REVERSED))


def _method(row: Any) -> Method:
    tau = known_number(row.kendall_tau_b)
    return Method(
        name=translated(METHODS[row.other]) if row.other in METHODS else row.other,
        order=order_words(tau),
        correlation="" if tau is None else figures_of(f"{tau:.2f}"),
        shared=say("{shared} of {n}", shared=row.top_shared, n=row.top_n),
        first=say("the same site") if row.same_first else say("another site"),
    )


def _with_nothing(priorities: pd.DataFrame, weights: Mapping[str, float]) -> tuple[str, int]:
    """Find the criterion on which most sites score nothing and lose more than on any other, and how many they are."""
    lost = priorities[priorities["rank"].notna()]
    whole_weight = lost["held_back_by"].map(weights)
    nothing = lost.loc[(lost["held_back_points"] >= whole_weight - ALL_LOST).fillna(False), "held_back_by"]
    if nothing.empty:
        return "", 0
    counts = nothing.value_counts()
    return str(counts.index[0]), int(counts.iloc[0])


def _departs(row: Any) -> bool:
    """Tell whether a method gives more than a slightly different order, or another first place."""
    tau = known_number(row.kendall_tau_b)
    return tau is not None and (tau < ORDERS[0][0] or not row.same_first)


def _why_vikor(priorities: pd.DataFrame, weights: Mapping[str, float], n: int) -> str:
    """Say why VIKOR orders otherwise, and on what, where most sites have nothing of the same priority."""
    key, without = _with_nothing(priorities, weights)
    if without <= n / 2:
        return say(
            "VIKOR orders otherwise because it counts each site's worst shortfall as much as all shortfalls together, "
            "so a site that is very weak in one heavy priority falls."
        )
    return say(
        "VIKOR orders otherwise because it counts each site's worst shortfall as much as all shortfalls together: "
        "{without} of {n} sites have the least there is of one heavy priority ({what}) and are even in that, "
        "so the few that have some rise.",
        without=without,
        n=n,
        what=priority(key),
    )


def _methods(
    agreement: pd.DataFrame | None, priorities: pd.DataFrame, weights: Mapping[str, float]
) -> tuple[tuple[Method, ...], tuple[str, ...]]:
    """Compare the other methods with the weighted sum."""
    if agreement is None:
        return (), ()
    beside = rows(agreement[(agreement["kind"] == "method") & (agreement["ranking"] == "weighted_sum")])
    if not beside:
        return (), ()
    told = []
    n = int(beside[0].n)
    if n < FEW:
        told.append(
            say("With {n} candidates a rank correlation says little: one swap of neighbours changes it much.", n=n)
        )
    vikor = next((row for row in beside if row.other == "vikor"), None)
    if vikor is not None and _departs(vikor):
        told.append(_why_vikor(priorities, weights, n))
    return tuple(_method(row) for row in beside), tuple(told)


# ---------------------------------------------------------------- assumptions


def _assumptions(found: SweptRanks, name: Mapping[str, str], settings: PageSettings) -> tuple[Assumption, ...]:
    """Return by setting the largest move that it makes, the largest first; settings that move nobody are left out."""
    best: dict[str, Any] = {}
    for move in found.same:
        key = move.changed.parameter
        if move.by > (best[key].by if key in best else 0):
            best[key] = move
    order = sorted(best.values(), key=lambda move: (-move.by, move.changed.parameter))
    return tuple(
        Assumption(
            what=setting(move.changed.parameter),
            key=config_key(move.changed.parameter),
            value=value_words(move.changed),
            today=value_today(move.changed.parameter, settings),
            site_id=move.site_id,
            name=name.get(move.site_id, move.site_id),
            ranks=say("{rank} instead of {today}", rank=move.rank, today=move.rank_today),
        )
        for move in order
    )


def _new_firsts(
    variants: pd.DataFrame, found: SweptRanks, first: str, name: Mapping[str, str], settings: PageSettings
) -> list[str]:
    """Say which changed settings put another site first."""
    told = []
    for row in rows(variants):
        if row.first and row.first != first:
            told.append(
                say(
                    "{change}: {name} would be first.",
                    change=change(changed_in(row), settings),
                    name=name.get(row.first, say("a site that is no candidate today")),
                )
            )
    if told:
        return told
    return [
        say_n(
            found.tried,
            "The one changed assumption leaves the first place as it is.",
            "None of the {n} changed assumptions puts another site first.",
        )
    ]


def _told_of_assumptions(
    variants: pd.DataFrame, found: SweptRanks, first: str, name: Mapping[str, str], settings: PageSettings
) -> tuple[str, ...]:
    told = _new_firsts(variants, found, first, name, settings)
    moving = {move.changed.parameter for move in found.same if move.by}
    still = {move.changed.parameter for move in found.same} - moving
    if still:
        told.append(
            say(
                "These move no site where they leave the same candidates: {what}.",
                what=[setting(k) for k in sorted(still)],
            )
        )
    for changed, n in found.others:
        told.append(
            say(
                "{change}: {n:count} sites would be ranked instead of {now:count}, so those ranks are not compared.",
                change=change(changed, settings),
                n=n,
                now=found.now,
            )
        )
    return tuple(told)


# ---------------------------------------------------------------- the section


def certainty(
    tables: Mapping[str, Any], ordered: pd.DataFrame, settings: PageSettings, *, names: Called | None = None
) -> Certainty | None:
    """Say how sure the ranking is, in the language in force.

    Parameters
    ----------
    tables : priorities_doubt, agreement, sweeps and sweep_variants by name; each may be missing or empty.
    ordered : the tables candidates and scores, joined and in order.
    settings : of the run.
    names : names to show by site_id; without them the names of the candidates.

    Returns
    -------
    the section; nothing without the table priorities_doubt or without a ranked candidate.
    """
    priorities, ranked = table(tables, "priorities_doubt"), ranked_rows(ordered)
    if priorities is None or ranked.empty:
        return None
    name, n = called(ordered, names), len(ranked)
    by_id = {row.site_id: row for row in rows(priorities) if whole(row.rank) is not None}
    every = [by_id[site_id] for site_id in ranked["site_id"] if site_id in by_id]
    if not every:
        return None
    if n == 1:
        only = say(
            "{name} is the only candidate that is ranked, so there is no order to be sure of.",
            name=name[every[0].site_id],
        )
        return Certainty(only, "", "", (), (), (), (), (), ())
    weights, found = shares(tables), every[:SHOWN]
    last = _last_rank(found)
    methods, methods_told = _methods(table(tables, "agreement"), priorities, weights)
    sweep, variants = swept(tables, ordered), table(tables, "sweep_variants")
    assumptions: tuple[Assumption, ...] = ()
    told: tuple[str, ...] = ()
    if sweep is not None and variants is not None:
        assumptions = _assumptions(sweep, name, settings)
        told = _told_of_assumptions(variants, sweep, every[0].site_id, name, settings)
    return Certainty(
        answer=_answer(
            every[0], name[every[0].site_id], sum(whole(row.rank) == 1 for row in every), settings.score.draws
        ),
        neighbours=_neighbours(found),
        scope=say(
            "These ranges tell what other priorities would do. Errors and gaps in the map are not in them: the mark on "
            "map and model judges those."
        ),
        strips=_strips(found, name, weights, last, settings.score.draws),
        ticks=tuple((round(2 + 96 * (t - 1) / max(1.0, last - 1), 1), count(t)) for t in _ticks(last)),
        methods=methods,
        methods_told=methods_told,
        assumptions=assumptions,
        assumptions_told=told,
    )


def _ticks(last: float) -> tuple[float, ...]:
    """Return the ranks that the drawing names: the first, round ones, and the last when it stands apart."""
    inner = [
        t for t in ticks(1, last) if t > 1 and t == round(t) and last - t >= (last - 1) / 8 and t - 1 >= (last - 1) / 8
    ]
    return (1.0, *inner, last)
