"""Sweeps: each variant equals a whole run with that setting, and only what a setting touches is measured anew."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.doubt import sweeps
from creative_nodes.doubt.settings import changed
from creative_nodes.reach import counted
from creative_nodes.reach import measure as reach
from creative_nodes.reach.reference import PositionRules, measure_positions, measure_reference, survey_places
from creative_nodes.report.tables import TABLES
from creative_nodes.score.against import scales_by
from creative_nodes.score.rank import score_candidates
from creative_nodes.streets import network as net


def _city(towns: ModuleType, **update: Any) -> sweeps.SweptCity:
    rng = np.random.default_rng(3)
    config = towns.config()
    analysis = config.model_copy(update={"travel": towns.travel(), **update})
    tables_ = towns.grid_tables(25, 15, 120.0)

    def spots(n: int) -> Any:
        return zip(rng.uniform(0, 2880, n), rng.uniform(0, 1680, n), strict=True)

    tiers, domains = ("core", "intermediate", "supporting"), ("books", "film", "music")
    world = reach.World(
        creative=towns.spaces(
            *(
                {"geometry": towns.at(*xy), "tier": tiers[k % 3], "domain": domains[k % 3]}
                for k, xy in enumerate(spots(25))
            )
        ),
        amenities=towns.amenities(*({"geometry": towns.at(*xy)} for xy in spots(30))),
        people=towns.people(
            *({"geometry": towns.at(*xy), "residents": 10.0 * (k % 5)} for k, xy in enumerate(spots(80)))
        ),
        stations=towns.stations({"geometry": towns.at(1000, 500)}),
    )
    sites = towns.sites(
        *({"geometry": towns.at(*xy), "confidence": (0.35, 0.45, 0.9)[k % 3]} for k, xy in enumerate(spots(12)))
    )
    elsewhere = towns.people(*({"geometry": towns.at(*xy), "residents": 7.0} for xy in spots(40)))
    streets = towns.streets(tables_)
    rules = _rules(analysis)
    reference = measure_reference(
        towns.to_degrees(shapely.box(-50, -50, 2930, 1730)), world, streets, rules, places=100, h3_resolution=8, seed=1
    )
    return sweeps.SweptCity(sites, reference, world, streets, analysis, "motorbike", {"a table": elsewhere})


def _rules(analysis: Any) -> PositionRules:
    return PositionRules(analysis.reach, analysis.network, "motorbike", analysis.people_grid.link_within_m)


KEYS = {
    "reach.exchange_decay_per_m": [0.004],
    "reach.neighbourhood_half_life_m": [1000],
    "reach.walk_minutes": [5, 15],
    "reach.ride_minutes": [3],
    "reach.tier_weight.supporting": [1.0, 0.3],
    "network.link_minutes": [3],
    "clusters.eps_m": [100],
    "travel.snap_within_m": [20],
    "candidates.min_confidence": [0.3, 0.5],
    "score.anchors.benefit_high": [0.8],
}


@pytest.fixture(scope="module")
def city(towns: ModuleType) -> sweeps.SweptCity:
    swept = towns.config().sweeps.model_copy(
        update={"keys": KEYS, "places": 100, "speed_factor": {"walk": [0.5], "motorbike": [0.2], "car": [2.0]}}
    )
    return _city(towns, sweeps=swept)


@pytest.fixture(scope="module")
def swept(city: sweeps.SweptCity) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables of the whole sweep, which the tests only read."""
    return sweeps.sweep(city)


