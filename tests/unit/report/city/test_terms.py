"""The words that the pages explain: whole, in the numbers of the run, and one button each."""

import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import made_up
import numpy as np
import pytest

from creative_nodes.report import page
from creative_nodes.report.city import hexagons, view
from creative_nodes.report.draw import charts, maps

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def city():
    return made_up.usual_page()


@pytest.fixture(scope="module")
def html():
    return made_up.usual_html(ROOT, online_tiles=False)


def test_terms_quote_the_limits_of_the_run(city):
    settings = made_up.settings(ROOT)
    network = settings.network.model_copy(update={"link_minutes": 7})
    reach = settings.reach.model_copy(update={"walk_minutes": 9, "neighbourhood_half_life_m": 777})
    changed = view.city_page(made_up.frames(), {}, replace(settings, network=network, reach=reach))
    assert changed.term["link"].told.endswith("at most 7 minutes.")
    assert "one of 7 minutes half" in changed.term["typical_network"].told
    assert "within 9 minutes on foot" in changed.term["newly_served"].told
    assert changed.term["neighbourhood"].told.endswith("half as much at 777 m.")
    assert city.term["exchange"].told.endswith("half as much at 43 m.")  # ln 2 / 0.016
    assert "15 minutes" in city.term["link"].told
    assert f"among the first {city.top_n}:" in city.term["marks"].told


def test_each_term_is_whole_and_told_once(city):
    assert len({term.key for term in city.terms}) == len(city.terms) >= 20
    for term in city.terms:
        assert term.told.endswith(".") and "{" not in term.told + term.name
        assert term.ask == f"What is “{term.name}”?"


def test_every_button_has_a_term_and_stands_once(city, html):
    asked = re.findall(r'data-term="(\w+)" aria-label="What is', html)
    assert len(asked) == len(set(asked)) and set(asked) <= set(city.term)
    assert {"marks", "connectivity", "colocation"} <= set(asked)
    assert made_up.block(html)["terms"] == {term.key: term.told for term in city.terms}


@pytest.mark.parametrize("part", ["certainty", "together", "backtest", "colocation", "scenarios", "ranking"])
def test_the_sections_ask_for_terms_of_the_page(city, part):
    text = (page.HERE / "templates" / "city" / f"{part}.html.j2").read_text(encoding="utf-8")
    keys = re.findall(r'm\.ask\(page, "(\w+)"\)', text)
    assert len(keys) == 1 and keys[0] in city.term


# ---------------------------------------------------------------- decay and residents, drawn


@pytest.mark.parametrize("half_m", [43, 800])
def test_a_decay_is_drawn_as_an_exponential(half_m):
    drawn = charts.fading(half_m)
    x, y = np.array(drawn.line).T
    metres = (x - drawn.left) / (drawn.right - drawn.left) * charts.HALVES * half_m
    left = (drawn.bottom - y) / (drawn.bottom - drawn.top)
    assert left == pytest.approx(np.exp(-np.log(2) / half_m * metres), abs=0.002)
    assert (drawn.half[0] - drawn.left) * charts.HALVES == pytest.approx(drawn.right - drawn.left, abs=0.3)
    assert drawn.half[1] == (drawn.top + drawn.bottom) / 2


def test_decays_are_told_in_words_too(html):
    assert html.count("half of it is gone at 43 m, three quarters at 86 m.") == 1
    assert ">half at 43 m</text>" in html


def crowds(residents):
    cells = gpd.GeoDataFrame({"residents": np.array(residents, dtype=float)})
    limits = hexagons.crowd_limits(cells)
    return limits, [hexagons._crowd(one if one == one else None, limits) for one in residents]


def test_residents_are_classed_by_the_quantiles_of_the_inhabited_hexagons():
    people = [float(n) for n in range(10, 1010, 10)]
    limits, found = crowds([0.0, float("nan"), *people])
    assert limits == (210.0, 410.0, 600.0, 800.0)  # 208, 406, 604 and 802, to two digits
    assert found[:2] == ["", ""]
    assert np.unique(found[2:], return_counts=True)[1].tolist() == [21, 20, 19, 20, 20]
    for one, kind in zip(people, found[2:], strict=True):
        assert kind == f"crowd{1 + sum(one > limit for limit in limits)}"


@pytest.mark.parametrize(
    ("residents", "limits"), [([], ()), ([0.0], ()), ([401.0, 401.0], ()), ([1.0, 9.0], (2.6, 4.2, 5.8, 7.4))]
)
def test_few_hexagons_make_few_classes(residents, limits):
    found, kinds = crowds(residents)
    assert found == limits
    assert all(kind in maps.CROWD_STYLES for kind, one in zip(kinds, residents, strict=True) if one)


def test_the_layer_of_residents_is_off_at_first_and_tells_its_limits(city, html):
    # 4,000, 2,000, 800 and 1,500 live there: numpy's quantiles, to two digits
    assert city.crowd_limits == (1200.0, 1600.0, 1900.0, 2800.0)
    assert np.quantile([4000, 2000, 800, 1500], (0.2, 0.4, 0.6, 0.8)) == pytest.approx([1220, 1600, 1900, 2800])
    assert [cell.crowd for cell in city.served] == ["crowd5", "crowd4", "crowd1", "crowd2"]
    block = made_up.block(html)
    assert block["living"] == ["4,000 residents", "2,000 residents", "800 residents", "1,500 residents"]
    assert [row for _, _, row in block["shapes"]["crowds_crowd5"]] == [0]
    assert "feature_group_crowds.addTo(map_city)" not in html and ": feature_group_crowds," in html
    label = re.sub("<[^>]*>", " ", block["legend"]["feature_group_crowds"]).split()
    assert " ".join(label) == "Residents in a hexagon to 1,200 to 1,600 to 1,900 to 2,800 more"
    assert "Industrial site, loss history" in block["legend"]["shapes_others_lost"]
