"""What would settle the doubts, what to do next, and what stands beside the set."""

import math
import re

import numpy as np
import pandas as pd
import pytest

from creative_nodes.report.city import links, settling
from creative_nodes.score import verdict_of

HERITAGE = pd.DataFrame(
    {
        "site_id": ["a", "b", "c", "d"],
        "status": ["vacated", "in_use", "not_known", "vacated"],
        "status_source": ["a list", "a list", "", ""],
        "start_year": pd.array([1905, None, 1960, 1970], dtype="Int64"),
    }
)
DOUBT = pd.DataFrame(
    {
        "site_id": ["a", "b"],
        "top_n": 4,
        "worlds": 250,
        "p_top_map": [0.848, 0.284],
        "rank_low": pd.array([1, 2], dtype="Int64"),
        "rank_high": pd.array([6, None], dtype="Int64"),
        "moved_by": ["area", ""],
    }
)
SET = pd.DataFrame({"set": "best", "site_id": ["a", "b"], "one_ground_with": [[], ["z"]]})


def set_doubt(*, recommended):
    row = {
        "eligible": 11,
        "worlds": 250,
        "mean_reached": 0.8,
        "served_low": 9_100.0,
        "served_median": 11_000.0,
        "served_high": 14_200.0,
        "gain_low": 0.04,
        "gain_high": 2.1,
        "recommended": recommended,
        "most_often": ["a", "d"],
    }
    return pd.DataFrame([row])


def test_a_site_says_whom_to_ask_by_its_use_and_who_says_so():
    told = settling.settling({"heritage": HERITAGE, "site_doubt": DOUBT})
    assert told["a"] == (
        "Ask its owner and the planning office when the ground is free and what is planned there. "
        "What would settle most of its rank: measure its ground on the cadastral map."
    )
    assert told["b"] == (
        "Ask its owner whether it will move out: it is in use. Look up when it was built: no year is known."
    )
    assert told["c"] == told["d"] == "Ask its owner whether the ground can be had: no source says so."


def test_the_chance_stands_with_the_range_that_so_many_worlds_leave():
    from scipy.stats import binomtest, norm

    low, high = binomtest(212, 250).proportion_ci(norm.cdf(2) - norm.cdf(-2), method="wilson")
    told = settling.map_chances({"site_doubt": DOUBT})
    between = f"between {math.floor(low * 100)} % and {math.ceil(high * 100)} %"
    assert f"in 85 % of 250 worlds ({between}".replace(" %", "\u00a0%") in told["a"].replace(" %", "\u00a0%")
    assert told["a"].endswith("With weights drawn too its rank lies between 1 and 6 in 90 %.")
    assert told["b"].endswith("in 5 % or more it is not ranked at all.")
    assert settling.map_chances({}) == {}


def test_a_range_that_is_written_agrees_with_the_mark_beside_it():
    """Whole percents reach a threshold just where the worlds cannot tell the share from it."""
    worlds = 300
    shares = np.arange(worlds + 1) / worlds
    doubt = pd.DataFrame({"site_id": shares, "top_n": 4, "worlds": worlds, "p_top_map": shares})
    told = settling.map_chances({"site_doubt": doubt.assign(rank_low=1, rank_high=9)})
    for share in shares:
        low, high = (int(n) for n in re.search(r"between (\d+)\D+(\d+)", told[share]).groups())
        verdict = verdict_of(share, worlds)
        assert (low >= 80) == (verdict == "holds"), told[share]
        assert (high <= 20) == (verdict == "does_not_hold"), told[share]


