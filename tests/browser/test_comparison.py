"""The comparison page in a real browser: no network, no errors, fits a phone, one scale for all maps."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNIT = runpy.run_path(str(ROOT / "tests" / "unit" / "report" / "cities" / "test_comparison.py"))
SIZES = {"desktop": {"width": 1400, "height": 900}, "phone": {"width": 390, "height": 844}}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The page of a run where there is one, else of made-up towns."""
    made = ROOT / "reports" / "comparison.html"
    if made.exists():
        return made.as_uri()
    city = UNIT["city"]
    towns = [
        city("hanoi", "Hanoi"),
        city("hcmc", "Ho Chi Minh City", ""),
        city("shanghai", "Shanghai", connectivity=0.5),
    ]
    page = UNIT["comparison"].comparison_page(towns, UNIT["shipped"]())
    path = tmp_path_factory.mktemp("page") / "comparison.html"
    path.write_text(UNIT["page"].comparison_html(lambda: page), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module", params=list(SIZES))
def seen(request, chromium, address):
    page = chromium.new_page(viewport=SIZES[request.param])
    page.asked, page.wrong = [], []
    page.on("request", lambda one: page.asked.append(one.url))
    page.on("console", lambda said: page.wrong.append(said.text))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.goto(address)
    yield page
    page.close()


def test_it_opens_without_errors_network_or_sideways_scroll(seen, address):
    assert seen.asked == [address] and seen.wrong == []
    assert seen.evaluate("document.documentElement.scrollWidth") <= seen.viewport_size["width"]


def test_the_maps_share_one_scale_on_the_screen(seen):
    bars = seen.eval_on_selector_all(".bar-of path", "all => all.map((one) => one.getBoundingClientRect().width)")
    names = seen.eval_on_selector_all(".bar-of text", "all => all.map((one) => one.textContent)")
    assert len(bars) == 3 and min(bars) > 20
    assert max(bars) - min(bars) < 0.5 and len(set(names)) == 1


def test_a_bar_is_as_long_as_its_figure(seen):
    """The counts of creative spaces, from their text, against the widths drawn."""
    row = seen.locator(".side-by-side tr", has_text="Creative spaces").filter(has=seen.locator(".strip")).first
    figures = [float(text.replace(",", "")) for text in row.locator(".figure:not(.unknown)").all_inner_texts()]
    widths = [one.bounding_box()["width"] for one in row.locator(".strip .value").all()]
    grounds = [one.bounding_box()["width"] for one in row.locator(".strip .ground").all()]
    assert len(figures) == len(widths) >= 2
    for figure, width, ground in zip(figures, widths, grounds, strict=True):
        assert width / ground == pytest.approx(figure / max(figures), abs=0.01)


def test_every_name_over_a_column_is_seen(seen):
    for name in seen.eval_on_selector_all(".firsts h3 a", "all => all.map((one) => one.textContent)"):
        assert seen.get_by_role("link", name=name, exact=True).first.is_visible()


def test_a_bar_of_parts_shows_each_part_as_wide_as_its_count(seen):
    """The first bar of parts: widths drawn against the counts told beside it."""
    cell = seen.locator("td", has=seen.locator(".stack")).first
    widths = [one.bounding_box()["width"] for one in cell.locator(".stack .part").all()]
    told = [int(text.rsplit(": ", 1)[1].replace(",", "")) for text in cell.locator(".piece").all_inner_texts()]
    counts = [n for n in told if n]
    assert widths and sum(widths) > 50
    for width, n in zip(widths, counts, strict=True):
        assert width / sum(widths) == pytest.approx(n / sum(counts), abs=0.02)
