"""Sites chosen together: the plan of each aim, what each added site brings, people against equity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import count, mark, minutes, say, say_n, spoken, translated
from creative_nodes.report.draw.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Line,
    Scale,
    around,
    stairs,
    ticks,
)
from creative_nodes.report.say.spoken import Called, called, ranked_rows, table
from creative_nodes.report.say.words import known_number, rows, upper_first
from creative_nodes.report.settings import PageSettings

TODAY = mark("Nothing: as it is today")  # chosen for


@dataclass(frozen=True)
class Chosen:
    """A site of a plan, and what it adds to those before it."""

    site_id: str
    name: str
    gain: str


@dataclass(frozen=True)
class Plan:
    """The plan of one aim."""

    key: str
    aim: str
    sites: tuple[Chosen, ...]
    served: str
    far: str
    mean: str
    connectivity: str
    cost: str
    proof: str
    note: str


@dataclass(frozen=True)
class Gain:
    """Residents served by number of sites: the best choice and the first of the score, as steps."""

    told: str
    best: Line
    score: Line
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Front:
    """Choices between most people and fewest far away, as dots joined in their order."""

    told: str
    dots: Line
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Together:
    """The section, spoken."""

    answer: str
    counted: str
    costs: str
    far_label: str
    plans: tuple[Plan, ...]
    gain: Gain | None
    front: Front | None
    front_told: str
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def _people(value: Any) -> str:
    known = known_number(value)
    return say("not known") if known is None else count(known)


# ---------------------------------------------------------------- plans


def _aim(row: Any) -> str:
    """Say what a plan's sites are chosen for."""
    return translated(TODAY) if row.plan == "today" else upper_first(spoken(row, "aim"))


def _note(row: Any) -> str:
    """Say what a reader should know of a plan, as a sentence; empty when nothing."""
    note = upper_first(spoken(row, "note"))
    return say("{remark}.", remark=note) if note else ""


def _proof(row: Any) -> str:
    """Say whether a plan is the best there is."""
    gap = known_number(row.gap)
    if row.status == "as it is":
        return ""
    if row.status == "optimal":
        return say("the best possible, proven")
    if row.status == "not proven" and gap is not None:
        return say(
            "not proven: the best possible is at most {gap:percent} better", gap=gap / (1 - gap) if gap < 1 else 1
        )
    if row.status == "not proven":
        return say("not proven to be the best")
    if row.status == "as ranked":
        return say("no choice: the order of the ranking")
    return say("not possible") if row.status == "not possible" else str(row.status)


def _plans(portfolio: pd.DataFrame, steps: pd.DataFrame | None, name: Mapping[str, str]) -> tuple[Plan, ...]:
    gains = {} if steps is None else {(row.plan, row.site_id): row.gain for row in rows(steps)}
    found = []
    for row in rows(portfolio):
        mean, cost = known_number(row.mean_minutes), known_number(row.cost)
        chosen = tuple(
            Chosen(site_id, name.get(site_id, site_id), _people(gains.get((row.plan, site_id))))
            for site_id in row.sites
        )
        found.append(
            Plan(
                key=row.plan,
                aim=_aim(row),
                sites=chosen,
                served=_people(row.newly_served),
                far=_people(row.far_residents),
                mean=say("not known") if mean is None else say("{n:.1f} min", n=mean),
                connectivity=say("{share:.2f} %", share=100 * row.connectivity),
                cost="" if cost is None else count(cost),
                proof=_proof(row),
                note=_note(row),
            )
        )
    return tuple(found)


def _answer(portfolio: pd.DataFrame) -> str:
    """Say what the best plan brings beside the first of the score."""
    by_plan = {row.plan: row for row in rows(portfolio)}
    best, plain = by_plan.get("coverage"), by_plan.get("score")
    served = None if best is None else known_number(best.newly_served)
    if best is None or served is None:
        return say("How many residents the sites would newly serve cannot be told.")
    if not served or not best.n_sites:
        return say("No choice of sites brings residents into walking reach who have no creative space there today.")
    ours = say_n(
        int(best.n_sites),
        "Chosen for people, one site would newly serve {served:count} residents.",
        "Chosen together for people, {n} sites would newly serve {served:count} residents.",
        served=served,
    )
    by_score = None if plain is None else known_number(plain.newly_served)
    if plain is None or by_score is None:
        return ours
    if round(by_score) == round(served):
        theirs = say_n(
            int(plain.n_sites),
            "The first of the ranking serves as many.",
            "The first {n} of the ranking serve as many.",
        )
    elif not by_score:
        theirs = say_n(
            int(plain.n_sites),
            "The first of the ranking would newly serve nobody.",
            "The first {n} of the ranking would newly serve nobody.",
        )
    else:
        theirs = say_n(
            int(plain.n_sites),
            "The first of the ranking would newly serve {served:count} ({share:percent} of that).",
            "The first {n} of the ranking would newly serve {served:count} ({share:percent} of that).",
            served=by_score,
            share=by_score / served,
        )
    return say("{ours} {theirs}", ours=ours, theirs=theirs)