def test_what_to_do_next_asks_about_the_set_or_about_what_worlds_choose_most_often():
    given = {"heritage": HERITAGE, "recommended": SET, "site_doubt": DOUBT}
    names = {"a": "Alpha", "b": "Beta", "d": "Delta"}
    told = settling.next_steps(given | {"set_doubt": set_doubt(recommended=True)}, names)
    assert told == (
        "Ask owners and planning office when the ground is free: Alpha. Find out first whether it can be had: Beta.",
        "The least sure of them is Alpha: measure its ground on the cadastral map.",
    )
    told = settling.next_steps(given | {"set_doubt": set_doubt(recommended=False)}, names)
    assert told[0] == "Look first at what other maps and models choose most often: Alpha and Delta."
    assert told[1].endswith("Find out first whether it can be had: Delta.")
    assert settling.next_steps({"heritage": HERITAGE}, names) == ()


def test_what_is_planned_for_a_ground_is_looked_into_first():
    """Also where the plan names another site on the same ground; a release is no plan."""
    plan = {"site_id": "z", "kind": "other_use", "decision": "towers", "date": "2025-06-13"}
    decided = pd.DataFrame([plan, {**plan, "site_id": "a", "kind": "release"}])
    given = {"heritage": HERITAGE, "recommended": SET, "decisions": decided, "set_doubt": set_doubt(recommended=True)}
    assert settling.next_steps(given, {"a": "Alpha", "b": "Beta"}) == (
        "Ask the planning office first whether the plan of 13 June 2025 for Beta stands.",
        "Ask owners and planning office when the ground is free: Alpha.",
    )


def test_the_most_often_chosen_stand_with_their_shares():
    chances = pd.DataFrame({"site_id": ["a"], "chance": [0.732]})
    told = settling.most_often({"member_doubt": chances}, ["a", "b"], {"a": "Alpha", "b": "Beta"})
    assert told.replace("\u00a0", " ") == "Most often chosen: Alpha (in 73 %) and Beta."


def test_beside_the_set_stands_of_how_many_it_is_and_why_parts_do_not_add_up():
    parts, of = settling.beside_set({"recommended": SET, "set_doubt": set_doubt(recommended=True)})
    assert "need not add up" in parts and of.startswith("Chosen from 11 sites") and "80" in of
    assert settling.beside_set({}) == ()
    assert settling.beside_set({"recommended": SET.head(1)}) == ()


def test_a_site_that_alone_connects_more_than_the_set_is_told():
    rest = {"reachable": True, "list": "known", "tier": "high"}
    rows = [("a", 0.2, 900.0, "vacated"), ("z", 0.5, 0.0, "to_be_vacated"), ("used", 0.9, 5.0, "in_use")]
    known = [{"site_id": i, "network_gain": g, "newly_served": s, "status": of, **rest} for i, g, s, of in rows]
    own = SET.assign(set_gain=0.3, set_served=1200.0, connects=True)

    def beside(candidates, own=own):
        return settling.connects_more({"recommended": own, "candidates": candidates}, {"z": "Omega"})

    assert beside(pd.DataFrame(known)) == (
        "The set is chosen for residents and network alike. Of the sites that could be reused, Omega alone would add "
        "more to the network than the whole set, 0.50 against 0.30 spaces, but newly serve only 0 residents."
    )
    # where the set connects nothing, one that adds a trace more is no news
    assert beside(pd.DataFrame(known), own.assign(connects=False)) == ""
    assert beside(pd.DataFrame(known).assign(network_gain=0.3)) == ""


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({"addr:full": "1 Mill Street, Oldtown"}, "1 Mill Street, Oldtown"),
        (
            {"addr:housenumber": "26", "addr:street": "Phố Đức Giang", "addr:district": "Long Biên"},
            "26 Phố Đức Giang, Long Biên",
        ),
        ({"addr:housenumber": "26"}, ""),
        ({"name": "Works"}, ""),
    ],
)
def test_an_address_is_made_of_its_tags(tags, told):
    assert links.tag_address(tags) == told


def test_a_site_has_the_fullest_address_of_its_members():
    heritage = pd.DataFrame({"site_id": ["a", "b"], "osm_ids": [["way/1", "way/2"], []]})
    assert links.site_addresses(heritage, {"way/1": "x", "way/2": "x, y", "way/3": "z"}) == {"a": "x, y"}
