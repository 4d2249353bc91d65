"""The words that the pages explain: whole, in the numbers of the run, and one button each."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import made_up

from creative_nodes.report import page, view

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def city():
    return view.city_page(made_up.frames(), made_up.PROVENANCE, made_up.settings(ROOT))


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    return made_up.city_html(ROOT, tmp_path_factory.mktemp("page"), made_up.frames())


def test_terms_quote_the_limits_of_the_run(city):
    settings = made_up.settings(ROOT)
    network = settings.network.model_copy(update={"link_minutes": 7})
    reach = settings.reach.model_copy(update={"walk_minutes": 9, "neighbourhood_half_life_m": 777})
    changed = view.city_page(made_up.frames(), {}, replace(settings, network=network, reach=reach))
    assert changed.term["link"].told.endswith("at most 7 minutes.")
    assert "no walk of 7 minutes joins" in changed.term["relay"].told
    assert "within 9 minutes on foot" in changed.term["newly_served"].told
    assert changed.term["neighbourhood"].told.endswith("half as much at 777 m.")
    assert city.term["exchange"].told.endswith("half as much at 43 m.")  # ln 2 / 0.016
    assert "15 minutes" in city.term["link"].told
    assert f"among the best {city.top_n} when" in city.term["certainty"].told


def test_each_term_is_whole_and_told_once(city):
    assert len({term.key for term in city.terms}) == len(city.terms) >= 20
    for term in city.terms:
        assert term.told.endswith(".") and "{" not in term.told + term.name
        assert term.ask == f"What is “{term.name}”?"


def test_every_button_has_a_term_and_stands_once(city, html):
    asked = re.findall(r'data-term="(\w+)" aria-label="What is', html)
    assert len(asked) == len(set(asked)) and set(asked) <= set(city.term)
    assert {"certainty", "connectivity", "colocation"} <= set(asked)
    assert made_up.block(html)["terms"] == {term.key: term.told for term in city.terms}


@pytest.mark.parametrize("part", ["certainty", "together", "backtest", "colocation", "scenarios", "ranking"])
def test_the_sections_ask_for_terms_of_the_page(part):
    text = (page.HERE / "templates" / "city" / f"{part}.html.j2").read_text(encoding="utf-8")
    keys = re.findall(r'm\.ask\(page, "(\w+)"\)', text)
    city = view.city_page(made_up.frames(), {}, made_up.settings(ROOT))
    assert len(keys) == 1 and keys[0] in city.term