def _whole_run(city: sweeps.SweptCity, analysis: Any, people: Any, *, every_table: bool = False) -> pd.Series:
    """Rank as a run of its own would, nothing shared with any other: all tables of it made, or the ranking alone."""
    streets, world = replace(city.streets, travel=analysis.travel, _built={}), replace(city.world, people=people)
    sites, within = reach.select_candidates(city.heritage, analysis.candidates), analysis.people_grid.link_within_m
    by = {name: getattr(analysis, name) for name in ("reach", "network", "candidates")} | {"main_mode": city.main_mode}
    if every_table:
        found = reach.measure_reach(sites, world, streets, **by, link_within_m=within).candidates
    else:
        found = reach.measure_ranking(reach.Survey(sites, world, streets, within), **by)
    places = measure_positions(survey_places(city.reference, world, streets, 500), _rules(analysis))
    scales = scales_by(places, analysis.score.anchors)
    scores = score_candidates(found, scales, analysis.score.model_copy(update={"draws": 100}), seed=1)
    return scores[scores["rank"].notna()].set_index("site_id")["rank"].astype(int)


@pytest.fixture(scope="module")
def today(city: sweeps.SweptCity) -> pd.Series:
    """The ranks of a run of its own with the settings of today."""
    ranks = _whole_run(city, city.analysis, city.world.people)
    pd.testing.assert_series_equal(ranks, _whole_run(city, city.analysis, city.world.people, every_table=True))
    return ranks


def test_every_variant_equals_a_run_of_its_own(
    city: sweeps.SweptCity, swept: tuple[pd.DataFrame, pd.DataFrame], today: pd.Series
) -> None:
    found, summary = swept
    tables.check(found, TABLES["sweeps"], where="test")
    tables.check(summary, TABLES["sweep_variants"], where="test")
    every = list(sweeps.variants(city))
    # two values equal today's and are passed over
    assert len(every) == sum(map(len, KEYS.values())) - 2 + 3 + 1 == len(summary)
    # numbers stand as numbers: those of the settings, the factors of speeds, and none for another source of residents
    numbers = summary.groupby("parameter")["number"].apply(list)
    assert set(numbers["reach.walk_minutes"]) <= set(KEYS["reach.walk_minutes"])
    assert numbers.filter(like="speed").explode().notna().all() and np.isnan(numbers["people"]).all()
    moved = 0
    for one, row in zip(every, summary.itertuples(), strict=True):
        alone = _whole_run(city, one.analysis, one.people)
        mine = found[(found["parameter"] == one.parameter) & (found["value"] == one.value)].set_index("site_id")
        assert mine["rank_today"].to_dict() == today.to_dict()
        assert mine["rank"].dropna().to_dict() == alone.reindex(today.index).dropna().to_dict(), one.parameter
        assert (row.candidates, row.first) == (len(alone), alone.index[0])
        moved += row.largest_move > 0
    assert moved >= 8  # most settings do move someone


