"""Sites chosen together for towns drawn by hand, and the connectivity that several sites bring."""

import itertools
import re
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from creative_nodes.choose.answer import measure_served
from creative_nodes.choose.choosing import best_connection, first_by_score
from creative_nodes.choose.options import Joining, Walks, measure_options
from creative_nodes.choose.portfolio import choose_portfolio
from creative_nodes.choose.siting import Limit
from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.network.connectivity import connectivity_of
from creative_nodes.reach import measure as reach
from creative_nodes.report.tables import TABLES
from creative_nodes.settings import load_config

NAMES = ("portfolio", "portfolio_sites", "portfolio_gain", "portfolio_front")
# one street of 6 km, 80 m a minute: homes at 500 m (1,000 people), 4,000 m (600) and 5,800 m (1,000, served today)
HOMES = ((500, 1000.0), (4000, 600.0), (5800, 1000.0))
SITES = (400, 600, 4100)  # two beside the same people, one beside others
SPACE = 5900


def _town(towns: ModuleType, **how: Any) -> dict[str, Any]:
    """Draw the town with its tables; scores fall from the first site on."""
    world = {
        "creative": towns.spaces(*({"geometry": towns.at(x)} for x in how.get("spaces", [SPACE]))),
        "people": towns.people(*({"geometry": towns.at(x), "residents": n} for x, n in how.get("homes", HOMES))),
    }
    sites = towns.sites(
        *({"geometry": towns.at(x), "area_m2": 1000.0, **how.get("site", {})} for x in how.get("sites", SITES))
    )
    streets = towns.streets(towns.straight_street(6000))
    around = reach.World(amenities=towns.amenities(), stations=towns.stations(), **world)
    candidates = towns.measured(sites, around, streets).candidates
    scores = pd.DataFrame({"site_id": candidates["site_id"], "score": np.linspace(0.9, 0.1, len(candidates))})
    return {"candidates": candidates, "scores": scores, "streets": streets, **world}


def _choose(towns: ModuleType, town: dict[str, Any], **changes: Any) -> dict[str, Any]:
    config = towns.config()
    settings = config.portfolio.model_copy(update={"k": 2, **changes})
    options = measure_options(
        *(town[name] for name in ("candidates", "scores", "creative", "people", "streets")),
        settings=settings,
        walks=Walks(config.reach.walk_minutes, link_within_m=500),
        network=config.network,
    )
    return choose_portfolio(options, settings, walk_minutes=config.reach.walk_minutes, seed=80)


def _written(found: dict[str, Any], folder: Any) -> dict[str, bytes]:
    """Write the tables, which checks them, and return their bytes."""
    assert tuple(found) == NAMES
    for name, table in found.items():
        tables.write(table, TABLES[name], folder / f"{name}.parquet", provenance={})
        assert len(tables.read(TABLES[name], folder / f"{name}.parquet")) == len(table)
    return {name: (folder / f"{name}.parquet").read_bytes() for name in NAMES}


def _plan(found: dict[str, Any], plan: str) -> Any:
    return found["portfolio"].set_index("plan").loc[plan]


# ---------------------------------------------------------------- a town worked out on paper


def test_the_first_by_score_serve_the_same_people_twice(towns: ModuleType, tmp_path: Any) -> None:
    found = _choose(towns, _town(towns))
    _written(found, tmp_path)
    best, naive = _plan(found, "coverage"), _plan(found, "score")
    assert best["sites"] == ["h1", "h3"]
    assert best["newly_served"] == 1600
    assert best["status"] == "optimal"
    assert best["gap"] == 0
    assert naive["sites"] == ["h1", "h2"]
    assert naive["newly_served"] == 1000
    assert naive["of_best"] == pytest.approx(1000 / 1600)