def _costs(portfolio: pd.DataFrame) -> str:
    if portfolio["cost"].notna().any():
        return say("The sites are those that the budget pays for; the costs are assumptions per m² of site area.")
    return say(
        "Costs are not counted, as no budget is set (portfolio.budget): a large, dear site counts as one site like any "
        "other. The costs per m² in the settings are placeholders, used with a budget only."
    )


# ---------------------------------------------------------------- drawings


def _marks(low: float, high: float, scale: Scale) -> tuple[tuple[float, str], ...]:
    """Name the whole numbers among the ticks: nobody counts half a resident."""
    return tuple((scale(value), count(value)) for value in ticks(low, high) if value == round(value))


def _sites_told(n: int) -> range:
    """Return the numbers of sites that the drawing names: each, or so many apart that ten at most are named."""
    return range(1, n + 1, 1 + (n - 1) // 10)


def _gain(frame: pd.DataFrame) -> Gain | None:
    """Draw residents served by number of sites, and say what the first and the last add."""
    found = rows(frame.sort_values("k"))
    best, plain = [float(row.newly_served) for row in found], [float(row.score_served) for row in found]
    highest = max([*best, *plain])
    if not highest:
        return None
    x = Scale(0, len(found) + 0.5, LEFT, WIDTH - RIGHT)
    top = around([0, highest])[1]
    y = Scale(0, top, HEIGHT - BOTTOM, TOP)
    adding = [row for row in found if row.gain >= 0.5]
    first, last = adding[0], adding[-1]
    if last.k == first.k:
        told = say("The best single site adds {first:count} residents; further sites add nobody.", first=first.gain)
    elif last.k < found[-1].k:
        told = say(
            "The best single site adds {first:count} residents, going from {before} to {k} sites adds {last:count}; "
            "more than {k} sites add nobody.",
            first=first.gain,
            before=last.k - 1,
            k=last.k,
            last=last.gain,
        )
    else:
        told = say(
            "The best single site adds {first:count} residents; going from {before} to {k} sites adds {last:count}.",
            first=first.gain,
            before=last.k - 1,
            k=last.k,
            last=last.gain,
        )
    return Gain(
        told,
        stairs(best, x, y),
        stairs(plain, x, y),
        tuple((x(k), count(k)) for k in _sites_told(len(found))),
        _marks(0, top, y),
    )


def _front(frame: pd.DataFrame) -> tuple[Front | None, str]:
    """Draw the choices between most people and fewest far away, and say what one costs the other."""
    found = rows(frame.sort_values("point").dropna(subset=["newly_served", "far_residents"]))
    if not found:
        return None, ""
    first, last = found[0], found[-1]
    if len(found) == 1 or round(first.far_residents) == round(last.far_residents):
        return None, say("One choice is the best for both: most people newly served, and fewest far from any space.")
    told = say(
        "{n} choices are each the best of their kind. From the one end to the other, {given:count} fewer residents are "
        "newly served, and {won:count} fewer live far from any space.",
        n=len(found),
        given=first.newly_served - last.newly_served,
        won=first.far_residents - last.far_residents,
    )
    wide, high = around([row.newly_served for row in found]), around([row.far_residents for row in found])
    x, y = Scale(*wide, LEFT, WIDTH - RIGHT), Scale(*high, HEIGHT - BOTTOM, TOP)
    dots = tuple((x(row.newly_served), y(row.far_residents)) for row in found)
    return Front(told, dots, _marks(*wide, x), _marks(*high, y)), told


# ---------------------------------------------------------------- the section


def _far_label(settings: PageSettings) -> str:
    far = settings.portfolio.far_minutes
    if far is None:
        return say("Far from any space")
    return say("Over {far} on foot from any space", far=minutes(far))


def together(
    tables: Mapping[str, Any], ordered: pd.DataFrame, settings: PageSettings, names: Called | None = None
) -> Together | None:
    """Show the sites that are best together for each aim, in the language in force.

    Parameters
    ----------
    tables : portfolio, portfolio_sites, portfolio_gain and portfolio_front by name; each may be missing or empty.
    ordered : the tables candidates and scores, joined and in order.
    settings : of the run; `portfolio`, where it is there, tells how far is far.
    names : names to show by site_id; without them the names of the candidates.

    Returns
    -------
    the section; nothing without the table portfolio or without a ranked candidate.
    """
    portfolio = table(tables, "portfolio")
    if portfolio is None or ranked_rows(ordered).empty:
        return None
    gain, front = table(tables, "portfolio_gain"), table(tables, "portfolio_front")
    drawn, told = (None, "") if front is None else _front(front)
    return Together(
        answer=_answer(portfolio),
        counted=say(
            "Newly served: residents within a walk of a chosen site and of no core or intermediate creative space "
            "today. Whoever lives near two chosen sites is counted once; spaces of today stay."
        ),
        costs=_costs(portfolio),
        far_label=_far_label(settings),
        plans=_plans(portfolio, table(tables, "portfolio_sites"), called(ordered, names)),
        gain=None if gain is None else _gain(gain),
        front=drawn,
        front_told=told,
    )