def test_clusters_move_nobody_and_a_mode_nobody_is_ranked_by_neither(
    swept: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    _, summary = swept
    table = summary.set_index("parameter")
    assert table.loc[["clusters.eps_m", "speed car"], "largest_move"].tolist() == [0, 0]
    assert table.loc[["clusters.eps_m", "speed car"], "tau"].tolist() == pytest.approx([1, 1])


def test_only_what_a_setting_touches_is_measured_anew(city: sweeps.SweptCity, monkeypatch: pytest.MonkeyPatch) -> None:
    built, faster = [], []
    plain, again = net.build_network, net.at_other_speeds

    def build(*args: Any, **how: Any) -> Any:
        built.append((how["mode"], how["in_metres"]))
        return plain(*args, **how)

    def at_other_speeds(*args: Any, **how: Any) -> Any:
        faster.append(how["mode"])
        return again(*args, **how)

    monkeypatch.setattr(net, "build_network", build)
    monkeypatch.setattr(net, "at_other_speeds", at_other_speeds)
    only = {"reach.exchange_decay_per_m": [0.004], "reach.walk_minutes": [5], "network.link_minutes": [3]}
    few = city.analysis.sweeps.model_copy(update={"keys": only, "speed_factor": {"motorbike": [0.5]}})
    fresh = replace(city, streets=replace(city.streets, _built={}), others={})
    sweeps.sweep(replace(fresh, analysis=city.analysis.model_copy(update={"sweeps": few})))
    # every network once, islands told apart; the motorbike's is given its other speed
    assert built.count(("motorbike", False)) == 1
    assert faster == ["motorbike"]
    assert not {key for key in built if key[0] in ("bike", "car")}
    assert {key: built.count(key) for key in set(built) if key[0] == "walk"} == {("walk", False): 2, ("walk", True): 1}


def test_residents_are_counted_once_and_where_the_streets_are_met_elsewhere(
    city: sweeps.SweptCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One search for all rides of today; another snap distance counts those again that it joins otherwise."""
    searched = []
    plain = counted.totals_within_each

    def each(network: Any, sources: Any, asked: Any) -> Any:
        searched.append(sources.n_places)
        return plain(network, sources, asked)

    monkeypatch.setattr(counted, "totals_within_each", each)
    world, others = city.world, city.others["a table"]
    survey = reach.Survey(city.heritage, world, replace(city.streets, _built={}), 500)
    network = survey.streets.network("motorbike")
    counted.count_together(survey, network, [(world.people, 30), (others, 30), (world.people, 5), (others, 30)])
    n = len(city.heritage)
    met: dict[float, Any] = {}
    for snap in (200.0, 20.0, 40.0):
        travel = survey.streets.travel.model_copy(update={"snap_within_m": snap})
        near = replace(survey, streets=survey.streets.under(travel))
        met[snap] = near.gates(near.streets.network("motorbike"))
        for people, minutes in ((world.people, 30), (world.people, 5), (others, 30)):
            found = counted.residents_within(near, near.streets.network("motorbike"), people, (minutes,))
            fresh = replace(near, streets=replace(near.streets, _built={}), done={})
            own = counted.residents_within(fresh, fresh.streets.network("motorbike"), people, (minutes,))
            np.testing.assert_array_equal(found, own)
    fewer = {snap: int((~net.met_alike(met[200.0], met[snap])).sum()) for snap in (20.0, 40.0)}
    assert 0 < fewer[40.0] < fewer[20.0] < n
    assert searched == [n, *[n] * 3, *[fewer[20.0], n] * 3, *[fewer[40.0], n] * 3]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("reach.walk_minuts", 10, "did you mean reach.walk_minutes"),
        ("reach.nothing.at.all", 10, "no such key"),
        ("locate.heritage_taxonomy", 1, "only numbers"),
        ("reach.walk_minutes", -1, "greater than 0"),
    ],
)
def test_a_key_that_cannot_be_changed_is_refused(towns: ModuleType, key: str, value: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        changed(towns.config(), key, value)


def test_few_places_that_nothing_changes_at_leave_the_ranking_of_all(city: sweeps.SweptCity, today: pd.Series) -> None:
    """Settings that change no criterion move nobody, however few places are measured anew."""
    quiet = {"keys": {"clusters.eps_m": [100]}, "speed_factor": {"car": [2.0]}, "places": 50}
    few = city.analysis.sweeps.model_copy(update=quiet)
    found, _ = sweeps.sweep(replace(city, analysis=city.analysis.model_copy(update={"sweeps": few}), others={}))
    for _, one in found.groupby("parameter"):
        assert one.set_index("site_id")["rank"].to_dict() == today.to_dict()
        assert set(one["move"]) == {0}


def test_every_nth_place_is_taken_and_no_hexagon(city: sweeps.SweptCity) -> None:
    some = sweeps.every_nth(city.reference, 50)
    assert some["place_id"].tolist() == [f"p{k:03d}" for k in range(1, 101, 2)]
    assert len(sweeps.every_nth(city.reference, 1000)) == 100


def test_no_candidates_no_rows(towns: ModuleType, city: sweeps.SweptCity) -> None:
    found, summary = sweeps.sweep(replace(city, heritage=city.heritage.iloc[:0]))
    assert len(found) == len(summary) == 0