def test_far_and_mean_by_hand(towns: ModuleType) -> None:
    found = _choose(towns, _town(towns))
    today, best = _plan(found, "today"), _plan(found, "coverage")
    assert today["newly_served"] == 0
    assert today["far_residents"] == 1000  # 5,400 m away, more than 2,400
    # 67.5 min counts as 60, 1,900 m are 23.75 min, 100 m are 1.25
    assert today["mean_minutes"] == pytest.approx((1000 * 60 + 600 * 23.75 + 1000 * 1.25) / 2600, rel=1e-4)
    assert best["far_residents"] == 0
    assert best["mean_minutes"] == pytest.approx(1.25, rel=1e-4)  # all homes are 100 m away


def test_gains_by_hand(towns: ModuleType) -> None:
    found = _choose(towns, _town(towns))
    gains = found["portfolio_gain"]
    assert gains["k"].tolist() == [1, 2, 3]
    assert gains["newly_served"].tolist() == [1000, 1600, 1600]
    assert gains["gain"].tolist() == [1000, 600, 0]
    assert gains["sites"].tolist() == [["h1"], ["h1", "h3"], ["h1", "h3"]]
    assert gains["greedy_site"].tolist() == ["h1", "h3", ""]
    assert gains["greedy_served"].tolist() == [1000, 1600, 1600]
    assert gains["score_site"].tolist() == ["h1", "h2", "h3"]
    assert gains["score_served"].tolist() == [1000, 1000, 1600]
    rows = found["portfolio_sites"].set_index(["plan", "site_id"])
    assert rows.loc[("score", "h2"), ["step", "alone", "gain", "only_here"]].tolist() == [2, 1000, 0, 0]
    assert rows.loc[("coverage", "h3"), ["step", "alone", "gain", "only_here"]].tolist() == [2, 600, 600, 600]


def test_one_site_does_what_the_criteria_say(towns: ModuleType) -> None:
    """The portfolio of one site and the table candidates tell the same of it."""
    town = _town(towns, spaces=[300, 2100, SPACE], homes=[(300, 300.0), (4000, 600.0)], sites=[1150, 4100])
    assert town["candidates"]["network_gain"].max() > 0
    found, known = _choose(towns, town, k=1), town["candidates"].set_index("site_id")
    row = _plan(found, "coverage")
    assert row["sites"] == [known["newly_served"].idxmax()]
    assert row["newly_served"] == pytest.approx(known["newly_served"].max(), abs=1e-12)
    joined, today = _plan(found, "network"), _plan(found, "today")
    assert joined["sites"] == [known["network_gain"].idxmax()]
    # three spaces apart, two of them joined: from 3/9 to 5/9
    assert joined["connectivity"] - today["connectivity"] == pytest.approx(2 / 9, abs=1e-12)


def test_a_front_where_more_served_means_more_far(towns: ModuleType, tmp_path: Any) -> None:
    """One site: 500 people that are near a space already but beyond the walk, or 100 that are far from all."""
    town = _town(towns, homes=[(4000, 500.0), (500, 100.0), (5800, 50.0)], sites=[4100, 600])
    found = _choose(towns, town, k=1)
    _written(found, tmp_path)
    front = found["portfolio_front"]
    assert front["sites"].tolist() == [["h1"], ["h2"]]
    assert front["newly_served"].tolist() == [500, 100]
    assert front["far_residents"].tolist() == [100, 0]
    assert _plan(found, "coverage")["sites"] == ["h1"]
    assert _plan(found, "equity")["sites"] == ["h2"]


def test_residents_outside_count_as_served_but_not_as_far(towns: ModuleType) -> None:
    town = _town(towns)
    town["people"].loc[0, "inside"] = False
    found = _choose(towns, town)
    assert _plan(found, "coverage")["newly_served"] == 1600
    assert _plan(found, "today")["far_residents"] == 0
    assert _plan(found, "today")["mean_minutes"] == pytest.approx((600 * 23.75 + 1000 * 1.25) / 1600, rel=1e-4)


# ---------------------------------------------------------------- budgets


