"""Portfolio: which sites together serve most people and join most spaces (METHOD section 8).

People are counted once, and the creative spaces that are there stay. Coverage asks for residents newly in walking
reach, as the criterion newly_served does; equity for as few residents as possible far from any space; the median for
the shortest mean walk; network for the connectivity C. The first by score stand beside them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from creative_nodes.choose import siting
from creative_nodes.choose.choosing import Value, best_connection, first_by_score, flags_of, in_order
from creative_nodes.choose.options import Options
from creative_nodes.choose.settings import Portfolio as Settings
from creative_nodes.choose.siting import Choice, Limit, Solver
from creative_nodes.choose.tables import PORTFOLIO, PORTFOLIO_FRONT, PORTFOLIO_GAIN, PORTFOLIO_SITES
from creative_nodes.common import Table, tables

AIMS = {
    "today": "the spaces of today",
    "coverage": "most residents newly in walking reach",
    "equity": "fewest residents far from any space",
    "median": "shortest mean walk to a space",
    "network": "best connected spaces",
    "score": "first by score",
}


class _Chooser:
    """The options of one city with their aims: makes the plans and the rows that tell of them."""

    def __init__(self, options: Options, settings: Settings, *, walk_minutes: float, seed: int) -> None:
        self.options, self.settings, self.joining = options, settings, options.joining
        self.n, self.demand = len(options.sites), options.demand
        self.ids = options.sites["site_id"].to_numpy(dtype=object)
        self.solver = Solver(settings.time_limit_s, seed)
        self.cost = options.costs(settings) if settings.budget else np.full(self.n, np.nan)
        self.limit = Limit(budget=settings.budget, cost=self.cost) if settings.budget else Limit(sites=settings.k)
        if self.demand is not None:
            self.cover, self.far = self.demand.covering(walk_minutes), self.demand.reaching(settings.far_minutes)
            self.saved = self.demand.saving(settings.max_minutes)

    def limit_text(self) -> str:
        """Say the limit in words."""
        if self.settings.budget:
            return f"{self.settings.budget:,.0f} {self.settings.currency}"
        return f"{self.settings.k} site{'s' if self.settings.k > 1 else ''}"

    def chosen_for(self, plan: str) -> Choice | None:
        """Make the choice of a plan; None when it cannot be made."""
        if plan == "network":
            return best_connection(self.joining, self.limit, exhaustive_sets=self.settings.exhaustive_sets)
        if plan == "score":
            return Choice(first_by_score(self.n, self.limit), True, 0.0)
        if self.demand is None:
            return None
        aims = {
            "coverage": [self.cover, self.far],
            "equity": [self.far, self.cover],
            "median": [self.saved, self.cover],
        }
        return siting.choose(aims[plan], self.limit, self.solver)

    def value_of(self, plan: str) -> Value:
        """Return what a plan's sites are put in order by."""
        if plan == "network":
            return self.joining.connectivity
        return {"equity": self.far, "median": self.saved}.get(plan, self.cover).total

    def served(self, chosen: np.ndarray) -> float:
        """Return the residents newly served; missing when residents are not known."""
        return np.nan if self.demand is None else self.cover.total(chosen)

    def figures(self, chosen: np.ndarray) -> dict[str, float]:
        """Return what a choice does (the columns PLAN_COLUMNS)."""
        found = {"newly_served": self.served(chosen), "connectivity": self.joining.connectivity(chosen)}
        if self.demand is None:
            return {**found, "far_residents": np.nan, "mean_minutes": np.nan}
        mean = self.demand.mean_minutes(self.saved.total(chosen), self.settings.max_minutes)
        left = max(0.0, self.demand.far(self.settings.far_minutes) - self.far.total(chosen))
        return {**found, "far_residents": left, "mean_minutes": mean}

    def note(self, plan: str, choice: Choice | None) -> str:
        """Say what a reader should know of a plan."""
        if choice is None:
            return "residents are not known"
        said = []
        if not self.n:
            said.append("no candidate can be reached on foot")
        elif not self.limit.affordable(self.n).any():
            said.append(self._nothing_fits())
        elif plan != "score" and not choice.chosen.any():
            said.append("no site adds anything to this aim")
        else:
            said += [self._second(plan, choice), self._fewer(choice)]
        if self.settings.budget and self.n:
            said += [self._unpriced(), f"costs: {self.settings.cost_source}"]
        return "; ".join(part for part in said if part)

    def _second(self, plan: str, choice: Choice) -> str:
        second = {"coverage": "equity", "equity": "coverage", "median": "coverage"}.get(plan)
        if second is None or self.value_of(plan)(choice.chosen) > 0:
            return ""
        return f"no site adds anything to this aim; these are for the next: {AIMS[second]}"

    def _fewer(self, choice: Choice) -> str:
        asked = self.limit.sites or 0
        if asked > self.n:
            return f"{asked} sites were asked for, {self.n} can be reached"
        return "a further site would add nothing" if choice.chosen.sum() < asked else ""

    def _nothing_fits(self) -> str:
        if np.isnan(self.cost).all():
            return "no site has a known area, so none has a cost"
        cheapest = f"{np.nanmin(self.cost):,.0f} {self.settings.currency}"
        return f"the budget pays for no site: the cheapest costs {cheapest}"

    def _unpriced(self) -> str:
        unknown = int(np.isnan(self.cost).sum())
        return f"{unknown} of {self.n} sites without a known area have no cost and are left out" if unknown else ""

    def ordered(self, plan: str, choice: Choice) -> list[int]:
        """Return the chosen sites in the order that is shown."""
        if plan == "score" or (self.demand is None and plan != "network"):
            return [int(site) for site in np.flatnonzero(choice.chosen)]
        return in_order(choice.chosen, self.value_of(plan))


