"""Choosing sites together: exact answers to covering questions (METHOD section 8).

Every aim here has one shape: amounts that are won once when any of a set of sites is chosen, so nobody counts twice.
Maximal covering (Church and ReVelle 1974) has it as it stands. The p-median has it too: the minutes saved at a point
fall in steps from its nearest site to the next, and a step is won when any site up to it is chosen (Cornuéjols,
Nemhauser and Wolsey 1980). Points with the same set are added up, which loses nothing and leaves a model that HiGHS
proves in a moment. spopt's MCLP and PMedian know a number of sites only, no budget, no second aim and no order among
equals; the tests hold this file to them where both apply.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import highspy
import numpy as np
import pulp  # type: ignore[import-untyped]

SCALE = 1e4  # an aim's whole amount in the model, whatever its unit: the solver's tolerances are absolute
SLACK = 1e-3  # of SCALE: amounts this close count as equal, 1 in 10 million of all that can be won
LEAST_STEP = 1.0  # persons: points of a front differ by at least this ...
LEAST_SHARE = 1e-6  # ... and this share of all that can be won, well above the slack
CHOSEN = 0.5
FITS = 1 + 1e-6  # a budget may be passed by a millionth, the solver's own tolerance


@dataclass(frozen=True)
class Aim:
    """Amounts won when any site of a set is chosen.

    `sets` has a row a set and a column a site, shape (m, n); `amount` is what the row is worth, shape (m,).
    """

    sets: np.ndarray
    amount: np.ndarray

    def total(self, chosen: np.ndarray) -> float:
        """Return what the chosen sites (flags, shape (n,)) win together."""
        return float(self.amount[self.sets[:, chosen].any(axis=1)].sum())

    def whole(self) -> float:
        """Return what all sites together would win."""
        return float(self.amount.sum())


@dataclass(frozen=True)
class Limit:
    """At most `sites` sites, or any number that costs at most `budget` together.

    `cost` has the cost of each site, shape (n,), missing where nobody can tell; such a site fits no budget.
    """

    sites: int | None = None
    budget: float | None = None
    cost: np.ndarray | None = None

    def price(self, n: int) -> np.ndarray:
        """Return what each site uses up, shape (n,): its cost under a budget (missing: infinite), else 1."""
        if self.budget is None or self.cost is None:
            return np.ones(n)
        return np.where(np.isnan(self.cost), np.inf, self.cost)

    def ceiling(self, n: int) -> float:
        """Return how much may be used up."""
        return float(n if self.sites is None else self.sites) if self.budget is None else self.budget

    def allows(self, chosen: np.ndarray) -> bool:
        """Tell whether the chosen sites (flags) keep to the limit."""
        return bool(self.price(len(chosen))[chosen].sum() <= self.ceiling(len(chosen)) * FITS)

    def affordable(self, n: int) -> np.ndarray:
        """Tell of each site whether it keeps to the limit alone, shape (n,)."""
        return self.price(n) <= self.ceiling(n) * FITS


@dataclass(frozen=True)
class Choice:
    """Chosen sites (flags, shape (n,)), whether they are proven best, and how far from the best they can be at most.

    `gap` is a share of the best possible amount: 0 when proven.
    """

    chosen: np.ndarray
    proven: bool
    gap: float


@dataclass(frozen=True)
class Solver:
    """What HiGHS may use: seconds a solve, and its seed. It runs on one thread, so that it repeats itself."""

    time_limit_s: float
    seed: int

    def engine(self) -> pulp.LpSolver:
        """Return the solver, which stops at nothing but proof or the time limit."""
        return pulp.HiGHS(msg=False, gapRel=0.0, threads=1, timeLimit=self.time_limit_s, random_seed=self.seed)


@cache
def _hush() -> None:
    """Send HiGHS's greeting to nobody: its first instance in a process prints it, whatever its options say."""
    stdout = os.dup(1)
    try:
        with Path(os.devnull).open("wb") as nobody:
            os.dup2(nobody.fileno(), 1)
            highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)


def _collapse(sets: np.ndarray, amount: np.ndarray) -> Aim:
    """Add up the rows with the same set, and drop those nothing can be won at."""
    useful = sets.any(axis=1) & (amount > 0)
    sets, amount = sets[useful], amount[useful]
    if not len(sets):
        return Aim(sets, amount)
    _, first, group = np.unique(np.packbits(sets, axis=1), axis=0, return_index=True, return_inverse=True)
    return Aim(sets[first], np.bincount(group.ravel(), weights=amount))


def covering(minutes: np.ndarray, today: np.ndarray, residents: np.ndarray, *, limit: float) -> Aim:
    """Return the aim of maximal covering: residents within `limit` of a chosen site and of no facility today.

    Parameters
    ----------
    minutes : from each demand point to each site, shape (points, n); infinite when out of reach.
    today : minutes to the nearest facility that is there already, shape (points,).
    residents : shape (points,).
    limit : minutes.
    """
    return _collapse((minutes <= limit) & (today > limit)[:, None], residents)