def test_a_budget_buys_what_serves_most(towns: ModuleType, tmp_path: Any) -> None:
    town = _town(towns)
    town["candidates"]["site_capacity"] = [5000.0, 2000, 1000]  # at 200 a m² for a warehouse
    found = _choose(towns, town, budget=650_000.0, currency="EUR")
    _written(found, tmp_path)
    best, naive = _plan(found, "coverage"), _plan(found, "score")
    assert best["sites"] == ["h2", "h3"]
    assert best["cost"] == 600_000
    assert best["limit"] == "650,000 EUR"
    assert "assumption" in best["note"]
    assert naive["sites"] == ["h2", "h3"]  # the first of the score is too dear and passed over
    assert found["portfolio_sites"]["cost"].isin([400_000, 200_000]).all()


def test_a_site_without_area_has_no_cost_and_is_left_out(towns: ModuleType) -> None:
    town = _town(towns)
    # the typical area that it counts with in the score buys nothing
    town["candidates"]["area_unknown"] = [True, False, False]
    best = _plan(_choose(towns, town, budget=1e9), "coverage")
    assert best["sites"] == ["h2", "h3"]
    assert "1 of 3 sites without a known area" in best["note"]
    assert (best["n_options"], best["n_unpriced"], best["cheapest"]) == (3, 1, 200_000)


@pytest.mark.parametrize(
    ("area", "said"), [(1000.0, "the cheapest costs 200,000 USD"), (np.nan, "no site has a known area")]
)
def test_a_budget_for_no_site_says_so(towns: ModuleType, tmp_path: Any, area: float, said: str) -> None:
    found = _choose(towns, _town(towns, site={"area_m2": area}), budget=10.0)
    _written(found, tmp_path)
    for plan in ("coverage", "equity", "median", "network", "score"):
        row = _plan(found, plan)
        assert row["n_sites"] == row["cost"] == row["newly_served"] == 0
        assert said in row["note"]


def test_without_a_budget_no_cost_is_told(towns: ModuleType) -> None:
    found = _choose(towns, _town(towns))
    assert found["portfolio"][["cost", "n_unpriced", "cheapest"]].isna().all(axis=None)
    assert found["portfolio_sites"]["cost"].isna().all()
    assert found["portfolio"]["note"].str.contains("cost").sum() == 0


# ---------------------------------------------------------------- little to choose from


def test_more_sites_than_there_are(towns: ModuleType, tmp_path: Any) -> None:
    found = _choose(towns, _town(towns), k=20)
    _written(found, tmp_path)
    assert _plan(found, "score")["n_sites"] == 3
    assert _plan(found, "coverage")["sites"] == ["h1", "h3"]
    assert _plan(found, "coverage")["note"] == "20 sites were asked for, 3 can be reached"
    assert found["portfolio_gain"]["k"].max() == 3


def test_nobody_left_to_serve(towns: ModuleType, tmp_path: Any) -> None:
    found = _choose(towns, _town(towns, homes=[(5800, 1000.0)]))
    _written(found, tmp_path)
    for plan in ("coverage", "equity", "median"):
        row = _plan(found, plan)
        assert row["sites"] == []
        assert row["note"] == "no site adds anything to this aim"
    assert found["portfolio"]["of_best"].isna().all()
    assert found["portfolio_gain"]["gain"].tolist() == [0, 0, 0]


def test_an_aim_with_nothing_to_win_says_that_the_next_one_chose(towns: ModuleType) -> None:
    found = _choose(towns, _town(towns, homes=[(4000, 600.0), (5800, 1000.0)]))
    row = _plan(found, "equity")
    assert row["far_residents"] == _plan(found, "today")["far_residents"] == 0
    assert row["sites"] == ["h3"]
    assert row["note"] == (
        "no site adds anything to this aim; these are for the next: most residents newly in walking reach; "
        "a further site would add nothing"
    )
    assert _plan(found, "coverage")["note"] == "a further site would add nothing"


def test_no_candidates(towns: ModuleType, tmp_path: Any) -> None:
    found = _choose(towns, _town(towns, sites=[]))
    _written(found, tmp_path)
    plans = found["portfolio"].set_index("plan")
    assert plans["n_sites"].sum() == 0
    assert (plans.drop("today")["status"] == "not possible").all()
    assert (plans.drop("today")["note"] == "no candidate can be reached on foot").all()
    assert plans["far_residents"].tolist() == [1000] * 6
    assert all(found[name].empty for name in NAMES[1:])


