"""The page of changes: who moved, why, in three languages, with names that would run as code."""

from functools import partial

import geopandas as gpd
import pandas as pd
import pytest
from made_runs import filled
from shapely.geometry import Point, box

from creative_nodes.common.messages import speaking
from creative_nodes.report import page
from creative_nodes.report.cities.changes import changes_page
from creative_nodes.report.tables import INDICATORS
from creative_nodes.runs.tables import RUN_CHANGES, RUN_STEPS

HOSTILE = "<script>alert(1)</script>"
BEFORE = {"city": "x", "name": "Hanoi", "data": "d1", "settings": "s1", "code": "c1"}
AFTER = BEFORE | {"settings": "s2", "data": "d2"}


def moved(site, was, now, n, **more):
    row = {
        "site_id": site,
        "name": site,
        "rank_before": was,
        "rank_after": now,
        "geometry": Point(105.81 + n / 100, 21),
    }
    return row | {"move": was - now if was and now else None} | more


def indicators(spaces):
    """Figures of a run: one that differs, one that does not, and the range of the first."""
    told = {"creative_spaces": spaces, "clusters": 2, "connectivity_thinned": spaces / 100}
    return filled(INDICATORS, [{"indicator": key, "label": key, "value": value} for key, value in told.items()])


@pytest.fixture
def speak():
    changes = filled(
        RUN_CHANGES,
        [
            moved(HOSTILE, 3, 1, 1, change="up", because=["data", "settings"], move_data=3, move_settings=-1)
            | {"in_set_after": True, "set_because": ["data"], "score_before": 0.5, "score_after": 0.63},
            moved("gone mill", 1, None, 2, change="gone", because=["data"], in_set_before=True, set_because=["data"]),
            moved("still", 4, 4, 3, change="level"),
        ],
    )
    steps = filled(
        RUN_STEPS,
        [
            {
                "step": 1,
                "cause": "settings",
                "parts": ["settings"],
                "differs": ["analysis.seed: 1 → 2"],
                "computed": True,
            },
            {"step": 2, "cause": "unsplit", "parts": ["data", "code"], "problem": "no column offered", "went": 1},
        ],
    )
    area = gpd.GeoDataFrame(pd.DataFrame({"epsg": [32648]}), geometry=[box(105.8, 20.9, 105.9, 21.1)], crs=4326)
    city = {
        "run_changes": changes,
        "run_steps": steps,
        "study_area": area,
        "indicators": [indicators(5), indicators(7)],
    }
    return partial(changes_page, ["unnamed", "rush_hour"], [[BEFORE], [AFTER]], [city])


def test_it_says_who_moved_and_why(speak):
    (city,) = speak().cities
    first, gone = city.sites
    assert (first.before, first.after, first.move, first.score) == ("3", "1", "+2", "0.5 → 0.63")
    assert first.why == "data +3 and settings −1"
    assert (first.in_set, gone.in_set) == ("into the set (data)", "out of the set (data)")
    assert city.pages == ("../x.html", "../rush_hour/x.html")
    assert gone.address == "../x.html#site=gone%20mill"
    assert first.address.startswith("../rush_hour/x.html#site=%3Cscript%3E")
    assert (gone.after, gone.told, city.level) == ("–", "no longer a candidate", 1)
    assert [step.cause for step in city.steps] == ["settings", "not told apart: data and code"]
    assert [differs for _, _, differs in speak().runs[0].parts] == [True, True, False]
    signs = {sign.name: (sign.change, sign.move) for sign in city.map.signs}
    assert signs == {HOSTILE: ("up", 2), "gone mill": ("gone", 0), "still": ("level", 0)}
    assert [sign.x for sign in sorted(city.map.signs, key=lambda sign: sign.name)] == sorted(
        s.x for s in city.map.signs
    )


@pytest.mark.parametrize(("language", "word"), [("vi", "dữ liệu"), ("zh", "数据")])
def test_it_speaks_other_languages(speak, language, word):
    with speaking(language):
        assert word in speak().cities[0].sites[1].why


def test_names_do_not_run_as_code(speak):
    html = page.changes_html(speak)
    assert HOSTILE not in html and "no column offered" in html and "rush_hour" in html


def test_figures_that_differ_stand_side_by_side(speak):
    (one,) = speak().cities[0].figures
    assert (one.label, one.before, one.after) == ("Creative_spaces", "5", "7")


def ranked_in_both(before, after, **more):
    """Say how two orders of the same sites agree, and what is said of runs made of them."""
    pairs = enumerate(zip(before, after, strict=True), start=1)
    changes = filled(RUN_CHANGES, [moved(f"s{n}", was, now, n, change="up") for n, (was, now) in pairs])
    area = gpd.GeoDataFrame(pd.DataFrame({"epsg": [32648]}), geometry=[box(105.8, 20.9, 105.9, 21.1)], crs=4326)
    told = {"run_changes": changes, "run_steps": filled(RUN_STEPS, []), "study_area": area}
    told["indicators"] = [indicators(5), indicators(5)]
    records = [[BEFORE | {"city": "old", "name": "Old"}], [BEFORE | {"city": "new", "name": "New"} | more]]
    return changes_page(["old", "new"], records, [told])


def test_two_orders_are_told_by_how_far_they_agree():
    # counted by hand: of 6 pairs 5 stand alike and 1 is turned, 4 / 6; rho is 1 - 6 * 2 / (4 * 15); the fifth is new
    (city,) = ranked_in_both([1, 2, 3, 4, None], [2, 1, 3, 4, 5]).cities
    assert "Of the 4 sites ranked in both the order agrees by 0.67 (Kendall's tau-b) and 0.8 (Spearman's rho)" in (
        " ".join(city.summary)
    )
    assert "agrees" not in " ".join(ranked_in_both([1, 2], [2, 1]).cities[0].summary)
    assert "agrees" not in " ".join(ranked_in_both([1, 1, 1], [1, 2, 3]).cities[0].summary)


def test_two_cities_have_their_own_names_and_remarks():
    page_of_both = ranked_in_both([1, 2, 3], [1, 2, 3], note="A merged map.")
    assert [run.name for run in page_of_both.runs] == ["Old", "New"]
    assert page_of_both.cities[0].notes == ("A merged map.",)
