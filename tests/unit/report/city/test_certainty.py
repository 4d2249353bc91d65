"""How sure the ranking is: what each sentence may claim, by hand-made tables."""

import re

import numpy as np
import pandas as pd
import pytest
from made_up import settings as made_up_settings
from results import IDS, ROOT, SCRIPT, frame, ordered, priorities_doubt, rendered, scenario, swept, values

from creative_nodes.common.messages import LANGUAGES, speaking
from creative_nodes.report.city.certainty import certainty, order_words
from creative_nodes.report.city.doubt import counts_more, doubts
from creative_nodes.report.city.scenarios import by_group, scenarios, why
from creative_nodes.report.draw import charts
from creative_nodes.report.say.spoken import SETTINGS, Changed, change, value_today

DRAWS = 10_000
SAME = [("reach.walk_minutes", "10", 3, "b"), ("clusters.eps_m", "200", 3, "a")]


@pytest.fixture(scope="module")
def settings():
    return made_up_settings(ROOT)


def moves():
    """Site b goes from 2 to 1 and a from 1 to 2 with a shorter walk; clusters move nobody."""
    rows = [("a", SAME[0][0], "10", 1, 2), ("b", SAME[0][0], "10", 2, 1), ("c", SAME[0][0], "10", 3, 3)]
    return rows + [(site_id, SAME[1][0], "200", rank, rank) for rank, site_id in enumerate("abc", start=1)]


def told(tables, settings, **given):
    return certainty({"values": values(settings), **tables}, given.get("ordered", ordered()), settings)


# ---------------------------------------------------------------- the first place


@pytest.mark.parametrize(
    ("near", "far", "words"),
    [
        (0.9, 0.9, "is first under most priorities"),
        (0.9, 0.5, "is first while priorities stay near those of this run"),
        (0.6, 0.9, "the first place depends on priorities"),
        (0.3, 0.9, "The first place is open"),
        (np.nan, 0.9, "cannot be told"),
    ],
)
def test_the_first_place_is_as_sure_as_its_chances(settings, near, far, words):
    found = told({"priorities_doubt": priorities_doubt(("a", {"p_first": near, "flat_p_first": far}))}, settings)
    assert words in found.answer
    assert "nan" not in found.answer.lower()


def test_a_shared_first_place_names_no_winner(settings):
    found = told({"priorities_doubt": priorities_doubt(("b", {"rank": 1}))}, settings)
    assert found.answer == "2 sites share the first place: nothing that counts here tells them apart."


def test_neighbours_whose_ranges_meet_are_counted(settings):
    apart = told({"priorities_doubt": priorities_doubt()}, settings)
    assert apart.neighbours == "No two neighbours in this list share ranks: their order holds."
    met = told({"priorities_doubt": priorities_doubt(("b", {"rank_low": 1}))}, settings)
    assert "of the 2 pairs of neighbours in this list, 1 share ranks" in met.neighbours


def test_a_strip_lies_on_its_ranks_and_says_them(settings):
    strip = told({"priorities_doubt": priorities_doubt(("b", {"rank_low": 1, "rank_high": 3}))}, settings).strips[1]
    assert strip.around == (2, 98)
    assert strip.at == 50
    assert strip.told.startswith("Rank 1 to 3 near these priorities, 1 to 3 under any; among the best 2 in 90")
    one = told({"priorities_doubt": priorities_doubt()}, settings).strips[1]
    assert one.told.startswith("Rank 2 near these priorities")


def test_one_candidate_has_no_order_and_none_no_section(settings):
    alone = certainty({"priorities_doubt": priorities_doubt()}, ordered(1, unranked=0), settings)
    assert "only candidate" in alone.answer
    assert alone.strips == ()
    assert certainty({"priorities_doubt": priorities_doubt()}, ordered(0), settings) is None
    assert certainty({"priorities_doubt": frame("priorities_doubt", [])}, ordered(), settings) is None
    assert certainty({}, ordered(), settings) is None
    assert doubts({}, ordered(0), settings) == {}
    assert scenarios({}, ordered(), settings) is None


