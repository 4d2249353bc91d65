"""Worlds on a drawn town: nothing drawn is the run itself, each doubt moves what it should, a seed gives a result."""

import itertools
from dataclasses import replace
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from doubted import DOUBT, STILL, chosen_of, city_of, rules_of

from creative_nodes.choose.recommended import search
from creative_nodes.common import CRITERIA
from creative_nodes.doubt import sets, worlds
from creative_nodes.doubt.draws import draw_worlds, unchanged
from creative_nodes.doubt.gather import DoubtedCity, gather
from creative_nodes.doubt.world import measure_position, today_scales, value_world
from creative_nodes.score.marks import verdict_of
from creative_nodes.score.rank import ordered_weights, ranks_of, score_candidates

PEOPLE = {"residents_walk_15", "residents_ride_30", "newly_served"}
AROUND = {"exchange", "neighbourhood", "diversity"}


@pytest.fixture(scope="module")
def city(towns: ModuleType) -> DoubtedCity:
    return city_of(towns)


@pytest.fixture(scope="module")
def doubted(towns: ModuleType, city: DoubtedCity) -> dict[str, pd.DataFrame]:
    """The tables of the town under every doubt, which the tests only read."""
    return worlds.doubt_worlds(city, rules_of(towns, DOUBT), chosen_of(city))


# ---------------------------------------------------------------- nothing drawn


def test_with_every_spread_at_zero_each_world_is_the_plain_ranking(towns: ModuleType, city: DoubtedCity) -> None:
    rules = rules_of(towns)
    scores = score_candidates(city.candidates, city.scales, rules.score, seed=80).set_index("site_id")
    found = worlds.doubt_worlds(city, rules, chosen_of(city))
    sure = found["site_doubt"].set_index("site_id")
    ranks = scores["rank"].reindex(sure.index)
    assert sure["rank"].astype(float).tolist() == pytest.approx(ranks.astype(float).tolist(), nan_ok=True)
    known = ranks.notna()
    assert sure["p_ranked"].tolist() == known.astype(float).tolist()
    assert sure["p_first_map"].tolist() == (ranks == 1).fillna(False).astype(float).tolist()
    top = (ranks.astype(float) <= sure["top_n"].astype(float)).astype(float)
    assert sure["p_top_map"].tolist() == top.tolist()
    assert set(found["worlds"]["first"]) == {scores["rank"].astype(float).idxmin()}
    assert (sure["moved_by"] == "").all()
    # nothing but weights moves a rank
    assert sure.loc[sure["by_weights"].notna(), "by_weights"].between(0, 1 + 1e-9).all()


def test_with_every_spread_at_zero_scores_are_those_of_the_run(towns: ModuleType, city: DoubtedCity) -> None:
    rules = rules_of(towns)
    kept, of = gather(city, rules)
    base, own = unchanged(of), rules.of_worlds()
    weights = ordered_weights(rules.score)
    for drawn in (base, *draw_worlds(of, STILL, seed=3)[:2]):
        valued = value_world(kept, drawn, own, today=today_scales(kept, base, own), weights=weights)
        scores = score_candidates(city.candidates, city.scales, rules.score, seed=80).set_index("site_id")["score"]
        expected = scores[kept.sites.site_ids[valued.sites]]
        np.testing.assert_allclose(valued.matrix @ valued.weights, expected, rtol=0, atol=1e-12)
    at_sites = measure_position(kept, base, own).at_sites
    for name in at_sites:
        np.testing.assert_allclose(at_sites[name], city.candidates[name].astype(float), rtol=1e-12, err_msg=name)


# ---------------------------------------------------------------- each alone


@pytest.mark.parametrize(
    ("drawn", "moves"),
    [
        ({"exchange_decay": (0.5, 2.0)}, {"exchange"}),
        ({"neighbourhood_half_life": (0.5, 2.0)}, {"neighbourhood", "diversity"}),
        ({"walk_speed": (0.8, 1.2)}, {"residents_walk_15", "newly_served", "transit_minutes", "network_gain"}),
        ({"ride_speed": (0.1, 0.4)}, {"residents_ride_30"}),  # the whole town is within half an hour
        ({"link_minutes": (0.5, 1.5)}, {"network_gain"}),
        ({"link_softness": (0.5, 2.0)}, {"network_gain"}),
        ({"orders": (0.0, 2.0)}, {"network_gain"}),
        ({"other_people": True}, PEOPLE),
        ({"loss": {"thin": 0.5, "fair": 0.5, "good": 0.5, "empty": 0.5}}, {*AROUND, "newly_served", "network_gain"}),
        ({"additions": 0.5}, {*AROUND, "newly_served", "network_gain"}),
        ({"real_sites": True}, set()),
        ({"unknown_areas": (0.1, 10.0)}, {"site_capacity"}),
        ({"unknown_ages": (0.0, 1.0)}, {"heritage_value"}),
    ],
)
def test_each_spread_alone_widens_what_it_should(
    towns: ModuleType, city: DoubtedCity, drawn: dict[str, Any], moves: set[str]
) -> None:
    rules = rules_of(towns, DOUBT.still(**drawn).model_copy(update={"worlds": 4}))
    kept, of = gather(city, rules)
    own = rules.of_worlds()
    seen = [
        pd.concat([measure_position(kept, one, own).at_sites, kept.sites.drawn(one, own)], axis=1)
        for one in draw_worlds(of, rules.doubt, seed=5)
    ]
    spread = np.ptp(np.stack([frame.to_numpy(dtype=float) for frame in seen]), axis=0)
    widened = {name for name, column in zip(seen[0], np.nan_to_num(spread).T, strict=True) if (column > 0).any()}
    assert widened == moves


