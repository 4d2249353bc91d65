"""Sites chosen together: what the sentences claim follows from the tables."""

import re

import numpy as np
import pandas as pd
import pytest
from made_up import settings as made_up_settings
from results import IDS, ROOT, frame, ordered, plan, rendered

from creative_nodes.choose.options import Joining, Options
from creative_nodes.choose.portfolio import choose_portfolio
from creative_nodes.common.messages import speaking
from creative_nodes.report.city.together import together


@pytest.fixture(scope="module")
def settings():
    return made_up_settings(ROOT)


def plans(*, served=3000.0, by_score=2000.0, **given):
    rows = [
        plan("today", (), 0.0, 900.0, status="as it is", gap=np.nan),
        plan("coverage", ("b", "c"), served, 800.0, **given),
        plan("network", ("c",), 0.0, 900.0, status="not proven", gap=0.2),
        plan("score", ("a", "b"), by_score, 850.0, status="as ranked", gap=np.nan),
    ]
    return frame("portfolio", rows)


def steps():
    rows = [("coverage", 1, "b", 2000.0), ("coverage", 2, "c", 1000.0)]
    return frame("portfolio_sites", [dict(zip(("plan", "step", "site_id", "gain"), row, strict=True)) for row in rows])


def gains(values, by_score):
    before = [0.0, *values[:-1]]
    return frame(
        "portfolio_gain",
        [
            {"k": k, "sites": [], "newly_served": value, "gain": value - last, "score_served": plain}
            for k, (value, last, plain) in enumerate(zip(values, before, by_score, strict=True), start=1)
        ],
    )


def front(*points):
    names = ("newly_served", "far_residents")
    return frame(
        "portfolio_front",
        [{"point": i, **dict(zip(names, point, strict=True))} for i, point in enumerate(points, start=1)],
    )


@pytest.mark.parametrize(
    ("served", "by_score", "words"),
    [
        (
            3000.0,
            2000.0,
            "2 sites would newly serve 3,000 residents. The first 2 of the ranking would newly serve 2,000",
        ),
        (3000.0, 0.0, "The first 2 of the ranking would newly serve nobody."),
        (3000.0, 3000.0, "The first 2 of the ranking serve as many."),
        (0.0, 0.0, "No choice of sites brings residents"),
        (np.nan, np.nan, "cannot be told"),
    ],
)
def test_the_answer_sets_the_choice_beside_the_ranking(settings, served, by_score, words):
    assert words in together({"portfolio": plans(served=served, by_score=by_score)}, ordered(), settings).answer


def test_a_plan_lists_its_sites_with_what_each_adds(settings):
    page = together({"portfolio": plans(), "portfolio_sites": steps()}, ordered(), settings)
    chosen = next(one for one in page.plans if one.key == "coverage")
    assert [(one.name, one.gain) for one in chosen.sites] == [("Mill", "2,000"), ("Dock", "1,000")]
    assert chosen.proof == "the best possible, proven"
    network = next(one for one in page.plans if one.key == "network")
    # at most 20 % of the best is lacking: the best is at most 1 / 0.8 of it
    assert network.proof.replace("\u00a0", " ") == "not proven: the best possible is at most 25 % better"


def test_costs_are_told_as_not_counted_until_there_is_a_budget(settings):
    assert "Costs are not counted" in together({"portfolio": plans()}, ordered(), settings).costs
    page = together({"portfolio": plans(cost=1e6)}, ordered(), settings)
    assert "budget pays for" in page.costs
    assert next(one for one in page.plans if one.key == "coverage").cost == "1,000,000"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([100.0, 150.0, 160.0], "adds 100 residents; going from 2 to 3 sites adds 10."),
        ([100.0, 150.0, 150.0], "going from 1 to 2 sites adds 50; more than 2 sites add nobody."),
        ([100.0, 100.0, 100.0], "adds 100 residents; further sites add nobody."),
    ],
)
def test_the_gain_says_when_more_sites_add_nobody(settings, values, words):
    page = together({"portfolio": plans(), "portfolio_gain": gains(values, [0, 0, 50])}, ordered(), settings)
    assert words in page.gain.told
    assert page.gain.best[0] == (page.left, page.bottom)
    heights = [y for _, y in page.gain.best]
    assert heights == sorted(heights, reverse=True)