def test_missing_ranges_have_words(settings):
    columns = ["rank_low", "rank_high", "p_top", "flat_rank_low", "flat_rank_high", "first_if_weight", "p_first"]
    found = priorities_doubt().assign(**dict.fromkeys(columns, np.nan))
    page = told({"priorities_doubt": found}, settings)
    assert page.strips[0].told == "Its range of ranks is not known."
    assert page.strips[0].around is None
    html = rendered("certainty", certainty=page)
    assert not re.search(r"\b(nan|none|<na>)\b", html, flags=re.IGNORECASE)


# ---------------------------------------------------------------- which priorities put a site first


def test_too_few_weightings_tell_nothing_of_priorities():
    row = next(
        priorities_doubt(("b", {"flat_p_first": 29 / DRAWS, "central_network_gain": 0.9})).iloc[[1]].itertuples()
    )
    assert counts_more(row, DRAWS) is None
    row = next(
        priorities_doubt(("b", {"flat_p_first": 30 / DRAWS, "central_network_gain": 0.9})).iloc[[1]].itertuples()
    )
    assert counts_more(row, DRAWS) == ("network_gain",)


def test_what_would_put_a_site_first_is_told_with_both_weights(settings):
    found = priorities_doubt(("b", {"first_if": "network_gain", "first_if_weight": 0.4}), ("c", {"dominated_by": 1}))
    lines = told({"priorities_doubt": found}, settings).strips
    today = settings.score.weights["network_gain"]
    assert "made up about 40" in lines[1].first_when
    assert f"instead of {today * 100:.0f}" in lines[1].first_when
    assert "stepping stones" in lines[1].first_when
    assert lines[2].first_when.startswith("No priorities put it first alone")


def test_the_first_site_says_what_it_leans_on(settings):
    keeps = told({"priorities_doubt": priorities_doubt()}, settings).strips[0].first_when
    assert keeps == "It stays first whichever one priority is left out."
    leans = told(
        {"priorities_doubt": priorities_doubt(("a", {"left_out": "exchange", "rank_left_out": 2}))}, settings
    ).strips[0]
    assert "would rank 2 if creative neighbours" in leans.first_when


def test_a_site_that_only_mixes_put_first_names_the_mix(settings):
    mixed = (
        told({"priorities_doubt": priorities_doubt(("b", {"central_network_gain": 0.5}))}, settings)
        .strips[1]
        .first_when
    )
    assert mixed == (
        "No single priority puts it first; the mixes that do weigh these most: stepping stones between creative spaces."
    )
    never = told({"priorities_doubt": priorities_doubt(("b", {"flat_p_first": 0}))}, settings).strips[1].first_when
    assert never == "No single priority puts it first, and hardly any mix of them does."


# ---------------------------------------------------------------- methods


@pytest.mark.parametrize(
    ("tau", "words"),
    [
        (1, "nearly the same order"),
        (0.7, "much the same order"),
        (0.4, "partly the same order"),
        (0.2, "little in common"),
        (-0.1, "unrelated"),
        (-0.5, "rather the reverse order"),
        (None, "cannot be told: all are equal"),
    ],
)
def test_rank_correlation_has_words(tau, words):
    assert order_words(tau) == words


def agreement(tau, *, same_first=True, n=20):
    rows = [
        {"kind": "method", "ranking": "weighted_sum", "other": other, "n": n, "kendall_tau_b": tau, "top_n": 2}
        | {"top_shared": 1, "same_first": same_first}
        for other in ("topsis", "vikor")
    ]
    return frame("agreement", rows)


def test_vikor_is_explained_only_where_it_departs_and_most_have_nothing(settings):
    weight = settings.score.weights["network_gain"]
    nothing = [(site_id, {"held_back_by": "network_gain", "held_back_points": weight}) for site_id in "abc"]
    tables = {"priorities_doubt": priorities_doubt(*nothing), "agreement": agreement(0.5, n=3)}
    page = told(tables, settings)
    assert any("3 of 3 sites have the least there is" in line for line in page.methods_told)
    assert any("With 3 candidates a rank correlation says little" in line for line in page.methods_told)
    agreed = told({**tables, "agreement": agreement(0.95, n=3)}, settings)
    assert not any("VIKOR orders" in line for line in agreed.methods_told)
    some = [(site_id, {"held_back_by": "network_gain", "held_back_points": weight / 2}) for site_id in "abc"]
    other = told({**tables, "priorities_doubt": priorities_doubt(*some)}, settings)
    assert any("very weak in one heavy priority falls" in line for line in other.methods_told)
    assert not any("have the least there is" in line for line in other.methods_told)


