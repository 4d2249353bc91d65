"""The recommended set as tables: what members add, why set and ranking differ, and when there is none."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scored import SCALES, candidates

from creative_nodes.choose import answer
from creative_nodes.choose.answer import Eligible, may_be_chosen, recommend_set
from creative_nodes.choose.grounds import ALL_APART, Grounds
from creative_nodes.choose.options import Walks
from creative_nodes.choose.worth import Aims, Anchors, Served
from creative_nodes.common import tables
from creative_nodes.network.chains import Chains
from creative_nodes.network.gain import Stones
from creative_nodes.reach.survey import World
from creative_nodes.report.tables import TABLES

# eight islands, and sites that each walk to two of them for certain
ISLANDS = 8


def eligible(covers, joins, *, ranking=(), anchors=(100.0, 1.0), residents=None, grounds=ALL_APART):
    """Make sites by what they serve (groups of 100 residents) and which two islands they join."""
    n = len(covers)
    served = np.zeros((ISLANDS, n), dtype=bool)
    links = np.zeros((n, ISLANDS))
    for site, (groups, ends) in enumerate(zip(covers, joins, strict=True)):
        served[list(groups), site] = True
        links[site, list(ends)] = 1.0
    chains = Chains.of(csr_array((ISLANDS, ISLANDS)))
    stones = Stones.of(chains, csr_array(links), np.zeros((n, n)))
    people = np.full(ISLANDS, 100.0) if residents is None else np.asarray(residents, dtype=float)
    ids = np.array([f"h{k}" for k in range(n)], dtype=object)
    return Eligible(ids, Aims(Served(served, people), stones, Anchors(*anchors), grounds=grounds), tuple(ranking))


def tables_of(of):
    found = recommend_set(of)
    for name, frame in found.items():
        tables.check(frame, TABLES[name], where="test")
    return found["recommended"].set_index("set"), found["set_beside_ranking"].iloc[0]


NONE = [()] * 6


def test_members_add_what_the_set_loses_without_them():
    # two of six sites; h0 and h1 share a group of residents, h2 serves two of its own
    of = eligible([(0, 1), (1, 2), (3, 4), (), (), ()], NONE, ranking=[3, 0, 1, 2, 4, 5], anchors=(100.0, 0.0))
    rows, beside = tables_of(of)
    best = rows.loc[["best"]].set_index("site_id")
    assert set(best.index) == {"h0", "h2"}
    assert best["adds_served"].to_dict() == {"h0": 200, "h2": 200}
    assert set(best["set_served"]) == {400} and set(best["worth"]) == {2.0}  # 400 of 2 x 100; the other aim is dropped
    assert best["proven"].all() and (best["gap"] == 0).all() and not best["connects"].any()
    second = rows.loc[["runner_up"]]
    assert second["site_id"].tolist() == ["h1", "h2"] and set(second["set_served"]) == {400}
    single = rows.loc[["single"]].iloc[0]
    assert (single["site_id"], single["k"], single["set_served"]) == ("h3", 1, 0)
    assert (beside["k"], beside["eligible"], list(beside["dropped"])) == (2, 6, ["network_gain"])


def test_twins_stand_beside_each_other_and_count_once():
    # h0 and h1 are one ground; of the five grounds two make a set
    served = [(0, 1), (0, 1), (2,), (3,), (), ()]
    rows, beside = tables_of(eligible(served, NONE, ranking=range(6), grounds=Grounds(((0, 1),))))
    best, second = rows.loc[["best"]], rows.loc[["runner_up"]]
    assert best["site_id"].tolist() == ["h0", "h2"] and second["site_id"].tolist() == ["h0", "h3"]
    assert best["one_ground_with"].tolist() == [["h1"], []]
    assert rows.loc[["single"], "in_best"].tolist() == [True]
    assert (beside["eligible"], beside["grounds"], beside["k"]) == (6, 5, 2)
    # the ranking's first two are h0 and, as h1 is the same node, h2
    assert (beside["reason"], beside["served_twice"]) == ("agree", 0)


def test_residents_served_twice_are_the_reason():
    # the first two of the ranking serve the same five groups
    five = (0, 1, 2, 3, 4)
    rows, beside = tables_of(eligible([five, five, (5, 6, 7), (), (), ()], NONE, ranking=[0, 1, 2, 3, 4, 5]))
    assert (beside["reason"], beside["served_twice"]) == ("served_twice", 500)
    assert beside["only_set"] == ["h2"] and beside["only_ranking"] == ["h1"]
    assert "the same 500 residents" in beside["note"]
    assert rows.loc["best", "in_ranking_first"].tolist() == [True, False]


def test_the_same_bridge_twice_is_the_reason():
    joins = [(0, 1, 2, 3), (0, 1, 2, 3), (4, 5, 6), (), (), ()]
    _, beside = tables_of(eligible(NONE, joins, ranking=[0, 1, 2, 3, 4, 5]))
    assert beside["reason"] == "same_links"
    # four islands of eight joined: the geometric mean of S rises from 1 to 4 ** (4 / 8)
    assert beside["ranking_gain"] == pytest.approx(1)
    assert beside["chained"] == pytest.approx(-1)
    assert "bridge the same gaps" in beside["note"] and beside["connects"]


def test_a_ranking_by_other_things_is_the_reason():
    _, beside = tables_of(eligible([(0, 1), (2, 3), (), (), (), ()], NONE, ranking=[4, 5, 0, 1, 2, 3]))
    assert beside["reason"] == "other_criteria"
    assert "heritage and readiness" in beside["note"]
    assert beside["reached"] == 0


def test_set_and_ranking_may_agree():
    _, beside = tables_of(eligible([(0, 1), (2, 3), (), (), (), ()], NONE, ranking=[1, 0, 2, 3, 4, 5]))
    assert (beside["reason"], beside["reached"]) == ("agree", 1)
    assert beside["note"] == "The set is the ranking's top 2."


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_to_choose_from(n):
    rows, beside = tables_of(eligible([(0,)] * n, [()] * n, ranking=range(n)))
    assert (beside["k"], beside["reason"]) == (0, "too_few")
    assert set(rows.index) <= {"single"}
    assert "No set is recommended" in beside["note"] and "only 0" not in beside["note"]


def test_without_an_aim_there_is_no_set():
    _, beside = tables_of(eligible([(0,)] * 4, [()] * 4, ranking=range(4), anchors=(0.0, 0.0)))
    assert (beside["k"], beside["reason"], list(beside["dropped"])) == (0, "no_aim", ["newly_served", "network_gain"])


def test_without_a_ranking_the_set_stands_alone():
    rows, beside = tables_of(eligible([(0, 1), (2, 3), (), (), (), ()], NONE))
    assert set(rows.index) == {"best", "runner_up"}
    assert (beside["reason"], beside["note"]) == ("not_ranked", "")


def test_every_sentence_can_be_spoken(speech):
    made = [
        eligible([(0, 1, 2, 3, 4)] * 2 + [(5, 6, 7), (), (), ()], NONE, ranking=range(6)),
        eligible(NONE, [(0, 1, 2, 3), (0, 1, 2, 3), (4, 5, 6), (), (), ()], ranking=range(6)),
        eligible([(0, 1), (2, 3), (), (), (), ()], NONE, ranking=[4, 5, 0, 1, 2, 3]),
        eligible([(0, 1), (2, 3), (), (), (), ()], NONE, ranking=range(6)),
        eligible([(0,)] * 2, [()] * 2),
        eligible([(0,)] * 4, [()] * 4, anchors=(0.0, 0.0)),
    ]
    found = pd.concat([recommend_set(of)["set_beside_ranking"] for of in made], ignore_index=True)
    assert speech.check(found, "note", names=set()) >= 6


def test_who_may_be_chosen():
    frame = candidates(6).assign(
        status=["vacated", "in_use", "not_known", "brownfield", "to_be_vacated", "vacated"],
        list=["known", "known", "likely", "survey", "known", "known"],
    )
    frame.loc[5, "reachable"] = False
    assert may_be_chosen(frame).tolist() == [True, False, True, False, True, False]


# ---------------------------------------------------------------- measured


def test_measured_aims_are_the_criteria_of_the_sites(towns):
    """What the set counts of one site alone is what the table candidates says of it."""
    rng = np.random.default_rng(7)
    spread = rng.uniform(0, 6000, 60)
    world = World(
        creative=towns.spaces(*({"geometry": towns.at(x / 3), "inside": k % 5 > 0} for k, x in enumerate(spread[:12]))),
        amenities=towns.amenities(),
        people=towns.people(*({"geometry": towns.at(x), "residents": 5.0} for x in spread[12:])),
        stations=towns.stations(),
    )
    streets, config = towns.streets(towns.straight_street(6000)), towns.config()
    sites = towns.sites(*({"geometry": towns.at(x, 20)} for x in rng.uniform(0, 6000, 8)))
    measured = towns.measured(sites, world, streets, main_mode="walk").candidates
    scores = pd.DataFrame({"site_id": measured["site_id"], "rank": range(8, 0, -1)})
    of = answer.measure_eligible(
        measured,
        scores,
        world.creative,
        world.people,
        streets,
        scales=SCALES,
        walks=Walks(config.reach.walk_minutes, 500),
        network=config.network,
    )
    by_id = measured.set_index("site_id").loc[of.site_ids]
    alone = [of.aims.of((site,)) for site in range(of.aims.n())]
    assert [one.newly_served for one in alone] == pytest.approx(by_id["newly_served"].tolist())
    assert [one.network_gain for one in alone] == pytest.approx(by_id["network_gain"].tolist(), abs=1e-9)
    assert by_id["newly_served"].sum() > 0 and by_id["network_gain"].sum() > 0
    assert of.site_ids[list(of.ranking)].tolist() == measured["site_id"].tolist()[::-1]
    tables_of(of)