def test_a_site_is_real_and_a_space_lost_in_just_the_share_that_is_asked_for(
    towns: ModuleType, city: DoubtedCity
) -> None:
    doubt = DOUBT.still(real_sites=True, loss={"thin": 0.25, "fair": 0.1, "good": 0.0, "empty": 0.1}, additions=0.5)
    doubt = doubt.model_copy(update={"worlds": 100})
    _, of = gather(city, rules_of(towns, doubt))
    seen = draw_worlds(of, doubt, seed=1)
    real = np.mean([one.real for one in seen], axis=0)
    np.testing.assert_allclose(real, of.real, atol=0.0101)
    there, known = np.mean([one.spaces for one in seen], axis=0), len(of.loss)
    np.testing.assert_allclose(1 - there[:known], of.loss, atol=0.0101)
    assert set(of.loss) == {0.0, 0.25}
    added = [int(one.spaces[known:].sum()) for one in seen]
    assert (min(added), max(added)) == (0, known // 2)
    # a thin half is added to ten times as readily as a good one
    thin = there[known:][of.readily == 1.0].mean()
    assert thin > 2 * there[known:][of.readily == 0.1].mean() > 0


def test_another_site_changes_no_draw_of_the_others(towns: ModuleType, city: DoubtedCity) -> None:
    """So that the worlds of a what-if are those of its base, with one more site in them."""
    doubt = DOUBT.model_copy(update={"worlds": 30})
    _, of = gather(city, rules_of(towns, doubt))
    few = replace(of, grounds=of.grounds[1:], real=of.real[1:])
    for one, other in zip(draw_worlds(of, doubt, seed=1), draw_worlds(few, doubt, seed=1), strict=True):
        assert one.numbers == other.numbers
        np.testing.assert_array_equal(one.spaces, other.spaces)
        for name in ("real", "area", "age"):
            np.testing.assert_array_equal(getattr(one, name)[1:], getattr(other, name))
    # each axis of each site is cut on its own
    seen = draw_worlds(of, doubt, seed=1)
    areas = np.log10([one.area for one in seen])
    assert (np.sort(np.floor((areas + 1) / 2 * 30), axis=0) == np.arange(30)[:, None]).all()
    assert np.abs(np.corrcoef(areas.T) - np.eye(areas.shape[1])).max() < 0.7


def test_twins_are_real_in_the_same_worlds_and_share_a_mark(towns: ModuleType, city: DoubtedCity) -> None:
    """Two rows of one ground, the same in all that is known of them, cannot be told apart by any doubt."""
    heritage, candidates = (
        pd.concat([frame, frame.iloc[[1]].assign(site_id="h0")], ignore_index=True)
        for frame in (city.heritage, city.candidates)
    )
    candidates["one_ground_with"] = [{"h0": ["h2"], "h2": ["h0"]}.get(one, []) for one in candidates["site_id"]]
    town = replace(city, heritage=gpd.GeoDataFrame(heritage), candidates=gpd.GeoDataFrame(candidates))
    rules = rules_of(towns, DOUBT.model_copy(update={"worlds": 5}))
    kept, of = gather(town, rules)
    first, second = (int(np.flatnonzero(kept.sites.site_ids == one)[0]) for one in ("h0", "h2"))
    assert of.grounds[first] == of.grounds[second] == "h0"
    for one in draw_worlds(of, rules.doubt, seed=3):
        assert all(getattr(one, name)[first] == getattr(one, name)[second] for name in ("real", "area", "age"))
    found = worlds.doubt_worlds(town, rules, chosen_of(city))
    sure = found["site_doubt"].set_index("site_id").loc[["h0", "h2"]]
    assert sure.iloc[0].equals(sure.iloc[1])
    chance = found["member_doubt"].set_index("site_id")
    assert chance.loc["h0", "chance"] == chance.loc["h2", "chance"] and not chance.loc[["h0", "h2"], "often"].all()
    assert not any({"h0", "h2"} <= set(best) for best in found["worlds"]["best_set"])


def test_a_snap_distance_lets_a_site_in_or_keeps_it_out(towns: ModuleType, city: DoubtedCity) -> None:
    # the distances take turns, so that each stands in a third of nine worlds
    rules = rules_of(towns, DOUBT.still(snap_within_m=[100, 200, 400]).model_copy(update={"worlds": 9}))
    kept, of = gather(city, rules)
    met = {snap: walks.met[: len(city.candidates)] for snap, walks in kept.walks.items()}
    assert met[200].tolist() == city.candidates["reachable"].tolist()
    far = ~city.candidates["reachable"].to_numpy()
    assert far.any() and met[400][far].all()
    # and there it has criteria of its own, though the table candidates has none
    assert city.candidates.loc[far, "site_capacity"].isna().all()
    assert kept.sites.drawn(unchanged(of), rules.of_worlds()).notna().all(axis=None)
    found = worlds.doubt_worlds(city, rules, chosen_of(city))
    share = found["site_doubt"].set_index("site_id")["p_ranked"][city.candidates["site_id"][far]]
    assert share.tolist() == pytest.approx([1 / 3] * far.sum(), abs=0.05)
    assert of.snaps(rules.doubt) == [100, 200, 400]


# ---------------------------------------------------------------- sets


@pytest.mark.parametrize("k", [1, 2, 3])
def test_residents_of_many_sets_are_counted_once(k: int) -> None:
    rng = np.random.default_rng(k)
    covers, residents = rng.random((60, 7)) < 0.3, rng.integers(1, 50, 60).astype(float)
    every = np.array(list(itertools.combinations(range(7), k)))
    expected = [residents[covers[:, list(one)].any(axis=1)].sum() for one in every.tolist()]
    np.testing.assert_allclose(sets.unions(residents, covers, every), expected)


def test_the_best_set_of_a_world_is_the_one_an_exact_search_finds(towns: ModuleType, city: DoubtedCity) -> None:
    rules = rules_of(towns, DOUBT)
    run = worlds.Run.start(city, rules, chosen_of(city))
    # eight sites make 56 sets, of which 50 are tried
    for drawn in draw_worlds(run.of, rules.doubt, seed=9)[:8]:
        which = sets.may_open(run.kept, drawn)
        aims = sets.world_aims(run.kept, run.value(drawn), drawn, which)
        if len(which) < 3:
            continue
        exact = search(aims, [str(site) for site in which], 3).best
        found = sets.best_in_world(aims, which, run.chosen, 3)
        assert exact is not None and found.worth == pytest.approx(exact.worth)
        assert 0 <= found.reached() <= 1


def test_a_set_with_a_member_that_is_not_there_brings_what_the_others_bring(
    towns: ModuleType, city: DoubtedCity
) -> None:
    run = worlds.Run.start(city, rules_of(towns), chosen_of(city))
    real = np.ones(len(run.of.real), dtype=bool)
    real[run.chosen[0]] = False
    drawn = replace(run.base, real=real)
    which = sets.may_open(run.kept, drawn)
    assert run.chosen[0] not in which
    aims = sets.world_aims(run.kept, run.value(drawn), drawn, which)
    found = sets.best_in_world(aims, which, run.chosen, 3)
    left = tuple(int(np.flatnonzero(which == site)[0]) for site in run.chosen[1:])
    assert found.own.worth == pytest.approx(aims.of(left, k=3).worth)
    assert found.own.newly_served == pytest.approx(aims.of(left, k=3).newly_served)


# ---------------------------------------------------------------- the whole


def test_a_seed_gives_the_same_tables_and_another_others(towns: ModuleType, city: DoubtedCity) -> None:
    few = DOUBT.model_copy(update={"worlds": 3})
    one, again, other = (worlds.doubt_worlds(city, rules_of(towns, few, seed=s), chosen_of(city)) for s in (80, 80, 81))
    assert one.keys() == again.keys()
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, again[name])
    assert not one["worlds"].equals(other["worlds"])
    assert not one["worlds"]["exchange_decay"].isin(other["worlds"]["exchange_decay"]).any()