def test_methods_that_are_missing_have_no_table(settings):
    page = told({"priorities_doubt": priorities_doubt(), "agreement": frame("agreement", [])}, settings)
    assert page.methods == ()
    assert "<table" not in rendered("certainty", certainty=page)


# ---------------------------------------------------------------- assumptions


def test_the_largest_move_is_told_with_both_values(settings):
    page = told({"priorities_doubt": priorities_doubt(), **swept(moves(), SAME)}, settings)
    assert len(page.assumptions) == 1
    first = page.assumptions[0]
    assert (first.key, first.value, first.today) == ("reach.walk_minutes", "10", "15")
    assert first.ranks == "2 instead of 1"
    assert any("Mill would be first" in line for line in page.assumptions_told)
    assert any("Metres between the spaces of a cluster" in line for line in page.assumptions_told)


def test_ranks_among_other_candidates_are_not_compared(settings):
    """More sites let in push a site down although it did nothing: that is no move."""
    rows = [*moves(), *((site_id, "candidates.min_confidence", "0.3", 1, 9) for site_id in "abc")]
    tables = {
        "priorities_doubt": priorities_doubt(),
        **swept(rows, [*SAME, ("candidates.min_confidence", "0.3", 12, "a")]),
    }
    page = told(tables, settings)
    assert [one.key for one in page.assumptions] == ["reach.walk_minutes"]
    assert any("12 sites would be ranked instead of 3" in line for line in page.assumptions_told)
    assert not any("rank 9" in line for lines in doubts(tables, ordered(), settings).values() for line in lines)


def test_a_first_place_that_holds_says_so(settings):
    page = told(
        {"priorities_doubt": priorities_doubt(), **swept(moves(), [(key, value, n, "a") for key, value, n, _ in SAME])},
        settings,
    )
    assert page.assumptions_told[0] == "None of the 2 changed assumptions puts another site first."


def test_a_changed_setting_is_worded_with_its_value_of_today(settings):
    slower = Changed("speed walk", "× 0.85", 0.85)
    assert change(Changed("reach.walk_minutes", "20", 20.0), settings).endswith("set to 20, not 15")
    assert change(slower, settings) == "Speed on foot set to × 0.85, not × 1"
    assert change(Changed("no.such_key", "x", None), settings) == "no.such_key set to x"
    with speaking("vi"):
        assert "× 0,85" in change(slower, settings)
    with speaking("zh"):
        assert "× 0.85" in change(slower, settings)


@pytest.mark.parametrize("key", [key for key in SETTINGS if "." in key])
def test_the_settings_that_are_worded_exist(settings, key):
    assert value_today(key, settings)


# ---------------------------------------------------------------- a card


def test_a_card_says_what_would_change_its_rank(settings):
    tables = {
        "priorities_doubt": priorities_doubt(("b", {"left_out": "network_gain", "rank_left_out": 3})),
        **swept(moves(), SAME),
    }
    found = doubts(tables, ordered(), settings)
    assert set(found) == {"a", "b", "c"}
    assert any("would rank 1 instead of 2" in line for line in found["b"])
    assert "It would rank 3 if stepping stones between creative spaces did not count." in found["b"]
    assert any("ranks from 1 to 3" in line for line in found["b"])
    assert any("None of 2 changed assumptions" in line for line in found["c"])


def test_a_site_that_drops_out_is_told(settings):
    rows = [*moves(), ("a", "travel.snap_within_m", "100", 1, 1), ("b", "travel.snap_within_m", "100", 2, None)]
    tables = swept(rows, [*SAME, ("travel.snap_within_m", "100", 2, "a")])
    found = doubts(tables, ordered(), settings)
    assert any(line.endswith("it would not be ranked.") for line in found["b"])
    assert not any("nan" in line.lower() for lines in found.values() for line in lines)


