"""The page of a what-if says so before all else, and names what is tried."""

from pathlib import Path

import made_up
import pandas as pd
import pytest

from creative_nodes.common import LANGUAGES, speaking, translated
from creative_nodes.report.city import view
from creative_nodes.report.city.tried import SHOWN
from creative_nodes.report.page import render

ROOT = Path(__file__).resolve().parents[4]


def page_of(*numbers):
    made = made_up.frames()
    ids = made["candidates"]["site_id"].iloc[list(numbers)]
    trial = {"whatif_candidates": pd.DataFrame({"site_id": ids})}
    return view.city_page({**made, **trial}, made_up.PROVENANCE, made_up.settings(ROOT))


def test_the_page_of_a_run_says_nothing_of_it():
    page = made_up.usual_page()
    assert page.tried is None and "what-if" not in render("city/header.html.j2", page=page)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_of_a_what_if_names_the_site_with_its_rank_and_the_page_of_the_run(code):
    with speaking(code):
        page = page_of(4)
        ((number, name, rank),) = page.tried.sites
        assert page.sites[number].name == name and str(page.sites[number].rank) in rank
        html = render("city/header.html.j2", page=page)
        assert translated("A what-if, not the result of the run.") in html
        assert f'data-show="{number}"' in html and f'href="{page.settings.key}.html"' in html


def test_of_many_sites_the_first_are_named():
    page = page_of(*range(SHOWN + 3))
    assert len(page.tried.sites) == SHOWN and page.tried.more == "and 3 more"


def test_what_the_page_of_the_run_says_makes_room_for_what_is_tried():
    """The first screen holds as few words: no question, what to do next is folded."""
    usual, tried = made_up.usual_page(), page_of(4)
    question = translated("Which old industrial sites, reused, would connect the city's creative spaces most?")
    assert question in render("city/header.html.j2", page=usual).replace("&#39;", "'")
    assert question not in render("city/header.html.j2", page=tried).replace("&#39;", "'")
    for page, is_folded in ((usual, False), (tried, True)):
        steps = render("city/choice.html.j2", page=page).partition('id="h-next"')[2]
        assert page.next_steps and ("<details" in steps.partition('<p class="small">')[0]) == is_folded