def test_nobody_served_draws_no_stairs(settings):
    page = together({"portfolio": plans(), "portfolio_gain": gains([0.0, 0.0], [0, 0])}, ordered(), settings)
    assert page.gain is None


def test_the_front_says_what_one_aim_costs_the_other(settings):
    tables = {"portfolio": plans(), "portfolio_front": front((3000.0, 800.0), (2500.0, 600.0))}
    page = together(tables, ordered(), settings)
    assert "500 fewer residents are newly served, and 200 fewer live far" in page.front_told
    assert len(page.front.dots) == 2
    one = together({**tables, "portfolio_front": front((3000.0, 800.0))}, ordered(), settings)
    assert one.front is None
    assert one.front_told.startswith("One choice is the best for both")


def too_dear(settings):
    """The plans of three sites, one without an area, when the budget pays for none."""
    sites = pd.DataFrame({"site_id": IDS[:3], "score": [3.0, 2.0, 1.0], "heritage_class": "factory"})
    sites = sites.assign(area_m2=[20_000.0, 12_340.0, np.nan])
    apart = Joining(np.ones(1, int), np.zeros((3, 1), bool), np.zeros((3, 3), bool))
    given = {"budget": 1000.0, "currency": "USD", "cost_per_m2": {"default": 100.0}, "cost_source": "a list; of ours"}
    prices = settings.portfolio.model_copy(update=given)
    return choose_portfolio(Options(sites, None, apart), prices, walk_minutes=15, seed=1)


@pytest.mark.parametrize(
    ("language", "none_fits", "nobody_known"),
    [
        (
            "en",
            "The budget pays for no site: the cheapest costs 1,234,000 USD; 1 of 3 sites without a known area have no "
            "cost and are left out; costs: a list; of ours.",
            "Residents are not known.",
        ),
        (
            "vi",
            "Ngân sách không đủ cho địa điểm nào: địa điểm rẻ nhất có chi phí 1.234.000 USD; 1 trong số 3 địa điểm "
            "không rõ diện tích nên không có chi phí và bị loại; nguồn số liệu chi phí: a list; of ours.",
            "Không có số liệu cư dân.",
        ),
        (
            "zh",
            "预算不足以支付任何地点：成本最低的为1,234,000 USD；3个地点中有1个占地面积不详，没有成本，因此不计入；"
            "成本来源：a list; of ours。",
            "居民数不详。",
        ),
    ],
)
def test_the_notes_of_the_portfolio_are_read_in_every_language(settings, language, none_fits, nobody_known):
    tables = too_dear(settings)
    with speaking(language):
        page = together(tables, ordered(), settings)
        html = rendered("together", together=page)
    assert {one.key: one.note for one in page.plans} == {
        "today": "",
        **dict.fromkeys(("coverage", "equity", "median"), nobody_known),
        **dict.fromkeys(("network", "score"), none_fits),
    }
    assert none_fits in html and nobody_known in html
    # and what each plan is chosen for, of which no English is left
    english = {str(row.aim).lower() for row in tables["portfolio"].itertuples()}
    assert language == "en" or not english & {one.aim.lower() for one in page.plans}


def test_without_plans_or_candidates_there_is_no_section(settings):
    assert together({}, ordered(), settings) is None
    assert together({"portfolio": frame("portfolio", [])}, ordered(), settings) is None
    assert together({"portfolio": plans()}, ordered(0), settings) is None


def test_residents_not_known_have_words_on_the_page(settings):
    rows = [plan("coverage", (), np.nan, np.nan, status="not possible", gap=np.nan, note="residents are not known")]
    rows[0]["mean_minutes"] = np.nan
    html = rendered("together", together=together({"portfolio": frame("portfolio", rows)}, ordered(), settings))
    assert "Residents are not known." in html
    assert not re.search(r"\bnan\b", html, flags=re.IGNORECASE)


def test_the_part_renders_alone_and_shows_names_as_text(settings):
    tables = {
        "portfolio": plans(),
        "portfolio_sites": steps(),
        "portfolio_gain": gains([100.0, 150.0], [0, 50]),
        "portfolio_front": front((3000.0, 800.0), (2500.0, 600.0)),
    }
    html = rendered("together", together=together(tables, ordered(), settings))
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert html.count('role="img" aria-label="Residents newly served') == 2
