"""The first lines of a page: plain where priorities, map and model hold, else with the weaker of them."""

import pandas as pd
import pytest

from creative_nodes.common import tables
from creative_nodes.doubt.marks import map_marks
from creative_nodes.report.city import settling
from creative_nodes.report.city.headline import headline, weaker
from creative_nodes.report.city.sites import in_order
from creative_nodes.report.tables import TABLES

NB = "\u00a0"


def told(made, settings, **instead):
    made = made | instead
    ordered = in_order(made["candidates"], made["scores"])
    names = {site_id: f"Site {k}" for k, site_id in enumerate(ordered["site_id"], start=1)}
    return headline(made, ordered, settings, names=names)


def lines(found):
    return [(mark.chip, mark.words, mark.line) for mark in found.marks]


def judged(made, about, **verdicts):
    marks = made["marks"].copy()
    for kind, verdict in verdicts.items():
        marks.loc[(marks["about"] == about) & (marks["mark"] == kind), "verdict"] = verdict
    return marks


@pytest.fixture
def twins(made):
    """Sites 1 and 2 share the first rank and the ground; the set holds the first."""
    scores, candidates = made["scores"].copy(), made["candidates"].copy()
    scores.loc[[0, 1], "rank"] = 1
    candidates["one_ground_with"] = [["h1"], ["h0"], *[[]] * (len(candidates) - 2)]
    chosen = made["recommended"].assign(one_ground_with=[["h1"], [], []], site_id=["h0", "h2", "h3"])
    return {"scores": scores, "candidates": candidates, "recommended": chosen}


def test_a_tie_on_one_ground_is_told_as_one(made, settings, twins):
    found = told(made, settings, **twins)
    assert found.first.startswith("By score Site 1 and Site 2, on one ground, share the first rank of 29 candidates.")
    assert "Site 1 and Site 2 stand on one ground and count as one node." in found.beside


def test_a_ground_that_only_the_street_tells_is_told_as_inferred(made, settings, twins):
    placed = made["heritage"]["site_id"].map({"h0": "street", "h1": "street"}).fillna("site")
    found = told(made, settings, **twins, heritage=made["heritage"].assign(placed_to=placed))
    assert (
        "Site 1 and Site 2 count as one node: each is known to its street only, and that all stood on the one "
        "industrial ground beside it is inferred."
    ) in found.beside
    alone = {**twins, "candidates": twins["candidates"].assign(one_ground_with=[[]] * len(twins["candidates"]))}
    found = told(made, settings, **alone, heritage=made["heritage"].assign(placed_to=placed))
    assert (
        "Site 1 is known to its street only; that it stood on the industrial ground beside it is inferred."
    ) in found.beside


def test_recommended_sites_of_which_nothing_tells_that_they_are_old_are_named(made, settings):
    chosen = made["recommended"]["site_id"].tolist()
    dated = made["heritage"].assign(start_year=1905.0, listed=False)
    assert not [line for line in told(made, settings, heritage=dated).beside if "year of building" in line]
    dated.loc[dated["site_id"].isin(chosen[:2]), "start_year"] = None
    dated.loc[dated["site_id"] == chosen[0], "listed"] = True
    assert (
        "No year of building and no listing as heritage was found for Site 2: that this is old industry is not shown."
    ) in told(made, settings, heritage=dated).beside


def test_members_that_add_next_to_nothing_to_the_network_are_named(made, settings):
    chosen = made["recommended"].assign(adds_gain=[1.4, 0.1, 0.0])
    found = told(made, settings, recommended=chosen)
    assert "Site 2 and Site 3 serve residents and add less than a tenth of the set's network gain each." in found.beside
    alone = told(made, settings, recommended=chosen.assign(connects=False))
    assert not [line for line in alone.beside if "tenth" in line]


def test_another_plan_for_the_ground_of_a_recommended_site_is_told(made, settings):
    chosen = made["recommended"]["site_id"].iloc[1]
    row = {"site_id": chosen, "kind": "other_use", "decision": "towers", "date": "2025-06-13"}
    reuse = {**row, "kind": "reuse", "decision": "a park"}
    decided = pd.DataFrame([row, reuse, {**row, "site_id": "h20", "decision": "shops"}, {**row, "kind": "release"}])
    plans = [line for line in told(made, settings, decisions=decided).beside if "(13 June 2025)" in line]
    assert plans == [
        "Another use is planned for the ground of Site 2 (13 June 2025): towers.",
        "Site 2 is decided on already (13 June 2025): a park.",
    ]


