"""Portfolio: which sites together serve most people and join most spaces (METHOD section 8).

People are counted once, and the creative spaces that are there stay. Coverage asks for residents newly in walking
reach, as the criterion newly_served does; equity for as few residents as possible far from any space; the median for
the shortest mean walk; network for the connectivity C. The first by score stand beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from creative_nodes.choose import siting
from creative_nodes.choose.settings import Portfolio as Settings
from creative_nodes.choose.siting import Aim, Choice, Limit, Solver
from creative_nodes.choose.tables import PORTFOLIO, PORTFOLIO_FRONT, PORTFOLIO_GAIN, PORTFOLIO_SITES
from creative_nodes.common import Table, tables
from creative_nodes.network import NetworkSettings, space_links
from creative_nodes.streets import Streets, cost_rows, cost_to_nearest, costs_between

FACILITIES = ("core", "intermediate")  # the spaces that count as serving people, as for newly_served
EQUAL = 1e-12  # connectivities this close are equal
AIMS = {
    "today": "the spaces of today",
    "coverage": "most residents newly in walking reach",
    "equity": "fewest residents far from any space",
    "median": "shortest mean walk to a space",
    "network": "best connected spaces",
    "score": "first by score",
}
Value = Callable[[np.ndarray], float]


@dataclass(frozen=True)
class Demand:
    """Residents and their walks.

    `residents`, `today` (minutes to the nearest facility of today, infinite when none can be reached) and `inside` (of
    the study area) have a value a cell, shape (cells,). `helped`: the cells that some site is nearer to than that,
    shape (h,); `minutes`: from them to each site, shape (h, n), infinite when farther than anybody asks for.
    """

    residents: np.ndarray
    today: np.ndarray
    inside: np.ndarray
    helped: np.ndarray
    minutes: np.ndarray

    def covering(self, limit: float) -> Aim:
        """Return the aim of residents newly within `limit` minutes; all residents read count, as for newly_served."""
        return siting.covering(self.minutes, self.today[self.helped], self.residents[self.helped], limit=limit)

    def reaching(self, limit: float) -> Aim:
        """Return the same aim for residents of the study area only."""
        return siting.covering(self.minutes, self.today[self.helped], self._own[self.helped], limit=limit)

    def saving(self, cap: float) -> Aim:
        """Return the aim of person-minutes that residents of the study area save."""
        return siting.saving(self.minutes, self.today[self.helped], self._own[self.helped], cap=cap)

    def far(self, limit: float) -> float:
        """Return how many residents of the study area are farther than `limit` minutes from the facilities of today."""
        return float(self._own[self.today > limit].sum())

    def mean_minutes(self, saved: float, cap: float) -> float:
        """Return the mean walk in the study area when so many person-minutes are saved; missing without residents."""
        if not self._own.sum() > 0:
            return np.nan
        return siting.mean_minutes(self.today, self._own, saved, cap=cap)

    @property
    def _own(self) -> np.ndarray:
        return np.where(self.inside, self.residents, 0.0)


@dataclass(frozen=True)
class Joining:
    """What sites join: `sizes` of the parts of the network, which parts each site touches, which sites touch another.

    Shapes (parts,), (n, parts) and (n, n).
    """

    sizes: np.ndarray
    touches: np.ndarray
    between: np.ndarray

    def connectivity(self, chosen: np.ndarray) -> float:
        """Return C with the chosen sites (flags) as stepping stones, the number of spaces unchanged.

        The parts that chosen sites join, directly or through one another, become one.
        """
        if not self.sizes.sum():
            return 0.0
        n_parts, rows = len(self.sizes), np.flatnonzero(chosen)
        site, part = np.nonzero(self.touches[rows])
        one, other = np.nonzero(self.between[np.ix_(rows, rows)])
        a, b = np.concatenate([site, one]) + n_parts, np.concatenate([part, other + n_parts])
        graph = coo_array((np.ones(len(a)), (a, b)), shape=(n_parts + len(rows),) * 2)
        label = connected_components(graph, directed=False)[1][:n_parts]
        joined = np.bincount(label, weights=self.sizes)
        return float(np.sum((joined / self.sizes.sum()) ** 2))

    def useful(self) -> np.ndarray:
        """Tell which sites could raise C with or without others: they touch two parts, or another site."""
        return np.asarray((self.touches.sum(axis=1) > 1) | self.between.any(axis=1))


@dataclass(frozen=True)
class Options:
    """The sites to choose from, best score first, and what they would do.

    `sites` has site_id, score, heritage_class and area_m2; `demand` is None when residents are not known; `left_out`
    counts candidates out of reach.
    """

    sites: pd.DataFrame
    demand: Demand | None
    joining: Joining
    left_out: int = 0

    def costs(self, settings: Settings) -> np.ndarray:
        """Return the cost of each site in the config's currency; missing where the area is not known."""
        rate = self.sites["heritage_class"].map(dict(settings.cost_per_m2)).fillna(settings.cost_per_m2["default"])
        return np.asarray((self.sites["area_m2"] * rate).to_numpy(dtype=float))