def _status(plan: str, choice: Choice | None, n: int) -> str:
    if plan == "today":
        return "as it is"
    if choice is None or not n:
        return "not possible"
    if plan == "score":
        return "as ranked"
    return "optimal" if choice.proven else "not proven"


def _plan_row(chooser: _Chooser, plan: str, choice: Choice | None, order: list[int]) -> dict[str, Any]:
    chosen = flags_of(order, chooser.n)
    status = _status(plan, choice, chooser.n)
    figures: dict[str, float] = chooser.figures(chosen)
    return {
        "plan": plan,
        "aim": AIMS[plan],
        "limit": "" if plan == "today" else chooser.limit_text(),
        "sites": list(chooser.ids[order]),
        "n_sites": len(order),
        "cost": float(chooser.cost[order].sum()) if chooser.settings.budget else np.nan,
        **figures,
        "of_best": np.nan,
        "status": status,
        "gap": choice.gap if choice and status in ("optimal", "not proven") else np.nan,
        "note": "" if plan == "today" else chooser.note(plan, choice),
    }


def _site_rows(chooser: _Chooser, plan: str, order: list[int]) -> list[dict[str, Any]]:
    rows = []
    for step, site in enumerate(order, start=1):
        before, until = flags_of(order[: step - 1], chooser.n), flags_of(order[:step], chooser.n)
        others = flags_of([one for one in order if one != site], chooser.n)
        rows.append(
            {
                "plan": plan,
                "step": step,
                "site_id": chooser.ids[site],
                "alone": chooser.served(flags_of([site], chooser.n)),
                "gain": _more(chooser.served(until), chooser.served(before)),
                "only_here": _more(chooser.served(flags_of(order, chooser.n)), chooser.served(others)),
                "connectivity": chooser.joining.connectivity(until),
                "cost": chooser.cost[site],
            }
        )
    return rows


def _more(now: float, before: float) -> float:
    """Return the difference, 0 where sums of the same people differ in their last digit."""
    return now if np.isnan(now) else max(0.0, now - before)