def test_no_residents_known(towns: ModuleType, tmp_path: Any) -> None:
    found = _choose(towns, _town(towns, homes=[], spaces=[300, 1900, SPACE], sites=[900, 4100]))
    _written(found, tmp_path)
    plans = found["portfolio"].set_index("plan")
    assert plans[["newly_served", "far_residents", "mean_minutes"]].isna().all(axis=None)
    assert plans.loc[["coverage", "equity", "median"], "status"].unique().tolist() == ["not possible"]
    assert plans.loc["coverage", "note"] == "residents are not known"
    # what needs no residents is told all the same
    assert plans.loc["network", "sites"] == ["h1"]
    assert plans.loc["network", "connectivity"] == pytest.approx((2 / 3) ** 2 + (1 / 3) ** 2)


def test_no_space_today(towns: ModuleType, tmp_path: Any) -> None:
    found = _choose(towns, _town(towns, spaces=[]))
    _written(found, tmp_path)
    assert _plan(found, "today")["far_residents"] == 2600
    assert _plan(found, "today")["mean_minutes"] == 60
    assert _plan(found, "coverage")["newly_served"] == 1600  # no site is near the 1,000 at the end
    assert (found["portfolio"]["connectivity"] == 0).all()


def test_a_site_out_of_reach_is_no_option(towns: ModuleType) -> None:
    town = _town(towns)
    town["candidates"].loc[0, "reachable"] = False
    found = _choose(towns, town)
    assert _plan(found, "coverage")["sites"] == ["h2", "h3"]
    assert "h1" not in set(found["portfolio_sites"]["site_id"])


def test_the_same_bytes_in_whatever_order_the_rows_come(towns: ModuleType, tmp_path: Any) -> None:
    town = _town(towns, homes=[(300 * k, 10.0 + k) for k in range(1, 19)], sites=range(200, 4200, 500))
    town["scores"]["score"] = 0.5  # all equal
    bytes_ = _written(_choose(towns, town, k=3), tmp_path / "a")
    turned = {
        name: table.iloc[::-1].reset_index(drop=True) if name in ("candidates", "scores", "creative") else table
        for name, table in town.items()
    }
    assert _written(_choose(towns, turned, k=3), tmp_path / "b") == bytes_


# ---------------------------------------------------------------- connectivity of several sites


def _joining(seed: int, *, n: int = 7, spaces: int = 14) -> tuple[Joining, np.ndarray, np.ndarray]:
    """Draw a network of scattered spaces, the sites that reach some of them, and one another."""
    rng = np.random.default_rng(seed)
    parts = np.unique(rng.integers(0, 9, spaces), return_inverse=True)[1]
    reached = rng.random((n, spaces)) < 0.1
    between = np.triu(rng.random((n, n)) < 0.15, k=1)
    between |= between.T
    touches = np.zeros((n, parts.max() + 1), dtype=bool)
    for site, space in zip(*np.nonzero(reached), strict=True):
        touches[site, parts[space]] = True
    return Joining(np.bincount(parts), touches, between), parts, reached


def _by_networkx(joining: Joining, parts: np.ndarray, reached: np.ndarray, chosen: np.ndarray) -> float:
    """Build the graph of spaces and chosen sites and count pairs of spaces."""
    graph = nx.Graph()
    graph.add_nodes_from(("space", k) for k in range(len(parts)))
    graph.add_edges_from(
        (("space", a), ("space", b)) for a, b in itertools.combinations(range(len(parts)), 2) if parts[a] == parts[b]
    )
    sites = np.flatnonzero(chosen)
    graph.add_edges_from((("site", s), ("space", k)) for s in sites for k in np.flatnonzero(reached[s]))
    graph.add_edges_from(
        (("site", a), ("site", b)) for a, b in itertools.combinations(sites, 2) if joining.between[a, b]
    )
    groups = [sum(kind == "space" for kind, _ in part) for part in nx.connected_components(graph)]
    return sum((size / len(parts)) ** 2 for size in groups)