def test_what_a_set_brings_without_a_planned_member_is_told(made, settings):
    chosen = made["recommended"]["site_id"].iloc[1]
    row = {"site_id": chosen, "kind": "other_use", "decision": "towers", "date": "2025-06-13"}
    found = told(made, settings, decisions=pd.DataFrame([row, {**row, "kind": "release"}]))
    own = made["recommended"].iloc[1]  # what the set brings less what this one adds to the others
    left = f"{own.set_served - own.adds_served:,.0f} newly served, network +{own.set_gain - own.adds_gain:.2f}."
    assert found.planned == f"Another use is planned for the ground of Site 2 (13 June 2025). Without it: {left}"
    reuse = {**row, "site_id": made["recommended"]["site_id"].iloc[0], "kind": "reuse", "date": "2025-10-18"}
    both = told(made, settings, decisions=pd.DataFrame([row, reuse])).planned
    alone = made["recommended"].iloc[2]
    assert both == (
        "The reuse of Site 1 is decided already (18 October 2025). Another use is planned for the ground of Site 2 "
        f"(13 June 2025). Without them: {alone.alone_served:,.0f} newly served, network +{alone.alone_gain:.2f}."
    )
    assert told(made, settings).planned == ""
    unsure = made["set_doubt"].assign(recommended=False)
    assert told(made, settings, decisions=pd.DataFrame([row]), set_doubt=unsure).planned == ""


def test_a_set_that_holds_against_both_stands_plain(made, settings):
    marks = judged(made, "set", priorities="holds", map_and_model="holds")
    found = told(made, settings, marks=marks)
    assert found.lead == (
        "Best together are Site 1, Site 2 and Site 3: reused, they would newly serve 12,345 (9,100–14,000) residents "
        "(their first major creative space within a 15 min walk) and add 1.50 (0.04–2.10) to the 9.5 spaces that a "
        "typical one is joined with."
    )
    assert found.first.startswith("By score Site 1 ranks first of 29 candidates.")


def test_a_small_gain_is_told_in_one_way_in_the_headline_and_beside_the_set(made, settings):
    doubt = made["set_doubt"].assign(gain_low=0.004)
    assert "1.50 (under 0.01–2.10)" in told(made, settings, set_doubt=doubt).lead
    beside = settling.beside_set({"recommended": made["recommended"], "set_doubt": doubt})
    assert any("adds under 0.01 to 2.10 spaces" in line for line in beside)
    # none is none in both
    none = made["set_doubt"].assign(gain_low=0.0)
    assert "1.50 (0.00–2.10)" in told(made, settings, set_doubt=none).lead


def short(verdict):
    return "" if verdict == "holds" else f" It needs 80{NB}%."


@pytest.mark.parametrize(
    ("priorities", "map_and_model", "words"),
    [
        ("open", "holds", "Other priorities may favour other sites."),
        ("holds", "open", "Other maps and models may favour other sites."),
        ("open", "does_not_hold", "Other maps and models mostly favour other sites."),
        ("does_not_hold", "open", "Other priorities mostly favour other sites."),
        ("open", "open", "Other maps and models may favour other sites."),  # 45 % beside 100 %
    ],
)
def test_the_weaker_mark_is_named_and_both_stand_with_what_they_count(made, settings, priorities, map_and_model, words):
    marks = judged(made, "set", priorities=priorities, map_and_model=map_and_model)
    found = told(made, settings, marks=marks)
    assert found.lead.endswith(words)
    chips = {"holds": "holds", "open": "open", "does_not_hold": "fails"}
    assert lines(found)[:2] == [
        (
            chips[priorities],
            f"priorities: {priorities.replace('_', ' ')}",
            f"Within a tenth of the best set in 100{NB}% of 10,000 trials." + short(priorities),
        ),
        (
            chips[map_and_model],
            f"map and model: {map_and_model.replace('_', ' ')}",
            f"Within a tenth of the best set in 45{NB}% of 250 trials." + short(map_and_model),
        ),
    ]


def test_a_set_that_few_worlds_bear_out_is_not_recommended(made, settings):
    doubted = made["set_doubt"].assign(recommended=False, reaches=0.1)
    found = told(made, settings, set_doubt=doubted)
    assert found.lead == ("No set of sites is recommended: other maps and models mostly favour other sites.")
    assert "Most often chosen: Site 1, Site 2 and Site 3." in found.beside


def test_a_set_that_does_not_connect_says_so(made, settings):
    found = told(made, settings, recommended=made["recommended"].assign(connects=False))
    assert found.lead.startswith(
        "Best together for residents are Site 1, Site 2 and Site 3: reused, they would newly serve 12,345 "
        "(9,100–14,000) residents (their first major creative space within a 15 min walk). They hardly connect spaces."
    )
    assert "1.50" not in found.lead