# ---------------------------------------------------------------- measuring


def measure_demand(
    streets: Streets,
    sites: gpd.GeoDataFrame,
    creative: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    *,
    limit: float,
    link_within_m: float,
) -> Demand | None:
    """Measure the walks from homes to sites and to the spaces of today.

    Parameters
    ----------
    streets : street tables.
    sites : sites to choose from.
    creative : the table creative, study area and buffer; core and intermediate spaces are the facilities of today.
    people : the table people.
    limit : minutes: longer walks to a site count as none.
    link_within_m : metres: residents farther than this from any street are in nobody's reach.

    Returns
    -------
    None when residents are not known.
    """
    if people.empty:
        return None
    walk = streets.network("walk")
    homes = streets.entrances(walk, streets.shapes(people), within_m=link_within_m)
    facilities = creative[creative["tier"].isin(FACILITIES)]
    today = cost_to_nearest(walk, homes, streets.entrances(walk, streets.shapes(facilities)))
    doors = streets.entrances(walk, streets.shapes(sites))
    kept = []
    for rows, minutes in cost_rows(walk, doors, homes, limit=limit):
        row, cell = np.nonzero(minutes < today)
        kept.append((rows[row], cell, minutes[row, cell]))
    site, cell, walked = (np.concatenate(part) for part in zip(*kept, strict=True)) if kept else [np.zeros(0, int)] * 3
    helped, row = np.unique(cell, return_inverse=True)
    table = np.full((len(helped), len(sites)), np.inf)
    table[row, site] = walked
    return Demand(
        residents=people["residents"].to_numpy(dtype=float),
        today=today,
        inside=people["inside"].to_numpy(dtype=bool),
        helped=helped,
        minutes=table,
    )


def measure_joining(
    streets: Streets, sites: gpd.GeoDataFrame, creative: gpd.GeoDataFrame, network: NetworkSettings
) -> Joining:
    """Measure which parts of the creative network, and which other sites, each site can walk to in the link time."""
    spaces = creative[creative["inside"]]
    walk = streets.network("walk")
    doors = streets.entrances(walk, streets.shapes(sites))
    venues = streets.entrances(walk, streets.shapes(spaces))
    parts = space_links(streets, spaces, network.link_minutes).parts()
    reached = np.isfinite(costs_between(walk, doors, venues, limit=network.link_minutes))
    apart = costs_between(walk, doors, doors, limit=network.link_minutes)
    between = np.isfinite(np.minimum(apart, apart.T)) & ~np.eye(len(sites), dtype=bool)
    sizes = np.bincount(parts)
    touches = np.zeros((len(sites), len(sizes)), dtype=bool)
    site, space = np.nonzero(reached)
    touches[site, parts[space]] = True
    return Joining(sizes, touches, between)


def measure_options(
    candidates: gpd.GeoDataFrame,
    scores: pd.DataFrame,
    creative: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    streets: Streets,
    *,
    settings: Settings,
    walk_minutes: float,
    network: NetworkSettings,
    link_within_m: float,
) -> Options:
    """Measure what the candidates that can be reached would do, together.

    Parameters
    ----------
    candidates, scores, creative, people : tables.
    streets : street tables.
    settings, network : settings.
    walk_minutes : minutes on foot within which a space serves people.
    link_within_m : see `measure_demand`.
    """
    scored = candidates.merge(scores[["site_id", "score"]], on="site_id", how="left")
    usable = scored[scored["reachable"]].sort_values(["score", "site_id"], ascending=[False, True])
    usable = usable.rename(columns={"site_capacity": "area_m2"}).reset_index(drop=True)
    limit = max(walk_minutes, settings.far_minutes, settings.max_minutes)
    return Options(
        sites=pd.DataFrame(usable[["site_id", "score", "heritage_class", "area_m2"]]),
        demand=measure_demand(streets, usable, creative, people, limit=limit, link_within_m=link_within_m),
        joining=measure_joining(streets, usable, creative, network),
        left_out=len(candidates) - len(usable),
    )