def saving(minutes: np.ndarray, today: np.ndarray, residents: np.ndarray, *, cap: float) -> Aim:
    """Return the aim of the p-median: person-minutes saved on the way to the nearest facility.

    Parameters
    ----------
    minutes, today, residents : see `covering`.
    cap : minutes that a longer way, or none, counts as.
    """
    saved = np.maximum(np.minimum(today, cap)[:, None] - minutes, 0.0)
    point, site = np.nonzero(saved)
    order = np.lexsort((site, -saved[point, site], point))
    point, site = point[order], site[order]
    won = saved[point, site]
    level = np.arange(len(point)) - np.searchsorted(point, point)  # 0 for a point's best site, 1 for the next, ...
    goes_on = np.append(point[1:] == point[:-1], False)[: len(point)]
    step = won - np.where(goes_on, np.append(won[1:], 0.0)[: len(won)], 0.0)
    levels = []
    for most in range(int(level.max(initial=-1)) + 1):
        here = np.flatnonzero(level == most)
        number = np.full(len(minutes), -1)
        number[point[here]] = np.arange(len(here))
        up_to = (level <= most) & (number[point] >= 0)
        sets = np.zeros((len(here), minutes.shape[1]), dtype=bool)
        sets[number[point[up_to]], site[up_to]] = True
        levels.append(_collapse(sets, residents[point[here]] * step[here]))
    if not levels:
        return Aim(np.zeros((0, minutes.shape[1]), dtype=bool), np.zeros(0))
    return _collapse(np.concatenate([a.sets for a in levels]), np.concatenate([a.amount for a in levels]))


def mean_minutes(today: np.ndarray, residents: np.ndarray, saved: float, *, cap: float) -> float:
    """Return the mean way of a resident to the nearest facility when `saved` person-minutes are saved.

    Parameters
    ----------
    today : minutes to the nearest facility of today, shape (cells,).
    residents : persons, shape (cells,).
    saved : person-minutes.
    cap : minutes that a longer way, or none, counts as.
    """
    return float((np.minimum(today, cap) @ residents - saved) / residents.sum())


def greedy(aim: Aim, limit: Limit) -> list[int]:
    """Choose one site after the other, each time the one that adds most; stop when none adds anything or fits.

    Among equals the first in order. At least 63 % of the best for a number of sites (Nemhauser, Wolsey, Fisher 1978).

    Parameters
    ----------
    aim : what each site adds.
    limit : how many sites, or for how much.
    """
    n = aim.sets.shape[1]
    price, left = limit.price(n), limit.ceiling(n)
    spare = left * (FITS - 1)
    open_ = np.ones(len(aim.amount), dtype=bool)
    order: list[int] = []
    sets = aim.sets.astype(float)  # once, not for every site
    while True:
        gain = (aim.amount * open_) @ sets
        gain[price > left + spare] = 0.0
        if not n or gain.max() <= 0:
            return order
        best = int(gain.argmax())
        order.append(best)
        left -= price[best]
        open_ &= ~aim.sets[:, best]


class _Model:
    """The integer programme: which sites, within the limit."""

    def __init__(self, n: int, limit: Limit, solver: Solver) -> None:
        _hush()
        self.solver = solver
        self.problem = pulp.LpProblem("sites", pulp.LpMaximize)
        affordable = limit.affordable(n)
        self.site = [self.problem.add_variable(f"site{j:05d}", 0, int(affordable[j]), cat="Integer") for j in range(n)]
        self.price = np.where(affordable, limit.price(n), 0.0)
        ceiling = limit.ceiling(n)
        # shares of the limit: a budget in dong would drown the solver's tolerances
        self.problem += pulp.lpSum(self.site[j] * float(self.price[j] / ceiling) for j in range(n)) <= 1

    def amount(self, number: int, aim: Aim) -> pulp.LpAffineExpression:
        """Write an aim as an expression of the sites, scaled to SCALE."""
        scaled = aim.amount * (SCALE / aim.whole()) if len(aim.amount) else aim.amount
        terms = []
        for row, (members, worth) in enumerate(zip(aim.sets, scaled, strict=True)):
            sites = [self.site[j] for j in np.flatnonzero(members)]
            won = sites[0]
            if len(sites) > 1:
                won = self.problem.add_variable(f"won{number}_{row:06d}", 0, 1)
                self.problem += won <= pulp.lpSum(sites)
            terms.append(won * float(worth))
        return pulp.lpSum(terms)

    def maximise(self, expression: pulp.LpAffineExpression) -> Choice | None:
        """Solve for one expression; None when no solution was found in time."""
        self.problem.setObjective(expression)
        self.problem.solve(self.solver.engine())
        if self.problem.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
            return None
        proven = self.problem.sol_status == pulp.LpSolutionOptimal
        above = self.problem.solverModel.getInfo().mip_gap  # of the amount found; none found: infinite
        gap = 0.0 if proven else float(above / (1 + above)) if np.isfinite(above) else 1.0
        # a site that stands in no row of the model has no value
        return Choice(np.array([(variable.value() or 0.0) > CHOSEN for variable in self.site]), proven, gap)

    def keep(self, expression: pulp.LpAffineExpression, least: float) -> None:
        """Ask of every later solution that the expression stays at `least` (in units of the model)."""
        self.problem += expression >= least - SLACK


