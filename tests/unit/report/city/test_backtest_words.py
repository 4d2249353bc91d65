"""The back-test in words: what may be said at which number of sites and which interval."""

import re

import pandas as pd
import pytest
from made_up import settings as made_up_settings
from results import ROOT, backtest_summary, converted_sites, frame, rendered

from creative_nodes.report.city.backtest import BacktestFigure, backtest, judge, pooled_backtest


@pytest.fixture(scope="module")
def settings():
    return made_up_settings(ROOT)


def told(settings, summary, n=0):
    return backtest({"backtest_summary": summary, "backtest": converted_sites(n)})


@pytest.mark.parametrize(
    ("n", "rivals", "auc", "verdict"),
    [
        (0, 10, BacktestFigure(), "nothing"),
        (3, 0, BacktestFigure(), "nothing"),
        (1, 10, BacktestFigure(0.9), "one"),
        (2, 10, BacktestFigure(0.9, 0.8, 1.0), "few"),
        (4, 10, BacktestFigure(0.9, 0.8, 1.0), "few"),
        (5, 10, BacktestFigure(0.9, 0.8, 1.0), "better"),
        (5, 10, BacktestFigure(0.9), "untold"),
        (19, 55, BacktestFigure(0.55, 0.39, 0.70), "chance"),
        (19, 55, BacktestFigure(0.7, 0.5, 0.8), "chance"),
        (19, 55, BacktestFigure(0.2, 0.1, 0.5), "chance"),
        (19, 55, BacktestFigure(0.2, 0.1, 0.4), "worse"),
    ],
)
def test_few_sites_or_an_interval_with_chance_in_it_decide_nothing(n, rivals, auc, verdict):
    assert judge(n, rivals, auc) == verdict


def test_a_poor_result_is_printed_with_what_it_means(settings):
    summary = backtest_summary(
        19,
        55,
        converted=23,
        auc=(0.545, 0.391, 0.696),
        auc_by_centre=(0.4545, 0.309, 0.6),
        auc_lift=(0.09, -0.014, 0.19),
        precision_at_10=0.4,
        precision_at_10_by_centre=0.2,
        precision_by_chance=0.2568,
    )
    page = told(settings, summary, 19)
    assert page.answer.startswith("It cannot be told from chance")
    assert "does not predict which sites were converted" in page.meaning
    assert page.beside_centre.endswith("cannot be told.")
    assert page.counts.startswith("Of 23 converted sites 19 can be reached")
    auc, first, mean = ([text.replace("\u00a0", " ") for text in row] for row in page.figures)
    assert auc[1:] == ["0.55 (95 % interval 0.39 to 0.70)", "0.45 (95 % interval 0.31 to 0.60)"]
    assert first == ["Converted sites among the first 10 (by chance 2.6)", "4 of 10", "2 of 10"]
    assert mean[1:] == ["55 %", "50 %"]


def test_one_site_says_nothing_and_two_nothing_firm(settings):
    one = told(settings, backtest_summary(1, 8, auc=0.125, auc_by_centre=0.375), 1)
    assert one.answer == "Too few converted sites (n = 1) to say anything."
    assert one.beside_centre == ""
    two = told(settings, backtest_summary(2, 14, auc=(0.86, 0.64, 1.0), auc_lift=(0.1, 0.05, 0.2)), 2)
    assert two.answer == "Too few converted sites (n = 2) to say anything firm."
    # the bootstrap of two is no interval, and no word beside the centre either
    assert "0.64" not in str(two.figures)
    assert two.beside_centre == ""


@pytest.mark.parametrize(
    ("lift", "words"),
    [
        ((0.2, 0.1, 0.3), "It does better than choosing"),
        ((-0.2, -0.3, -0.1), "It does worse than choosing"),
        ((0.1, -0.1, 0.3), "cannot be told"),
    ],
)
def test_the_centre_is_beaten_only_when_the_interval_of_the_lift_says_so(settings, lift, words):
    assert words in told(settings, backtest_summary(9, 30, auc=(0.8, 0.7, 0.9), auc_lift=lift), 9).beside_centre


def test_the_first_ten_of_a_list_of_nine_say_nothing(settings):
    page = told(settings, backtest_summary(1, 8, auc=0.5, precision_at_10=1 / 9, precision_by_chance=1 / 9), 1)
    assert not any("among the first" in what for what, *_ in page.figures)


@pytest.mark.parametrize(
    ("converted", "rivals", "words"),
    [
        (0, 9, "No converted site is known here"),
        (3, 0, "There is no candidate to hold"),
        (3, 9, "None of the converted sites can be reached"),
    ],
)
def test_nothing_to_test_says_why(settings, converted, rivals, words):
    page = told(settings, backtest_summary(0, rivals, converted=converted))
    assert words in page.answer
    assert page.figures == ()
    assert page.sites == ()


def test_without_a_summary_there_is_no_section(settings):
    assert backtest({}) is None
    assert backtest({"backtest_summary": frame("backtest_summary", [])}) is None


def test_the_part_renders_alone_lists_the_best_first_and_shows_names_as_text(settings):
    page = told(settings, backtest_summary(6, 20, auc=(0.9, 0.8, 1.0)), 6)
    assert [site.rank for site in page.sites][:2] == ["1 of 21", "2 of 21"]
    assert page.sites[1].name == "Unnamed site t1"
    html = rendered("backtest", backtest=page)
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert not re.search(r"\b(nan|none)\b", html, flags=re.IGNORECASE)


def test_pooled_over_cities_it_says_that_each_site_is_held_against_its_own_city():
    figures = {"converted_sites": 23, "tested_sites": 22, "rivals": 77, "auc": 0.557, "auc_lift": 0.054}
    intervals = {"auc": (0.412, 0.698), "auc_lift": (-0.052, 0.155)}
    none = (float("nan"), float("nan"))
    columns = ["city", "figure", "value", "low", "high"]
    rows = [("all", key, value, *intervals.get(key, none)) for key, value in figures.items()]
    pooled = pd.DataFrame([("hanoi", "rivals", 7, *none), *rows], columns=columns)
    found = pooled_backtest(pooled)
    assert found.verdict == "chance" and found.sites == ()
    assert "22 converted sites" in found.counts and "its own city" in found.counts and "77" in found.counts
    assert found.figures[0][1] == "0.56 (95 % interval 0.41 to 0.70)"
    assert "cannot be told" in found.beside_centre
    assert pooled_backtest(pooled.iloc[:0]) is None
