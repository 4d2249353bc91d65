"""What there is to decide between: sets and their members in words, and what else is planned for their grounds."""

import made_up
import pandas as pd

from creative_nodes.report.city.choice import choice
from creative_nodes.report.city.reservations import plans_for


def told(made, **instead):
    made = made | instead
    site_ids = made["candidates"]["site_id"].tolist()
    return choice(made, site_ids, {site_id: f"Site {site_id}" for site_id in site_ids})


def test_the_set_stands_with_what_each_adds_and_what_all_bring(made):
    best = told(made)[0]
    own = made["recommended"][made["recommended"]["set"] == "best"]
    assert (best.label, best.brings) == ("Recommended together", "12,345 newly served, network +1.50")
    assert [member.name for member in best.members] == [f"Site {one}" for one in own["site_id"]]
    ids = made["candidates"]["site_id"].tolist()
    assert [ids[member.number] for member in best.members] == own["site_id"].tolist()
    assert best.members[0].adds == "4,000 newly served, network +0.50"


def test_a_set_that_is_not_recommended_is_told_so(made):
    doubted = made["set_doubt"].assign(recommended=False)
    assert told(made, set_doubt=doubted)[0].label == "Best of this run, not recommended"


def test_of_the_runner_up_those_are_shown_that_the_best_set_has_not(made):
    own = made["recommended"]
    best = own[own["set"] == "best"]
    swapped = best.assign(set="runner_up", site_id=[*best["site_id"].iloc[:2], "h7"])
    up = told(made, recommended=pd.concat([best, swapped]))[1]
    assert [one.name for one in up.shown] == ["Site h7"] and len(up.members) == len(best)
    assert up.instead == f"in place of Site {best['site_id'].iloc[2]}"
    other = best.assign(set="runner_up", site_id=["h7", "h8", "h9"])
    up = told(made, recommended=pd.concat([best, other]))[1]
    assert (up.shown, up.instead) == (up.members, "")


def test_what_else_is_planned_for_a_ground_stands_with_its_site(made):
    site = made["recommended"]["site_id"].iloc[0]
    row = {"site_id": site, "kind": "other_use", "decision": "towers", "date": "2025-06-13"}
    decided = pd.DataFrame([row, {**row, "kind": "release", "decision": "moves out"}, {**row, "site_id": "elsewhere"}])
    best = told(made, decisions=decided)[0]
    assert best.members[0].plans == ("another use planned, 13 June 2025",)
    assert not any(member.plans for member in best.members[1:])


def test_without_a_set_there_is_nothing_to_choose(made):
    assert told(made, recommended=made["recommended"].iloc[:0]) == ()


def test_a_decision_on_several_sites_of_one_ground_is_told_once():
    new = {"kind": "other_use", "date": "2025-06-13"}
    found = made_up.decisions(made_up.decision("h0", **new), made_up.decision("h1", **new), made_up.decision("h2"))
    planned = plans_for({"decisions": found})
    assert planned(("h0", "h1")) == planned(("h1",)) == ("another use planned, 13 June 2025",)
    assert planned(("h2",)) == planned(("h3",)) == () == plans_for({})(("h0",))
