"""The first lines of a page: plain where priorities, map and model hold, else with the weaker of them."""

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import made_up

from creative_nodes.common import tables
from creative_nodes.doubt.marks import map_marks
from creative_nodes.report.city.headline import headline, weaker
from creative_nodes.report.city.sites import in_order
from creative_nodes.report.tables import TABLES

NB = "\u00a0"


@pytest.fixture(scope="module")
def settings():
    return made_up.settings(made_up.ROOT)


@pytest.fixture
def made():
    return made_up.frames()


def told(made, settings, **instead):
    made = made | instead
    ordered = in_order(made["candidates"], made["scores"])
    names = {site_id: f"Site {k}" for k, site_id in enumerate(ordered["site_id"], start=1)}
    return headline(made, ordered, settings, names=names)


def judged(made, about, **verdicts):
    marks = made["marks"].copy()
    for kind, verdict in verdicts.items():
        marks.loc[(marks["about"] == about) & (marks["mark"] == kind), "verdict"] = verdict
    return marks


def test_a_tie_on_one_ground_is_told_as_one(made, settings):
    scores, candidates = made["scores"].copy(), made["candidates"].copy()
    scores.loc[[0, 1], "rank"] = 1
    candidates["one_ground_with"] = [["h1"], ["h0"], *[[]] * (len(candidates) - 2)]
    chosen = made["recommended"].assign(one_ground_with=[["h1"], [], []], site_id=["h0", "h2", "h3"])
    text = told({**made, "scores": scores, "candidates": candidates, "recommended": chosen}, settings)
    assert "By score Site 1 and Site 2, which stand on one ground, share the first rank of 29 candidates." in text
    assert "Site 1 stands on one ground with Site 2: they are one node." in text


def test_a_set_that_holds_against_both_stands_plain(made, settings):
    marks = judged(made, "set", priorities="holds", map_and_model="holds")
    text = told(made, settings, marks=marks)
    assert text.startswith(
        "Best together are Site 1, Site 2 and Site 3: reused, they would newly serve 12,345 residents and add 1.50 "
        "spaces to the network of a typical space. By score Site 1 ranks first of 29 candidates. The past"
    )


@pytest.mark.parametrize(
    ("priorities", "map_and_model", "words"),
    [
        ("open", "holds", "Other priorities leave that open"),
        ("holds", "open", "Map and model leave that open"),
        ("open", "does_not_hold", "Map and model do not bear that out"),
        ("does_not_hold", "open", "Other priorities overturn that"),
        ("open", "open", "Map and model leave that open"),  # 45 % beside 100 %
    ],
)
def test_the_weaker_mark_is_named(made, settings, priorities, map_and_model, words):
    marks = judged(made, "set", priorities=priorities, map_and_model=map_and_model)
    text = told(made, settings, marks=marks)
    assert words in text
    assert text.count("reaches 90") == 1


def test_a_set_that_few_worlds_bear_out_is_not_recommended(made, settings):
    doubted = made["set_doubt"].assign(recommended=False, reaches=0.1)
    text = told(made, settings, set_doubt=doubted)
    assert text.startswith(f"No set of sites is recommended: the best of this run reaches 90 % of the best in 10{NB}%")
    assert "Most often chosen: Site 1, Site 2 and Site 3." in text
    assert "Best together" not in text


def test_a_set_that_does_not_connect_says_so(made, settings):
    text = told(made, settings, recommended=made["recommended"].assign(connects=False))
    assert "They serve residents and do not connect." in text


@pytest.mark.parametrize(("gain", "said"), [(0.0, True), (0.24, True), (0.25, False), (1.0, False)])
def test_where_no_candidate_bridges_a_gap_the_first_line_says_so(made, settings, gain, said):
    scales = pd.DataFrame({"criterion": ["newly_served", "network_gain"], "one": [9.0, 1.0]})
    changed = {"candidates": made["candidates"].assign(network_gain=gain), "scales": scales}
    text = told(made, settings, **changed)
    assert text.startswith("No candidate bridges a gap") == said
    ordered = in_order(changed["candidates"], made["scores"])
    text = headline(made | changed, ordered, settings, names={}, where=["by A (B)", "90 m west of C"])
    assert (" A node would bridge one here: by A (B) and 90 m west of C. Best together" in text) == said


def test_below_three_candidates_nothing_is_ranked_and_nothing_judged(made, settings):
    few = made["candidates"][made["candidates"]["reachable"]].iloc[:2]
    scores = made["scores"][made["scores"]["site_id"].isin(few["site_id"])].assign(rank=pd.array([None, None], "Int64"))
    none = {name: tables.empty(TABLES[name]) for name in ("marks", "recommended", "set_doubt")}
    text = told(made, settings, candidates=few, scores=scores, **none)
    assert text == (
        "Nothing is ranked here: 2 candidates can be reached, and a ranking takes 3. What they reach stands below."
    )


def test_what_was_not_tried_is_not_told_as_plain(made, settings):
    """A site that is tried by a what-if may come first; worlds were drawn without it."""
    marks = made["marks"]
    first = made["scores"].sort_values("rank")["site_id"].iloc[0]
    text = told(made, settings, marks=marks[marks["site_id"] != first])
    assert (
        "By score Site 1 ranks first of 29 candidates. Whether that holds on another map and model was not tried."
        in text
    )
    assert text.count("was not tried") == 1
    assert told(made, settings, marks=tables.empty(TABLES["marks"])).count("was not tried") == 2


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("too_few", "The past tells nothing: 2 converted sites could be tested, and it takes 10."),
        ("holds", "The past bears the ranking out"),
        ("does_not_hold", "The past speaks against the ranking"),
        ("cannot_tell", "The past cannot tell whether the ranking would have picked the 2 converted sites tested."),
    ],
)
def test_the_past_stands_as_a_sentence_beside_it(made, settings, verdict, words):
    assert words in told(made, settings, marks=judged(made, "city", past=verdict))


def test_the_weaker_of_none_is_none_and_the_map_marks_are_by_site(made):
    assert weaker(made["marks"].iloc[:0]) is None
    assert map_marks(None) == {}
    ranked = made["scores"].dropna(subset="rank")
    assert map_marks(made["marks"]) == dict(zip(ranked["site_id"], ranked["priorities"], strict=True))