def test_twice_the_worlds_change_no_mark_that_is_told_from_a_threshold(
    towns: ModuleType, city: DoubtedCity, doubted: dict[str, pd.DataFrame]
) -> None:
    n = DOUBT.worlds
    twice = DOUBT.model_copy(update={"worlds": 2 * n})
    many = worlds.doubt_worlds(city, rules_of(towns, twice), chosen_of(city))
    shares = [frame["site_doubt"].set_index("site_id")["p_top_map"] for frame in (doubted, many)]
    told = [site for site, share in shares[0].items() if verdict_of(share, n) != "open"]
    assert len(told) >= 2
    for site in told:
        assert verdict_of(shares[1][site], 2 * n) == verdict_of(shares[0][site], n)


def test_chances_and_ranges_hang_together(doubted: dict[str, pd.DataFrame]) -> None:
    found = doubted
    sure, members, whole = found["site_doubt"], found["member_doubt"], found["set_doubt"].iloc[0]
    assert (sure["p_first"] <= sure["p_top"] + 1e-12).all()
    assert (sure["p_top"] <= sure["p_ranked"] + 1e-12).all()
    known = sure.dropna(subset=["rank_low", "rank_high"])
    assert (known["rank_low"] <= known["rank_high"]).all()
    assert members["chance"].sum() <= 3 + 1e-9
    assert (members["chance_level"] == 3 / len(members)).all()
    assert members["often"].sum() == 3 and whole["most_often"] == members.loc[members["often"], "site_id"].tolist()
    reached = found["worlds"]["set_reached"]
    assert whole["reaches"] == pytest.approx((reached >= 0.9).mean())
    assert whole["mean_reached"] == pytest.approx(reached.mean())
    assert whole["recommended"] == (whole["reaches"] >= 0.2)
    for aim in ("served", "gain"):
        ends = np.quantile(found["worlds"][f"set_{aim}"], [0.05, 0.5, 0.95])
        assert [whole[f"{aim}_{end}"] for end in ("low", "median", "high")] == pytest.approx(ends)
        assert ends[0] < ends[2]