# ---------------------------------------------------------------- other priorities


def priorities():
    rows = scenario("access", {"a": 2, "b": 1, "c": 3, "d": None}, {"newly_served": 0.6, "network_gain": 0.4})
    rows += scenario("even", {"a": 1, "b": 2, "c": 3, "d": None}, {"newly_served": 0.5, "network_gain": 0.5})
    return frame("scenarios", rows)


def test_winners_and_those_who_last_follow_from_the_ranks(settings):
    page = scenarios({"scenarios": priorities()}, ordered(), settings)
    assert page.answer == "No site is first under most of the 2 sets of priorities tried."
    assert page.lasting == f"Among the best 2 under all of them: {SCRIPT} and Mill."
    assert [one.winner for one in page.scenarios] == ["Mill", SCRIPT]
    assert page.rows[0].ranks == ("2", "1")
    assert page.rows[0].first == (False, True)
    html = rendered("scenarios", scenarios=page)
    assert "&lt;script&gt;" in html
    assert "<script" not in html


def test_a_scenario_without_ranks_says_why(settings):
    rows = scenario("far", dict.fromkeys("abc"), {}, status="its reach is not computed")
    page = scenarios({"scenarios": pd.concat([priorities(), frame("scenarios", rows)])}, ordered(), settings)
    assert page.rows[0].ranks[-1] == "not computed"
    assert page.scenarios[-1].winner == "not computed"
    assert "not scored" in page.scenarios[-1].why
    assert page.lasting.startswith("Among the best 2")


def test_equal_firsts_share_the_place(settings):
    rows = scenario("even", {"a": 1, "b": 1, "c": 3}, {"network_gain": 1.0})
    page = scenarios({"scenarios": frame("scenarios", rows)}, ordered(), settings)
    assert page.scenarios[0].winner == f"{SCRIPT} and Mill"
    assert page.rows[1].first == (True,)


def test_why_follows_from_the_weights_alone():
    assert why({"network_gain": 0.7, "exchange": 0.3}).startswith("It puts stepping stones")
    assert why({"network_gain": 0.5, "exchange": 0.4}).startswith("It spreads its weight")
    assert why({"network_gain": 1.0}) == "Only one thing counts: stepping stones between creative spaces."
    assert by_group({"network_gain": 0.6, "exchange": 0.4}).replace("\u00a0", " ") == (
        "People 0 %, spillover 40 %, network 60 %, site 0 %"
    )


# ---------------------------------------------------------------- drawings and parts


def test_ticks_are_round_and_stairs_hold_until_the_next():
    assert charts.ticks(0, 100) == (0, 50, 100)
    assert charts.around([34915, 36538]) == (34500, 37000)
    low, high = charts.around([5, 5])
    assert low < 5 < high
    x, y = charts.Scale(0, 2.5, 0, 25), charts.Scale(0, 10, 10, 0)
    assert charts.stairs([4, 6], x, y) == ((0, 10), (10, 10), (10, 6), (20, 6), (20, 4), (25, 4))


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_part_renders_alone_and_shows_names_as_text(settings, code):
    with speaking(code):
        tables = {"priorities_doubt": priorities_doubt(), "agreement": agreement(0.5), **swept(moves(), SAME)}
        html = rendered("certainty", certainty=told(tables, settings))
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert html.count('role="img"') == 3
    assert not re.search(r"\b(nan|none)\b", html, flags=re.IGNORECASE)


def test_without_a_section_a_part_is_empty():
    for part in ("certainty", "scenarios", "together", "backtest"):
        assert not rendered(part, **{part: None}).strip()


def test_names_given_by_the_page_are_shown(settings):
    page = certainty({"priorities_doubt": priorities_doubt()}, ordered(), settings, names=dict.fromkeys(IDS, "Named"))
    assert {strip.name for strip in page.strips} == {"Named"}
