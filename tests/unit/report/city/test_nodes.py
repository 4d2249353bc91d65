"""Clusters as nodes, how the criteria go together, and the forward record, as the page tells them."""

import made_up
import pandas as pd
import pytest

from creative_nodes.common import messages, tables
from creative_nodes.common.words import POSITION_CRITERIA
from creative_nodes.report.city import view
from creative_nodes.report.city.nodes import nodes
from creative_nodes.report.city.record import record
from creative_nodes.report.city.related import related
from creative_nodes.report.tables import TABLES

# ---------------------------------------------------------------- clusters


def reach(made, **instead):
    return made | {"cluster_reach": made["cluster_reach"].assign(**instead)}


def test_a_cluster_stands_beside_the_median_street_place_in_natural_units(made, settings):
    told = nodes(made, settings)
    (row,) = told.rows
    assert (row.name, row.n_spaces, row.network) == (made_up.HOSTILE[0], "9 spaces", "21.50 spaces")
    at = POSITION_CRITERIA.index("residents_walk_15")
    medians = made["scales"].set_index("criterion")["median"]
    assert row.figures[at] == "30,000" and told.medians[at] == messages.number(medians["residents_walk_15"])
    assert row.figures[POSITION_CRITERIA.index("transit_minutes")] == "not known"
    assert len(told.heads) == len(told.medians) == len(row.figures) == len(POSITION_CRITERIA)
    assert told.typical == "9.50 spaces"


@pytest.mark.parametrize(
    ("figures", "verdict", "answer"),
    [
        ({"neighbourhood": 0.8}, "hub", "Of 1 cluster 1 is a hub already, 0 is cut off."),
        ({"neighbourhood": 0.2}, "joined", "Of 1 cluster 0 is a hub already, 0 is cut off."),
        ({"neighbourhood": 0.8, "typical_network": 18.9}, "joined", "Of 1 cluster 0 is a hub already, 0 is cut off."),
        ({"neighbourhood": 0.8, "typical_network": 9.4}, "cut_off", "Of 1 cluster 0 is a hub already, 1 is cut off."),
        ({"neighbourhood": 0.8, "reachable": False}, "cut_off", "Of 1 cluster 0 is a hub already, 1 is cut off."),
    ],
)
def test_words_follow_the_numbers(made, settings, figures, verdict, answer):
    told = nodes(reach(made, **figures), settings)
    assert (told.rows[0].verdict, told.answer) == (verdict, answer)


def test_clusters_speak_the_language_of_the_page(made, settings):
    made["clusters"]["name_en"] = ["Old Quarter", ""]
    wanted = {"en": "a hub already", "vi": "đã là đầu mối", "zh": "已是枢纽"}
    for code, words in wanted.items():
        with messages.speaking(code):
            row = nodes(reach(made, neighbourhood=0.8), settings).rows[0]
        assert row.name == ("Old Quarter" if code == "en" else made_up.HOSTILE[0]) and row.verdict_words == words


def test_without_a_typical_network_figures_stand_and_words_do_not(made, settings):
    indicators = made["indicators"][made["indicators"]["indicator"] != "typical_network"]
    told = nodes(made | {"indicators": indicators}, settings)
    assert (told.answer, told.rule, told.typical) == ("", "", "not known")
    assert told.rows[0].verdict_words == "" and told.rows[0].network == "21.50 spaces"
    assert nodes(made | {"cluster_reach": tables.empty(TABLES["cluster_reach"])}, settings) is None


# ---------------------------------------------------------------- correlations