def test_what_the_set_brings_in_each_world_is_what_its_one_site_is_worth_there(
    towns: ModuleType, city: DoubtedCity
) -> None:
    """The values of the sites are worked out apart from the sets, up to what is outstanding; a set of one says more."""
    measured = city.candidates.set_index("site_id")
    site = measured.loc[list(chosen_of(city)), "newly_served"].idxmax()
    still, drawn = (worlds.doubt_worlds(city, rules_of(towns, doubt), [site]) for doubt in (STILL, DOUBT))
    whole = still["set_doubt"].iloc[0]
    assert whole["served_low"] == pytest.approx(measured.loc[site, "newly_served"]) == whole["served_high"]
    assert whole["gain_low"] == pytest.approx(measured.loc[site, "network_gain"]) == whole["gain_high"]
    own = drawn["world_values"].query("site_id == @site").set_index("world")
    seen = drawn["worlds"].set_index("world")
    assert (seen.loc[seen.index.difference(own.index), ["set_served", "set_gain"]] == 0).all(axis=None)
    for aim, column, anchor in (
        ("newly_served", "set_served", "anchor_served"),
        ("network_gain", "set_gain", "anchor_gain"),
    ):
        shares = (seen[column] / seen[anchor])[own.index]
        inner = own[aim].between(0, 1, inclusive="neither") & own[aim].notna()
        assert inner.sum() >= 3
        np.testing.assert_allclose(shares[inner], own.loc[inner, aim], rtol=1e-9)
        assert (shares[own[aim] == 1] >= 1 - 1e-9).all()


def test_the_values_of_each_world_give_its_ranks_under_the_runs_weights(
    towns: ModuleType, doubted: dict[str, pd.DataFrame]
) -> None:
    found = doubted
    sure, first = found["site_doubt"].set_index("site_id"), found["worlds"].set_index("world")["first"]
    rules = rules_of(towns, DOUBT)
    in_top = dict.fromkeys(sure.index, 0)
    for world, own in found["world_values"].groupby("world"):
        used = {name: rules.score.weights[name] for name in CRITERIA if own[name].notna().all()}
        weights = np.array(list(used.values())) / sum(used.values())
        ranks = ranks_of((own[list(used)].to_numpy(dtype=float) @ weights)[:, None])[:, 0]
        assert first[world] in set(own.loc[ranks == 1, "site_id"])
        for site in own.loc[ranks <= sure["top_n"].iloc[0], "site_id"]:
            in_top[site] += 1
    assert in_top == {site: round(sure.loc[site, "p_top_map"] * len(first)) for site in sure.index}


def test_below_three_candidates_there_is_nothing_to_doubt(towns: ModuleType, city: DoubtedCity) -> None:
    for n in (0, 2):
        few = replace(city, candidates=city.candidates.iloc[:n])
        assert all(frame.empty for frame in worlds.doubt_worlds(few, rules_of(towns), []).values())


def test_without_residents_worlds_are_drawn_all_the_same(towns: ModuleType, city: DoubtedCity) -> None:
    nobody = replace(city, world=replace(city.world, people=city.world.people.iloc[:0]), others=())
    few = DOUBT.model_copy(update={"worlds": 6})
    found = worlds.doubt_worlds(nobody, rules_of(towns, few), chosen_of(city))
    assert len(found["worlds"]) == few.worlds