def choose(aims: Sequence[Aim], limit: Limit, solver: Solver, *, least: float | None = None) -> Choice:
    """Choose the sites that win most of the first aim, among those most of the second, and so on.

    Among equals the cheapest (fewest, when no budget is given) are taken, then those earlier in order; so a site that
    adds nothing is not chosen, and the same input has one answer.

    Parameters
    ----------
    aims : the aims, the most important first, over the same n sites.
    limit : how many sites, or for how much.
    solver : time limit and seed.
    least : amount of the last aim that must be won, which has to be possible.

    Returns
    -------
    The choice; `gap` is that of the first aim. Not proven only when a time limit was hit; greedy's choice is then
    taken where it is better.
    """
    n = aims[0].sets.shape[1]
    found = Choice(np.zeros(n, dtype=bool), True, 0.0)
    if not limit.affordable(n).any() or not any(len(aim.amount) for aim in aims):
        return found
    model = _Model(n, limit, solver)
    wholes = [(model.amount(number, aim), aim) for number, aim in enumerate(aims) if len(aim.amount)]
    if least is not None and wholes:
        model.keep(wholes[-1][0], least * SCALE / wholes[-1][1].whole())
    proven, gap = True, None
    for expression, aim in wholes:
        better = model.maximise(expression)
        found = better or found
        proven &= better is not None and better.proven
        gap = gap if gap is not None else (better.gap if better else 1.0)
        if better is None:
            break
        model.keep(expression, aim.total(found.chosen) * SCALE / aim.whole())
    found = Choice(found.chosen, proven, gap or 0.0)
    if not proven:
        return _or_greedy(found, aims[0], limit) if least is None else found
    return _first_among_equals(model, found)


def _or_greedy(found: Choice, aim: Aim, limit: Limit) -> Choice:
    """Return greedy's choice instead when it is better."""
    quick = np.zeros(len(found.chosen), dtype=bool)
    quick[greedy(aim, limit)] = True
    if aim.total(quick) <= aim.total(found.chosen):
        return found
    bound = aim.total(found.chosen) / max(1 - found.gap, SLACK) if found.gap < 1 else aim.whole()
    return Choice(quick, False, min(found.gap, 1 - aim.total(quick) / max(bound, aim.total(quick))))


def _first_among_equals(model: _Model, found: Choice) -> Choice:
    """Take the cheapest of the equally good choices, then the one earliest in order."""
    n = len(found.chosen)
    price = model.price / max(model.price.max(), 1e-12)
    for weight in (price * SCALE / n, np.arange(1.0, n + 1)):
        cost = pulp.lpSum(model.site[j] * float(weight[j]) for j in range(n))
        better = model.maximise(-cost)
        if better is None or not better.proven:
            return found
        found = Choice(better.chosen, found.proven, found.gap)
        model.keep(-cost, -float(weight[found.chosen].sum()))
    return found


def pareto_front(first: Aim, second: Aim, limit: Limit, solver: Solver, *, most: int) -> list[Choice]:
    """Return choices between two aims where neither can win more without the other winning less.

    The epsilon-constraint method: from the choice best for the first aim, ask a step more of the second each time
    (Mavrotas 2009). When the front has more points than `most`, evenly spread ones are found.

    Parameters
    ----------
    first, second : the aims, in persons.
    limit : how many sites, or for how much.
    solver : time limit and seed.
    most : points wanted at most, 2 or more.

    Returns
    -------
    From the best of the first aim to the best of the second.
    """
    points = [choose([first, second], limit, solver)]
    end = choose([second, first], limit, solver)
    goal, start = second.total(end.chosen), second.total(points[0].chosen)
    least = max(LEAST_STEP, LEAST_SHARE * second.whole())
    step = max(least, (goal - start) / (most - 1))
    while second.total(points[-1].chosen) + step <= goal - least:
        points.append(choose([first, second], limit, solver, least=second.total(points[-1].chosen) + step))
    if goal - second.total(points[-1].chosen) >= least:
        points.append(end)
    return _undominated(points, first, second)


def _undominated(points: list[Choice], first: Aim, second: Aim) -> list[Choice]:
    """Drop points that another beats in both aims: only unproven ones can be."""
    worth = [(first.total(p.chosen), second.total(p.chosen)) for p in points]
    beaten = [any(b != a and b[0] >= a[0] and b[1] >= a[1] for b in worth) for a in worth]
    return [point for point, lost in zip(points, beaten, strict=True) if not lost]
