"""Choosing sites together, against every set tried by hand and against spopt's models."""

import itertools
import subprocess
import sys

import numpy as np
import pulp
import pytest

from creative_nodes.choose.siting import (
    Aim,
    Limit,
    Solver,
    choose,
    covering,
    greedy,
    mean_minutes,
    pareto_front,
    saving,
)

SOLVER = Solver(time_limit_s=60, seed=80)
NEAR, FAR, CAP = 15.0, 30.0, 60.0


def case(seed, *, points=40, n=8):
    """Draw walks from homes to sites and to the nearest space of today; some out of reach, several homes alike."""
    rng = np.random.default_rng(seed)
    minutes = rng.uniform(0, 70, (points, n)).round(1)
    minutes[minutes > 50] = np.inf
    minutes[points // 2 :: 2] = minutes[: len(minutes[points // 2 :: 2])]
    today = rng.choice([5.0, 14.9, 20.0, 35.0, 45.5, np.inf], points)
    return minutes, today, rng.integers(0, 200, points).astype(float)


def every_set(n, allowed):
    """Yield the flags of every set of sites that is allowed."""
    for flags in itertools.product([False, True], repeat=n):
        if allowed(np.array(flags)):
            yield np.array(flags)


def nearest(minutes, today, chosen):
    """Return the way to the nearest facility, of today or chosen."""
    return np.minimum(today, minutes[:, chosen].min(axis=1, initial=np.inf))


def newly(minutes, today, residents, chosen, limit=NEAR):
    return residents[(today > limit) & (nearest(minutes, today, chosen) <= limit)].sum()


def mean_walk(minutes, today, residents, chosen):
    return np.average(np.minimum(nearest(minutes, today, chosen), CAP), weights=residents)


# ---------------------------------------------------------------- every set tried


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [1, 3, 5])
def test_most_people_are_served_of_all_sets_of_k(seed, k):
    minutes, today, residents = case(seed)
    best = max(newly(minutes, today, residents, some) for some in every_set(8, lambda flags: flags.sum() <= k))
    aim = covering(minutes, today, residents, limit=NEAR)
    found = choose([aim], Limit(sites=k), SOLVER)
    assert newly(minutes, today, residents, found.chosen) == best == aim.total(found.chosen) > 0
    assert found.chosen.sum() <= k
    assert found.proven
    assert found.gap == 0