# ---------------------------------------------------------------- choosing


def best_connection(joining: Joining, limit: Limit, *, exhaustive_sets: int) -> Choice:
    """Choose the sites that raise the connectivity C most; among equals the fewest, then those earlier in order.

    Every set is tried when there are at most `exhaustive_sets` of them. Otherwise sites are added one by one (by two
    where one alone joins nothing), which need not find the best: C with every site at once bounds it from above.
    """
    n = len(joining.touches)
    useful = [int(site) for site in np.flatnonzero(joining.useful() & limit.affordable(n))]
    most = len(useful) if limit.sites is None else min(limit.sites, len(useful))
    if sum(comb(len(useful), size) for size in range(most + 1)) <= exhaustive_sets:
        every = (some for size in range(most + 1) for some in combinations(useful, size))
        return Choice(_best_of(every, joining, limit), True, 0.0)
    chosen: list[int] = []
    while True:
        rest = [site for site in useful if site not in chosen]
        for size in (1, 2):
            sets = ([*chosen, *more] for more in [(), *combinations(rest, size)])
            flags = _best_of(sets, joining, limit)
            if flags.sum() > len(chosen):
                break
        if flags.sum() <= len(chosen):
            break
        chosen = [int(site) for site in np.flatnonzero(flags)]
    bound, reached = joining.connectivity(np.ones(n, dtype=bool)), joining.connectivity(_flags(chosen, n))
    gap = max(0.0, 1 - reached / bound)
    return Choice(_flags(chosen, n), gap <= EQUAL, gap)


def _best_of(sets: Iterable[Sequence[int]], joining: Joining, limit: Limit) -> np.ndarray:
    """Return the first of the sets that keep to the limit with the highest connectivity, as flags."""
    best, reached = np.zeros(len(joining.touches), dtype=bool), -1.0
    for chosen in sets:
        flags = _flags(chosen, len(best))
        if limit.allows(flags) and (value := joining.connectivity(flags)) > reached + EQUAL:
            best, reached = flags, value
    return best


def first_by_score(n: int, limit: Limit) -> np.ndarray:
    """Take sites in order (best score first) while the limit allows; one that does not fit is passed over."""
    chosen = np.zeros(n, dtype=bool)
    for site in range(n):
        chosen[site] = True
        chosen[site] = limit.allows(chosen)
    return chosen


def _flags(sites: Iterable[int], n: int) -> np.ndarray:
    flags = np.zeros(n, dtype=bool)
    flags[list(sites)] = True
    return flags


def in_order(chosen: np.ndarray, value: Value) -> list[int]:
    """Order chosen sites by what each adds to those before it, by a value of flags; among equals as they stand."""
    order: list[int] = []
    rest = [int(site) for site in np.flatnonzero(chosen)]
    while rest:
        gains = [value(_flags([*order, site], len(chosen))) for site in rest]
        order.append(rest.pop(int(np.argmax(gains))))
    return order


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
    chosen = _flags(order, chooser.n)
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
        before, until = _flags(order[: step - 1], chooser.n), _flags(order[:step], chooser.n)
        others = _flags([one for one in order if one != site], chooser.n)
        rows.append(
            {
                "plan": plan,
                "step": step,
                "site_id": chooser.ids[site],
                "alone": chooser.served(_flags([site], chooser.n)),
                "gain": _more(chooser.served(until), chooser.served(before)),
                "only_here": _more(chooser.served(_flags(order, chooser.n)), chooser.served(others)),
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
                "greedy_served": chooser.served(_flags(quick[:k], n)),
                "score_site": chooser.ids[k - 1],
                "score_served": chooser.served(_flags(range(k), n)),
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