def test_correlations_are_those_of_scipy_in_shades_of_their_strength(made, settings):
    from scipy.stats import spearmanr

    told, places = related(made, settings), made_up.reference()
    for i, row in enumerate(told.rows):
        assert len(row.cells) == i
        for cell, other in zip(row.cells, POSITION_CRITERIA[:i], strict=True):
            both = places[[POSITION_CRITERIA[i], other]].dropna()
            rho = float(spearmanr(both.iloc[:, 0], both.iloc[:, 1]).statistic)
            assert float(cell.text.replace("−", "-")) == pytest.approx(rho, abs=0.005)
            assert cell.shade == int(abs(rho) // 0.2)
    assert told.told.startswith("Rank correlation over 300 street places of the city. No two criteria tell nearly")


def test_what_tells_nearly_the_same_is_named_and_what_cannot_be_told_is_blank(made, settings):
    rows = [("residents_walk_15", "residents_ride_30", -0.91), ("residents_walk_15", "exchange", None)]
    rows += [("residents_ride_30", "exchange", 0.8)]
    found = pd.DataFrame(rows, columns=["criterion", "other", "spearman"]).assign(places=1234)
    told = related({"correlations": found}, settings)
    assert [[(cell.text, cell.shade) for cell in row.cells] for row in told.rows] == [
        [],
        [("−0.91", 4)],
        [("–", None), ("0.80", 4)],
    ]
    assert told.told == (
        "Rank correlation over 1,234 street places of the city. 2 pairs tell nearly the same (0.8 or more, whichever "
        "the sign), most of all residents within a walk and residents within a ride."
    )
    with messages.speaking("vi"):
        assert related({"correlations": found}, settings).rows[1].cells[0].text == "−0,91"


# ---------------------------------------------------------------- forward record


def told(*rows, names=None):
    return record({"decisions": made_up.decisions(*rows)}, names=names or {})


def test_every_decision_is_told_however_it_came_out():
    located = made_up.decision("h0", site="Habeco", rank=4, ranked=11, sets=["runner_up"], date="2025-09-17")
    survey = made_up.decision("h1", list="survey", rank=2, sets=[])
    unranked = made_up.decision("h2", standing="not_ranked", rank=None, sets=[])
    none = made_up.decision("h3", standing="no_candidate", rank=None, sets=[])
    page = told(located, survey, unranked, none, made_up.decision(), names={"h0": "Hanoi Brewery"})
    assert [row.outcome for row in page.rows] == [
        *("rank 4 of 11", "survey list, rank 2", "not ranked", "no candidate", "not located")
    ]
    assert page.answer == (
        "5 public decisions are recorded: 4 on sites that are located here, 1 on ones that are ranked, 0 on ones of "
        "the set of this run."
    )
    first = page.rows[0]
    assert (first.site, first.other_names, first.date) == ("Hanoi Brewery", "Habeco", "17 September 2025")
    assert (first.sets, first.age) == ("in the runner-up set", "map older")
    assert "https://example.org/list" in first.source
    assert page.rows[1].date == "November 2025"


@pytest.mark.parametrize(
    ("snapshot", "younger", "age", "caution"),
    [
        ("2018-01-01", False, "map older", "The map of this run is of 1 January 2018."),
        ("2026-01-01", True, "map as young or younger", "The map of this run is of 1 January 2026."),
        ("", False, "", "The date of this run's map is not known."),
    ],
)
def test_the_age_of_the_map_is_told(snapshot, younger, age, caution):
    page = told(made_up.decision("h0", snapshot=snapshot, map_is_younger=younger))
    assert page.rows[0].age == age
    assert page.caution.startswith(f"{caution} The data of a run may be older than a decision")


def test_a_status_that_is_the_decision_itself_is_told_so():
    known = {"known_to_run": True, "snapshot": "2018-01-01"}
    assert told(made_up.decision("h0", **known)).rows[0].age == "map older; its status here is this decision"
    assert told(made_up.decision("h0", **known | {"snapshot": ""})).rows[0].age == "its status here is this decision"


def test_the_shipped_decisions_are_spoken():
    text = "investment decision of the housing project revoked"
    for code, said in (("vi", "quyết định đầu tư của dự án nhà ở đã bị thu hồi"), ("zh", "住宅项目的投资决定已撤销")):
        with messages.speaking(code):
            assert told(made_up.decision(decision=text)).rows[0].decision == said


def test_a_city_without_decisions_has_no_such_part(made, settings):
    page = view.city_page(made | {"decisions": tables.empty(TABLES["decisions"])}, made_up.PROVENANCE, settings)
    assert page.record is None