@pytest.mark.parametrize(("gain", "said"), [(0.0, True), (0.24, True), (0.25, False), (1.0, False)])
def test_where_no_candidate_bridges_a_gap_the_first_line_says_so(made, settings, gain, said):
    scales = pd.DataFrame({"criterion": ["newly_served", "network_gain"], "one": [9.0, 1.0]})
    changed = {"candidates": made["candidates"].assign(network_gain=gain), "scales": scales}
    assert told(made, settings, **changed).lead.startswith("No candidate bridges a gap") == said
    ordered = in_order(changed["candidates"], made["scores"])
    found = headline(made | changed, ordered, settings, names={}, where=["by A (B)", "90 m west of C"])
    text = " ".join(found.beside)
    assert ("On this map a node would bridge a gap here: by A (B) and 90 m west of C." in text) == said
    assert ("one street place in a hundred would add 1.00 or more." in text) == said


def test_below_three_candidates_nothing_is_ranked_and_nothing_judged(made, settings):
    few = made["candidates"][made["candidates"]["reachable"]].iloc[:2]
    scores = made["scores"][made["scores"]["site_id"].isin(few["site_id"])].assign(rank=pd.array([None, None], "Int64"))
    none = {name: tables.empty(TABLES[name]) for name in ("marks", "recommended", "set_doubt")}
    found = told(made, settings, candidates=few, scores=scores, **none)
    assert found.lead == (
        "Nothing is ranked here: 2 candidates can be reached, and a ranking takes 3. What they reach stands below."
    )
    assert (found.marks, found.first, found.beside) == ((), "", ())


def test_without_any_candidate_nothing_is_said_to_stand_below(made, settings):
    none = {name: made[name].iloc[:0] for name in ("candidates", "scores", "marks", "recommended", "set_doubt")}
    assert told(made, settings, **none).lead == (
        "Nothing is ranked here: no industrial site that could be offered for reuse can be reached on foot."
    )


def test_an_empty_city_says_that_nothing_was_found(made, settings):
    none = {name: made[name].iloc[:0] for name in ("candidates", "scores", "marks", "recommended", "heritage")}
    assert told(made, settings, **none).lead.startswith("Nothing is ranked here: no industrial site was found.")
    figures = made["indicators"].copy()
    keys = ["creative_spaces", "heritage_sites", "heritage_possible"]
    zeros = figures.iloc[[0] * 3].assign(indicator=keys, value=0.0)
    said = told(made, settings, **none, indicators=zeros).lead
    assert said.startswith("Nothing was found here: the map data has neither an industrial site nor a creative space")


def test_without_a_set_the_marks_are_those_of_the_first_site(made, settings):
    found = told(made, settings, recommended=made["recommended"].iloc[:0], marks=made["marks"].query("about != 'set'"))
    assert found.lead == "No set of sites is recommended."
    assert lines(found)[0][2].startswith("The first site stays among the first 10 in ")


def test_what_was_not_tried_is_not_told_as_plain(made, settings):
    """A site that is tried by a what-if may come first; worlds were drawn without it."""
    marks, told_so = made["marks"], "Whether that holds on another map and model was not tried."
    first = made["scores"].sort_values("rank")["site_id"].iloc[0]
    found = told(made, settings, marks=marks[marks["site_id"] != first])
    assert told_so in found.first and told_so not in found.lead
    none = told(made, settings, marks=tables.empty(TABLES["marks"]))
    assert told_so in none.first and told_so in none.lead and none.marks == ()


def test_how_often_a_site_stays_first_is_told_with_it(made, settings):
    doubted = pd.DataFrame({"site_id": ["h0", "h1"], "p_first": [0.467, 0.2]})
    assert told(made, settings, site_doubt=doubted).first.endswith(
        f"Map, model and weights drawn together, it is first in 47{NB}%."
    )


@pytest.mark.parametrize(
    ("verdict", "chip", "words"),
    [
        ("too_few", "not", "2 converted sites could be tested, and it takes 10."),
        ("holds", "holds", "The past bears the ranking out"),
        ("does_not_hold", "fails", "The past speaks against the ranking"),
        (
            "cannot_tell",
            "not",
            "The past cannot tell whether the ranking would have picked the 2 converted",
        ),
    ],
)
def test_the_past_stands_as_a_mark_of_its_own(made, settings, verdict, chip, words):
    found = told(made, settings, marks=judged(made, "city", past=verdict))
    assert found.marks[2].chip == chip and found.marks[2].line.startswith(words)


def test_the_weaker_of_none_is_none_and_the_map_marks_are_by_site(made):
    assert weaker(made["marks"].iloc[:0]) is None
    assert map_marks(None) == {}
    ranked = made["scores"].dropna(subset="rank")
    assert map_marks(made["marks"]) == dict(zip(ranked["site_id"], ranked["priorities"], strict=True))