@pytest.mark.parametrize("seed", range(5))
def test_connectivity_with_any_sites_is_that_of_the_whole_graph(seed: int) -> None:
    joining, parts, reached = _joining(seed)
    for flags in itertools.product([False, True], repeat=7):
        chosen = np.array(flags)
        expected = _by_networkx(joining, parts, reached, chosen)
        assert joining.connectivity(chosen) == pytest.approx(expected, abs=1e-12)
    assert joining.connectivity(np.zeros(7, dtype=bool)) == pytest.approx(connectivity_of(parts))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_best_connection_of_all_sets(seed: int, k: int) -> None:
    joining, _, _ = _joining(seed)
    sets = [np.isin(np.arange(7), some) for size in range(k + 1) for some in itertools.combinations(range(7), size)]
    best = max(joining.connectivity(flags) for flags in sets)
    found = best_connection(joining, Limit(sites=k), exhaustive_sets=1000)
    assert found.proven
    assert found.chosen.sum() <= k
    assert joining.connectivity(found.chosen) == pytest.approx(best, abs=1e-12)
    # going step by step does not claim more than it knows
    quick = best_connection(joining, Limit(sites=k), exhaustive_sets=1)
    reached = joining.connectivity(quick.chosen)
    assert quick.chosen.sum() <= k
    assert reached <= best + 1e-12
    assert reached >= (1 - quick.gap) * best - 1e-12
    assert not quick.proven or reached == pytest.approx(best, abs=1e-12)


def test_two_sites_can_bridge_what_neither_bridges_alone() -> None:
    sizes, touches = np.array([3, 2]), np.array([[True, False], [False, True], [False, False]])
    between = np.array([[False, True, False], [True, False, False], [False, False, False]])
    joining = Joining(sizes, touches, between)
    for sets in (1000, 1):
        found = best_connection(joining, Limit(sites=2), exhaustive_sets=sets)
        assert found.chosen.tolist() == [True, True, False]
        assert joining.connectivity(found.chosen) == 1
    alone = best_connection(joining, Limit(sites=1), exhaustive_sets=1000)
    assert not alone.chosen.any()
    dear = Limit(budget=5, cost=np.array([3.0, 3, 3]))
    assert not best_connection(joining, dear, exhaustive_sets=1000).chosen.any()


def test_by_score_passes_over_what_does_not_fit() -> None:
    limit = Limit(budget=10, cost=np.array([6.0, np.nan, 5, 4]))
    assert first_by_score(4, limit).tolist() == [True, False, False, True]
    assert first_by_score(4, Limit(sites=2)).tolist() == [True, True, False, False]


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"k": 0}, "portfolio.k: "),
        ({"budget": -1}, "portfolio.budget: "),
        ({"cost_per_m2": {"warehouse": 200}}, "portfolio.cost_per_m2 needs a default"),
        ({"cost_source": ""}, "portfolio.cost_source: "),
        ({"max_minutes": 20}, "portfolio.max_minutes must not be below portfolio.far_minutes"),
        ({"bugdet": 5}, "did you mean budget?"),
    ],
)
def test_wrong_settings_are_told(towns: ModuleType, change: dict[str, Any], said: str) -> None:
    data = towns.config().model_dump(mode="json")
    data["portfolio"] |= change
    with pytest.raises(InputError, match=re.escape(said)) as caught:
        load_config(data)
    assert str(caught.value).startswith("config/config.yaml: portfolio")


@pytest.mark.parametrize("n", [0, 1])
def test_what_sites_newly_serve_has_a_column_a_site_also_without_any(towns: ModuleType, n: int) -> None:
    town = _town(towns)
    sites = town["candidates"].iloc[:n].reset_index(drop=True)
    found = measure_served(town["streets"], sites, town["creative"], town["people"], Walks(15, link_within_m=500))
    assert found.covers.shape == (len(found.residents), n)
    assert found.residents[found.covers.any(axis=1)].sum() == (1000 if n else 0)