def _gain_rows(chooser: _Chooser) -> list[dict[str, Any]]:
    """Return the best choice of 1, 2, ... sites, whatever they cost, beside going step by step and by score."""
    if chooser.demand is None:
        return []
    n = chooser.n
    quick = siting.greedy(chooser.cover, Limit())
    rows: list[dict[str, Any]] = []
    for k in range(1, min(n, max(chooser.settings.gain_sites, chooser.settings.k)) + 1):
        choice = siting.choose([chooser.cover, chooser.far], Limit(sites=k), chooser.solver)
        served = chooser.served(choice.chosen)
        order = in_order(choice.chosen, chooser.cover.total)
        rows.append(
            {
                "k": k,
                "sites": list(chooser.ids[order]),
                "newly_served": served,
                "gain": _more(served, rows[-1]["newly_served"] if rows else 0.0),
                "connectivity": chooser.joining.connectivity(choice.chosen),
                "greedy_site": chooser.ids[quick[k - 1]] if k <= len(quick) else "",
                "greedy_served": chooser.served(flags_of(quick[:k], n)),
                "score_site": chooser.ids[k - 1],
                "score_served": chooser.served(flags_of(range(k), n)),
                "status": _status("coverage", choice, n),
                "gap": choice.gap,
            }
        )
    return rows


def _front_rows(chooser: _Chooser) -> list[dict[str, Any]]:
    if chooser.demand is None or not chooser.n:
        return []
    most = chooser.settings.front_points
    points = siting.pareto_front(chooser.cover, chooser.far, chooser.limit, chooser.solver, most=most)
    rows = []
    for number, choice in enumerate(points, start=1):
        order = in_order(choice.chosen, chooser.cover.total)
        rows.append(
            {
                "point": number,
                "sites": list(chooser.ids[order]),
                "n_sites": len(order),
                **chooser.figures(choice.chosen),
                "status": _status("equity", choice, chooser.n),
                "gap": choice.gap,
            }
        )
    return rows


def _table(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = [column.name for column in table.columns]
    empty: pd.DataFrame = tables.empty(table)
    return pd.DataFrame(rows, columns=columns) if rows else empty


def choose_portfolio(
    options: Options, settings: Settings, *, walk_minutes: float, seed: int
) -> dict[str, pd.DataFrame]:
    """Choose sites together for each aim.

    Parameters
    ----------
    options : the sites and what they would do, see `measure_options`.
    settings : how many, for how much, and the other settings.
    walk_minutes : minutes on foot within which a space serves people.
    seed : seed of the solver.

    Returns
    -------
    The tables portfolio, portfolio_sites, portfolio_gain and portfolio_front. A plan that cannot be made (no candidate,
    no residents known, a budget below every cost) has no sites and a note that says why.
    """
    chooser = _Chooser(options, settings, walk_minutes=walk_minutes, seed=seed)
    nothing = Choice(np.zeros(chooser.n, dtype=bool), True, 0.0)
    plans, sites = [_plan_row(chooser, "today", nothing, [])], []
    for plan in list(AIMS)[1:]:
        choice = chooser.chosen_for(plan)
        order = chooser.ordered(plan, choice) if choice else []
        plans.append(_plan_row(chooser, plan, choice, order))
        sites += _site_rows(chooser, plan, order)
    portfolio = _table(PORTFOLIO, plans)
    best = portfolio.loc[portfolio["plan"] == "coverage", "newly_served"].iloc[0]
    portfolio["of_best"] = portfolio["newly_served"] / best if best > 0 else np.nan
    return {
        "portfolio": portfolio,
        "portfolio_sites": _table(PORTFOLIO_SITES, sites),
        "portfolio_gain": _table(PORTFOLIO_GAIN, _gain_rows(chooser)),
        "portfolio_front": _table(PORTFOLIO_FRONT, _front_rows(chooser)),
    }