@pytest.mark.parametrize("seed", range(6))
def test_most_people_are_served_of_all_sets_within_the_budget(seed):
    minutes, today, residents = case(seed)
    cost = np.random.default_rng(100 + seed).uniform(1e6, 9e8, 8).round()
    cost[2] = np.nan
    known, budget = np.nan_to_num(cost, nan=1e18), 1.1e9
    best = max(newly(minutes, today, residents, some) for some in every_set(8, lambda f: known[f].sum() <= budget))
    found = choose([covering(minutes, today, residents, limit=NEAR)], Limit(budget=budget, cost=cost), SOLVER)
    assert newly(minutes, today, residents, found.chosen) == best > 0
    assert known[found.chosen].sum() <= budget
    assert not found.chosen[2]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_mean_walk_is_the_shortest_of_all_sets_of_k(seed, k):
    minutes, today, residents = case(seed)
    best = min(mean_walk(minutes, today, residents, some) for some in every_set(8, lambda flags: flags.sum() <= k))
    aim = saving(minutes, today, residents, cap=CAP)
    found = choose([aim], Limit(sites=k), SOLVER)
    assert mean_walk(minutes, today, residents, found.chosen) == pytest.approx(best, rel=1e-9)
    assert mean_minutes(today, residents, aim.total(found.chosen), cap=CAP) == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_what_aims_say_of_any_set_is_what_one_counts(seed):
    """Adding up homes with the same sites loses nobody, for every set and every aim."""
    minutes, today, residents = case(seed, n=5)
    cover, saved = covering(minutes, today, residents, limit=NEAR), saving(minutes, today, residents, cap=CAP)
    assert len(cover.amount) < ((today > NEAR) & (minutes <= NEAR).any(axis=1)).sum()
    for some in every_set(5, lambda flags: True):
        assert cover.total(some) == pytest.approx(newly(minutes, today, residents, some))
        walk = mean_minutes(today, residents, saved.total(some), cap=CAP)
        assert walk == pytest.approx(mean_walk(minutes, today, residents, some), rel=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_the_front_is_what_no_set_beats(seed):
    minutes, today, residents = case(seed, points=60)
    limit = Limit(sites=3)
    both = {
        (newly(minutes, today, residents, some), newly(minutes, today, residents, some, FAR))
        for some in every_set(8, limit.allows)
    }
    front = {one for one in both if not any(two != one and two[0] >= one[0] and two[1] >= one[1] for two in both)}
    first = covering(minutes, today, residents, limit=NEAR)
    second = covering(minutes, today, residents, limit=FAR)
    points = pareto_front(first, second, limit, SOLVER, most=10_000)
    assert [(first.total(p.chosen), second.total(p.chosen)) for p in points] == sorted(front, reverse=True)
    assert all(limit.allows(point.chosen) and point.proven for point in points)
    few = pareto_front(first, second, limit, SOLVER, most=2)
    ends = {(first.total(p.chosen), second.total(p.chosen)) for p in few}
    assert ends <= front
    assert {max(front), min(front)} <= ends


def test_some_of_these_fronts_have_a_choice_to_make():
    sizes = []
    for seed in range(8):
        minutes, today, residents = case(seed, points=60)
        aims = [covering(minutes, today, residents, limit=limit) for limit in (NEAR, FAR)]
        sizes.append(len(pareto_front(*aims, Limit(sites=3), SOLVER, most=10_000)))
    assert max(sizes) >= 3


# ---------------------------------------------------------------- spopt

# spopt makes its variables in the way of PuLP before 4
OF_SPOPT = pytest.mark.filterwarnings("ignore:Constructing LpVariable:DeprecationWarning")


def _with_today(minutes, today):
    """Put the spaces of today beside the sites, as one facility that is always open."""
    return np.column_stack([np.minimum(minutes, 1e4), np.minimum(today, 1e4)])


@OF_SPOPT
@pytest.mark.parametrize("seed", range(4))
def test_spopt_serves_as_many(seed):
    from spopt.locate import MCLP

    minutes, today, residents = case(seed)
    fixed = np.array([0] * 8 + [1])
    model = MCLP.from_cost_matrix(_with_today(minutes, today), residents, NEAR, 4, predefined_facilities_arr=fixed)
    model.solve(pulp.HiGHS(msg=False, threads=1, gapRel=0.0))
    ours = choose([covering(minutes, today, residents, limit=NEAR)], Limit(sites=3), SOLVER)
    served = residents[nearest(minutes, today, ours.chosen) <= NEAR].sum()
    assert served == pytest.approx(model.problem.objective.value())


@OF_SPOPT
@pytest.mark.parametrize("seed", range(4))
def test_spopt_walks_as_far(seed):
    from spopt.locate import PMedian

    minutes, today, residents = case(seed)
    fixed = np.array([0] * 8 + [1])
    walks = np.minimum(_with_today(minutes, today), CAP)
    model = PMedian.from_cost_matrix(walks, residents, 4, predefined_facilities_arr=fixed)
    model.solve(pulp.HiGHS(msg=False, threads=1, gapRel=0.0))
    aim = saving(minutes, today, residents, cap=CAP)
    ours = choose([aim], Limit(sites=3), SOLVER)
    found = mean_minutes(today, residents, aim.total(ours.chosen), cap=CAP)
    assert found == pytest.approx(model.mean_dist, rel=1e-9)


# ---------------------------------------------------------------- order among equals, and little to choose from


def aim_of(*rows):
    """Make an aim from (sites, amount) over four sites."""
    sets = np.array([[site in sites for site in range(4)] for sites, _ in rows], dtype=bool).reshape(-1, 4)
    return Aim(sets, np.array([amount for _, amount in rows], dtype=float))


def sites_of(choice):
    return list(np.flatnonzero(choice.chosen))


def test_among_equals_the_first_and_the_fewest():
    aim = aim_of(({1, 3}, 10), ({2, 3}, 10))
    assert sites_of(choose([aim], Limit(sites=3), SOLVER)) == [3]
    assert sites_of(choose([aim_of(({1, 2, 3}, 10))], Limit(sites=3), SOLVER)) == [1]


def test_among_equals_the_cheapest_under_a_budget():
    aim = aim_of(({0, 1, 2}, 10))
    cost = np.array([5e9, 3e9, 4e9, 1e9])
    assert sites_of(choose([aim], Limit(budget=2e10, cost=cost), SOLVER)) == [1]


def test_the_second_aim_decides_among_equals():
    first, second = aim_of(({1, 2}, 10)), aim_of(({2}, 1))
    assert sites_of(choose([first], Limit(sites=1), SOLVER)) == [1]
    assert sites_of(choose([first, second], Limit(sites=1), SOLVER)) == [2]


def test_a_budget_met_exactly_is_kept():
    aim = aim_of(({0}, 1), ({1}, 1), ({2}, 1))
    cost = np.array([0.1, 0.2, 0.3, 1.0])
    assert sites_of(choose([aim], Limit(budget=0.3, cost=cost), SOLVER)) == [0, 1]
    assert greedy(aim, Limit(budget=0.3, cost=cost)) == [0, 1]


@pytest.mark.parametrize("limit", [Limit(budget=5, cost=np.full(4, 6.0)), Limit(budget=5, cost=np.full(4, np.nan))])
def test_a_budget_for_nothing_buys_nothing(limit):
    found = choose([aim_of(({0}, 1))], limit, SOLVER)
    assert not found.chosen.any()
    assert found.proven
    assert greedy(aim_of(({0}, 1)), limit) == []


def test_more_sites_than_there_are_take_all_that_add_something():
    aim = aim_of(({0}, 1), ({2}, 1), ({0, 3}, 5))
    assert sites_of(choose([aim], Limit(sites=99), SOLVER)) == [0, 2]


def test_nobody_to_serve_and_no_site():
    nobody, none = np.zeros(0), np.zeros((0, 0))
    for minutes, today, residents in (
        (np.zeros((0, 3)), nobody, nobody),
        (none, nobody, nobody),
        (np.ones((2, 3)), np.ones(2), np.ones(2)),  # all served already, and nobody nearer to a site
        (np.ones((2, 3)), np.full(2, 40.0), np.zeros(2)),  # homes without residents
    ):
        for aim in (covering(minutes, today, residents, limit=NEAR), saving(minutes, today, residents, cap=CAP)):
            assert not choose([aim], Limit(sites=2), SOLVER).chosen.any()
        front = pareto_front(aim, aim, Limit(sites=2), SOLVER, most=5)
        assert [sites_of(point) for point in front] == [[]]


def test_step_by_step_can_miss_the_best():
    """Site 0 serves most alone, sites 1 and 2 together serve all."""
    aim = aim_of(({0, 1}, 4), ({0, 2}, 4), ({1}, 3), ({2}, 3))
    assert greedy(aim, Limit(sites=2)) == [0, 1]
    found = choose([aim], Limit(sites=2), SOLVER)
    assert sites_of(found) == [1, 2]
    assert aim.total(found.chosen) == 14


# ---------------------------------------------------------------- not proven, and what HiGHS says


def _large(seed=1, n=120, points=1500):
    rng = np.random.default_rng(seed)
    homes, sites = rng.uniform(0, 100, (points, 1, 2)), rng.uniform(0, 100, (1, n, 2))
    minutes = np.hypot(*np.moveaxis(homes - sites, 2, 0))
    return covering(minutes, np.full(points, np.inf), rng.uniform(1, 100, points), limit=9.0)


def test_out_of_time_is_said_with_a_gap_that_holds():
    aim, limit = _large(), Limit(sites=12)
    best = choose([aim], limit, SOLVER)
    assert best.proven
    hasty = choose([aim], limit, Solver(time_limit_s=1e-4, seed=80))
    assert not hasty.proven
    assert 0 < hasty.gap <= 1
    assert hasty.chosen.sum() <= 12
    quick = np.isin(np.arange(120), greedy(aim, limit))
    assert aim.total(hasty.chosen) >= aim.total(quick)
    # the true best lies within the gap that is told
    assert aim.total(hasty.chosen) >= (1 - hasty.gap) * aim.total(best.chosen)


def test_the_same_question_has_the_same_answer():
    aim = _large(seed=2, n=60, points=700)
    first, again = (choose([aim], Limit(sites=8), SOLVER).chosen for _ in range(2))
    assert (first == again).all()


def test_nothing_is_printed():
    code = (
        "import numpy as np; from creative_nodes.choose.siting import *; "
        "choose([covering(np.ones((2, 2)), np.full(2, 40.), np.ones(2), limit=15)], Limit(sites=1), Solver(9, 1))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""
